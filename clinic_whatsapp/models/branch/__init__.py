from . import link_mixin, branch_mixin, branch_notes, ir_rule, res_company, days_off, opening_minutes  # isort: skip
