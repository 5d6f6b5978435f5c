"""Entries from before texts and evidence were part of the ledger (formula 1).

Their hash stays what it was. What is new about them follows from what it covers: they all are channel opt-ins for the
purpose they name. Their scans, so far in the open, become encrypted evidence.
"""

from odoo import api, models
from odoo.tools import SQL

from .consent_evidence import SCAN, Piece
from .consent_states import CHANNEL_OPTIN

RELATION = "clinic_consent_ir_attachment_rel"


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    @api.model
    def _adopt_older_entries(self):
        """Bring the ledger of an older version over; what was brought over already is left alone.

        Raw SQL: the ORM refuses every change of the ledger, on purpose and to everybody.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE clinic_consent entry
                   SET record_kind = COALESCE(entry.record_kind, %(kind)s), purpose_code = purpose.code
                  FROM clinic_consent_purpose purpose
                 WHERE purpose.id = entry.purpose_id AND entry.formula = 1 AND entry.purpose_code IS NULL""",
                kind=CHANNEL_OPTIN,
            )
        )
        self.env.invalidate_all()
        if self.env.execute_query(SQL("SELECT to_regclass(%s)", RELATION))[0][0]:
            self._adopt_scans()

    @api.model
    def _adopt_scans(self):
        relation = SQL.identifier(RELATION)
        rows = self.env.execute_query(SQL("SELECT clinic_consent_id, ir_attachment_id FROM %s", relation))
        # sudo: ir.attachment, clinic.consent.evidence - scans of all branches, in the upgrade only
        for entry, scan in ((self.browse(e).sudo(), self.env["ir.attachment"].sudo().browse(a)) for e, a in rows):
            piece = Piece(SCAN, scan.name, scan.raw or b"", scan.mimetype)
            self.env["clinic.consent.evidence"].sudo().with_company(entry.company_id)._keep(entry, [piece])
        self.env["ir.attachment"].sudo().browse(attachment_id for _entry_id, attachment_id in rows).unlink()
        self.env.cr.execute(SQL("DROP TABLE %s", relation))
