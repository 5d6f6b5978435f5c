from odoo import models

from ..consent.consent import CHAT, GRANTED, WITHDRAWN
from ..consent.consent_purpose import SERVICE
from ..consent.opt_out import is_start, is_stop

SPOKEN = ("text", "edit")  # who corrects his message to STOP means it


class ClinicWhatsappMessage(models.Model):
    """A patient who writes STOP gets exactly one more message: the confirmation (legal.md LR-39, LR-41).

    START lifts the stop, so that he can be answered; it gives back no consent, a person has to ask (LR-43). What counts
    is when the patient wrote it: a STOP that Meta brings late never undoes a newer START, nor the other way round.
    """

    _inherit = "clinic.whatsapp.message"

    def _react(self):
        result = super()._react()
        for message in self.filtered(lambda message: message.message_type in SPOKEN):
            if is_stop(message.body or ""):
                message._opt_out()
            elif is_start(message.body or ""):
                message._opt_in_again()
        return result

    def _opt_in_again(self):
        conversation = self.conversation_id
        contact = conversation.contact_id
        contact.resumed_at = max(contact.resumed_at or self.sent_at, self.sent_at)
        if not contact.suppressed_at or contact.suppressed_at > self.sent_at:
            return
        contact.suppressed_at = False
        user = conversation._get_responsible_user()
        env = conversation.with_context(lang=user.lang).env
        conversation.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=env._("The patient wants WhatsApp messages again"),
            note=env._("Answer, and record the consent on the patient's form: without it no reminder is sent."),
            user_id=user.id,
        )

    def _opt_out(self):
        conversation = self.conversation_id
        contact = conversation.contact_id
        if contact.suppressed_at or (contact.resumed_at and contact.resumed_at > self.sent_at):
            return
        contact.suppressed_at = self.sent_at
        self._withdraw_consents(contact.partner_ids)
        language = conversation.partner_id.lang or conversation.company_id.partner_id.lang
        text = conversation.with_context(lang=language).env._(
            "Done. %(clinic)s will no longer message you on WhatsApp. Your appointments remain valid; if needed we "
            "will call you. Reply START to receive messages again.",
            clinic=conversation.company_id._get_controller().name,
        )
        conversation._queue_text(text, SERVICE, kind="optout_confirm")

    def _withdraw_consents(self, partners):
        """Record the withdrawal for every patient this number stands for, and every purpose that was agreed to."""
        purposes = self.env["clinic.consent.purpose"].search([("requires_opt_in", "=", True)])
        ledger = self.env["clinic.consent"]
        current = ledger._get_current(partners, purposes, self.company_id._get_controller())
        for (partner, purpose), entry in current.items():
            if entry.status == GRANTED:
                ledger._record(partner, purpose, WITHDRAWN, method=CHAT, company=self.company_id)
