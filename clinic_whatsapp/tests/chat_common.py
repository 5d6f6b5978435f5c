"""A clinic that has published what its chat says about privacy, and a patient with a telephone."""

import itertools
from datetime import timezone

from odoo.fields import Datetime

from .inbound_common import SENDER, InboundCase
from .privacy_common import freeze_text, switch_on

SHORT = "Mesajınız Papatya Klinik tarafından işlenir."


def unix(moment):
    """Return a naive UTC moment as Meta writes it."""
    return moment.replace(tzinfo=timezone.utc).timestamp()


class ChatCase(InboundCase):
    """Nothing about privacy is published before a test asks for it; time stands still for nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.patient.lang = "en_US"
        cls.count = itertools.count(1)
        cls.ledger = cls.env["clinic.consent"]
        cls.contact = cls.env["clinic.whatsapp.contact"]._for_patients(cls.patient, cls.root)[cls.patient]

    @classmethod
    def publish(cls, document_type, code=None, **vals):
        """Return a published text, newer than all before it."""
        return freeze_text(cls.root, document_type, code, **vals)

    def say(self, body, *, at=None, sender=SENDER, account=None, **values):
        """Let the patient write a text; return the message."""
        return self.take(
            "text",
            f"wamid.said.{next(self.count)}",
            sender=sender,
            account=account,
            at=at and unix(at),
            text={"body": body},
            **values,
        )

    def press(self, message, action, *, at=None):
        """Let the patient press a button of a message of ours; return the answer."""
        index = [button["action"] for button in self.buttons(message)].index(action)
        button = self.buttons(message)[index]
        return self.take(
            "interactive",
            f"wamid.pressed.{next(self.count)}",
            at=at and unix(at),
            interactive={"type": "button_reply", "button_reply": {"id": button["id"], "title": button["title"]}},
            context={"id": message.wamid},
        )

    def buttons(self, message):
        """Return the buttons under a message: ``[{"id", "title", "action"}]``."""
        content = message._load_content()
        return [
            {"id": button.id, "title": button.title, "action": button.id.split(":")[0]} for button in content.buttons
        ]

    def sent_messages(self, kind=None, contact=None):
        """Return what we queued or sent to a person, oldest first."""
        domain = [
            ("conversation_id.contact_id", "=", (contact or self.contact).id),
            ("direction", "=", "out"),
            ("state", "!=", "blocked"),
        ]
        return self.env["clinic.whatsapp.message"].search(
            [*domain, *([("kind", "=", kind)] if kind else [])], order="id"
        )

    def deliver_all(self, state="delivered"):
        """Let everything that waits be delivered, as Meta reports it."""
        for message in self.sent_messages().filtered(lambda message: message.state == "queued"):
            now = Datetime.now()
            message.write(
                {
                    "state": state,
                    "wamid": f"wamid.out.{message.id}",
                    "sent_at": now,
                    "delivered_at": now if state != "sent" else False,
                }
            )

    def standing(self, code="appointment", kind="channel_optin", partner=None):
        """Return the state that stands in the ledger, or None."""
        partner = partner or self.patient
        entry = self.ledger._get_standing(partner, self.root).get((partner, code, kind))
        return entry.status if entry else None

    @classmethod
    def switch_on(cls, *codes):
        switch_on(cls.root, *codes)
