"""The variables in the texts of templates, and what else Meta looks for in a text."""

from __future__ import annotations

import re
import unicodedata

VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")
FIRST_PICTURE = "\u2190"


def variables(text: str) -> list[str]:
    """The variables of a text, each once, in the order of their first appearance."""
    return list(dict.fromkeys(occurrences(text)))


def occurrences(text: str) -> list[str]:
    """The variables of a text, as often as they appear."""
    return [name.strip() for name in VARIABLE.findall(text)]


def has_stray_braces(text: str) -> bool:
    """Whether braces are left over that belong to no variable."""
    rest = VARIABLE.sub("", text)
    return "{{" in rest or "}}" in rest


def has_emoji(text: str) -> bool:
    return any(char >= FIRST_PICTURE and unicodedata.category(char) == "So" for char in text)
