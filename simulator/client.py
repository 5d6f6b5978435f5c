"""A client for tests and demos: sets the simulator up, plays the patient, reads what happened.

Works against a simulator in any process. Waiting is always for something: ``settle``,
``wait_for_log`` and ``Phone.wait_for_message`` poll until it is there, and raise ``TimeoutError``
with what was there instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests

from .client_phone import Phone
from .client_templates import TemplateClient
from .defaults import DEFAULT_NUMBER, DEFAULT_NUMBER_ID
from .waiting import wait_until

__all__ = ["DEFAULT_NUMBER", "DEFAULT_NUMBER_ID", "Phone", "SimulatorClient", "SimulatorError", "wait_until"]

Json = dict[str, Any]

class SimulatorError(Exception):
    """The simulator refused a set-up request; the text is its reason."""


class SimulatorClient(TemplateClient):
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

    def seed(self, data: Json) -> None:
        self.request("POST", "/_sim/seed", json=data)

    def reset(self) -> None:
        self.request("POST", "/_sim/reset")

    def set_settings(self, **values: Any) -> Json:
        return self.request("POST", "/_sim/settings", json=values)

    def settings(self) -> Json:
        return self.request("GET", "/_sim/settings")

    # Webhooks of Meta's own

    def account_event(self, field: str, value: Json, waba_id: str = DEFAULT_NUMBER["waba_id"]) -> Json:
        """A webhook about an account or a template, to the app's callback. Returns the value as it was sent."""
        body = {"field": field, "value": value}
        return self.request("POST", f"/_sim/wabas/{waba_id}/events", json=body)["value"]

    def number_event(self, field: str, value: Json, phone_number_id: str = DEFAULT_NUMBER_ID) -> Json:
        """A webhook with ``metadata``: user_preferences, or ``messages`` with anything in it."""
        body = {"field": field, "value": value}
        return self.request("POST", f"/_sim/numbers/{phone_number_id}/events", json=body)["value"]

    def value_error(self, code: int = 130429, details: str = "", phone_number_id: str = DEFAULT_NUMBER_ID) -> Json:
        """An error in ``messages`` that belongs to no message."""
        title = "Rate limit hit" if code == 130429 else "Error"
        error = {"code": code, "title": title, "message": title, "error_data": {"details": details or title}}
        return self.number_event("messages", {"errors": [error]}, phone_number_id)

    def send_webhook(self, payload: Json | str, phone_number_id: str = DEFAULT_NUMBER_ID) -> str:
        """Any body, signed: an object in Meta's bytes, or a text in exactly these characters.

        Returns its ref in the log.
        """
        body = {"body": payload} if isinstance(payload, str) else {"payload": payload}
        return self.request("POST", f"/_sim/numbers/{phone_number_id}/webhook", json=body)["ref"]

    # Files at Meta

    def media(self) -> list[Json]:
        """What the business uploaded and what patients sent: id, origin, mime_type, size, sha256, expires_at …"""
        return self.request("GET", "/_sim/media")["media"]

    def media_bytes(self, media_id: str) -> bytes:
        answer = self._session.get(f"{self.url}/_sim/media/{media_id}", timeout=self._timeout)
        if answer.status_code != 200:
            raise SimulatorError(_reason(answer))
        return answer.content

    def expire_media(self, media_id: str = "") -> None:
        """Ends the life of one id, or of all that exist now."""
        self.request("POST", "/_sim/media/expire", json={"id": media_id})

    def expire_media_urls(self) -> None:
        """All download addresses that were handed out so far answer 404."""
        self.request("POST", "/_sim/media/expire_urls", json={})

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


def _reason(answer: requests.Response) -> str:
    try:
        return str(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}: {answer.text[:200]}"
