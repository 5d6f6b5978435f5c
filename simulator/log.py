"""What happened, for tests and for the panel beside the phone: bounded, newest last, numbered without gaps.

The entries of each kind are bounded for themselves, so that many webhooks do not push out the sends: the log
decides afterwards whether a message was lost or repeated. ``totals`` count for ever, so that a benchmark can ask
how much happened even when the entries themselves have left.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Any

SIZE = 100_000
KINDS = ("accepted", "refused", "webhook")


class Log:
    def __init__(self, on_entry: Callable[[dict[str, Any]], None]) -> None:
        self._entries = {kind: deque[dict[str, Any]](maxlen=SIZE) for kind in KINDS}
        self.totals: Counter[str] = Counter()
        self.last = 0
        self._on_entry = on_entry

    def add(self, kind: str, **values: Any) -> dict[str, Any]:
        """``kind`` is one of KINDS. The entry may still be completed by the caller."""
        self.last += 1
        entry = {"seq": self.last, "at": round(time.time(), 4), "kind": kind, **values}
        self._entries[kind].append(entry)
        self.totals[kind] += 1
        self._on_entry(entry)
        return entry

    def read(self, kind: str = "", after: int = 0, limit: int = SIZE) -> list[dict[str, Any]]:
        """The newest ``limit`` entries of a kind with a number above ``after``, oldest first."""
        kinds = (kind,) if kind else KINDS
        newest = heapq.merge(*(reversed(self._entries[k]) for k in kinds), key=_newest_first)
        wanted: Iterator[dict[str, Any]] = itertools.takewhile(lambda e: e["seq"] > after, newest)
        return list(itertools.islice(wanted, limit))[::-1]

    def clear(self) -> None:
        """Forgets entries and totals; numbering goes on, so that ``after`` stays meaningful."""
        for entries in self._entries.values():
            entries.clear()
        self.totals.clear()


def _newest_first(entry: dict[str, Any]) -> int:
    return -entry["seq"]
