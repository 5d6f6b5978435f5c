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
from .state import Message, Number, Phone, Template

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
    item: Json = {} if phone.hide_number else {"from": phone.wa_id}
    item |= {
        "from_user_id": phone.user_id,
        "id": message.id,
        "timestamp": str(int(message.timestamp)),
        "type": message.type,
        message.type: message.content["wire"],
    }
    if message.type == "unsupported":
        item["errors"] = [
            GraphError(131051, "Message type is currently not supported").status_error()
        ]
    if message.reply_to:
        item["context"] = {"from": number.digits, "id": message.reply_to}
    value = _value(number)
    value["contacts"] = [contact(phone, with_number=not phone.hide_number)]
    value["messages"] = [item]
    return envelope(number.waba_id, "messages", value)


def status(number: Number, phone: Phone, message: Message, state: str, at: float) -> Json:
    """A ``statuses`` webhook. ``contacts`` comes with everything but ``failed``."""
    value = _value(number)
    item: Json = {"id": message.id, "status": state, "timestamp": str(int(at))}
    number_known = message.to_phone or not phone.hide_number
    if state != "failed":
        with_username = state in ("delivered", "read")
        value["contacts"] = [contact(phone, number_known, with_username)]
        item["recipient_user_id"] = phone.user_id
    elif not message.to_phone:
        item["recipient_user_id"] = phone.user_id
    if message.to_phone or (number_known and state != "failed"):
        item["recipient_id"] = phone.wa_id
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
        entry["wa_id"] = phone.wa_id
    entry["user_id"] = phone.user_id
    return entry


def template_status(waba_id: str, template: Template, time: float) -> Json:
    """The outcome of a review, or a pause: ids are integers here, strings in the REST API."""
    value: Json = {
        "event": template.status,
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "message_template_category": template.category,
        "reason": template.rejected_reason,
    }
    if template.status == "REJECTED":
        value["rejection_info"] = {
            "reason": "The simulator was told to reject new templates.",
            "recommendation": "Set the review to approve and submit the template again.",
        }
    return envelope(waba_id, "message_template_status_update", value, int(time))


def _value(number: Number) -> Json:
    return {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": number.digits,
            "phone_number_id": number.phone_number_id,
        },
    }
