"""What Meta accepts as a new template (cloud_api.md §4.2).

``check_new`` raises the first rule that is broken, the way Meta answers: code 100, the rule in
``error_subcode`` where one is known, and a sentence for people in ``error_user_msg``.
"""

from __future__ import annotations

import re
from typing import Any

from .errors import GraphError, bad_parameter, template_refused

CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
HEADER_FORMATS = ("TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION")
BUTTON_TYPES = ("QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "OTP", "FLOW", "REQUEST_CONTACT_INFO")
NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
NAMED = re.compile(r"[a-z_]+")
ADJACENT = re.compile(r"\}\}\s*\{\{")
ONLY = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1}

CHARACTER_LIMIT = 2388040
MISSING_FIELD = 2388043
HEADER_FORMAT = 2388047
BODY_FORMAT = 2388072
FOOTER_FORMAT = 2388073
TOO_MANY_VARIABLES = 2388293
VARIABLE_AT_EDGE = 2388299

Component = dict[str, Any]


def variables(text: str) -> list[str]:
    """The variables of a text, each once, in the order of their first appearance."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def check_new(data: dict[str, Any]) -> None:
    """Raises GraphError when Meta would refuse this template."""
    name, language = data.get("name"), data.get("language")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise template_refused(
            None,
            "Invalid template name",
            "A template name has up to 512 lower-case letters, digits and underscores.",
        )
    if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
        raise bad_parameter("Param language must be a language code such as tr or en_US.")
    if data.get("category") not in CATEGORIES:
        raise bad_parameter(f"Param category must be one of {', '.join(CATEGORIES)}.")
    parameter_format = data.get("parameter_format", "POSITIONAL")
    if parameter_format not in ("POSITIONAL", "NAMED"):
        raise bad_parameter("Param parameter_format must be one of POSITIONAL, NAMED.")
    check_components(data.get("components"), parameter_format, data["category"])


def check_components(components: Any, parameter_format: str, category: str) -> None:
    if not isinstance(components, list) or not all(isinstance(c, dict) for c in components):
        raise bad_parameter("The parameter components is required.")
    kinds = [str(c.get("type", "")).upper() for c in components]
    for kind in set(kinds):
        if kind not in _CHECKS:
            raise bad_parameter(f"Param components has an unknown type {kind!r}.")
        if kinds.count(kind) > 1:
            raise _format(BODY_FORMAT, f"There is more than one component of type {kind}.")
    if "BODY" not in kinds:
        raise _missing("BODY", "body")
    for kind, component in zip(kinds, components, strict=True):
        if not (kind in ("BODY", "FOOTER") and category == "AUTHENTICATION"):
            _CHECKS[kind](component, parameter_format)


def _check_header(header: Component, parameter_format: str) -> None:
    form = str(header.get("format", "")).upper()
    if form not in HEADER_FORMATS:
        raise _format(HEADER_FORMAT, f"A header's format is one of {', '.join(HEADER_FORMATS)}.")
    if form in ("IMAGE", "VIDEO", "DOCUMENT") and not _example(header, "header_handle"):
        raise _missing("HEADER", "example")
    if form == "TEXT":
        _check_header_text(header, parameter_format)


def _check_header_text(header: Component, parameter_format: str) -> None:
    text = _text(header, "HEADER", 60)
    found = variables(text)
    if len(found) > 1:
        raise _format(HEADER_FORMAT, "A header has at most one variable.")
    if "\n" in text:
        raise _format(HEADER_FORMAT, "A header has no line breaks.")
    _check_variables(found, parameter_format, HEADER_FORMAT)
    if found:
        key = "header_text_named_params" if parameter_format == "NAMED" else "header_text"
        _check_examples("HEADER", found, _example(header, key), parameter_format)


def _check_body(body: Component, parameter_format: str) -> None:
    text = _text(body, "BODY", 1024)
    found = variables(text)
    _check_variables(found, parameter_format, BODY_FORMAT)
    _check_positions(text)
    if not found:
        return
    key = "body_text_named_params" if parameter_format == "NAMED" else "body_text"
    examples = _example(body, key)
    if parameter_format == "POSITIONAL" and examples and isinstance(examples[0], list):
        examples = examples[0]
    _check_examples("BODY", found, examples, parameter_format)


def _check_positions(text: str) -> None:
    stripped = text.strip()
    if stripped.startswith("{{") or stripped.endswith("}}"):
        raise template_refused(
            VARIABLE_AT_EDGE,
            "Variables can't be at the start or end of the template",
            "This template has variables at its start or end. Put text before and after them.",
        )
    if ADJACENT.search(text):
        raise _format(BODY_FORMAT, "Two variables stand next to each other. Put text in between.")
    words = re.findall(r"\w+", VARIABLE.sub(" ", text))
    count = len(VARIABLE.findall(text))
    if count and len(words) < 2 * count + 1:
        raise template_refused(
            TOO_MANY_VARIABLES,
            "This template contains too many variable parameters relative to the message length",
            "Reduce the number of variables or write more text around them.",
        )


def _check_footer(footer: Component, _parameter_format: str) -> None:
    if variables(_text(footer, "FOOTER", 60)):
        raise _format(FOOTER_FORMAT, "A footer has no variables.")


def _check_buttons(component: Component, parameter_format: str) -> None:
    buttons = component.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 10:
        raise bad_parameter("Param buttons must have 1 to 10 buttons.")
    kinds = [str(b.get("type", "")).upper() for b in buttons]
    for kind, button in zip(kinds, buttons, strict=True):
        _check_button(kind, button)
    for kind, most in ONLY.items():
        if kinds.count(kind) > most:
            raise bad_parameter(f"A template has at most {most} button(s) of type {kind}.")
    runs = sum(a != b for a, b in zip(_is_quick(kinds), _is_quick(kinds)[1:], strict=False))
    if runs > 1:
        raise bad_parameter("Quick replies must be grouped, not mixed with other buttons.")


def _is_quick(kinds: list[str]) -> list[bool]:
    return [kind == "QUICK_REPLY" for kind in kinds]


def _check_button(kind: str, button: Component) -> None:
    if kind not in BUTTON_TYPES:
        raise bad_parameter(f"A button's type must be one of {', '.join(BUTTON_TYPES)}.")
    text = button.get("text", "")
    if kind != "COPY_CODE" and not (isinstance(text, str) and 1 <= len(text) <= 25):
        raise template_refused(
            CHARACTER_LIMIT, "Character limit exceeded", "A button's text has 1 to 25 characters."
        )
    if kind == "URL":
        _check_url(button)
    if kind == "PHONE_NUMBER" and not 1 <= len(str(button.get("phone_number", ""))) <= 20:
        raise bad_parameter("A call button's phone_number has 1 to 20 characters.")


def _check_url(button: Component) -> None:
    url = str(button.get("url", ""))
    if not url.startswith(("http://", "https://")) or len(url) > 2000:
        raise bad_parameter("A button's url starts with https:// and has up to 2000 characters.")
    found = VARIABLE.findall(url)
    if found and (len(found) > 1 or not url.endswith("}}")):
        raise bad_parameter("A button's url has at most one variable, at its very end.")
    if found and not button.get("example"):
        raise _missing("BUTTONS", "example")


def _check_variables(found: list[str], parameter_format: str, subcode: int) -> None:
    if parameter_format == "NAMED":
        wrong = [name for name in found if not NAMED.fullmatch(name)]
        if wrong:
            raise _format(subcode, "Named variables have lower-case letters and underscores only.")
    elif sorted(found) != sorted(str(i + 1) for i in range(len(found))):
        raise _format(subcode, "Variables are numbered from {{1}} without gaps.")


def _check_examples(kind: str, found: list[str], examples: Any, parameter_format: str) -> None:
    if not isinstance(examples, list) or len(examples) != len(found):
        raise _missing(kind, "example")
    if parameter_format == "NAMED" and {e.get("param_name") for e in examples} != set(found):
        raise _missing(kind, "example")


def _example(component: Component, key: str) -> Any:
    example = component.get("example")
    return example.get(key) if isinstance(example, dict) else None


def _text(component: Component, kind: str, limit: int) -> str:
    text = component.get("text")
    if not isinstance(text, str) or not text.strip():
        raise _missing(kind, "text")
    if len(text) > limit:
        raise template_refused(
            CHARACTER_LIMIT,
            "Character limit exceeded",
            f"The {kind.lower()} has {len(text)} characters; at most {limit} are allowed.",
        )
    return text


def _format(subcode: int, message: str) -> GraphError:
    return template_refused(subcode, "The template's format is incorrect", message)


def _missing(kind: str, name: str) -> GraphError:
    return template_refused(
        MISSING_FIELD,
        'Message template "components" param is missing expected field(s)',
        f"component of type {kind} is missing expected field(s) ({name})",
    )


_CHECKS = {
    "HEADER": _check_header,
    "BODY": _check_body,
    "FOOTER": _check_footer,
    "BUTTONS": _check_buttons,
}
