"""Free-form content: what Meta accepts of text, interactive messages and reactions, and what the
phone shows of it.

Every ``render`` function takes the object named like the message type and returns the content of
the bubble, or raises what Meta answers (cloud_api.md §2.2, §2.3). Unknown keys are refused as
Graph does, so that a misspelt one is found here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from .errors import GraphError, bad_parameter

Json = dict[str, Any]
MAX_TEXT = 4096


def only_keys(param: str, data: Json, known: Collection[str]) -> None:
    for key in data:
        if key not in known:
            raise bad_parameter(f'Unexpected key "{key}" on param "{param}".')


def limited(param: str, value: Any, most: int, required: bool = True) -> str:
    """A text of at most ``most`` characters; empty only where it is not required."""
    if value is None or value == "":
        if required:
            raise bad_parameter(f"The parameter {param} is required.")
        return ""
    if not isinstance(value, str):
        raise bad_parameter(f"Param {param} must be a string.")
    if len(value) > most:
        raise bad_parameter(f"Param {param} must be at most {most} characters long.")
    return value


def objects(param: str, value: Any, least: int, most: int) -> list[Json]:
    right = isinstance(value, list) and all(isinstance(item, dict) for item in value)
    if not right or not least <= len(value) <= most:
        raise GraphError(131009, f"{param} must be an array of {least} to {most} objects.")
    return value


def text(data: Json) -> Json:
    only_keys("text", data, ("body", "preview_url"))
    body = limited("text['body']", data.get("body"), MAX_TEXT)
    if not body.strip():
        raise bad_parameter("Param text['body'] must not be blank.")
    if not isinstance(data.get("preview_url", False), bool):
        raise bad_parameter("Param text['preview_url'] must be a boolean.")
    return {"text": body}


def reaction(data: Json) -> Json:
    only_keys("reaction", data, ("message_id", "emoji"))
    message_id = limited("reaction['message_id']", data.get("message_id"), 1000)
    return {"message_id": message_id, "emoji": limited("emoji", data.get("emoji"), 32, False)}


def location(data: Json) -> Json:
    only_keys("location", data, ("latitude", "longitude", "name", "address"))
    for key in ("latitude", "longitude"):
        if key not in data:
            raise GraphError(131008, f"location['{key}'] is required")
    lines = [str(data[key]) for key in ("name", "address") if data.get(key)]
    return {"media": "location", "text": "\n".join(lines)}


def interactive(data: Json) -> Json:
    only_keys("interactive", data, ("type", "header", "body", "footer", "action"))
    kind = str(data.get("type", ""))
    if kind not in _INTERACTIVE:
        raise GraphError(131009, f"Unsupported interactive message type: {kind or 'none'}")
    content: Json = {
        "header": _header(data.get("header"), kind),
        "text": _part(data, "body", 4096 if kind == "list" else 1024),
        "footer": _part(data, "footer", 60, required=False),
    }
    action = data.get("action")
    if not isinstance(action, dict):
        raise bad_parameter("The parameter interactive['action'] is required.")
    content["buttons"] = _INTERACTIVE[kind](action)
    return content


def _header(header: Any, kind: str) -> str:
    if header is None:
        return ""
    if not isinstance(header, dict):
        raise bad_parameter("Param interactive['header'] must be an object.")
    form = header.get("type")
    if form in ("image", "video", "document") and kind != "list":
        raise GraphError(131051, "The simulator does not take media headers yet")
    if form != "text":
        raise GraphError(131009, f"interactive['header']['type'] {form!r} is not valid")
    return limited("interactive['header']['text']", header.get("text"), 60)


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
    title = limited("reply['title']", reply.get("title"), 20)
    return {"kind": "reply", "id": limited("reply['id']", reply.get("id"), 256), "text": title}


def _list(action: Json) -> list[Json]:
    sections = objects("interactive['action']['sections']", action.get("sections"), 1, 10)
    shown = [_section(section, len(sections) > 1) for section in sections]
    rows = [row["id"] for section in shown for row in section["rows"]]
    if len(rows) > 10:
        raise GraphError(131009, "A list has at most 10 rows over all of its sections")
    _unique("row id", rows)
    label = limited("interactive['action']['button']", action.get("button"), 20)
    return [{"kind": "list", "text": label, "sections": shown}]


def _section(section: Json, title_required: bool) -> Json:
    title = limited("section['title']", section.get("title"), 24, title_required)
    rows = objects("section['rows']", section.get("rows"), 1, 10)
    return {"title": title, "rows": [_row(row) for row in rows]}


def _row(row: Json) -> Json:
    return {
        "id": limited("row['id']", row.get("id"), 200),
        "title": limited("row['title']", row.get("title"), 24),
        "description": limited("row['description']", row.get("description"), 72, False),
    }


def _link(action: Json) -> list[Json]:
    parameters = action.get("parameters")
    if action.get("name") != "cta_url" or not isinstance(parameters, dict):
        raise GraphError(131009, "A cta_url action has name cta_url and parameters")
    label = limited("parameters['display_text']", parameters.get("display_text"), 20)
    url = limited("parameters['url']", parameters.get("url"), 2000)
    if not url.startswith(("http://", "https://")):
        raise GraphError(131009, "parameters['url'] must start with http:// or https://")
    return [{"kind": "url", "text": label, "url": url}]


def _ask_location(action: Json) -> list[Json]:
    if action.get("name") != "send_location":
        raise GraphError(131009, "A location request has the action send_location")
    return [{"kind": "send_location", "text": ""}]


_INTERACTIVE: dict[str, Callable[[Json], list[Json]]] = {
    "button": _reply_buttons,
    "list": _list,
    "cta_url": _link,
    "location_request_message": _ask_location,
}
FREE_FORM: dict[str, Callable[[Json], Json]] = {
    "text": text,
    "interactive": interactive,
    "reaction": reaction,
    "location": location,
}
NOT_YET = ("image", "document", "audio", "video", "sticker", "contacts")
