from . import consent_wizard
