"""Nodes and edges of the Graph API other than sending: numbers, files, WABAs and their webhook
subscription, templates, an app's uploads.

Reading a field that a node does not have is refused as Graph does, so that a misspelt field is
found here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from .account import PIN, Account
from .auth import MANAGEMENT, Caller
from .context import Context
from .errors import bad_parameter, callback_refused, unknown_object
from .facts import number_facts, waba_facts
from .fields import pick
from .media_graph import MediaGraph
from .state import Number
from .template_state import Waba
from .templates import Templates
from .uploads import Uploads
from .webhooks import Webhooks

MAX_URL = 200
TEMPLATE_CALLS = (("GET", ""), ("POST", ""), ("POST", "unpause"))
DEFAULT_NUMBER_FIELDS = "verified_name,display_phone_number,quality_rating,id"

Json = dict[str, Any]
Handler = Callable[[web.Request, Caller, Any, Json], Awaitable[Json]]


class Nodes:
    def __init__(
        self, context: Context, webhooks: Webhooks, templates: Templates, media: MediaGraph, uploads: Uploads
    ) -> None:
        self._context = context
        self._uploads = uploads
        self._webhooks = webhooks
        self._templates = templates
        self._media = media
        account = Account(context)
        self._number_routes: dict[tuple[str, str], Handler] = {
            ("GET", ""): self._get_number,
            ("POST", ""): self._set_number,
            ("POST", "media"): media.upload,
            ("POST", "register"): account.register,
            ("POST", "deregister"): account.deregister,
            ("GET", "whatsapp_business_profile"): account.get_profile,
            ("POST", "whatsapp_business_profile"): account.set_profile,
            ("GET", "block_users"): account.blocked,
            ("POST", "block_users"): account.block,
            ("DELETE", "block_users"): account.unblock,
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
        if node in self._context.media.files and key == ("GET", ""):
            return await self._media.info(request, caller, node)
        if node in self._context.media.files and key == ("DELETE", ""):
            return await self._media.delete(request, caller, node)
        if key == ("POST", "uploads") and node in (caller.app_id, "app"):
            return await self._uploads.start(request, caller, data)
        for waba in world.wabas.values():
            if node in waba.templates and key in TEMPLATE_CALLS:
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
        """The number's PIN, a new display name, or its webhook override (§5.4), which an empty URL takes away."""
        caller.require(MANAGEMENT)
        if "pin" in data:
            if not PIN.fullmatch(str(data["pin"])):
                raise bad_parameter("Param pin must be a 6-digit number.")
            number.pin = str(data["pin"])
        elif "new_display_name" in data:
            number.new_name_status = "PENDING_REVIEW"
        elif isinstance(data.get("webhook_configuration"), dict):
            number.override_url = await self._checked_override(data["webhook_configuration"])
        else:
            raise bad_parameter("The parameter webhook_configuration is required.")
        self._context.touch()
        return {"success": True}

    async def _get_waba(
        self, request: web.Request, _caller: Caller, waba: Waba, _data: Json
    ) -> Json:
        facts = waba_facts(waba, self._context.world.numbers_of(waba.id))
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
            raise callback_refused(outcome.detail)
        return url

    def _number(self, number: Number) -> Json:
        return number_facts(number, self._context.world.waba(number.waba_id))
