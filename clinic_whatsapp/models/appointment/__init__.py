from . import (  # isort: skip
    service,
    appointment,
    appointment_events,
    appointment_slot,
    appointment_text,
    appointment_answer,
    template_button,
    message,
    res_partner,
)
