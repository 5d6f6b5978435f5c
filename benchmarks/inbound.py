"""How long it takes from a patient's text to the screen of his branch.

Signed webhooks, each with a text of another patient, are posted at a steady pace to an Odoo with two workers and cron
workers of its own. A real websocket client, logged in as staff of the branch, hears on the bus which conversations have
news. Measured is the time from just before the post until the notification is there: what a browser then fetches is not
part of it. In the end every text must have been stored once, and told of.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import websocket

from benchmarks.clinic import Clinic, Number, WrongResult, prepared
from benchmarks.figures import Budget, Figure, Section
from benchmarks.load import Request, put_load
from benchmarks.webhook import signed_texts
from devtools.odoo import OdooServer
from devtools.rpc import Odoo
from devtools.server import responds
from simulator.client import wait_until

PER_SECOND = 20
P95 = Budget(1.0, at_most=True)
WARM_UP = 20
POSTERS = 4
PATIENCE = 60.0  # seconds for the last notification
WORKERS = 2
UPDATE = "clinic_whatsapp/update"
CONVERSATIONS = """
    SELECT json_object_agg(contact.wa_id, conversation.id)
      FROM clinic_whatsapp_conversation conversation
      JOIN clinic_whatsapp_contact contact ON contact.id = conversation.contact_id"""
LAST_NEWS = "SELECT COALESCE(max(id), 0) FROM bus_bus"
STORED = "SELECT count(*) FROM clinic_whatsapp_message WHERE direction = 'in'"


@dataclass(frozen=True)
class Size:
    seconds: int

    @property
    def texts(self) -> int:
        return self.seconds * PER_SECOND


SIZES = {"small": Size(20), "full": Size(60)}


class Screen:
    """A branch's open browser tab, as far as the bus is concerned: when it first heard of each conversation."""

    def __init__(self, server: OdooServer, last: int) -> None:
        self.heard: dict[int, float] = {}
        session = Odoo(server.url, server.database, "admin", "admin")
        address = f"127.0.0.1:{server.gevent_port}"
        wait_until(lambda: responds(f"http://{address}/websocket/health"), PATIENCE, lambda: "no websocket process")
        self._socket = websocket.create_connection(
            f"ws://{address}/websocket",
            cookie=f"session_id={session.session_id}",
            origin=f"http://{address}",
            timeout=PATIENCE,
            http_no_proxy=["127.0.0.1"],
        )
        self._send(event_name="subscribe", data={"channels": [], "last": last})
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _send(self, **message: object) -> None:
        self._socket.send(json.dumps(message))

    def _listen(self) -> None:
        with contextlib.suppress(websocket.WebSocketException, OSError):
            while news := self._socket.recv():
                now = time.perf_counter()
                for item in json.loads(news):
                    message = item["message"]
                    if message["type"] == UPDATE:
                        for conversation in message["payload"]["conversation_ids"]:
                            self.heard.setdefault(conversation, now)

    def wait_for(self, conversations: set[int]) -> None:
        deadline = time.monotonic() + PATIENCE
        while conversations - self.heard.keys():
            if time.monotonic() > deadline:
                raise WrongResult(f"{len(conversations - self.heard.keys())} texts were never told of on the bus.")
            time.sleep(0.02)

    def close(self) -> None:
        self._socket.close()
        self._thread.join(5)


def run(size_name: str) -> Section:
    size = SIZES[size_name]
    number = Number(1, patients=WARM_UP + size.texts)
    with prepared(number) as clinic:
        places = clinic.ask(CONVERSATIONS)
        with (
            OdooServer(clinic.database, workers=WORKERS, options={"max_cron_threads": 2}) as server,
            contextlib.closing(Screen(server, clinic.ask(LAST_NEWS))) as screen,
        ):
            texts = signed_texts(number, texts_per_patient=1)
            warm_up = list(itertools.islice(texts, WARM_UP))
            put_load(server.http_port, warm_up, POSTERS)
            screen.wait_for({places[number.wa_id(patient)] for patient in range(WARM_UP)})
            posted = post_steadily(server.http_port, list(itertools.islice(texts, size.texts)))
            wanted = [places[number.wa_id(WARM_UP + index)] for index in range(size.texts)]
            screen.wait_for(set(wanted))
            check_stored(clinic, WARM_UP + size.texts)
        seconds = [screen.heard[place] - moment for place, moment in zip(wanted, posted, strict=True)]
    return Section(
        f"Inbound: {size.texts} texts at {PER_SECOND} a second, until the bus tells the branch", tuple(figures(seconds))
    )


def post_steadily(port: int, texts: Sequence[Request]) -> list[float]:
    """Post each text at its moment; the moments (perf_counter) just before."""
    begin = time.perf_counter() + 0.1

    def post(index: int) -> float:
        time.sleep(max(0.0, begin + index / PER_SECOND - time.perf_counter()))
        moment = time.perf_counter()
        put_load(port, [texts[index]], 1)
        return moment

    with ThreadPoolExecutor(POSTERS) as pool:
        return list(pool.map(post, range(len(texts))))


def figures(seconds: Sequence[float]) -> Iterator[Figure]:
    yield Figure("text to notification, p50", percentile(seconds, 0.5), "s")
    yield Figure("text to notification, p95", percentile(seconds, 0.95), "s", P95)
    yield Figure("text to notification, longest", max(seconds), "s")


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def check_stored(clinic: Clinic, posted: int) -> None:
    stored = clinic.ask(STORED)
    if stored != posted:
        raise WrongResult(f"{posted} texts were posted, {stored} are stored.")
