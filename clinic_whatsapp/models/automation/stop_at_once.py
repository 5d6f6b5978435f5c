"""Stops hold in the transaction in which the patient writes or an appointment is booked (``stop_rules``)."""

from odoo import fields, models

from ..appointment.appointment_events import UPCOMING
from ..consent.lint import COMPLAINT, EMERGENCY
from ..messaging.emergency import ACTIVITY as EMERGENCY_ACTIVITY
from ..messaging.inbox_messages import OPENS_WINDOW
from ..messaging.opt_out_reaction import TODO

IN_CHAT = ("stop_on_reply", "stop_on_complaint")
IN_BOOK = ("stop_on_visit",)


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _react(self):
        result = super()._react()
        written = self.filtered(lambda message: message.message_type in OPENS_WINDOW)
        for message in written.filtered(lambda message: message._complains()):
            message.conversation_id._note_complaint(message.sent_at)
        written.conversation_id._stop_after_message()
        return result

    def _complains(self) -> bool:
        """Tell whether a patient's own words have one of a complaint or an emergency in them, in any language."""
        if not self.body or self.button_payload:
            return False
        return bool(self.env["clinic.lint.word"]._find(self.body, (COMPLAINT, EMERGENCY), self.company_id))


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _note_complaint(self, moment):
        """Remember when the patient complained; a clock that is ahead of ours is not believed.

        :param datetime moment: naive UTC
        """
        moment = min(moment, fields.Datetime.now())
        self.complained_at = max(moment, self.complained_at or moment)

    def _stop_after_message(self):
        """Skip what these people do not get any more, now that they have written."""
        # sudo: clinic.whatsapp.scheduled, res.partner - the inbox works for all branches; each rule keeps to one
        rows = self.env["clinic.whatsapp.scheduled"].sudo()
        for conversation in self:
            theirs = [
                ("partner_id", "in", conversation.contact_id.sudo().partner_ids.ids),
                ("company_id", "child_of", conversation.company_id.id),
            ]
            rows._stop_planned(theirs, IN_CHAT)

    def _ask_about_complaint(self):
        """Ask somebody to call who has complained, unless he is told of an emergency already."""
        if self.activity_search([EMERGENCY_ACTIVITY]):
            return
        env, _user = self._for_responsible_user()
        self._ask_staff(
            TODO,
            env._("A patient may have a complaint"),
            env._("Read what the patient wrote, and call. What was planned for the patient does not leave any more."),
        )


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    def _after_events(self):
        result = super()._after_events()
        booked = self.filtered(lambda visit: visit.state in UPCOMING)
        if booked:
            # sudo: clinic.whatsapp.scheduled - whoever books; each row is compared with visits of its own branch only
            rows = self.env["clinic.whatsapp.scheduled"].sudo()
            theirs = [("partner_id", "in", booked.patient_id.ids), ("company_id", "in", booked.company_id.ids)]
            rows._stop_planned(theirs, IN_BOOK)
        return result
