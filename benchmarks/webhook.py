"""How fast webhooks are acknowledged and stored, and how fast the inbox works them off.

Signed POSTs, each with one text of its own from one of many patients, go to a real Odoo with two workers; it has
answered when the event is committed to the disk. Odoo's floor, `/web/health`, is measured in turns with it, by the same
client: it touches neither session nor database. No cron runs meanwhile. In the end every text must have been stored
exactly once.

Then another Odoo is started for the crons alone (one cron thread), and the rate at which the inbox turns the stored
events into messages is taken from the database. One in ten texts opens a new conversation with a new contact.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.clinic import Clinic, Number, WrongResult, prepared, rate
from benchmarks.figures import Budget, Figure, Section
from benchmarks.load import Load, Request, put_load
from devtools.odoo import OdooServer

CLIENTS = (1, 8)
WORKERS = 2
TEXTS_PER_PATIENT = 10
WARM_UP = 60
HEALTH = Request("/web/health")
FLOOR_SHARE = Budget(0.4)
P95_MS = Budget(50, at_most=True)
OPTIONS = {
    "max_cron_threads": 0,
    "dbfilter": None,  # with a filter each request, the floor's too, opens a connection to list the databases
}


@dataclass(frozen=True)
class Size:
    """How many turns of floor and webhooks, and how long each is: short, so that both see the same machine."""

    turns: int
    seconds: float

    @property
    def texts(self) -> int:
        """More than can be posted."""
        return int(len(CLIENTS) * self.turns * self.seconds * 1000)


SIZES = {"small": Size(turns=24, seconds=0.25), "full": Size(turns=200, seconds=0.25)}


@dataclass(frozen=True)
class Run:
    """Ours beside the floor, with as many clients."""

    clients: int
    webhook: Load
    floor: Load

    def figures(self) -> Iterator[Figure]:
        who = "1 client" if self.clients == 1 else f"{self.clients} clients"
        yield Figure(f"webhooks, {who}", self.webhook.per_second, "/s")
        yield Figure(f"floor, {who}", self.floor.per_second, "/s")
        yield Figure(f"webhooks to floor, {who}", self.webhook.per_second / self.floor.per_second, "", FLOOR_SHARE)
        yield Figure(f"webhook p50, {who}", self.webhook.percentile(0.5), "ms")
        yield Figure(f"webhook p95, {who}", self.webhook.percentile(0.95), "ms", P95_MS if self.clients > 1 else None)
        yield Figure(f"floor p50, {who}", self.floor.percentile(0.5), "ms")
        yield Figure(f"processor time in Odoo per webhook, {who}", self.webhook.server_ms, "ms")
        yield Figure(f"processor time in Odoo per floor, {who}", self.floor.server_ms, "ms")
        yield Figure(f"client's own share of a core, {who}", self.webhook.client_share)


def run(size_name: str) -> Section:
    size, number = SIZES[size_name], Number(1)
    texts = iter(list(itertools.islice(signed_texts(number), WARM_UP + size.texts)))
    with prepared(number) as clinic:
        with OdooServer(clinic.database, workers=WORKERS, options=OPTIONS) as server:
            put_load(server.http_port, [HEALTH] * WARM_UP, max(CLIENTS))
            put_load(server.http_port, itertools.islice(texts, WARM_UP), max(CLIENTS))
            runs = [measure(server, clients, size, texts) for clients in CLIENTS]
        posted = WARM_UP + sum(len(run.webhook.latencies) for run in runs)
        check_stored(clinic, posted)
        inbox = work_off(clinic, posted)
    figures = [figure for run in runs for figure in run.figures()]
    return Section(
        f"Webhook: {posted:,} texts, Odoo with {WORKERS} workers", (*figures, Figure("inbox, one worker", inbox, "/s"))
    )


def measure(server: OdooServer, clients: int, size: Size, texts: Iterator[Request]) -> Run:
    """Turns of floor and webhooks, added up: what disturbs the machine for a while disturbs both."""
    webhook, floor = Load(), Load()
    for _turn in range(size.turns):
        bounds = {"clients": clients, "seconds": size.seconds, "pid": server.pid}
        floor += put_load(server.http_port, itertools.repeat(HEALTH), **bounds)
        webhook += put_load(server.http_port, texts, **bounds)
    return Run(clients, webhook, floor)


def signed_texts(number: Number, texts_per_patient: int = TEXTS_PER_PATIENT) -> Iterator[Request]:
    """Webhooks as Meta sends them, without end, each with another text."""
    for index in itertools.count():
        body = json.dumps(webhook(number, index, number.wa_id(index // texts_per_patient))).encode()
        signature = hmac.new(number.app_secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
        yield Request(f"/clinic_whatsapp/webhook/{number.webhook_key}", body, headers)


def webhook(number: Number, index: int, wa_id: str) -> dict[str, object]:
    message = {
        "from": wa_id,
        "id": f"wamid.BENCHMARK{index:08d}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": f"Merhaba, randevumu sormak istiyorum ({index})."},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "905550000001", "phone_number_id": number.phone_number_id},
        "contacts": [{"profile": {"name": f"Deniz {wa_id[-4:]}"}, "wa_id": wa_id}],
        "messages": [message],
    }
    entry = {"id": "200000000000001", "changes": [{"field": "messages", "value": value}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def check_stored(clinic: Clinic, posted: int) -> None:
    stored = clinic.ask("SELECT count(*) FROM clinic_whatsapp_event WHERE state = 'new'")
    if stored != posted:
        raise WrongResult(f"{posted} webhooks were acknowledged, {stored} are stored.")


def work_off(clinic: Clinic, posted: int) -> float:
    """Let the inbox's cron process everything; returns events a second."""
    with OdooServer(clinic.database, options={"max_cron_threads": 1}):
        seen = clinic.wait_until_none("SELECT count(*) FROM clinic_whatsapp_event WHERE state = 'new'", timeout=90)
    messages = clinic.ask("SELECT count(*) FROM clinic_whatsapp_message WHERE state = 'received'")
    if messages != posted:
        raise WrongResult(f"{posted} texts were stored, {messages} became messages.")
    return rate(seen)
