"""“No messages at all”, on the page of the preferences and at the desk: one stop for all (legal.md LR-42)."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command, Datetime
from odoo.tests import HttpCase, tagged

from .chat_common import ChatCase
from .pages_common import PagesMixin


@tagged("post_install", "-at_install")
class TestStopAtTheDesk(ChatCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.opt_in(cls.patient)
        cls.seen = cls.patient.with_user(cls.user_a).with_company(cls.branch_a)

    def open_window(self):
        return self.open_conversation(self.account_a, self.patient)

    def test_lr42_one_action_does_what_stop_does(self):
        self.seen.action_stop_all_messages()
        self.assertTrue(self.contact.suppressed_at)
        self.assertEqual(self.standing(), "withdrawn")
        entry = self.patient.consent_ids[0]
        self.assertEqual((entry.method, entry.recorded_by_id), ("staff", self.user_a))

    def test_lr42_who_agreed_to_nothing_is_stopped_too(self):
        self.ledger._record(
            self.patient, self.appointment_purpose, "withdrawn", method="staff", company=self.branch_a
        )  # fmt: skip
        count = self.ledger.search_count([])
        self.seen.action_stop_all_messages()
        self.assertTrue(self.contact.suppressed_at)
        self.assertEqual(self.ledger.search_count([]), count, "nothing was left to take back")

    def test_lr42_a_number_that_never_wrote_is_stopped(self):
        fresh = self.create_patient("Ece Örnek", "+905300000077")
        fresh.with_user(self.user_a).with_company(self.branch_a).action_stop_all_messages()
        self.assertTrue(fresh.whatsapp_contact_ids.suppressed_at)

    def test_lr16_what_waits_in_the_queue_is_blocked_with_its_reason(self):
        conversation = self.open_window()
        conversation.with_user(self.user_a).action_send_text("Merhaba")
        waiting = self.sent_messages()
        self.seen.action_stop_all_messages()
        self.env.cr.precommit.run()
        self.assertEqual(waiting.state, "blocked")

    def test_lr41_it_is_confirmed_once_inside_the_window_and_never_outside(self):
        self.seen.action_stop_all_messages()
        self.assertFalse(self.sent_messages())
        self.contact.suppressed_at = False
        self.open_window()
        for _time in range(2):
            self.seen.action_stop_all_messages()
        self.assertEqual(self.sent_messages().mapped("kind"), ["optout_confirm"])

    def test_lr42_whoever_else_has_the_number_is_stopped_with_it(self):
        child = self.create_patient("Can Örnek", self.patient.phone)
        self.contact.partner_ids = [Command.link(child.id)]
        self.opt_in(child)
        self.seen.action_stop_all_messages()
        self.assertEqual(self.standing(partner=child), "withdrawn")

    def test_lr43_start_lifts_it_again(self):
        self.seen.action_stop_all_messages()
        self.say("START", at=Datetime.now() + timedelta(minutes=1))
        self.assertFalse(self.contact.suppressed_at)
        self.assertEqual(self.standing(), "withdrawn", "no consent comes back by itself")

    def test_whoever_does_not_see_patients_stops_nobody(self):
        stranger = self.create_user("stranger", self.branch_a, "base.group_user")
        with self.assertRaises(AccessError):
            self.patient.with_user(stranger).action_stop_all_messages()

    def test_lr16c_two_clicks_are_enough(self):
        view = self.patient.with_user(self.user_a).get_view(self.env.ref("base.view_partner_form").id)["arch"]
        self.assertIn('name="action_stop_all_messages"', view)


@tagged("post_install", "-at_install")
class TestStopOnThePage(PagesMixin, HttpCase):
    def setUp(self):
        super().setUp()
        self.hand_over_notice()
        self.opt_in(self.patient)
        _request, self.path = self.ask(kind="preferences")

    def contacts(self):
        self.env.invalidate_all()
        return self.patient.whatsapp_contact_ids

    def stop(self):
        hidden = {"csrf_token": self.read_fields(self.open(self.path))["csrf_token"], "action": "withdraw_all"}
        return self.opener.post(self.base_url() + self.path, hidden, timeout=30)

    def test_lr42_stop_all_messages_writes_the_suppression_of_stop(self):
        page = self.stop()
        self.assertEqual(page.status_code, 200)
        self.assertIn("All WhatsApp messages to you are stopped", page.text)
        self.assertTrue(self.contacts().suppressed_at)
        entry = self.entries()[-1]
        self.assertEqual((entry.status, entry.method, entry.ip), ("withdrawn", "link", "127.0.0.1"))

    def test_lr42_who_agreed_to_nothing_can_stop_all_messages(self):
        self.post(self.path, action="withdraw", purpose="appointment")
        self.assertIn('value="withdraw_all"', self.open(self.path).text)
        self.stop()
        self.assertTrue(self.contacts().suppressed_at)
        self.assertNotIn('value="withdraw_all"', self.open(self.path).text)

    def test_lr42_one_purpose_taken_back_stops_nothing_else(self):
        self.post(self.path, action="withdraw", purpose="appointment")
        self.assertFalse(any(self.contacts().mapped("suppressed_at")))

    def test_lr43_who_agrees_afresh_gets_messages_again(self):
        self.stop()
        _request, path = self.ask()
        self.sign(path)
        self.assertFalse(any(self.contacts().mapped("suppressed_at")))

    def test_lr41_the_page_confirms_in_the_chat_inside_the_window_only(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        page = self.open(self.path)
        for _time in range(2):  # the second one is pressed on a page that was still open
            hidden = {"csrf_token": self.read_fields(page)["csrf_token"], "action": "withdraw_all"}
            self.opener.post(self.base_url() + self.path, hidden, timeout=30)
        messages = self.env["clinic.whatsapp.message"].search(
            [("conversation_id", "=", conversation.id), ("kind", "=", "optout_confirm")]
        )
        self.assertEqual(len(messages), 1)
