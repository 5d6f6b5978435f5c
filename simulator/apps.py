"""``/{app_id}/subscriptions``: where an app's webhooks go, and which fields it hears of (cloud_api.md §5.4).

Needs the app token. A new callback is asked to verify itself before it counts.
"""

from __future__ import annotations

from aiohttp import web

from .auth import app_of
from .context import Context
from .errors import GraphError, bad_parameter, callback_refused
from .params import Json
from .state import Number
from .webhooks import Webhooks

OBJECT = "whatsapp_business_account"
FIELD_VERSION = "v26.0"
FIELDS = (
    "messages",
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "account_update",
    "account_review_update",
    "account_alerts",
    "business_capability_update",
    "security",
    "user_preferences",
    "flows",
    "business_username_updates",
    "history",
    "smb_app_state_sync",
    "smb_message_echoes",
)


class Apps:
    def __init__(self, context: Context, webhooks: Webhooks) -> None:
        self._context = context
        self._webhooks = webhooks

    async def handle(self, request: web.Request, data: Json) -> Json:
        app_id = app_of(request, data, self._context.world)
        if request.match_info["node"] not in (app_id, "app"):
            raise GraphError(10, message="(#10) Application does not have permission for this action")
        numbers = [n for n in self._context.world.numbers.values() if n.app_id == app_id]
        if request.method == "GET":
            return {"data": self._shown(app_id, numbers)}
        given = {**request.query, **data}
        if request.method == "DELETE":
            return self._remove(app_id, numbers)
        return await self._subscribe(app_id, numbers, given)

    def _shown(self, app_id: str, numbers: list[Number]) -> list[Json]:
        url = numbers[0].webhook_url
        if not url:
            return []
        fields = self._context.world.app_fields.get(app_id, FIELDS)
        rows = [{"name": name, "version": FIELD_VERSION} for name in fields]
        return [{"object": OBJECT, "callback_url": url, "active": True, "fields": rows}]

    async def _subscribe(self, app_id: str, numbers: list[Number], given: Json) -> Json:
        if given.get("object") != OBJECT:
            raise bad_parameter(f"Param object must be {OBJECT}.")
        url, token = given.get("callback_url") or numbers[0].webhook_url, given.get("verify_token")
        if not url or not token:
            raise bad_parameter("The parameters callback_url and verify_token are required.")
        fields = _fields(given.get("fields"))
        outcome = await self._webhooks.verify(str(url), str(token))
        if not outcome.ok:
            raise callback_refused(outcome.detail)
        for number in numbers:
            number.webhook_url, number.verify_token = str(url), str(token)
        if fields:
            self._context.world.app_fields[app_id] = fields
        self._context.touch()
        return {"success": True}

    def _remove(self, app_id: str, numbers: list[Number]) -> Json:
        for number in numbers:
            number.webhook_url = ""
        self._context.world.app_fields.pop(app_id, None)
        self._context.touch()
        return {"success": True}


def _fields(wanted: object) -> list[str]:
    """The fields of ``a,b`` or ``["a", "b"]``; one that does not exist is refused."""
    names = wanted.split(",") if isinstance(wanted, str) else wanted or []
    if not isinstance(names, list):
        raise bad_parameter("Param fields must be a list.")
    fields = [str(name).strip() for name in names]
    for name in fields:
        if name not in FIELDS:
            raise bad_parameter(f"Param fields must be one of {{{', '.join(FIELDS)}}} - got {name!r}")
    return fields
