"""What Meta saw: the simulator's log, read piece by piece, because a restart and 20,000 entries make it forget."""

from __future__ import annotations

from typing import Any

from simulator.client import SimulatorClient

Entry = dict[str, Any]
LOST_ANSWERS = ("dropped", "hung", "reset", "html500", "html502", "html503")  # the sender cannot know what became of it


class Ledger:
    """All entries since the campaign began, in their order, over restarts of the simulator."""

    def __init__(self, meta: SimulatorClient) -> None:
        self.entries: list[Entry] = []
        self._meta = meta
        self._seen = 0

    def read_on(self) -> list[Entry]:
        """Fetch what is new; all entries."""
        new = self._meta.log(after=self._seen)
        self._seen = max((entry["seq"] for entry in new), default=self._seen)
        self.entries += new
        return self.entries

    def begin_anew(self) -> None:
        """The simulator was restarted: its numbers begin with one again."""
        self._seen = 0

    def since(self, mark: int, kind: str = "") -> list[Entry]:
        """Entries after the first `mark` ones."""
        return [entry for entry in self.read_on()[mark:] if not kind or entry["kind"] == kind]


def references(entry: Entry) -> list[str]:
    """What a webhook told: `message:<wamid>`, `status:<wamid>:<status>` …; several when updates were merged."""
    return entry.get("refs") or [entry["ref"]]


def lost_answer(entry: Entry) -> bool:
    """Whether Meta's answer to a message, or the whole request, got lost on the way."""
    return entry.get("answer") in LOST_ANSWERS
