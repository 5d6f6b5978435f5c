"""The inbox against a generated history of conversations, delivered in every way in which Meta may deliver it.

Tested freedoms: **any** order of messages, reactions, edits, revokes, statuses and marketing choices (Meta promises
none), each of them repeated, several in one webhook or each in its own, bodies that get lost and come again at the end,
and the inbox running at any moment in between. Not varied: two messages of one person never carry the same second, as
within a second nothing but the arrival tells their order. Changes of identity, stop words and the choice of a patient
have side effects (activities, a confirmation) that depend on what was known at the time; they have tests of their own.
"""

import time
from datetime import datetime, timezone

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odoo.tests import tagged

from .inbound_common import SENDER, STRANGER, InboundCase

BOUNDED = {
    "max_examples": 20,
    "phases": (Phase.explicit, Phase.generate),  # shrinking would take minutes
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}
START = int(time.time()) - 3600
PATIENT, VISITOR, HIDDEN = range(3)  # with phone and id, with a phone and sometimes an id, with an id only
IDENTITIES = {
    PATIENT: ({"sender": SENDER, "user_id": "TR.patient"},),
    VISITOR: ({"sender": STRANGER, "user_id": "TR.visitor"}, {"sender": STRANGER}),
    HIDDEN: ({"sender": None, "user_id": "TR.hidden"},),
}
STATUSES = ("sent", "delivered", "read", "played", "failed")
CONTACT = ("phone", "wa_id", "user_ref", "unreachable_at", "marketing_stopped_at")
OURS = ("wamid.known", "wamid.learned")  # one whose id we know, one that Meta never answered

kinds = st.sampled_from(
    ("text", "text", "text", "image", "location", "quote", "reaction", "unreaction", "edit", "revoke", "unsupported",
     "status", "status", "status", "marketing")
)  # fmt: skip
facts = st.lists(
    st.tuples(kinds, st.sampled_from((PATIENT, VISITOR, HIDDEN)), st.integers(0, 50), st.integers(0, 50)),
    min_size=1,
    max_size=14,
)


class Undo(Exception):
    """Ends a stream; nothing of it stays."""


@tagged("post_install", "-at_install")
class TestStream(InboundCase):
    def setUp(self):
        super().setUp()
        conversation = self.open_conversation(self.account_a, self.patient, window=False)
        conversation._queue_text("Biliyoruz", "service").sudo().write(
            {"state": "sent", "block_reason": False, "wamid": OURS[0], "sent_at": self.moment(START - 60)}
        )
        unsure = conversation._queue_text("Bilmiyoruz", "service")
        unsure.sudo().write({"state": "unknown", "block_reason": False})
        conversation.state = "closed"
        known = conversation.whatsapp_message_ids - unsure
        self.refs = {OURS[0]: known.client_ref, OURS[1]: unsure.client_ref}
        self.env.flush_all()

    def moment(self, seconds):
        return datetime.fromtimestamp(seconds, tz=timezone.utc).replace(tzinfo=None)

    # building webhooks

    def build(self, history):
        """Return the webhook values of a history, in the order in which things happened."""
        said, values, told = {who: [] for who in IDENTITIES}, [], set()
        for number, (kind, who, one, other) in enumerate(history):
            at = START + 10 * number
            if kind == "status":
                status = self.build_status(one, other, at)
                if (status["id"], status["status"]) in told:
                    continue  # Meta says each of them once, however often it repeats that
                told.add((status["id"], status["status"]))
                values.append(("messages", self.value(statuses=[status])))
            elif kind == "marketing":
                values.append(("user_preferences", self.build_choice(one, at)))
            elif message := self.build_message(kind, who, one, number, at, said[who]):
                if kind in ("text", "image", "location", "quote"):
                    said[who].append(message["id"])
                values.append(("messages", self.value(contacts=[self.build_contact(message)], messages=[message])))
        return values

    def build_status(self, one, other, at):
        wamid, name = OURS[one % 2], STATUSES[other % len(STATUSES)]
        errors = {"errors": [{"code": 131026, "title": "Message undeliverable"}]} if name == "failed" else {}
        price = {"pricing": {"type": "regular", "category": "service"}}
        ids = {"recipient_user_id": "TR.patient"} if one % 3 else {}
        return self.status(name, wamid=wamid, client_ref=self.refs[wamid], at=at, **errors, **price, **ids)

    def build_choice(self, one, at):
        value = "stop" if one % 2 else "resume"
        who = {"wa_id": SENDER, "user_id": "TR.patient"}
        choice = {"value": value, "category": "marketing_messages", "timestamp": at, **who}
        return self.value(user_preferences=[choice])

    def build_message(self, kind, who, one, number, at, said):
        identities = IDENTITIES[who]
        common = {"at": at, **identities[one % len(identities)]}
        targets = [*said, *(OURS if who == PATIENT else ())]
        target = targets[one % len(targets)] if targets else "wamid.never"
        own = said[one % len(said)] if said else "wamid.never"
        new = {"type": "text", "text": {"body": f"yeni {number}"}}
        content = {
            "text": {"body": f"mesaj {number}"},
            "quote": {"body": f"cevap {number}"},
            "image": {"id": str(number), "mime_type": "image/jpeg", "caption": f"resim {number}"},
            "location": {"latitude": 41.0, "longitude": 29.0},
            "reaction": {"message_id": target, "emoji": "👍❤️😮"[one % 3]},
            "unreaction": {"message_id": target},
            "edit": {"original_message_id": own, "message": new},
            "revoke": {"original_message_id": own},
            "unsupported": {"type": "poll_creation"},
        }[kind]
        wire = {"unreaction": "reaction", "quote": "text"}.get(kind, kind)
        context = {"id": target} if kind == "quote" else None
        return self.incoming(wire, f"wamid.in.{number}", context=context, **common, **{wire: content})

    def build_contact(self, message):
        ids = {"wa_id": message.get("from"), "user_id": message.get("from_user_id")}
        return {"profile": {"name": "Ad"}, **{key: value for key, value in ids.items() if value}}

    # delivering

    def deliver(self, bodies, run_after):
        for number, body in enumerate(bodies):
            self.enqueue(self.account_a, body)
            if run_after(number):
                self.process()
        for _round in range(3):  # what came before its message is tried again
            self.env["clinic.whatsapp.event"].search([("state", "=", "new")]).next_attempt_at = False
            self.process()

    def process(self):
        events = self.env["clinic.whatsapp.event"]
        while batch := events._claim(self.account_a):
            batch._process()

    def to_bodies(self, values):
        return [self.body(value, field=field) for field, value in values]

    def spoil(self, values, data):
        """Return bodies with the same facts: in another order, repeated, merged, lost and sent again."""
        order = data.draw(st.permutations(values))
        repeated = [value for value in order if data.draw(st.booleans())]
        stream = data.draw(st.permutations([*order, *repeated]))
        bodies, lost = [], []
        while stream:
            size = data.draw(st.integers(1, 4))
            part, stream = stream[:size], stream[size:]
            changes = [{"field": field, "value": value} for field, value in part]
            body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}
            (lost if data.draw(st.integers(0, 4)) == 0 else bodies).append(body)
        return [*bodies, *lost]

    # looking

    def end_of(self, bodies, run_after):
        """Return what everybody sees after a stream, and undo it."""
        try:
            with self.env.cr.savepoint():
                self.deliver(bodies, run_after)
                seen = self.look()
                raise Undo
        except Undo:
            self.env.invalidate_all()
        return seen

    def look(self):
        self.env.flush_all()
        self.env.invalidate_all()
        parked = self.env["clinic.whatsapp.event"].search([("state", "!=", "done")])
        return {
            "parked": sorted((event.external_ref, event.error) for event in parked),
            "conversations": {
                self.name_of(conversation): self.look_at(conversation)
                for conversation in self.env["clinic.whatsapp.conversation"].search(
                    [("account_id", "=", self.account_a.id)]
                )
            },
        }

    def name_of(self, conversation):
        return conversation.contact_id.user_ref or conversation.contact_id.phone

    def look_at(self, conversation):
        contact = conversation.contact_id
        thread = conversation.with_user(self.user_a).get_thread()
        wamids = {message.id: message.wamid or message.client_ref for message in conversation.whatsapp_message_ids}
        header = thread["conversation"]
        return {
            "header": {key: value for key, value in header.items() if key != "id"},
            "patient": conversation.partner_id.name,
            "preview": conversation.last_message_preview,
            "last": conversation.last_message_at,
            "contact": [contact[name] for name in CONTACT],
            "bubbles": [self.strip(bubble, wamids) for bubble in thread["messages"]],
            "messages": {
                message.wamid: (message.sent_at, message.delivered_at, message.read_at, message.played_at,
                                message.pricing_type, message.error_code, message.partner_id.name)
                for message in conversation.whatsapp_message_ids
            },
        }  # fmt: skip

    def strip(self, bubble, wamids):
        media = bubble["media"] and {key: value for key, value in bubble["media"].items() if key != "url"}
        quoted = bubble["quoted"] and {**bubble["quoted"], "id": wamids[bubble["quoted"]["id"]]}
        reactions = sorted(map(str, bubble["reactions"]))
        return {**bubble, "id": wamids[bubble["id"]], "media": media, "quoted": quoted, "reactions": reactions}

    def test_every_delivery_of_a_history_ends_like_the_clean_one(self):
        self.maxDiff = None

        @settings(**BOUNDED)
        @given(facts, st.data())
        def run(history, data):
            values = self.build(history)
            clean = self.end_of(self.to_bodies(values), lambda _number: True)
            moments = data.draw(st.sets(st.integers(0, 20)))
            spoilt = self.end_of(self.spoil(values, data), lambda number: number in moments)
            self.assertEqual(clean, spoilt)

        run()

    def test_the_comparison_sees_a_lost_message(self):
        values = self.build([("text", PATIENT, 0, 0), ("text", PATIENT, 0, 0)])
        whole = self.end_of(self.to_bodies(values), lambda _number: True)
        self.assertNotEqual(whole, self.end_of(self.to_bodies(values[:1]), lambda _number: True))
