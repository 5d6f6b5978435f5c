"""Who answers is told once what came of it, whatever becomes of the message that was going to tell him."""

from datetime import timedelta

from odoo.tests import tagged

from .appointment_common import NOW
from .test_move_in_chat import HOUR, TwoWayCase

MINUTE = timedelta(minutes=1)
LATER = NOW + HOUR + MINUTE


@tagged("post_install", "-at_install")
class TestAcknowledgedAllTheSame(TwoWayCase):
    def setUp(self):
        super().setUp()
        self.told = self.reminder_template.copy({"name": "told", "account_id": self.account_a.id})
        self.told.status = "approved"

    def tell(self, trigger, **vals):
        automation = self.automate(trigger, **vals)
        automation.step_ids.template_id = self.told
        self.run_planner()
        return automation

    def test_automation_that_the_gate_stops(self):
        for action, trigger, words in (
            ("confirm", "confirmed", "it is confirmed"),
            ("cancel", "cancelled", "has been cancelled"),
        ):
            with self.subTest(action):
                self.tell(trigger)
                self.told.status = "paused"
                before = self.said("answer")
                self.press(self.asked, action)
                self.assertEqual(self.said("answer"), before, "the automation is going to say it")
                self.run_planner()
                answer = self.said("answer") - before
                self.assertEqual(len(answer), 1)
                self.assertIn(words, answer.body)
                self.run_planner()
                self.assertEqual(self.said("answer") - before, answer)

    def test_automation_that_breaks(self):
        automation = self.tell("confirmed", domain="[('note', '=', False)]")
        self.press(self.asked, "confirm")
        self.env.flush_all()
        self.env.cr.execute("UPDATE clinic_whatsapp_automation SET domain = 'x' WHERE id = %s", [automation.id])
        self.env.invalidate_all()
        self.run_planner()
        self.assertEqual([reason for _state, reason in self.states(self.visit)], ["broken"])
        self.assertEqual(len(self.said("answer")), 1)

    def test_message_that_leaves_needs_no_second_word(self):
        self.tell("confirmed")
        self.press(self.asked, "confirm")
        self.run_planner()
        self.assertEqual([state for state, _reason in self.states(self.visit)], ["queued"])
        self.assertFalse(self.said("answer"))

    def test_another_automation_that_tells_it_is_enough(self):
        self.tell("confirmed")
        other = self.automate("confirmed", once_a_day=False)
        self.run_planner()
        self.told.status = "paused"
        self.press(self.asked, "confirm")
        self.run_planner()
        self.assertEqual(self.rows(self.visit).filtered(lambda row: row.automation_id == other).state, "queued")
        self.assertFalse(self.said("answer"))

    def test_what_is_not_true_any_more_is_not_said(self):
        self.tell("confirmed")
        self.told.status = "paused"
        self.press(self.asked, "confirm")
        self.at(LATER)
        self.visit.with_user(self.user_a).action_cancel()
        self.run_planner()
        self.assertEqual(self.states(self.visit), [("skipped", "cancelled")])
        self.assertFalse(self.said("answer"))

    def test_nobody_waits_for_what_reception_did(self):
        self.tell("confirmed")
        self.told.status = "paused"
        self.visit.with_user(self.user_a).action_confirm()
        self.run_planner()
        self.assertEqual(self.states(self.visit), [("skipped", "blocked")])
        self.assertFalse(self.said("answer"))

    def test_confirmed_twice_is_acknowledged_once(self):
        """The first moment stays, so there is one message: whether reception clicks twice, or the patient, or both."""
        self.tell("confirmed")
        for _time in range(2):
            self.visit.with_user(self.user_a).action_confirm()
            self.visit.with_user(self.user_a).write({"state": "confirmed"})
            self.at(LATER)
            self.press(self.asked, "confirm")
        self.assertEqual(self.visit.confirmed_at, NOW + HOUR)
        self.run_planner()
        self.assertEqual([state for state, _reason in self.states(self.visit)], ["queued"])
        self.assertEqual(self.visit.confirmed_at, NOW + HOUR)
        self.assertFalse(self.said("answer"))
