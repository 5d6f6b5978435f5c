"""A client for tests and demos: sets the simulator up, plays the patient, reads what happened.

Works against a simulator in any process. Waiting is always for something: ``settle``,
``wait_for_log`` and ``Phone.wait_for_message`` poll until it is there, and raise ``TimeoutError``
with what was there instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests

Json = dict[str, Any]
Found = TypeVar("Found")

POLL_SECONDS = 0.02
DEFAULT_NUMBER: Json = {
    "waba_id": "200300400500600",
    "display_phone_number": "+90 555 000 00 01",
    "verified_name": "Papatya Klinik",
    "app_id": "300400500600700",
    "app_secret": "test_app_secret",
    "access_token": "EAATESTTOKEN",
    "verify_token": "test_verify_token",
}
DEFAULT_NUMBER_ID = "100200300400500"


class SimulatorError(Exception):
    """The simulator refused a set-up request; the text is its reason."""


class SimulatorClient:
    """``url`` is the address that ``python -m simulator`` prints."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False

    def close(self) -> None:
        self._session.close()

    def request(self, method: str, path: str, **options: Any) -> Any:
        answer = self._session.request(method, self.url + path, timeout=self._timeout, **options)
        if answer.status_code >= 400:
            raise SimulatorError(_reason(answer))
        return answer.json()

    # Set-up

    def register_number(self, phone_number_id: str = DEFAULT_NUMBER_ID, **values: Any) -> Json:
        """Registers a number; what is not given comes from DEFAULT_NUMBER.

        ``verify=True`` asks the webhook to verify. Returns ``{"number": …, "verification": None or
        {"ok", "detail"}}``.
        """
        return self.request(
            "PUT", f"/_sim/numbers/{phone_number_id}", json={**DEFAULT_NUMBER, **values}
        )

    def change_number(self, phone_number_id: str = DEFAULT_NUMBER_ID, **values: Any) -> Json:
        """Changes only what is given, for example ``token_valid=False``."""
        return self.request("PUT", f"/_sim/numbers/{phone_number_id}", json=values)

    def put_templates(
        self, templates: list[Json], waba_id: str = DEFAULT_NUMBER["waba_id"]
    ) -> list[Json]:
        """Stores templates as they are: {name, language, category, components, status?, …}."""
        return self.request("PUT", f"/_sim/wabas/{waba_id}/templates", json=templates)

    def templates(self, waba_id: str = DEFAULT_NUMBER["waba_id"]) -> list[Json]:
        return self.request("GET", f"/_sim/wabas/{waba_id}/templates")

    def seed(self, data: Json) -> None:
        self.request("POST", "/_sim/seed", json=data)

    def reset(self) -> None:
        self.request("POST", "/_sim/reset")

    def set_settings(self, **values: Any) -> Json:
        return self.request("POST", "/_sim/settings", json=values)

    def settings(self) -> Json:
        return self.request("GET", "/_sim/settings")

    # Faults

    def set_faults(self, **values: Any) -> Json:
        """For example ``fail_next={"code": 131026, "count": 2}`` or ``duplicate_webhooks=3``."""
        return self.request("POST", "/_sim/faults", json=values)

    def clear_faults(self) -> Json:
        return self.request("DELETE", "/_sim/faults")

    def faults(self) -> Json:
        return self.request("GET", "/_sim/faults")

    # What happened

    def state(self) -> Json:
        return self.request("GET", "/_sim/state")

    def log(self, kind: str = "", after: int = 0) -> list[Json]:
        """Entries of kind ``accepted``, ``refused``, ``webhook`` or all, oldest first."""
        return self.request("GET", "/_sim/log", params={"kind": kind, "after": after})["entries"]

    def totals(self) -> Json:
        """How many entries of each kind there ever were since the last reset."""
        return self.state()["totals"]

    def wait_for_log(
        self, test: Callable[[Json], bool], kind: str = "", timeout: float = 10.0
    ) -> Json:
        """The first entry for which ``test`` is true."""

        def look() -> Json | None:
            return next((entry for entry in self.log(kind) if test(entry)), None)

        return wait_until(look, timeout, lambda: f"log: {self.log(kind)[-10:]}")

    def settle(self, timeout: float = 10.0) -> None:
        """Waits until no webhook and no step of a message is on its way."""

        def quiet() -> bool:
            state = self.state()
            return not state["pending_webhooks"] and not state["pending_steps"]

        wait_until(quiet, timeout, lambda: f"state: {self.state()}")

    def phone(self, wa_id: str, phone_number_id: str = "") -> Phone:
        """The patient's phone, talking to this number (the only one when none is named)."""
        return Phone(self, wa_id, phone_number_id)

    def phones(self, query: str = "") -> list[Json]:
        return self.request("GET", "/_sim/phones", params={"q": query})["phones"]


class Phone:
    """One patient's phone. Every sending method returns the wamid of the inbound message."""

    def __init__(self, client: SimulatorClient, wa_id: str, phone_number_id: str = "") -> None:
        self.wa_id = wa_id.lstrip("+")
        self.phone_number_id = phone_number_id
        self._client = client
        self._path = f"/_sim/phones/{self.wa_id}"

    def send_text(self, text: str, *, reply_to: str = "", timestamp: float | None = None) -> str:
        """``timestamp``: unix seconds, for a message that was written earlier."""
        return self._send(text=text, reply_to=reply_to, timestamp=timestamp)

    def press(self, message_id: str, button: int | str, timestamp: float | None = None) -> str:
        """Presses a quick-reply button, named by its index or its label."""
        key = "index" if isinstance(button, int) else "label"
        return self._send(button={"message_id": message_id, key: button}, timestamp=timestamp)

    def choose(self, message_id: str, row_id: str) -> str:
        """Chooses a row of a list message."""
        return self._send(list={"message_id": message_id, "row_id": row_id})

    def react(self, message_id: str, emoji: str) -> str:
        """Reacts to a message; an empty emoji takes the reaction back."""
        return self._send(reaction={"message_id": message_id, "emoji": emoji})

    def send(self, type: str, **values: Any) -> str:
        """image, video, audio, document, sticker, location, contacts or unsupported."""
        return self._send(type=type, **values)

    def _send(self, **action: Any) -> str:
        action["phone_number_id"] = self.phone_number_id
        return self._client.request("POST", self._path + "/send", json=action)["message_id"]

    def messages(self) -> list[Json]:
        """The chat as the phone shows it, oldest first."""
        query = {"phone_number_id": self.phone_number_id}
        return self._client.request("GET", self._path + "/messages", params=query)["messages"]

    def wait_for_message(
        self, test: str | Callable[[Json], bool] = "", timeout: float = 10.0
    ) -> Json:
        """The newest message of the business that contains a text, or for which a test is true."""

        def fits(message: Json) -> bool:
            return test in message["text"] if isinstance(test, str) else test(message)

        def look() -> Json | None:
            received = (m for m in reversed(self.messages()) if m["from_business"])
            return next((m for m in received if fits(m)), None)

        return wait_until(look, timeout, lambda: f"messages: {self.messages()[-5:]}")

    def wait_for_tick(self, message_id: str, status: str, timeout: float = 10.0) -> Json:
        """Waits until a message has this status: sent, delivered or read."""

        def look() -> Json | None:
            fitting = (m for m in self.messages() if m["id"] == message_id)
            return next((m for m in fitting if m["status"] == status), None)

        return wait_until(look, timeout, lambda: f"messages: {self.messages()[-5:]}")

    def open(self) -> None:
        """Opens the chat: what is there, and what arrives until ``close``, is read."""
        self._chat("open")

    def close(self) -> None:
        self._chat("close")

    def expire_window(self) -> None:
        """Closes the 24-hour window at Meta."""
        self._chat("expire_window")

    def _chat(self, what: str) -> None:
        body = {"phone_number_id": self.phone_number_id}
        self._client.request("POST", f"{self._path}/{what}", json=body)

    def profile(self, **values: Any) -> Json:
        """name, username, hide_number, not_on_whatsapp, reads, online, blocks, blocked."""
        return self._client.request("PUT", self._path, json=values)


def wait_until(
    look: Callable[[], Found | None], timeout: float, explain: Callable[[], str]
) -> Found:
    """What ``look`` returns as soon as it is true."""
    deadline = time.monotonic() + timeout
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not within {timeout} s; {explain()}")
        time.sleep(POLL_SECONDS)


def _reason(answer: requests.Response) -> str:
    try:
        return str(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}: {answer.text[:200]}"
