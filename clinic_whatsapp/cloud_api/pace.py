"""Keeps the messages of one number below the rate that Meta allows (cloud_api.md §6.1).

Whoever wants to send queues up for a turn and keeps it until the message has left. The one in front
waits alone, and the next one counts from the moment at which it was done: were turns given out
ahead, those that a busy machine delayed would leave in a burst. Urgent ones go to the front.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable

_SMOOTH = 0.98  # of the limit: what the line delays or hurries must not add up to more than it
_SLOWEST = 1 / 16
_RECOVERY = 60.0  # seconds from a standstill to full speed
_SECOND = 1.0


class Pace:
    """The turns of one number, evenly spaced. Safe in any thread.

    In no span of one second are there more turns than the limit. After a pause nothing is made up
    for. When Meta says "too fast" all the same, the pace halves and recovers within a minute.
    """

    def __init__(
        self,
        limit: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """
        :param limit: turns per second, at least 1
        :param clock: seconds that never run backwards
        """
        if limit < 1:
            raise ValueError("The limit must be at least 1.")
        self._limit = limit
        self._clock = clock
        self._sleep = sleep
        self._mutex = threading.Lock()
        self._busy = False
        self._waiting: list[tuple[bool, int, threading.Lock]] = []
        self._numbers = itertools.count()
        self._share = 1.0
        self._slowed_at = clock()
        self._due = clock() + self.interval
        self._recent: deque[float] = deque(maxlen=limit)

    @property
    def interval(self) -> float:
        """Seconds between two turns at present."""
        recovered = (self._clock() - self._slowed_at) / _RECOVERY
        return 1.0 / (self._limit * _SMOOTH * min(1.0, self._share + recovered))

    def begin_turn(self, urgent: bool = False) -> None:
        """Wait for the next turn and take it. Nobody else gets one before :meth:`end_turn`.

        :param urgent: before all that are waiting and are not
        """
        self._queue_up(urgent)
        try:
            while (delay := self._get_delay()) > 0:
                self._sleep(delay)
        except BaseException:
            self._let_next_step_forward()
            raise

    def end_turn(self) -> None:
        """The message has left, or will not: let the next one step forward."""
        self._note()
        self._let_next_step_forward()

    def slow_down(self) -> None:
        """Meta said "too fast": go at half the pace. Answers to the same burst count once."""
        with self._mutex:
            now = self._clock()
            if self._share < 1.0 and now - self._slowed_at < _SECOND:
                return
            share = min(1.0, self._share + (now - self._slowed_at) / _RECOVERY)
            self._share = max(share / 2, _SLOWEST)
            self._slowed_at = now

    def _queue_up(self, urgent: bool) -> None:
        with self._mutex:
            if not self._busy:
                self._busy = True
                return
            turn = threading.Lock()
            turn.acquire()
            heapq.heappush(self._waiting, (not urgent, next(self._numbers), turn))
        turn.acquire()

    def _let_next_step_forward(self) -> None:
        with self._mutex:
            if self._waiting:
                heapq.heappop(self._waiting)[-1].release()
            else:
                self._busy = False

    def _get_delay(self) -> float:
        now = self._clock()
        full = len(self._recent) == self._limit
        return max(self._due - now, self._recent[0] + _SECOND - now if full else 0.0)

    def _note(self) -> None:
        """A turn that came late lets the next one come early, by one interval at the most."""
        now, interval = self._clock(), self.interval
        self._recent.append(now)
        self._due = max(self._due, now - interval) + interval
