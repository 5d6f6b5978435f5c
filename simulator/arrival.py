"""When a request arrived: the moment its headers had been parsed, before anything waited for its turn.

The log is the referee of "never more than 80 in any second", so the moment is taken where the bytes come in and not
where the handler gets to run, which under load is later and more even.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

KEY = web.RequestKey("arrived", dict) if hasattr(web, "RequestKey") else "arrived"

Moment = dict[str, float]


def this_moment() -> Moment:
    return {"received_at": round(time.time(), 6), "received": round(time.monotonic(), 6)}


class PunctualHandler(RequestHandler):
    """Notes the moment of every request that its parser finds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moments: deque[Moment] = deque()

    def data_received(self, data: bytes) -> None:
        now = this_moment()
        known = len(self._messages)
        super().data_received(data)
        self.moments.extend(now for _ in range(len(self._messages) - known))


class PunctualServer(web.Server):
    def __call__(self) -> RequestHandler:
        return PunctualHandler(self, loop=self._loop, **self._kwargs)


class PunctualRunner(web.AppRunner):
    """An AppRunner whose connections note arrivals."""

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        punctual = PunctualServer(server.request_handler, request_factory=server.request_factory, loop=server._loop)
        punctual._kwargs = server._kwargs
        return punctual


@web.middleware
async def note_arrival(request: web.Request, handler: Any) -> web.StreamResponse:
    """Hands the moment on to the request; every request passes here exactly once, in the order of arrival."""
    moments = getattr(request.protocol, "moments", None)
    request[KEY] = moments.popleft() if moments else this_moment()
    return await handler(request)


def arrival(request: web.Request) -> Moment:
    return request.get(KEY) or this_moment()
