"""Meta's resumable upload (cloud_api.md §4.7): sessions, the bytes that have arrived, and the handles of whole files.

A handle is what a template's media header names as its sample. Handles outlive a restart, open sessions do not. The
switch ``cut_upload_next`` cuts the connection when half of what was still missing has arrived.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .auth import Caller, authenticate
from .context import Context
from .errors import GraphError, bad_parameter, unknown_object
from .storage import plain
from .template_state import Sample

EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
    "video/mp4": "mp4",
}
MOST_BYTES = 100 * 1024 * 1024
MOST_SESSIONS = 100
PIECE = 64 * 1024

Json = dict[str, Any]


@dataclass
class Session:
    """A file on its way."""

    app_id: str
    name: str
    mime_type: str
    size: int
    data: bytearray = field(default_factory=bytearray)


class Uploads:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._sessions: dict[str, Session] = {}

    def routes(self) -> list[web.RouteDef]:
        session = r"/{version:v\d+\.\d+}/upload:{session}"
        return [
            web.post(session, self.append),
            web.get(session, self.tell_offset),
            web.get("/_sim/uploads", self.list_samples),
        ]

    def clear(self) -> None:
        self._sessions.clear()

    async def start(self, request: web.Request, caller: Caller, data: Json) -> Json:
        """``POST /{app_id}/uploads``: opens a session."""
        given = {**data, **request.query}
        name, mime_type = str(given.get("file_name") or "file"), str(given.get("file_type") or "")
        if mime_type not in EXTENSIONS:
            raise bad_parameter(f"Param file_type must be one of {{{', '.join(EXTENSIONS)}}}.")
        length = str(given.get("file_length") or "")
        if not length.isdecimal() or not 1 <= int(length) <= MOST_BYTES:
            raise bad_parameter(f"Param file_length must be between 1 and {MOST_BYTES}.")
        key = base64.urlsafe_b64encode(b"attachment:" + secrets.token_bytes(12)).decode()
        self._sessions[key] = Session(caller.app_id, name, mime_type, int(length))
        while len(self._sessions) > MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        return {"id": f"upload:{key}?sig={secrets.token_urlsafe(12)}"}

    async def append(self, request: web.Request) -> web.StreamResponse:
        """Takes what is missing from ``file_offset`` on; the handle when all of it has arrived."""
        try:
            session = self._session(request)
            if request.headers.get("file_offset") != str(len(session.data)):
                raise bad_parameter(f"The header file_offset must be {len(session.data)}.")
            if await self._receive(request, session):
                return web.json_response({"h": self._keep(session)})
            return _cut(request)
        except GraphError as error:
            return web.json_response(error.body(), status=error.status)

    async def tell_offset(self, request: web.Request) -> web.StreamResponse:
        try:
            session = self._session(request)
        except GraphError as error:
            return web.json_response(error.body(), status=error.status)
        return web.json_response({"id": _id_of(request), "file_offset": len(session.data)})

    async def list_samples(self, _request: web.Request) -> web.Response:
        """Set-up: what was uploaded as a sample, by handle."""
        samples = self._context.world.samples
        rows = [{"handle": handle, **plain(sample)} for handle, sample in samples.items()]
        return web.json_response({"samples": rows})

    def _session(self, request: web.Request) -> Session:
        if self._context.faults.down:
            raise GraphError(2)
        caller = authenticate(request, {}, self._context.world)
        session = self._sessions.get(request.match_info["session"])
        if session is None or session.app_id != caller.app_id:
            raise unknown_object(_id_of(request), request.method)
        return session

    async def _receive(self, request: web.Request, session: Session) -> bool:
        """Whether the request could be read to its end."""
        cut = self._context.faults.take("cut_upload_next")
        most = (len(session.data) + session.size) // 2 if cut else session.size
        async for piece in request.content.iter_chunked(PIECE):
            if not cut and len(session.data) + len(piece) > most:
                raise bad_parameter("There are more bytes than file_length says.")
            session.data += piece[: most - len(session.data)]
            if cut and len(session.data) >= most:
                break
        if cut:
            self._context.tell_faults()
            return False
        if len(session.data) < session.size:
            raise bad_parameter(f"Of {session.size} bytes only {len(session.data)} have arrived.")
        return True

    def _keep(self, session: Session) -> str:
        digest = hashlib.sha256(session.data).hexdigest()
        kind = base64.b64encode(session.mime_type.encode()).decode()
        handle = f"4::{kind}:{secrets.token_urlsafe(24)}:e:{digest[:12]}"
        self._context.world.add_sample(handle, Sample(session.name, session.mime_type, session.size, digest))
        self._context.touch()
        return handle


def _id_of(request: web.Request) -> str:
    return f"upload:{request.match_info['session']}"


def _cut(request: web.Request) -> web.Response:
    """Cuts the connection; the answer that aiohttp wants is never written."""
    if request.transport:
        request.transport.abort()
    return web.Response()
