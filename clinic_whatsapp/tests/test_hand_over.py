from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.messaging.account import DISABLED
from .inbound_common import STRANGER, InboundCase

REASON = "Moved to Ankara, wants to go on there"
SECRET = "I am afraid of the operation"


@tagged("post_install", "-at_install")
class TestHandOver(InboundCase):
    """A conversation goes on in another branch; what was said stays where it was said."""

    def setUp(self):
        super().setUp()
        self.message = self.take("text", "wamid.1", text={"body": SECRET})
        self.ours = self.message.conversation_id

    def hand_over(self, user=None, branch=None, reason=REASON, conversation=None):
        conversation = (conversation or self.ours).with_user(user or self.manager_a)
        conversation.action_hand_over((branch or self.branch_b).id, reason)
        return self.find_theirs()

    def find_theirs(self, account=None):
        return self.env["clinic.whatsapp.conversation"].search(
            [("account_id", "=", (account or self.account_b).id), ("contact_id", "=", self.ours.contact_id.id)]
        )

    def test_the_other_branch_gets_a_conversation_of_its_own_that_waits_for_an_answer(self):
        theirs = self.hand_over()
        self.assertEqual((theirs.company_id, theirs.partner_id), (self.branch_b, self.patient))
        self.assertEqual((theirs.state, theirs.unread_count), ("open", 1))
        self.assertTrue(theirs.waiting_since)
        self.assertEqual(self.ours.state, "closed")
        self.assertFalse(self.ours.waiting_since)

    def test_nothing_that_was_said_becomes_visible_to_the_other_branch(self):
        self.ours.with_user(self.user_a).message_post(body=f"Note: {SECRET}")
        theirs = self.hand_over().with_user(self.user_b)
        thread = theirs.get_thread()
        self.assertEqual(thread["messages"], [])
        self.assertFalse(theirs.whatsapp_message_ids)
        seen = "".join(str(body) for body in theirs.message_ids.mapped("body"))
        self.assertNotIn(SECRET, seen)
        self.assertFalse(theirs.last_message_preview)
        for record in (self.ours, self.message):
            with self.assertRaises(AccessError):
                record.with_user(self.user_b).read(["display_name"])

    def test_both_branches_keep_a_note_with_the_reason(self):
        theirs = self.hand_over()
        for conversation, user, branch in ((self.ours, self.user_a, "Çankaya"), (theirs, self.user_b, "Kadıköy")):
            notes = conversation.with_user(user).message_ids.filtered(lambda note: REASON in str(note.body))
            self.assertEqual(len(notes), 1)
            self.assertIn(branch, str(notes.body))
            self.assertEqual(notes.sudo().record_company_id, conversation.company_id)
        self.assertIn(self.manager_a.name, str(theirs.message_ids.filtered("body")[:1].body))

    def test_the_manager_sees_nothing_of_the_other_branch(self):
        theirs = self.hand_over()
        with self.assertRaises(AccessError):
            theirs.with_user(self.manager_a).read(["state"])
        notes = (
            self.env["mail.message"]
            .with_user(self.manager_a)
            .search([("model", "=", theirs._name), ("res_id", "=", theirs.id)])
        )
        self.assertFalse(notes)
        self.assertFalse(theirs.message_follower_ids.partner_id & self.manager_a.partner_id)

    def test_who_handed_over_what_is_written_down_without_name_and_reason(self):
        self.hand_over()
        change = self.env["clinic.privacy.change"].search(
            [("res_model", "=", self.ours._name), ("res_id", "=", self.ours.id)]
        )
        self.assertEqual((change.before, change.after), ("Kadıköy", "Çankaya"))
        self.assertEqual((change.changed_by_id, change.company_id), (self.manager_a, self.root))
        self.assertNotIn(REASON, repr(change.read()))
        self.assertNotIn(self.patient.name, repr(change.read()))
        with self.assertRaises(UserError):
            change.with_user(self.clinic_manager).write({"after": "Kadıköy"})

    def test_somebody_of_the_other_branch_is_asked_to_answer(self):
        activity = self.hand_over().activity_ids
        self.assertEqual(activity.user_id, self.user_b)
        self.assertEqual(activity.clinic_branch_id, self.branch_b)
        self.assertNotIn(SECRET, repr(activity.read()))

    def test_a_conversation_the_other_branch_has_already_is_used_and_keeps_its_owner(self):
        theirs = self.open_conversation(self.account_b, self.patient)
        theirs.write({"state": "closed", "assigned_user_id": self.user_b.id})
        self.assertEqual(self.hand_over(), theirs)
        self.assertEqual((theirs.state, theirs.assigned_user_id), ("open", self.user_b))

    def test_an_answer_of_the_other_branch_ends_the_wait(self):
        theirs = self.hand_over()
        theirs._open_window(self.env.cr.now())
        theirs.with_user(self.user_b)._send_text("Merhaba")
        self.assertFalse(theirs.waiting_since)

    def test_an_unknown_sender_stays_unknown(self):
        stranger = self.take("text", "wamid.2", text={"body": "Merhaba"}, sender=STRANGER).conversation_id
        stranger.with_user(self.manager_a).action_hand_over(self.branch_b.id, REASON)
        theirs = self.env["clinic.whatsapp.conversation"].search(
            [("account_id", "=", self.account_b.id), ("contact_id", "=", stranger.contact_id.id)]
        )
        self.assertFalse(theirs.partner_id)

    def test_only_managers_of_the_branch_hand_over(self):
        manager_b = self.create_user("manager.b", self.branch_b, "clinic_whatsapp.group_branch_manager")
        for user in (self.user_a, self.user_b, manager_b):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.hand_over(user)
        self.assertFalse(self.find_theirs())

    def test_a_reason_is_given(self):
        for reason in ("", "   ", None, "x" * 501):
            with self.subTest(reason=reason), self.assertRaises(UserError):
                self.hand_over(reason=reason)

    def test_only_branches_of_the_same_clinic_with_a_number_are_offered_and_taken(self):
        elsewhere = self.env["res.company"].create({"name": "Başka Klinik"})
        self.create_account(elsewhere, "100000000000009")
        closed = self.env["res.company"].create({"name": "Beşiktaş", "parent_id": self.root.id})
        self.create_account(closed, "100000000000008", state=DISABLED)
        offered = self.ours.with_user(self.manager_a).get_hand_over_branches()
        self.assertEqual(offered, [{"id": self.branch_b.id, "name": "Çankaya"}])
        for branch in (elsewhere, closed, self.branch_a, self.root):
            with self.subTest(branch=branch.name), self.assertRaises(UserError):
                self.hand_over(branch=branch)

    def test_reception_is_offered_no_branches(self):
        self.assertEqual(self.ours.with_user(self.user_a).get_hand_over_branches(), [])
        with self.assertRaises(AccessError):
            self.ours.with_user(self.user_b).get_hand_over_branches()
