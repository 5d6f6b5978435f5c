"""Reads the items of a webhook (cloud_api.md §§5.6, 5.7, 8.2).

Every field may be missing or empty: a BSUID-only person has no phone, a failed status no contact.
What is not understood keeps the name that Meta gave it and never raises; only a payload without the
thing itself, its id or its time is bad. The repr of what is read shows no text and no identity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .errors import ApiError
from .inbound_content import IdentityChange, InboundMedia, read_content, read_surroundings
from .inbound_fields import BadPayload, identifier, mapping, mappings, moment, text, wa_id

__all__ = [
    "BadPayload",
    "IdentityChange",
    "InboundMedia",
    "InboundMessage",
    "MarketingChoice",
    "StatusUpdate",
    "UserIdUpdate",
    "identifier",
    "parse_errors",
    "parse_marketing_choices",
    "parse_message",
    "parse_status",
    "parse_user_id_updates",
]


@dataclass(frozen=True)
class InboundMessage:
    """A message from a patient.

    :param type: "text", "image", "video", "audio", "document", "sticker", "location", "contacts",
        "button" (of a template), "interactive" (reply button, list or form), "reaction", "edit",
        "revoke", "order", "system", "unsupported" (WhatsApp did not hand it over) or "unknown"
    :param sent_at: UTC, when the patient sent it, however late it comes; starts the window
    :param wa_id: digits without "+"; ``None`` if WhatsApp hides the phone
    :param user_id: BSUID
    :param body: text, caption, the visible label that was pressed, or the emoji of a reaction
        (``None``: taken back)
    :param button_payload: what our button carried
    :param reply_to: wamid of the message that is quoted or whose button was pressed
    :param wire_type: the type that Meta named, the inner one where there is one ("nfm_reply",
        "poll_creation"); "group" for any message in a group
    :param target: wamid of the message that a reaction, edit or revoke is about
    :param details: JSON-able; what there is of ``location {latitude, longitude, name, address,
        url}``, ``contacts [{name, phones, emails, organization, origin}]``, ``order {catalog_id,
        items}``, ``flow {name, token, answers {question: text}}``, ``description`` (of a list row),
        ``media {voice, animated}``, ``referral {headline, body, url, …}``, ``forwarded``,
        ``frequently_forwarded``, ``product``, ``system {type}``, ``errors [{code, title,
        details}]``, ``raw`` (the object of what is not understood)
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
    media: InboundMedia | None = None
    target: str | None = None
    details: dict[str, Any] = field(default_factory=dict, repr=False)
    identity: IdentityChange | None = None


@dataclass(frozen=True)
class StatusUpdate:
    """What became of a message that we sent.

    :param status: "sent", "delivered", "read", "played", "failed", or another word of Meta's
    :param at: UTC
    :param client_ref: our reference, if it was sent with one
    :param errors: all of them, of a failed one
    :param pricing_type: "regular", "free_customer_service", …
    :param pricing_category: "service", "utility", …; with "_" where Meta also writes "-"
    :param wa_id: digits of the recipient, if Meta tells; ``user_id``: his BSUID, if Meta tells
    """

    wamid: str
    status: str
    at: datetime
    client_ref: str | None
    errors: tuple[ApiError, ...]
    pricing_type: str | None
    pricing_category: str | None
    wa_id: str | None = field(default=None, repr=False)
    user_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class MarketingChoice:
    """A person stopped or resumed marketing messages in WhatsApp itself (cloud_api.md §5.9).

    :param value: "stop", "resume", or another word of Meta's; ``category`` likewise
    """

    value: str
    category: str
    at: datetime
    wa_id: str | None = field(repr=False)
    user_id: str | None = field(repr=False)


@dataclass(frozen=True)
class UserIdUpdate:
    """A person got another BSUID; not subscribable, but tolerated (cloud_api.md §8.3)."""

    wa_id: str | None = field(repr=False)
    identity: IdentityChange = field(repr=False)


def parse_message(payload: Mapping[str, Any]) -> InboundMessage:
    """Read the payload of an item of kind "message"; raises BadPayload."""
    message = mapping(payload.get("message"))
    contact = mapping(payload.get("contact"))
    wamid = identifier(message.get("id"))
    if not wamid:
        raise BadPayload("The message has no id.")
    content = read_content(message)
    return InboundMessage(
        wamid=wamid,
        type=content.type,
        sent_at=moment(message.get("timestamp")),
        wa_id=wa_id(message.get("from")) or wa_id(contact.get("wa_id")),
        user_id=identifier(message.get("from_user_id")) or identifier(contact.get("user_id")),
        profile_name=text(mapping(contact.get("profile")).get("name")),
        body=content.body,
        button_payload=content.button_payload,
        reply_to=identifier(mapping(message.get("context")).get("id")),
        wire_type=content.wire_type,
        media=content.media,
        target=content.target,
        details={**content.details, **read_surroundings(message)},
        identity=content.identity,
    )


def parse_status(payload: Mapping[str, Any]) -> StatusUpdate:
    """Read the payload of an item of kind "status"; raises BadPayload."""
    status = mapping(payload.get("status"))
    contact = mapping(payload.get("contact"))
    wamid, name = identifier(status.get("id")), identifier(status.get("status"))
    if not wamid or not name:
        raise BadPayload("The status has no message id or no name.")
    pricing = mapping(status.get("pricing"))
    to_group = status.get("recipient_type") == "group"
    return StatusUpdate(
        wamid=wamid,
        status=name,
        at=moment(status.get("timestamp")),
        client_ref=identifier(status.get("biz_opaque_callback_data")),
        errors=parse_errors(status),
        pricing_type=identifier(pricing.get("type")),
        pricing_category=(identifier(pricing.get("category")) or "").replace("-", "_") or None,
        wa_id=None if to_group else wa_id(status.get("recipient_id")) or wa_id(contact.get("wa_id")),
        user_id=None
        if to_group
        else identifier(status.get("recipient_user_id")) or identifier(contact.get("user_id")),
    )


def parse_errors(value: Mapping[str, Any]) -> tuple[ApiError, ...]:
    """Read the ``errors`` of a status, or of the value of a webhook; never raises."""
    errors = value.get("errors")
    return tuple(
        ApiError.from_dict(mapping(error)) for error in (errors if isinstance(errors, list) else [])
    )


def parse_marketing_choices(value: Mapping[str, Any]) -> tuple[MarketingChoice, ...]:
    """Read the value of a ``user_preferences`` webhook; raises BadPayload."""
    return tuple(
        MarketingChoice(
            value=identifier(choice.get("value")) or "",
            category=identifier(choice.get("category")) or "",
            at=moment(choice.get("timestamp")),
            wa_id=wa_id(choice.get("wa_id")),
            user_id=identifier(choice.get("user_id")),
        )
        for choice in mappings(value.get("user_preferences"))
    )


def parse_user_id_updates(value: Mapping[str, Any]) -> tuple[UserIdUpdate, ...]:
    """Read the value of a ``user_id_update`` webhook, one change or a list of them."""
    listed = value.get("user_id_update")
    changes = mappings(listed) or [mapping(listed) or value]
    return tuple(
        UserIdUpdate(
            wa_id=wa_id(change.get("wa_id")),
            identity=IdentityChange(
                kind="user_changed_user_id",
                new_user_id=identifier(mapping(change.get("user_id")).get("current")),
                previous_user_id=identifier(mapping(change.get("user_id")).get("previous")),
                new_wa_id=wa_id(change.get("wa_id")),
            ),
        )
        for change in changes
    )
