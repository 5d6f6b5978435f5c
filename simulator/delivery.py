"""What happens to a message after Meta accepted it: sent, on the phone, read, each with its
webhook.

accepted → sent → delivered → read, or → failed. A phone that is switched off, or that blocked the
business, leaves it at sent; coming back on line continues. A message is read at once while its
chat is open. Every step follows the one before by a webhook delay, so that the first status may
well arrive before the answer to the request has been stored. After a restart the messages that had
not reached their phone go on.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from . import payloads
from .context import Context
from .errors import GraphError, bad_parameter
from .render import bubble
from .state import Chat, Message, Number, Phone, now
from .webhooks import Webhooks

TYPING_SECONDS = 25
READABLE_SECONDS = 30 * 24 * 3600
ON_PHONE = ("delivered", "read")


class Delivery:
    def __init__(self, context: Context, webhooks: Webhooks) -> None:
        self._context = context
        self._webhooks = webhooks
        self._open: Counter[tuple[str, str]] = Counter()

    def accept(self, message: Message) -> None:
        if message.type != "reaction":
            self._context.world.add_message(message)
        self._later(message, self._send)
        self._context.touch()

    def resume(self) -> None:
        """Continues what a stop interrupted."""
        for message in self._context.world.messages.values():
            if message.from_business and message.status == "accepted":
                self._later(message, self._send)
            elif message.from_business and message.status == "sent":
                self._later(message, self._deliver)

    def clear(self) -> None:
        self._open.clear()

    def phone_came_back(self, phone: Phone) -> None:
        for chat in self._context.world.chats_of.get(phone.wa_id, []):
            for message in chat.messages:
                if message.from_business and message.status == "sent":
                    self._later(message, self._deliver)

    def open_chat(self, chat: Chat) -> None:
        """The user looks at the chat: all in it is read, and so is what comes while it is open."""
        self._open[chat.phone_number_id, chat.wa_id] += 1
        self.read_all(chat)

    def close_chat(self, chat: Chat) -> None:
        key = (chat.phone_number_id, chat.wa_id)
        self._open[key] -= 1
        if self._open[key] <= 0:
            del self._open[key]

    def read_all(self, chat: Chat) -> None:
        unread = list(chat.unread)
        chat.unread.clear()
        for message in unread:
            self._read(message)
        if unread:
            self._publish_chat(chat)

    def mark_read(self, number: Number, data: dict[str, Any]) -> dict[str, Any]:
        """The business read a message: it and the earlier ones get their blue ticks (§2.5)."""
        if data["status"] != "read":
            raise bad_parameter("Param status must be one of {READ}")
        message = self._context.world.messages.get(str(data.get("message_id")))
        if not _was_received(message, number):
            raise GraphError(131009, "message_id is not a message that this number received")
        chat = self._context.world.chat(number.phone_number_id, message.wa_id)
        for earlier in chat.messages:
            if not earlier.from_business and earlier.timestamp <= message.timestamp:
                self._tick(earlier, "read")
        if data.get("typing_indicator"):
            self._show_typing(chat)
        return {"success": True}

    def play(self, message: Message) -> None:
        """The user listens to a voice message: status ``played``, also where read receipts are off."""
        if message.status in ON_PHONE:
            self._emit(message, "played")

    def webhook_delivered(self, ref: str) -> None:
        """The second tick of the phone's own message: the clinic's server has it."""
        kind, _, wamid = ref.partition(":")
        message = self._context.world.messages.get(wamid) if kind == "message" else None
        if message and message.status == "sent":
            self._tick(message, "delivered")

    def _tick(self, message: Message, status: str) -> None:
        if message.status == status:
            return
        message.status = status
        self.publish(message)
        self._context.touch()

    def _show_typing(self, chat: Chat) -> None:
        chat.typing_until = now() + TYPING_SECONDS
        event = {"event": "typing", "phone_number_id": chat.phone_number_id}
        self._context.hub.publish(chat.wa_id, {**event, "until": chat.typing_until})

    def _later(self, message: Message, step: Any) -> None:
        self._context.timers.later(self._context.chance.webhook_delay(), lambda: step(message))

    def _send(self, message: Message) -> None:
        if message.fails_with:
            self._emit(message, "failed")
            return
        self._emit(message, "sent")
        if message.type == "reaction":
            self._put_reaction(message)
        else:
            self._later(message, self._deliver)

    def _deliver(self, message: Message) -> None:
        phone = self._context.world.phones[message.wa_id]
        if message.status != "sent" or not phone.online or phone.blocks:
            return
        chat = self._context.world.chat(message.phone_number_id, message.wa_id)
        chat.typing_until = 0
        self._emit(message, "delivered")
        if self._open[message.phone_number_id, message.wa_id]:
            self._later(message, self._read)
        else:
            chat.unread.append(message)
        self.publish(message)
        self._publish_chat(chat)

    def _read(self, message: Message) -> None:
        if message.status == "delivered" and self._context.world.phones[message.wa_id].reads:
            self._emit(message, "read")

    def _emit(self, message: Message, status: str) -> None:
        world = self._context.world
        message.status = status
        number, phone = world.numbers[message.phone_number_id], world.phones[message.wa_id]
        payload = payloads.status(number, phone, message, status, now())
        delay = self._disorder(status)
        self._webhooks.send(number, payload, f"status:{message.id}:{status}", delay)
        self._context.touch()

    def _disorder(self, status: str) -> float:
        """Seconds by which a status webhook is held back so that the order gets lost."""
        if not self._context.faults.shuffle_statuses:
            return 0
        order = self._context.chance.stream("shuffle")
        return {"sent": order.uniform(0.6, 1.2), "delivered": order.uniform(0, 1.2)}.get(status, 0)

    def _put_reaction(self, reaction: Message) -> None:
        target = self._context.world.messages.get(reaction.content["message_id"])
        if target:
            target.reaction = reaction.content["emoji"]
            self.publish(target)

    def publish(self, message: Message) -> None:
        """Shows a message, or its change, on the open pages."""
        event = {"event": "message", "phone_number_id": message.phone_number_id}
        self._context.hub.publish(
            message.wa_id, {**event, "message": bubble(self._context.world, message)}
        )

    def _publish_chat(self, chat: Chat) -> None:
        event = {"event": "unread", "phone_number_id": chat.phone_number_id}
        self._context.hub.publish(chat.wa_id, {**event, "unread": len(chat.unread)})


def _was_received(message: Message | None, number: Number) -> bool:
    return bool(
        message
        and not message.from_business
        and message.phone_number_id == number.phone_number_id
        and now() - message.timestamp < READABLE_SECONDS
    )
