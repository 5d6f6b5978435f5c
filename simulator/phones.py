"""The patient's side: what a person does on the phone, and the webhooks that follow from it.

A message of the user opens the service window from its own timestamp, as Meta counts it; reactions
do not. A pressed button becomes an inbound message that quotes the message with the button:
``button`` for a template, ``interactive`` otherwise (cloud_api.md §5.6).
"""

from __future__ import annotations

import hashlib
from typing import Any

from . import payloads
from .context import Context
from .delivery import Delivery
from .render import on_phone
from .state import Chat, Message, Number, Phone, new_object_id, new_wamid, now
from .webhooks import Webhooks

MIME = {
    "image": "image/jpeg",
    "video": "video/mp4",
    "audio": "audio/ogg; codecs=opus",
    "document": "application/pdf",
    "sticker": "image/webp",
}
MAX_TEXT = 65_536
OTHER_TYPES = ("location", "contacts", "unsupported")

Json = dict[str, Any]


class BadAction(ValueError):
    """The phone cannot do that; the text says why."""


class Phones:
    def __init__(self, context: Context, webhooks: Webhooks, delivery: Delivery) -> None:
        self._context = context
        self._webhooks = webhooks
        self._delivery = delivery

    def send(self, number: Number, phone: Phone, action: Json) -> Message:
        """Does one action: ``text``, ``button``, ``list``, ``reaction``, or a ``type`` of MIME and
        OTHER_TYPES.
        """
        if phone.not_on_whatsapp:
            raise BadAction("This phone is not on WhatsApp.")
        chat = self._context.world.chat(number.phone_number_id, phone.wa_id)
        kind, content, quoted = self._content(chat, action)
        message = Message(
            id=new_wamid(phone.wa_id),
            phone_number_id=number.phone_number_id,
            wa_id=phone.wa_id,
            from_business=False,
            type=kind,
            content=content,
            timestamp=_timestamp(action),
            status="sent",
            reply_to=quoted,
        )
        self._deliver(number, phone, chat, message)
        return message

    def _deliver(self, number: Number, phone: Phone, chat: Chat, message: Message) -> None:
        self._context.limits.count_inbound(number.phone_number_id, number.throughput)
        if message.type == "reaction":
            self._react(chat, message)
        else:
            chat.window_from = max(chat.window_from, message.timestamp)
            self._context.world.add_message(message)
            self._delivery.read_all(chat)
            self._delivery.publish(message)
        payload = payloads.inbound(number, phone, message)
        delay = self._context.faults.webhook_delay()
        self._webhooks.send(number, payload, f"message:{message.id}", delay)
        self._context.touch()

    def _react(self, chat: Chat, reaction: Message) -> None:
        target = self._received(chat, reaction.content["wire"]["message_id"])
        target.reaction = reaction.content["wire"].get("emoji", "")
        self._delivery.publish(target)

    def _content(self, chat: Chat, action: Json) -> tuple[str, Json, str]:
        """The type, the content and the quoted message of one action."""
        quoted = str(action.get("reply_to") or "")
        if "text" in action:
            return "text", _text(action["text"]), quoted
        if "button" in action:
            return self._press(chat, _object(action, "button"))
        if "list" in action:
            return self._choose(chat, _object(action, "list"))
        if "reaction" in action:
            return "reaction", _reaction(_object(action, "reaction")), ""
        kind = action.get("type")
        if kind in MIME:
            return kind, _media(kind, action), quoted
        if kind in OTHER_TYPES:
            return kind, _other(kind), quoted
        raise BadAction("An action has text, button, list or reaction, or a type: " + _known())

    def _press(self, chat: Chat, press: Json) -> tuple[str, Json, str]:
        message = self._received(chat, press.get("message_id"))
        button = _pick(message, press)
        label = button["text"]
        if button["kind"] == "quick_reply":
            wire = {"payload": button["payload"], "text": label}
            return "button", {"text": label, "wire": wire}, message.id
        if button["kind"] == "reply":
            reply = {"id": button["id"], "title": label}
            wire = {"type": "button_reply", "button_reply": reply}
            return "interactive", {"text": label, "wire": wire}, message.id
        raise BadAction(f"The button {label!r} sends nothing.")

    def _choose(self, chat: Chat, choice: Json) -> tuple[str, Json, str]:
        message = self._received(chat, choice.get("message_id"))
        for button in message.content.get("buttons", []):
            for section in button.get("sections", []):
                for row in section["rows"]:
                    if row["id"] == choice.get("row_id"):
                        return "interactive", _list_reply(row), message.id
        raise BadAction("That message has no such row.")

    def _received(self, chat: Chat, message_id: Any) -> Message:
        message = self._context.world.find(chat, str(message_id))
        if message is None or not on_phone(message):
            raise BadAction(f"The phone has no message {message_id} in this chat.")
        return message


def _timestamp(action: Json) -> float:
    value = action.get("timestamp")
    if value is None:
        return now()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadAction("timestamp is a number: seconds since 1970.")
    return float(value)


def _object(action: Json, name: str) -> Json:
    if not isinstance(action[name], dict):
        raise BadAction(f"{name} is an object.")
    return action[name]


def _text(text: Any) -> Json:
    if not isinstance(text, str) or not text.strip():
        raise BadAction("text must not be empty.")
    if len(text) > MAX_TEXT:
        raise BadAction(f"text has at most {MAX_TEXT} characters.")
    return {"text": text, "wire": {"body": text}}


def _pick(message: Message, press: Json) -> Json:
    buttons = message.content.get("buttons", [])
    index = press.get("index")
    if "label" in press:
        labels = [button["text"] for button in buttons]
        index = labels.index(press["label"]) if press["label"] in labels else None
    if not isinstance(index, int) or not 0 <= index < len(buttons):
        raise BadAction(f"The message has {len(buttons)} button(s); there is no such one.")
    return buttons[index]


def _list_reply(row: Json) -> Json:
    reply = {key: value for key, value in row.items() if value}
    return {"text": row["title"], "wire": {"type": "list_reply", "list_reply": reply}}


def _reaction(reaction: Json) -> Json:
    wire = {"message_id": str(reaction.get("message_id"))}
    if reaction.get("emoji"):
        wire["emoji"] = str(reaction["emoji"])
    return {"wire": wire}


def _media(kind: str, action: Json) -> Json:
    """A picture or file that stands for itself: id, type and hash, as Meta announces media."""
    media_id = new_object_id()
    wire: Json = {
        "id": media_id,
        "mime_type": MIME[kind],
        "sha256": hashlib.sha256(media_id.encode()).hexdigest(),
    }
    caption = str(action.get("caption") or "")
    if caption and kind not in ("audio", "sticker"):
        wire["caption"] = caption
    content = {"text": caption, "media": kind, "wire": wire}
    if kind == "document":
        content["filename"] = wire["filename"] = str(action.get("filename") or "document.pdf")
    if kind == "audio":
        wire["voice"] = True
    if kind == "sticker":
        wire["animated"] = False
    return content


def _other(kind: str) -> Json:
    if kind == "location":
        wire: Any = {"latitude": 41.0151, "longitude": 28.9795, "name": "İstanbul"}
        return {"text": "İstanbul", "media": "location", "wire": wire}
    if kind == "contacts":
        name = {"formatted_name": "Deniz Örnek", "first_name": "Deniz"}
        phones = [{"phone": "+90 555 000 00 99", "type": "CELL"}]
        wire = [{"name": name, "phones": phones}]
        return {"text": "Deniz Örnek", "media": "contacts", "wire": wire}
    return {"text": "", "media": "unsupported", "wire": {"type": "poll_creation"}}


def _known() -> str:
    return ", ".join((*MIME, *OTHER_TYPES)) + "."
