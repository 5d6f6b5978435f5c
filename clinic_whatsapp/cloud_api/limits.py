"""How we refuse what Meta would refuse: the exceptions, and the checks that contents share."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from .terms import _

BUTTON_ID_LENGTH = 256
HEADER_LENGTH = 60
FOOTER_LENGTH = 60

_ZERO_WIDTH_JOINER = "\u200d"
_KEYCAP = "\u20e3"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_FIRST_PICTURE = 0x2190  # before it stand signs of writing: ©, °, №


class InvalidValue(ValueError):
    """Meta would not take this. ``limit`` says which limit it breaks.

    ``limit`` is an English term to translate and never repeats what was written.
    """

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class InvalidMessage(InvalidValue):
    """The message cannot be sent as it is."""


def require(condition: object, limit: str) -> None:
    """Raise InvalidMessage with ``limit`` unless the condition holds."""
    if not condition:
        raise InvalidMessage(limit)


def require_value(condition: object, limit: str) -> None:
    """Raise InvalidValue with ``limit`` unless the condition holds; for what is not a message."""
    if not condition:
        raise InvalidValue(limit)


def require_button_id(reference: str) -> None:
    """Check what comes back when a button is pressed."""
    require(reference.strip(), _("A button has no reference."))
    require(
        len(reference) <= BUTTON_ID_LENGTH,
        _("The reference of a button may have 256 characters at most."),
    )


def unique(values: Sequence[object]) -> bool:
    return len(set(values)) == len(values)


def one_line(text: str) -> str:
    """No line breaks, no tabs, no run of more than four spaces (cloud_api.md §2.4)."""
    text = re.sub(r"[^\S ]+", " ", text.strip())
    return re.sub(r" {5,}", " ", text)


def json_object(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of ``data`` as JSON has it, so that nobody changes it afterwards."""
    try:
        return dict(json.loads(json.dumps(dict(data), allow_nan=False)))
    except (TypeError, ValueError, RecursionError):
        pass
    raise InvalidMessage(_("The data for a form cannot be written as JSON."))


def is_one_emoji(text: str) -> bool:
    """Whether ``text`` is a single emoji, be it composed of many characters."""
    symbols, joined, flag_half = 0, False, False
    for char in text:
        if char == _ZERO_WIDTH_JOINER:
            joined = True
        elif not _adds_to_emoji(char):
            half = ord(char) in _FLAG_LETTERS
            symbols += not (joined or (half and flag_half))
            flag_half = half and not flag_half
            joined = False
    return symbols == 1 and not joined and (_KEYCAP in text or not _is_written(text))


def has_emoji(text: str) -> bool:
    """Whether a symbol stands in ``text`` that a label of a flow must not have."""
    return any(ord(char) >= _FIRST_PICTURE and unicodedata.category(char) == "So" for char in text)


def _adds_to_emoji(char: str) -> bool:
    """Skin tones, variation selectors, the keycap, and the letters inside a region's flag."""
    return ord(char) in _SKIN_TONES or ord(char) in _TAGS or unicodedata.category(char) in ("Mn", "Me")


def _is_written(text: str) -> bool:
    """Letters, digits and spaces make words, not emoji; ℹ and Ⓜ are the letters that are both."""
    return any(char.isspace() or (char.isalnum() and char not in "ℹⓂ") or char.isascii() for char in text)
