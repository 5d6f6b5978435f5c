from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .consent_states import GRANTED


class ClinicConsentChain(models.Model):
    """The end of one controller's consent ledger: how many entries there are, and the hash of the last.

    Appending locks this row, so entries of one controller come one after the other. Under REPEATABLE READ a second
    writer gets a serialization failure and is repeated by Odoo; the ledger never forks.
    """

    _name = "clinic.consent.chain"
    _inherit = ["mail.thread", "mail.activity.mixin"]  # for the alarm
    _description = "Consent ledger head"
    _rec_name = "company_id"
    _log_access = False

    company_id = fields.Many2one("res.company", "Controller", required=True, ondelete="restrict")
    entry_count = fields.Integer(required=True, default=0)
    head_hash = fields.Char(required=True, default="")
    verified_at = fields.Datetime("Last verified", readonly=True)
    broken_at = fields.Datetime(
        "Broken since",
        readonly=True,
        help="When an entry was found that is not as it was written. Until it is cleared up, nobody can agree.",
    )
    broken_sequence = fields.Integer("First broken entry", readonly=True)
    broken_reason = fields.Char("What is wrong with it", readonly=True)
    anchored_on = fields.Date(
        "Last anchor sent on", readonly=True, help="When the mail server last took an e-mail with the head's hash."
    )
    anchor_error = fields.Char("Anchor not sent", readonly=True, help="Why. It is tried again every night.")

    _company_unique = models.UniqueIndex("(company_id)", "A controller has one consent ledger.")

    @api.depends("company_id")
    def _compute_display_name(self):
        for head in self:
            # sudo: res.company - the legal entity's name, also for whoever has only one of its branches active
            head.display_name = head.sudo().company_id.name

    @api.model
    def _lock(self, controller):
        """Return the head of a controller's ledger, locked until the transaction ends.

        Raw SQL: two transactions may both want to begin a ledger. ``ON CONFLICT`` turns the second one into a
        serialization failure, which is repeated; a unique violation would be an error. And a second writer waits for
        the first: the ORM's own lock would refuse it at once, with an error that nobody repeats.
        """
        head = self.search([("company_id", "=", controller.id)], limit=1)
        if not head:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO clinic_consent_chain (company_id, entry_count, head_hash) VALUES (%s, 0, '')"
                    " ON CONFLICT (company_id) DO NOTHING",
                    controller.id,
                )
            )
            head = self.search([("company_id", "=", controller.id)], limit=1)
        self.env.cr.execute(SQL("SELECT 1 FROM clinic_consent_chain WHERE id = %s FOR UPDATE", head.id))
        return head

    def _check_writable(self, status):
        """
        :raise UserError: when somebody would agree on a ledger that is known to be broken; everything else goes on
        """
        if self.broken_at and status == GRANTED:
            raise UserError(
                self.env._(
                    "The consent ledger of %(company)s was changed from outside: entry %(number)s is not as it was "
                    "written. No new consent is recorded until your administrator has cleared this up. Taking a "
                    "consent back still works.",
                    company=self.company_id.name,
                    number=self.broken_sequence,
                )
            )
