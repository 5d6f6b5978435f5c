"""Looks for what no log may hold: credentials, texts, full phone numbers (design.md §5.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from devtools import keys

from ..clinic import APP_SECRET, VERIFY_TOKEN, Clinic, access_token
from .load import MARK

BETWEEN = r"[ ()-]{0,2}"
PATIENT = re.compile(rf"(?<!\d){BETWEEN.join('90530000')}(?:{BETWEEN}\d){{4}}(?!\d)")
"""A patient's number of the campaign, +90 530 000 …, however it is written."""


def forbidden(clinic: Clinic) -> dict[str, re.Pattern[str]]:
    tokens = [access_token(branch.phone_number_id) for branch in (clinic.a, clinic.b)]
    tokens += [branch.webhook_url.rpartition("/")[2] for branch in (clinic.a, clinic.b)]
    tokens += [APP_SECRET, VERIFY_TOKEN, *keys.fernet_key().split(",")]
    return {
        "a secret": re.compile("|".join(map(re.escape, tokens))),
        "the text of a message": re.compile(MARK),
        "a patient's phone number": PATIENT,
    }


def leaks(logs: Iterable[Path], clinic: Clinic) -> Iterator[str]:
    """One line for each thing that was found, without repeating it."""
    patterns = forbidden(clinic)
    for log in logs:
        with log.open(errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                for what, pattern in patterns.items():
                    if found := pattern.search(line):
                        yield f"{log}:{number}: {what}, after “{line[: found.start()][-60:].strip()}”"
