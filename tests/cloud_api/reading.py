"""Read one message or status, after the same way through ``split`` that a real one takes."""

import json
from datetime import datetime, timezone

from cloud_api.webhook import parse_message, parse_status, split

AT = datetime(2025, 6, 15, 23, 27, 53, tzinfo=timezone.utc)
CONTACT = {"profile": {"name": "Ayşe"}, "wa_id": "905550000012", "user_id": "TR.1349"}
MEDIA = {"id": "77", "mime_type": "image/jpeg", "sha256": "x"}


def message(kind="text", contact=CONTACT, **more):
    wire = {
        "id": "wamid.IN",
        "from": "905550000012",
        "from_user_id": "TR.1349",
        "timestamp": "1750030073",
        "type": kind,
        **more,
    }
    return parse_message(through_split({"messages": [drop_absent(wire)]}, contact))


def status(name="sent", contact=None, **more):
    wire = {
        "id": "wamid.OUT",
        "status": name,
        "timestamp": "1750030073",
        "recipient_id": "905550000012",
        **more,
    }
    return parse_status(through_split({"statuses": [drop_absent(wire)]}, contact))


def drop_absent(wire):
    return {key: part for key, part in wire.items() if part is not ...}


def through_split(value, contact):
    value = {**value, "contacts": [contact]} if contact else value
    change = {"field": "messages", "value": value}
    entry = {"id": "1", "changes": [change]}
    document = {"object": "whatsapp_business_account", "entry": [entry]}
    (item,) = split(json.dumps(document).encode())
    return item.payload
