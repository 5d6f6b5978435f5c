"""Nodes and edges of the Graph API other than sending: numbers, WABAs and their webhook
subscription.

Reading a field that a node does not have is refused as Graph does, so that a misspelt field is
found here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from .auth import MANAGEMENT, Caller
from .context import Context
from .errors import GraphError, bad_parameter, unknown_object
from .fields import pick
from .state import Number, Waba
from .templates import Templates
from .webhooks import Webhooks

MAX_URL = 200
DEFAULT_NUMBER_FIELDS = "verified_name,display_phone_number,quality_rating,id"

Json = dict[str, Any]
Handler = Callable[[web.Request, Caller, Any, Json], Awaitable[Json]]


class Nodes:
    def __init__(self, context: Context, webhooks: Webhooks, templates: Templates) -> None:
        self._context = context
        self._webhooks = webhooks
        self._templates = templates
        self._number_routes: dict[tuple[str, str], Handler] = {
            ("GET", ""): self._get_number,
            ("POST", ""): self._set_number,
        }
        self._waba_routes: dict[tuple[str, str], Handler] = {
            ("GET", ""): self._get_waba,
            ("GET", "phone_numbers"): self._phone_numbers,
            ("GET", "subscribed_apps"): self._subscribed_apps,
            ("POST", "subscribed_apps"): self._subscribe,
            ("DELETE", "subscribed_apps"): self._unsubscribe,
            ("GET", "message_templates"): templates.list,
            ("POST", "message_templates"): templates.create,
            ("DELETE", "message_templates"): templates.delete,
        }

    async def handle(self, request: web.Request, caller: Caller, data: Json) -> Json:
        node, edge = request.match_info["node"], request.match_info.get("edge", "")
        key = (request.method, edge)
        world = self._context.world
        if node in world.numbers and key in self._number_routes:
            caller.require_number(world.numbers[node])
            return await self._number_routes[key](request, caller, world.numbers[node], data)
        if node in world.wabas and key in self._waba_routes:
            caller.require_waba(node)
            caller.require(MANAGEMENT)
            return await self._waba_routes[key](request, caller, world.wabas[node], data)
        for waba in world.wabas.values():
            if node in waba.templates and key in (("GET", ""), ("POST", "")):
                caller.require_waba(waba.id)
                caller.require(MANAGEMENT)
                return await self._templates.node(request, waba, waba.templates[node], data)
        raise unknown_object(node, request.method)

    async def _get_number(
        self, request: web.Request, _caller: Caller, number: Number, _data: Json
    ) -> Json:
        fields = request.query.get("fields") or DEFAULT_NUMBER_FIELDS
        return pick(self._number(number), fields, "WhatsAppBusinessPhoneNumber")

    async def _set_number(
        self, _request: web.Request, caller: Caller, number: Number, data: Json
    ) -> Json:
        """Only the webhook override of the number (§5.4); an empty URL takes it away."""
        caller.require(MANAGEMENT)
        wanted = data.get("webhook_configuration")
        if not isinstance(wanted, dict):
            raise bad_parameter("The parameter webhook_configuration is required.")
        number.override_url = await self._checked_override(wanted)
        self._context.touch()
        return {"success": True}

    async def _get_waba(
        self, request: web.Request, _caller: Caller, waba: Waba, _data: Json
    ) -> Json:
        facts = {
            "id": waba.id,
            "name": "Simulated clinic",
            "currency": "TRY",
            "timezone_id": "130",
            "account_review_status": "APPROVED",
            "business_verification_status": "verified",
            "country": "TR",
            "message_template_namespace": f"ns_{waba.id}",
        }
        fields = request.query.get("fields") or "id,name,timezone_id,message_template_namespace"
        return pick(facts, fields, "WhatsAppBusinessAccount")

    async def _phone_numbers(
        self, request: web.Request, caller: Caller, waba: Waba, _data: Json
    ) -> Json:
        fields = request.query.get("fields") or DEFAULT_NUMBER_FIELDS
        numbers = [n for n in self._context.world.numbers_of(waba.id) if n in caller.numbers]
        rows = [pick(self._number(n), fields, "WhatsAppBusinessPhoneNumber") for n in numbers]
        return {"data": rows, "paging": {"cursors": {"before": "QVFI", "after": "QVFJ"}}}

    async def _subscribed_apps(
        self, _request: web.Request, caller: Caller, waba: Waba, _data: Json
    ) -> Json:
        if not waba.subscribed:
            return {"data": []}
        link = "https://www.facebook.com/games/?app_id=" + caller.app_id
        row: Json = {
            "whatsapp_business_api_data": {
                "id": caller.app_id,
                "name": "Clinic messaging",
                "link": link,
            }
        }
        if waba.override_url:
            row["override_callback_uri"] = waba.override_url
        return {"data": [row]}

    async def _subscribe(
        self, _request: web.Request, _caller: Caller, waba: Waba, data: Json
    ) -> Json:
        """A plain subscription wipes an override, as Meta's does."""
        url = await self._checked_override(data)
        waba.subscribed, waba.override_url = True, url
        self._context.touch()
        return {"success": True}

    async def _unsubscribe(
        self, _request: web.Request, _caller: Caller, waba: Waba, _data: Json
    ) -> Json:
        waba.subscribed = False
        self._context.touch()
        return {"success": True}

    async def _checked_override(self, data: Json) -> str:
        url, token = data.get("override_callback_uri", ""), data.get("verify_token", "")
        if not url:
            return ""
        if not isinstance(url, str) or len(url) > MAX_URL:
            raise bad_parameter(f"Param override_callback_uri has at most {MAX_URL} characters.")
        if not token:
            raise bad_parameter("The parameter verify_token is required.")
        outcome = await self._webhooks.verify(url, str(token))
        if not outcome.ok:
            raise GraphError(
                2200,
                message="(#2200) Callback verification failed with the following errors: "
                + outcome.detail,
            )
        return url

    def _number(self, number: Number) -> Json:
        waba = self._context.world.waba(number.waba_id)
        connected = number.status == "CONNECTED"
        webhook = {"application": number.webhook_url}
        if waba.override_url:
            webhook["whatsapp_business_account"] = waba.override_url
        if number.override_url:
            webhook["phone_number"] = number.override_url
        return {
            "id": number.phone_number_id,
            "display_phone_number": number.display_phone_number,
            "verified_name": number.verified_name,
            "quality_rating": number.quality,
            "status": number.status,
            "name_status": "APPROVED",
            "new_name_status": "NONE",
            "code_verification_status": "VERIFIED",
            "throughput": {"level": "STANDARD" if number.throughput <= 80 else "HIGH"},
            "whatsapp_business_manager_messaging_limit": "TIER_2K",
            "is_official_business_account": False,
            "platform_type": "CLOUD_API",
            "account_mode": "LIVE",
            "webhook_configuration": webhook,
            "health_status": _health(number, "AVAILABLE" if connected else "BLOCKED"),
        }


def _health(number: Number, state: str) -> Json:
    ids = [("PHONE_NUMBER", number.phone_number_id), ("WABA", number.waba_id)]
    ids += [("BUSINESS", "100000000000000"), ("APP", number.app_id)]
    entities = [
        {"entity_type": kind, "id": id_, "can_send_message": state if not i else "AVAILABLE"}
        for i, (kind, id_) in enumerate(ids)
    ]
    return {"can_send_message": state, "entities": entities}
