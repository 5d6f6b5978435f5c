"""How the texts for patients are written and filled in. Pure: knows nothing of Odoo.

A draft holds ``{{name}}`` where a value of the registers comes in, and ``[[flag?words]]`` around words that are only
true for some clinics. Publishing fills in what the registers know; what belongs to one person or one message
(``PERSONAL``) stays open until the text is shown. No suffix is ever attached to a value: Turkish vowel harmony would
break (legal.md §8, drafting rule 1).
"""

import re
import unicodedata
from typing import NamedTuple

PERSONAL = frozenset({"phone", "relation", "minor_name", "link"})

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_OPTIONAL = re.compile(r"\[\[(\w+)\?(.*?)\]\]", re.DOTALL)
_SECTION = re.compile(r"^\[(\w+)\] (.+)$", re.MULTILINE)
_LEFTOVER = re.compile(r"\{\{.*?\}\}|\[\[.*?\]\]|\{\{|\}\}|\[\[|\]\]|\[[^\]\n]*\]", re.DOTALL)


class Draft(NamedTuple):
    """One text as it ships: ``head`` has title, accept and refuse; ``sections`` are (code, heading, body)."""

    head: dict
    body: str
    sections: list


def normalise(text: str | None) -> str:
    """Return a text in the one form that is hashed: NFC, LF, no blanks at the end of lines or of the text."""
    lines = unicodedata.normalize("NFC", text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def parse(source: str) -> Draft:
    """Read a text file: ``name: value`` lines, an empty line, then the body or ``[code] heading`` sections."""
    head, _blank, rest = normalise(source).partition("\n\n")
    pairs = dict(line.split(": ", 1) for line in head.split("\n"))
    body, *parts = _SECTION.split(rest)
    sections = [(code, heading, text.strip()) for code, heading, text in zip(*[iter(parts)] * 3, strict=True)]
    return Draft(pairs, body.strip(), sections)


def fill_in(text: str | None, values: dict) -> str:
    """Return a text with its values; a value that is empty stays a placeholder, so that it is seen and refused."""
    kept = _OPTIONAL.sub(lambda match: match[2] if values.get(match[1]) else "", text or "")
    return normalise(_PLACEHOLDER.sub(lambda match: str(values.get(match[1]) or match[0]), kept))


def find_placeholders(text: str | None) -> set[str]:
    """Return the names of the values a text asks for."""
    return set(_PLACEHOLDER.findall(text or ""))


def find_values(text: str | None) -> set[str]:
    """Return the names of the values and flags that decide what a text says."""
    return find_placeholders(text) | {name for name, _words in _OPTIONAL.findall(text or "")}


def find_leftovers(text: str | None) -> list[str]:
    """Return what in a text is still to be filled in: ``{{name}}``, ``[[…]]``, ``[name]``; personal values may stay."""
    without_personal = _PLACEHOLDER.sub(lambda match: "" if match[1] in PERSONAL else match[0], text or "")
    return list(dict.fromkeys(_LEFTOVER.findall(without_personal)))
