"""What Meta accepts as a new template (cloud_api.md §4.2).

``check_new`` raises the first rule that is broken, the way Meta answers: code 100, the rule in
``error_subcode`` where one is known, and a sentence for people in ``error_user_msg``.
"""

from __future__ import annotations

import re
from typing import Any

from .errors import GraphError, bad_parameter, template_refused
from .template_button_rules import CHARACTER_LIMIT, check_buttons, missing
from .template_languages import LANGUAGES
from .template_variables import VARIABLE, has_emoji, has_stray_braces, occurrences, variables

CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
MEDIA_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT")
HEADER_FORMATS = ("TEXT", *MEDIA_FORMATS, "LOCATION")
NAME = re.compile(r"[a-z0-9_]{1,512}")
TTL = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43_200), "MARKETING": (43_200, 2_592_000)}
NAMED = re.compile(r"[a-z_]+")
ADJACENT = re.compile(r"\}\}\s*\{\{")

HEADER_FORMAT = 2388047
BODY_FORMAT = 2388072
FOOTER_FORMAT = 2388073
TOO_MANY_VARIABLES = 2388293
VARIABLE_AT_EDGE = 2388299

Component = dict[str, Any]


def check_new(data: dict[str, Any]) -> None:
    """Raises GraphError when Meta would refuse this template."""
    name, language = data.get("name"), data.get("language")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise template_refused(
            None,
            "Invalid template name",
            "A template name has up to 512 lower-case letters, digits and underscores.",
        )
    if not isinstance(language, str) or language not in LANGUAGES:
        raise bad_parameter("Param language must be one of {" + ", ".join(sorted(LANGUAGES)) + "}")
    check_facts(data)
    check_components(data.get("components"), data.get("parameter_format", "POSITIONAL"), data["category"])


def check_facts(data: dict[str, Any]) -> None:
    """Category, kind of variables and time to live, of a new template and of an edited one."""
    if data.get("category") not in CATEGORIES:
        raise bad_parameter(f"Param category must be one of {', '.join(CATEGORIES)}.")
    if data.get("parameter_format", "POSITIONAL") not in ("POSITIONAL", "NAMED"):
        raise bad_parameter("Param parameter_format must be one of POSITIONAL, NAMED.")
    check_ttl(data.get("message_send_ttl_seconds"), data["category"])


def check_ttl(seconds: Any, category: str) -> None:
    """How long Meta tries to deliver (cloud_api.md §4.7); -1 is 30 days, but not for marketing."""
    if seconds is None or (seconds == -1 and category != "MARKETING"):
        return
    least, most = TTL[category]
    if not isinstance(seconds, int) or not least <= seconds <= most:
        raise bad_parameter(f"Param message_send_ttl_seconds must be between {least} and {most}.")


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
        raise missing("BODY", "body")
    for kind, component in zip(kinds, components, strict=True):
        if category == "AUTHENTICATION":
            _check_authentication(kind, component)
        elif kind != "BUTTONS":
            _CHECKS[kind](component, parameter_format)
    buttons = next((c for k, c in zip(kinds, components, strict=True) if k == "BUTTONS"), None)
    if buttons is not None or category == "AUTHENTICATION":
        check_buttons(buttons or {}, category)


def _check_authentication(kind: str, component: Component) -> None:
    """Meta writes these itself; only a few switches are the business's (cloud_api.md §4.2)."""
    if kind == "HEADER":
        raise _format(HEADER_FORMAT, "An authentication template has no header.")
    if kind in ("BODY", "FOOTER") and "text" in component:
        code = BODY_FORMAT if kind == "BODY" else FOOTER_FORMAT
        raise _format(code, f"The {kind.lower()} of an authentication template has no text of its own.")
    minutes = component.get("code_expiration_minutes") if kind == "FOOTER" else None
    if minutes is not None and not (isinstance(minutes, int) and 1 <= minutes <= 90):
        raise bad_parameter("Param code_expiration_minutes must be between 1 and 90.")


def _check_header(header: Component, parameter_format: str) -> None:
    form = str(header.get("format", "")).upper()
    if form not in HEADER_FORMATS:
        raise _format(HEADER_FORMAT, f"A header's format is one of {', '.join(HEADER_FORMATS)}.")
    if form in MEDIA_FORMATS and not handle(header):
        raise missing("HEADER", "example")
    if form == "TEXT":
        _check_header_text(header, parameter_format)


def handle(header: Component) -> str:
    """The sample of a media header, as the resumable upload named it; empty when there is none."""
    given = _example(header, "header_handle")
    return str(given[0]).strip() if isinstance(given, list) and given else ""


def _check_header_text(header: Component, parameter_format: str) -> None:
    text = _text(header, "HEADER", 60)
    found = variables(text)
    if len(found) > 1:
        raise _format(HEADER_FORMAT, "A header has at most one variable.")
    if "\n" in text or "*" in text or has_emoji(text):
        raise _format(HEADER_FORMAT, "A header can't have new lines, formatting characters, emojis or asterisks.")
    _check_variables(text, parameter_format, HEADER_FORMAT)
    if found:
        key = "header_text_named_params" if parameter_format == "NAMED" else "header_text"
        _check_examples("HEADER", found, _example(header, key), parameter_format)


def _check_body(body: Component, parameter_format: str) -> None:
    text = _text(body, "BODY", 1024)
    found = variables(text)
    if "\n\n\n" in text:
        raise _format(BODY_FORMAT, "A body can't have more than two new lines in a row.")
    if "add_security_recommendation" in body:
        raise bad_parameter("Only authentication templates have add_security_recommendation.")
    _check_variables(text, parameter_format, BODY_FORMAT)
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
    count = len(occurrences(text))
    if count and len(words) < 2 * count + 1:
        raise template_refused(
            TOO_MANY_VARIABLES,
            "This template contains too many variable parameters relative to the message length",
            "Reduce the number of variables or write more text around them.",
        )


def _check_footer(footer: Component, _parameter_format: str) -> None:
    if "code_expiration_minutes" in footer:
        raise bad_parameter("Only authentication templates have code_expiration_minutes.")
    text = _text(footer, "FOOTER", 60)
    if variables(text) or has_stray_braces(text):
        raise _format(FOOTER_FORMAT, "A footer has no variables.")
    if "\n" in text or has_emoji(text):
        raise _format(FOOTER_FORMAT, "A footer can't have new lines or emojis.")


def _check_variables(text: str, parameter_format: str, subcode: int) -> None:
    if has_stray_braces(text):
        raise _format(subcode, "A variable has two braces on each side.")
    found = occurrences(text)
    if parameter_format == "NAMED":
        if not all(map(NAMED.fullmatch, found)):
            raise _format(subcode, "Named variables have lower-case letters and underscores only.")
        if len(set(found)) != len(found):
            raise _format(subcode, "A named variable is used once.")
    elif sorted(set(found)) != sorted(str(i + 1) for i in range(len(set(found)))):
        raise _format(subcode, "Variables are numbered from {{1}} without gaps.")


def _check_examples(kind: str, found: list[str], examples: Any, parameter_format: str) -> None:
    if not isinstance(examples, list) or len(examples) != len(found):
        raise missing(kind, "example")
    if parameter_format == "NAMED":
        if not all(isinstance(e, dict) for e in examples):
            raise missing(kind, "example")
        if {str(e.get("param_name")) for e in examples} != set(found):
            raise missing(kind, "example")
        examples = [e.get("example") for e in examples]
    if not all(isinstance(e, str) and e.strip() for e in examples):
        raise missing(kind, "example")


def _example(component: Component, key: str) -> Any:
    example = component.get("example")
    return example.get(key) if isinstance(example, dict) else None


def _text(component: Component, kind: str, limit: int) -> str:
    text = component.get("text")
    if not isinstance(text, str) or not text.strip():
        raise missing(kind, "text")
    if len(text) > limit:
        raise template_refused(
            CHARACTER_LIMIT,
            "Character limit exceeded",
            f"The {kind.lower()} has {len(text)} characters; at most {limit} are allowed.",
        )
    return text


def _format(subcode: int, message: str) -> GraphError:
    return template_refused(subcode, "The template's format is incorrect", message)


_CHECKS = {
    "HEADER": _check_header,
    "BODY": _check_body,
    "FOOTER": _check_footer,
    "BUTTONS": lambda component, parameter_format: None,  # last, when all texts are right
}
