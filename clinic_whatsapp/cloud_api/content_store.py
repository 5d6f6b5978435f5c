"""Contents as JSON and back, so that a message can wait in a database.

:func:`dump` writes a content, :func:`load` reads it again and checks its limits anew. A kind of
content, once written, keeps its name: what is stored today is read by the next version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Union

from .content_free import ContactCard, ContactPhone, Contacts, Location, Reaction, Text
from .content_interactive import Buttons, Flow, LinkButton, LocationRequest, ReplyButton
from .content_list import ListMessage, Row, Section
from .content_media import Audio, Document, Image, Media, Sticker, Video
from .content_template import (
    CopyCode,
    FlowButton,
    HeaderText,
    Parameter,
    QuickReply,
    Template,
    UrlSuffix,
)
from .limits import InvalidMessage
from .terms import _

_CONTENTS = (
    Text,
    Image,
    Document,
    Audio,
    Video,
    Sticker,
    Location,
    Contacts,
    Reaction,
    Buttons,
    ListMessage,
    LinkButton,
    LocationRequest,
    Flow,
    Template,
)
_PARTS = (
    Media,
    ContactCard,
    ContactPhone,
    ReplyButton,
    Section,
    Row,
    Parameter,
    HeaderText,
    QuickReply,
    UrlSuffix,
    CopyCode,
    FlowButton,
)
_TYPES: dict[str, type] = {found.kind: found for found in (*_CONTENTS, *_PARTS)}

Content = Union[_CONTENTS]  # noqa: UP007 - of the tuple above


def dump(content: Content) -> dict[str, Any]:
    """Return ``content`` as a JSON object; its "kind" names the type. :func:`load` reads it."""
    return dict(_dump(content))


def load(stored: Mapping[str, Any]) -> Content:
    """Return the content that :func:`dump` wrote.

    :raise InvalidMessage: when it was not written by :func:`dump`, or breaks a limit
    """
    content = _load(stored)
    if not isinstance(content, _CONTENTS):
        raise InvalidMessage(_UNREADABLE)
    return content


def media_of(content: Content) -> Media | None:
    """Return the file of ``content`` or of its header, ``None`` when it has none."""
    holder = _holder(content)
    return None if holder is None else holder.media


def with_media(content: Content, media: Media) -> Content:
    """Return ``content`` with ``media`` as its file, or as the file in its header."""
    holder = _holder(content)
    if holder is None:
        raise ValueError("This content has no file.")
    filled = replace(holder, media=media)
    return filled if holder is content else replace(content, header=filled)


_UNREADABLE = _("The stored message cannot be read.")


def _holder(content: Any) -> Any:
    holders = (content, getattr(content, "header", None))
    return next((holder for holder in holders if hasattr(holder, "media")), None)


def _dump(value: Any) -> Any:
    if is_dataclass(value):
        values = {part.name: _dump(getattr(value, part.name)) for part in fields(value)}
        return {"kind": value.kind, **values}
    if isinstance(value, tuple):
        return [_dump(item) for item in value]
    return value


def _load(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_load(item) for item in value)
    if not isinstance(value, Mapping):
        return value
    found = _TYPES.get(str(value.get("kind")))
    if found is None:
        raise InvalidMessage(_UNREADABLE)
    raw = {part.name for part in fields(found) if part.metadata.get("raw")}
    values = {name: part if name in raw else _load(part) for name, part in value.items() if name != "kind"}
    try:
        return found(**values)
    except (TypeError, AttributeError):
        raise InvalidMessage(_UNREADABLE) from None
