from odoo import api, fields, models

from ..branch.wall_fields import WalledOne2many
from ..patient.res_partner import STAFF
from .consent import GRANTED, WITHDRAWN
from .consent_purpose import APPOINTMENT

CONSENT_STATES = [("none", "Not asked"), (GRANTED, "Given"), ("refused", "Refused"), (WITHDRAWN, "Withdrawn")]


class ResPartner(models.Model):
    _inherit = "res.partner"

    consent_ids = WalledOne2many("clinic.consent", "partner_id", "Consent entries", readonly=True, groups=STAFF)
    appointment_consent = fields.Selection(
        CONSENT_STATES,
        "Appointment messages",
        compute="_compute_appointment_consent",
        groups=STAFF,
        help="Whether this patient agreed to get appointment messages over WhatsApp from this clinic.",
    )

    @api.depends("consent_ids")
    @api.depends_context("company")
    def _compute_appointment_consent(self):
        statuses = self._get_consent_statuses(APPOINTMENT, self.env.company._get_controller())
        for partner in self:
            partner.appointment_consent = statuses.get(partner._origin, "none")

    def _get_consent_statuses(self, code, controller):
        """Return {patient: status} of those who have an entry for a purpose of this controller.

        :param str code: code of the purpose
        :param res.company controller: the legal entity
        """
        # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
        purpose = self.env["clinic.consent.purpose"].sudo()._get(code, controller)
        current = self.env["clinic.consent"]._get_current(self._origin, purpose, controller)
        return {partner.with_env(self.env): entry.status for (partner, _purpose), entry in current.items()}

    def action_give_consent(self):
        return self._open_consent_wizard(GRANTED, self.env._("Record consent"))

    def action_withdraw_consent(self):
        return self._open_consent_wizard(WITHDRAWN, self.env._("Withdraw consent"))

    def _open_consent_wizard(self, status, title):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "clinic.consent.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.id, "default_status": status},
        }
