"""Meta's webhooks: check the signature, then split a body into items (cloud_api.md §5).

One body carries up to 1000 updates of several kinds. ``split`` makes one :class:`Item` of each
message, each status, each error and each other change; every item holds all that is needed to
process it later, in any order, as often as Meta repeats it. What cannot be understood becomes an
item of kind "other" and never costs its neighbours. ``inbound.py`` reads the items.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from .inbound import (
    BadPayload,
    InboundMessage,
    StatusUpdate,
    identifier,
    parse_errors,
    parse_marketing_choices,
    parse_message,
    parse_status,
    parse_user_id_updates,
)

__all__ = [
    "BadPayload",
    "InboundMessage",
    "Item",
    "StatusUpdate",
    "parse_errors",
    "parse_marketing_choices",
    "parse_message",
    "parse_status",
    "parse_user_id_updates",
    "split",
    "verify_signature",
]

_SIGNATURE = re.compile(r"sha256=([0-9a-fA-F]{64})")
_OBJECT = "whatsapp_business_account"
_KNOWN_KEYS = ("messaging_product", "metadata", "contacts")
_DEPTH = 100
_INDEXABLE = 512  # characters of an identifier that any database index takes


@dataclass(frozen=True)
class Item:
    """One thing that Meta reported.

    :param kind: "message", "status" or "other"
    :param external_ref: the same for every repetition of the item, different for all others
    :param ordering_key: items with the same key are processed in the order of arrival: the sender's
        BSUID or wa_id for messages, the wamid for statuses
    :param field: Meta's webhook field, "messages" mostly
    :param payload: JSON object ``{"field", "metadata", "contact", "time", "message" | "status" |
        "value"}``; ``contact`` is that of this one person, ``time`` the entry's; of kind "other"
        also ``waba_id``
    """

    kind: str
    external_ref: str
    ordering_key: str = field(repr=False)
    field: str
    waba_id: str | None
    phone_number_id: str | None
    payload: dict[str, Any] = field(repr=False)


def verify_signature(raw: bytes, header: str | None, app_secret: str) -> bool:
    """Whether Meta signed exactly these bytes with the app's secret (cloud_api.md §5.2).

    :param header: value of ``X-Hub-Signature-256``
    """
    match = _SIGNATURE.fullmatch(header or "")
    if match is None or not app_secret:
        return False
    expected = hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, match.group(1).lower())


def split(raw: bytes) -> tuple[Item, ...]:
    """Split the body of a webhook into its items, in Meta's order.

    :raises BadPayload: not JSON, or not a webhook of a WhatsApp account
    """
    document = _load(raw)
    if document is None:
        raise BadPayload("The webhook is not valid JSON.")
    if document.get("object") != _OBJECT:
        raise BadPayload("This is not a webhook of a WhatsApp account.")
    if not isinstance(document.get("entry"), list):
        raise BadPayload("The webhook has no list of entries.")
    return tuple(item for entry in document["entry"] for item in _split_entry(entry))


def _load(raw: bytes) -> dict[str, Any] | None:
    """The JSON object in ``raw``, ``None`` without one.

    Nested no deeper than ``_DEPTH``: what is taken apart here must be put together again later.
    """
    try:
        document = json.loads(raw, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and _is_flat(document) else None


def _is_flat(document: dict[str, Any]) -> bool:
    level: list[Any] = [document]
    for _depth in range(_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return True
    return False


def _refuse(constant: str) -> NoReturn:
    """NaN and Infinity: Python reads them, but they are not JSON."""
    raise ValueError("not JSON")


def _finite(number: str) -> float | str:
    """JSON knows no infinity; "1e999" stays the text that it is."""
    value = float(number)
    return value if math.isfinite(value) else number


def _split_entry(entry: Any) -> Iterator[Item]:
    changes = entry.get("changes") if isinstance(entry, dict) else None
    if not isinstance(changes, list):
        yield _Change().other({"entry": entry})
        return
    for change in changes:
        yield from _split_change(entry, change)


def _split_change(entry: dict[str, Any], change: Any) -> Iterator[Item]:
    value = change.get("value") if isinstance(change, dict) else None
    if not isinstance(value, dict):
        yield _Change(entry).other({"change": change})
        return
    source = _Change(entry, _indexable(change.get("field")) or "", value)
    if source.field == "messages":
        yield from _split_value(source, value)
    else:
        yield source.other(value)


def _split_value(source: _Change, value: dict[str, Any]) -> Iterator[Item]:
    """Messages, statuses and errors one by one, then in one item whatever else there is."""
    rest = {key: part for key, part in value.items() if key not in _KNOWN_KEYS}
    makers = {"messages": source.message, "statuses": source.status, "errors": source.error}
    found = False
    for key, make in makers.items():
        if isinstance(rest.get(key), list):
            for part in rest.pop(key):
                found = True
                yield make(part)
    if rest:
        yield source.other(rest)
    elif not found:
        yield source.other(value)


class _Change:
    """One change of one entry: what its items have in common."""

    def __init__(
        self,
        entry: dict[str, Any] | None = None,
        field_name: str = "",
        value: dict[str, Any] | None = None,
    ) -> None:
        self.field = field_name
        self._waba_id = _indexable((entry or {}).get("id"))
        self._time = (entry or {}).get("time")
        metadata = (value or {}).get("metadata")
        self._metadata = metadata if isinstance(metadata, dict) else {}
        contacts = (value or {}).get("contacts")
        self._contacts = [
            contact
            for contact in (contacts if isinstance(contacts, list) else [])
            if isinstance(contact, dict)
        ]

    def message(self, message: Any) -> Item:
        wamid = identifier(message.get("id")) if isinstance(message, dict) else None
        if not wamid:
            return self.other({"messages": [message]})
        user_id, wa_id = identifier(message.get("from_user_id")), identifier(message.get("from"))
        contact = self._contact_of(user_id, wa_id)
        sender = (
            user_id
            or _contact_id(contact, "user_id")
            or _former_user_id(message)
            or wa_id
            or _contact_id(contact, "wa_id")
        )
        payload = {"contact": contact, "message": message}
        return self._item("message", f"message:{_short(wamid)}", sender or wamid, payload)

    def status(self, status: Any) -> Item:
        wamid = identifier(status.get("id")) if isinstance(status, dict) else None
        name = identifier(status.get("status")) if wamid else None
        if not wamid or not name:
            return self.other({"statuses": [status]})
        contact = self._contact_of(
            identifier(status.get("recipient_user_id")), identifier(status.get("recipient_id"))
        )
        reference = f"status:{_short(wamid)}:{_short(name)}"
        return self._item("status", reference, wamid, {"contact": contact, "status": status})

    def error(self, error: Any) -> Item:
        return self.other({"errors": [error]})

    def other(self, value: dict[str, Any]) -> Item:
        payload = {"contact": None, "waba_id": self._waba_id, "value": value}
        canonical = json.dumps(
            [self._waba_id, self._time, self.field, self._metadata, value],
            sort_keys=True,
            separators=(",", ":"),
        )
        reference = f"other:{hashlib.sha256(canonical.encode()).hexdigest()}"
        return self._item("other", reference, reference, payload)

    def _item(self, kind: str, reference: str, key: str, payload: dict[str, Any]) -> Item:
        return Item(
            kind=kind,
            external_ref=reference,
            ordering_key=_short(key),
            field=self.field,
            waba_id=self._waba_id,
            phone_number_id=_indexable(self._metadata.get("phone_number_id")),
            payload={
                "field": self.field,
                "metadata": self._metadata,
                "time": self._time,
                **payload,
            },
        )

    def _contact_of(self, user_id: str | None, wa_id: str | None) -> dict[str, Any] | None:
        """The contact of this person: by BSUID, by wa_id, or the only one that can be meant.

        Never a guess between two people (cloud_api.md §5.5).
        """
        for name, wanted in (("user_id", user_id), ("wa_id", wa_id)):
            for contact in self._contacts:
                if wanted and _contact_id(contact, name) == wanted:
                    return contact
        if len(self._contacts) != 1:
            return None
        only = self._contacts[0]
        pairs = ((user_id, _contact_id(only, "user_id")), (wa_id, _contact_id(only, "wa_id")))
        return None if any(ours and theirs and ours != theirs for ours, theirs in pairs) else only


def _former_user_id(message: dict[str, Any]) -> str | None:
    """Whom a change of identity is about: it comes without a contact (cloud_api.md §8.3)."""
    system = message.get("system")
    return identifier(system.get("previous_user_id")) if isinstance(system, dict) else None


def _contact_id(contact: dict[str, Any] | None, name: str) -> str | None:
    return identifier(contact.get(name)) if contact else None


def _indexable(value: Any) -> str | None:
    """A field name or an account's id; longer ones do not exist."""
    text = identifier(value)
    return text if text and len(text) <= _INDEXABLE else None


def _short(text: str) -> str:
    """``text``, or a digest of it where it would not fit into an index."""
    if len(text) <= _INDEXABLE:
        return text
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
