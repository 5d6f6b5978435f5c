"""Our own set-up API, ``/_sim/...``: numbers, settings, faults, state and log.

A request that cannot be done gets status 400 and ``{"error": "a sentence"}``; nothing is
half applied.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from .context import Context
from .inbound_content import BadAction
from .log import KINDS, SIZE
from .options import BadOption, Faults, as_json, change
from .setup import apply_seed, masked, put_number
from .templates import Templates
from .webhooks import Webhooks

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns what a set-up request did wrong into a sentence."""
    try:
        return await handler(request)
    except (BadOption, BadAction) as error:
        return web.json_response({"error": str(error)}, status=400)


@web.middleware
async def own_page_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keeps other web sites in the same browser from using the set-up API behind one's back."""
    origin = request.headers.get("Origin")
    if origin and origin.partition("://")[2] != request.host:
        raise web.HTTPForbidden(text="Requests come from the simulator's own page only.")
    return await handler(request)


async def read_json(request: web.Request, kind: type = dict) -> Any:
    try:
        data = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise BadOption(f"The body is not valid JSON: {error}") from error
    if not isinstance(data, kind):
        raise BadOption(f"The body must be a JSON {'object' if kind is dict else 'array'}.")
    return data


class Control:
    def __init__(
        self,
        context: Context,
        webhooks: Webhooks,
        templates: Templates,
        reset: Callable[[], None],
    ) -> None:
        self._context = context
        self._webhooks = webhooks
        self._templates = templates
        self._reset = reset

    def routes(self) -> list[web.RouteDef]:
        return [
            web.put(r"/_sim/numbers/{id:\d+}", self.put_number),
            web.get("/_sim/state", self.get_state),
            web.get("/_sim/log", self.get_log),
            web.post("/_sim/reset", self.reset),
            web.post("/_sim/seed", self.seed),
            web.get("/_sim/faults", self.get_faults),
            web.post("/_sim/faults", self.set_faults),
            web.delete("/_sim/faults", self.clear_faults),
            web.get("/_sim/settings", self.get_settings),
            web.post("/_sim/settings", self.set_settings),
        ]

    async def put_number(self, request: web.Request) -> web.Response:
        """Registers or changes a number; ``{"verify": true}`` also asks its webhook to verify."""
        data = await read_json(request)
        verify = data.pop("verify", False)
        number = put_number(self._context, request.match_info["id"], data)
        answer: Json = {"number": masked(number), "verification": None}
        if verify:
            outcome = await self._webhooks.verify(number.webhook_url, number.verify_token)
            answer["verification"] = {"ok": outcome.ok, "detail": outcome.detail}
        return web.json_response(answer)

    async def get_state(self, _request: web.Request) -> web.Response:
        """The set-up with secrets masked, and how much is still on its way."""
        world = self._context.world
        wabas = [
            {
                "id": waba.id,
                "subscribed": waba.subscribed,
                "override_url": waba.override_url,
                "templates": len(waba.templates),
            }
            for waba in world.wabas.values()
        ]
        return web.json_response(
            {
                "numbers": [masked(number) for number in world.numbers.values()],
                "wabas": wabas,
                "phones": len(world.phones),
                "chats": len(world.chats),
                "messages": len(world.messages),
                "pending_webhooks": len(self._webhooks),
                "pending_steps": len(self._context.timers),
                "totals": dict(self._context.log.totals),
            }
        )

    async def get_log(self, request: web.Request) -> web.Response:
        kind = request.query.get("kind", "")
        if kind and kind not in KINDS:
            raise BadOption(f"kind is one of {', '.join(KINDS)}.")
        try:
            after = int(request.query.get("after", "0"))
            limit = int(request.query.get("limit", SIZE))
        except ValueError as error:
            raise BadOption("after and limit are whole numbers.") from error
        log = self._context.log
        entries = log.read(kind, after, limit)
        return web.json_response({"entries": entries, "last": log.last, "totals": dict(log.totals)})

    async def reset(self, _request: web.Request) -> web.Response:
        """Forgets everything: numbers, phones, chats, faults, log."""
        self._reset()
        return web.json_response({"success": True})

    async def seed(self, request: web.Request) -> web.Response:
        apply_seed(self._context, self._templates, await read_json(request))
        return web.json_response({"success": True})

    async def get_faults(self, _request: web.Request) -> web.Response:
        return web.json_response(as_json(self._context.faults))

    async def set_faults(self, request: web.Request) -> web.Response:
        change(self._context.faults, await read_json(request))
        return self._faults_changed()

    async def clear_faults(self, _request: web.Request) -> web.Response:
        change(self._context.faults, as_json(Faults()))
        return self._faults_changed()

    def _faults_changed(self) -> web.Response:
        self._webhooks.apply_pause()
        self._context.tell_faults()
        return web.json_response(as_json(self._context.faults))

    async def get_settings(self, _request: web.Request) -> web.Response:
        return web.json_response(as_json(self._context.settings))

    async def set_settings(self, request: web.Request) -> web.Response:
        values = await read_json(request)
        change(self._context.settings, values)
        if "random_seed" in values:
            self._context.chance.restart()
        self._context.touch()
        return web.json_response(as_json(self._context.settings))
