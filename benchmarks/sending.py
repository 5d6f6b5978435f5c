"""How fast the dispatcher brings waiting messages to Meta, and that it never exceeds what Meta allows.

Texts wait on paused numbers, each in a conversation of its own whose 24-hour window is open. A manager resumes the
numbers; one Odoo process with its cron threads sends to the simulator, which answers after a latency that is drawn anew
for each message. The pace is taken from the times at which the requests reached the simulator, first to last: pauses
between batches and between runs of the cron count. In the end every text must have been accepted exactly once and be
`sent` in the database. No status webhooks come back: their price is what the webhook benchmark measures.

The busiest second is the most that arrived at the simulator's door within any one second, by the moment at which a
request was there, before any latency. It must not exceed the platform's limit; nor may Meta's own rule, a bucket of one
second's messages that the simulator applies, refuse a single one.
"""

from __future__ import annotations

import json
import time
import xmlrpc.client
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.clinic import Clinic, Number, WrongResult, prepared
from benchmarks.figures import Budget, Figure, Section, Value
from benchmarks.load import Request, put_load
from devtools.odoo import OdooServer
from devtools.simulator import SimulatorServer
from simulator.client import SimulatorClient

LIMIT = 80  # messages per second and number, cloud_api.md §6.1
SUSTAINED = 78  # of them, at least
ALTERNATIVE = 7.7  # messages per second at 100 ms, of today's best open alternative (design.md §7)
PATIENCE = 90.0  # seconds without a single message; what was refused is tried again after a minute
ACCOUNTS = "SELECT array_agg(id) FROM clinic_whatsapp_account WHERE phone_number_id IN %s"
SENT = "SELECT count(*) FROM clinic_whatsapp_message WHERE account_id IN %s AND state = 'sent'"
WAITING = "SELECT count(*) FROM clinic_whatsapp_message WHERE account_id IN %s AND state IN ('queued', 'sending')"
ADMIN = (2, "admin")


@dataclass(frozen=True)
class Case:
    """How many numbers send how many texts each, at which latency of the API in milliseconds."""

    title: str
    numbers: int
    texts: int
    latency_ms: tuple[int, int]
    budget: Value

    @property
    def total(self) -> int:
        return self.numbers * self.texts


def cases(texts: int) -> tuple[Case, ...]:
    return (
        Case("one number, 100-250 ms", 1, texts, (100, 250), SUSTAINED),
        Case("one number, 100 ms", 1, texts // 2, (100, 100), SUSTAINED),
        Case("four numbers, 100-250 ms", 4, texts // 2, (100, 250), 200),
    )


SIZES = {"small": cases(1600), "full": cases(4800)}  # 20 and 60 seconds at the limit


@dataclass(frozen=True)
class Pace:
    """When the simulator accepted the messages of one number, in seconds, rising."""

    moments: Sequence[float]

    @property
    def busiest_second(self) -> int:
        """The most messages within any span of one second."""
        most = first = 0
        for last, moment in enumerate(self.moments):
            while moment - self.moments[first] >= 1.0:
                first += 1
            most = max(most, last - first + 1)
        return most

    @property
    def longest_gap(self) -> float:
        return max((later - earlier for earlier, later in zip(self.moments, self.moments[1:], strict=False)), default=0)


def sustained(moments: Sequence[float]) -> float:
    """Messages a second between the first and the last one."""
    return (len(moments) - 1) / (max(moments) - min(moments))


@dataclass(frozen=True)
class Run:
    case: Case
    paces: tuple[Pace, ...]
    first_after: float
    all_sent_after: float
    refused: int

    def figures(self) -> Iterator[Figure]:
        title, rate = self.case.title, sustained([moment for pace in self.paces for moment in pace.moments])
        busiest = max(pace.busiest_second for pace in self.paces)
        yield Figure(f"sustained, {title}", rate, "/s", Budget(self.case.budget))
        if self.case.latency_ms == (100, 100):
            yield Figure(f"to the alternative's {ALTERNATIVE}/s, {title}", rate / ALTERNATIVE)
        alone = Budget(LIMIT, at_most=True) if self.case.numbers == 1 else None  # four saturate a small machine
        yield Figure(f"busiest second of a number, {title}", busiest, "", alone)
        yield Figure(f"refused as too fast, {title}", self.refused, "", Budget(0, at_most=True))
        yield Figure(f"longest pause of a number, {title}", max(pace.longest_gap for pace in self.paces), "s")
        yield Figure(f"first message after, {title}", self.first_after, "s")
        yield Figure(f"all {self.case.total:,} sent in the database after, {title}", self.all_sent_after, "s")


def run(size_name: str) -> Section:
    chosen = SIZES[size_name]
    with SimulatorServer() as server:
        simulator = SimulatorClient(server.url)
        groups = list(make_numbers(chosen, server.url))
        numbers = [number for group in groups for number in group]
        for number in numbers:
            register(simulator, number)
            open_windows(server.http_port, number)
        with prepared(*numbers) as clinic, OdooServer(clinic.database) as odoo:
            runs = [send(clinic, odoo, simulator, *pair) for pair in zip(chosen, groups, strict=True)]
    figures = [figure for run in runs for figure in run.figures()]
    return Section("Sending: one Odoo process with its cron threads", tuple(figures))


def make_numbers(chosen: Sequence[Case], api_url: str) -> Iterator[list[Number]]:
    """The numbers of each case: none is used twice."""
    used = 0
    for case in chosen:
        yield [Number(used + index, case.texts, api_url) for index in range(1, case.numbers + 1)]
        used += case.numbers


def register(simulator: SimulatorClient, number: Number) -> None:
    simulator.register_number(
        number.phone_number_id,
        waba_id="200000000000001",
        display_phone_number=f"+90 555 000 {number.index:04d}",
        app_id=f"30000000000{number.index:04d}",
        app_secret=number.app_secret,
        access_token=number.access_token,
    )


def open_windows(port: int, number: Number) -> None:
    """Let every patient write first."""
    body = json.dumps({"text": "Merhaba", "phone_number_id": number.phone_number_id}).encode()
    paths = (f"/_sim/phones/{number.wa_id(patient)}/send" for patient in range(number.patients))
    put_load(port, [Request(path, body, {"Content-Type": "application/json"}) for path in paths], clients=2)


def send(clinic: Clinic, server: OdooServer, simulator: SimulatorClient, case: Case, numbers: list[Number]) -> Run:
    simulator.set_faults(latency_ms=list(case.latency_ms))
    seen = max((entry["seq"] for entry in simulator.log()), default=0)
    ids = tuple(clinic.ask(ACCOUNTS, tuple(number.phone_number_id for number in numbers)))
    wall, started = time.time(), time.monotonic()
    resume(server, ids)
    changes = clinic.wait_until_none(WAITING, ids, timeout=PATIENCE)
    accepted = simulator.log("accepted", after=seen)
    check(clinic, case, ids, Counter(entry["client_ref"] for entry in accepted))
    moments: dict[str, list[float]] = defaultdict(list)
    for entry in accepted:
        moments[entry["phone_number_id"]].append(entry["received"])
    return Run(
        case,
        tuple(Pace(sorted(each)) for each in moments.values()),
        first_after=min(entry["received_at"] for entry in accepted) - wall,
        all_sent_after=changes[-1][0] - started,
        refused=len(simulator.log("refused", after=seen)),
    )


def resume(server: OdooServer, ids: Sequence[int]) -> None:
    """Press "Resume" on the numbers, as a manager does."""
    odoo = xmlrpc.client.ServerProxy(f"{server.url}/xmlrpc/2/object")
    odoo.execute_kw(server.database, *ADMIN, "clinic.whatsapp.account", "action_resume", [list(ids)])


def check(clinic: Clinic, case: Case, ids: tuple[int, ...], accepted: Counter[str]) -> None:
    sent = clinic.ask(SENT, ids)
    if sent != case.total or len(accepted) != case.total or max(accepted.values()) > 1:
        raise WrongResult(
            f"{case.title}: {case.total} texts waited, {sent} are sent, Meta accepted {len(accepted)} of them, "
            f"{sum(accepted.values()) - len(accepted)} more than once."
        )
