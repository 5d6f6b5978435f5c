"""The patient's side: what a person does on the phone, and the webhooks that follow from it.

A message of the user opens the service window from its own timestamp, as Meta counts it; reactions, edits and
deletions do not. A pressed button becomes an inbound message that quotes the message with the button: ``button``
for a template, ``interactive`` otherwise (cloud_api.md §5.6).
"""

from __future__ import annotations

from typing import Any

from . import inbound_content, payloads
from .context import Context
from .delivery import Delivery
from .inbound_content import BadAction, Json
from .phone_actions import ACTIONS, SILENT, received
from .state import Chat, Message, Number, Phone, new_wamid, now
from .webhooks import Webhooks

__all__ = ["BadAction", "Phones"]


class Phones:
    def __init__(self, context: Context, webhooks: Webhooks, delivery: Delivery) -> None:
        self._context = context
        self._webhooks = webhooks
        self._delivery = delivery

    def send(self, number: Number, phone: Phone, action: Json) -> Message:
        """Does one action: ``text``, one of ACTIONS, or a ``type`` of MEDIA and OTHERS."""
        if phone.not_on_whatsapp:
            raise BadAction("This phone is not on WhatsApp.")
        chat = self._context.world.chat(number.phone_number_id, phone.wa_id)
        timestamp = _timestamp(action)
        kind, content, quoted = self._content(number, phone, chat, action)
        message = Message(
            id=new_wamid(phone.wa_id),
            phone_number_id=number.phone_number_id,
            wa_id=phone.wa_id,
            from_business=False,
            type=kind,
            content=content,
            timestamp=timestamp,
            status="sent",
            reply_to=quoted,
        )
        self._deliver(number, phone, chat, message)
        return message

    def send_raw(self, number: Number, phone: Phone, given: Json, with_contact: bool) -> str:
        """A webhook with any item; what every message has is filled in where it is missing."""
        item = {"id": new_wamid(phone.wa_id), "timestamp": str(int(now())), **given}
        item.setdefault("from_user_id", phone.user_id)
        if not phone.hide_number:
            item.setdefault("from", phone.wire_id)
        sender = payloads.contact(phone, with_number=not phone.hide_number) if with_contact else None
        payload = payloads.message_event(number, item, sender)
        self._webhooks.send(number, payload, f"message:{item['id']}", self._context.chance.webhook_delay())
        return str(item["id"])

    def play(self, number: Number, phone: Phone, message_id: str) -> None:
        chat = self._context.world.chat(number.phone_number_id, phone.wa_id)
        message = received(self._context.world, chat, message_id)
        if not message.from_business or not message.content.get("voice"):
            raise BadAction("Only a voice message of the business can be played.")
        self._delivery.play(message)

    def _deliver(self, number: Number, phone: Phone, chat: Chat, message: Message) -> None:
        self._context.limits.count_inbound(number.phone_number_id, number.throughput)
        if message.type in SILENT:
            self._delivery.publish(message.content.pop("target"))
        else:
            chat.window_from = max(chat.window_from, message.timestamp)
            self._context.world.add_message(message)
            self._delivery.read_all(chat)
            self._delivery.publish(message)
        if phone.user_id not in number.blocked:
            payload = payloads.inbound(number, phone, message)
            self._webhooks.send(number, payload, f"message:{message.id}", self._context.chance.webhook_delay())
        self._context.touch()

    def _content(self, number: Number, phone: Phone, chat: Chat, action: Json) -> tuple[str, Json, str]:
        """The type, the content and the quoted message of one action."""
        for name, act in ACTIONS.items():
            if name in action:
                return act(self._context.world, chat, _object(action, name))
        kind, content = self._typed(number, action)
        content["context"] = {key: True for key in ("forwarded", "frequently_forwarded") if action.get(key)}
        if action.get("referral"):
            content["referral"] = inbound_content.referral(action["referral"])
        if action.get("share_number"):
            content |= inbound_content.own_number(phone)
        return kind, content, str(action.get("reply_to") or "")

    def _typed(self, number: Number, action: Json) -> tuple[str, Json]:
        kind = str(action.get("type") or "")
        if "text" in action and kind in ("", "text"):
            return "text", inbound_content.text(action["text"])
        if kind in inbound_content.MEDIA:
            with_url = self._context.settings.media_url_in_webhook
            wanted = {**action, "with_url": with_url if action.get("with_url") is None else action["with_url"]}
            store, origin = self._context.media, self._context.origin
            return kind, inbound_content.media(kind, wanted, store, number.phone_number_id, origin)
        if kind in inbound_content.OTHERS:
            return kind, inbound_content.OTHERS[kind](action)
        if kind and "unknown" in action:
            return kind, inbound_content.unknown(kind, action.get("value"))
        known = ", ".join((*inbound_content.MEDIA, *inbound_content.OTHERS))
        raise BadAction(f"An action has text, {', '.join(ACTIONS)}, or a type: {known}.")


def _timestamp(action: Json) -> float:
    value = action.get("timestamp")
    if value is None:
        return now()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadAction("timestamp is a number: seconds since 1970.")
    return float(value)


def _object(action: Json, name: str) -> Any:
    if not isinstance(action[name], dict):
        raise BadAction(f"{name} is an object.")
    return action[name]
