from datetime import datetime, timedelta

import pytz
from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged

from .inbound_common import STRANGER, InboundCase

MONDAY = datetime(2026, 3, 2, 7, 0)  # 10:00 in Istanbul, opening hours 8 to 12 and 13 to 17


@tagged("post_install", "-at_install")
class TestWatch(InboundCase):
    """Nobody is forgotten: what is put aside, what is overdue, what is open when the branch closes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for branch in cls.branch_a | cls.branch_b:
            branch.resource_calendar_id = cls.env["resource.calendar"].create(
                {"name": branch.name, "tz": "Europe/Istanbul", "company_id": branch.id}
            )
        cls.manager_b = cls.create_user("manager.b", cls.branch_b, "clinic_whatsapp.group_branch_manager")

    def watch(self, at):
        with freeze_time(at), self.cron_env() as env:
            env["clinic.whatsapp.conversation"]._cron_inbox_watch()

    def wait(self, at=MONDAY, wamid="wamid.1", **values):
        """Let a patient write at a moment."""
        with freeze_time(at):
            return self.take(
                "text", wamid, at=pytz.utc.localize(at).timestamp(), text={"body": "Merhaba"}, **values
            ).conversation_id

    def overdue(self, conversation):
        return self.activities(conversation, "activity_overdue")

    def day_end(self, account=None):
        return self.activities(account or self.account_a, "activity_day_end")

    # Overdue

    def test_an_overdue_answer_reaches_the_managers_of_the_branch_once(self):
        conversation = self.wait()
        self.watch(MONDAY + timedelta(minutes=59))
        self.assertFalse(self.overdue(conversation))
        self.watch(MONDAY + timedelta(minutes=61))
        self.watch(MONDAY + timedelta(minutes=66))
        activity = self.overdue(conversation)
        self.assertEqual(activity.user_id, self.manager_a, "not the manager of the clinic, where the branch has one")
        self.assertEqual(activity.clinic_branch_id, self.branch_a)

    def test_an_activity_that_was_done_does_not_come_back_for_the_same_wait(self):
        conversation = self.wait()
        self.watch(MONDAY + timedelta(minutes=61))
        self.overdue(conversation).action_done()
        self.watch(MONDAY + timedelta(minutes=66))
        self.assertFalse(self.overdue(conversation))

    def test_the_activity_goes_when_somebody_answers_and_comes_with_the_next_wait(self):
        conversation = self.wait()
        self.watch(MONDAY + timedelta(minutes=61))
        with freeze_time(MONDAY + timedelta(minutes=62)):
            conversation.with_user(self.user_a)._send_text("Merhaba")
        self.assertFalse(self.overdue(conversation))
        self.wait(MONDAY + timedelta(minutes=70), "wamid.2")
        self.watch(MONDAY + timedelta(minutes=75))
        self.assertFalse(self.overdue(conversation))
        self.watch(MONDAY + timedelta(minutes=131))
        self.assertFalse(self.overdue(conversation), "nobody has to answer at lunch")
        self.watch(MONDAY + timedelta(minutes=191))
        self.assertEqual(len(self.overdue(conversation)), 1)

    def test_closing_and_no_answer_needed_end_it_too(self):
        for number, act in enumerate(("action_close", "action_no_answer_needed")):
            conversation = self.wait(wamid=f"wamid.{number}")
            self.watch(MONDAY + timedelta(minutes=61))
            self.assertTrue(self.overdue(conversation))
            getattr(conversation.with_user(self.user_a), act)()
            with self.subTest(act=act):
                self.assertFalse(self.overdue(conversation))
                self.assertFalse(conversation.overdue_told_for)

    def test_what_is_put_aside_is_not_overdue_until_it_is_back(self):
        conversation = self.wait()
        with freeze_time(MONDAY):
            conversation.with_user(self.user_a).action_snooze(MONDAY + timedelta(hours=3))
        self.watch(MONDAY + timedelta(hours=2))
        self.assertFalse(self.overdue(conversation))
        self.watch(MONDAY + timedelta(hours=4))
        self.assertFalse(conversation.snoozed_until)
        self.assertTrue(self.overdue(conversation))

    def test_a_branch_without_a_manager_of_its_own_reaches_those_of_the_clinic(self):
        self.manager_a.active = False
        conversation = self.wait()
        self.watch(MONDAY + timedelta(minutes=61))
        self.assertIn(self.clinic_manager, self.overdue(conversation).user_id)

    def test_the_activity_says_nothing_about_the_patient_and_no_mail_leaves(self):
        mails = self.env["mail.mail"].search_count([])
        conversation = self.wait()
        self.watch(MONDAY + timedelta(minutes=61))
        activity = self.overdue(conversation)
        for word in (self.patient.name, "Merhaba", "0530"):
            self.assertNotIn(word, f"{activity.summary} {activity.note}")
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_the_manager_of_another_branch_hears_nothing(self):
        conversation = self.wait()
        self.watch(MONDAY + timedelta(minutes=61))
        mine = (
            self.env["mail.activity"].with_user(self.manager_b).search([("id", "in", self.overdue(conversation).ids)])
        )
        self.assertFalse(mine)

    # Put aside, left

    def test_the_watch_wakes_what_is_due_and_frees_what_nobody_can_see(self):
        conversation = self.wait()
        leaver = self.create_user("leaver", self.branch_a)
        conversation.assigned_user_id = leaver
        conversation.snoozed_until = MONDAY + timedelta(minutes=5)
        leaver.active = False
        self.watch(MONDAY + timedelta(minutes=6))
        self.assertFalse(conversation.snoozed_until or conversation.assigned_user_id)

    # End of the day

    def test_when_the_branch_closes_its_managers_get_the_list_once(self):
        self.wait()
        self.wait(wamid="wamid.2", sender=STRANGER)
        self.watch(MONDAY.replace(hour=13, minute=55))
        self.assertFalse(self.day_end())
        self.watch(MONDAY.replace(hour=14, minute=2))
        self.watch(MONDAY.replace(hour=14, minute=7))
        activity = self.day_end()
        self.assertEqual(activity.user_id, self.manager_a)
        self.assertEqual(activity.summary, "Open at the end of the day: 2")
        self.assertIn("Unanswered: 2. Without a colleague: 2. Put aside: 0.", activity.note.striptags())
        self.assertFalse(self.day_end(self.account_b), "nothing is open there")

    def test_the_next_day_replaces_the_list_and_an_empty_one_is_none(self):
        conversation = self.wait()
        self.watch(MONDAY.replace(hour=14, minute=2))
        first = self.day_end()
        self.watch(MONDAY.replace(hour=14, minute=2) + timedelta(days=1))
        self.assertNotEqual(self.day_end(), first)
        self.assertEqual(len(self.day_end()), 1)
        conversation.with_user(self.user_a).action_close()
        self.watch(MONDAY.replace(hour=14, minute=2) + timedelta(days=2))
        self.assertFalse(self.day_end())

    def test_on_a_day_without_hours_there_is_no_list(self):
        self.wait()
        sunday = MONDAY - timedelta(days=1)
        self.watch(sunday.replace(hour=20))
        self.assertFalse(self.day_end())

    def test_a_server_that_was_down_at_closing_makes_up_for_it_the_same_day(self):
        self.wait()
        self.watch(MONDAY.replace(hour=20, minute=30))
        self.assertTrue(self.day_end())

    def test_the_list_of_the_day_is_of_this_branch_only_and_names_nobody(self):
        self.wait()
        self.wait(wamid="wamid.b", account=self.account_b)
        self.watch(MONDAY.replace(hour=14, minute=2))
        activity = self.day_end()
        self.assertEqual(activity.summary, "Open at the end of the day: 1")
        self.assertNotIn(self.patient.name, f"{activity.summary} {activity.note}")
        self.assertEqual(self.day_end(self.account_b).user_id, self.manager_b)

    # The cron

    def test_the_cron_calls_the_watch(self):
        cron = self.env.ref("clinic_whatsapp.ir_cron_inbox_watch")
        self.assertEqual(
            (cron.code, cron.interval_number, cron.interval_type), ("model._cron_inbox_watch()", 5, "minutes")
        )

    def test_with_nothing_to_do_the_watch_costs_the_same_however_many_conversations_there_are(self):
        def count():
            conversations = self.env["clinic.whatsapp.conversation"]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            conversations._wake_due()
            conversations._free_of_leavers()
            conversations._escalate_overdue()
            conversations._end_escalations()
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for number in range(20):
            self.open_conversation(self.account_a, self.create_patient(f"P{number}", f"+9053122200{number:02}"))
        self.assertEqual(count(), few)

    def test_opening_hours_are_those_of_the_branch(self):
        closing = self.branch_a._get_closing(MONDAY)
        self.assertEqual(closing, MONDAY.replace(hour=14))
        self.branch_a.resource_calendar_id = False
        self.assertFalse(self.branch_a._get_closing(MONDAY))

    def test_a_holiday_has_no_closing(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.branch_a.id,
                "calendar_id": self.branch_a.resource_calendar_id.id,
                "date_from": fields.Datetime.to_string(MONDAY - timedelta(hours=10)),
                "date_to": fields.Datetime.to_string(MONDAY + timedelta(hours=14)),
            }
        )
        self.assertIsNone(self.branch_a._get_closing(MONDAY))
