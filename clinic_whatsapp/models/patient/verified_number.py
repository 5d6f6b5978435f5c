from odoo import api, fields, models
from odoo.exceptions import UserError

from .res_partner import STAFF


class ResPartner(models.Model):
    """Whether the number on file is proven to be the patient's: health content goes to such numbers only (LR-27)."""

    _inherit = "res.partner"

    number_verified_at = fields.Datetime(
        "Number verified",
        compute="_compute_number_state",
        groups=STAFF,
        help="When somebody made sure that this number reaches the patient. Ends when the number changes.",
    )
    is_number_suspended = fields.Boolean(
        "Reported as wrong",
        compute="_compute_number_state",
        groups=STAFF,
        help="Somebody said that this number is not the patient's. Nothing is sent there until it is looked into.",
    )

    @api.depends("reached_phone", "whatsapp_contact_ids.verified_at", "whatsapp_contact_ids.suspended_at")
    @api.depends_context("company")
    def _compute_number_state(self):
        reached = self._find_reached_contacts()
        for partner in self:
            contact = reached.get(partner._origin)
            partner.number_verified_at = contact and contact.verified_at
            partner.is_number_suspended = bool(contact and contact.suspended_at)

    def _find_reached_contacts(self):
        """Return {patient: the contact he is reached under in this clinic}, of those who have one."""
        # sudo: clinic.whatsapp.contact - shared by all branches of the clinic, like the patient himself
        contacts = self.env["clinic.whatsapp.contact"].sudo()
        return contacts._find_reached(self._origin, self.env.company._get_controller())

    def action_verify_number(self):
        """Keep that somebody has made sure now, by a call or at the desk, that the number reaches this patient."""
        self.ensure_one()
        self.check_access("write")
        if not self.reached_phone:
            raise UserError(self.env._("There is no number that WhatsApp can read. Correct the phone number first."))
        if self.is_number_suspended:
            raise UserError(
                self.env._("This number was reported as wrong. Settle the incident first, or correct the number.")
            )
        # sudo: clinic.whatsapp.contact - staff may not write identities, but vouch for this one
        contacts = self.env["clinic.whatsapp.contact"].sudo().with_company(self.env.company)
        contact = contacts._for_patients(self, self.env.company._get_controller())[self]
        contact.verified_at = fields.Datetime.now()
        return True
