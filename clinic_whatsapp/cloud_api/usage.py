"""Meta's rate headers: how long until a limit lifts (cloud_api.md §6.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_USAGE_HEADERS = ("X-Business-Use-Case-Usage", "X-App-Usage")


def seconds_to_regain_access(headers: Mapping[str, str]) -> float | None:
    """Return the longest ``estimated_time_to_regain_access`` in seconds, ``None`` when not given.

    Meta counts it in minutes.
    """
    minutes = [
        minutes for name in _USAGE_HEADERS for minutes in _minutes(_parse(headers.get(name, "")))
    ]
    longest = max(minutes, default=0)
    return longest * 60.0 if longest > 0 else None


def _parse(header: str) -> Any:
    try:
        return json.loads(header)
    except (ValueError, RecursionError):
        return None


def _minutes(usage: Any) -> Iterator[float]:
    """Every estimate in ``{"<id>": [{…}]}`` (per account) or ``{…}`` (per app)."""
    if not isinstance(usage, dict):
        return
    entries = [
        usage,
        *(entry for part in usage.values() if isinstance(part, list) for entry in part),
    ]
    for entry in entries:
        estimate = entry.get("estimated_time_to_regain_access") if isinstance(entry, dict) else None
        if isinstance(estimate, (int, float)) and 0 <= estimate < 1e6:
            yield estimate
