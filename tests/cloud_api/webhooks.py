"""Webhook bodies as Meta sends them."""

import json

METADATA = {"display_phone_number": "905550000001", "phone_number_id": "106540352242922"}


def envelope(*values, field="messages", **entry):
    changes = [{"field": field, "value": value} for value in values]
    entries = [{"id": "102290129340398", **entry, "changes": changes}]
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()


def text(number=1, **more):
    return {
        "id": f"wamid.IN{number}",
        "from": "905550000012",
        "from_user_id": "TR.1349",
        "timestamp": "1750030073",
        "type": "text",
        "text": {"body": "Merhaba"},
        **more,
    }


def status(number=1, name="sent", **more):
    return {
        "id": f"wamid.OUT{number}",
        "status": name,
        "timestamp": "1750030073",
        "recipient_id": "905550000012",
        **more,
    }
