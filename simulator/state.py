"""What exists in the simulated world, and how it is found again.

``World`` holds every object once and keeps the indices that make each look-up constant: a send
must not become slower with the number of messages already sent. Messages are kept up to
``HISTORY``; the oldest leave first. Plain data only: what happens to it is in ``sending``,
``delivery``, ``phones`` and ``templates``.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import phonenumbers

from .template_state import Sample, Waba

HISTORY = 50_000
PER_CHAT = 500
MOST_SAMPLES = 1000
WINDOW_SECONDS = 24 * 3600
FREE_SERVICE_MESSAGES = 1000
SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")


@dataclass(slots=True)
class Number:
    """A business number, with the app and the token that may use it."""

    phone_number_id: str
    waba_id: str
    display_phone_number: str
    verified_name: str
    app_id: str
    app_secret: str
    access_token: str
    webhook_url: str = ""
    verify_token: str = ""
    throughput: int = 80
    quality: str = "GREEN"
    status: str = "CONNECTED"
    token_scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    token_valid: bool = True
    token_expires_at: int = 0
    require_proof: bool = False
    pin: str = ""
    name_status: str = "APPROVED"
    new_name_status: str = "NONE"
    messaging_limit: str = "TIER_2K"
    throughput_level: str = ""
    health: dict[str, Any] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    blocked: list[str] = field(default_factory=list)
    registered_at: list[float] = field(default_factory=list)
    override_url: str = ""
    service_month: str = ""
    service_sent: int = 0

    @property
    def digits(self) -> str:
        return "".join(c for c in self.display_phone_number if c.isdigit())


@dataclass(slots=True)
class Phone:
    """A patient's phone. ``user_id`` is the business-scoped id, the only one always told.

    ``reported_as`` are the digits under which Meta knows the number where they differ from the dialled ones (§12).
    """

    wa_id: str
    user_id: str
    name: str = ""
    username: str = ""
    hide_number: bool = False
    not_on_whatsapp: bool = False
    reads: bool = True
    online: bool = True
    blocks: bool = False
    blocked: bool = False
    reported_as: str = ""

    @property
    def wire_id(self) -> str:
        """The digits that Meta tells the business."""
        return self.reported_as or self.wa_id


@dataclass(slots=True, eq=False)
class Message:
    """One bubble. ``status`` is what the sender's ticks show; ``content`` is what WhatsApp
    renders.
    """

    id: str
    phone_number_id: str
    wa_id: str
    from_business: bool
    type: str
    content: dict[str, Any]
    timestamp: float
    status: str = "accepted"
    reply_to: str = ""
    client_ref: str = ""
    category: str = ""
    billable: bool = True
    template_id: str = ""
    to_phone: bool = True
    reaction: str = ""  # of the business
    own_reaction: str = ""  # of the patient, who holds the phone
    fails_with: dict[str, Any] | None = None


@dataclass(slots=True, eq=False)
class Chat:
    """A business number and a phone. ``window_from`` is the time of the user's last message (unix
    seconds).
    """

    phone_number_id: str
    wa_id: str
    messages: deque[Message] = field(default_factory=lambda: deque(maxlen=PER_CHAT))
    unread: deque[Message] = field(default_factory=lambda: deque(maxlen=PER_CHAT))
    window_from: float = 0.0
    typing_until: float = 0.0

    def window_open(self, now: float) -> bool:
        return now - self.window_from < WINDOW_SECONDS


class World:
    def __init__(self) -> None:
        self.numbers: dict[str, Number] = {}
        self.wabas: dict[str, Waba] = {}
        self.phones: dict[str, Phone] = {}
        self.by_user_id: dict[str, Phone] = {}
        self.by_reported: dict[str, Phone] = {}
        self.app_fields: dict[str, list[str]] = {}
        self.samples: dict[str, Sample] = {}
        self.chats: dict[tuple[str, str], Chat] = {}
        self.chats_of: dict[str, list[Chat]] = {}
        self.messages: dict[str, Message] = {}
        self._order: deque[str] = deque()

    def waba(self, waba_id: str) -> Waba:
        return self.wabas.setdefault(waba_id, Waba(waba_id))

    def add_sample(self, handle: str, sample: Sample) -> None:
        self.samples[handle] = sample
        while len(self.samples) > MOST_SAMPLES:
            del self.samples[next(iter(self.samples))]

    def numbers_of(self, waba_id: str) -> list[Number]:
        return [n for n in self.numbers.values() if n.waba_id == waba_id]

    def phone(self, wa_id: str) -> Phone:
        """The phone of these digits; a number nobody has mentioned yet simply exists."""
        phone = self.phones.get(wa_id)
        if phone is None:
            phone = Phone(wa_id, business_scoped_id(wa_id))
            self.add_phone(phone)
        return phone

    def find_phone(self, digits: str) -> Phone | None:
        """The phone of these digits, be they the dialled ones or those that Meta reports."""
        return self.phones.get(digits) or self.by_reported.get(digits)

    def add_phone(self, phone: Phone) -> None:
        """Adds a phone, or finds it under an id that it got since."""
        self.phones[phone.wa_id] = phone
        self.by_user_id[phone.user_id] = phone
        if phone.reported_as:
            self.by_reported[phone.reported_as] = phone

    def renew_user_id(self, phone: Phone) -> str:
        """Gives a phone another business-scoped id; returns the one it had."""
        old = phone.user_id
        del self.by_user_id[old]
        phone.user_id = f"{region_of(phone.wa_id)}.{secrets.randbelow(10**20):020d}"
        self.by_user_id[phone.user_id] = phone
        return old

    def chat(self, phone_number_id: str, wa_id: str) -> Chat:
        chat = self.chats.get((phone_number_id, wa_id))
        if chat is None:
            chat = Chat(phone_number_id, wa_id)
            self.add_chat(chat)
        return chat

    def add_chat(self, chat: Chat) -> None:
        self.chats[chat.phone_number_id, chat.wa_id] = chat
        self.chats_of.setdefault(chat.wa_id, []).append(chat)

    def add_message(self, message: Message) -> Chat:
        chat = self.chat(message.phone_number_id, message.wa_id)
        chat.messages.append(message)
        self.messages[message.id] = message
        self._order.append(message.id)
        if len(self._order) > HISTORY:
            self.messages.pop(self._order.popleft(), None)
        return chat

    def newest(self, count: int) -> set[str]:
        """The ids of the newest messages."""
        return set(itertools.islice(reversed(self._order), count))

    def find(self, chat: Chat, message_id: str) -> Message | None:
        message = self.messages.get(message_id)
        same = message and (message.phone_number_id, message.wa_id) == (
            chat.phone_number_id,
            chat.wa_id,
        )
        return message if same else None


def new_wamid(digits: str) -> str:
    """An id of the form Meta uses: opaque, base64, with the phone's digits inside."""
    tail = b"\x15\x02\x00\x11\x18\x12" + secrets.token_hex(9).upper().encode() + b"\x00"
    raw = b"\x1c\x18" + bytes([len(digits)]) + digits.encode() + tail
    return "wamid." + base64.b64encode(raw).decode()


def new_object_id() -> str:
    return str(secrets.randbelow(9 * 10**14) + 10**14)


def region_of(wa_id: str) -> str:
    """The country of the phone, for its business-scoped id; ``ZZ`` when it is no number."""
    try:
        parsed = phonenumbers.parse("+" + wa_id)
    except phonenumbers.NumberParseException:
        return "ZZ"
    return phonenumbers.region_code_for_country_code(parsed.country_code)


def business_scoped_id(wa_id: str) -> str:
    number = int.from_bytes(hashlib.sha256(wa_id.encode()).digest()[:8], "big")
    return f"{region_of(wa_id)}.{number:020d}"


def now() -> float:
    return time.time()
