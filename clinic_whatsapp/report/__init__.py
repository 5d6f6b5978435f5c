from . import ir_actions_report, consent_form, consent_proof  # isort: skip
