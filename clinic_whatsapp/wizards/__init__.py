from . import (
    anchor_wizard,
    branch_settings_wizard,
    consent_import_wizard,
    consent_wizard,
    paper_wizard,
    profile_wizard,
    send_wizard,
    settings_wizard,
    setup_wizard,
    starter_wizard,
    urgent_wizard,
)
