"""Webhooks of one number, as Meta sends them."""

import time

from .common import WABA, ClinicCase

SENDER = "905300000001"  # the patient of ClinicCase
STRANGER = "905300000077"


class InboundCase(ClinicCase):
    def value(self, account=None, **parts):
        """Return the value of a webhook of the field ``messages``."""
        account = account or self.account_a
        metadata = {"display_phone_number": "905550000001", "phone_number_id": account.phone_number_id}
        return {"messaging_product": "whatsapp", "metadata": metadata, **parts}

    def body(self, *values, field="messages", **entry):
        changes = [{"field": field, "value": value} for value in values]
        return {"object": "whatsapp_business_account", "entry": [{"id": WABA, **entry, "changes": changes}]}

    def arrive(self, *values, account=None, field="messages", **entry):
        """Let a webhook arrive, and process it."""
        self.enqueue(account or self.account_a, self.body(*values, field=field, **entry))
        self.run_inbox()

    def incoming(self, kind, wamid, *, sender=SENDER, user_id=None, at=None, context=None, **content):
        """Return a message object; ``content`` is the object of its kind, unless it names it itself."""
        message = {"id": wamid, "timestamp": str(int(at or time.time())), "type": kind}
        if sender:
            message["from"] = sender
        if user_id:
            message["from_user_id"] = user_id
        if context:
            message["context"] = context
        message[kind] = content.pop(kind, content)
        return message

    def take(self, kind, wamid, *, account=None, profile="Deniz", **content):
        """Let one message arrive; return what was stored of it."""
        account = account or self.account_a
        message = self.incoming(kind, wamid, **content)
        ids = {"wa_id": message.get("from"), "user_id": message.get("from_user_id")}
        contact = {"profile": {"name": profile}, **{key: value for key, value in ids.items() if value}}
        self.arrive(self.value(account, contacts=[contact], messages=[message]), account=account)
        return self.find(wamid, account)

    def find(self, wamid, account=None):
        return self.env["clinic.whatsapp.message"].search(
            [("account_id", "=", (account or self.account_a).id), ("wamid", "=", wamid)]
        )

    def event(self, external_ref):
        return self.env["clinic.whatsapp.event"].search([("external_ref", "=", external_ref)])

    def status(self, status, *, wamid="wamid.out", client_ref=None, at=1750030073, **values):
        entry = {"id": wamid, "status": status, "timestamp": str(int(at)), "recipient_id": SENDER, **values}
        if client_ref:
            entry["biz_opaque_callback_data"] = client_ref
        return {key: value for key, value in entry.items() if value is not None}

    def take_statuses(self, *statuses, account=None):
        self.arrive(self.value(account, statuses=list(statuses)), account=account)

    def outbound(self, conversation=None, body="Merhaba", **vals):
        """Return a message of ours that Meta has taken."""
        conversation = conversation or self.open_conversation(self.account_a, self.patient)
        message = conversation._send_text(body)
        message.sudo().write({"state": "sent", "wamid": "wamid.out", **vals})
        return message

    def thread(self, conversation, user=None):
        """Return the bubbles that a receptionist sees, by message id."""
        bubbles = conversation.with_user(user or self.user_a).get_thread()["messages"]
        return {bubble["id"]: bubble for bubble in bubbles}

    def bubble(self, message):
        return self.thread(message.conversation_id)[message.id]

    def activities(self, record, xmlid=None):
        kind = self.env.ref(f"clinic_whatsapp.{xmlid}") if xmlid else None
        return record.activity_ids.filtered(lambda activity: not kind or activity.activity_type_id == kind)
