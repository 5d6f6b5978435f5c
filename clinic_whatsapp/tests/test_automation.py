from datetime import timedelta
from unittest.mock import patch

import psycopg2
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .appointment_common import NOW, TOMORROW, AppointmentCase

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
IN_A_WEEK = NOW + 7 * DAY
REMINDER_DUE = IN_A_WEEK - DAY


@tagged("post_install", "-at_install")
class TestWritingAutomations(AppointmentCase):
    def own(self, **vals):
        """Return an automation of branch A, written by its manager."""
        return (
            self.env["clinic.whatsapp.automation"]
            .with_user(self.manager_a)
            .create(
                {
                    "name": "Ours",
                    "trigger": "before",
                    "step_ids": [Command.create({"offset_value": 1, "template_id": self.reminder_template.id})],
                    **vals,
                }
            )
        )

    def test_starter_automations_wait_switched_off(self):
        starters = self.env["clinic.whatsapp.automation"].with_context(active_test=False)
        for name in ("confirmation", "reminder", "moved", "cancelled_clinic", "cancelled_patient"):
            starter = self.env.ref(f"clinic_whatsapp.automation_{name}")
            self.assertTrue(starter.step_ids.template_id)
        starter = starters.search([("name", "=", "Reminder one day before")], limit=1)
        self.assertEqual(starter.summary, "1 day before: Appointment reminder")

    def test_manager_writes_an_automation_in_the_form(self):
        with Form(self.env["clinic.whatsapp.automation"].with_user(self.manager_a)) as form:
            form.name = "Two days before"
            form.trigger = "before"
            with form.step_ids.new() as step:
                step.template_id = self.reminder_template.with_user(self.manager_a)
                self.assertEqual((step.offset_value, step.offset_unit), (1, "days"))
                step.offset_value = 2
        automation = form.record
        self.assertEqual(automation.company_id, self.branch_a)
        self.assertEqual(automation.enabled_at, NOW)
        self.assertEqual(automation.purpose_id.code, "appointment")

    def test_switching_on_remembers_the_moment(self):
        automation = self.own(active=False)
        self.assertFalse(automation.enabled_at)
        self.at(NOW + HOUR)
        automation.active = True
        self.assertEqual(automation.enabled_at, NOW + HOUR)
        self.at(NOW + 2 * HOUR)
        automation.name = "Renamed"
        self.assertEqual(automation.enabled_at, NOW + HOUR)

    def test_automation_without_a_message_cannot_be_switched_on(self):
        with self.assertRaises(ValidationError):
            self.own(step_ids=False)
        automation = self.own(step_ids=False, active=False)
        with self.assertRaises(ValidationError):
            automation.active = True

    def test_reminder_needs_a_time_before(self):
        with self.assertRaises(ValidationError):
            self.own().step_ids.offset_value = 0

    @mute_logger("odoo.sql_db")
    def test_window_must_open_before_it_closes(self):
        with self.assertRaises(psycopg2.IntegrityError):
            self.own(window_from=20, window_to=9)
            self.env.flush_all()

    def test_branch_manager_changes_the_own_branch_only(self):
        shared = self.automate("before", (1, "days"))
        seen = shared.with_user(self.manager_a)
        self.assertEqual(seen.name, "Test before")
        for change in (
            lambda: seen.write({"active": False}),
            lambda: seen.step_ids.write({"offset_value": 3}),
            lambda: seen.step_ids.unlink(),
            lambda: seen.write({"step_ids": [Command.clear()]}),
            lambda: seen.unlink(),
            lambda: self.own(company_id=self.root.id),
            lambda: self.own(company_id=False),
            lambda: self.own(company_id=self.branch_b.id),
            lambda: self.own().write({"company_id": self.root.id}),
            lambda: self.own().step_ids.write({"automation_id": shared.id}),
        ):
            with self.assertRaises(AccessError):
                change()
        self.own().active = False

    def test_branch_manager_copies_a_shared_automation_into_the_own_branch(self):
        shared = self.automate("before", (1, "days")).with_user(self.manager_a)
        self.assertFalse(shared.is_editable)
        copy = shared.browse(shared.action_copy_to_branch()["res_id"])
        self.assertTrue(copy.is_editable)
        self.assertEqual((copy.company_id, copy.active), (self.branch_a, False))
        self.assertEqual(copy.step_ids.template_id, self.reminder_template)

    def test_reception_reads_and_changes_nothing(self):
        automation = self.own().with_user(self.user_a)
        self.assertTrue(automation.name)
        with self.assertRaises(AccessError):
            automation.active = False

    def test_automation_of_a_sister_branch_is_hidden(self):
        automation = self.own()
        theirs = self.env["clinic.whatsapp.automation"].with_user(self.user_b)
        self.assertFalse(theirs.search([("id", "=", automation.id)]))
        steps = self.env["clinic.whatsapp.automation.step"].with_user(self.user_b)
        self.assertFalse(steps.search([("id", "in", automation.step_ids.ids)]))

    def test_occasion_cannot_change_once_something_was_planned(self):
        automation = self.own()
        self.book(IN_A_WEEK)
        with self.assertRaises(UserError):
            automation.trigger = "booked"

    def test_history_outlives_the_wish_to_delete(self):
        used, unused = self.own(), self.own()
        self.book(IN_A_WEEK)
        self.rows(self.env["clinic.appointment"].search([])).filtered(lambda row: row.automation_id == used.sudo())[
            0
        ].message_id = self.ask(self.book(TOMORROW))
        unused.unlink()
        with self.assertRaises(UserError):
            used.unlink()

    def test_smart_buttons_open_what_they_count(self):
        automation = self.own()
        self.book(IN_A_WEEK)
        self.assertEqual(automation.planned_count, 1)
        action = automation.action_open_scheduled()
        rows = self.env["clinic.whatsapp.scheduled"].with_user(self.manager_a)
        self.assertEqual(rows.search_count(action["domain"]), 1)


@tagged("post_install", "-at_install")
class TestDueMessages(AppointmentCase):
    def remind(self, **vals):
        """Return an appointment in a week with its reminder planned, and the reminder."""
        self.automation = self.automate("before", (1, "days"), **vals)
        appointment = self.book(IN_A_WEEK)
        return appointment, self.rows(appointment)

    def test_reminder_leaves_when_it_is_due_and_not_before(self):
        appointment, row = self.remind()
        self.run_planner(REMINDER_DUE - MINUTE)
        self.assertEqual(row.state, "planned")
        self.run_planner(REMINDER_DUE)
        self.assertEqual((row.state, row.message_id.state), ("queued", "queued"))
        message = row.message_id
        self.assertEqual((message.res_model, message.res_id), ("clinic.appointment", appointment.id))
        self.assertEqual((message.company_id, message.partner_id), (self.branch_a, self.patient))
        self.assertEqual(message.purpose_id, self.appointment_purpose)
        self.assertEqual(message.expires_at, IN_A_WEEK)
        self.assertIn("Monday, March 9 at 12:00", message.body)

    def test_message_leaves_once_however_often_the_planner_runs(self):
        _appointment, row = self.remind()
        for _run in range(3):
            self.run_planner(REMINDER_DUE)
        about_it = [("res_model", "=", "clinic.appointment"), ("res_id", "=", row.res_id)]
        self.assertEqual(self.env["clinic.whatsapp.message"].search(about_it), row.message_id)

    def test_row_follows_the_fate_of_its_message(self):
        appointment, row = self.remind()
        self.run_planner(REMINDER_DUE)
        self.assertEqual(appointment.reminder_state, "queued")
        row.message_id.state = "sent"
        row.message_id._on_settled()
        self.assertEqual((row.state, appointment.reminder_state), ("done", "sent"))
        row.message_id.state = "read"
        self.assertEqual(appointment.reminder_state, "read")

    def test_failed_message_is_shown_with_what_to_do(self):
        appointment, row = self.remind()
        self.run_planner(REMINDER_DUE)
        row.message_id.write({"state": "failed", "error_code": 131026})
        row.message_id._on_settled()
        self.assertEqual((row.state, row.skip_reason), ("skipped", "failed"))
        self.assertTrue(row.explanation and row.advice)
        self.assertEqual(appointment.reminder_state, "skipped")

    def test_patient_without_consent_gets_nothing_and_the_rule_is_named(self):
        self.automate("before", (1, "days"))
        patient = self.new_patient()
        self.deliver_notice(patient)
        appointment = self.book(IN_A_WEEK, patient_id=patient.id)
        self.run_planner(REMINDER_DUE)
        row = self.rows(appointment)
        self.assertEqual((row.state, row.skip_reason), ("skipped", "blocked"))
        self.assertEqual(row.message_id.block_reason, "no_optin")
        self.assertEqual(row.with_user(self.user_a).explanation, "No opt-in")
        self.assertFalse(row.message_id.body)

    def test_patient_without_a_phone_costs_nobody_else_the_reminder(self):
        _appointment, row = self.remind()
        mute = self.book(IN_A_WEEK + HOUR, patient_id=self.create_patient("No phone", False).id)
        self.run_planner(REMINDER_DUE + HOUR)
        self.assertEqual(row.state, "queued")
        self.assertEqual(self.states(mute), [("skipped", "blocked")])

    def test_blocked_message_is_not_tried_again(self):
        self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK, patient_id=self.new_patient().id)
        self.run_planner(REMINDER_DUE)
        self.opt_in(appointment.patient_id)
        appointment.note = "x"
        self.run_planner(REMINDER_DUE + HOUR)
        self.assertEqual(self.states(appointment), [("skipped", "blocked")])

    def test_what_was_changed_behind_the_planners_back_is_noticed_when_due(self):
        appointment, row = self.remind()
        self.env.cr.execute("UPDATE clinic_appointment SET state = 'cancelled' WHERE id = %s", [appointment.id])
        self.env.invalidate_all()
        self.run_planner(REMINDER_DUE)
        self.assertEqual((row.state, row.skip_reason), ("skipped", "cancelled"))
        self.assertFalse(row.message_id)

    def test_switched_off_automation_sends_nothing_that_is_due(self):
        _appointment, row = self.remind()
        self.automation.active = False
        self.run_planner(REMINDER_DUE)
        self.assertEqual((row.state, row.skip_reason), ("skipped", "automation_off"))

    def test_after_a_long_downtime_only_visits_ahead_are_reminded_of(self):
        over, row = self.remind()
        ahead = self.book(IN_A_WEEK + 3 * HOUR)
        self.run_planner(IN_A_WEEK + HOUR)
        self.assertEqual((row.state, row.skip_reason), ("skipped", "too_late"))
        self.assertEqual(self.states(ahead), [("queued", False)])
        self.assertEqual(over.state, "booked")

    def test_downtime_that_ends_at_night_waits_for_the_morning(self):
        _appointment, row = self.remind(window_from=9, window_to=20)
        night = IN_A_WEEK - 10 * HOUR  # 02:00 in Istanbul; the visit is at 12:00
        self.run_planner(night)
        self.assertEqual((row.state, row.due_at), ("planned", IN_A_WEEK - 3 * HOUR))
        self.run_planner(row.due_at)
        self.assertEqual(row.state, "queued")

    def test_downtime_after_which_the_morning_is_too_late(self):
        self.automate("before", (1, "days"), window_from=11.5, window_to=20)
        appointment = self.book(IN_A_WEEK)
        self.run_planner(IN_A_WEEK - 2 * HOUR)
        self.assertEqual(self.states(appointment), [("skipped", "too_late")])

    def test_lr34_reminder_due_before_closing_time_leaves(self):
        self.automate("before", (2, "hours"), window_from=12, window_to=20)
        appointment = self.book(IN_A_WEEK)
        closing = IN_A_WEEK - 16 * HOUR  # 20:00 the evening before
        self.assertEqual(self.rows(appointment).due_at, closing - 15 * MINUTE)
        self.run_planner(closing - 10 * MINUTE)
        self.assertEqual(self.states(appointment), [("queued", False)])

    def test_cancelled_while_waiting_in_the_outbox_is_withdrawn(self):
        appointment, row = self.remind()
        self.run_planner(REMINDER_DUE)
        appointment.with_user(self.user_a).action_cancel()
        self.assertEqual((row.state, row.skip_reason), ("skipped", "cancelled"))
        self.assertEqual(row.message_id.state, "cancelled")

    def test_what_is_on_its_way_is_not_withdrawn(self):
        appointment, row = self.remind()
        self.run_planner(REMINDER_DUE)
        row.message_id.state = "sending"
        appointment.action_cancel()
        self.assertEqual((row.state, row.message_id.state), ("queued", "sending"))

    def test_branch_without_a_number_is_told_so(self):
        self.account_a.state = "disabled"
        appointment, row = self.remind()
        self.run_planner(REMINDER_DUE)
        self.assertEqual((row.state, row.skip_reason), ("skipped", "no_account"))
        self.assertEqual(row.explanation, "The branch has no WhatsApp number")
        self.assertEqual(appointment.reminder_state, "skipped")

    def test_batch_that_cannot_be_prepared_costs_no_other_batch(self):
        _appointment, row = self.remind()
        vals = {"model_id": False, "variable_ids": False, "company_id": self.branch_a.id}
        broken = self.create_template(name="broken", body="Hello!", **vals)
        self.automate("before", (1, "days"), once_a_day=False)
        self.automation.step_ids.template_id = broken
        queue = type(broken)._queue_messages

        def queue_or_fail(template, *args, **kwargs):
            if template.id == broken.id:
                raise UserError("broken")
            return queue(template, *args, **kwargs)

        with (
            patch.object(type(broken), "_queue_messages", queue_or_fail),
            mute_logger("odoo.addons.clinic_whatsapp.models.automation.due_send"),
        ):
            other = self.book(IN_A_WEEK + HOUR)
            self.run_planner(REMINDER_DUE + HOUR)
        self.assertEqual((row.state, row.skip_reason), ("skipped", "not_prepared"))
        self.assertIn(("queued", False), self.states(other))

    def test_appointment_that_somebody_is_changing_is_left_for_the_next_run(self):
        appointment, row = self.remind()
        self.at(REMINDER_DUE)
        scheduled = self.env["clinic.whatsapp.scheduled"]
        nobody = self.env["clinic.appointment"]
        with patch.object(type(nobody), "try_lock_for_update", lambda *args, **kwargs: nobody):
            claimed, ours = scheduled._claim_due(set())
        self.assertEqual((claimed, ours), (row, scheduled))
        self.assertFalse(scheduled._claim_due({row.id})[0])
        self.assertEqual(appointment.state, "booked")

    def test_each_patient_gets_his_own_language(self):
        self.env["res.lang"]._activate_lang("tr_TR")
        self.approve("template_appt_reminder_tr", self.account_a)
        turkish = self.new_patient()
        turkish.lang = "tr_TR"
        self.opt_in(turkish)
        _appointment, english_row = self.remind()
        appointment = self.book(IN_A_WEEK + HOUR, patient_id=turkish.id)
        self.run_planner(REMINDER_DUE + HOUR)
        self.assertIn("9 Mart Pazartesi günü saat 13:00", self.rows(appointment).message_id.body)
        self.assertIn("a reminder of your appointment", english_row.message_id.body)

    def test_reception_stops_a_planned_message_for_good(self):
        appointment, row = self.remind()
        row.with_user(self.user_a).action_skip()
        self.assertEqual((row.state, row.skip_reason), ("skipped", "by_hand"))
        appointment.note = "x"
        self.run_planner(REMINDER_DUE)
        self.assertEqual(row.state, "skipped")
        with self.assertRaises(UserError):
            row.with_user(self.user_a).action_skip()

    def test_other_branch_sees_and_stops_nothing(self):
        _appointment, row = self.remind()
        theirs = self.env["clinic.whatsapp.scheduled"].with_user(self.user_b)
        self.assertFalse(theirs.search([("id", "=", row.id)]))
        with self.assertRaises(AccessError):
            row.with_user(self.user_b).action_skip()

    def test_nobody_writes_rows_by_hand(self):
        _appointment, row = self.remind()
        for user in (self.user_a, self.manager_a, self.clinic_manager):
            with self.assertRaises(AccessError):
                row.with_user(user).due_at = NOW
            with self.assertRaises(AccessError):
                row.with_user(user).unlink()

    def test_planner_works_through_more_than_one_batch(self):
        self.automate("before", (1, "days"))
        appointments = self.env["clinic.appointment"].create(
            [
                {
                    "patient_id": self.patient.id,
                    "company_id": self.branch_a.id,
                    "start": IN_A_WEEK + index * MINUTE,
                }
                for index in range(7)
            ]
        )
        with patch("odoo.addons.clinic_whatsapp.models.automation.due_queue.BATCH", 3):
            self.run_planner(REMINDER_DUE + HOUR)
        self.assertEqual(set(self.states(appointments)), {("queued", False)})
