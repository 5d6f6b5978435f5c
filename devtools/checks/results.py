"""What a part of the test run found, and how much time is left for the others."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

LIMIT_SECONDS = 45 * 60  # three times what a busy machine needs: it only ends what hangs


@dataclass
class Result:
    """The tally of one part. `trouble` is what failed beside single tests: an error in the log, a crash, a timeout."""

    part: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    trouble: list[str] = field(default_factory=list)

    @property
    def failures(self) -> int:
        return self.failed + len(self.trouble)

    def line(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.part:<24} {self.passed:>5} passed, {self.failures} failed{skipped} ({self.seconds:.0f} s)"


class Clock:
    """The time that the whole run may take."""

    def __init__(self, limit: float = LIMIT_SECONDS) -> None:
        self._deadline = time.monotonic() + limit

    def left(self) -> float:
        """Seconds left, at least one."""
        return max(1.0, self._deadline - time.monotonic())
