"""What a patient sent becomes a message of his conversation (cloud_api.md §5.6)."""

import json
from datetime import timedelta

from odoo import fields, models

from ...cloud_api.webhook import InboundMessage
from .conversation import CLOSED, OPEN, PENDING, WINDOW
from .media_state import MEDIA_PENDING
from .message import IN, RECEIVED
from .moments import naive

# What opens the 24-hour window: a message for certain. Whether anything else does is not documented (cloud_api.md
# §5.6), and to believe in a closed window costs a template, to believe in an open one a refused message.
OPENS_WINDOW = frozenset(
    {"text", "image", "video", "audio", "document", "sticker", "location", "contacts", "button", "interactive", "order"}
)
ABOUT_ANOTHER = ("reaction", "edit", "revoke")  # shown with the message that they are about
CLOCK_SKEW = timedelta(minutes=5)


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _receive(self, inbound: InboundMessage):
        """Store what a patient sent, open the window and let the clinic react."""
        messages = self.env["clinic.whatsapp.message"]
        if messages.search_count([("account_id", "=", self.id), ("wamid", "=", inbound.wamid)], limit=1):
            return
        if inbound.identity:
            self._receive_identity_change(inbound)
            return
        contact = self.env["clinic.whatsapp.contact"]._resolve(
            self.company_id._get_controller(),
            wa_id=inbound.wa_id,
            user_ref=inbound.user_id,
            profile_name=inbound.profile_name,
        )
        conversation = self.env["clinic.whatsapp.conversation"]._find_or_create(self, contact)[contact]
        conversation._settle_patient()
        message = messages.create(conversation._prepare_inbound_vals(inbound))
        message._attach_waiting()
        message._revoke_targets()
        conversation._register_inbound(inbound)
        if inbound.type in OPENS_WINDOW:
            contact._wrote_at(naive(inbound.sent_at))
        if message.media_state == MEDIA_PENDING:
            self._schedule_media()
        message._react()
        conversation._notify()


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _prepare_inbound_vals(self, inbound: InboundMessage):
        return {
            "conversation_id": self.id,
            "partner_id": self.partner_id.id,
            "direction": IN,
            "kind": False,
            "state": RECEIVED,
            "message_type": inbound.type,
            "wire_type": inbound.wire_type,
            "body": inbound.body,
            "content": json.dumps(inbound.details) if inbound.details else False,
            "button_payload": inbound.button_payload,
            "wamid": inbound.wamid,
            "sent_at": naive(inbound.sent_at),
            **self._prepare_target_vals(inbound.target or inbound.reply_to),
            **self._prepare_media_vals(inbound),
        }

    def _prepare_media_vals(self, inbound: InboundMessage):
        """Return where the file is; that of an edit is there already, with the message that is corrected."""
        if not inbound.media or inbound.type in ABOUT_ANOTHER:
            return {}
        return {
            "media_state": MEDIA_PENDING,
            "media_ref": inbound.media.id,
            "media_type": inbound.media.mime_type,
            "media_name": inbound.media.filename,
            "media_sha256": inbound.media.sha256,
        }

    def _register_inbound(self, inbound: InboundMessage):
        """Count the message as unread, reopen the conversation and move the window.

        A reaction wants to be seen, but a thumb up after “goodbye” is no reason to begin again. What was taken back is
        nothing to read.
        """
        taken_back = inbound.type == "revoke" or (inbound.type == "reaction" and not inbound.body)
        if not taken_back:
            sent_at = naive(inbound.sent_at)
            vals = {
                "unread_count": self.unread_count + 1,
                "last_message_at": max(self.last_message_at or sent_at, sent_at),
            }
            if self.state in (PENDING, CLOSED) and inbound.type != "reaction":
                vals["state"] = OPEN
            self.write(vals)
        if inbound.type in OPENS_WINDOW:
            self._open_window(min(naive(inbound.sent_at), fields.Datetime.now() + CLOCK_SKEW))

    def _has_heard_since(self, moment) -> bool:
        """Tell whether the patient has written in one of these conversations after a moment (naive UTC)."""
        return any(
            conversation.window_expires_at and conversation.window_expires_at - WINDOW > moment
            for conversation in self
        )
