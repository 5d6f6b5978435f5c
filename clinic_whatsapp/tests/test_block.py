from odoo.exceptions import AccessError
from odoo.tests import tagged

from .inbound_common import STRANGER, InboundCase


@tagged("post_install", "-at_install")
class TestBlock(InboundCase):
    """A blocked sender is stored and raises nothing."""

    def setUp(self):
        super().setUp()
        self.conversation = self.take("text", "wamid.0", text={"body": "Merhaba"}).conversation_id
        self.mine = self.conversation.with_user(self.user_a)

    def say(self, body, wamid, **values):
        return self.take("text", wamid, text={"body": body}, **values)

    def state(self):
        self.env.invalidate_all()
        fields = ("state", "unread_count", "waiting_since", "assigned_user_id", "snoozed_until")
        return [self.conversation[name] for name in fields]

    def sent(self, conversation=None):
        domain = [("conversation_id", "=", (conversation or self.conversation).id), ("direction", "=", "out")]
        return self.env["clinic.whatsapp.message"].search(domain)

    def test_blocking_closes_what_is_open_and_leaves_a_note(self):
        self.mine.action_block()
        self.assertTrue(self.conversation.contact_id.blocked_at)
        self.assertEqual((self.conversation.state, self.conversation.unread_count), ("closed", 0))
        self.assertFalse(self.conversation.waiting_since)
        [note] = self.conversation.message_ids.filtered(lambda note: "Sender blocked" in str(note.body))
        self.assertEqual(note.author_id, self.user_a.partner_id)

    def test_what_a_blocked_sender_writes_is_stored_and_raises_nothing(self):
        self.branch_a.whatsapp_auto_assign = True
        self.env["mail.presence"].create({"user_id": self.user_a.id, "status": "online"})
        self.mine.action_block()
        before, activities, sent = self.state(), self.conversation.activity_ids, self.sent()
        last_message_at = self.conversation.last_message_at
        message = self.say("Cevap verin!", "wamid.1")
        picture = self.take("image", "wamid.2", id="media.1", mime_type="image/jpeg", sha256="x")
        self.assertEqual((message.state, message.body), ("received", "Cevap verin!"))
        self.assertTrue(picture)
        self.assertEqual(self.state(), before)
        self.assertEqual(self.conversation.last_message_at, last_message_at)
        self.assertEqual((self.conversation.activity_ids, self.sent()), (activities, sent))

    def test_an_unknown_blocked_sender_is_not_asked_about_nor_greeted(self):
        self.create_patient("Kardeş Örnek", "0530 000 00 77")
        self.create_patient("Torun Örnek", "0530 000 00 77")
        contact = self.env["clinic.whatsapp.contact"].create({"company_id": self.root.id, "phone": f"+{STRANGER}"})
        contact.blocked_at = self.env.cr.now()
        conversation = self.say("Merhaba", "wamid.1", sender=STRANGER).conversation_id
        self.assertEqual(conversation.contact_id, contact)
        self.assertFalse(conversation.activity_ids)
        self.assertFalse(self.sent(conversation))
        self.assertEqual((conversation.unread_count, conversation.waiting_since), (0, False))

    def test_a_blocked_sender_of_one_branch_raises_nothing_in_another(self):
        self.mine.action_block()
        other = self.say("Merhaba", "wamid.1", account=self.account_b).conversation_id
        self.assertEqual((other.company_id, other.unread_count), (self.branch_b, 0))
        self.assertFalse(other.activity_ids)
        other.with_user(self.user_b).action_unblock()
        self.assertFalse(self.conversation.contact_id.blocked_at)

    def test_a_stop_counts_all_the_same(self):
        self.mine.action_block()
        self.say("STOP", "wamid.1")
        self.assertTrue(self.conversation.contact_id.suppressed_at)
        self.assertIn("optout_confirm", self.sent().mapped("kind"))

    def test_an_emergency_gets_the_number_to_call_and_a_person_all_the_same(self):
        """Life before comfort: the activity is raised once, and nothing else of the block is lifted."""
        word = self.env["clinic.lint.word"].search([("kind", "=", "emergency"), ("effect", "=", "flag")], limit=1)
        self.mine.action_block()
        before = self.state()
        for wamid in ("wamid.1", "wamid.2"):
            self.say(word.text, wamid)
        self.assertEqual(self.sent().mapped("kind").count("emergency"), 1)
        activity = self.conversation.activity_ids
        self.assertEqual(activity.activity_type_id, self.env.ref("clinic_whatsapp.activity_emergency"))
        self.assertIn(self.branch_a, activity.user_id.company_ids)
        self.assertEqual(self.state(), before)
        self.assertTrue(self.conversation.contact_id.blocked_at)

    def test_whatsapp_opens_the_window_whoever_is_blocked(self):
        self.mine.action_block()
        self.conversation.window_expires_at = False
        self.say("Merhaba", "wamid.1")
        self.assertTrue(self.conversation.is_window_open)

    def test_after_the_block_everything_is_as_before_and_nothing_old_comes_up(self):
        self.mine.action_block()
        self.say("Cevap verin!", "wamid.1")
        self.mine.action_unblock()
        self.assertEqual((self.conversation.unread_count, self.conversation.waiting_since), (0, False))
        new = self.say("Özür dilerim", "wamid.2")
        self.assertEqual((self.conversation.state, self.conversation.unread_count), ("open", 1))
        self.assertEqual(self.conversation.waiting_since, new.sent_at)

    def test_blocking_twice_notes_it_once(self):
        for _time in range(2):
            self.mine.action_block()
        notes = self.conversation.message_ids.filtered(lambda note: "Sender blocked" in str(note.body))
        self.assertEqual(len(notes), 1)

    def test_the_block_is_set_by_the_action_only(self):
        with self.assertRaises(AccessError):
            self.conversation.contact_id.with_user(self.user_a).write({"blocked_at": False})
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.user_b).action_block()
