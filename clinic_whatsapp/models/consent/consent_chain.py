from odoo import api, fields, models


class ClinicConsentChain(models.Model):
    """The end of one controller's consent ledger: how many entries there are, and the hash of the last.

    Appending locks this row, so entries of one controller come one after the other. Under REPEATABLE READ a second
    writer gets a serialization failure and is repeated by Odoo; the ledger never forks.
    """

    _name = "clinic.consent.chain"
    _description = "Consent ledger head"
    _rec_name = "company_id"
    _log_access = False

    company_id = fields.Many2one("res.company", "Controller", required=True, ondelete="restrict")
    entry_count = fields.Integer(required=True, default=0)
    head_hash = fields.Char(required=True, default="")

    _company_unique = models.UniqueIndex("(company_id)", "A controller has one consent ledger.")

    @api.model
    def _lock(self, controller):
        """Return the head of a controller's ledger, locked until the transaction ends."""
        head = self.search([("company_id", "=", controller.id)], limit=1) or self.create({"company_id": controller.id})
        head.lock_for_update()
        return head
