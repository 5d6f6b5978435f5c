from . import consent_wizard, profile_wizard, settings_wizard, setup_wizard
