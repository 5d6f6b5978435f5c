"""What a patient does with a message that is on the phone: pressing, choosing, filling a form, reacting, editing,
deleting.

Each action names a message of the chat and returns the type of the inbound message, its content, and the message it
quotes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .inbound_content import BadAction, Json, own_number
from .render import on_phone
from .state import Chat, Message, World

Inbound = tuple[str, Json, str]


def press(world: World, chat: Chat, action: Json) -> Inbound:
    message = received(world, chat, action.get("message_id"))
    button = _pick(message, action)
    label = button["text"]
    if button["kind"] == "quick_reply":
        wire = {"payload": button["payload"], "text": label}
        return "button", {"text": label, "wire": wire}, message.id
    if button["kind"] == "reply":
        reply = {"id": button["id"], "title": label}
        return "interactive", _interactive("button_reply", reply, label), message.id
    if button["kind"] == "request_contact_info":
        return "contacts", own_number(world.phones[chat.wa_id]), message.id
    raise BadAction(f"The button {label!r} sends nothing.")


def choose(world: World, chat: Chat, action: Json) -> Inbound:
    message = received(world, chat, action.get("message_id"))
    for button in message.content.get("buttons", []):
        for section in button.get("sections", []):
            for row in section["rows"]:
                if row["id"] == action.get("row_id"):
                    reply = {key: value for key, value in row.items() if value}
                    return "interactive", _interactive("list_reply", reply, row["title"]), message.id
    raise BadAction("That message has no such row.")


def answer_form(world: World, chat: Chat, action: Json) -> Inbound:
    """``answers`` of a flow; its token comes back unless ``with_token`` is false (cloud_api.md §9.2)."""
    message = received(world, chat, action.get("message_id"))
    form = next((b for b in message.content.get("buttons", []) if b["kind"] == "flow"), None)
    if form is None:
        raise BadAction("That message has no form.")
    answers = action.get("answers") or {}
    if not isinstance(answers, dict):
        raise BadAction("answers is an object.")
    if action.get("with_token", True):
        answers = {**answers, "flow_token": form["flow_token"]}
    reply = {"name": "flow", "body": "Sent", "response_json": json.dumps(answers, ensure_ascii=False)}
    return "interactive", _interactive("nfm_reply", reply, form["text"]), message.id


def react(world: World, chat: Chat, action: Json) -> Inbound:
    target = received(world, chat, action.get("message_id"))
    emoji = str(action.get("emoji") or "")
    wire = {"message_id": target.id}
    if emoji or action.get("empty_removal"):
        wire["emoji"] = emoji
    target.own_reaction = emoji
    return "reaction", {"wire": wire, "target": target}, ""


def edit(world: World, chat: Chat, action: Json) -> Inbound:
    """Changes the words of an own message; of a picture, its caption."""
    target = _own(world, chat, action.get("message_id"))
    words = action.get("text")
    if not isinstance(words, str) or not words.strip():
        raise BadAction("text must not be empty.")
    if target.type == "text":
        inner = {"body": words}
    elif target.type in ("image", "video", "document"):
        inner = {**target.content["wire"], "caption": words}
    else:
        raise BadAction(f"A message of type {target.type} cannot be edited.")
    target.content |= {"text": words, "edited": True, "wire": inner}
    wire = {"original_message_id": target.id, "message": {"type": target.type, target.type: inner}}
    return "edit", {"wire": wire, "target": target}, ""


def revoke(world: World, chat: Chat, action: Json) -> Inbound:
    """Deletes an own message for everyone."""
    target = _own(world, chat, action.get("message_id"))
    target.content = {"text": "", "revoked": True}
    return "revoke", {"wire": {"original_message_id": target.id}, "target": target}, ""


ACTIONS: dict[str, Callable[[World, Chat, Json], Inbound]] = {
    "button": press,
    "list": choose,
    "flow": answer_form,
    "reaction": react,
    "edit": edit,
    "revoke": revoke,
}
SILENT = ("reaction", "edit", "revoke")


def received(world: World, chat: Chat, message_id: Any) -> Message:
    message = world.find(chat, str(message_id))
    if message is None or not on_phone(message):
        raise BadAction(f"The phone has no message {message_id} in this chat.")
    return message


def _own(world: World, chat: Chat, message_id: Any) -> Message:
    message = received(world, chat, message_id)
    if message.from_business or message.content.get("revoked"):
        raise BadAction("Only an own message that is still there can be changed.")
    return message


def _interactive(kind: str, reply: Json, label: str) -> Json:
    return {"text": label, "wire": {"type": kind, kind: reply}}


def _pick(message: Message, press_: Json) -> Json:
    buttons = message.content.get("buttons", [])
    index = press_.get("index")
    if "label" in press_:
        labels = [button["text"] for button in buttons]
        index = labels.index(press_["label"]) if press_["label"] in labels else None
    if not isinstance(index, int) or not 0 <= index < len(buttons):
        raise BadAction(f"The message has {len(buttons)} button(s); there is no such one.")
    return buttons[index]
