"""Files in messages: an ``id`` that was uploaded for the sending number, or a ``link`` to the open internet.

The same rules hold for a media message and for the header of an interactive message or a template (cloud_api.md
§2.2–2.4, §2.6). A link is not fetched: nothing leaves this computer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import GraphError, bad_parameter
from .media import Media, MediaStore
from .media_rules import base_type, check_use, is_animated, is_voice
from .params import Json, an_object, limited, only_keys

MAX_CAPTION = 1024
MAX_FILENAME = 240
MAX_LINK = 2000
KEYS: dict[str, tuple[str, ...]] = {
    "image": ("id", "link", "caption"),
    "video": ("id", "link", "caption"),
    "document": ("id", "link", "caption", "filename"),
    "audio": ("id", "link", "voice"),
    "sticker": ("id", "link"),
}


class Files:
    """The files that one number may send."""

    def __init__(self, store: MediaStore, phone_number_id: str) -> None:
        self._store = store
        self._phone_number_id = phone_number_id

    def media(self, kind: str, data: Json) -> Json:
        """What the phone shows of ``{"id" or "link", …}``. Raises 100, 131008 or 131053."""
        only_keys(kind, data, KEYS[kind])
        if bool(data.get("id")) == bool(data.get("link")):
            raise bad_parameter(f"Exactly one of {kind}['id'] and {kind}['link'] is required.")
        content: Json = {"media": kind, "text": limited(f"{kind}['caption']", data.get("caption"), MAX_CAPTION, False)}
        content |= self._by_link(kind, data) if data.get("link") else self._by_id(kind, data["id"])
        name = limited(f"{kind}['filename']", data.get("filename"), MAX_FILENAME, False)
        if name:
            content["filename"] = name
        if data.get("voice"):
            content["voice"] = self._check_voice(data, content)
        return content

    def header(self, kind: str, data: Any) -> Json:
        """The media of a header: no caption, and a name only for a document."""
        given = an_object(f"header['{kind}']", data)
        only_keys(f"header['{kind}']", given, ("id", "link", *(("filename",) if kind == "document" else ())))
        content = self.media(kind, given)
        content.pop("text")
        return content

    def _by_link(self, kind: str, data: Json) -> Json:
        link = limited(f"{kind}['link']", data["link"], MAX_LINK)
        if not link.startswith("https://"):
            raise bad_parameter(f"Param {kind}['link'] must be a public https address.")
        return {"link": link}

    def _by_id(self, kind: str, media_id: Any) -> Json:
        media = self._store.find(str(media_id))
        if media is None or media.phone_number_id != self._phone_number_id:
            raise bad_parameter(f"Param {kind}['id'] is not a valid whatsapp business account media attachment ID")
        check_use(kind, media.mime_type)
        return shown(media, self._store.read(media.id) or b"")

    def _check_voice(self, data: Json, content: Json) -> bool:
        if data["voice"] is not True:
            raise bad_parameter("Param audio['voice'] must be a boolean.")
        stored = self._store.read(content.get("media_id", ""))
        if stored is not None and not is_voice(stored):
            raise GraphError(131053, "A voice message must be OGG with OPUS and one channel")
        return True


def shown(media: Media, data: bytes) -> Json:
    """The part of a bubble that tells of a stored file."""
    content: Json = {"media_id": media.id, "mime_type": media.mime_type, "size": media.size}
    if base_type(media.mime_type) == "image/webp":
        content["animated"] = is_animated(data)
    return content


def _of_kind(kind: str) -> Callable[[Json, Files], Json]:
    def render(data: Json, files: Files) -> Json:
        return files.media(kind, data)

    return render


MEDIA_MESSAGES = {kind: _of_kind(kind) for kind in KEYS}
