"""What the tests use: a clinic's webhook, Meta's client, and a template; all over real HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from simulator.client import DEFAULT_NUMBER, DEFAULT_NUMBER_ID, wait_until
from simulator.inbound_content import sample
from simulator.testing import Simulator

Json = dict[str, Any]

REMINDER: Json = {
    "name": "appt_reminder",
    "language": "tr",
    "category": "UTILITY",
    "components": [
        {"type": "BODY", "text": "Sayın {{1}}, yarın saat {{2}} için randevunuz var."},
        {"type": "FOOTER", "text": "Papatya Klinik"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Geleceğim"},
                {"type": "QUICK_REPLY", "text": "İptal et"},
            ],
        },
    ],
}
AYSE, MEHMET = "905300000001", "905300000002"


class Receiver:
    """The clinic's webhook. ``answers`` is a list of statuses to give before going back to 200."""

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.verify_token = DEFAULT_NUMBER["verify_token"]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook/şube"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def changes(self, field: str = "messages") -> list[Json]:
        """The values of all received changes of this field, in the order of arrival."""
        return [c["value"] for e in self.entries() for c in e["changes"] if c["field"] == field]

    def entries(self) -> list[Json]:
        return [entry for _, body in list(self.posts) for entry in json.loads(body)["entry"]]

    def check_signatures(self) -> None:
        assert all(headers["X-Hub-Signature-256"] == sign(body) for headers, body in self.posts)

    def statuses(self, wamid: str = "") -> list[Json]:
        found = [s for value in self.changes() for s in value.get("statuses", [])]
        return [s for s in found if wamid in ("", s["id"])]

    def messages(self) -> list[Json]:
        return [m for value in self.changes() for m in value.get("messages", [])]

    def wait_for(self, count: int, what: str = "posts") -> None:
        def enough() -> bool:
            found = self.posts if what == "posts" else getattr(self, what)()
            return len(found) >= count

        wait_until(enough, 10, lambda: f"{len(self.posts)} posts: {self.posts[-3:]}")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.append((dict(self.headers), body))
                status = receiver.answers.pop(0) if receiver.answers else 200
                self._answer(status, b"" if status == 204 else b"ok")

            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                right = query.get("hub.verify_token") == [receiver.verify_token]
                self._answer(*((200, query["hub.challenge"][0].encode()) if right else (403, b"")))

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                """Silent."""

        return Handler


class Meta:
    """The requests of a Cloud API client."""

    def __init__(self, sim: Simulator, token: str = DEFAULT_NUMBER["access_token"]) -> None:
        self._sim = sim
        self.token = token

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= options.pop("headers", {})
        url = f"{self._sim.url}/v26.0/{path}"
        return requests.request(method, url, headers=headers, timeout=10, **options)

    def fetch(self, url: str, headers: Json | None = None) -> requests.Response:
        """Downloads a file."""
        wanted = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return requests.get(url, headers=wanted, timeout=10)

    def post(self, data: Any, number: str = DEFAULT_NUMBER_ID) -> requests.Response:
        return self.call("POST", f"{number}/messages", json=data)

    def send(self, to: str = f"+{AYSE}", **rest: Any) -> requests.Response:
        content = rest or {"type": "text", "text": {"body": "Merhaba"}}
        return self.post({"messaging_product": "whatsapp", "to": to, **content})

    def send_template(self, *values: str, to: str = f"+{AYSE}", **rest: Any) -> requests.Response:
        parameters = [{"type": "text", "text": value} for value in values or ("Ayşe", "10:30")]
        template = {
            "name": "appt_reminder",
            "language": {"code": "tr"},
            "components": [{"type": "body", "parameters": parameters}],
        }
        return self.send(to, type="template", template={**template, **rest})


def upload(
    meta: Meta, data: bytes, mime_type: str, filename: str = "file", number: str = DEFAULT_NUMBER_ID
) -> requests.Response:
    parts = {
        "messaging_product": (None, "whatsapp"),
        "type": (None, mime_type),
        "file": (filename, data, mime_type),
    }
    return meta.call("POST", f"{number}/media", files=parts)


def uploaded(meta: Meta, data: bytes = b"", mime_type: str = "image/jpeg", number: str = DEFAULT_NUMBER_ID) -> str:
    """The id of a file that the business uploaded: a small picture."""
    answer = upload(meta, data or sample("image"), mime_type, number=number)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def error(answer: requests.Response) -> Json:
    """The error of a refusal, whose form is always the same."""
    body = answer.json()["error"]
    assert set(body) >= {"message", "type", "code", "fbtrace_id"}, body
    return body


def wamid(answer: requests.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.json()["messages"][0]["id"]


def sign(body: bytes, secret: str = DEFAULT_NUMBER["app_secret"]) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
