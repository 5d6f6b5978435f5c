import itertools
import json
import time
from datetime import timedelta, timezone

from odoo import fields
from odoo.tests import tagged

from .inbound_common import SENDER, STRANGER, InboundCase

NOW = int(time.time())
UNDELIVERABLE = {"code": 131026, "title": "Message undeliverable", "error_data": {"details": "Not on WhatsApp"}}
NO_PAYMENT = {"code": 131042, "title": "Business eligibility payment issue"}


@tagged("post_install", "-at_install")
class TestStatuses(InboundCase):
    """What Meta reports about our messages, in whatever order."""

    def test_every_order_of_the_same_statuses_ends_the_same(self):
        prices = {"pricing": {"type": "regular", "category": "utility"}}
        statuses = [
            self.status("sent", at=NOW, **prices),
            self.status("delivered", at=NOW + 1, **prices),
            self.status("read", at=NOW + 2),
            self.status("played", at=NOW + 3),
        ]
        ends = set()
        conversation = self.open_conversation(self.account_a, self.patient)
        for number, order in enumerate(itertools.permutations(statuses)):
            wamid = f"wamid.{number}"
            message = self.outbound(conversation, state="sending", wamid=wamid)
            self.take_statuses(*({**status, "id": wamid} for status in order))
            ends.add((message.state, message.sent_at, message.delivered_at, message.read_at, message.played_at,
                      message.pricing_type, message.pricing_category))  # fmt: skip
        self.assertEqual(len(ends), 1, ends)
        self.assertEqual(ends.pop()[0], "read")

    def test_one_by_one_they_end_the_same_as_together(self):
        message = self.outbound()
        for name in ("read", "sent", "delivered", "read"):
            self.take_statuses(self.status(name))
        self.assertEqual(message.state, "read")
        self.assertTrue(message.sent_at and message.delivered_at and message.read_at)

    def test_arrival_proves_more_than_a_failure_in_any_order(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        for number, order in enumerate(itertools.permutations(("failed", "delivered", "sent"))):
            message = self.outbound(conversation, wamid=f"wamid.{number}")
            for name in order:
                errors = {"errors": [UNDELIVERABLE]} if name == "failed" else {}
                self.take_statuses(self.status(name, wamid=f"wamid.{number}", **errors))
            self.assertEqual((message.state, message.error_code), ("delivered", 0), order)
            self.assertTrue(message.error_log, "it is kept that Meta said so")

    def test_a_failure_keeps_all_its_errors_encrypted(self):
        message = self.outbound()
        self.take_statuses(self.status("failed", errors=[UNDELIVERABLE, {"code": 10**30, "title": "odd\x00"}]))
        self.assertEqual((message.state, message.error_code), ("failed", 131026))
        self.assertEqual(message.error_detail, "Not on WhatsApp")
        first, second = json.loads(message.error_log)
        self.assertEqual((first["code"], second["title"]), (131026, "odd"))
        self.env.cr.execute("SELECT error_log FROM clinic_whatsapp_message WHERE id = %s", [message.id])
        self.assertNotIn("WhatsApp", self.env.cr.fetchone()[0])

    def test_a_played_voice_message_is_read_too(self):
        message = self.outbound()
        self.take_statuses(self.status("played", at=NOW))
        played_at = message.played_at.replace(tzinfo=timezone.utc)
        self.assertEqual((message.state, int(played_at.timestamp())), ("read", NOW))

    def test_a_word_of_tomorrow_changes_nothing_and_costs_nothing(self):
        message = self.outbound()
        self.take_statuses(self.status("pondered"), self.status("delivered"))
        self.assertEqual(message.state, "delivered")
        self.assertEqual(self.event("status:wamid.out:pondered").state, "done")

    def test_one_bad_status_never_costs_its_neighbours(self):
        message = self.outbound()
        bad = self.status("sent", wamid="wamid.bad")
        bad["timestamp"] = "never"
        self.take_statuses(bad, self.status("read"), self.status("sent", wamid="wamid.nobody"))
        self.assertEqual(message.state, "read")
        self.assertEqual(self.event("status:wamid.bad:sent").state, "dead", "nobody can read it, ever")
        self.assertEqual(self.event("status:wamid.nobody:sent").state, "new", "its message may come")

    def test_a_set_needs_no_more_queries_than_one(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        counts = []
        for size in (1, 40):
            messages = [self.outbound(conversation, wamid=f"wamid.{size}.{n}") for n in range(size)]
            self.enqueue(self.account_a, self.body(self.value(statuses=[
                self.status(name, wamid=message.wamid, at=NOW + n)
                for n, message in enumerate(messages) for name in ("sent", "delivered")
            ])))  # fmt: skip
            self.env.flush_all()
            self.env.invalidate_all()
            events = self.env["clinic.whatsapp.event"]._claim(self.account_a)
            self.assertEqual(len(events), 2 * size)
            before = self.env.cr.sql_log_count
            events._process()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 4)

    def test_the_branch_is_told_once_about_a_set(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        for number in range(5):
            self.outbound(conversation, wamid=f"wamid.{number}")
        self.env.cr.precommit.run()
        bus = [("message", "like", "clinic_whatsapp/update")]
        before = self.env["bus.bus"].search_count(bus)
        self.take_statuses(*(self.status("read", wamid=f"wamid.{number}") for number in range(5)))
        self.env.cr.precommit.run()
        self.assertEqual(self.env["bus.bus"].search_count(bus), before + 1)


@tagged("post_install", "-at_install")
class TestLessons(InboundCase):
    """What the clinic learns from failures that Meta reports later."""

    def fail(self, error, at=None, message=None):
        message = message or self.outbound()
        self.take_statuses(self.status("failed", wamid=message.wamid, at=at or NOW, errors=[error]))
        return message

    def test_a_problem_of_the_number_pauses_it_with_one_activity(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        for number in range(2):
            self.fail(NO_PAYMENT, message=self.outbound(conversation, wamid=f"wamid.{number}"))
        self.assertEqual(self.account_a.state, "needs_attention")
        self.assertTrue(self.account_a.state_reason)
        self.assertEqual(len(self.account_a.activity_ids), 1)
        self.assertEqual(self.account_b.state, "connected")

    def test_a_failure_from_before_the_last_look_at_the_number_pauses_nothing(self):
        self.account_a.health_checked_at = fields.Datetime.now()
        self.fail(NO_PAYMENT, at=NOW - 100)
        self.assertEqual(self.account_a.state, "connected")

    def test_an_error_without_a_message_pauses_the_number_too(self):
        self.arrive(self.value(errors=[NO_PAYMENT]))
        self.assertEqual(self.account_a.state, "needs_attention")

    def test_an_error_that_stops_nothing_is_reported_as_a_finding(self):
        self.arrive(self.value(errors=[{"code": 130429, "title": "Rate limit hit"}]))
        self.assertEqual(self.account_a.state, "connected")
        self.assertIn("alert:130429", self.account_a.findings)
        self.assertFalse(self.env["clinic.whatsapp.event"].search([("state", "=", "dead")]))

    def test_who_cannot_be_reached_is_remembered_until_he_writes(self):
        conversation = self.open_conversation(self.account_a, self.patient, window=False)
        message = self.fail(UNDELIVERABLE, at=NOW - 100, message=self.outbound(conversation))
        contact = message.conversation_id.contact_id
        self.assertTrue(contact.unreachable_at)
        self.take("text", "wamid.1", text={"body": "x"}, at=NOW - 200)
        self.assertTrue(contact.unreachable_at, "he wrote before")
        self.take("text", "wamid.2", text={"body": "x"}, at=NOW - 50)
        self.assertFalse(contact.unreachable_at)

    def test_a_failure_from_before_his_last_message_says_nothing(self):
        conversation = self.take("text", "wamid.1", text={"body": "x"}, at=NOW).conversation_id
        self.fail(UNDELIVERABLE, at=NOW - 100, message=self.outbound(conversation))
        self.assertFalse(conversation.contact_id.unreachable_at)

    def test_another_number_may_be_reachable(self):
        contact = self.fail(UNDELIVERABLE).conversation_id.contact_id
        contact.phone = f"+{STRANGER}"
        self.assertFalse(contact.unreachable_at)

    def test_metas_word_about_the_window_beats_our_clock_unless_he_wrote_since(self):
        conversation = self.open_conversation(self.account_a, self.patient, window=False)
        conversation._open_window(fields.Datetime.now() - timedelta(hours=2))
        self.fail({"code": 131047, "title": "Re-engagement message"}, message=self.outbound(conversation))
        self.assertFalse(conversation.is_window_open)
        conversation = self.take("text", "wamid.1", text={"body": "x"}, at=NOW + 60).conversation_id
        self.fail({"code": 131047}, at=NOW + 30, message=self.outbound(conversation, wamid="wamid.2"))
        self.assertTrue(conversation.is_window_open)

    # marketing

    def choose(self, value, at, **who):
        choice = {"value": value, "category": "marketing_messages", "timestamp": at, "wa_id": SENDER, **who}
        self.arrive(self.value(user_preferences=[choice]), field="user_preferences")
        return self.env["clinic.whatsapp.contact"].search([("company_id", "=", self.root.id), ("wa_id", "=", SENDER)])

    def test_marketing_is_stopped_and_resumed_in_whatsapp(self):
        contact = self.choose("stop", NOW)
        self.assertEqual(contact.marketing_stopped_at.replace(tzinfo=timezone.utc).timestamp(), NOW)
        self.assertFalse(contact.suppressed_at, "everything else may still be sent")
        self.choose("resume", NOW + 10)
        self.assertFalse(contact.marketing_stopped_at)
        self.choose("stop", NOW + 5)
        self.assertFalse(contact.marketing_stopped_at, "an older decision that comes late")

    def test_other_preferences_change_nothing(self):
        contact = self.choose("stop", NOW, category="calls")
        self.assertFalse(contact.marketing_stopped_at)

    def test_a_message_that_meets_the_marketing_stop_tells_of_it(self):
        contact = self.fail({"code": 131050, "title": "User stopped marketing"}).conversation_id.contact_id
        self.assertTrue(contact.marketing_stopped_at)
        self.assertFalse(contact.unreachable_at)

    # stop words

    def test_a_late_stop_never_undoes_a_newer_start(self):
        conversation = self.take("text", "wamid.2", text={"body": "BAŞLA"}, at=NOW).conversation_id
        self.take("text", "wamid.1", text={"body": "DUR"}, at=NOW - 60)
        self.assertFalse(conversation.contact_id.suppressed_at)

    def test_a_late_start_never_undoes_a_newer_stop(self):
        conversation = self.take("text", "wamid.2", text={"body": "DUR"}, at=NOW).conversation_id
        self.take("text", "wamid.1", text={"body": "BAŞLA"}, at=NOW - 60)
        self.assertTrue(conversation.contact_id.suppressed_at)


@tagged("post_install", "-at_install")
class TestRetention(InboundCase):
    """What Meta sent is kept as long as the clinic says, and no longer (7 days by default)."""

    def age(self, event, days):
        self.env.cr.execute(
            "UPDATE clinic_whatsapp_event SET create_date = create_date - %s * interval '1 day' WHERE id = %s",
            [days, event.id],
        )
        event.invalidate_recordset()

    def collect(self):
        self.env["clinic.whatsapp.event"]._gc_payloads()

    def test_what_was_processed_is_deleted(self):
        self.take("text", "wamid.1", text={"body": "gizli"})
        event = self.event("message:wamid.1")
        self.age(event, 6)
        self.collect()
        self.assertTrue(event.exists())
        self.age(event, 2)
        self.collect()
        self.assertFalse(event.exists())

    def test_the_words_of_what_was_parked_are_deleted_and_its_error_stays(self):
        bad = self.incoming("text", "wamid.1", body="gizli")
        bad["timestamp"] = "never"
        self.arrive(self.value(messages=[bad]))
        event = self.event("message:wamid.1")
        self.assertTrue(event.payload)
        self.age(event, 8)
        self.collect()
        self.assertEqual((event.state, event.payload), ("dead", False))
        self.assertTrue(event.error)
        event.with_user(self.clinic_manager).action_replay()
        self.assertEqual(event.state, "dead", "there is nothing left to process")

    def test_what_waits_is_kept(self):
        self.enqueue(self.account_a, self.body(self.value(messages=[self.incoming("text", "wamid.1", body="x")])))
        event = self.event("message:wamid.1")
        self.age(event, 60)
        self.collect()
        self.assertTrue(event.payload)

    def test_the_clinic_says_how_long(self):
        self.env["ir.config_parameter"].set_param("clinic_whatsapp.payload_days", "3")
        self.take("text", "wamid.1", text={"body": "x"})
        event = self.event("message:wamid.1")
        self.age(event, 4)
        self.collect()
        self.assertFalse(event.exists())
