from odoo import models


class IrRule(models.Model):
    _inherit = "ir.rule"

    def _make_access_error(self, operation, records):
        """Name no record that may not be read. Odoo does in its debug mode, which everybody can switch on."""
        in_debug_mode = self.env.user.has_group("base.group_no_one")
        return super()._make_access_error(operation, records.browse() if in_debug_mode else records)
