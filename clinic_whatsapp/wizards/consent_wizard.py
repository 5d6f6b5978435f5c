from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.consent.consent import GRANTED, PAPER, WITHDRAWN
from ..models.consent.consent_purpose import APPOINTMENT


class ClinicConsentWizard(models.TransientModel):
    """Two clicks at the desk: the patient agrees, or takes it back."""

    _name = "clinic.consent.wizard"
    _inherit = ["clinic.link.mixin"]
    _description = "Record consent"

    partner_id = fields.Many2one("res.partner", "Patient", required=True, readonly=True)
    purpose_id = fields.Many2one(
        "clinic.consent.purpose",
        required=True,
        domain=[("requires_opt_in", "=", True)],
        default=lambda self: self.env["clinic.consent.purpose"]._get(APPOINTMENT, self.env.company),
    )
    status = fields.Selection([(GRANTED, "Given"), (WITHDRAWN, "Withdrawn")], required=True, default=GRANTED)
    method = fields.Selection([(PAPER, "Signed paper"), ("spoken", "Spoken to staff")], required=True, default="spoken")
    evidence = fields.Binary("Signed form", help="A scan or a photograph of the paper that the patient signed.")
    evidence_name = fields.Char()
    note = fields.Char(help="Anything worth knowing later. No health data.")

    @api.onchange("status")
    def _onchange_status(self):
        if self.status == WITHDRAWN:
            self.method = "spoken"

    def action_record(self):
        self.ensure_one()
        self.partner_id.check_access("read")
        if not self.partner_id.is_patient:
            raise UserError(self.env._("Only patients have consents. Tick “Patient” on the contact first."))
        self.env["clinic.consent"]._record(
            self.partner_id,
            self.purpose_id,
            self.status,
            method=self.method,
            evidence=self._create_evidence(),
            note=self.note,
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _create_evidence(self):
        if not self.evidence:
            return None
        # sudo: ir.attachment - bound to the new entry right away; staff cannot attach to the ledger themselves
        return (
            self.env["ir.attachment"]
            .sudo()
            .with_company(self.env.company)
            .create({"name": self.evidence_name or self.env._("Signed form"), "datas": self.evidence})
        )
