from odoo import models

from .appointment_answer import ANSWERS


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _react(self):
        result = super()._react()
        for message in self.filtered("button_payload"):
            message._answer_appointment()
        return result

    def _answer_appointment(self):
        """Let the appointment act upon the button that its patient pressed."""
        action, asked = self._pressed()
        if action not in ANSWERS:
            return
        if appointment := self._get_asked_appointment(asked):
            user = self.conversation_id._get_responsible_user()
            appointment._take_answer(action, asked.create_date, user)

    def _get_asked_appointment(self, asked):
        """Return the appointment that our message was about, if this patient may answer for it.

        It must belong to the branch of the conversation, or to a branch below it that writes through
        the same number, and to a patient of the contact.
        """
        if asked.res_model != "clinic.appointment":
            return self.env["clinic.appointment"]
        # sudo: clinic.appointment - the inbox works for all branches; the checks below keep to one
        appointment = self.env["clinic.appointment"].sudo().browse(asked.res_id).exists()
        here = appointment.filtered(
            lambda a: (
                self.conversation_id.company_id in a.company_id.parent_ids
                and a.patient_id in self.conversation_id.contact_id.partner_ids
            )
        )
        return here.with_company(here.company_id)
