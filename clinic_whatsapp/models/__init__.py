from . import branch, patient, consent, messaging, template, appointment, automation  # isort: skip
