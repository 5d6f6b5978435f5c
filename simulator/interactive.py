"""Interactive messages: buttons, lists, links, forms and requests, within Meta's limits (cloud_api.md §2.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import GraphError, bad_parameter
from .media_content import Files
from .params import Json, an_object, limited, objects, only_keys

MEDIA_HEADERS = ("image", "video", "document")
WITH_MEDIA_HEADER = ("button", "cta_url", "flow")
NO_HEADER = ("location_request_message", "request_contact_info")


def render(data: Json, files: Files) -> Json:
    only_keys("interactive", data, ("type", "header", "body", "footer", "action"))
    kind = str(data.get("type", ""))
    if kind not in _ACTIONS:
        raise GraphError(131009, f"Unsupported interactive message type: {kind or 'none'}")
    content: Json = {
        **_header(data.get("header"), kind, files),
        "text": _part(data, "body", 4096 if kind == "list" else 1024),
        "footer": _part(data, "footer", 60, required=False),
    }
    action = data.get("action")
    if not isinstance(action, dict):
        raise bad_parameter("The parameter interactive['action'] is required.")
    content["buttons"] = _ACTIONS[kind](action)
    return content


def _header(header: Any, kind: str, files: Files) -> Json:
    if header is None:
        return {"header": ""}
    form = an_object("interactive['header']", header).get("type")
    if kind in NO_HEADER:
        raise GraphError(131009, f"interactive of type {kind} has no header")
    if form in MEDIA_HEADERS and kind in WITH_MEDIA_HEADER:
        only_keys("interactive['header']", header, ("type", form))
        return {"header": "", **files.header(form, header.get(form))}
    if form != "text":
        raise GraphError(131009, f"interactive['header']['type'] {form!r} is not valid for {kind}")
    only_keys("interactive['header']", header, ("type", "text"))
    return {"header": limited("interactive['header']['text']", header.get("text"), 60)}


def _part(data: Json, name: str, most: int, required: bool = True) -> str:
    part = data.get(name)
    if part is None and not required:
        return ""
    if not isinstance(part, dict):
        raise bad_parameter(f"The parameter interactive['{name}'] is required.")
    return limited(f"interactive['{name}']['text']", part.get("text"), most)


def _unique(param: str, values: list[str]) -> None:
    if len(set(values)) != len(values):
        raise GraphError(131009, f"Duplicate {param} is not allowed")


def _reply_buttons(action: Json) -> list[Json]:
    buttons = objects("interactive['action']['buttons']", action.get("buttons"), 1, 3)
    shown = [_reply_button(button) for button in buttons]
    _unique("button id", [b["id"] for b in shown])
    _unique("button title", [b["text"] for b in shown])
    return shown


def _reply_button(button: Json) -> Json:
    reply = button.get("reply")
    if button.get("type") != "reply" or not isinstance(reply, dict):
        raise GraphError(131009, "A button has type reply and an object reply")
    only_keys("reply", reply, ("id", "title"))
    title = limited("reply['title']", reply.get("title"), 20)
    return {"kind": "reply", "id": limited("reply['id']", reply.get("id"), 256), "text": title}


def _list(action: Json) -> list[Json]:
    only_keys("interactive['action']", action, ("button", "sections"))
    sections = objects("interactive['action']['sections']", action.get("sections"), 1, 10)
    shown = [_section(section, len(sections) > 1) for section in sections]
    rows = [row["id"] for section in shown for row in section["rows"]]
    if len(rows) > 10:
        raise GraphError(131009, "A list has at most 10 rows over all of its sections")
    _unique("row id", rows)
    label = limited("interactive['action']['button']", action.get("button"), 20)
    return [{"kind": "list", "text": label, "sections": shown}]


def _section(section: Json, title_required: bool) -> Json:
    only_keys("section", section, ("title", "rows"))
    title = limited("section['title']", section.get("title"), 24, title_required)
    rows = objects("section['rows']", section.get("rows"), 1, 10)
    return {"title": title, "rows": [_row(row) for row in rows]}


def _row(row: Json) -> Json:
    only_keys("row", row, ("id", "title", "description"))
    return {
        "id": limited("row['id']", row.get("id"), 200),
        "title": limited("row['title']", row.get("title"), 24),
        "description": limited("row['description']", row.get("description"), 72, False),
    }


def _link(action: Json) -> list[Json]:
    parameters = _parameters(action, "cta_url", ("display_text", "url"))
    label = limited("parameters['display_text']", parameters.get("display_text"), 20)
    url = limited("parameters['url']", parameters.get("url"), 2000)
    if not url.startswith(("http://", "https://")):
        raise GraphError(131009, "parameters['url'] must start with http:// or https://")
    return [{"kind": "url", "text": label, "url": url}]


FLOW = (
    "flow_message_version",
    "flow_id",
    "flow_name",
    "flow_cta",
    "flow_token",
    "mode",
    "flow_action",
    "flow_action_payload",
)


def _flow(action: Json) -> list[Json]:
    given = _parameters(action, "flow", FLOW)
    if given.get("flow_message_version") != "3":
        raise GraphError(131009, "parameters['flow_message_version'] must be \"3\"")
    if bool(given.get("flow_id")) == bool(given.get("flow_name")):
        raise GraphError(131008, "Exactly one of parameters['flow_id'] and parameters['flow_name'] is required")
    if given.get("mode", "published") not in ("published", "draft"):
        raise GraphError(131009, "parameters['mode'] is published or draft")
    token = limited("parameters['flow_token']", given.get("flow_token", "unused"), 4096)
    label = limited("parameters['flow_cta']", given.get("flow_cta"), 30)
    _check_flow_start(given)
    return [{"kind": "flow", "text": label, "flow_id": given.get("flow_id", ""), "flow_token": token}]


def _check_flow_start(given: Json) -> None:
    start = given.get("flow_action", "navigate")
    if start not in ("navigate", "data_exchange"):
        raise GraphError(131009, "parameters['flow_action'] is navigate or data_exchange")
    payload = given.get("flow_action_payload")
    if payload is None:
        return
    if start == "data_exchange":
        raise GraphError(131009, "flow_action_payload is only for flow_action navigate")
    only_keys("flow_action_payload", an_object("flow_action_payload", payload), ("screen", "data"))
    limited("flow_action_payload['screen']", payload.get("screen"), 200)
    if "data" in payload and not (isinstance(payload["data"], dict) and payload["data"]):
        raise GraphError(131009, "flow_action_payload['data'] must be an object that is not empty")


def _parameters(action: Json, name: str, known: tuple[str, ...]) -> Json:
    parameters = action.get("parameters")
    if action.get("name") != name or not isinstance(parameters, dict):
        raise GraphError(131009, f"A {name} action has name {name} and parameters")
    only_keys("parameters", parameters, known)
    return parameters


def _request(name: str) -> Callable[[Json], list[Json]]:
    """An action that has a name only; the phone draws the button itself."""

    def check(action: Json) -> list[Json]:
        if action.get("name") != name:
            raise GraphError(131009, f"The action's name must be {name}")
        return [{"kind": name, "text": ""}]

    return check


_ACTIONS: dict[str, Callable[[Json], list[Json]]] = {
    "button": _reply_buttons,
    "list": _list,
    "cta_url": _link,
    "flow": _flow,
    "location_request_message": _request("send_location"),
    "request_contact_info": _request("request_contact_info"),
}
