"""Webhooks that a test asks for: about an account or a template, about a number, or any body at all.

What Meta would know is filled in: a template's id, a number's display form, ``metadata``. What the value says of a
template is also true afterwards, so that reading the templates gives the same answer.
"""

from __future__ import annotations

import itertools
from typing import Any

from aiohttp import web

from . import payloads
from .context import Context
from .control import read_json
from .options import BadOption
from .state import Number, now
from .template_state import Template, Waba
from .webhooks import Webhooks

TEMPLATE_FIELDS = (
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
)
NUMBER_FIELDS = (
    "phone_number_quality_update",
    "phone_number_name_update",
    "security",
    "business_username_updates",
    "business_username_update",
)
FACTS = {"event": "status", "new_quality_score": "quality", "new_category": "category"}

Json = dict[str, Any]


class Events:
    def __init__(self, context: Context, webhooks: Webhooks) -> None:
        self._context = context
        self._webhooks = webhooks
        self._ids = itertools.count(1)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(r"/_sim/wabas/{id:\d+}/events", self.account_event),
            web.post(r"/_sim/numbers/{id:\d+}/events", self.number_event),
            web.post(r"/_sim/numbers/{id:\d+}/webhook", self.any_webhook),
        ]

    async def account_event(self, request: web.Request) -> web.Response:
        waba = self._context.world.waba(request.match_info["id"])
        field, value = await _read(request)
        if field in TEMPLATE_FIELDS:
            value = self._of_template(waba, field, value)
        numbers = self._context.world.numbers_of(waba.id)
        if field in NUMBER_FIELDS and len(numbers) == 1:
            value = {"display_phone_number": numbers[0].digits, **value}
        if not numbers:
            raise BadOption(f"No number belongs to the account {waba.id}.")
        payload = payloads.envelope(waba.id, field, value, int(now()))
        self._webhooks.send_account_event(waba.id, payload, f"account:{field}:{next(self._ids)}")
        return web.json_response({"value": value})

    def _of_template(self, waba: Waba, field: str, value: Json) -> Json:
        name, language = value.get("message_template_name"), str(value.get("message_template_language", ""))
        template = waba.by_name.get((name, language.replace("-", "_")))
        if template is None:
            return value
        _apply(template, value)
        facts: Json = {"message_template_id": int(template.id)}
        if field == "message_template_status_update":
            facts |= {"message_template_category": template.category, "reason": template.rejected_reason}
        return {**facts, **value}

    async def number_event(self, request: web.Request) -> web.Response:
        number = self._number(request)
        field, given = await _read(request)
        value = {**payloads.value_of(number), **given}
        payload = payloads.envelope(number.waba_id, field, value)
        self._webhooks.send(number, payload, f"number:{field}:{next(self._ids)}")
        return web.json_response({"value": value})

    async def any_webhook(self, request: web.Request) -> web.Response:
        """``{"payload": {…}}`` in Meta's bytes, or ``{"body": "…"}`` in exactly these characters (ASCII)."""
        number, data = self._number(request), await read_json(request)
        body = payloads.encode(data["payload"]).decode() if "payload" in data else data.get("body")
        if not isinstance(body, str) or not body.isascii():
            raise BadOption("payload is JSON, or body a text of ASCII characters.")
        ref = f"any::{next(self._ids)}"
        self._webhooks.send_raw(number, body, ref)
        return web.json_response({"ref": ref})

    def _number(self, request: web.Request) -> Number:
        number = self._context.world.numbers.get(request.match_info["id"])
        if number is None:
            raise BadOption(f"There is no business number {request.match_info['id']}.")
        return number


def _apply(template: Template, value: Json) -> None:
    for key, name in FACTS.items():
        if isinstance(value.get(key), str):
            setattr(template, name, value[key])


async def _read(request: web.Request) -> tuple[str, Json]:
    data = await read_json(request)
    field, value = data.get("field"), data.get("value")
    if not isinstance(field, str) or not field or not isinstance(value, dict):
        raise BadOption("An event is {field, value}, a name and an object.")
    return field, value
