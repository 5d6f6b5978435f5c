"""Keeps the messages of one number below the rate that Meta allows (cloud_api.md §6.1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class TokenBucket:
    """A token bucket whose callers queue up: each reservation is told how long to wait.

    Over any span of ``t`` seconds at most ``burst + rate * t`` reservations come due. A caller
    that reserves must use its turn; reservations are not given back. Safe in any thread.
    """

    def __init__(
        self,
        rate: float,
        burst: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        :param rate: turns per second, above 0
        :param burst: turns that may be taken at once after a pause; default ``rate``, at least 1
        :param clock: seconds that never run backwards
        """
        if rate <= 0:
            raise ValueError("The rate must be above 0.")
        if burst is not None and burst <= 0:
            raise ValueError("The burst must be above 0.")
        self.rate = rate
        self.burst = max(rate, 1.0) if burst is None else burst
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = self.burst
        self._filled_at = clock()

    def reserve(self) -> float:
        """Take the next turn and return the seconds until it comes, 0.0 when it is now."""
        with self._lock:
            self._refill()
            self._tokens -= 1.0
            return max(0.0, -self._tokens / self.rate)

    def acquire(self) -> None:
        """Take the next turn and wait for it."""
        delay = self.reserve()
        if delay > 0.0:
            time.sleep(delay)

    def _refill(self) -> None:
        now = self._clock()
        elapsed = max(0.0, now - self._filled_at)
        self._filled_at = max(now, self._filled_at)
        self._tokens = min(self.burst, self._tokens + elapsed * self.rate)
