"""Templates on the Graph API: listing with cursors, creating, editing, deleting, and Meta's
review.

A new or edited template is PENDING until the review, a moment later; its outcome comes as a
webhook. With the set-up API a test can put a template into any status; a change of status is told
by webhook as Meta tells it.
"""

from __future__ import annotations

import base64
import time
from typing import Any

from aiohttp import web

from . import payloads, template_webhooks
from .auth import Caller
from .context import Context
from .errors import GraphError, bad_parameter, template_refused
from .fields import pick
from .state import Template, Waba, new_object_id, now
from .storage import plain
from .template_rules import check_components, check_new
from .webhooks import Webhooks

DEFAULT_FIELDS = "name,parameter_format,components,language,status,category,id"
EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
FILTERS = ("status", "name", "language", "category")
ALREADY_EXISTS = 2388024
CANNOT_EDIT = 2388039
MOST_PER_PAGE = 1000

Json = dict[str, Any]


class Templates:
    def __init__(self, context: Context, webhooks: Webhooks) -> None:
        self._context = context
        self._webhooks = webhooks

    async def list(self, request: web.Request, _caller: Caller, waba: Waba, _data: Json) -> Json:
        rows = [t for t in waba.templates.values() if _matches(t, request)]
        start = _offset(request.query.get("after"), len(rows))
        limit = _limit(request.query.get("limit", "25"))
        page = rows[start : start + limit]
        answer: Json = {"data": [self._shown(t, request) for t in page]}
        if page:
            after = _cursor(start + len(page))
            answer["paging"] = {"cursors": {"before": _cursor(start), "after": after}}
            if start + len(page) < len(rows):
                query = {**request.query, "after": after}
                query.pop("access_token", None)
                answer["paging"]["next"] = str(request.url.with_query(query))
        return answer

    async def create(self, _request: web.Request, _caller: Caller, waba: Waba, data: Json) -> Json:
        check_new(data)
        if (data["name"], data["language"]) in waba.by_name:
            raise template_refused(
                ALREADY_EXISTS,
                "Content in this language already exists",
                f"There is already {data['language']} content for this template.",
            )
        template = Template(
            id=new_object_id(),
            name=data["name"],
            language=data["language"],
            category=data["category"],
            components=data["components"],
            parameter_format=data.get("parameter_format", "POSITIONAL"),
        )
        waba.add_template(template)
        self._submit(waba, template)
        return {"id": template.id, "status": template.status, "category": template.category}

    async def delete(self, request: web.Request, _caller: Caller, waba: Waba, data: Json) -> Json:
        name = request.query.get("name") or data.get("name")
        if not name:
            raise bad_parameter("The parameter name is required.")
        only = request.query.get("hsm_id") or data.get("hsm_id")
        doomed = [t for t in waba.templates.values() if t.name == name and only in (None, t.id)]
        if not doomed:
            raise template_refused(
                2593002, "Message template not found", f"There is no template {name}."
            )
        for template in doomed:
            waba.remove_template(template)
        self._context.touch()
        return {"success": True}

    async def node(self, request: web.Request, waba: Waba, template: Template, data: Json) -> Json:
        if request.method == "GET":
            return self._shown(template, request)
        if template.status not in EDITABLE:
            raise template_refused(
                CANNOT_EDIT,
                "The template's status cannot be changed",
                f"A template that is {template.status} cannot be edited.",
            )
        components = data.get("components", template.components)
        check_components(components, template.parameter_format, template.category)
        template.components = components
        self._submit(waba, template)
        return {"success": True}

    def put(self, waba: Waba, values: Json) -> Template:
        """Set-up: a template as it is, without a review and without Meta's rules."""
        old = waba.by_name.get((values["name"], values["language"]))
        if old is None:
            template = Template(**{"id": new_object_id(), **values})
            waba.add_template(template)
            return template
        before = plain(old)
        for key, value in values.items():
            setattr(old, key, value)
        self._tell(waba, before, old)
        return old

    def resume(self) -> None:
        """Continues the reviews that a stop interrupted."""
        for waba in self._context.world.wabas.values():
            for template in waba.templates.values():
                if template.status == "PENDING" and template.review_at:
                    self._review_later(waba, template)

    def _submit(self, waba: Waba, template: Template) -> None:
        template.status, template.rejected_reason = "PENDING", "NONE"
        template.review_at = now() + self._context.settings.review_seconds
        self._review_later(waba, template)
        self._context.touch()

    def _review_later(self, waba: Waba, template: Template) -> None:
        if self._context.settings.review != "never":
            wait = max(0.0, template.review_at - now())
            self._context.timers.later(wait, lambda: self._review(waba, template))

    def _review(self, waba: Waba, template: Template) -> None:
        if template.status != "PENDING" or template.id not in waba.templates:
            return
        before = plain(template)
        approve = self._context.settings.review == "approve"
        template.status = "APPROVED" if approve else "REJECTED"
        template.rejected_reason = "NONE" if approve else "INVALID_FORMAT"
        template.review_at = 0.0
        self._tell(waba, before, template)
        self._context.touch()

    def _tell(self, waba: Waba, before: Json, template: Template) -> None:
        """Tells by webhook what changed."""
        at = int(time.time())
        for field, value in template_webhooks.changes(before, template, at):
            payload = payloads.envelope(waba.id, field, value, at)
            ref = f"template:{template.name}:{template.language}:{value.get('event') or field}"
            self._webhooks.send_account_event(waba.id, payload, ref)

    def _shown(self, template: Template, request: web.Request) -> Json:
        facts = {
            "id": template.id,
            "name": template.name,
            "language": template.language,
            "status": template.status,
            "category": template.category,
            "sub_category": "CUSTOM",
            "previous_category": "",
            "correct_category": template.correct_category,
            "parameter_format": template.parameter_format,
            "components": template.components,
            "rejected_reason": template.rejected_reason,
            "quality_score": {"score": template.quality, "date": int(now())},
            "message_send_ttl_seconds": -1,
            "health_status": _health(template),
            "last_updated_time": "2026-01-01T00:00:00+0000",
        }
        fields = request.query.get("fields") or DEFAULT_FIELDS
        return pick(facts, fields, "WhatsAppMessageTemplate")


def _matches(template: Template, request: web.Request) -> bool:
    asked = ((key, request.query.get(key)) for key in FILTERS)
    return all(not value or getattr(template, key).lower() == value.lower() for key, value in asked)


def _health(template: Template) -> Json:
    state = "AVAILABLE" if template.status == "APPROVED" else "BLOCKED"
    entity = {"entity_type": "MESSAGE_TEMPLATE", "id": template.id, "can_send_message": state}
    return {"can_send_message": state, "entities": [entity]}


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"at:{position}".encode()).decode().rstrip("=")


def _offset(cursor: str | None, most: int) -> int:
    if not cursor:
        return 0
    positions = {_cursor(position): position for position in range(most + 1)}
    if cursor not in positions:
        raise GraphError(131059, "The cursor is not valid; start again without one")
    return positions[cursor]


def _limit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_PER_PAGE:
        raise bad_parameter(f"Param limit must be a number from 1 to {MOST_PER_PAGE}.")
    return int(text)
