"""What the desk should know about the person who comes: to be asked for the consent, or to be left alone."""

from odoo import api, fields, models

from ..messaging import reasons
from ..patient.res_partner import STAFF


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    ask_consent = fields.Boolean(related="patient_id.ask_consent", string="Ask for the consent")
    needs_guardian = fields.Boolean(related="patient_id.needs_guardian")
    is_confidential = fields.Boolean(
        "Confidential visit",
        groups=STAFF,
        help="The guardian gets no message about this appointment. For young people who come on their own.",
    )

    def action_open_patient(self):
        """Open the patient where the consent is recorded."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.patient_id.id,
            "views": [(self.env.ref("clinic_whatsapp.res_partner_view_form_patient").id, "form")],
        }


class ClinicWhatsappGate(models.AbstractModel):
    _inherit = "clinic.whatsapp.gate"

    @api.model
    def _deny_minor(self, messages):
        """Extended: nothing about a confidential visit goes to the guardian, who holds the telephone (LR-22)."""
        denied = super()._deny_minor(messages)
        about = (messages - self.env["clinic.whatsapp.message"].union(*denied)).filtered(
            lambda message: message.res_model == "clinic.appointment" and message.partner_id.needs_guardian
        )
        # sudo: clinic.appointment - the law asks for the whole truth, not for what the sender may see
        visits = self.env["clinic.appointment"].sudo().browse(set(about.mapped("res_id"))).exists()
        confidential = set(visits.filtered("is_confidential").ids)
        hidden = about.filtered(lambda message: message.res_id in confidential)
        return {**denied, **self._denied(hidden, reasons.MINOR_RULE)}
