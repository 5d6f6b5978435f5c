"""Reads the single fields of a webhook. Every one may be missing, empty or of another type."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

_WA_ID = re.compile(r"\+?([1-9][0-9]{4,14})")
_HEX_DIGEST = re.compile(r"[0-9a-f]{64}")
_DIGEST_BYTES = 32
_YEAR_10000 = 253402300800


class BadPayload(ValueError):
    """Not what Meta sends. The text never repeats the payload."""


def identifier(value: Any) -> str | None:
    """``value`` as an id that a database takes: text or a number, visible characters only.

    ``None`` for everything else, also for "": a field that is empty counts as missing.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and value.isprintable() and value.strip() else None


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; everything else in it is no business of ours."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """``value`` if it is text, without what no database stores: NUL and half a character."""
    if not isinstance(value, str):
        return None
    return value.replace("\x00", "").encode("utf-8", "replace").decode() or None


def clean(value: Any) -> Any:
    """Any JSON value, its texts without what no database stores."""
    if isinstance(value, dict):
        return {text(key) or "": clean(part) for key, part in value.items()}
    if isinstance(value, list):
        return [clean(part) for part in value]
    return (text(value) or "") if isinstance(value, str) else value


def present(**values: Any) -> dict[str, Any]:
    """The values that are there: neither ``None`` nor empty."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, False)}


def wa_id(value: Any) -> str | None:
    match = _WA_ID.fullmatch(identifier(value) or "")
    return match.group(1) if match else None


def degrees(value: Any, most: int) -> float | None:
    """A latitude or longitude, number or text, between ``-most`` and ``most``."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) <= most else None


def digest(value: Any) -> str:
    """A SHA-256 as 64 hex digits; Meta writes base64 in webhooks, hex elsewhere (§3). Else ""."""
    written = value if isinstance(value, str) else ""
    if _HEX_DIGEST.fullmatch(written.lower()):
        return written.lower()
    try:
        raw = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == _DIGEST_BYTES else ""


def moment(seconds: Any) -> datetime:
    """Unix seconds, text or number, as UTC; raises BadPayload."""
    digits = str(seconds) if isinstance(seconds, (int, str)) else ""
    if not re.fullmatch(r"[0-9]{1,12}", digits) or int(digits) >= _YEAR_10000:
        raise BadPayload("The time is missing or not valid.")
    return datetime.fromtimestamp(int(digits), tz=timezone.utc)
