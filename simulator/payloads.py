"""The JSON of Meta's webhooks, to the byte (cloud_api.md §5.2, §5.5–5.8).

Meta escapes what it sends: non-ASCII as ``\\uXXXX`` in lower-case hex and ``/`` as ``\\/``, and
signs the escaped bytes. A receiver that parses and serialises again before it checks the signature
fails here as it would fail with Meta.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from .errors import GraphError
from .state import Message, Number, Phone

Json = dict[str, Any]


def encode(payload: Json) -> bytes:
    text = json.dumps(payload, ensure_ascii=True, separators=(",", ":"))
    return text.replace("/", "\\/").encode("ascii")


def signature(body: bytes, app_secret: str) -> str:
    """The value of ``X-Hub-Signature-256``."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def envelope(waba_id: str, field: str, value: Json, time: int | None = None) -> Json:
    entry: Json = {"id": waba_id}
    if time is not None:
        entry["time"] = time
    entry["changes"] = [{"value": value, "field": field}]
    return {"object": "whatsapp_business_account", "entry": [entry]}


def inbound(number: Number, phone: Phone, message: Message) -> Json:
    """A ``messages`` webhook. A user who hides the phone is known by the BSUID only."""
    content = message.content
    item: Json = {} if phone.hide_number else {"from": phone.wire_id}
    item |= {
        "from_user_id": phone.user_id,
        "id": message.id,
        "timestamp": str(int(message.timestamp)),
        "type": message.type,
        message.type: content["wire"],
    }
    if message.type == "unsupported":
        item["errors"] = [unsupported_error(content.get("error", 131051))]
    quoted = {"from": number.digits, "id": message.reply_to} if message.reply_to else {}
    if quoted or content.get("context"):
        item["context"] = {**quoted, **content.get("context", {})}
    if content.get("referral"):
        item["referral"] = content["referral"]
    return message_event(number, item, contact(phone, with_number=not phone.hide_number))


def message_event(number: Number, item: Json, sender: Json | None = None) -> Json:
    """One item of ``messages[]`` in its envelope; system messages come without a contact."""
    value = value_of(number)
    if sender is not None:
        value["contacts"] = [sender]
    value["messages"] = [item]
    return envelope(number.waba_id, "messages", value)


def unsupported_error(code: int) -> Json:
    words = {131060: "This message is currently unavailable."}
    return GraphError(code, words.get(code, "Message type is currently not supported.")).status_error()


def status(number: Number, phone: Phone, message: Message, state: str, at: float) -> Json:
    """A ``statuses`` webhook. ``contacts`` comes with everything but ``failed``."""
    value = value_of(number)
    item: Json = {"id": message.id, "status": state, "timestamp": str(int(at))}
    number_known = message.to_phone or not phone.hide_number
    if state != "failed":
        with_username = state in ("delivered", "read")
        value["contacts"] = [contact(phone, number_known, with_username)]
        item["recipient_user_id"] = phone.user_id
    elif not message.to_phone:
        item["recipient_user_id"] = phone.user_id
    if message.to_phone or (number_known and state != "failed"):
        item["recipient_id"] = phone.wire_id
    item |= _status_extras(message, state)
    value["statuses"] = [item]
    return envelope(number.waba_id, "messages", value)


def _status_extras(message: Message, state: str) -> Json:
    extras: Json = {}
    if message.client_ref:
        extras["biz_opaque_callback_data"] = message.client_ref
    if message.template_id:
        extras["template_id"] = message.template_id
    if state == "failed" and message.fails_with:
        extras["errors"] = [message.fails_with]
    elif message.category and state in ("sent", "delivered"):
        extras["pricing"] = {
            "billable": message.billable,
            "pricing_model": "PMP",
            "type": "regular" if message.billable else "free_customer_service",
            "category": message.category,
        }
    return extras


def contact(phone: Phone, with_number: bool, with_username: bool = True) -> Json:
    profile: Json = {"name": phone.name} if phone.name else {}
    if phone.username and with_username:
        profile["username"] = phone.username
    entry: Json = {"profile": profile} if profile else {}
    if with_number:
        entry["wa_id"] = phone.wire_id
    entry["user_id"] = phone.user_id
    return entry


def value_of(number: Number) -> Json:
    return {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": number.digits,
            "phone_number_id": number.phone_number_id,
        },
    }
