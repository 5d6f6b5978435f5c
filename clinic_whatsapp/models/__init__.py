from . import branch, patient, consent, messaging, template, appointment, automation, inbox, followup  # isort: skip
from .automation import chat  # isort: skip
