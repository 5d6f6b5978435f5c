from . import branch_mixin, res_company
