from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ClinicCase


@tagged("post_install", "-at_install")
class TestInboxNotes(ClinicCase):
    """What a branch says among itself, between the messages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient)
        cls.colleague = cls.create_user("colleague.a", cls.branch_a)

    def setUp(self):
        super().setUp()
        self.desk = self.conversation.with_user(self.user_a)

    def get_notes(self, user=None):
        return self.conversation.with_user(user or self.user_a).get_thread()["notes"]

    def test_a_note_stands_in_the_thread_of_every_colleague(self):
        self.desk.action_add_note("Call her\nafter five")
        (note,) = self.get_notes(self.colleague)
        self.assertEqual((note["kind"], note["author"]), ("note", self.user_a.name))
        self.assertEqual(note["body"], "Call her\nafter five")

    def test_a_note_never_becomes_a_message_to_the_patient(self):
        before = self.env["clinic.whatsapp.message"].search_count([])
        self.desk.action_add_note("Internal")
        self.assertEqual(self.env["clinic.whatsapp.message"].search_count([]), before)
        self.assertFalse(self.env["mail.mail"].search([("model", "=", self.conversation._name)]))
        self.assertNotIn(self.patient, self.conversation.message_partner_ids)

    def test_markup_in_a_note_is_text(self):
        self.desk.action_add_note("<script>alert(1)</script> <b>x</b>")
        self.assertEqual(self.get_notes()[0]["body"], "<script>alert(1)</script> <b>x</b>")
        stored = self.conversation.message_ids[:1].body
        self.assertNotIn("<script", stored)
        self.assertIn("&lt;script", stored)

    def test_who_is_named_is_told_and_nobody_else(self):
        users = self.colleague | self.user_b | self.env.ref("base.public_user")
        self.desk.action_add_note("Please look", users.ids)
        told = self.conversation.message_ids[:1].notified_partner_ids
        self.assertEqual(told, self.colleague.partner_id)

    def test_another_branch_neither_reads_nor_writes_notes(self):
        self.desk.action_add_note("Internal")
        with self.assertRaises(AccessError):
            self.get_notes(self.user_b)
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.user_b).action_add_note("Mine")

    def test_an_empty_or_endless_note_is_refused(self):
        for body, words in (("  ", "Write something"), ("x" * 4097, "4096")):
            with self.subTest(body=body[:3]), self.assertRaisesRegex(UserError, words):
                self.desk.action_add_note(body)

    def test_what_happened_is_an_event_and_no_note(self):
        self.desk._message_log(body="Assigned to somebody.")
        (event,) = self.get_notes()
        self.assertEqual((event["kind"], event["body"]), ("event", "Assigned to somebody."))

    def test_who_closed_reopened_and_put_aside_is_told(self):
        until = fields.Datetime.now() + timedelta(days=1)
        self.desk.action_set_pending()
        self.desk.action_snooze(until)
        self.desk.action_wake()
        self.desk.action_close()
        self.desk.action_close()
        self.desk.action_reopen()
        events = self.get_notes(self.colleague)
        self.assertEqual({event["author"] for event in events}, {self.user_a.name})
        moment = self.desk._format_moment(until.replace(microsecond=0))
        self.assertEqual(
            [event["body"] for event in events],
            ["Waits for the patient.", f"Put aside until {moment}.", "No longer put aside.", "Closed.", "Reopened."],
        )

    def test_what_the_patients_message_does_is_no_decision_of_anybody(self):
        self.conversation.state = "closed"
        self.receive(self.account_a, self.text("Merhaba", wamid="wamid.1"))
        self.assertEqual(self.conversation.state, "open")
        self.assertEqual(self.get_notes(), [])

    def test_every_page_has_what_happened_between_its_messages(self):
        """Each note once, however the pages fall and whatever has the same second."""
        start = fields.Datetime.now() - timedelta(days=1)
        messages = [self.write_at(start + timedelta(minutes=number)) for number in range(9)]
        for minutes in (-5, 0, 1.5, 3, 3, 4.5, 8, 20):
            self.note_at(start + timedelta(minutes=minutes), str(minutes))
        pages, before = [], None
        for _page in range(3):
            thread = self.desk.get_thread(before_id=before, limit=3)
            pages.append([note["body"] for note in thread["notes"]])
            before = thread["messages"][0]["id"]
        self.assertEqual(pages, [["8", "20"], ["3", "3", "4.5"], ["-5", "0", "1.5"]])
        self.assertEqual(before, messages[0].id)

    def test_no_note_is_lost_or_doubled_in_the_fraction_of_a_second(self):
        """What we send has the moment of its row, which has microseconds; notes have none."""
        for _number in range(3):
            self.conversation._send_text("Buyurun")
        self.env.flush_all()
        second = fields.Datetime.now() - timedelta(hours=1)
        for number, message in enumerate(self.conversation.whatsapp_message_ids.sorted("id")):
            self.env.cr.execute(
                "UPDATE clinic_whatsapp_message SET create_date = %s, sent_at = NULL WHERE id = %s",
                [second + timedelta(milliseconds=300 * number + 100), message.id],
            )
        self.env.invalidate_all()
        self.note_at(second, "now")
        bodies, before, has_more = [], None, True
        while has_more:
            thread = self.desk.get_thread(before_id=before, limit=1)
            bodies += [note["body"] for note in thread["notes"]]
            before, has_more = thread["messages"][0]["id"], thread["has_more"]
        self.assertEqual(bodies, ["now"])

    def test_what_the_patient_decided_stands_in_the_thread_and_is_written_nowhere(self):
        self.opt_in(self.patient)
        before, name = self.conversation.message_ids, self.appointment_purpose.name
        self.decide("withdrawn", "staff")
        self.decide("refused", "spoken")
        events = self.get_notes()
        self.assertEqual({event["kind"] for event in events}, {"event"})
        self.assertEqual(
            [event["body"] for event in events],
            [f"Agreed: {name} (Spoken to staff)", f"Taken back: {name} (Staff)", f"Said no: {name} (Spoken to staff)"],
        )
        self.assertEqual([event["author"] for event in events], [False, self.user_a.name, self.user_a.name])
        self.assertEqual(self.conversation.message_ids, before)
        self.assertTrue(all(str(event["id"]).startswith("consent_") for event in events))

    def test_what_was_decided_at_another_branch_is_told_to_those_only_who_may_read_it(self):
        self.opt_in(self.patient, self.branch_b)
        self.assertEqual(self.get_notes(), [])
        both = self.create_user("both", self.branch_a | self.branch_b)
        self.assertEqual(len(self.get_notes(both)), 1)
        self.conversation.partner_id = False
        self.assertEqual(self.get_notes(both), [])

    def decide(self, status, method):
        consents = self.env["clinic.consent"].with_user(self.user_a).sudo()
        consents._record(self.patient, self.appointment_purpose, status, method=method, company=self.branch_a)

    def write_at(self, moment):
        return self.env["clinic.whatsapp.message"].create(
            {
                "conversation_id": self.conversation.id,
                "partner_id": self.patient.id,
                "direction": "in",
                "kind": False,
                "state": "received",
                "body": "Merhaba",
                "wamid": f"wamid.{moment}",
                "sent_at": moment,
            }
        )

    def note_at(self, moment, body):
        self.desk.action_add_note(body)
        self.conversation.message_ids[:1].sudo().date = moment

    def test_many_notes_cost_no_more_queries_than_few(self):
        def write(count):
            for number in range(count):
                self.conversation.with_user((self.user_a, self.colleague)[number % 2]).action_add_note(str(number))
                with freeze_time(fields.Datetime.now() + timedelta(minutes=count + number)):
                    self.decide(("granted", "withdrawn")[number % 2], ("spoken", "staff")[number % 2])

        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.desk._prepare_notes()
            return self.env.cr.sql_log_count - before

        self.deliver_notice(self.patient)
        write(2)
        count_queries()  # what Odoo asks once
        few = count_queries()
        write(20)
        self.assertEqual(len(self.desk._prepare_notes()), 44)
        self.assertEqual(count_queries(), few)
        self.assertLessEqual(few, 12)
