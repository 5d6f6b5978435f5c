"""An HTTP client that costs little: requests are made ahead of time, each client is a thread on one connection.

A client sends its next request when the answer to the last one is complete, so the number of clients is the number of
requests under way. Where a server keeps connections open they are used again (Odoo's workers close them: then every
request pays for a connection, the floor's as well as ours).
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import math
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psutil

TIMEOUT = 30.0  # seconds for one answer


class WrongAnswer(Exception):
    """A request was not answered with 200; the figures would be worthless."""


@dataclass(frozen=True)
class Request:
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"


@dataclass(frozen=True)
class Load:
    """How a server did under load: seconds from first to last, and of each request.

    `client_seconds` and `server_seconds` are what both took of a processor: they hardly depend on who else uses it.
    """

    seconds: float = 0.0
    latencies: tuple[float, ...] = ()
    client_seconds: float = 0.0
    server_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def client_share(self) -> float:
        """How much of one core the client itself took: near 1.0 it would be what is measured."""
        return self.client_seconds / self.seconds

    @property
    def server_ms(self) -> float:
        """Milliseconds of a processor that the server took for one request."""
        return 1000 * self.server_seconds / len(self.latencies)

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the requests was answered."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    def __add__(self, other: Load) -> Load:
        return Load(
            self.seconds + other.seconds,
            self.latencies + other.latencies,
            self.client_seconds + other.client_seconds,
            self.server_seconds + other.server_seconds,
        )


def put_load(port: int, requests: Iterable[Request], clients: int, *, seconds: float = math.inf, pid: int = 0) -> Load:
    """Send requests to a server of this machine, `clients` at a time, until they or the seconds are used up.

    :param pid: the server's process, to learn what it and its workers took of a processor
    :raise WrongAnswer: unless all are answered with 200
    """
    queue = _Queue(requests, time.perf_counter() + seconds)
    cpu, server_cpu = time.process_time(), processor_seconds(pid)
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        parts = list(pool.map(lambda _number: _client(port, queue), range(clients)))
    taken = time.perf_counter() - started
    latencies = tuple(itertools.chain.from_iterable(parts))
    return Load(taken, latencies, time.process_time() - cpu, processor_seconds(pid) - server_cpu)


def processor_seconds(pid: int) -> float:
    """What a process and its children have taken of a processor until now; 0 without a process."""
    if not pid:
        return 0.0
    leader = psutil.Process(pid)
    taken = 0.0
    for process in (leader, *leader.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            taken += times.user + times.system
    return taken


class _Queue:
    """Hands out requests to the clients, each once, until the deadline; ends early when a client failed."""

    def __init__(self, requests: Iterable[Request], deadline: float) -> None:
        self._left = iter(requests)
        self._deadline = deadline
        self._lock = threading.Lock()

    def __iter__(self) -> _Queue:
        return self

    def __next__(self) -> Request:
        with self._lock:
            if time.perf_counter() >= self._deadline:
                raise StopIteration
            return next(self._left)

    def end(self) -> None:
        with self._lock:
            self._left = iter(())


def _client(port: int, queue: _Queue) -> list[float]:
    latencies = []
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)) as connection:
        for request in queue:
            started = time.perf_counter()
            try:
                _exchange(connection, request)
            except BaseException:
                queue.end()
                raise
            latencies.append(time.perf_counter() - started)
    return latencies


def _exchange(connection: http.client.HTTPConnection, request: Request) -> None:
    connection.request(request.method, request.path, request.body, dict(request.headers))
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise WrongAnswer(f"{request.method} {request.path}: HTTP {answer.status} {content[:200]!r}")
