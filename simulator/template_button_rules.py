"""What Meta accepts as the buttons of a template (cloud_api.md §4.2)."""

from __future__ import annotations

import itertools
import re
from typing import Any

from .errors import GraphError, bad_parameter, template_refused
from .template_variables import has_stray_braces, occurrences

BUTTON_TYPES = ("QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "OTP", "FLOW", "REQUEST_CONTACT_INFO")
ONLY = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1}
PHONE = re.compile(r"\+?[0-9][0-9 ()-]*")
CONTACT_LABEL = "Share Contact Info"
FORM = ("flow_id", "flow_name", "flow_json")

CHARACTER_LIMIT = 2388040
MISSING_FIELD = 2388043

Component = dict[str, Any]


def check_buttons(component: Component, category: str) -> None:
    """Raises GraphError for the first rule that is broken."""
    buttons = component.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 10 or not all(isinstance(b, dict) for b in buttons):
        raise bad_parameter("Param buttons must have 1 to 10 buttons.")
    kinds = [str(b.get("type", "")).upper() for b in buttons]
    if category == "AUTHENTICATION" and kinds != ["OTP"]:
        raise bad_parameter("An authentication template has one button, of type OTP.")
    if category != "AUTHENTICATION" and "OTP" in kinds:
        raise bad_parameter("Only authentication templates have a button of type OTP.")
    for kind, button in zip(kinds, buttons, strict=True):
        _check_button(kind, button)
    for kind, most in ONLY.items():
        if kinds.count(kind) > most:
            raise bad_parameter(f"A template has at most {most} button(s) of type {kind}.")
    quick = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(a != b for a, b in itertools.pairwise(quick)) > 1:
        raise bad_parameter("Quick replies must be grouped, not mixed with other buttons.")


def _check_button(kind: str, button: Component) -> None:
    if kind not in BUTTON_TYPES:
        raise bad_parameter(f"A button's type must be one of {', '.join(BUTTON_TYPES)}.")
    if kind == "COPY_CODE":
        _check_code(button)
    elif kind == "REQUEST_CONTACT_INFO":
        if button.get("text", CONTACT_LABEL) != CONTACT_LABEL:
            raise bad_parameter(f"The text of a button of type {kind} cannot be customized.")
    elif kind != "OTP" or "text" in button:
        _check_label(button.get("text"))
    if kind == "URL":
        _check_url(button)
    if kind == "PHONE_NUMBER":
        _check_phone(str(button.get("phone_number", "")))
    if kind == "FLOW" and not any(str(button.get(name) or "").strip() for name in FORM):
        raise missing("BUTTONS", "flow_id")


def _check_label(text: Any) -> None:
    if not isinstance(text, str) or not text.strip() or len(text) > 25:
        raise template_refused(CHARACTER_LIMIT, "Character limit exceeded", "A button's text has 1 to 25 characters.")
    if "{{" in text or "\n" in text:
        raise bad_parameter("A button's text can't have variables or new lines.")


def _check_code(button: Component) -> None:
    example = button.get("example")
    example = example[0] if isinstance(example, list) and example else example
    if not isinstance(example, str) or not example.strip():
        raise missing("BUTTONS", "example")
    if len(example) > 20:
        raise template_refused(CHARACTER_LIMIT, "Character limit exceeded", "A code has at most 20 characters.")


def _check_phone(number: str) -> None:
    if len(number) > 20 or not PHONE.fullmatch(number):
        raise bad_parameter("A call button's phone_number is a number of 1 to 20 characters.")


def _check_url(button: Component) -> None:
    url = str(button.get("url", ""))
    if not url.startswith(("http://", "https://")) or len(url) > 2000:
        raise bad_parameter("A button's url starts with https:// and has up to 2000 characters.")
    found = occurrences(url)
    if has_stray_braces(url) or (found and (found != ["1"] or not url.endswith("}}"))):
        raise bad_parameter("A button's url has at most one variable, at its very end.")
    example = button.get("example")
    example = example[0] if isinstance(example, list) and example else example
    if found and not (isinstance(example, str) and example.strip()):
        raise missing("BUTTONS", "example")


def missing(kind: str, name: str) -> GraphError:
    return template_refused(
        MISSING_FIELD,
        'Message template "components" param is missing expected field(s)',
        f"component of type {kind} is missing expected field(s) ({name})",
    )
