from . import (  # isort: skip
    template,
    template_variable,
    template_button,
    message,
    gate,
    account,
    account_checklist,
    template_sync,
    template_events,
    template_users,
    res_partner,
)
