from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import SQL

from ..models.messaging.claim import PAIR_MESSAGES
from ..models.messaging.moments import utc_now
from .common import ClinicCase


@tagged("post_install", "-at_install")
class TestClaim(ClinicCase):
    """Which messages leave next."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.messages = cls.env["clinic.whatsapp.message"]
        cls.patients = cls.env["res.partner"].union(
            *(cls.create_patient(f"Hasta {number}", f"+9053000002{number:02d}") for number in range(8))
        )
        for patient in cls.patients:
            cls.opt_in(patient)
        cls.conversations = [cls.open_conversation(cls.account_a, patient) for patient in cls.patients]

    def remind(self, conversation, text="Hatırlatma", **vals):
        message = conversation._queue_text(text, "service", kind="automatic")
        message.sudo().write(vals)
        return message

    def claim(self, most=100, account=None):
        return self.messages._claim({account or self.account_a: most})

    def claim_urgent(self, most=100):
        return self.messages._claim_urgent(dict.fromkeys(self.account_a | self.account_b, most))

    def settle(self, messages):
        messages.write({"state": "sent"})
        messages.flush_recordset()

    def test_the_oldest_are_claimed_first_and_no_more_than_there_is_room(self):
        reminders = [self.remind(conversation) for conversation in self.conversations]
        claimed = self.claim(3)
        self.assertEqual(claimed, reminders[0] | reminders[1] | reminders[2])
        self.assertEqual(set(claimed.mapped("state")), {"sending"})
        self.assertEqual(set(claimed.mapped("attempts")), {1})

    def test_the_limit_holds_though_the_database_believes_the_queue_to_be_short(self):
        """It then runs through the queue, and looks for each message whether it is one of those that are chosen."""
        reminders = [self.remind(conversation) for conversation in self.conversations]
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE pg_class SET reltuples = 1, relpages = 100000 WHERE relname = 'clinic_whatsapp_message'"
        )
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "indexscan", "bitmapscan"):
            self.env.cr.execute(SQL("SET LOCAL %s = off", SQL.identifier(f"enable_{way}")))
        self.assertEqual(self.claim(3), reminders[0] | reminders[1] | reminders[2])

    def test_nothing_is_claimed_twice(self):
        self.remind(self.conversations[0])
        self.assertTrue(self.claim())
        self.assertFalse(self.claim())
        self.assertFalse(self.claim_urgent())

    def test_a_number_claims_its_own_messages_only(self):
        reminder = self.remind(self.conversations[0])
        self.assertFalse(self.claim(account=self.account_b))
        self.assertEqual(self.claim(), reminder)

    def test_of_a_conversation_only_the_oldest_is_claimed(self):
        first, second = self.remind(self.conversations[0]), self.remind(self.conversations[0])
        self.assertEqual(self.claim(), first)
        self.assertFalse(self.claim())
        self.settle(first)
        self.assertEqual(self.claim(), second)

    def test_a_postponed_message_keeps_its_place_in_the_conversation_and_holds_up_no_other(self):
        self.remind(self.conversations[0], next_attempt_at=utc_now() + timedelta(minutes=5))
        self.remind(self.conversations[0])
        other = self.remind(self.conversations[1])
        self.assertEqual(self.claim(), other)

    def test_a_message_whose_file_is_not_uploaded_keeps_its_place_in_the_conversation(self):
        waiting = self.remind(self.conversations[0], media_state="pending")
        later = self.remind(self.conversations[0])
        self.assertFalse(self.claim())
        waiting.sudo().media_state = "ready"
        self.assertEqual(self.claim(), waiting)
        self.settle(waiting)
        self.assertEqual(self.claim(), later)

    def test_what_persons_wrote_is_found_behind_any_bulk(self):
        for conversation in self.conversations[:6]:
            self.remind(conversation)
        reply = self.conversations[7]._send_text("Buyurun")
        self.assertEqual(self.claim_urgent(), reply)

    def test_what_waits_before_a_reply_in_the_same_conversation_becomes_urgent_too(self):
        for conversation in self.conversations[:6]:
            self.remind(conversation)
        reminder = self.remind(self.conversations[7])
        reply = self.conversations[7]._send_text("Buyurun")
        self.assertEqual(self.claim_urgent(), reminder)
        self.settle(reminder)
        self.assertEqual(self.claim_urgent(), reply)

    def test_a_reply_does_not_overtake_a_postponed_message_of_its_conversation(self):
        self.remind(self.conversations[7], next_attempt_at=utc_now() + timedelta(minutes=5))
        self.conversations[7]._send_text("Buyurun")
        self.assertFalse(self.claim_urgent())

    def test_nobody_gets_more_in_a_minute_than_whatsapp_allows_for_one_person(self):
        for _message in range(PAIR_MESSAGES):
            self.conversations[0]._send_text("satır")
            self.settle(self.claim_urgent())
        self.conversations[0]._send_text("bir fazla")
        other = self.conversations[1]._send_text("başkasına")
        self.assertEqual(self.claim_urgent(), other)
        self.settle(other)
        self.assertFalse(self.claim())
        sent = [("conversation_id", "=", self.conversations[0].id), ("state", "=", "sent")]
        earlier = self.messages.sudo().search(sent, order="id", limit=1)
        earlier.claimed_at = utc_now() - timedelta(minutes=2)
        self.assertEqual(len(self.claim()), 1)

    def test_a_message_that_somebody_else_writes_to_is_skipped(self):
        reminder = self.remind(self.conversations[0])
        self.env.flush_all()
        self.assertEqual(reminder._withdraw(), True)
        self.assertFalse(self.claim())

    def test_the_next_due_moment_is_told(self):
        self.assertIsNone(self.messages._get_next_due(self.account_a))
        later = utc_now() + timedelta(minutes=5)
        self.remind(self.conversations[0], next_attempt_at=later)
        self.env.flush_all()
        told = self.messages._get_next_due(self.account_a)
        self.assertLess(abs((told - later).total_seconds()), 2)
        self.remind(self.conversations[0])  # waits for the one before it, not for its time
        self.remind(self.conversations[1], media_state="pending")
        self.env.flush_all()
        self.assertEqual(self.messages._get_next_due(self.account_a), told)
        self.remind(self.conversations[2])
        self.env.flush_all()
        self.assertLess(self.messages._get_next_due(self.account_a), later)

    def test_a_claim_takes_a_constant_number_of_queries(self):
        for conversation in self.conversations:
            self.remind(conversation)
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.messages._claim({self.account_a: 4})

    def test_a_claim_walks_through_indexes_alone(self):
        """Whatever the statistics of a small table say: a scan or a sort of the whole queue would grow with it."""
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        bulk, urgent = (
            "\n".join(row[0] for row in self.env.execute_query(SQL("EXPLAIN %s", query)))
            for query in (
                self.messages._bulk_query(self.account_a, 9),
                self.messages._urgent_query(self.account_a, 9),
            )
        )
        self.assertNotIn("Seq Scan", bulk + urgent)
        self.assertIn("_queue_idx", bulk)
