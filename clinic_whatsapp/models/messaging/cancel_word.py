"""“İptal” mostly means the appointment, so a patient who has one is asked what he means (legal.md LR-40).

Until he says it, nothing but appointment messages leaves. After 24 hours without an answer promotion and surveys stay
stopped, and staff is asked to call. Who has no appointment and was not reminded of one means the messages.
"""

from datetime import timedelta

from odoo import api, fields, models

from ..consent import opt_out
from ..consent.consent_purpose import APPOINTMENT
from . import reasons
from .message import BLOCKED, CANCELLED, FAILED, IPTAL_CLARIFY, OUT
from .opt_out_reaction import MORE_THAN_APPOINTMENTS, TODO

REMINDED = timedelta(hours=72)
PATIENCE = timedelta(hours=24)
CANCEL_VISIT, STOP_MESSAGES, NEVER_MIND = "cancel_visit", "stop_messages", "never_mind"
CHOICES = (CANCEL_VISIT, STOP_MESSAGES, NEVER_MIND)


class ClinicWhatsappContact(models.Model):
    _inherit = "clinic.whatsapp.contact"

    cancel_asked_at = fields.Datetime(
        "Asked what “cancel” means",
        readonly=True,
        index="btree_not_null",
        help="Until the person answers, only appointment messages are sent.",
    )


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _get_wishes(self):
        return {
            **super()._get_wishes(),
            opt_out.CANCEL: self._ask_what_to_cancel,
            CANCEL_VISIT: self._cancel_visit,
            STOP_MESSAGES: self._stop_messages,
            NEVER_MIND: self._forget_cancel_word,
        }

    def _read_wish(self):
        action, asked = self._pressed()
        if asked.kind == IPTAL_CLARIFY and action in CHOICES:
            return action
        return super()._read_wish()

    def _ask_what_to_cancel(self):
        conversation = self.conversation_id
        contact = conversation.contact_id
        if contact.suppressed_at or contact.cancel_asked_at or self._is_overtaken():
            return
        if not conversation._has_something_to_cancel(self.sent_at):
            self._opt_out()
            return
        contact.cancel_asked_at = self.sent_at
        contact._shut()
        conversation._ask_what_cancel_means(self)

    def _cancel_visit(self):
        self._forget_cancel_word()
        self.conversation_id._cancel_wanted_visit()

    def _stop_messages(self):
        self._forget_cancel_word()
        self._opt_out()

    def _forget_cancel_word(self):
        self.conversation_id.contact_id.cancel_asked_at = False


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _has_something_to_cancel(self, moment) -> bool:
        """Tell whether “cancel” may mean an appointment: the person was reminded of one within 72 hours. Extended.

        :param datetime moment: naive UTC, when he wrote
        """
        reminder = [
            ("conversation_id.contact_id", "=", self.contact_id.id),
            ("direction", "=", OUT),
            ("purpose_id.code", "=", APPOINTMENT),
            ("state", "not in", (BLOCKED, CANCELLED, FAILED)),
            ("create_date", ">=", moment - REMINDED),
        ]
        return bool(self.env["clinic.whatsapp.message"].search_count(reminder, limit=1))

    def _ask_what_cancel_means(self, message):
        this = self._in_patients_language()
        this._send_service(
            IPTAL_CLARIFY,
            this.env._("We want to get this right. What would you like?"),
            [
                (CANCEL_VISIT, this.env._("Cancel appointment")),
                (STOP_MESSAGES, this.env._("Stop messages")),
                (NEVER_MIND, this.env._("Never mind")),
            ],
            reply_to_id=message.id,
        )

    def _cancel_wanted_visit(self):
        """Do what the patient wants: cancel. Hook: here nobody knows of appointments, so a person does it."""
        env, _user = self._for_responsible_user()
        self._ask_staff(
            TODO,
            env._("The patient wants to cancel an appointment"),
            env._("Ask which one, and cancel it. Nothing was changed."),
        )

    @api.model
    def _close_cancel_questions(self):
        """Settle what nobody answered within 24 hours; for the cron."""
        contacts = self.env["clinic.whatsapp.contact"].search(
            [("cancel_asked_at", "<", fields.Datetime.now() - PATIENCE)]
        )
        for contact in contacts:
            self._close_cancel_question(contact)

    @api.model
    def _close_cancel_question(self, contact):
        asked_at, contact.cancel_asked_at = contact.cancel_asked_at, False
        conversation = self.search([("contact_id", "=", contact.id)], order="last_message_at desc", limit=1)
        contact.with_company(conversation.company_id)._choose_marketing(False, asked_at)
        env, _user = conversation._for_responsible_user()
        conversation._ask_staff(
            TODO,
            env._("“Cancel” was not explained"),
            env._(
                "The patient wrote “cancel” and did not answer what it means. Promotion and surveys are stopped. Call, "
                "and ask whether the appointment stands."
            ),
        )


class ClinicWhatsappGate(models.AbstractModel):
    _inherit = "clinic.whatsapp.gate"

    def _get_rules(self):
        return [*super()._get_rules(), self._deny_unexplained]

    def _deny_unexplained(self, messages):
        """While it is open what “cancel” means, only appointment messages leave."""
        return self._denied(
            messages.filtered(
                lambda message: (
                    message.conversation_id.contact_id.cancel_asked_at
                    and message.purpose_id.code in MORE_THAN_APPOINTMENTS
                )
            ),
            reasons.CANCEL_UNEXPLAINED,
        )
