"""The Graph API's front door: ``/<version>/<node>[/<edge>]`` to the handler, and refusals to
Meta's error bodies.

A node is a phone number, a WABA or a template; what it is decides which edges it has. Being "down"
comes first, then the answer's latency: half of it before the work and half after, so that a
webhook can overtake the answer.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from aiohttp import web

from .auth import MESSAGING, Caller, authenticate, debug_token
from .context import Context
from .errors import GraphError, bad_parameter, trace_id, unknown_object
from .nodes import Nodes
from .sending import Sending
from .state import Number

NEWEST_VERSION = 26
HTML_502 = (
    "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>502 Bad Gateway</h1>"
    "<p>Sorry, something went wrong.</p></body></html>"
)
HANG_POLL_SECONDS = 0.1

Json = dict[str, Any]


class Graph:
    def __init__(self, context: Context, sending: Sending, nodes: Nodes) -> None:
        self._context = context
        self._sending = sending
        self._nodes = nodes

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", r"/{version:v\d+\.\d+}/{node}", self.handle),
            web.route("*", r"/{version:v\d+\.\d+}/{node}/{edge}", self.handle),
            web.route("*", "/{path:.*}", self.unknown_path),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        down = self._context.faults.down
        if down == "reset":
            return hang_up(request)
        if down == "html502":
            return web.Response(status=502, text=HTML_502, content_type="text/html")
        latency = self._context.faults.latency()
        await asyncio.sleep(latency / 2)
        answer = await self._answer(request)
        await asyncio.sleep(latency / 2)
        return answer

    async def unknown_path(self, request: web.Request) -> web.StreamResponse:
        error = GraphError(2500, message=f"Unknown path components: {request.path}")
        return _json(error.body(), error.status)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        data: Json = {}
        try:
            _check_version(request)
            data = await _read(request)
            if request.match_info["node"] == "debug_token":
                return _json(debug_token(request, self._context.world))
            caller = authenticate(request, data, self._context.world)
            if request.match_info.get("edge") == "messages" and request.method == "POST":
                return await self._messages(request, caller, data)
            return _json(await self._nodes.handle(request, caller, data))
        except GraphError as error:
            self._log_refused(request, data, error)
            return _json(error.body(), error.status)

    async def _messages(
        self, request: web.Request, caller: Caller, data: Json
    ) -> web.StreamResponse:
        number = self._number(request, caller)
        answer = self._sending.handle(number, data)
        message = answer.message
        if message is None:
            return _json(answer.body)
        manner = self._manner()
        self._context.log.add(
            "accepted",
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

    def _log_refused(self, request: web.Request, data: Json, error: GraphError) -> None:
        self._context.log.add(
            "refused",
            path=request.path,
            method=request.method,
            code=error.code,
            subcode=error.subcode,
            http_status=error.status,
            details=error.user_msg or error.details or error.message,
            to=str(data.get("to", "")),
            client_ref=str(data.get("biz_opaque_callback_data", "")),
        )


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


async def _read(request: web.Request) -> Json:
    """The parameters of the body, as JSON or as a form."""
    raw = await request.read()
    if not raw:
        return {}
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(await request.post())
    try:
        data = json.loads(raw)
    except ValueError as error:
        raise bad_parameter("The body is not valid JSON.") from error
    if not isinstance(data, dict):
        raise bad_parameter("The body must be a JSON object.")
    return data


def _json(body: Json, status: int = 200) -> web.Response:
    return web.Response(
        body=json.dumps(body, ensure_ascii=False).encode(),
        status=status,
        headers={"Content-Type": "application/json; charset=UTF-8", "x-fb-trace-id": trace_id()},
    )
