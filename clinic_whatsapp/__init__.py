from . import controllers, log_filter, models, wizards
