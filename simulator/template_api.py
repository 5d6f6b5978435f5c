"""``/_sim/wabas/<id>/templates``: templates for tests, put as they are, and what Meta does to them.

An event is ``{"name", "language", "event"}`` with one of EVENTS: ``rate`` (``quality``), ``pause`` (``pacing`` for one
by pacing), ``end_pause``, ``category`` (``category``; ``at_once`` without a warning).
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .context import Context
from .control import read_json
from .options import BadOption
from .setup import check_template, shown_template
from .template_state import Template, Waba
from .templates import Templates

EVENTS = ("rate", "pause", "end_pause", "category")

Json = dict[str, Any]


class TemplateApi:
    def __init__(self, context: Context, templates: Templates) -> None:
        self._context = context
        self._templates = templates

    def routes(self) -> list[web.RouteDef]:
        path = r"/_sim/wabas/{id:\d+}/templates"
        return [
            web.put(path, self.put_templates),
            web.get(path, self.get_templates),
            web.post(path + "/events", self.post_event),
        ]

    async def put_templates(self, request: web.Request) -> web.Response:
        waba = self._waba(request)
        wanted = [check_template(values) for values in await read_json(request, list)]
        stored = [self._templates.put(waba, values) for values in wanted]
        self._context.touch()
        return web.json_response([shown_template(template) for template in stored])

    async def get_templates(self, request: web.Request) -> web.Response:
        templates = self._waba(request).templates.values()
        return web.json_response([shown_template(template) for template in templates])

    async def post_event(self, request: web.Request) -> web.Response:
        waba, data = self._waba(request), await read_json(request)
        template = waba.by_name.get((str(data.get("name")), str(data.get("language"))))
        if template is None:
            raise BadOption(f"There is no template {data.get('name')} in {data.get('language')}.")
        self._happen(waba, template, data)
        return web.json_response(shown_template(template))

    def _happen(self, waba: Waba, template: Template, data: Json) -> None:
        life, event = self._templates.life, data.get("event")
        if event == "rate":
            life.rate(waba, template, str(data.get("quality")))
        elif event == "pause":
            life.pause(waba, template, pacing=bool(data.get("pacing")))
        elif event == "end_pause":
            life.end_pause(waba, template)
        elif event == "category":
            life.announce_category(waba, template, str(data.get("category")), at_once=bool(data.get("at_once")))
        else:
            raise BadOption(f"event is one of {', '.join(EVENTS)}.")

    def _waba(self, request: web.Request) -> Waba:
        return self._context.world.waba(request.match_info["id"])
