"""Import the protocol layer without Odoo, and a server on which it can fail in every way.

``clinic_whatsapp/__init__.py`` imports Odoo, so the package ``cloud_api`` inside it is loaded by
itself, under its own name; Odoo loads it as ``odoo.addons.clinic_whatsapp.cloud_api``.
"""

from __future__ import annotations

import importlib.util
import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "clinic_whatsapp" / "cloud_api"


def _load_cloud_api() -> None:
    spec = importlib.util.spec_from_file_location(
        "cloud_api", PACKAGE / "__init__.py", submodule_search_locations=[str(PACKAGE)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["cloud_api"] = module
    spec.loader.exec_module(module)


if "cloud_api" not in sys.modules:
    _load_cloud_api()

from cloud_api.client import CloudApi, Credentials  # noqa: E402
from cloud_api.messages import OutboundMessage, Text  # noqa: E402
from cloud_api.permit import Permit  # noqa: E402

TOKEN = "EAATESTTOKEN"
SECRET = "test_app_secret"
BODY = "Merhaba Ayşe, randevunuz yarın"
PHONE = "+905550000012"
ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": PHONE, "wa_id": PHONE[1:]}],
    "messages": [{"id": "wamid.OUT"}],
}


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Reply:
    """An answer as raw bytes, and what becomes of the connection after it."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    close: bool = False

    def encode(self) -> bytes:
        headers = {"Content-Type": "application/json", "Content-Length": str(len(self.body))}
        lines = [f"HTTP/1.1 {self.status} Something"]
        lines += [f"{name}: {value}" for name, value in {**headers, **self.headers}.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


def answer(document, status=200, **headers) -> Reply:
    return Reply(status, json.dumps(document).encode(), headers)


class GraphServer:
    """A real HTTP/1.1 server on a real socket; ``handle`` decides what each request meets."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.handle: Callable[[Request, socket.socket], Reply | None] = lambda *_: answer(ACCEPTED)
        self.released = threading.Event()
        self.accepted = threading.Semaphore(0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def reply_with(self, *replies: Reply) -> None:
        """Answer the next requests with these, one after the other, the last one for ever."""
        waiting = list(replies)
        self.handle = lambda *_: waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def close_idle_connections(self) -> None:
        for connection in self._connections:
            shut(connection)

    def stop(self) -> None:
        self.released.set()
        shut(self._listener)
        self.close_idle_connections()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            self.accepted.release()
            number = len(self._connections)
            thread = threading.Thread(target=self._serve, args=(connection, number))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            with connection, connection.makefile("rb") as stream:
                while request := read_request(stream, number):
                    self.requests.append(request)
                    reply = self.handle(request, connection)
                    if reply is None:
                        return
                    connection.sendall(reply.encode())
                    if reply.close:
                        return
        except OSError:
            return


def read_request(stream, connection: int) -> Request | None:
    first = stream.readline()
    if not first:
        return None
    method, path, _version = first.decode().split()
    headers = {}
    while line := stream.readline().strip():
        name, _colon, value = line.decode().partition(": ")
        headers[name.lower()] = value
    body = stream.read(int(headers.get("content-length", 0)))
    return Request(method, path, headers, body, connection)


def shut(connection: socket.socket) -> None:
    """Send FIN, also while another thread waits in ``recv`` or ``accept``."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        connection.close()  # was closed already
    else:
        connection.close()


def reset(connection: socket.socket) -> None:
    """Close with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    fd = connection.detach()
    socket.close(fd)


@pytest.fixture
def server() -> Iterator[GraphServer]:
    graph = GraphServer()
    yield graph
    graph.stop()


@pytest.fixture
def credentials(server):
    return credentials_for(server.url)


def credentials_for(url: str, **changes) -> Credentials:
    values = {
        "phone_number_id": "106540352242922",
        "waba_id": "102290129340398",
        "app_id": "670843887433847",
        "access_token": TOKEN,
        "app_secret": SECRET,
        "api_url": url,
        "api_version": "v26.0",
    }
    return Credentials(**{**values, **changes})


@pytest.fixture
def make_api():
    """Make clients that are closed after the test; short time-outs, since the server is near."""
    opened = []

    def make(url, timeout=(1.0, 1.0), **changes):
        opened.append(CloudApi(credentials_for(url, **changes), timeout=timeout))
        return opened[-1]

    yield make
    for api in opened:
        api.close()


@pytest.fixture
def api(server, make_api):
    return make_api(server.url)


@pytest.fixture
def message():
    return OutboundMessage("ref-1", Text(BODY), to=PHONE)


@pytest.fixture
def permit():
    return Permit("ref-1")


@pytest.fixture
def tools():
    """What tests need of this file: a conftest is not to be imported."""
    return sys.modules[__name__]
