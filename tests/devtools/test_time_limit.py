"""A part that hangs is ended with all that it started; the run goes on and fails."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from devtools.checks.__main__ import run
from devtools.checks.commands import shown
from devtools.checks.results import Clock, Result
from devtools.errors import SetupError


def test_hanging_command_is_ended_with_its_children(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    started = time.monotonic()
    assert shown(["sh", "-c", f"trap '' INT; sleep 60 & echo $! > {note}; wait; wait"], timeout=1, patience=0.2) is None
    assert time.monotonic() - started < 20
    status = Path("/proc", note.read_text().strip(), "stat")
    while not ended(status):  # a killed process needs its turn to die
        assert time.monotonic() - started < 20


def ended(status: Path) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return ") Z " in status.read_text()
    return True


def test_clock_never_gives_less_than_a_second() -> None:
    assert Clock(limit=-5).left() == 1.0


def test_part_that_cannot_run_fails_and_lets_the_others_run() -> None:
    def broken(result: Result, clock: Clock) -> None:
        raise SetupError("no database")

    def fine(result: Result, clock: Clock) -> None:
        result.passed = 2

    first, second = run([("broken", broken), ("fine", fine)])
    assert (first.failures, first.trouble) == (1, ["no database"])
    assert (second.passed, second.failures) == (2, 0)
