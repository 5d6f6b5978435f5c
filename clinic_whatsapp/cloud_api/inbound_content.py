"""Reads what a patient sent, type by type (cloud_api.md §5.6).

A type that is known but empty is "unsupported": WhatsApp did not hand it over. A type that is not
known is "unknown" and keeps its object, for a version that knows it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import ApiError
from .inbound_fields import clean, degrees, digest, identifier, mapping, mappings, present, text, wa_id

UNSUPPORTED = "unsupported"
UNKNOWN = "unknown"
_MEDIA = ("image", "video", "audio", "document", "sticker")
_REPLIES = ("button_reply", "list_reply")
_ENVELOPE = frozenset({"id", "from", "from_user_id", "from_parent_user_id", "timestamp", "type", "context"})


@dataclass(frozen=True)
class InboundMedia:
    """A file at Meta, to be fetched by its id within 7 days (cloud_api.md §3).

    :param mime_type: as Meta names it, for example "audio/ogg; codecs=opus"; "" if it does not
    :param sha256: 64 hex digits of the file, "" if Meta gave none that can be read
    :param filename: of a document, "" otherwise
    """

    id: str
    mime_type: str
    sha256: str
    filename: str = field(default="", repr=False)
    voice: bool = False
    animated: bool = False


@dataclass(frozen=True)
class IdentityChange:
    """WhatsApp says that a person has another number or id, or another device (cloud_api.md §8.3).

    :param kind: "user_changed_number", "user_changed_user_id", "customer_identity_changed",
        "user_identity_changed", "customer_changed_number", or another word of Meta's
    """

    kind: str
    new_user_id: str | None = field(default=None, repr=False)
    previous_user_id: str | None = field(default=None, repr=False)
    new_wa_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Content:
    """What stands in one message; see :class:`.inbound.InboundMessage` for the meaning."""

    type: str
    wire_type: str
    body: str | None = field(default=None, repr=False)
    button_payload: str | None = field(default=None, repr=False)
    media: InboundMedia | None = None
    target: str | None = None
    details: dict[str, Any] = field(default_factory=dict, repr=False)
    identity: IdentityChange | None = None


def read_content(message: Mapping[str, Any]) -> Content:
    """Read the content of a message object; never raises."""
    kind = identifier(message.get("type")) or UNKNOWN
    if message.get("group_id"):
        return Content(UNSUPPORTED, "group")  # not what somebody said to the clinic
    if kind == UNSUPPORTED:
        named = identifier(mapping(message.get(kind)).get("type"))
        return Content(UNSUPPORTED, named or kind)
    reader = _READERS.get(kind)
    if reader is None:
        return Content(UNKNOWN, kind, details=_raw(message))
    return reader(kind, message.get(kind)) or Content(UNSUPPORTED, kind, details=_raw(message))


def read_surroundings(message: Mapping[str, Any]) -> dict[str, Any]:
    """What a message of any type may carry: forwarding, the advertisement it came from, errors."""
    context = mapping(message.get("context"))
    often = context.get("frequently_forwarded") is True
    return present(
        forwarded=often or context.get("forwarded") is True,
        frequently_forwarded=often,
        product=clean(mapping(context.get("referred_product"))),
        referral=_referral(mapping(message.get("referral"))),
        errors=[read_error(error) for error in mappings(message.get("errors"))],
    )


def read_error(error: Mapping[str, Any]) -> dict[str, Any]:
    read = ApiError.from_dict(error)
    return {"code": read.code, "title": clean(read.title), "details": clean(read.details)}


def _raw(message: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: part for key, part in message.items() if key not in _ENVELOPE}
    return {"raw": clean(kept)} if kept else {}


def _referral(referral: Mapping[str, Any]) -> dict[str, Any]:
    return present(
        headline=text(referral.get("headline")),
        body=text(referral.get("body")),
        url=text(referral.get("source_url")),
        source_type=text(referral.get("source_type")),
        source_id=identifier(referral.get("source_id")),
        media_type=text(referral.get("media_type")),
        ctwa_clid=text(referral.get("ctwa_clid")),
        welcome=text(mapping(referral.get("welcome_message")).get("text")),
    )


def _text(kind: str, value: Any) -> Content | None:
    body = text(mapping(value).get("body"))
    return Content(kind, kind, body) if body else None


def _media(kind: str, value: Any) -> Content | None:
    inner = mapping(value)
    media_id = identifier(inner.get("id"))
    if not media_id:
        return None
    media = InboundMedia(
        id=media_id,
        mime_type=identifier(inner.get("mime_type")) or "",
        sha256=digest(inner.get("sha256")),
        filename=text(inner.get("filename")) or "",
        voice=inner.get("voice") is True,
        animated=inner.get("animated") is True,
    )
    details = present(media=present(voice=media.voice, animated=media.animated))
    return Content(kind, kind, text(inner.get("caption")), media=media, details=details)


def _location(kind: str, value: Any) -> Content | None:
    inner = mapping(value)
    latitude, longitude = degrees(inner.get("latitude"), 90), degrees(inner.get("longitude"), 180)
    if latitude is None or longitude is None:
        return None
    named = present(**{name: text(inner.get(name)) for name in ("name", "address", "url")})
    place = {"latitude": latitude, "longitude": longitude, **named}
    return Content(kind, kind, details={"location": place})


def _contacts(kind: str, value: Any) -> Content | None:
    cards = [_card(card) for card in mappings(value)]
    return Content(kind, kind, details={"contacts": cards}) if cards else None


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    """One card; it may lack a name, and a number may be known by its ``wa_id`` only."""
    name = mapping(card.get("name"))
    full = " ".join(filter(None, (text(name.get("first_name")), text(name.get("last_name")))))
    phones = [
        text(phone.get("phone")) or f"+{wa_id(phone.get('wa_id')) or ''}"
        for phone in mappings(card.get("phones"))
        if text(phone.get("phone")) or wa_id(phone.get("wa_id"))
    ]
    return {
        "name": text(name.get("formatted_name")) or full,
        "phones": phones,
        "emails": [
            email for entry in mappings(card.get("emails")) if (email := text(entry.get("email")))
        ],
        "organization": text(mapping(card.get("org")).get("company")) or "",
        "origin": text(card.get("origin")) or "",
    }


def _button(kind: str, value: Any) -> Content | None:
    inner = mapping(value)
    body = text(inner.get("text"))
    return Content(kind, kind, body, text(inner.get("payload"))) if body else None


def _interactive(kind: str, value: Any) -> Content | None:
    inner = mapping(value)
    named = identifier(inner.get("type"))
    reply = mapping(inner.get(named)) if named else {}
    if named in _REPLIES and (title := text(reply.get("title"))):
        details = present(description=text(reply.get("description")))
        return Content(kind, kind, title, text(reply.get("id")), details=details)
    if named == "nfm_reply" and reply:
        return Content(kind, named, text(reply.get("body")), details={"flow": _flow(reply)})
    if named and named not in (*_REPLIES, "nfm_reply"):
        return Content(UNKNOWN, named, details={"raw": clean(dict(inner))})
    return Content(UNSUPPORTED, named or kind, details=present(raw=clean(dict(inner))))


def _flow(reply: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a form. What cannot be read as an object stays as the text it came in."""
    written = text(reply.get("response_json")) or ""
    try:
        answers = json.loads(written)
    except (ValueError, RecursionError):
        answers = None
    if not isinstance(answers, dict):
        return present(name=text(reply.get("name")), unread=written)
    token = identifier(answers.pop("flow_token", None))
    answers = {clean(key): _answer(value) for key, value in answers.items()}
    return present(name=text(reply.get("name")), token=token, answers=answers)


def _answer(value: Any) -> str:
    """One answer as text: JSON inside JSON may hold what no other JSON does (NaN, any depth)."""
    if isinstance(value, str):
        return clean(value)
    try:
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    except (ValueError, RecursionError):
        return ""


def _reaction(kind: str, value: Any) -> Content | None:
    """No emoji, or an empty one: the reaction was taken back."""
    inner = mapping(value)
    target = identifier(inner.get("message_id"))
    return Content(kind, kind, text(inner.get("emoji")), target=target) if target else None


def _order(kind: str, value: Any) -> Content | None:
    inner = mapping(value)
    items = [
        present(
            id=identifier(item.get("product_retailer_id")),
            quantity=identifier(item.get("quantity")),
            price=_price(item.get("item_price")),
            currency=text(item.get("currency")),
        )
        for item in mappings(inner.get("product_items"))
    ]
    if not inner:
        return None
    order = present(catalog_id=identifier(inner.get("catalog_id")), items=items)
    return Content(kind, kind, text(inner.get("text")), details={"order": order})


def _price(value: Any) -> str | None:
    return str(value) if isinstance(value, float) else identifier(value)


def _edit(kind: str, value: Any) -> Content | None:
    """The new text or caption; what is corrected is a message of its own (cloud_api.md §5.6)."""
    inner = mapping(value)
    target, new = identifier(inner.get("original_message_id")), mapping(inner.get("message"))
    if not target:
        return None
    reader = _EDITABLE.get(identifier(new.get("type")) or "")
    read = reader(new["type"], new.get(new["type"])) if reader else None
    if read is None:
        return Content(kind, kind, target=target, details=present(raw=clean(dict(new))))
    return Content(kind, kind, read.body, target=target, media=read.media, details=read.details)


def _revoke(kind: str, value: Any) -> Content | None:
    target = identifier(mapping(value).get("original_message_id"))
    return Content(kind, kind, target=target) if target else None


def _system(kind: str, value: Any) -> Content | None:
    """A line about the person, not by the person (cloud_api.md §8.3)."""
    inner = mapping(value)
    named = identifier(inner.get("type"))
    if not named:
        return None
    change = IdentityChange(
        kind=named,
        new_user_id=identifier(inner.get("user_id")),
        previous_user_id=identifier(inner.get("previous_user_id")),
        new_wa_id=wa_id(inner.get("wa_id")) or wa_id(inner.get("new_wa_id")),
    )
    details = {"system": {"type": named}}
    return Content(kind, kind, text(inner.get("body")), details=details, identity=change)


_EDITABLE: dict[str, Callable[[str, Any], Content | None]] = {
    "text": _text,
    **dict.fromkeys(_MEDIA, _media),
}
_READERS: dict[str, Callable[[str, Any], Content | None]] = {
    **_EDITABLE,
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "reaction": _reaction,
    "order": _order,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
}
