"""Free-form content: what Meta accepts of it and what the phone shows.

Every function of ``FREE_FORM`` takes the object named like the message type and the number's files, and returns the
content of the bubble, or raises what Meta answers (cloud_api.md §2.2).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import contact_cards, interactive
from .errors import bad_parameter
from .media_content import MEDIA_MESSAGES, Files
from .params import Json, coordinate, limited, only_keys

MAX_TEXT = 4096


def text(data: Json, _files: Files) -> Json:
    only_keys("text", data, ("body", "preview_url"))
    body = limited("text['body']", data.get("body"), MAX_TEXT)
    if not body.strip():
        raise bad_parameter("Param text['body'] must not be blank.")
    if not isinstance(data.get("preview_url", False), bool):
        raise bad_parameter("Param text['preview_url'] must be a boolean.")
    return {"text": body}


def reaction(data: Json, _files: Files) -> Json:
    """An empty emoji takes the reaction back; to leave it out is a mistake."""
    only_keys("reaction", data, ("message_id", "emoji"))
    if "emoji" not in data:
        raise bad_parameter("The parameter reaction['emoji'] is required.")
    message_id = limited("reaction['message_id']", data.get("message_id"), 1000)
    return {"message_id": message_id, "emoji": limited("emoji", data.get("emoji"), 32, False)}


def location(data: Json, _files: Files | None = None) -> Json:
    only_keys("location", data, ("latitude", "longitude", "name", "address"))
    place: Json = {
        "latitude": coordinate("location['latitude']", data.get("latitude"), 90),
        "longitude": coordinate("location['longitude']", data.get("longitude"), 180),
    }
    for key in ("name", "address"):
        place[key] = limited(f"location['{key}']", data.get(key), 1000, False)
    lines = [place[key] for key in ("name", "address") if place[key]]
    return {"media": "location", "location": place, "text": "\n".join(lines)}


def contacts(data: Any, _files: Files) -> Json:
    return contact_cards.render(data)


FREE_FORM: dict[str, Callable[[Any, Files], Json]] = {
    "text": text,
    "interactive": interactive.render,
    "reaction": reaction,
    "location": location,
    "contacts": contacts,
    **MEDIA_MESSAGES,
}
LISTS = ("contacts",)
