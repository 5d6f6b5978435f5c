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

    def test_only_the_newest_page_has_notes(self):
        self.desk.action_add_note("Internal")
        message = self.receive(self.account_a, self.text("Hello", wamid="wamid.1"))
        self.assertNotIn("notes", self.desk.get_thread(before_id=message.id))

    def test_many_notes_cost_no_more_queries_than_two(self):
        def write(count):
            for number in range(count):
                self.conversation.with_user((self.user_a, self.colleague)[number % 2]).action_add_note(str(number))

        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.desk._prepare_notes()
            return self.env.cr.sql_log_count - before

        write(2)
        count_queries()  # what Odoo asks once
        few = count_queries()
        write(20)
        self.assertEqual(count_queries(), few)
        self.assertLessEqual(few, 6)
