from odoo import fields, models


class ClinicConsentAnchor(models.TransientModel):
    """Compares what was sent out of the house with the consent ledger (legal.md LR-59)."""

    _name = "clinic.consent.anchor"
    _inherit = ["clinic.link.mixin"]
    _description = "Check an anchor"

    chain_id = fields.Many2one("clinic.consent.chain", "Ledger", required=True)
    number = fields.Integer("Entry", required=True, help="The number of the entry in the e-mail.")
    entry_hash = fields.Char("Hash", required=True, help="The hash in the e-mail.")

    def action_check(self):
        """
        :raise UserError: when the ledger does not lead through the anchor, or is broken
        """
        self.ensure_one()
        self.chain_id.check_access("read")
        self.chain_id._check_anchor(self.number, self.entry_hash)
        message = self.env._("The ledger leads through this anchor, and every entry is as it was written.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }
