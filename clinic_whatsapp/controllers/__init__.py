from . import consent, evidence, media, webhook
