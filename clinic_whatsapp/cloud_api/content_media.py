"""Contents with a file: picture, document, sound, video, sticker (cloud_api.md §2.2).

Allowed while the 24-hour window is open. What the file itself must be says media_rules.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .limits import InvalidMessage, require
from .terms import _

CAPTION_LENGTH = 1024

_LINK = re.compile(r"https://[^\s/?#@]+(?:[/?#]\S*)?", re.IGNORECASE)
_NOT_IN_FILENAME = re.compile(r"[\x00-\x1f\x7f/\\]")


@dataclass(frozen=True)
class Media:
    """A file at Meta (``id``, from an upload) or on a public web server (``link``, https).

    Of a file that still has to be uploaded, ``PENDING`` holds the place.
    """

    kind: ClassVar[str] = "media"

    id: str | None = None
    link: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        require(
            bool(self.id) != bool(self.link),
            _("A file is named either by its reference at Meta or by a link."),
        )
        require(
            not self.id or not re.search(r"\s", self.id),
            _("The reference of the file at Meta is not valid."),
        )
        require(
            not self.link or _LINK.fullmatch(self.link),
            _("The link to a file must begin with https://."),
        )

    def to_payload(self) -> dict[str, Any]:
        if self == PENDING:
            raise InvalidMessage(_("The file has not been handed to WhatsApp yet."))
        return {"id": self.id} if self.id else {"link": self.link}


PENDING = Media(id="pending")
"""A file that waits for its upload: the content checks its limits already, but cannot be sent."""


@dataclass(frozen=True)
class Image:
    """A picture; also a header."""

    kind: ClassVar[str] = "image"
    wire_type: ClassVar[str] = "image"

    media: Media
    caption: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        _check_caption(self.caption)

    def to_payload(self) -> dict[str, Any]:
        return {"type": "image", "image": _file(self.media, caption=self.caption)}


@dataclass(frozen=True)
class Document:
    """A file to keep; also a header. WhatsApp chooses the icon by the end of ``filename``."""

    kind: ClassVar[str] = "document"
    wire_type: ClassVar[str] = "document"

    media: Media
    filename: str = field(repr=False)
    caption: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        require(self.filename.strip(), _("A document needs a file name."))
        require(
            not _NOT_IN_FILENAME.search(self.filename),
            _("The name of a file may have no slashes and no line breaks."),
        )
        _check_caption(self.caption)

    def to_payload(self) -> dict[str, Any]:
        document = _file(self.media, filename=self.filename, caption=self.caption)
        return {"type": "document", "document": document}


@dataclass(frozen=True)
class Audio:
    """A sound; with ``voice`` (OGG/OPUS only) shown as a voice message. It has no caption."""

    kind: ClassVar[str] = "audio"
    wire_type: ClassVar[str] = "audio"

    media: Media
    voice: bool = False

    def to_payload(self) -> dict[str, Any]:
        audio = _file(self.media)
        return {"type": "audio", "audio": {**audio, "voice": True} if self.voice else audio}


@dataclass(frozen=True)
class Video:
    """A film; also a header."""

    kind: ClassVar[str] = "video"
    wire_type: ClassVar[str] = "video"

    media: Media
    caption: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        _check_caption(self.caption)

    def to_payload(self) -> dict[str, Any]:
        return {"type": "video", "video": _file(self.media, caption=self.caption)}


@dataclass(frozen=True)
class Sticker:
    """A sticker. It has no caption."""

    kind: ClassVar[str] = "sticker"
    wire_type: ClassVar[str] = "sticker"

    media: Media

    def to_payload(self) -> dict[str, Any]:
        return {"type": "sticker", "sticker": _file(self.media)}


def require_no_caption(header: object) -> None:
    """A file above a message or a template stands alone."""
    require(not getattr(header, "caption", ""), _("A file in a header has no caption."))


def _check_caption(caption: str) -> None:
    require(len(caption) <= CAPTION_LENGTH, _("A caption may have 1,024 characters at most."))


def _file(media: Media, **more: str) -> dict[str, Any]:
    return {**media.to_payload(), **{key: value for key, value in more.items() if value}}
