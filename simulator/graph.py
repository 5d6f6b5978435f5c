"""The Graph API's front door: ``/<version>/<node>[/<edge>]`` to the handler, and refusals to
Meta's error bodies.

A node is a phone number, a WABA, an app, a file or a template; what it is decides which edges it has. Being "down"
comes first, then the answer's latency: half of it before the work and half after, so that a
webhook can overtake the answer. Every send leaves an entry in the log, with the moment it arrived.
"""

from __future__ import annotations

import asyncio
import http
import json
import re
from typing import Any

from aiohttp import web

from .apps import Apps
from .arrival import arrival
from .auth import MESSAGING, Caller, authenticate, debug_token
from .body import read_body
from .context import Context
from .errors import ErrorPage, GraphError, trace_id, unknown_object
from .nodes import Nodes
from .sending import Sending
from .state import Number

NEWEST_VERSION = 26
PAGE = (
    "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>{status} {reason}</h1>"
    "<p>Sorry, something went wrong.</p></body></html>"
)
HANG_POLL_SECONDS = 0.1

Json = dict[str, Any]


class Graph:
    def __init__(self, context: Context, sending: Sending, nodes: Nodes, apps: Apps) -> None:
        self._context = context
        self._sending = sending
        self._nodes = nodes
        self._apps = apps

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", r"/{version:v\d+\.\d+}/{node}", self.handle),
            web.route("*", r"/{version:v\d+\.\d+}/{node}/{edge}", self.handle),
            web.route("*", "/{path:.*}", self.unknown_path),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self._context.faults.down:
            return await self._fail(request)
        latency = self._context.chance.latency()
        await asyncio.sleep(latency / 2)
        answer = await self._answer(request)
        await asyncio.sleep(latency / 2)
        return answer

    async def _fail(self, request: web.Request) -> web.StreamResponse:
        """What a request meets while Meta is down; a send is read first, so that the log can name it."""
        down = self._context.faults.down
        if is_send(request):
            data = await _read_quietly(request)
            if "status" not in data:
                self._log_refused(request, data, code=0, http_status=502 if down == "html502" else 0, answer=down)
        return hang_up(request) if down == "reset" else error_page(502)

    async def unknown_path(self, request: web.Request) -> web.StreamResponse:
        error = GraphError(2500, message=f"Unknown path components: {request.path}")
        return _json(error.body(), error.status)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        data: Json = {}
        try:
            _check_version(request)
            data = await read_body(request)
            if request.match_info["node"] == "debug_token":
                return _json(debug_token(request, self._context.world))
            if request.match_info.get("edge") == "subscriptions":
                return _json(await self._apps.handle(request, data))
            caller = authenticate(request, data, self._context.world)
            if is_send(request):
                return await self._messages(request, caller, data)
            return _json(await self._nodes.handle(request, caller, data))
        except GraphError as error:
            self._log_error(request, data, error)
            return _json(error.body(), error.status, error.headers())
        except ErrorPage as page:
            status = page.http_status
            self._log_refused(request, data, code=0, http_status=status, answer=f"html{status}")
            return error_page(status)

    async def _messages(
        self, request: web.Request, caller: Caller, data: Json
    ) -> web.StreamResponse:
        number = self._number(request, caller)
        answer = self._sending.handle(number, data, arrival(request)["received"])
        message = answer.message
        if message is None:
            return _json(answer.body)
        manner = self._manner()
        self._context.log.add(
            "accepted",
            **arrival(request),
            phone_number_id=number.phone_number_id,
            wamid=message.id,
            wa_id=message.wa_id,
            type=message.type,
            template=message.content.get("template", ""),
            text=message.content.get("text", ""),
            client_ref=message.client_ref,
            answer=manner,
        )
        if manner == "hung":
            await _wait_until_client_leaves(request)
        return _json(answer.body) if manner == "sent" else hang_up(request)

    def _manner(self) -> str:
        """How the answer to an accepted message goes: ``sent``, ``dropped`` or ``hung``."""
        faults = self._context.faults
        if faults.take("drop_answer_next"):
            manner = "dropped"
        elif self._context.chance.drops_answer():
            return "dropped"
        elif faults.take("hang_next"):
            manner = "hung"
        else:
            return "sent"
        self._context.tell_faults()
        return manner

    def _number(self, request: web.Request, caller: Caller) -> Number:
        node = request.match_info["node"]
        number = self._context.world.numbers.get(node)
        if number is None:
            raise unknown_object(node, request.method)
        caller.require_number(number)
        caller.require(MESSAGING)
        return number

    def _log_error(self, request: web.Request, data: Json, error: GraphError) -> None:
        details = error.user_msg or error.details or error.message
        facts = {"code": error.code, "subcode": error.subcode, "http_status": error.status}
        self._log_refused(request, data, **facts, answer="error", details=details)

    def _log_refused(self, request: web.Request, data: Json, **facts: Any) -> None:
        """``code`` 0 means that there was no error of Meta's, only a page or a cut connection."""
        self._context.log.add(
            "refused",
            **arrival(request),
            path=request.path,
            method=request.method,
            **{"subcode": None, "details": "", **facts},
            to=str(data.get("to", "")),
            client_ref=str(data.get("biz_opaque_callback_data", "")),
        )


def is_send(request: web.Request) -> bool:
    return request.match_info.get("edge") == "messages" and request.method == "POST"


async def _read_quietly(request: web.Request) -> Json:
    try:
        return await read_body(request)
    except GraphError:
        return {}


def error_page(status: int) -> web.Response:
    reason = http.HTTPStatus(status).phrase if status in set(http.HTTPStatus) else "Error"
    return web.Response(status=status, text=PAGE.format(status=status, reason=reason), content_type="text/html")


def hang_up(request: web.Request) -> web.Response:
    """Cuts the connection; the answer that aiohttp wants is never written."""
    if request.transport:
        request.transport.abort()
    return web.Response()


async def _wait_until_client_leaves(request: web.Request) -> None:
    while request.transport and not request.transport.is_closing():
        await asyncio.sleep(HANG_POLL_SECONDS)


def _check_version(request: web.Request) -> None:
    version = request.match_info["version"]
    major = re.match(r"v(\d+)\.0$", version)
    if not major or not 1 <= int(major[1]) <= NEWEST_VERSION:
        raise GraphError(2500, message=f"Unknown path components: /{version}")


def _json(body: Json, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=json.dumps(body, ensure_ascii=False).encode(),
        status=status,
        headers={"Content-Type": "application/json; charset=UTF-8", "x-fb-trace-id": trace_id(), **(headers or {})},
    )
