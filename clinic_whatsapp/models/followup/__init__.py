from . import (  # isort: skip
    followup,
    step_changes,
    timeline,
    plan,
    automatic_start,
    ending,
    gate,
    template_variable,
    res_partner,
    service,
    patient_pane,
)
