from . import log_filter, media, webhook
