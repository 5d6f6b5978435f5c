"""The threads that bring messages to Meta. Protocol code only: neither ORM nor cursor enters here.

Each number has threads of its own, so a number that waits for its turn, or for a slow answer, never holds up another.
What a person wrote goes before what waits in bulk: a thread that gets free takes the most urgent envelope, and takes
the number's turn at the last moment, when the connection is open and the request is about to be written.
"""

import heapq
import itertools
import logging
import math
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock

from ...cloud_api.client import Accepted, CloudApi, CloudApiError, Rejected, Unanswered, Unreachable
from ...cloud_api.errors import Policy
from ...cloud_api.messages import OutboundMessage
from ...cloud_api.pace import Pace
from ...cloud_api.permit import Permit
from .failure import trace
from .in_flight import InFlight
from .moments import utc_now

_logger = logging.getLogger(__name__)

THREADS = 32  # at the most, for each number: 80 messages per second at 400 ms
PATIENCE = 0.4  # seconds of answering time that the threads of a number make up for
TOO_FAST = 130429  # cloud_api.md §6.1
ALL_REST = (4, 80007)  # the limit of the whole app or account: what comes next meets it, too


class Withheld(Exception):
    """The message did not leave: its number sends nothing at present."""


class Expired(Withheld):
    """The message did not leave: its moment passed while it waited for its turn."""


Outcome = Accepted | Rejected | Unreachable | Unanswered | Withheld


@dataclass(frozen=True)
class Route:
    """How the messages of one number travel: its client, its pace, and whether Meta takes anything at all."""

    account_id: int
    api: CloudApi
    pace: Pace
    threads: int = THREADS
    closed: Event = field(default_factory=Event)

    @classmethod
    def open(cls, account_id: int, api: CloudApi, per_second: int) -> "Route":
        return cls(account_id, api, Pace(per_second), get_thread_count(per_second))

    def learn(self, rejected: Rejected):
        """Send slower, or nothing more, after what Meta said about one message."""
        if rejected.error.code == TOO_FAST:
            self.pace.slow_down()
        if rejected.policy is Policy.STOP_ACCOUNT or rejected.error.code in ALL_REST:
            self.closed.set()


def get_thread_count(per_second: int) -> int:
    """Return how many threads a number needs: no connection may wait so long for its turn that the server drops it."""
    return max(2, min(THREADS, math.ceil(per_second * PATIENCE)))


@dataclass(frozen=True)
class Envelope:
    """What a sending thread gets of one message: nothing of Odoo."""

    message_id: int
    outbound: OutboundMessage
    permit: Permit
    route: Route
    urgent: bool = False
    expires_at: datetime | None = None  # naive UTC

    def send(self) -> Outcome:
        """Return what became of it: Accepted, or the exception that says why not."""
        turn = _Turn(self)
        try:
            self.check()
            return self.route.api.send(self.outbound, self.permit, before_write=turn.begin, after_write=turn.end)
        except Rejected as error:
            self.route.learn(error)
            return error
        except (Unreachable, Unanswered, Withheld) as error:
            return error
        except Exception as error:  # pylint: disable=broad-except
            _logger.error("Sending failed in an unforeseen way; whether it left is unknown: %s", trace(error))
            return Unanswered(type(error).__name__)
        finally:
            turn.end()

    def check(self):
        """
        :raise Withheld: when it must not leave any more
        """
        if self.route.closed.is_set():
            raise Withheld()
        if self.expires_at and self.expires_at <= utc_now():
            raise Expired()


class _Turn:
    """The turn of one envelope: begins when the request could be written, ends when it was, or will not be."""

    def __init__(self, envelope: Envelope):
        self._envelope = envelope
        self._is_ours = False

    def begin(self):
        self._envelope.route.pace.begin_turn(self._envelope.urgent)
        self._is_ours = True
        self._envelope.check()

    def end(self):
        if self._is_ours:
            self._is_ours = False
            self._envelope.route.pace.end_turn()


@dataclass(frozen=True)
class Receipt:
    """Shows a patient that his message was read, and perhaps that somebody writes an answer (cloud_api.md §2.5).

    It is worth one try: a receipt that is lost harms nobody.
    """

    wamid: str
    typing: bool
    route: Route

    def send(self):
        if self.route.closed.is_set():
            return
        try:
            self.route.api.mark_read(self.wamid, typing=self.typing)
        except CloudApiError as error:
            _logger.info("A receipt was not taken: %s", type(error).__name__)


class _Lane:
    """The threads of one number, and what waits for them, the most urgent first."""

    def __init__(self, threads: int):
        self._pool = ThreadPoolExecutor(threads, "whatsapp-send")
        self._waiting: list[tuple[bool, int, Envelope]] = []
        self._numbers = itertools.count()
        self._mutex = Lock()

    def give(self, envelope: Envelope) -> Future:
        with self._mutex:
            heapq.heappush(self._waiting, (not envelope.urgent, next(self._numbers), envelope))
        return self._pool.submit(self._send_most_urgent)

    def give_receipt(self, receipt: Receipt):
        self._pool.submit(receipt.send)

    def close(self):
        self._pool.shutdown()

    def _send_most_urgent(self) -> tuple[Envelope, Outcome]:
        with self._mutex:
            *_rank, envelope = heapq.heappop(self._waiting)
        return envelope, envelope.send()


class Sender:
    """Sends what it is given, while its owner does other things. As a context manager it ends when all is sent.

    Everybody else learns from ``in_flight`` what is under way; only the owner's thread tells it.
    """

    def __init__(self, in_flight: InFlight | None = None):
        self.in_flight = in_flight
        self._lanes: dict[int, _Lane] = {}  # by account id
        self._futures: dict[Future, int] = {}  # message id of each
        self._under_way: Counter[tuple[int, bool]] = Counter()  # by account id and urgency

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        for lane in self._lanes.values():
            lane.close()
        if self.in_flight:
            self.in_flight.close()

    def give(self, envelopes: list[Envelope]):
        for envelope in envelopes:
            self._futures[self._get_lane(envelope.route).give(envelope)] = envelope.message_id
            self._under_way[envelope.route.account_id, envelope.urgent] += 1

    def give_receipts(self, receipts: list[Receipt]):
        for receipt in receipts:
            self._get_lane(receipt.route).give_receipt(receipt)

    def is_busy(self) -> bool:
        return bool(self._futures)

    def count_under_way(self, account_id: int, urgent: bool) -> int:
        """Return how many messages of a number wait for their turn or their answer, or for being collected."""
        return self._under_way[account_id, urgent]

    def collect(self, seconds: float) -> dict[int, Outcome]:
        """Return {message id: outcome} of what is done after these seconds, or as soon as all is done."""
        done, _waiting = wait(self._futures, timeout=seconds)
        outcomes = {}
        for future in done:
            del self._futures[future]
            envelope, outcome = future.result()
            outcomes[envelope.message_id] = outcome
            self._under_way[envelope.route.account_id, envelope.urgent] -= 1
        self.let_go()
        return outcomes

    def let_go(self):
        """Tell everybody that what has ended is not under way any more."""
        if self.in_flight:
            self.in_flight.keep_only({message_id for future, message_id in self._futures.items() if not future.done()})

    def _get_lane(self, route: Route) -> _Lane:
        if route.account_id not in self._lanes:
            self._lanes[route.account_id] = _Lane(route.threads)
        return self._lanes[route.account_id]
