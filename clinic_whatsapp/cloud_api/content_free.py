"""Free-form contents without a file: text, location, contact cards, reactions (cloud_api.md §2.2).

Allowed while the 24-hour window is open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .limits import is_one_emoji, require
from .terms import _

TEXT_LENGTH = 4096
MAX_CONTACTS = 257


@dataclass(frozen=True)
class Text:
    """A free text. With ``preview_url`` WhatsApp shows what its first link leads to."""

    kind: ClassVar[str] = "text"
    wire_type: ClassVar[str] = "text"

    body: str = field(repr=False)
    preview_url: bool = False

    def __post_init__(self) -> None:
        require(self.body.strip(), _("The message is empty."))
        require(len(self.body) <= TEXT_LENGTH, _("A message may have 4,096 characters at most."))

    def to_payload(self) -> dict[str, Any]:
        return {"type": "text", "text": {"body": self.body, "preview_url": self.preview_url}}


@dataclass(frozen=True)
class Location:
    """A place on the map, in degrees; also the header of a template."""

    kind: ClassVar[str] = "location"
    wire_type: ClassVar[str] = "location"

    latitude: float = field(repr=False)
    longitude: float = field(repr=False)
    name: str = field(default="", repr=False)
    address: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        require(
            _is_degree(self.latitude, 90) and _is_degree(self.longitude, 180),
            _("A place has a latitude from -90 to 90 and a longitude from -180 to 180."),
        )

    def to_payload(self) -> dict[str, Any]:
        return {"type": "location", "location": self.to_object()}

    def to_object(self) -> dict[str, Any]:
        """Return the place alone, as a header holds it."""
        place = {"latitude": _decimal(self.latitude), "longitude": _decimal(self.longitude)}
        named = {"name": self.name, "address": self.address}
        return {**place, **{key: value for key, value in named.items() if value}}


@dataclass(frozen=True)
class ContactPhone:
    """A phone number on a contact card.

    :param type: "CELL", "MAIN", "IPHONE", "HOME", "WORK"
    :param wa_id: with it the card offers to write to this person, without it to invite them
    """

    kind: ClassVar[str] = "contact_phone"

    number: str = field(repr=False)
    type: str = "CELL"
    wa_id: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        require(self.number.strip(), _("A contact card has an empty phone number."))

    def to_payload(self) -> dict[str, Any]:
        payload = {"phone": self.number, "type": self.type}
        return {**payload, "wa_id": self.wa_id} if self.wa_id else payload


@dataclass(frozen=True)
class ContactCard:
    """One person's contact details. Without a first or last name the whole name is the first."""

    kind: ClassVar[str] = "contact_card"

    formatted_name: str = field(repr=False)
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    phones: tuple[ContactPhone, ...] = ()
    emails: tuple[str, ...] = field(default=(), repr=False)
    organization: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        require(self.formatted_name.strip(), _("A contact card has no name."))
        require(
            all(address.strip() for address in self.emails),
            _("A contact card has an empty e-mail address."),
        )

    def to_payload(self) -> dict[str, Any]:
        card: dict[str, Any] = {"name": self._name()}
        if self.phones:
            card["phones"] = [phone.to_payload() for phone in self.phones]
        if self.emails:
            card["emails"] = [{"email": address} for address in self.emails]
        if self.organization:
            card["org"] = {"company": self.organization}
        return card

    def _name(self) -> dict[str, str]:
        """Meta wants one more part beside the formatted name."""
        parts = {"first_name": self.first_name, "last_name": self.last_name}
        given = {key: value for key, value in parts.items() if value}
        return {"formatted_name": self.formatted_name, **(given or {"first_name": self.formatted_name})}


@dataclass(frozen=True)
class Contacts:
    """One or more contact cards."""

    kind: ClassVar[str] = "contacts"
    wire_type: ClassVar[str] = "contacts"

    cards: tuple[ContactCard, ...]

    def __post_init__(self) -> None:
        require(
            1 <= len(self.cards) <= MAX_CONTACTS,
            _("A message may have 1 to 257 contact cards."),
        )

    def to_payload(self) -> dict[str, Any]:
        return {"type": "contacts", "contacts": [card.to_payload() for card in self.cards]}


@dataclass(frozen=True)
class Reaction:
    """An emoji on a message, which is named by its wamid; an empty one takes it away again."""

    kind: ClassVar[str] = "reaction"
    wire_type: ClassVar[str] = "reaction"

    message_id: str
    emoji: str = field(repr=False)

    def __post_init__(self) -> None:
        require(self.message_id.strip(), _("A reaction belongs to a message."))
        require(not self.emoji or is_one_emoji(self.emoji), _("A reaction is a single emoji."))

    def to_payload(self) -> dict[str, Any]:
        reaction = {"message_id": self.message_id, "emoji": self.emoji}
        return {"type": "reaction", "reaction": reaction}


def _is_degree(value: Any, most: int) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value) and -most <= value <= most


def _decimal(degrees: float) -> str:
    """Eight decimals are a millimetre; never an exponent."""
    text = f"{degrees:.8f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
