"""Templates on the Graph API: listing with cursors, creating, editing, deleting, unpausing.

A new or edited template is PENDING until the review, a moment later; what becomes of it is in ``template_life``, what
the account's other templates forbid in ``template_limits``. With the set-up API a test can put a template into any
status; a change is told by webhook as Meta tells it.
"""

from __future__ import annotations

import base64
import time
from typing import Any

from aiohttp import web

from . import template_limits
from .auth import Caller
from .context import Context
from .errors import GraphError, bad_parameter
from .fields import pick
from .state import World, new_object_id, now
from .storage import plain
from .template_life import TemplateLife
from .template_rules import check_components, check_facts, check_new, handle
from .template_state import Template, Waba
from .webhooks import Webhooks

DEFAULT_FIELDS = "name,parameter_format,components,language,status,category,id"
FILTERS = ("status", "name", "language", "category")
EDITED = ("category", "components", "message_send_ttl_seconds", "parameter_format")
MOST_PER_PAGE = 1000
SHOWN_SAMPLE = "https://scontent.whatsapp.net/v/t61.29466-34/{sha256}"

Json = dict[str, Any]


class Templates:
    def __init__(self, context: Context, webhooks: Webhooks) -> None:
        self._context = context
        self.life = TemplateLife(context, webhooks)

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
        at, settings = now(), self._context.settings
        check_new(data)
        template_limits.check_room(waba, settings, at)
        template_limits.check_name(waba, data["name"], data["language"], at)
        template_limits.check_text(waba, data["language"], data["components"])
        template_limits.check_samples(self._context.world.samples, data["components"])
        template = Template(
            id=new_object_id(),
            name=data["name"],
            language=data["language"],
            category=data["category"],
            components=data["components"],
            parameter_format=data.get("parameter_format", "POSITIONAL"),
            ttl_seconds=data.get("message_send_ttl_seconds"),
        )
        waba.created_at.append(at)
        waba.add_template(template)
        self.life.submit(waba, template)
        return {"id": template.id, "status": template.status, "category": template.category}

    async def delete(self, request: web.Request, _caller: Caller, waba: Waba, data: Json) -> Json:
        doomed = template_limits.to_delete(waba, {**data, **request.query})
        template_limits.delete(waba, doomed, self._context.settings, now())
        self._context.touch()
        return {"success": True}

    async def node(self, request: web.Request, waba: Waba, template: Template, data: Json) -> Json:
        if request.match_info.get("edge") == "unpause":
            return self.life.unpause(waba, template)
        if request.method == "GET":
            return self._shown(template, request)
        self._edit(waba, template, data)
        return {"success": True}

    def _edit(self, waba: Waba, template: Template, data: Json) -> None:
        at, changes = now(), _changes(template, data)
        template_limits.check_edit(template, data, self._context.settings, at)
        check_facts(changes)
        if "components" in data:
            check_components(data["components"], changes["parameter_format"], changes["category"])
            template_limits.check_text(waba, template.language, data["components"], but=template.id)
            template_limits.check_samples(self._context.world.samples, data["components"])
        if template.status == "APPROVED":
            template.edited_at.append(at)
        template.category = changes["category"]
        template.components = changes["components"]
        template.parameter_format = changes["parameter_format"]
        template.ttl_seconds = changes["message_send_ttl_seconds"]
        self.life.submit(waba, template)

    def put(self, waba: Waba, values: Json) -> Template:
        """Set-up: a template as it is, without a review and without Meta's rules."""
        old = waba.by_name.get((values["name"], values["language"]))
        if old is None:
            template = Template(**{"id": new_object_id(), "updated_at": now(), **values})
            waba.add_template(template)
            return template
        before = plain(old)
        for key, value in values.items():
            setattr(old, key, value)
        if before["category"] != old.category:
            old.previous_category = values.get("previous_category", before["category"])
            old.ttl_seconds = values.get("ttl_seconds")
        self.life.tell(waba, before, old)
        return old

    def _shown(self, template: Template, request: web.Request) -> Json:
        facts = {
            "id": template.id,
            "name": template.name,
            "language": template.language,
            "status": template.status,
            "category": template.category,
            "sub_category": template.sub_category,
            "previous_category": template.previous_category,
            "correct_category": template.correct_category,
            "parameter_format": template.parameter_format,
            "components": _shown_components(self._context.world, template.components),
            "rejected_reason": template.rejected_reason,
            "quality_score": {"score": template.quality, "date": int(now())},
            "message_send_ttl_seconds": template.ttl_seconds,
            "health_status": _health(template),
            "last_updated_time": time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(template.updated_at)),
        }
        shown = pick(facts, request.query.get("fields") or DEFAULT_FIELDS, "WhatsAppMessageTemplate")
        return {name: value for name, value in shown.items() if value is not None}


def _changes(template: Template, data: Json) -> Json:
    """All facts of a template after an edit: what is given replaces what there was."""
    given = {name: data[name] for name in EDITED if name in data}
    if not given:
        raise bad_parameter(f"An edit has one of {', '.join(EDITED)}.")
    facts = {
        "category": template.category,
        "components": template.components,
        "parameter_format": template.parameter_format,
        "message_send_ttl_seconds": template.ttl_seconds,
    }
    return {**facts, **given}


def _shown_components(world: World, components: list[Json]) -> list[Json]:
    """The sample of a header is told as an address, which is no handle and good for no other template."""
    return [_shown_component(world, component) for component in components]


def _shown_component(world: World, component: Json) -> Json:
    sample = world.samples.get(handle(component))
    if sample is None:
        return component
    return {**component, "example": {"header_handle": [SHOWN_SAMPLE.format(sha256=sample.sha256)]}}


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
