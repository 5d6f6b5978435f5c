"""Who a patient is to Meta, and what happens when that changes (cloud_api.md §8.3).

A changed number moves the phone with its chats to new digits and a new business-scoped id; the old digits then
belong to nobody on WhatsApp until somebody else gets them. ``system`` messages tell the businesses that the person
has a chat with.
"""

from __future__ import annotations

import secrets
from typing import Any

from . import payloads
from .context import Context
from .inbound_content import BadAction, Json
from .state import Chat, Phone, new_wamid, now
from .webhooks import Webhooks

COPIED = ("name", "username", "hide_number", "reads", "online", "blocks", "blocked")
CHECKS = ("customer_identity_changed", "user_identity_changed")


class Identity:
    def __init__(self, context: Context, webhooks: Webhooks) -> None:
        self._context = context
        self._webhooks = webhooks

    def change(self, phone: Phone, data: Json) -> Json:
        """Does one change: ``number`` (with ``wa_id``), ``user_id``, ``recycle``, or one of CHECKS."""
        kind = data.get("change")
        if kind == "number":
            return self._change_number(phone, str(data.get("wa_id") or ""))
        if kind == "user_id":
            return self._change_user_id(phone)
        if kind == "recycle":
            self._context.world.renew_user_id(phone)
            phone.name = str(data.get("name") or "")
            return self._done(phone, [])
        if kind in CHECKS:
            return self._change_keys(phone, kind)
        raise BadAction(f"change is number, user_id, recycle, {' or '.join(CHECKS)}.")

    def _change_number(self, old: Phone, digits: str) -> Json:
        world = self._context.world
        if not digits.isdecimal() or not 5 <= len(digits) <= 15 or digits == old.wa_id:
            raise BadAction("wa_id are the digits of another number.")
        new = world.phone(digits)
        new.not_on_whatsapp = False
        for name in COPIED:
            setattr(new, name, getattr(old, name))
        chats = self._move_chats(old, new)
        old_user_id = world.renew_user_id(old)
        old.not_on_whatsapp, old.name, old.username = True, "", ""
        facts = {
            "body": f"User {new.name} changed from {old.wire_id} to {new.wire_id}",
            "wa_id": new.wire_id,
            "user_id": new.user_id,
            "previous_user_id": old_user_id,
        }
        sender = {} if new.hide_number else {"from": old.wire_id}
        return self._done(new, self._tell(chats, "user_changed_number", facts, sender))

    def _move_chats(self, old: Phone, new: Phone) -> list[Chat]:
        world = self._context.world
        moved = []
        for chat in world.chats_of.pop(old.wa_id, []):
            del world.chats[chat.phone_number_id, chat.wa_id]
            here = world.chat(chat.phone_number_id, new.wa_id)
            here.window_from = max(here.window_from, chat.window_from)
            here.messages.extend(chat.messages)
            here.unread.extend(chat.unread)
            for message in chat.messages:
                message.wa_id = new.wa_id
            moved.append(here)
        return moved

    def _change_user_id(self, phone: Phone) -> Json:
        old = self._context.world.renew_user_id(phone)
        facts = {"body": "User ID changed", "user_id": phone.user_id, "previous_user_id": old}
        chats = self._context.world.chats_of.get(phone.wa_id, [])
        return self._done(phone, self._tell(chats, "user_changed_user_id", facts, {}))

    def _change_keys(self, phone: Phone, kind: str) -> Json:
        """The phone was set up anew: its keys changed, the person may have."""
        name = phone.name or phone.wa_id
        identity = {"acknowledged": "", "created_timestamp": str(int(now())), "hash": secrets.token_urlsafe(9)}
        facts: Json = {"body": f"{name}'s security code changed", "identity": identity, "customer": phone.wire_id}
        sender: Json = {"from_user_id": phone.user_id}
        if not phone.hide_number:
            sender["from"] = phone.wire_id
        return self._done(phone, self._tell(self._context.world.chats_of.get(phone.wa_id, []), kind, facts, sender))

    def _tell(self, chats: list[Chat], kind: str, facts: Json, sender: Json) -> list[str]:
        told = []
        for chat in chats:
            number = self._context.world.numbers.get(chat.phone_number_id)
            if number is None:
                continue
            item: dict[str, Any] = {
                **sender,
                "id": new_wamid(chat.wa_id),
                "timestamp": str(int(now())),
                "type": "system",
                "system": {"type": kind, **facts},
            }
            payload = payloads.message_event(number, item)
            self._webhooks.send(number, payload, f"message:{item['id']}", self._context.chance.webhook_delay())
            told.append(item["id"])
        return told

    def _done(self, phone: Phone, told: list[str]) -> Json:
        self._context.touch()
        self._context.hub.publish_to_all({"event": "reload"})
        return {"wa_id": phone.wa_id, "user_id": phone.user_id, "message_ids": told}
