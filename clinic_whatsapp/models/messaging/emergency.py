"""Words of an emergency get one fixed answer with the number to call, and a person at once (legal.md §7.4).

The answer says nothing about health and never depends on what was written beyond the words. The words are data:
``clinic.lint.word``.
"""

from datetime import timedelta

from odoo import fields, models

from .inbox_messages import OPENS_WINDOW
from .message import EMERGENCY

WORDS = "emergency"
ACTIVITY = "clinic_whatsapp.activity_emergency"
ONCE_IN = timedelta(minutes=30)  # whoever writes ten messages in fear gets the number once, not ten times


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _react(self):
        result = super()._react()
        for message in self:
            if message._names_emergency():
                message.conversation_id._answer_emergency()
        return result

    def _names_emergency(self) -> bool:
        """Tell whether a patient's message has a word of an emergency in it, in any language."""
        if self.message_type not in OPENS_WINDOW or not self.body:
            return False
        return bool(self.env["clinic.lint.word"]._find(self.body, (WORDS,), self.company_id).get(WORDS))


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _answer_emergency(self):
        env, _user = self._for_responsible_user()
        self._ask_staff(
            ACTIVITY,
            env._("A patient's message may describe an emergency"),
            env._("Read it now and call the patient. The answer with the number 112 has been sent if it could be."),
        )
        if not self._was_answered(EMERGENCY):
            this = self._in_patients_language()
            text = this.env._(
                "Your message may describe an emergency. Please call 112 now or go to the nearest emergency "
                "department. This line is not monitored for emergencies."
            )
            this._send_service(EMERGENCY, text)

    def _was_answered(self, kind) -> bool:
        """Tell whether the patient has just got a message of this kind."""
        return bool(
            self.env["clinic.whatsapp.message"].search_count(
                [
                    ("conversation_id", "=", self.id),
                    ("kind", "=", kind),
                    ("create_date", ">", fields.Datetime.now() - ONCE_IN),
                ],
                limit=1,
            )
        )
