from . import branch, patient, consent, messaging, template, appointment, automation, inbox  # isort: skip
from .automation import chat  # isort: skip  # after the inbox: it asks who waits, and who is blocked
