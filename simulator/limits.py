"""Meta's two speed limits (cloud_api.md §6.1).

Per number: ``throughput`` messages a second, in and out together, as a bucket that holds one
second's worth. Per pair of number and user: one message in six seconds in the long run, 45 at
once. Meta words the second rule as "a burst borrows from the future"; ``bucket`` lets a
conversation go on until 45 are used up, ``literal`` refuses the next message after a burst of n
for n × 6 seconds, as Meta's page reads.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from .errors import GraphError
from .options import Settings

PAIR_BURST = 45
PAIR_SECONDS = 6.0


@dataclass(slots=True)
class Bucket:
    tokens: float
    at: float

    def take(self, rate: float, capacity: float, now: float) -> bool:
        self.tokens = min(capacity, self.tokens + (now - self.at) * rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(slots=True)
class Burst:
    started: float
    count: int

    def take(self, now: float) -> bool:
        if now >= self.started + PAIR_SECONDS * self.count:
            self.started, self.count = now, 0
        elif now >= self.started + PAIR_SECONDS or self.count >= PAIR_BURST:
            return False
        self.count += 1
        return True


class Limits:
    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._numbers: dict[str, Bucket] = {}
        self._pairs: dict[tuple[str, str], Bucket] = {}
        self._bursts: dict[tuple[str, str], Burst] = {}

    def clear(self) -> None:
        self._numbers.clear()
        self._pairs.clear()
        self._bursts.clear()

    def count_inbound(self, phone_number_id: str, throughput: int) -> None:
        """Inbound messages use up throughput too, but are never refused."""
        self._take_number(phone_number_id, throughput)

    def check_number(self, phone_number_id: str, throughput: int, arrived: float | None = None) -> None:
        """``arrived`` (monotonic seconds) counts, not the moment at which a slow answer is worked out."""
        if not self._take_number(phone_number_id, throughput, arrived):
            raise GraphError(
                130429,
                "Cloud API message throughput has been reached. "
                f"This number may send {throughput} messages per second.",
            )

    def check_pair(self, phone_number_id: str, wa_id: str) -> None:
        if not self._take_pair((phone_number_id, wa_id)):
            raise GraphError(
                131056,
                "Message failed to send because there were too many messages sent from this phone "
                "number to the same phone number in a short period of time",
            )

    def _take_number(self, phone_number_id: str, throughput: int, arrived: float | None = None) -> bool:
        now = self._clock() if arrived is None else arrived
        bucket = self._numbers.setdefault(phone_number_id, Bucket(throughput, now))
        return bucket.take(throughput, throughput, now)

    def _take_pair(self, pair: tuple[str, str]) -> bool:
        now = self._clock()
        if self._settings.pair_rate == "literal":
            return self._bursts.setdefault(pair, Burst(now, 0)).take(now)
        if self._settings.pair_rate == "bucket":
            bucket = self._pairs.setdefault(pair, Bucket(PAIR_BURST, now))
            return bucket.take(1 / PAIR_SECONDS, PAIR_BURST, now)
        return True
