from . import (  # isort: skip
    service,
    revealing,
    appointment,
    appointment_events,
    appointment_slot,
    appointment_text,
    appointment_answer,
    cancel_word,
    appointment_people,
    template_button,
    message,
    res_partner,
)
