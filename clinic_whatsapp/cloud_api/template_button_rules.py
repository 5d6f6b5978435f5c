"""Meta's rules for the buttons of a template (cloud_api.md §4.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from .content_template import CODE_LENGTH, MAX_TEMPLATE_BUTTONS, URL_LENGTH
from .template_buttons import (
    CONTACT_LABEL,
    VARIABLE,
    Button,
    ContactRequestButton,
    CopyCodeButton,
    FlowFormButton,
    OtpButton,
    PhoneButton,
    QuickReplyButton,
    UrlButton,
    occurrences,
)
from .template_definition import AUTHENTICATION
from .template_text_rules import MISSING, TOO_LONG, Problem
from .terms import _

LABEL_LENGTH = 25
PHONE_LENGTH = 20

_PHONE = re.compile(r"\+?[0-9][0-9 ()-]*")
_AT_MOST = (
    (UrlButton, 2, _("A template may have two buttons with a link at most.")),
    (PhoneButton, 1, _("A template may have one button that calls at most.")),
    (CopyCodeButton, 1, _("A template may have one button that copies a code at most.")),
)


def check_buttons(buttons: tuple[Button, ...], category: str) -> Iterator[Problem]:
    """Find what is wrong with the buttons, each for itself and together."""
    if category == AUTHENTICATION:
        if [type(button) for button in buttons] != [OtpButton]:
            text = _("A template with a code has one button, which copies the code.")
            yield Problem(None, "buttons", text)
    else:
        yield from _check_kinds(buttons)
    for number, button in enumerate(buttons, 1):
        yield from _check_button(button, f"button:{number}")


def _check_kinds(buttons: tuple[Button, ...]) -> Iterator[Problem]:
    if len(buttons) > MAX_TEMPLATE_BUTTONS:
        yield Problem(None, "buttons", _("A template may have ten buttons at most."))
    for kind, most, text in _AT_MOST:
        if sum(isinstance(button, kind) for button in buttons) > most:
            yield Problem(None, "buttons", text)
    runs = [quick for quick, _run in groupby(buttons, _is_quick_reply)]
    if len(runs) > 2:
        text = _("Quick replies must stand together, before or after the other buttons.")
        yield Problem(None, "buttons", text)
    if any(isinstance(button, OtpButton) for button in buttons):
        text = _("Only a template of the category authentication copies a one-time code.")
        yield Problem(None, "buttons", text)


def _is_quick_reply(button: Button) -> bool:
    return isinstance(button, QuickReplyButton)


def _check_button(button: Button, place: str) -> Iterator[Problem]:
    match button:
        case CopyCodeButton(example):
            yield from _check_code(example, place)
        case ContactRequestButton(label):
            if label not in ("", CONTACT_LABEL):
                text = _("WhatsApp itself writes the text of the button that asks for the number.")
                yield Problem(None, place, text)
        case OtpButton(""):
            return  # Meta's own label
        case _:
            yield from _check_label(button.text, place)
    match button:
        case UrlButton(_text, url, example):
            yield from _check_url(url, example, place)
        case PhoneButton(_text, number):
            if len(number) > PHONE_LENGTH or not _PHONE.fullmatch(number):
                text = _("The phone number of a button has 20 characters at most: +90 212 …")
                yield Problem(None, place, text)
        case FlowFormButton(_text, flow_id) if not flow_id.strip():
            yield Problem(MISSING, place, _("A button names no form."))


def _check_label(label: str, place: str) -> Iterator[Problem]:
    if not label.strip() or len(label) > LABEL_LENGTH:
        text = _("The text of a button has 1 to 25 characters.")
        yield Problem(TOO_LONG, place, text)
    if "{{" in label or "\n" in label:
        text = _("The text of a button may have no variables or line breaks.")
        yield Problem(None, place, text)


def _check_url(url: str, example: str, place: str) -> Iterator[Problem]:
    if not url.startswith(("http://", "https://")) or len(url) > URL_LENGTH:
        text = _("A link begins with https:// and has 2,000 characters at most.")
        yield Problem(None, place, text)
    found = occurrences(url)
    rest = VARIABLE.sub("", url)
    wrong = found and (found != ["1"] or not url.endswith("}}"))
    if wrong or "{{" in rest or "}}" in rest:
        text = _("A link may have one variable, {{1}}, at its very end.")
        yield Problem(None, place, text)
    if found and not example.strip():
        yield Problem(MISSING, place, _("A link with a variable needs an example."))


def _check_code(example: str, place: str) -> Iterator[Problem]:
    if not example.strip():
        yield Problem(MISSING, place, _("A button that copies a code needs an example."))
    if len(example) > CODE_LENGTH:
        text = _("The code of a button may have 20 characters at most.")
        yield Problem(TOO_LONG, place, text)
