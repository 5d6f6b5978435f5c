"""Live events for the open phone pages.

One queue per open page. Publishing costs nothing when nobody looks at that phone; a page that
cannot keep up is told to load afresh instead of growing a queue without end.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

Event = dict[str, Any]
QUEUE_SIZE = 200
EVERYONE = "*"


class Hub:
    def __init__(self) -> None:
        self._pages: dict[str, set[asyncio.Queue[Event]]] = {}

    @contextlib.contextmanager
    def listen(self, wa_id: str) -> Iterator[asyncio.Queue[Event]]:
        """A queue of the events of this phone and of those for everyone."""
        queue: asyncio.Queue[Event] = asyncio.Queue(QUEUE_SIZE)
        for topic in (wa_id, EVERYONE):
            self._pages.setdefault(topic, set()).add(queue)
        try:
            yield queue
        finally:
            for topic in (wa_id, EVERYONE):
                self._pages[topic].discard(queue)
                if not self._pages[topic]:
                    del self._pages[topic]

    def publish(self, wa_id: str, event: Event) -> None:
        for queue in self._pages.get(wa_id, ()):
            if queue.full():
                _start_over(queue)
            else:
                queue.put_nowait(event)

    def publish_to_all(self, event: Event) -> None:
        self.publish(EVERYONE, event)


def _start_over(queue: asyncio.Queue[Event]) -> None:
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait({"event": "reload"})
