from . import link_mixin, branch_mixin, branch_notes, res_company  # isort: skip
