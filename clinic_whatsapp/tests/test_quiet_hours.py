"""From the plan to the gate in a clinic with real quiet hours, 9 to 20 (legal.md LR-34)."""

from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .appointment_common import NOW, AppointmentCase

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
IN_A_WEEK = NOW + 7 * DAY  # Monday noon in Istanbul
MORNING = IN_A_WEEK - 3 * HOUR  # 09:00
EVENING_BEFORE = MORNING - 13 * HOUR - 15 * MINUTE  # 19:45


class QuietCase(AppointmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.appointment_purpose.write({"quiet_from": 9.0, "quiet_to": 20.0})

    def close(self, begin, end, branch=None):
        """Let a branch be closed for everybody."""
        branch = branch or self.branch_a
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Bayram",
                "company_id": branch.id,
                "calendar_id": branch.resource_calendar_id.id,
                "date_from": begin,
                "date_to": end,
            }
        )

    def close_day(self, noon, branch=None):
        """Let a branch be closed for the day around a noon in Istanbul."""
        return self.close(noon - 12 * HOUR, noon + 12 * HOUR - timedelta(seconds=1), branch)


@tagged("post_install", "-at_install")
class TestQuietPlanning(QuietCase):
    def test_lr34_reminder_for_the_early_morning_leaves_the_evening_before(self):
        self.automate("before", (2, "hours"), window_from=8, window_to=21)
        row = self.rows(self.book(MORNING + 30 * MINUTE))
        self.assertEqual(row.due_at, EVENING_BEFORE)
        self.run_planner(row.due_at)
        self.assertEqual((row.state, row.message_id.next_attempt_at), ("queued", False))
        self.at(row.due_at + 10 * MINUTE)
        self.assertEqual(row.message_id._judge_and_block(), row.message_id, "the gate lets a late queue pass")

    def test_lr34_news_of_the_night_leave_in_the_hours_of_the_purpose(self):
        self.automate("booked", window_from=8, window_to=21)
        self.at(datetime(2026, 3, 2, 17, 30))  # 20:30: the automation would, the purpose would not
        row = self.rows(self.book(IN_A_WEEK))
        self.assertEqual(row.due_at, datetime(2026, 3, 3, 6))
        self.run_planner(row.due_at)
        self.assertEqual((row.state, row.message_id.next_attempt_at), ("queued", False))

    def test_lr34_all_that_is_planned_in_a_day_is_allowed_when_it_is_due(self):
        self.automate("before", (1, "days"), (2, "hours"), window_from=7, window_to=23)
        self.automate("before", (3, "hours"), window_from=19, window_to=22)
        self.appointment_purpose.cap_per_occasion = 0
        gate = self.env["clinic.whatsapp.gate"]
        day = [self.book(IN_A_WEEK - 10 * HOUR + turn * HOUR) for turn in range(24)]
        for row in self.rows(self.env["clinic.appointment"].union(*day)):
            pair = (self.branch_a, self.appointment_purpose)
            self.assertEqual(gate._get_openings({pair}, row.due_at)[pair], row.due_at)
            self.assertLess(row.due_at, row.anchor)

    def test_lr34_reminder_of_a_public_holiday_leaves_on_the_last_day_before(self):
        self.close_day(IN_A_WEEK - DAY)
        self.close_day(IN_A_WEEK - 2 * DAY)
        self.automate("before", (1, "days"))
        row = self.rows(self.book(IN_A_WEEK))
        self.assertEqual(row.due_at, EVENING_BEFORE - 2 * DAY)
        self.run_planner(row.due_at)
        self.assertEqual((row.state, row.message_id.next_attempt_at), ("queued", False))

    def test_lr34_holiday_of_another_branch_changes_nothing(self):
        self.close_day(IN_A_WEEK - DAY, self.branch_b)
        self.automate("before", (1, "days"))
        here = self.book(IN_A_WEEK)
        there = self.book(IN_A_WEEK, company_id=self.branch_b.id)
        self.assertEqual(self.rows(here).due_at, IN_A_WEEK - DAY)
        self.assertEqual(self.rows(there).due_at, EVENING_BEFORE - DAY)

    def test_lr34_holiday_that_is_entered_later_moves_what_is_planned(self):
        self.automate("before", (1, "days"))
        row = self.rows(self.book(IN_A_WEEK))
        self.run_planner()
        holiday = self.close_day(IN_A_WEEK - DAY)
        self.run_planner()
        self.assertEqual(row.due_at, EVENING_BEFORE - DAY)
        holiday.unlink()
        self.run_planner()
        self.assertEqual(row.due_at, IN_A_WEEK - DAY)

    def test_lr34_hours_that_change_move_what_is_planned(self):
        self.automate("before", (1, "days"))
        row = self.rows(self.book(IN_A_WEEK))
        self.appointment_purpose.quiet_from = 13.0
        self.run_planner()
        self.assertEqual(row.due_at, IN_A_WEEK - DAY + HOUR)

    def test_leave_of_one_person_plans_nothing_again(self):
        automation = self.automate("before", (1, "days"))
        self.run_planner()
        self.close_day(IN_A_WEEK).resource_id = self.doctor_a
        automation.needs_planning = False
        self.env["resource.calendar.leaves"].create(
            {"resource_id": self.doctor_a.id, "date_from": IN_A_WEEK, "date_to": IN_A_WEEK + HOUR}
        )
        self.assertFalse(automation.needs_planning)

    def test_lr34_after_a_downtime_that_ends_on_a_holiday_it_waits_for_the_day_after(self):
        self.automate("booked")
        self.at(NOW + 4 * DAY)  # Friday noon
        row = self.rows(self.book(IN_A_WEEK))
        self.env.cr.execute("UPDATE clinic_whatsapp_automation SET needs_planning = FALSE")
        self.close(NOW + 4 * DAY - HOUR, NOW + 6 * DAY)
        self.run_planner(NOW + 4 * DAY + MINUTE)
        self.assertEqual((row.state, row.due_at), ("planned", NOW + 6 * DAY))

    def test_purpose_out_of_use_in_one_clinic_costs_nobody_else_the_reminder(self):
        self.automate("before", (1, "days"))
        row = self.rows(self.book(IN_A_WEEK))
        self.appointment_purpose.active = False
        self.run_planner(row.due_at)
        self.assertEqual((row.skip_reason, row.message_id.block_reason), ("blocked", "no_purpose"))

    def test_starter_automations_keep_the_hours_of_their_purpose(self):
        for name in ("confirmation", "reminder", "moved", "cancelled_clinic", "cancelled_patient"):
            starter = self.env.ref(f"clinic_whatsapp.automation_{name}")
            purpose = starter.purpose_id
            self.assertGreaterEqual(starter.window_from, purpose.quiet_from)
            self.assertLessEqual(starter.window_to, purpose.quiet_to)


@tagged("post_install", "-at_install")
class TestOccasions(QuietCase):
    def send(self, appointment, **how):
        return self.patient._whatsapp_send_template(
            self.reminder_template, purpose="appointment", record=appointment, account=self.account_a, **how
        )

    def test_lr34_reminders_by_hand_and_by_automation_count_together(self):
        self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        row = self.rows(appointment)
        by_hand = self.send(appointment)
        self.run_planner(row.due_at)
        self.assertEqual(by_hand.occasion, row.message_id.occasion)
        self.assertEqual((by_hand.state, row.message_id.state), ("queued", "queued"))
        self.assertEqual(self.send(appointment).block_reason, "freq_cap")
        self.assertEqual(self.send(self.book(IN_A_WEEK + HOUR)).state, "queued", "another appointment")

    def test_lr34_one_survey_for_each_visit(self):
        feedback = self.env["clinic.consent.purpose"]._get("feedback", self.root)
        appointment, other = self.book(NOW - HOUR), self.book(NOW - 2 * HOUR)
        draft = {"purpose_id": feedback.id, "message_type": "template", "direction": "out", "kind": "reply"}
        first = self.send(appointment)
        first.sudo().purpose_id = feedback
        gate, conversation = self.env["clinic.whatsapp.gate"], first.conversation_id
        drafts = [
            self.env["clinic.whatsapp.message"].new(
                {
                    **draft,
                    "conversation_id": conversation.id,
                    "partner_id": self.patient.id,
                    "occasion": self.patient._get_whatsapp_occasion(visit),
                }
            )
            for visit in (appointment, other)
        ]
        messages = self.env["clinic.whatsapp.message"].union(*drafts)
        self.assertEqual(gate._deny_too_many(messages), {drafts[0]: "freq_cap"})

    def test_lr34_the_news_that_it_is_off_is_no_reminder(self):
        appointment = self.book(IN_A_WEEK)
        self.send(appointment)
        self.send(appointment)
        appointment.action_cancel()
        self.assertEqual(self.send(appointment).state, "queued")

    def test_lr34_what_is_about_nothing_in_particular_is_not_counted(self):
        template = self.create_template()
        sent = self.patient._whatsapp_send_template(template, purpose="appointment", account=self.account_a)
        self.assertFalse(sent.occasion)

    def test_lr34_a_reason_lifts_the_limit(self):
        appointment = self.book(IN_A_WEEK)
        sent = [self.send(appointment) for _turn in range(2)]
        again = self.send(appointment, urgent_reason=" Moved to the other building ")
        self.assertEqual((again.state, again.urgent_reason), ("queued", "Moved to the other building"))
        self.assertEqual(self.send(appointment, urgent_reason="  ").block_reason, "freq_cap")
        self.assertEqual({message.state for message in sent}, {"queued"})


@tagged("post_install", "-at_install")
class TestSendingNow(QuietCase):
    """21:00 in Istanbul; a reminder waits for the morning, and one that a person wrote was denied."""

    def setUp(self):
        super().setUp()
        self.at(NOW + 9 * HOUR)
        self.appointment = self.book(IN_A_WEEK)
        targets = [(self.patient, self.appointment, self.account_a)]
        self.held = self.reminder_template._queue_messages(self.appointment_purpose, targets)
        self.denied = self.send()
        self.conversation = self.held.conversation_id

    def send(self, **how):
        return self.patient._whatsapp_send_template(
            self.reminder_template, purpose="appointment", record=self.appointment, account=self.account_a, **how
        )

    def wizard(self, message, user=None, reason="The doctor is ill"):
        dialog = message.with_user(user or self.user_a).action_send_now()
        wizards = self.env[dialog["res_model"]].with_user(user or self.user_a).with_context(**dialog["context"])
        return wizards.create({"reason": reason})

    def test_lr34_the_thread_says_that_a_message_waits_and_until_when_in_the_branch(self):
        seen = self.conversation.with_user(self.user_a).with_context(tz="America/New_York")
        bubbles = {bubble["id"]: bubble for bubble in seen.get_thread()["messages"]}
        held, denied = bubbles[self.held.id], bubbles[self.denied.id]
        self.assertIn("03.03.2026 09:00", held["held"])
        self.assertTrue(held["can_send_now"])
        self.assertEqual((denied["held"], denied["state"], denied["can_send_now"]), (False, "blocked", True))

    def test_lr34_what_waits_leaves_at_once_with_a_reason(self):
        self.wizard(self.held).action_send()
        self.assertEqual((self.held.state, self.held.next_attempt_at), ("queued", False))
        self.assertEqual(self.held._judge_and_block(), self.held, "so does the dispatcher's last look")
        bubble = self.held.with_user(self.user_a)._format_for_thread()[0]
        self.assertEqual((bubble["held"], bubble["can_send_now"]), (False, False))
        self.assertEqual(bubble["urgent_reason"], "The doctor is ill")
        self.assertIn("reception.a", self.conversation.message_ids[0].body)
        self.assertNotIn("ill", self.conversation.message_ids[0].body)

    def test_lr34_what_was_denied_is_made_again_and_the_denial_is_kept(self):
        self.assertEqual((self.denied.block_reason, self.denied.body), ("quiet_hours", False))
        self.wizard(self.denied).action_send()
        again = self.env["clinic.whatsapp.message"].search([], limit=1)
        self.assertEqual((again.state, again.urgent_reason), ("queued", "The doctor is ill"))
        self.assertEqual(again.sent_by_id, self.user_a)
        self.assertEqual(again.template_id, self.reminder_template)
        self.assertIn("appointment", again.body)
        self.assertEqual((self.denied.state, self.denied.block_reason), ("blocked", "quiet_hours"))
        self.assertFalse(self.denied.body)
        self.assertFalse(self.denied.with_user(self.user_a).can_send_now, "once")

    def test_lr34_the_row_of_an_automation_follows_the_message_that_leaves(self):
        self.at(NOW)
        self.appointment_purpose.cap_per_occasion = 1
        self.automate("before", (6, "days"))
        appointment = self.book(IN_A_WEEK - HOUR)
        self.patient._whatsapp_send_template(
            self.reminder_template, purpose="appointment", record=appointment, account=self.account_a
        )
        row = self.rows(appointment)
        self.run_planner(row.due_at)
        self.assertEqual((row.skip_reason, row.message_id.block_reason), ("blocked", "freq_cap"))
        denied = row.message_id
        self.wizard(denied).action_send()
        self.assertEqual((row.state, row.skip_reason), ("queued", False))
        self.assertNotEqual(row.message_id, denied)
        row.message_id.state = "sent"
        row.message_id._on_settled()
        self.assertEqual(row.state, "done")

    def test_lr34_every_other_rule_still_counts(self):
        self.conversation.contact_id.suppressed_at = self.env.cr.now()
        self.env.cr.precommit.clear()  # the queue is judged by our hand below
        self.assertEqual(self.send(urgent_reason="The doctor is ill").block_reason, "stop_all")
        told = self.wizard(self.held).action_send()
        self.assertIn("Patient asked to stop", told["params"]["message"])
        self.assertEqual((self.held.state, self.held.block_reason), ("blocked", "stop_all"))
        told = self.wizard(self.denied).action_send()
        self.assertIn("Patient asked to stop", told["params"]["message"])
        self.assertTrue(self.denied.with_user(self.user_a).can_send_now, "nothing has left for it")

    def test_lr34_without_a_reason_nothing_leaves(self):
        for reason in ("", "   "):
            with self.assertRaises(UserError):
                self.held.with_user(self.user_a)._send_now(reason)
        self.assertTrue(self.held.held_until)

    def test_lr34_what_does_not_wait_for_its_time_cannot_be_sent_now(self):
        self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "withdrawn", method="staff", company=self.branch_a
        )
        refused = self.send(urgent_reason="The doctor is ill")
        self.assertEqual(refused.block_reason, "no_optin")
        self.held.sudo().state = "cancelled"
        for message in (refused, self.held):
            self.assertFalse(message.with_user(self.user_a).can_send_now)
            with self.assertRaises(UserError):
                message.with_user(self.user_a)._send_now("The doctor is ill")

    def test_lr34_what_it_was_about_is_gone(self):
        self.appointment.with_user(self.manager_a).unlink()
        with self.assertRaisesRegex(UserError, "does not exist any more"):
            self.denied.with_user(self.user_a)._send_now("The doctor is ill")

    def test_lr34_reception_of_another_branch_is_refused(self):
        for message in (self.held, self.denied):
            theirs = message.with_user(self.user_b)
            for attempt in (theirs.action_send_now, lambda m=theirs: m._send_now("The doctor is ill")):
                with self.assertRaises(AccessError):
                    attempt()
        wizards = self.env["clinic.whatsapp.urgent.wizard"].with_user(self.user_b)
        with self.assertRaises(AccessError):
            wizards.create({"message_id": self.held.id, "reason": "The doctor is ill"})
        with self.assertRaises(AccessError):
            wizards.with_context(default_message_id=self.held.id).default_get(["message_id", "held_text", "problem"])
        self.assertTrue(self.held.held_until)

    def test_lr34_what_waits_for_the_morning_holds_up_no_answer_of_the_same_evening(self):
        self.conversation._open_window(self.env.cr.now())
        answer = self.conversation._send_text("Merhaba")
        claimed = self.env["clinic.whatsapp.message"]._claim_urgent({self.account_a: 10})
        self.assertEqual(claimed, answer)
        self.assertEqual(self.held.state, "queued")

    def test_lr34_what_waited_is_claimed_first_in_the_morning(self):
        self.conversation._open_window(self.env.cr.now())
        self.at(self.held.held_until + MINUTE)
        answer = self.conversation._send_text("Günaydın")
        messages = self.env["clinic.whatsapp.message"]
        self.assertEqual(messages._claim_urgent({self.account_a: 10}), self.held)
        self.assertEqual(answer.state, "queued")
