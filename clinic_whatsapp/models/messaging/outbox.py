"""Putting messages into the queue. Everything that wants to send comes through :meth:`_queue`."""

import json
import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...cloud_api import media_rules
from ...cloud_api.messages import (
    PENDING,
    Audio,
    Content,
    Document,
    Image,
    InvalidMessage,
    Media,
    OutboundMessage,
    Reaction,
    Sticker,
    Text,
    Video,
    dump,
    load,
    media_of,
    with_media,
)
from ..consent.consent_purpose import SERVICE
from .media_state import MEDIA_PENDING
from .message import BLOCKED, OUT, QUEUED, REPLY
from .reasons import INVALID_CONTENT, QUIET_HOURS, UNREADABLE

LINK = re.compile(r"https?://\S", re.IGNORECASE)  # what WhatsApp shows a preview of, cloud_api.md §2.2
INTERACTIVE, REACTION = "interactive", "reaction"
WITHOUT_CAPTION = (Audio, Sticker)


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    @api.model
    def _queue(self, vals_list, files=None):
        """Create outbound messages and let the gate judge them.

        :param list[dict] vals_list: each with at least ``conversation_id``, ``purpose_id`` and ``body`` or ``content``
        :param list | None files: (bytes, name, MIME type) or None, one a message
        :return: the messages in the same order, ``queued`` or ``blocked`` with the reason
        """
        # sudo: clinic.whatsapp.message - messages are written by the connector only; callers checked the conversation
        messages = self.sudo().create(
            [{"direction": OUT, "state": QUEUED, "sent_by_id": self.env.uid, **vals} for vals in vals_list]
        )
        allowed = messages._judge_and_block()
        for message, file in zip(messages, files or [None] * len(messages), strict=True):
            if file and message.state == QUEUED:
                message._store_media(*file)
                message.account_id._schedule_media()
        if allowed:
            allowed.account_id._schedule_dispatch()
        messages.conversation_id.last_message_at = fields.Datetime.now()
        messages.conversation_id._notify()
        return messages.with_env(self.env)

    def _judge_and_block(self):
        """Ask the gate; keep what it denies without its text (legal.md LR-35). Returns what may leave now.

        What nobody wrote by hand waits while it is quiet (LR-34).
        """
        verdicts = self.env["clinic.whatsapp.gate"]._judge(self)
        waiting = self.filtered(lambda message: verdicts[message] == QUIET_HOURS and message.kind != REPLY)
        waiting._wait_for_opening()
        stopped = self.filtered(lambda message: verdicts[message])
        denied = stopped - waiting
        for reason, messages in denied.grouped(lambda message: verdicts[message]).items():
            messages._block(reason)
        return self - stopped

    def _block(self, reason):
        for message in self:
            message.block_detail = message._get_block_detail(reason)
        self.write({"state": BLOCKED, "block_reason": reason, "claimed_at": False})
        if reason != UNREADABLE:  # it may be readable again, with the right key
            self._forget_content()
        self._on_settled()

    def _forget_content(self):
        """Hook: delete what a denied message would have said."""
        self.write({"body": False, "content": False})

    def _get_block_detail(self, reason):
        """Hook: name what the reason is about, without any text of the message; False when there is nothing to add."""
        return self._get_broken_limit() if reason == INVALID_CONTENT else False

    def _get_broken_limit(self):
        """Return which limit of WhatsApp one message breaks; False when it breaks none."""
        try:
            self._to_outbound()
        except InvalidMessage as error:
            return self.with_context(lang=self.env.lang or self.account_id._get_manager().lang).env._(error.limit)
        return False

    def _needs_window(self) -> bool:
        """Tell whether WhatsApp takes this message only within 24 hours of the patient's own (cloud_api.md §7.1)."""
        return self.message_type != "template"

    def _is_marketing(self) -> bool:
        """Hook: tell whether a patient who stopped marketing in WhatsApp must not get this message."""
        return self.purpose_id.code == "marketing"

    def _to_outbound(self) -> OutboundMessage:
        """Return the message as the protocol sends it.

        :raise InvalidMessage: when it breaks a limit of WhatsApp
        """
        self.ensure_one()
        contact = self.conversation_id.contact_id
        content = self._get_content()
        return OutboundMessage(
            client_ref=self.client_ref,
            content=content,
            to=contact.phone or None,
            recipient=None if contact.phone else contact.user_ref,
            reply_to=None if isinstance(content, Reaction) else self.reply_to_id.wamid or None,
        )

    def _get_content(self) -> Content:
        return self._load_content() or Text(self.body or "", preview_url=bool(LINK.search(self.body or "")))

    def _load_content(self) -> Content | None:
        """Return what the message holds beside its text, with the file that was uploaded for it."""
        if not self.content:
            return None
        content = load(json.loads(self.content))
        if media_of(content) == PENDING and self.media_ref:
            return with_media(content, Media(id=self.media_ref))
        return content


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _send_text(self, body, *, attachments=(), reply_to=None):
        """Queue free text and files to the contact of one conversation.

        :param str body: up to 4,096 characters, 1,024 under a file
        :param attachments: ``ir.attachment`` records or (bytes, name, MIME type) triples; each becomes a message, the
            text stands under the first file that can have one
        :param clinic.whatsapp.message | None reply_to: the message that is quoted
        :return: the messages, ``queued`` or ``blocked`` with their reason
        :raise AccessError: when the user may not write in this conversation
        :raise UserError: when WhatsApp takes no such file; names the limit
        """
        self.ensure_one()
        self.check_access("write")
        if not attachments:
            return self._queue_text(body, SERVICE, reply_to=reply_to)
        files = [self._get_file(attachment) for attachment in attachments]
        try:
            vals_list = self._prepare_file_vals(files, body, reply_to)
        except InvalidMessage as error:
            raise UserError(self.env._(error.limit)) from error
        alone = len(vals_list) - len(files)  # the text, where no file can have one
        return self.env["clinic.whatsapp.message"]._queue(vals_list, files + [None] * alone)

    def _prepare_file_vals(self, files, body, reply_to):
        contents = [self._get_media_content(name, mime_type, len(data)) for data, name, mime_type in files]
        captioned = next((content for content in contents if not isinstance(content, WITHOUT_CAPTION)), None)
        vals_list = [
            self._prepare_content_vals(content, SERVICE, body=body if content is captioned else "", reply_to=reply_to)
            for content in contents
        ]
        if body and captioned is None:
            vals_list.append({**self._prepare_queue_vals(SERVICE), "body": body})
        return vals_list

    def _send_content(self, content, *, purpose_code=SERVICE, reply_to=None, kind="reply"):
        """Queue any other content of the protocol: a list, a location, contact cards …

        :param Content content: without a file that has to be uploaded, for these see :meth:`_send_text`
        :param str purpose_code: what it is for
        :param str kind: ``reply`` when a person sends it, else ``automatic``
        :return: the message, ``queued`` or ``blocked`` with its reason
        :raise AccessError: when the user may not write in this conversation
        """
        self.ensure_one()
        self.check_access("write")
        vals = self._prepare_content_vals(content, purpose_code, reply_to=reply_to, kind=kind)
        return self.env["clinic.whatsapp.message"]._queue([vals])

    def _send_reaction(self, message, emoji):
        """Queue a reaction to a message of this conversation; an empty emoji takes it back."""
        return self._send_content(Reaction(message.wamid, emoji), reply_to=message)

    def _queue_text(self, body, purpose_code, *, kind="reply", reply_to=None):
        vals = self._prepare_queue_vals(purpose_code, kind=kind, reply_to=reply_to)
        return self.env["clinic.whatsapp.message"]._queue([{**vals, "body": body}])

    def _prepare_queue_vals(self, purpose_code, *, kind="reply", reply_to=None):
        # sudo: clinic.consent.purpose - read by the connector on behalf of staff
        purpose = self.env["clinic.consent.purpose"].sudo()._get(purpose_code, self.company_id)
        return {
            "conversation_id": self.id,
            "partner_id": self.partner_id.id,
            "purpose_id": purpose.id,
            "kind": kind,
            "reply_to_id": reply_to.id if reply_to else False,
        }

    def _prepare_content_vals(self, content, purpose_code, *, body="", reply_to=None, kind="reply"):
        if body and hasattr(content, "caption"):
            content = type(content)(**{**vars(content), "caption": body})
        return {
            **self._prepare_queue_vals(purpose_code, kind=kind, reply_to=reply_to),
            "message_type": self._get_message_type(content),
            "body": body or self._get_spoken_text(content),
            "content": json.dumps(dump(content)),
            "media_state": media_of(content) == PENDING and MEDIA_PENDING,
        }

    @api.model
    def _get_message_type(self, content) -> str:
        types = dict(self.env["clinic.whatsapp.message"]._fields["message_type"].selection)
        return content.wire_type if content.wire_type in types else INTERACTIVE

    @api.model
    def _get_spoken_text(self, content) -> str:
        """Return what one can read of a content: its text, the name of a place or person, the emoji of a reaction."""
        if isinstance(content, Reaction):
            return content.emoji
        cards = getattr(content, "cards", ())
        names = ", ".join(card.formatted_name for card in cards)
        return names or getattr(content, "body", "") or getattr(content, "name", "") or getattr(content, "address", "")

    @api.model
    def _get_file(self, attachment):
        """Return (bytes, name, MIME type) of a record or a triple."""
        if isinstance(attachment, tuple):
            return attachment
        return attachment.raw, attachment.name, attachment.mimetype

    @api.model
    def _get_media_content(self, name, mime_type, size):
        """Return the content that carries a file; its reference at Meta is filled in after the upload.

        :raise InvalidMessage: when WhatsApp takes no such file
        """
        kind = media_rules.kind_of(mime_type)
        media_rules.check_media(kind, mime_type, size)
        if kind == Document.kind:
            return Document(PENDING, filename=name)
        if kind == Audio.kind:
            return Audio(PENDING, voice=mime_type.startswith("audio/ogg"))
        return {Image.kind: Image, Video.kind: Video, Sticker.kind: Sticker}[kind](PENDING)

    def action_send_text(self, body, reply_to_id=None):
        """Queue what a receptionist typed; for the composer.

        :param int | None reply_to_id: the message of this conversation that is quoted
        :return: ``{"id", "state", "problem", "advice"}`` of the message, so that a denied text stays in the composer
        """
        return self._send_text(body, reply_to=self._get_quoted(reply_to_id)).read(["state", "problem", "advice"])[0]

    def _get_quoted(self, message_id):
        """Return the message to quote, None when there is none.

        :raise UserError: when it does not stand in this conversation, or WhatsApp does not know it
        """
        if not message_id:
            return None
        quoted = self.env["clinic.whatsapp.message"].search(
            [("id", "=", message_id), ("conversation_id", "=", self.id), ("wamid", "!=", False)]
        )
        if not quoted:
            raise UserError(
                self.env._("The message you answer cannot be quoted. Take the quote away and send your text again.")
            )
        return quoted
