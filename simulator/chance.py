"""Every decision that is left to chance, repeatable with the setting ``random_seed``.

Each purpose draws from a stream of its own, so that the delays of webhooks do not disturb which sends fail. With
the same seed and the same order of requests the same requests fail.
"""

from __future__ import annotations

import random

from .options import Faults, Range, Settings, Share


class Chance:
    def __init__(self, settings: Settings, faults: Faults) -> None:
        self._settings = settings
        self._faults = faults
        self._streams: dict[str, random.Random] = {}

    def restart(self) -> None:
        """Starts all streams anew, from the seed that is set now."""
        self._streams.clear()

    def stream(self, purpose: str) -> random.Random:
        stream = self._streams.get(purpose)
        if stream is None:
            seed = self._settings.random_seed
            stream = self._streams[purpose] = random.Random(f"{seed}:{purpose}" if seed else None)
        return stream

    def latency(self) -> float:
        """Seconds until a request is answered."""
        return self._within("latency", self._faults.latency_ms)

    def webhook_delay(self) -> float:
        """Seconds between two steps of a message."""
        return self._within("webhook", self._faults.webhook_delay_ms)

    def failure(self) -> Share | None:
        """Which of the ``fail_share`` this send meets, if any."""
        point = self.stream("fail").random()
        for share in self._faults.fail_share:
            point -= share.share
            if point < 0:
                return share
        return None

    def drops_answer(self) -> bool:
        return self.stream("drop").random() < self._faults.drop_answer_share

    def _within(self, purpose: str, milliseconds: Range) -> float:
        return self.stream(purpose).uniform(*milliseconds) / 1000
