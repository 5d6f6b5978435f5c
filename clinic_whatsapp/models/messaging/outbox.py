"""Putting messages into the queue. Everything that wants to send comes through :meth:`_queue`."""

from odoo import api, fields, models

from ...cloud_api.messages import OutboundMessage, Text
from ..consent.consent_purpose import SERVICE
from .message import BLOCKED, OUT, QUEUED


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    @api.model
    def _queue(self, vals_list):
        """Create outbound messages and let the gate judge them.

        :param list[dict] vals_list: each with at least ``conversation_id``, ``purpose_id`` and ``body``
        :return: the messages in the same order, ``queued`` or ``blocked`` with the reason
        """
        # sudo: clinic.whatsapp.message - messages are written by the connector only; callers checked the conversation
        messages = self.sudo().create(
            [{"direction": OUT, "state": QUEUED, "sent_by_id": self.env.uid, **vals} for vals in vals_list]
        )
        messages._judge_and_block()
        if waiting := messages.filtered(lambda message: message.state == QUEUED):
            waiting.account_id._schedule_dispatch()
        messages.conversation_id.last_message_at = fields.Datetime.now()
        messages.conversation_id._notify()
        return messages.with_env(self.env)

    def _judge_and_block(self):
        """Ask the gate; keep what it denies without its text (legal.md LR-35). Returns what may leave."""
        verdicts = self.env["clinic.whatsapp.gate"]._judge(self)
        denied = self.filtered(lambda message: verdicts[message])
        for reason, messages in denied.grouped(lambda message: verdicts[message]).items():
            messages._block(reason)
        return self - denied

    def _block(self, reason):
        for message in self:
            message.block_detail = message._get_block_detail(reason)
        self.write({"state": BLOCKED, "block_reason": reason, "body": False, "claimed_at": False})
        self._on_settled()

    def _get_block_detail(self, reason):
        """Hook: name what the reason is about, without any text of the message; False when there is nothing to add."""
        return False

    def _needs_window(self) -> bool:
        """Tell whether WhatsApp takes this message only within 24 hours of the patient's own (cloud_api.md §7.1)."""
        return self.message_type != "template"

    def _to_outbound(self) -> OutboundMessage:
        """Return the message as the protocol sends it.

        :raise InvalidMessage: when it breaks a limit of WhatsApp
        """
        self.ensure_one()
        contact = self.conversation_id.contact_id
        return OutboundMessage(
            client_ref=self.client_ref,
            content=self._get_content(),
            to=contact.phone or None,
            recipient=None if contact.phone else contact.user_ref,
            reply_to=self.reply_to_id.wamid or None,
        )

    def _get_content(self):
        return Text(self.body or "")


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _send_text(self, body, *, attachments=(), reply_to=None):
        """Queue free text to the contact of one conversation.

        :param str body: up to 4,096 characters
        :param attachments: not supported yet, must be empty
        :param clinic.whatsapp.message | None reply_to: the message that is quoted
        :return: the message, ``queued`` or ``blocked`` with its reason
        :raise AccessError: when the user may not write in this conversation
        :raise NotImplementedError: with attachments
        """
        self.ensure_one()
        self.check_access("write")
        if attachments:
            raise NotImplementedError("Attachments come with the full connector.")
        return self._queue_text(body, SERVICE, reply_to=reply_to)

    def _queue_text(self, body, purpose_code, *, kind="reply", reply_to=None):
        # sudo: clinic.consent.purpose - read by the connector on behalf of staff
        purpose = self.env["clinic.consent.purpose"].sudo()._get(purpose_code, self.company_id)
        return self.env["clinic.whatsapp.message"]._queue(
            [
                {
                    "conversation_id": self.id,
                    "partner_id": self.partner_id.id,
                    "purpose_id": purpose.id,
                    "kind": kind,
                    "body": body,
                    "reply_to_id": reply_to.id if reply_to else False,
                }
            ]
        )

    def action_send_text(self, body):
        """Queue what a receptionist typed; for the composer.

        :return: ``{"id", "state", "problem", "advice"}`` of the message, so that a denied text stays in the composer
        """
        return self._send_text(body).read(["state", "problem", "advice"])[0]
