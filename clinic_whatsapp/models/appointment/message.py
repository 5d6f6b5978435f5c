from odoo import models

from .appointment_answer import ANSWERS, FOR_A_PERSON, Answer
from .move_in_chat import CHOICES, OTHER_TIME

VISIT = "clinic.appointment"


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _react(self):
        result = super()._react()
        for message in self.filtered("button_payload"):
            message._answer_appointment()
        return result

    def _answer_appointment(self):
        """Let the appointments act upon the button that their patient pressed, or the time that he chose."""
        action, asked = self._pressed()
        appointments = self._get_asked_appointments(asked)
        if action not in (*ANSWERS, *CHOICES) or not appointments:
            return
        user, chosen = self.conversation_id._get_responsible_user(), None
        if action in CHOICES and action != OTHER_TIME:
            chosen = self._get_chosen_start(asked)
            if not chosen or self._was_chosen_before():
                self._on_taken()
                return
        answer = Answer(action, asked.create_date, user, self.conversation_id, chosen)
        if appointments._take_answer(answer).isdisjoint(FOR_A_PERSON):
            self._on_taken()

    def _on_taken(self):
        """Hook: the clinic has done by itself what this message asks for."""

    def _get_asked_appointments(self, asked):
        """Return the appointments that our message was about, of those for which this patient may answer.

        They must belong to the branch of the conversation, or to a branch below it that writes through
        the same number, and to a patient of the contact.
        """
        # sudo: clinic.appointment - the inbox works for all branches; the checks below keep to one
        appointments = self.env[VISIT].sudo().browse(asked._get_told_visit_ids()).exists()
        here = appointments.filtered(
            lambda a: (
                self.conversation_id.company_id in a.company_id.parent_ids
                and a.patient_id in self.conversation_id.contact_id.partner_ids
            )
        )
        return here.with_company(here.company_id) if len(here.company_id) == 1 else here

    def _get_told_visit_ids(self) -> list[int]:
        """Return the ids of the appointments that one message of ours is about. Extended: one message for a family."""
        return [self.res_id] if self.res_model == VISIT else []
