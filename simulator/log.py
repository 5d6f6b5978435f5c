"""What happened, for tests and for the panel beside the phone: bounded, newest last, numbered
without gaps.

``totals`` count for ever, so that a benchmark can ask how much happened even when the entries
themselves have left.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Any

SIZE = 20_000
KINDS = ("accepted", "refused", "webhook")


class Log:
    def __init__(self, on_entry: Callable[[dict[str, Any]], None]) -> None:
        self.entries: deque[dict[str, Any]] = deque(maxlen=SIZE)
        self.totals: Counter[str] = Counter()
        self.last = 0
        self._on_entry = on_entry

    def add(self, kind: str, **values: Any) -> dict[str, Any]:
        """``kind`` is one of KINDS. The entry may still be completed by the caller."""
        self.last += 1
        entry = {"seq": self.last, "at": round(time.time(), 4), "kind": kind, **values}
        self.entries.append(entry)
        self.totals[kind] += 1
        self._on_entry(entry)
        return entry

    def read(self, kind: str = "", after: int = 0, limit: int = SIZE) -> list[dict[str, Any]]:
        """The newest ``limit`` entries of a kind with a number above ``after``, oldest first."""
        newest = itertools.takewhile(lambda e: e["seq"] > after, reversed(self.entries))
        chosen: Iterator[dict[str, Any]] = (e for e in newest if not kind or e["kind"] == kind)
        return list(itertools.islice(chosen, limit))[::-1]

    def clear(self) -> None:
        """Forgets entries and totals; numbering goes on, so that ``after`` stays meaningful."""
        self.entries.clear()
        self.totals.clear()
