from . import controllers, log_filter, models, report, wizards
