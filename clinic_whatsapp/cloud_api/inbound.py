"""Reads the items of a webhook (cloud_api.md §§5.6, 5.7, 8.2).

Every field may be missing or empty: a BSUID-only person has no phone, a failed status no contact.
What is not understood keeps the name that Meta gave it and never raises; only a payload without the
thing itself, its id or its time is bad. The repr of what is read shows no text and no identity.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .errors import ApiError

_WA_ID = re.compile(r"\+?([1-9][0-9]{4,14})")
_REPLIES = ("button_reply", "list_reply")
_YEAR_10000 = 253402300800


class BadPayload(ValueError):
    """Not what Meta sends. The text never repeats the payload."""


@dataclass(frozen=True)
class InboundMessage:
    """A message from a patient.

    :param type: "text", "button" (of a template), "interactive" (reply button or list) or
        "unsupported"
    :param sent_at: UTC, when the patient sent it, however late it comes; starts the window
    :param wa_id: digits without "+"; ``None`` if WhatsApp hides the phone
    :param user_id: BSUID
    :param body: text, or the visible label that was pressed; ``None`` if unsupported
    :param button_payload: what our button carried
    :param reply_to: wamid of the message that is quoted or whose button was pressed
    :param wire_type: the type that Meta named, the inner one where there is one ("image",
        "nfm_reply", "poll_creation"); "group" for any message in a group
    """

    wamid: str
    type: str
    sent_at: datetime
    wa_id: str | None = field(repr=False)
    user_id: str | None = field(repr=False)
    profile_name: str | None = field(repr=False)
    body: str | None = field(repr=False)
    button_payload: str | None = field(repr=False)
    reply_to: str | None
    wire_type: str


@dataclass(frozen=True)
class StatusUpdate:
    """What became of a message that we sent.

    :param status: "sent", "delivered", "read", "played", "failed", or another word of Meta's
    :param at: UTC
    :param client_ref: our reference, if it was sent with one
    :param pricing_type: "regular", "free_customer_service", …
    :param pricing_category: "service", "utility", …; with "_" where Meta also writes "-"
    """

    wamid: str
    status: str
    at: datetime
    client_ref: str | None
    errors: tuple[ApiError, ...]
    pricing_type: str | None
    pricing_category: str | None


def parse_message(payload: Mapping[str, Any]) -> InboundMessage:
    """Read the payload of an item of kind "message"; raises BadPayload."""
    message = _mapping(payload.get("message"))
    contact = _mapping(payload.get("contact"))
    wamid = identifier(message.get("id"))
    if not wamid:
        raise BadPayload("The message has no id.")
    wire_type, body, button_payload = _content(message)
    return InboundMessage(
        wamid=wamid,
        type="unsupported" if body is None else _text(message.get("type")) or "unsupported",
        sent_at=_moment(message.get("timestamp")),
        wa_id=_wa_id(message.get("from")) or _wa_id(contact.get("wa_id")),
        user_id=identifier(message.get("from_user_id")) or identifier(contact.get("user_id")),
        profile_name=_text(_mapping(contact.get("profile")).get("name")),
        body=body,
        button_payload=button_payload,
        reply_to=identifier(_mapping(message.get("context")).get("id")),
        wire_type=wire_type,
    )


def parse_status(payload: Mapping[str, Any]) -> StatusUpdate:
    """Read the payload of an item of kind "status"; raises BadPayload."""
    status = _mapping(payload.get("status"))
    wamid, name = identifier(status.get("id")), identifier(status.get("status"))
    if not wamid or not name:
        raise BadPayload("The status has no message id or no name.")
    pricing = _mapping(status.get("pricing"))
    errors = status.get("errors")
    return StatusUpdate(
        wamid=wamid,
        status=name,
        at=_moment(status.get("timestamp")),
        client_ref=identifier(status.get("biz_opaque_callback_data")),
        errors=tuple(
            ApiError.from_dict(_mapping(error))
            for error in (errors if isinstance(errors, list) else [])
        ),
        pricing_type=identifier(pricing.get("type")),
        pricing_category=(identifier(pricing.get("category")) or "").replace("-", "_") or None,
    )


def identifier(value: Any) -> str | None:
    """``value`` as an id that a database takes: text or a number, visible characters only.

    ``None`` for everything else, also for "": a field that is empty counts as missing.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and value.isprintable() and value.strip() else None


def _content(message: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    """Return wire type, body and button payload; no body means that the type is unsupported."""
    kind = identifier(message.get("type")) or "unknown"
    inner = _mapping(message.get(kind))
    if message.get("group_id"):
        return "group", None, None
    if kind == "text":
        return kind, _text(inner.get("body")), None
    if kind == "button":
        return kind, _text(inner.get("text")), _text(inner.get("payload"))
    if kind == "interactive":
        return _interactive(inner)
    if kind == "unsupported":
        return identifier(inner.get("type")) or kind, None, None
    return kind, None, None


def _interactive(inner: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    kind = identifier(inner.get("type")) or "interactive"
    reply = _mapping(inner.get(kind))
    title = _text(reply.get("title"))
    if kind in _REPLIES and title:
        return "interactive", title, _text(reply.get("id"))
    return kind, None, None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    """``value`` if it is text, without what no database stores: NUL and half a character."""
    if not isinstance(value, str):
        return None
    return value.replace("\x00", "").encode("utf-8", "replace").decode() or None


def _wa_id(value: Any) -> str | None:
    match = _WA_ID.fullmatch(identifier(value) or "")
    return match.group(1) if match else None


def _moment(seconds: Any) -> datetime:
    """Unix seconds, text or number, as UTC."""
    digits = str(seconds) if isinstance(seconds, (int, str)) else ""
    if not re.fullmatch(r"[0-9]{1,12}", digits) or int(digits) >= _YEAR_10000:
        raise BadPayload("The time is missing or not valid.")
    return datetime.fromtimestamp(int(digits), tz=timezone.utc)
