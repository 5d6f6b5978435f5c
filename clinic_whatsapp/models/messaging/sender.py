"""The threads that bring messages to Meta. Protocol code only: neither ORM nor cursor enters here.

Each number has threads of its own, so a number that waits for its turn, or for a slow answer, never holds up another.
Its threads queue for their turn, and the one in front waits for it alone: were turns given out ahead, those that a busy
machine delayed would leave in a burst.
"""

import logging
from collections import Counter, defaultdict
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Lock

from ...cloud_api.client import Accepted, CloudApi, Rejected, Unanswered, Unreachable
from ...cloud_api.messages import OutboundMessage
from ...cloud_api.pace import TokenBucket
from ...cloud_api.permit import Permit

_logger = logging.getLogger(__name__)

THREADS = 32  # at the most, for each number: 80 messages per second at 400 ms

Outcome = Accepted | Rejected | Unreachable | Unanswered


@dataclass(frozen=True)
class Route:
    """How the messages of one number travel: its client, and its rate."""

    account_id: int
    api: CloudApi
    bucket: TokenBucket
    queue: Lock = field(default_factory=Lock)

    def wait_for_turn(self):
        with self.queue:
            self.bucket.acquire()


@dataclass(frozen=True)
class Envelope:
    """What a sending thread gets of one message: nothing of Odoo."""

    message_id: int
    outbound: OutboundMessage
    permit: Permit
    route: Route

    def send(self) -> Outcome:
        """Return what became of it: Accepted, or the protocol's exception."""
        self.route.wait_for_turn()
        try:
            return self.route.api.send(self.outbound, self.permit)
        except (Rejected, Unreachable, Unanswered) as error:
            return error
        except Exception as error:  # pylint: disable=broad-except
            _logger.exception("Sending failed in an unforeseen way; whether it left is unknown")
            return Unanswered(type(error).__name__)


class Sender:
    """Sends what it is given, while its owner does other things. As a context manager it ends when all is sent."""

    def __init__(self):
        self._threads = defaultdict(lambda: ThreadPoolExecutor(THREADS, "whatsapp-send"))  # by account id
        self._under_way: dict[Future, Envelope] = {}

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        for threads in self._threads.values():
            threads.shutdown()

    def give(self, envelopes: list[Envelope]):
        for envelope in envelopes:
            self._under_way[self._threads[envelope.route.account_id].submit(envelope.send)] = envelope

    def count_under_way(self) -> Counter[int]:
        """Return {account id: messages whose outcome was not collected yet}."""
        return Counter(envelope.route.account_id for envelope in self._under_way.values())

    def collect(self, seconds: float) -> dict[int, Outcome]:
        """Return {message id: outcome} of what is done after these seconds, or as soon as all is done."""
        done, _not_done = wait(self._under_way, timeout=seconds)
        return {self._under_way.pop(future).message_id: future.result() for future in done}
