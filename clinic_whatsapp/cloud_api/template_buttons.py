"""The buttons of a template, written and read in Meta's form (cloud_api.md §4.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from .answers import text
from .terms import _

CONTACT_LABEL = "Share Contact Info"
VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")

_OTP_ADDRESS = "://www.whatsapp.com/otp/code/"  # how Meta shows an OTP button afterwards

Json = dict[str, Any]


def variables(words: str) -> list[str]:
    """Return the names of the variables ("1", "first_name"), each once, as they first appear."""
    return list(dict.fromkeys(occurrences(words)))


def occurrences(words: str) -> list[str]:
    """Return the names of the variables as often as they appear."""
    return [name.strip() for name in VARIABLE.findall(words)]


@dataclass(frozen=True)
class QuickReplyButton:
    """Sends its text, and a payload of ours, back."""

    text: str

    def to_payload(self) -> Json:
        return {"type": "QUICK_REPLY", "text": self.text}


@dataclass(frozen=True)
class UrlButton:
    """Opens a page. ``url`` may end with one variable; ``example`` is then a whole address."""

    text: str
    url: str
    example: str = field(default="", repr=False)

    def to_payload(self) -> Json:
        payload: Json = {"type": "URL", "text": self.text, "url": self.url}
        if self.example and variables(self.url):
            payload["example"] = [self.example]
        return payload


@dataclass(frozen=True)
class PhoneButton:
    """Calls a number, written as E.164."""

    text: str
    phone_number: str

    def to_payload(self) -> Json:
        return {"type": "PHONE_NUMBER", "text": self.text, "phone_number": self.phone_number}


@dataclass(frozen=True)
class CopyCodeButton:
    """Copies a code; its label is WhatsApp's own."""

    example: str

    def to_payload(self) -> Json:
        return {"type": "COPY_CODE", **_given(example=self.example)}


@dataclass(frozen=True)
class FlowFormButton:
    """Opens a form.

    :param action: "navigate", "data_exchange" or "", which is Meta's default
    :param screen: the first screen, for "navigate"
    """

    text: str
    flow_id: str
    action: str = ""
    screen: str = ""

    def to_payload(self) -> Json:
        opens = _given(
            flow_id=self.flow_id, flow_action=self.action, navigate_screen=self.screen
        )
        return {"type": "FLOW", "text": self.text, **opens}


@dataclass(frozen=True)
class ContactRequestButton:
    """Asks the patient to share his phone number; WhatsApp writes its label in his language.

    :param text: nothing, or CONTACT_LABEL, as Meta shows it
    """

    text: str = ""

    def to_payload(self) -> Json:
        return {"type": "REQUEST_CONTACT_INFO", **_given(text=self.text)}


@dataclass(frozen=True)
class OtpButton:
    """Copies the one-time code of an authentication template; without ``text`` in Meta's words."""

    text: str = ""

    def to_payload(self) -> Json:
        return {"type": "OTP", "otp_type": "COPY_CODE", **_given(text=self.text)}


Button = (
    QuickReplyButton
    | UrlButton
    | PhoneButton
    | CopyCodeButton
    | FlowFormButton
    | ContactRequestButton
    | OtpButton
)


class Unreadable(Exception):
    """Something of a template could not be written again: ``args`` are the reason and the part."""


def unknown(part: str) -> Unreadable:
    """Return the error for a part that we cannot write; ``part`` is Meta's word for it."""
    return Unreadable(_("The template has a part that can only be edited at Meta."), part)


def only_known(component: Json, known: Collection[str]) -> None:
    """Raise Unreadable when there is more in a component than what is read of it."""
    for key, value in component.items():
        if key not in known and value not in (None, "", [], {}):
            raise unknown(key)


def first(value: Any) -> str:
    """The first of a list, or the text itself: Meta takes and gives both."""
    return text(next(iter(value), "")) if isinstance(value, list) else text(value)


def read_button(button: Any, authentication: bool = False) -> Button:
    """Return a button of Meta's; of an authentication template also as Meta shows its code button.

    :raise Unreadable: when we could not write it again as it is
    """
    kind = text(button.get("type")).upper() if isinstance(button, dict) else ""
    if authentication and kind == "URL" and _OTP_ADDRESS in text(button.get("url")):
        return _read_shown_otp(button)
    if kind not in _READERS:
        raise unknown(kind or "BUTTONS")
    read, keys = _READERS[kind]
    only_known(button, {"type", *keys})
    return read(button)


def _read_otp(button: Json) -> OtpButton:
    kind = text(button.get("otp_type")).upper()
    if kind != "COPY_CODE":
        raise unknown(kind)
    return OtpButton(text(button.get("text")))


def _read_shown_otp(button: Json) -> OtpButton:
    if "otp_type=copy_code" not in text(button.get("url")).lower():
        raise unknown("OTP")
    return OtpButton(text(button.get("text")))


def _read_url(button: Json) -> UrlButton:
    example = first(button.get("example"))
    return UrlButton(text(button.get("text")), text(button.get("url")), example)


def _read_flow(button: Json) -> FlowFormButton:
    action, screen = text(button.get("flow_action")), text(button.get("navigate_screen"))
    flow_id = text(button.get("flow_id"))
    return FlowFormButton(text(button.get("text")), flow_id, action.lower(), screen)


def _read_phone(button: Json) -> PhoneButton:
    return PhoneButton(text(button.get("text")), text(button.get("phone_number")))


_READERS: dict[str, tuple[Callable[[Json], Button], tuple[str, ...]]] = {
    "QUICK_REPLY": (lambda button: QuickReplyButton(text(button.get("text"))), ("text",)),
    "URL": (_read_url, ("text", "url", "example")),
    "PHONE_NUMBER": (_read_phone, ("text", "phone_number")),
    # Meta shows its own label
    "COPY_CODE": (lambda button: CopyCodeButton(first(button.get("example"))), ("text", "example")),
    "FLOW": (_read_flow, ("text", "flow_id", "flow_action", "navigate_screen")),
    "REQUEST_CONTACT_INFO": (
        lambda button: ContactRequestButton(text(button.get("text"))),
        ("text",),
    ),
    "OTP": (_read_otp, ("otp_type", "text")),
}


def _given(**values: str) -> Json:
    return {key: value for key, value in values.items() if value}
