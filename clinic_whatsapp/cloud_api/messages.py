"""What can be sent, and Meta's limits on it (cloud_api.md §2).

Every content checks itself when it is made, so that what reaches the client can be sent. The
dataclasses keep text, phone numbers and identities out of their repr: a repr ends up in logs.

    content_free.py         text, location, contact cards, reactions
    content_media.py        pictures, documents, sounds, videos, stickers
    content_interactive.py  buttons, links, forms; content_list.py: lists
    content_template.py     templates with their values
    content_store.py        contents as JSON and back
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .content_free import ContactCard, ContactPhone, Contacts, Location, Reaction, Text
from .content_interactive import Buttons, Flow, LinkButton, LocationRequest, ReplyButton
from .content_list import ListMessage, Row, Section
from .content_media import PENDING, Audio, Document, Image, Media, Sticker, Video
from .content_store import Content, dump, load, media_of, with_media
from .content_template import (
    CopyCode,
    FlowButton,
    HeaderText,
    Parameter,
    QuickReply,
    Template,
    UrlSuffix,
)
from .limits import InvalidMessage, require
from .phone import mask
from .terms import _

__all__ = [
    "PENDING",
    "Audio",
    "Buttons",
    "ContactCard",
    "ContactPhone",
    "Contacts",
    "Content",
    "CopyCode",
    "Document",
    "Flow",
    "FlowButton",
    "HeaderText",
    "Image",
    "InvalidMessage",
    "LinkButton",
    "ListMessage",
    "Location",
    "LocationRequest",
    "Media",
    "OutboundMessage",
    "Parameter",
    "QuickReply",
    "Reaction",
    "ReplyButton",
    "Row",
    "Section",
    "Sticker",
    "Template",
    "Text",
    "UrlSuffix",
    "Video",
    "dump",
    "load",
    "media_of",
    "with_media",
]

CLIENT_REF_LENGTH = 512

_E164 = re.compile(r"\+[1-9][0-9]{4,14}")
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[0-9A-Za-z]{1,128}")


@dataclass(frozen=True, repr=False)
class OutboundMessage:
    """One message to one person.

    :param client_ref: our reference; comes back in the status webhooks
    :param to: E.164 with "+"; without it Meta would prefix our own country code
    :param recipient: BSUID, for a person whose phone number we do not know
    :param reply_to: wamid of the message that is quoted; a reaction quotes none
    """

    client_ref: str
    content: Content
    to: str | None = None
    recipient: str | None = None
    reply_to: str | None = None

    def __post_init__(self) -> None:
        require(
            0 < len(self.client_ref) <= CLIENT_REF_LENGTH,
            _("The client reference must have 1 to 512 characters."),
        )
        require(self.to or self.recipient, _("The message has no recipient."))
        require(
            not (self.to and self.recipient),
            _("A message goes to a phone number or to a WhatsApp identity, not to both."),
        )
        require(
            not self.to or _E164.fullmatch(self.to),
            _("The phone number must be written like +905321234567."),
        )
        require(
            not self.recipient or _BSUID.fullmatch(self.recipient),
            _("The WhatsApp identity of the recipient is not valid."),
        )

    def __repr__(self) -> str:
        address = mask(self.to or self.recipient or "")
        kind = type(self.content).__name__
        return f"OutboundMessage(client_ref={self.client_ref!r}, {kind} to {address!r})"

    def to_payload(self) -> dict[str, Any]:
        """Return the body of ``POST /{phone_number_id}/messages`` (cloud_api.md §2.1).

        :raise InvalidMessage: when the file of the content has not been uploaded yet
        """
        payload: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
        }
        if self.to:
            payload["to"] = self.to
        else:
            payload["recipient"] = self.recipient
        payload.update(self.content.to_payload())
        if self.reply_to and not isinstance(self.content, Reaction):  # it names its message itself
            payload["context"] = {"message_id": self.reply_to}
        payload["biz_opaque_callback_data"] = self.client_ref
        return payload
