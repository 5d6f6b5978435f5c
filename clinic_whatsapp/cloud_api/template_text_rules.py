"""Meta's rules for the texts of a template and the variables in them (cloud_api.md §4.2)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .limits import FOOTER_LENGTH, HEADER_LENGTH, has_emoji
from .template_buttons import VARIABLE, occurrences, variables
from .template_definition import NAMED, TemplateDefinition, TextHeader
from .terms import _

BODY_LENGTH = 1024

TOO_LONG = 2388040
MISSING = 2388043
HEADER_FORMAT = 2388047
BODY_FORMAT = 2388072
FOOTER_FORMAT = 2388073
TOO_MANY_VARIABLES = 2388293
VARIABLE_AT_EDGE = 2388299

_VARIABLE_NAME = re.compile(r"[a-z_]+")
_ADJACENT = re.compile(r"\}\}\s*\{\{")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Problem:
    """One thing that Meta would refuse.

    :param code: Meta's ``error_subcode`` for it; ``None`` where it answers code 100 alone
    :param place: "name", "language", "category", "ttl", "header", "body", "footer", "buttons",
        "button:2" (the second one), "variable:1" or "variable:first_name" (of the body)
    :param text: says which limit is broken, an English term to translate
    """

    code: int | None
    place: str
    text: str


def check_header(header: TextHeader, style: str) -> Iterator[Problem]:
    """Find what is wrong with a line above the body; ``style`` is the parameter format."""
    if not header.text.strip():
        yield Problem(MISSING, "header", _("The header has no text."))
        return
    if len(header.text) > HEADER_LENGTH:
        yield Problem(TOO_LONG, "header", _("The header may have 60 characters at most."))
    found = variables(header.text)
    if len(found) > 1:
        yield Problem(HEADER_FORMAT, "header", _("The header may have one variable at most."))
    if "\n" in header.text or "*" in header.text or has_emoji(header.text):
        text = _("The header may have no line breaks, asterisks or emoji.")
        yield Problem(HEADER_FORMAT, "header", text)
    yield from _check_names(header.text, style, HEADER_FORMAT, "header")
    if found and not header.example.strip():
        yield Problem(MISSING, "header", _("The variable of the header needs an example."))


def check_body(definition: TemplateDefinition) -> Iterator[Problem]:
    """Find what is wrong with the text itself, its variables and their examples."""
    body = definition.body
    if not body.strip():
        yield Problem(MISSING, "body", _("The template has no text."))
        return
    if len(body) > BODY_LENGTH:
        yield Problem(TOO_LONG, "body", _("The text may have 1,024 characters at most."))
    if "\n\n\n" in body:
        text = _("The text may have two line breaks in a row at most.")
        yield Problem(BODY_FORMAT, "body", text)
    yield from _check_names(body, definition.parameter_format, BODY_FORMAT, "body")
    yield from _check_positions(body)
    yield from _check_examples(definition)


def check_footer(footer: str) -> Iterator[Problem]:
    """Find what is wrong with the small line below the body, where there is one."""
    if not footer:
        return
    if not footer.strip():
        yield Problem(MISSING, "footer", _("The footer has no text."))
    if len(footer) > FOOTER_LENGTH:
        yield Problem(TOO_LONG, "footer", _("The footer may have 60 characters at most."))
    if variables(footer) or _has_stray_braces(footer):
        yield Problem(FOOTER_FORMAT, "footer", _("The footer may have no variables."))
    if "\n" in footer or has_emoji(footer):
        text = _("The footer may have no line breaks or emoji.")
        yield Problem(FOOTER_FORMAT, "footer", text)


def _check_names(words: str, style: str, code: int, place: str) -> Iterator[Problem]:
    """Numbers without gaps from 1, or names of small letters, each used once."""
    if _has_stray_braces(words):
        text = _("A variable is written with two braces on each side: {{1}}.")
        yield Problem(code, place, text)
    names = occurrences(words)
    if style == NAMED:
        yield from _check_named(names, code, place)
    elif set(names) != {str(number + 1) for number in range(len(set(names)))}:
        text = _("Variables are numbered from {{1}} on, without gaps.")
        yield Problem(code, place, text)


def _check_named(names: list[str], code: int, place: str) -> Iterator[Problem]:
    for name, count in Counter(names).items():
        where = f"variable:{name}" if place == "body" else place
        if not _VARIABLE_NAME.fullmatch(name):
            text = _("The name of a variable may have small letters and underscores only.")
            yield Problem(code, where, text)
        if count > 1:
            text = _("A named variable may be used once only.")
            yield Problem(code, where, text)


def _check_positions(body: str) -> Iterator[Problem]:
    stripped = body.strip()
    if stripped.startswith("{{") or stripped.endswith("}}"):
        text = _("The text may not begin or end with a variable.")
        yield Problem(VARIABLE_AT_EDGE, "body", text)
    if _ADJACENT.search(body):
        text = _("Two variables may not stand next to each other.")
        yield Problem(BODY_FORMAT, "body", text)
    count = len(occurrences(body))
    if count and len(_WORD.findall(VARIABLE.sub(" ", body))) < 2 * count + 1:
        text = _("The text needs more than two words for each variable.")
        yield Problem(TOO_MANY_VARIABLES, "body", text)


def _check_examples(definition: TemplateDefinition) -> Iterator[Problem]:
    names, examples = definition.body_variables, definition.body_examples
    for index, name in enumerate(names):
        if index >= len(examples) or not examples[index].strip():
            yield Problem(MISSING, f"variable:{name}", _("Every variable needs an example."))
    if names and len(examples) > len(names) and definition.parameter_format != NAMED:
        yield Problem(MISSING, "body", _("There are more examples than variables."))


def _has_stray_braces(words: str) -> bool:
    rest = VARIABLE.sub("", words)
    return "{{" in rest or "}}" in rest
