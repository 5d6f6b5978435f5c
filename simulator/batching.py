"""Several updates in one webhook, as Meta batches them (cloud_api.md §5.3).

Updates for one callback and one secret wait for each other, up to ``batch_webhooks`` of them and for a moment at
most. What comes out is one body: updates of one number share a change or get changes of their own, updates of one
account share an entry or get entries of their own, as chance will have it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .context import Context

WAIT_SECONDS = 0.15
LISTS = ("contacts", "messages", "statuses", "errors", "user_preferences")

Json = dict[str, Any]
Key = tuple[str, str]


@dataclass(slots=True)
class Batch:
    phone_number_id: str
    payloads: list[Json] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)


class Batches:
    """``send(url, batch)`` is called with every batch that is full or has waited long enough."""

    def __init__(self, context: Context, send: Callable[[str, Batch], None]) -> None:
        self._context = context
        self._send = send
        self._waiting: dict[Key, Batch] = {}

    def __len__(self) -> int:
        return sum(len(batch.payloads) for batch in self._waiting.values())

    def add(self, key: Key, phone_number_id: str, payload: Json, ref: str) -> None:
        """``key`` is the callback's URL and the secret that signs."""
        batch = self._waiting.get(key)
        if batch is None:
            batch = self._waiting[key] = Batch(phone_number_id)
            self._context.timers.later(WAIT_SECONDS, lambda: self._flush(key, batch))
        batch.payloads.append(payload)
        batch.refs.append(ref)
        if len(batch.payloads) >= self._context.faults.batch_webhooks:
            self._flush(key, batch)

    def flush_all(self) -> None:
        for key, batch in list(self._waiting.items()):
            self._flush(key, batch)

    def clear(self) -> None:
        self._waiting.clear()

    def _flush(self, key: Key, batch: Batch) -> None:
        if self._waiting.get(key) is batch:
            del self._waiting[key]
            self._send(key[0], batch)


def merge(payloads: list[Json], chance: random.Random) -> Json:
    """One body with all updates, in their order within each change."""
    entries: list[Json] = []
    for payload in payloads:
        for entry in payload["entry"]:
            home = entries[-1] if entries and _same_entry(entries[-1], entry) else None
            if home is None or chance.random() < 0.25:
                entries.append({**entry, "changes": [_copy(change) for change in entry["changes"]]})
            else:
                _put(home["changes"], entry["changes"], chance)
    return {"object": payloads[0]["object"], "entry": entries}


def _same_entry(one: Json, other: Json) -> bool:
    return one["id"] == other["id"] and one.get("time") == other.get("time")


def _put(changes: list[Json], more: list[Json], chance: random.Random) -> None:
    for change in more:
        last = changes[-1]
        if _same_change(last, change) and chance.random() < 0.6:
            _join(last["value"], change["value"])
        else:
            changes.append(_copy(change))


def _same_change(one: Json, other: Json) -> bool:
    metadata = one["value"].get("metadata")
    return bool(metadata) and one["field"] == other["field"] and metadata == other["value"].get("metadata")


def _join(value: Json, more: Json) -> None:
    for name in LISTS:
        known = value.get(name, [])
        added = [item for item in more.get(name, []) if name != "contacts" or item not in known]
        if added:
            value[name] = known + added


def _copy(change: Json) -> Json:
    return {**change, "value": dict(change["value"])}
