from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .inbound_common import STRANGER, InboundCase


@tagged("post_install", "-at_install")
class TestAssignment(InboundCase):
    """A conversation belongs to whoever takes it, or to the least busy of those present."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.create_user("reception.a2", cls.branch_a)
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient)

    def come(self, *users, status="online"):
        self.env["mail.presence"].search([("user_id", "in", [user.id for user in users])]).unlink()
        self.env["mail.presence"].create([{"user_id": user.id, "status": status} for user in users])

    def occupy(self, user, count):
        for number in range(count):
            patient = self.create_patient(f"Patient {user.login} {number}", f"+9053111{user.id % 1000:03}{number:02}")
            self.open_conversation(self.account_a, patient).assigned_user_id = user

    def mine(self, user=None):
        return self.conversation.with_user(user or self.user_a)

    def arrive_text(self, wamid, **values):
        return self.take("text", wamid, text={"body": "Merhaba"}, **values).conversation_id

    def test_one_takes_a_conversation_gives_it_to_a_colleague_and_back_to_all(self):
        self.mine().action_assign_to_me()
        self.assertEqual(self.conversation.assigned_user_id, self.user_a)
        self.mine().action_assign(self.colleague.id)
        self.assertEqual(self.conversation.assigned_user_id, self.colleague)
        self.mine().action_unassign()
        self.assertFalse(self.conversation.assigned_user_id)

    def test_nobody_of_another_branch_gets_a_conversation(self):
        with self.assertRaises(ValidationError):
            self.mine().action_assign(self.user_b.id)

    def test_nobody_who_cannot_open_it_gets_a_conversation(self):
        employee = self.create_user("employee", self.branch_a, "base.group_user")
        with self.assertRaises(ValidationError):
            self.mine().action_assign(employee.id)
        with self.assertRaises(UserError):
            self.mine().action_assign(10**9)

    def test_nobody_assigns_in_another_branch(self):
        for act in (
            lambda conversation: conversation.action_assign(self.colleague.id),
            lambda conversation: conversation.action_unassign(),
            lambda conversation: conversation.action_assign_least_busy(),
            lambda conversation: conversation.get_colleagues(),
        ):
            with self.assertRaises(AccessError):
                act(self.mine(self.user_b))

    def test_the_least_busy_of_those_present_gets_it(self):
        self.come(self.user_a, self.colleague)
        self.occupy(self.user_a, 2)
        self.occupy(self.colleague, 1)
        self.mine().action_assign_least_busy()
        self.assertEqual(self.conversation.assigned_user_id, self.colleague)

    def test_who_is_away_counts_as_present_and_who_has_left_does_not(self):
        self.come(self.user_a, status="away")
        self.come(self.colleague, status="offline")
        self.occupy(self.user_a, 3)
        self.mine().action_assign_least_busy()
        self.assertEqual(self.conversation.assigned_user_id, self.user_a)

    def test_closed_and_snoozed_conversations_keep_nobody_busy(self):
        self.come(self.user_a, self.colleague)
        self.occupy(self.user_a, 2)
        busy = self.env["clinic.whatsapp.conversation"].search([("assigned_user_id", "=", self.user_a.id)])
        busy[0].state = "closed"
        busy[1].snoozed_until = self.env.cr.now().replace(year=2100)
        self.occupy(self.colleague, 1)
        self.mine().action_assign_least_busy()
        self.assertEqual(self.conversation.assigned_user_id, self.user_a)

    def test_somebody_busy_in_another_branch_is_busy(self):
        both = self.create_user("both", self.branch_a | self.branch_b)
        self.come(both, self.colleague)
        other = self.open_conversation(self.account_b, self.create_patient("Ela Örnek", "+905300000055"))
        other.assigned_user_id = both
        self.mine().action_assign_least_busy()
        self.assertEqual(self.conversation.assigned_user_id, self.colleague)

    def test_with_nobody_present_one_is_told_to_choose(self):
        self.come(self.user_b)
        with self.assertRaisesRegex(UserError, "Nobody of Kadıköy is online"):
            self.mine().action_assign_least_busy()

    def test_managers_of_the_clinic_get_work_only_when_nobody_else_is_there(self):
        self.come(self.clinic_manager, self.colleague)
        self.occupy(self.colleague, 3)
        self.mine().action_assign_least_busy()
        self.assertEqual(self.conversation.assigned_user_id, self.colleague)
        self.come(self.colleague, status="offline")
        self.mine().action_assign_least_busy()
        self.assertEqual(self.conversation.assigned_user_id, self.clinic_manager)

    def test_colleagues_are_offered_with_presence_and_load(self):
        self.come(self.colleague)
        self.occupy(self.colleague, 2)
        offered = self.mine().get_colleagues()
        self.assertEqual(
            offered[0],
            {"id": self.colleague.id, "name": self.colleague.name, "is_present": True, "open_count": 2},
        )
        ids = [row["id"] for row in offered]
        self.assertIn(self.user_a.id, ids)
        self.assertNotIn(self.user_b.id, ids)

    def test_how_much_a_colleague_has_in_another_branch_is_not_told(self):
        both = self.create_user("both", self.branch_a | self.branch_b)
        self.open_conversation(self.account_b, self.patient).assigned_user_id = both
        [row] = [row for row in self.mine().get_colleagues() if row["id"] == both.id]
        self.assertEqual(row["open_count"], 0)

    def test_a_message_nobody_has_taken_is_assigned_where_the_branch_wants_it(self):
        self.come(self.user_a)
        self.assertFalse(self.arrive_text("wamid.1").assigned_user_id, "not switched on")
        self.branch_a.whatsapp_auto_assign = True
        self.assertEqual(self.arrive_text("wamid.2").assigned_user_id, self.user_a)

    def test_by_itself_nothing_is_taken_away_from_anybody(self):
        self.branch_a.whatsapp_auto_assign = True
        self.conversation.assigned_user_id = self.colleague
        self.come(self.user_a)
        self.assertEqual(self.arrive_text("wamid.1").assigned_user_id, self.colleague)

    def test_by_itself_what_belongs_to_somebody_who_left_gets_a_new_owner(self):
        self.branch_a.whatsapp_auto_assign = True
        self.conversation.assigned_user_id = self.colleague
        self.colleague.write({"company_ids": [(6, 0, self.branch_b.ids)], "company_id": self.branch_b.id})
        self.come(self.user_a)
        self.assertEqual(self.arrive_text("wamid.1").assigned_user_id, self.user_a)

    def test_with_nobody_present_what_arrives_stays_free_and_arrives(self):
        self.branch_a.whatsapp_auto_assign = True
        conversation = self.arrive_text("wamid.1")
        self.assertFalse(conversation.assigned_user_id)
        self.assertEqual(conversation.unread_count, 1)

    def test_two_patients_go_to_two_colleagues(self):
        self.branch_a.whatsapp_auto_assign = True
        self.come(self.user_a, self.colleague)
        first = self.arrive_text("wamid.1")
        second = self.arrive_text("wamid.2", sender=STRANGER)
        self.assertNotEqual(first.assigned_user_id, second.assigned_user_id)

    def test_a_reaction_is_no_reason_to_assign(self):
        self.branch_a.whatsapp_auto_assign = True
        first = self.arrive_text("wamid.1")
        self.come(self.user_a)
        self.take("reaction", "wamid.2", message_id="wamid.1", emoji="👍")
        self.assertFalse(first.assigned_user_id)

    def test_what_belongs_to_somebody_who_left_is_free_again(self):
        gone = self.open_conversation(self.account_a, self.create_patient("Ela Örnek", "+905300000055"))
        kept = self.open_conversation(self.account_a, self.create_patient("Can Örnek", "+905300000056"))
        closed = self.open_conversation(self.account_a, self.create_patient("Su Örnek", "+905300000057"))
        retired = self.create_user("retired", self.branch_a)
        (gone | closed).assigned_user_id = self.colleague
        closed.state = "closed"
        kept.assigned_user_id, self.conversation.assigned_user_id = self.user_a, retired
        self.colleague.write({"company_ids": [(6, 0, self.branch_b.ids)], "company_id": self.branch_b.id})
        retired.active = False
        freed = self.env["clinic.whatsapp.conversation"]._free_of_leavers()
        self.assertEqual(freed, gone | self.conversation)
        self.assertEqual((kept | closed).assigned_user_id, self.user_a | self.colleague)
        self.assertFalse(freed.assigned_user_id)

    def test_who_assigned_whom_stands_in_the_notes(self):
        before = self.conversation.message_ids
        self.mine().action_assign(self.colleague.id)
        self.mine().action_assign(self.colleague.id)
        self.mine().action_unassign()
        notes = (self.conversation.message_ids - before).sorted("id")
        self.assertEqual(
            [str(note.body) for note in notes],
            [f"<p>Assigned to {self.colleague.name}.</p>", "<p>Assigned to nobody.</p>"],
        )
        self.assertEqual(notes.author_id, self.user_a.partner_id)
        self.assertEqual(notes.sudo().record_company_id, self.branch_a)

    def test_nobody_is_mailed_or_made_a_follower_by_an_assignment(self):
        followers, mails = self.conversation.message_follower_ids, self.env["mail.mail"].search_count([])
        self.mine().action_assign(self.colleague.id)
        self.assertEqual(self.conversation.message_follower_ids, followers)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
