"""Webhooks as Meta signs and posts them, for storms that the simulator would not raise by itself."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from simulator.payloads import encode, signature

from .clinic import APP_SECRET, WABA, Branch

Json = dict[str, Any]
POST_TIMEOUT = 60.0  # seconds


def body(branch: Branch, **value: object) -> bytes:
    """One webhook of a branch's number, with `messages` or `statuses`."""
    metadata = {"display_phone_number": "905550000001", "phone_number_id": branch.phone_number_id}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    return encode({"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [change]}]})


def text(wa_id: str, wamid: str, words: str) -> Json:
    """An inbound text, as it stands in `messages`."""
    return {"from": wa_id, "id": wamid, "timestamp": str(int(time.time())), "type": "text", "text": {"body": words}}


def status(wamid: str, name: str, client_ref: str) -> Json:
    """What became of a message of ours, as it stands in `statuses`."""
    at = str(int(time.time()))
    return {"id": wamid, "status": name, "timestamp": at, "biz_opaque_callback_data": client_ref}


class Storm:
    """Clients that post the same webhooks at the same time, each several times and in an order of its own."""

    def __init__(
        self, branch: Branch, clients: int = 8, repeats: int = 3, *, seed: int = 1, shuffled: bool = True
    ) -> None:
        self.url = branch.webhook_url
        self.clients = clients
        self.repeats = repeats
        self.seed = seed
        self.shuffled = shuffled
        self.seconds = 0.0

    def post(self, bodies: Sequence[bytes]) -> Counter[int | str]:
        """Let it rage; how often each answer was given: an HTTP status, or the name of what went wrong."""
        start = threading.Barrier(self.clients)
        began = time.monotonic()
        with ThreadPoolExecutor(self.clients) as pool:
            answers = pool.map(lambda client: self._client(client, bodies, start), range(self.clients))
            total = sum(answers, Counter())
        self.seconds = time.monotonic() - began
        return total

    def _client(self, client: int, bodies: Sequence[bytes], start: threading.Barrier) -> Counter[int | str]:
        order = list(bodies) * self.repeats
        if self.shuffled:
            random.Random(self.seed * 1000 + client).shuffle(order)
        start.wait(POST_TIMEOUT)
        with requests.Session() as session:
            session.trust_env = False
            return Counter(self._post(session, raw) for raw in order)

    def _post(self, session: requests.Session, raw: bytes) -> int | str:
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature(raw, APP_SECRET)}
        try:
            answer = session.post(self.url, data=raw, headers=headers, timeout=POST_TIMEOUT)
        except requests.RequestException as error:
            return type(error).__name__
        return answer.status_code
