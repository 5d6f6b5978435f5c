"""What can be sent, and Meta's limits on it (cloud_api.md §2).

Every content checks itself when it is made, so that what reaches the client can be sent. The
dataclasses keep text, phone numbers and identities out of their repr: a repr ends up in logs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .phone import mask
from .terms import _

TEXT_LENGTH = 4096
BUTTON_BODY_LENGTH = 1024
BUTTON_TITLE_LENGTH = 20
BUTTON_ID_LENGTH = 256
HEADER_LENGTH = 60
FOOTER_LENGTH = 60
MAX_REPLY_BUTTONS = 3
MAX_TEMPLATE_BUTTONS = 10
TEMPLATE_NAME_LENGTH = 512
CLIENT_REF_LENGTH = 512

_E164 = re.compile(r"\+[1-9][0-9]{4,14}")
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[0-9A-Za-z]{1,128}")
_TEMPLATE_NAME = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:_[A-Za-z]{2,4})?")
_PARAMETER_NAME = re.compile(r"[a-z][a-z0-9_]*")


class InvalidMessage(ValueError):
    """The message cannot be sent as it is. ``limit`` says which limit it breaks.

    ``limit`` is an English term to translate and never repeats what was written.
    """

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


@dataclass(frozen=True)
class Text:
    """A free text, allowed while the 24-hour window is open."""

    body: str = field(repr=False)
    preview_url: bool = False

    def __post_init__(self) -> None:
        _require(self.body.strip(), _("The message is empty."))
        _require(len(self.body) <= TEXT_LENGTH, _("A message may have 4,096 characters at most."))

    def to_payload(self) -> dict[str, Any]:
        return {"type": "text", "text": {"body": self.body, "preview_url": self.preview_url}}


@dataclass(frozen=True)
class ReplyButton:
    """A button under a free text; ``id`` comes back when it is pressed."""

    id: str = field(repr=False)
    title: str = field(repr=False)

    def __post_init__(self) -> None:
        _require(self.id.strip(), _("A button has no reference."))
        _require(
            len(self.id) <= BUTTON_ID_LENGTH,
            _("The reference of a button may have 256 characters at most."),
        )
        _require(self.title.strip(), _("A button has no label."))
        _require(
            len(self.title) <= BUTTON_TITLE_LENGTH,
            _("The label of a button may have 20 characters at most."),
        )

    def to_payload(self) -> dict[str, Any]:
        return {"type": "reply", "reply": {"id": self.id, "title": self.title}}


@dataclass(frozen=True)
class Buttons:
    """A free text with one to three reply buttons, allowed while the window is open."""

    body: str = field(repr=False)
    buttons: tuple[ReplyButton, ...]
    header: str = field(default="", repr=False)
    footer: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        _require(self.body.strip(), _("The message is empty."))
        _require(
            len(self.body) <= BUTTON_BODY_LENGTH,
            _("A message with buttons may have 1,024 characters at most."),
        )
        _require(len(self.header) <= HEADER_LENGTH, _("The header may have 60 characters at most."))
        _require(len(self.footer) <= FOOTER_LENGTH, _("The footer may have 60 characters at most."))
        _require(
            1 <= len(self.buttons) <= MAX_REPLY_BUTTONS,
            _("A message may have one to three buttons."),
        )
        _require(
            _unique([button.title for button in self.buttons]),
            _("Two buttons have the same label."),
        )
        _require(
            _unique([button.id for button in self.buttons]),
            _("Two buttons have the same reference."),
        )

    def to_payload(self) -> dict[str, Any]:
        interactive: dict[str, Any] = {"type": "button"}
        if self.header:
            interactive["header"] = {"type": "text", "text": self.header}
        interactive["body"] = {"text": self.body}
        if self.footer:
            interactive["footer"] = {"text": self.footer}
        interactive["action"] = {"buttons": [button.to_payload() for button in self.buttons]}
        return {"type": "interactive", "interactive": interactive}


@dataclass(frozen=True)
class Parameter:
    """The value of one variable of a template; ``name`` only in templates with named variables.

    Meta refuses line breaks, tabs and more than four spaces in a row: they become single spaces.
    """

    text: str = field(repr=False)
    name: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _one_line(self.text))
        _require(self.text, _("A variable of the template has no value."))
        _require(
            self.name is None or _PARAMETER_NAME.fullmatch(self.name),
            _("The name of a variable may have small letters, digits and underscores only."),
        )

    def to_payload(self) -> dict[str, Any]:
        payload = {"type": "text", "text": self.text}
        return {**payload, "parameter_name": self.name} if self.name else payload


@dataclass(frozen=True)
class QuickReply:
    """What a quick-reply button of a template sends back when it is pressed.

    ``index`` counts all buttons of the template from 0.
    """

    index: int
    payload: str = field(repr=False)

    def __post_init__(self) -> None:
        _require(
            0 <= self.index < MAX_TEMPLATE_BUTTONS, _("A template may have ten buttons at most.")
        )
        _require(self.payload.strip(), _("A button has no reference."))
        _require(
            len(self.payload) <= BUTTON_ID_LENGTH,
            _("The reference of a button may have 256 characters at most."),
        )

    def to_payload(self) -> dict[str, Any]:
        return {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(self.index),
            "parameters": [{"type": "payload", "payload": self.payload}],
        }


@dataclass(frozen=True)
class Template:
    """An approved template with its values; may be sent when the window is closed, too.

    ``language`` in Meta's spelling: "tr", "en", "en_US".
    """

    name: str
    language: str
    body: tuple[Parameter, ...] = ()
    buttons: tuple[QuickReply, ...] = ()

    def __post_init__(self) -> None:
        _require(
            _TEMPLATE_NAME.fullmatch(self.name) and len(self.name) <= TEMPLATE_NAME_LENGTH,
            _("The name of a template may have small letters, digits and underscores only."),
        )
        _require(
            _LANGUAGE.fullmatch(self.language),
            _("The language of a template is written like “tr” or “en_US”."),
        )
        names = [parameter.name for parameter in self.body if parameter.name]
        _require(
            len(names) in (0, len(self.body)),
            _("A template has either numbered or named variables, not both."),
        )
        _require(_unique(names), _("Two variables of the template have the same name."))
        _require(
            _unique([button.index for button in self.buttons]),
            _("Two values are given for the same button."),
        )

    def to_payload(self) -> dict[str, Any]:
        template: dict[str, Any] = {"name": self.name, "language": {"code": self.language}}
        components: list[dict[str, Any]] = []
        if self.body:
            parameters = [parameter.to_payload() for parameter in self.body]
            components.append({"type": "body", "parameters": parameters})
        components.extend(button.to_payload() for button in self.buttons)
        if components:
            template["components"] = components
        return {"type": "template", "template": template}


@dataclass(frozen=True, repr=False)
class OutboundMessage:
    """One message to one person.

    :param client_ref: our reference; comes back in the status webhooks
    :param to: E.164 with "+"; without it Meta would prefix our own country code
    :param recipient: BSUID, for a person whose phone number we do not know
    :param reply_to: wamid of the message that is quoted
    """

    client_ref: str
    content: Text | Buttons | Template
    to: str | None = None
    recipient: str | None = None
    reply_to: str | None = None

    def __post_init__(self) -> None:
        _require(
            0 < len(self.client_ref) <= CLIENT_REF_LENGTH,
            _("The client reference must have 1 to 512 characters."),
        )
        _require(self.to or self.recipient, _("The message has no recipient."))
        _require(
            not (self.to and self.recipient),
            _("A message goes to a phone number or to a WhatsApp identity, not to both."),
        )
        _require(
            not self.to or _E164.fullmatch(self.to),
            _("The phone number must be written like +905321234567."),
        )
        _require(
            not self.recipient or _BSUID.fullmatch(self.recipient),
            _("The WhatsApp identity of the recipient is not valid."),
        )

    def __repr__(self) -> str:
        address = mask(self.to or self.recipient or "")
        kind = type(self.content).__name__
        return f"OutboundMessage(client_ref={self.client_ref!r}, {kind} to {address!r})"

    def to_payload(self) -> dict[str, Any]:
        """Return the body of ``POST /{phone_number_id}/messages`` (cloud_api.md §2.1)."""
        payload: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
        }
        if self.to:
            payload["to"] = self.to
        else:
            payload["recipient"] = self.recipient
        payload.update(self.content.to_payload())
        if self.reply_to:
            payload["context"] = {"message_id": self.reply_to}
        payload["biz_opaque_callback_data"] = self.client_ref
        return payload


def _require(condition: object, limit: str) -> None:
    if not condition:
        raise InvalidMessage(limit)


def _unique(values: Sequence[object]) -> bool:
    return len(set(values)) == len(values)


def _one_line(text: str) -> str:
    """No line breaks, no tabs, no run of more than four spaces (cloud_api.md §2.4)."""
    text = re.sub(r"[^\S ]+", " ", text.strip())
    return re.sub(r" {5,}", " ", text)
