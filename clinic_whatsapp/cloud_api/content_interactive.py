"""Free-form messages that patients answer by tapping (cloud_api.md §2.3, §9.2); see content_list.py, too.

Allowed while the 24-hour window is open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .content_media import Document, Image, Video, require_no_caption
from .limits import (
    FOOTER_LENGTH,
    HEADER_LENGTH,
    has_emoji,
    json_object,
    require,
    require_button_id,
    unique,
)
from .terms import _

BODY_LENGTH = 1024
LABEL_LENGTH = 20
MAX_REPLY_BUTTONS = 3
FLOW_MESSAGE_VERSION = "3"

_WEB_ADDRESS = re.compile(r"https?://[^\s/?#@]+(?:[/?#]\S*)?", re.IGNORECASE)

Header = str | Image | Video | Document


@dataclass(frozen=True)
class ReplyButton:
    """A button under a free text; ``id`` comes back when it is pressed."""

    kind: ClassVar[str] = "reply_button"

    id: str = field(repr=False)
    title: str = field(repr=False)

    def __post_init__(self) -> None:
        require_button_id(self.id)
        check_label(self.title)

    def to_payload(self) -> dict[str, Any]:
        return {"type": "reply", "reply": {"id": self.id, "title": self.title}}


@dataclass(frozen=True)
class Buttons:
    """A free text with one to three reply buttons."""

    kind: ClassVar[str] = "buttons"
    wire_type: ClassVar[str] = "interactive"

    body: str = field(repr=False)
    buttons: tuple[ReplyButton, ...]
    header: Header = field(default="", repr=False)
    footer: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        _check_frame(self.body, self.header, self.footer)
        require(
            1 <= len(self.buttons) <= MAX_REPLY_BUTTONS,
            _("A message may have one to three buttons."),
        )
        require(
            unique([button.title for button in self.buttons]),
            _("Two buttons have the same label."),
        )
        require(
            unique([button.id for button in self.buttons]),
            _("Two buttons have the same reference."),
        )

    def to_payload(self) -> dict[str, Any]:
        action = {"buttons": [button.to_payload() for button in self.buttons]}
        return interactive("button", self.body, action, self.header, self.footer)


@dataclass(frozen=True)
class LinkButton:
    """A text with one button that opens a web page."""

    kind: ClassVar[str] = "link"
    wire_type: ClassVar[str] = "interactive"

    body: str = field(repr=False)
    text: str = field(repr=False)
    url: str = field(repr=False)
    header: Header = field(default="", repr=False)
    footer: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        _check_frame(self.body, self.header, self.footer)
        check_label(self.text)
        require(
            _WEB_ADDRESS.fullmatch(self.url),
            _("The link of a button must begin with http:// or https://."),
        )

    def to_payload(self) -> dict[str, Any]:
        parameters = {"display_text": self.text, "url": self.url}
        action = {"name": "cta_url", "parameters": parameters}
        return interactive("cta_url", self.body, action, self.header, self.footer)


@dataclass(frozen=True)
class LocationRequest:
    """A text with a button by which the patient sends a place."""

    kind: ClassVar[str] = "location_request"
    wire_type: ClassVar[str] = "interactive"

    body: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_body(self.body)

    def to_payload(self) -> dict[str, Any]:
        return interactive("location_request_message", self.body, {"name": "send_location"})


@dataclass(frozen=True)
class Flow:
    """A text with a button that opens a form.

    :param token: ours, random and for one use; comes back with the answers
    :param screen: the first screen; without it Meta asks our endpoint what to show
    :param data: what the first screen is filled with
    :param draft: for trying out a form that is not published
    """

    kind: ClassVar[str] = "flow"
    wire_type: ClassVar[str] = "interactive"

    body: str = field(repr=False)
    flow_id: str
    button: str = field(repr=False)
    token: str = field(repr=False)
    screen: str = ""
    data: Mapping[str, Any] = field(default_factory=dict, repr=False, metadata={"raw": True})
    header: str = field(default="", repr=False)
    footer: str = field(default="", repr=False)
    draft: bool = False

    def __post_init__(self) -> None:
        _check_frame(self.body, self.header, self.footer)
        require(self.flow_id.strip(), _("The message names no form."))
        check_label(self.button)
        require(not has_emoji(self.button), _("The button of a form has no emoji."))
        require(self.token.strip(), _("A form needs a reference."))
        require(self.screen or not self.data, _("Data for a form need its first screen."))
        object.__setattr__(self, "data", json_object(self.data))

    def to_payload(self) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "flow_message_version": FLOW_MESSAGE_VERSION,
            "flow_id": self.flow_id,
            "flow_cta": self.button,
            "flow_token": self.token,
            "mode": "draft" if self.draft else "published",
            "flow_action": "navigate" if self.screen else "data_exchange",
        }
        if self.screen:
            data = {"data": self.data} if self.data else {}
            parameters["flow_action_payload"] = {"screen": self.screen, **data}
        action = {"name": "flow", "parameters": parameters}
        return interactive("flow", self.body, action, self.header, self.footer)


def _check_frame(body: str, header: Header, footer: str) -> None:
    _check_body(body)
    check_header(header)
    check_footer(footer)


def _check_body(body: str) -> None:
    require(body.strip(), _("The message is empty."))
    require(
        len(body) <= BODY_LENGTH,
        _("A message with buttons may have 1,024 characters at most."),
    )


def check_header(header: Header) -> None:
    if isinstance(header, str):
        require(len(header) <= HEADER_LENGTH, _("The header may have 60 characters at most."))
        return
    require(
        isinstance(header, (Image, Video, Document)),
        _("A header is text, a picture, a video or a document."),
    )
    require_no_caption(header)


def check_footer(footer: str) -> None:
    require(len(footer) <= FOOTER_LENGTH, _("The footer may have 60 characters at most."))


def check_label(label: str) -> None:
    require(label.strip(), _("A button has no label."))
    require(
        len(label) <= LABEL_LENGTH,
        _("The label of a button may have 20 characters at most."),
    )


def interactive(
    form: str, body: str, action: dict[str, Any], header: Header = "", footer: str = ""
) -> dict[str, Any]:
    """Return the payload of an interactive message; an empty header or footer is left out."""
    content: dict[str, Any] = {"type": form}
    if header:
        is_text = isinstance(header, str)
        content["header"] = {"type": "text", "text": header} if is_text else header.to_payload()
    content["body"] = {"text": body}
    if footer:
        content["footer"] = {"text": footer}
    content["action"] = action
    return {"type": "interactive", "interactive": content}
