"""Messages and chats as the phone page and the tests see them."""

from __future__ import annotations

from typing import Any

from .state import Chat, Message, Number, World

Json = dict[str, Any]
HIDDEN = ("accepted", "sent", "failed")
PREVIEW = 160


def on_phone(message: Message) -> bool:
    """Whether the phone shows it: its own messages, and those of the business that have arrived."""
    return not message.from_business or message.status not in HIDDEN


def bubble(world: World, message: Message) -> Json:
    content = message.content
    shown = {
        "id": message.id,
        "from_business": message.from_business,
        "type": message.type,
        "timestamp": round(message.timestamp, 3),
        "status": message.status,
        "text": content.get("text", ""),
        "header": content.get("header", ""),
        "footer": content.get("footer", ""),
        "media": content.get("media", ""),
        "filename": content.get("filename", ""),
        "media_url": f"/_sim/media/{content['media_id']}" if content.get("media_id") else "",
        "link": content.get("link", ""),
        "mime_type": content.get("mime_type", ""),
        "size": content.get("size", 0),
        "voice": content.get("voice", False),
        "animated": content.get("animated", False),
        "location": content.get("location"),
        "contacts": content.get("contacts", []),
        "forwarded": bool(content.get("context")),
        "edited": content.get("edited", False),
        "revoked": content.get("revoked", False),
        "template": content.get("template", ""),
        "reaction": "".join(dict.fromkeys((message.own_reaction, message.reaction))),
        "reactions": {"business": message.reaction, "patient": message.own_reaction},
        "buttons": [
            {"index": index, **button} for index, button in enumerate(content.get("buttons", []))
        ],
        "reply_to": None,
    }
    quoted = world.messages.get(message.reply_to)
    if quoted:
        shown["reply_to"] = {
            "id": quoted.id,
            "text": preview(quoted),
            "from_business": quoted.from_business,
        }
    return shown


def preview(message: Message) -> str:
    """One line for the chat list and for quotes."""
    content = message.content
    text = content.get("text") or content.get("filename") or content.get("media") or message.type
    line = " ".join(text.split())
    return line if len(line) <= PREVIEW else line[: PREVIEW - 1] + "…"


def bubbles(world: World, chat: Chat) -> list[Json]:
    return [bubble(world, message) for message in chat.messages if on_phone(message)]


def chat_entry(chat: Chat, number: Number) -> Json:
    """A line of the phone's chat list."""
    last = next((m for m in reversed(chat.messages) if on_phone(m)), None)
    return {
        **contact(number),
        "unread": len(chat.unread),
        "window_until": chat.window_from and chat.window_from + 24 * 3600,
        "typing_until": chat.typing_until,
        "last": last
        and {
            "text": preview(last),
            "media": last.content.get("media", ""),
            "timestamp": last.timestamp,
            "from_business": last.from_business,
            "status": last.status,
        },
    }


def contact(number: Number) -> Json:
    """A business number as the phone's address book knows it."""
    return {
        "phone_number_id": number.phone_number_id,
        "verified_name": number.verified_name,
        "display_phone_number": number.display_phone_number,
    }
