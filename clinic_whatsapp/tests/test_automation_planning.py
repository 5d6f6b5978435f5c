from datetime import datetime, timedelta
from itertools import product

import pytz
from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from ..models.automation.look import Look
from ..models.messaging.send_window import SendWindow, shift
from .appointment_common import NOW, AppointmentCase

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
IN_A_WEEK = NOW + 7 * DAY
HOURS = ((9, 20), (0, 24), (8.5, 24), (0, 0.2), (23.9, 24))
ISTANBUL, BERLIN = pytz.timezone("Europe/Istanbul"), pytz.timezone("Europe/Berlin")

PLANNED = ("planned", False)
MOVED = ("skipped", "moved")
CANCELLED = ("skipped", "cancelled")
SUPERSEDED = ("skipped", "superseded")
OFF = ("skipped", "automation_off")
TOO_LATE = ("skipped", "too_late")


@tagged("post_install", "-at_install")
class TestSendWindow(BaseCase):
    """Istanbul is UTC+3 all year; Berlin changes its clocks on 29 March and 25 October 2026."""

    day = SendWindow(9, 20, ISTANBUL)
    holidays = (
        (datetime(2026, 3, 27, 21), datetime(2026, 3, 28, 20, 59, 59)),
        (datetime(2026, 3, 28, 21), datetime(2026, 3, 29, 20, 59, 59)),
    )

    def test_inside_the_window_nothing_changes(self):
        noon = datetime(2026, 3, 2, 9)
        self.assertEqual(self.day.forward(noon), noon)
        self.assertEqual(self.day.backward(noon), noon)

    def test_early_morning_waits_for_the_opening_of_the_same_day(self):
        self.assertEqual(self.day.forward(datetime(2026, 3, 2, 2)), datetime(2026, 3, 2, 6))

    def test_evening_waits_for_the_opening_of_the_next_day(self):
        self.assertEqual(self.day.forward(datetime(2026, 3, 2, 17)), datetime(2026, 3, 3, 6))
        self.assertEqual(self.day.forward(datetime(2026, 3, 2, 22)), datetime(2026, 3, 3, 6))

    def test_reminder_before_opening_waits_if_an_hour_is_left(self):
        start = datetime(2026, 3, 2, 7)  # 10:00
        self.assertEqual(self.day.fit_before(datetime(2026, 3, 2, 5), start), datetime(2026, 3, 2, 6))

    def test_lr34_reminder_that_would_come_too_late_leaves_a_moment_before_the_last_closing(self):
        start = datetime(2026, 3, 2, 6, 30)  # 09:30
        landing = datetime(2026, 3, 1, 16, 45)
        self.assertEqual(self.day.fit_before(datetime(2026, 3, 2, 4, 30), start), landing)
        self.assertTrue(self.day.contains(landing + 14 * MINUTE), "a busy queue does not make it miss the evening")

    def test_lr34_reminder_of_the_last_minutes_leaves_before_them_if_the_morning_is_too_late(self):
        moment = datetime(2026, 3, 1, 16, 58)  # 19:58
        self.assertEqual(self.day.fit_before(moment, datetime(2026, 3, 2, 6, 30)), datetime(2026, 3, 1, 16, 45))
        self.assertEqual(self.day.fit_before(moment, datetime(2026, 3, 2, 12)), moment, "the morning would do")

    def test_reminder_inside_the_window_stays_however_short_before(self):
        moment = datetime(2026, 3, 2, 9)
        self.assertEqual(self.day.fit_before(moment, moment + 10 * MINUTE), moment)

    def test_window_of_the_whole_day_changes_nothing(self):
        always = SendWindow(0, 24, BERLIN)
        for hour in range(24):
            moment = datetime(2026, 3, 29, hour)
            self.assertEqual(always.forward(moment), moment)
            self.assertEqual(always.fit_before(moment, moment), moment)

    def test_opening_follows_the_clocks(self):
        day = SendWindow(9, 20, BERLIN)
        self.assertEqual(day.forward(datetime(2026, 3, 28, 23)), datetime(2026, 3, 29, 7))
        self.assertEqual(day.forward(datetime(2026, 3, 27, 23)), datetime(2026, 3, 28, 8))
        self.assertEqual(day.backward(datetime(2026, 10, 25, 2)), datetime(2026, 10, 24, 17, 45))

    def test_a_day_before_is_the_same_time_on_the_wall(self):
        start = datetime(2026, 3, 29, 8)  # 10:00 summer time, on the day of the change
        self.assertEqual(shift(start, -1, "days", BERLIN), datetime(2026, 3, 28, 9))
        self.assertEqual(shift(start, -24, "hours", BERLIN), datetime(2026, 3, 28, 8))

    def test_time_that_the_clocks_skip_is_moved_forward(self):
        start = datetime(2026, 3, 30, 0, 30)  # 02:30 summer time; 02:30 does not exist the day before
        self.assertEqual(shift(start, -1, "days", BERLIN), datetime(2026, 3, 29, 1, 30))

    def test_lr34_what_a_window_answers_lies_inside_it_whatever_is_asked(self):
        windows = [SendWindow(opens, closes, BERLIN, self.holidays) for opens, closes in HOURS]
        for window, hours, minutes in product(windows, range(96), (0, 50)):
            moment = datetime(2026, 3, 27) + hours * HOUR + minutes * MINUTE
            for answer in (
                window.forward(moment),
                window.backward(moment),
                window.fit_before(moment, moment + 3 * HOUR),
            ):
                self.assertTrue(window.contains(answer), (window, moment, answer))
            self.assertGreaterEqual(window.forward(moment), moment)
            self.assertLessEqual(window.backward(moment), moment)

    def test_lr34_the_hours_of_two_windows_are_those_that_both_allow(self):
        quiet = SendWindow(9, 20, ISTANBUL, self.holidays)
        self.assertEqual(SendWindow(8, 21, ISTANBUL).within(quiet), quiet)
        self.assertEqual(SendWindow(10, 18, ISTANBUL).within(quiet), SendWindow(10, 18, ISTANBUL, self.holidays))
        self.assertEqual(SendWindow(20, 22, ISTANBUL).within(quiet), quiet, "nothing would ever leave")

    def test_lr34_reminder_of_a_holiday_leaves_before_it_and_news_after_it(self):
        day = SendWindow(9, 20, ISTANBUL, self.holidays)  # Saturday and Sunday
        sunday, monday = datetime(2026, 3, 29, 9), datetime(2026, 3, 30, 9)
        friday_evening = datetime(2026, 3, 27, 16, 45)
        self.assertEqual(day.fit_before(sunday, monday), friday_evening)
        self.assertEqual(day.fit_before(datetime(2026, 3, 28, 20), monday), friday_evening, "in the night between")
        self.assertEqual(day.forward(sunday), datetime(2026, 3, 30, 6))

    def test_lr34_reminder_leaves_before_a_holiday_that_begins_at_noon(self):
        noon = datetime(2026, 3, 27, 9)
        day = SendWindow(9, 20, ISTANBUL, ((noon, noon + DAY),))
        self.assertEqual(day.fit_before(noon + HOUR, noon + 2 * DAY), noon - 15 * MINUTE)
        self.assertEqual(day.fit_before(noon - 5 * MINUTE, noon + 2 * DAY), noon - 15 * MINUTE)


@tagged("post_install", "-at_install")
class TestPlanningOfEvents(AppointmentCase):
    def test_booking_plans_confirmation_and_reminder_at_once(self):
        self.automate("booked")
        self.automate("before", (1, "days"), (2, "hours"))
        appointment = self.book(IN_A_WEEK)
        self.assertEqual(self.states(appointment), [PLANNED] * 3)
        self.assertEqual(self.rows(appointment).mapped("due_at"), [NOW, IN_A_WEEK - DAY, IN_A_WEEK - 2 * HOUR])
        self.assertEqual(self.rows(appointment).company_id, self.branch_a)
        self.assertEqual(self.rows(appointment).partner_id, self.patient)

    def test_lr34_a_branch_may_have_hours_of_its_own_inside_those_of_the_purpose(self):
        self.automate("before", (1, "days"))
        here, there = self.book(IN_A_WEEK), self.book(IN_A_WEEK, company_id=self.branch_b.id)
        self.branch_a.write({"whatsapp_send_from": 14, "whatsapp_send_to": 18})
        self.run_planner()
        self.assertEqual(self.rows(here).due_at, IN_A_WEEK - DAY + 2 * HOUR)
        self.assertEqual(self.rows(there).due_at, IN_A_WEEK - DAY)
        late = self.book(IN_A_WEEK + 10 * HOUR)
        self.assertEqual(self.rows(late).due_at, IN_A_WEEK + 2 * HOUR)

    def test_hours_of_a_branch_that_stay_as_they_are_plan_nothing_again(self):
        automation = self.automate("before", (1, "days"))
        self.run_planner()
        self.branch_a.write({"whatsapp_send_from": 0, "whatsapp_send_to": 24})
        self.assertFalse(automation.needs_planning)
        self.branch_a.whatsapp_send_from = 10
        self.assertTrue(automation.needs_planning)

    def test_planning_again_changes_nothing(self):
        self.automate("booked")
        self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        before = self.rows(appointment).read()
        self.env["clinic.whatsapp.scheduled"]._plan(appointment)
        appointment.write({"note": "x", "service_id": self.service.id})
        self.env.invalidate_all()
        self.assertEqual(self.rows(appointment).read(), before)

    def test_late_booking_is_recorded_but_not_reminded_of(self):
        self.automate("before", (1, "days"))
        appointment = self.book(NOW + 5 * HOUR)
        self.assertEqual(self.states(appointment), [TOO_LATE])

    def test_past_appointment_plans_nothing(self):
        self.automate("booked")
        self.automate("before", (1, "days"))
        self.assertFalse(self.rows(self.book(NOW - DAY)))

    def test_move_replaces_the_reminder_and_tells_the_patient(self):
        self.automate("before", (1, "days"))
        self.automate("moved")
        appointment = self.book(IN_A_WEEK)
        self.at(NOW + HOUR)
        appointment.start = IN_A_WEEK + DAY
        self.assertEqual(self.states(appointment), [PLANNED, MOVED, PLANNED])
        told, _old, new = self.rows(appointment)
        self.assertEqual((told.anchor, new.due_at), (NOW + HOUR, IN_A_WEEK))

    def test_two_moves_before_the_first_was_told_leave_the_last_one(self):
        self.automate("moved")
        appointment = self.book(IN_A_WEEK)
        for hours in (1, 2):
            self.at(NOW + hours * MINUTE)
            appointment.start = IN_A_WEEK + hours * HOUR
        self.assertEqual(self.states(appointment), [SUPERSEDED, PLANNED])
        self.assertEqual(appointment.previous_start, IN_A_WEEK)

    def test_move_after_the_first_was_told_tells_the_second_too(self):
        self.automate("moved")
        appointment = self.book(IN_A_WEEK)
        self.at(NOW + MINUTE)
        appointment.start = IN_A_WEEK + HOUR
        self.rows(appointment).state = "done"
        self.at(NOW + 2 * MINUTE)
        appointment.start = IN_A_WEEK + 2 * HOUR
        self.assertEqual(self.states(appointment), [("done", False), PLANNED])
        self.assertEqual(appointment.previous_start, IN_A_WEEK + HOUR)

    def test_moved_there_and_back_is_reminded_of_once_and_told_nothing(self):
        self.automate("before", (1, "days"))
        self.automate("moved")
        appointment = self.book(IN_A_WEEK)
        for minutes, start in ((1, IN_A_WEEK + DAY), (2, IN_A_WEEK)):
            self.at(NOW + minutes * MINUTE)
            appointment.start = start
        planned = self.rows(appointment, "planned")
        self.assertEqual(planned.mapped("anchor"), [IN_A_WEEK])
        self.assertEqual(planned.automation_id.trigger, "before")

    def test_cancelling_skips_what_was_planned_and_tells_the_patient(self):
        self.automate("booked", window_from=15)
        self.automate("before", (1, "days"))
        self.automate("cancelled")
        appointment = self.book(IN_A_WEEK)
        self.at(NOW + MINUTE)
        appointment.action_cancel()
        self.assertEqual(self.states(appointment), [PLANNED, CANCELLED, CANCELLED])
        self.assertEqual(self.rows(appointment, "planned").automation_id.trigger, "cancelled")

    def test_cancelled_and_booked_again_is_confirmed_and_reminded_of(self):
        self.automate("booked")
        self.automate("before", (1, "days"))
        self.automate("cancelled")
        appointment = self.book(IN_A_WEEK)
        self.at(NOW + MINUTE)
        appointment.action_cancel()
        self.at(NOW + 2 * MINUTE)
        appointment.action_rebook()
        planned = self.rows(appointment, "planned")
        self.assertEqual(planned.mapped("automation_id.trigger"), ["booked", "before"])
        self.assertEqual(planned[0].anchor, NOW + 2 * MINUTE)
        self.assertEqual(sorted(self.states(appointment)), sorted([PLANNED, PLANNED, CANCELLED, SUPERSEDED]))

    def test_reminder_that_left_does_not_leave_again_after_booking_again(self):
        self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        self.rows(appointment).state = "done"
        appointment.action_cancel()
        appointment.action_rebook()
        self.assertEqual(self.states(appointment), [("done", False)])

    def test_reminder_whose_moment_passed_while_cancelled_stays_skipped(self):
        self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        appointment.action_cancel()
        self.at(IN_A_WEEK - 2 * HOUR)
        appointment.action_rebook()
        self.assertEqual(self.states(appointment), [TOO_LATE])

    def test_cancellation_by_patient_and_by_clinic_are_told_apart(self):
        ours = self.automate("cancelled", cancelled_by="clinic")
        theirs = self.automate("cancelled", cancelled_by="patient")
        by_clinic, by_patient = self.book(IN_A_WEEK), self.book(IN_A_WEEK + HOUR)
        by_clinic.action_cancel()
        by_patient.write({"state": "cancelled", "cancelled_by": "patient"})
        self.assertEqual(self.rows(by_clinic).automation_id, ours)
        self.assertEqual(self.rows(by_patient).automation_id, theirs)

    def test_confirmed_appointment_is_still_reminded_of(self):
        self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        appointment.action_confirm()
        self.assertEqual(self.states(appointment), [PLANNED])

    def test_who_has_arrived_is_not_reminded(self):
        self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        appointment.action_arrive()
        self.assertEqual(self.states(appointment), [SUPERSEDED])

    def test_another_patient_gets_the_message(self):
        self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        appointment.patient_id = self.new_patient()
        self.assertEqual(self.rows(appointment).partner_id, appointment.patient_id)

    def test_deleted_appointment_leaves_nothing_behind(self):
        self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        rows = self.rows(appointment)
        appointment.with_user(self.manager_a).unlink()
        self.assertFalse(rows.exists())

    def test_night_booking_is_confirmed_in_the_morning_of_the_branch(self):
        self.automate("booked", window_from=9, window_to=20)
        self.at(datetime(2026, 3, 2, 19))  # 22:00
        self.assertEqual(self.rows(self.book(IN_A_WEEK)).due_at, datetime(2026, 3, 3, 6))

    def test_confirmation_that_would_come_after_the_visit_is_too_late(self):
        self.automate("booked", window_from=9, window_to=20)
        self.at(datetime(2026, 3, 2, 19))
        self.assertEqual(self.states(self.book(datetime(2026, 3, 3, 5))), [TOO_LATE])

    def test_days_are_counted_on_the_wall_of_the_branch(self):
        self.branch_a.resource_calendar_id.tz = "Europe/Berlin"
        self.automate("before", (1, "days"), (24, "hours"))
        self.at(datetime(2026, 3, 20, 9))
        appointment = self.book(datetime(2026, 3, 29, 8))
        self.assertEqual(
            self.rows(appointment).mapped("due_at"),
            [datetime(2026, 3, 28, 8), datetime(2026, 3, 28, 9)],
        )

    def test_number_of_queries_does_not_depend_on_the_number_of_appointments(self):
        self.automate("booked")
        self.automate("before", (1, "days"), (2, "hours"))
        self.automate("moved")
        vals = {"patient_id": self.patient.id, "company_id": self.branch_a.id}
        appointments = self.env["clinic.appointment"].create(
            [{**vals, "start": IN_A_WEEK + index * HOUR} for index in range(51)]
        )
        one, fifty = appointments[0], appointments[1:]
        self.assertEqual(self.count_queries(one), self.count_queries(fifty))

    def count_queries(self, appointments):
        """Plan appointments whose rows are missing, wrong and right; return the number of queries."""
        rows = self.rows(appointments)
        rows.filtered(lambda row: row.step_id.offset_unit == "hours").unlink()
        rows.exists().filtered(lambda row: row.automation_id.trigger == "before").due_at = NOW + DAY
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["clinic.whatsapp.scheduled"]._plan(appointments)
        self.env.flush_all()
        count = self.env.cr.sql_log_count - before
        self.assertEqual(len(self.rows(appointments, "planned")), 3 * len(appointments))
        return count


@tagged("post_install", "-at_install")
class TestPlanningOfAutomations(AppointmentCase):
    def test_nothing_is_sent_for_what_happened_before_it_was_switched_on(self):
        automation = self.automate("booked", active=False)
        appointment = self.book(IN_A_WEEK)
        self.at(NOW + MINUTE)
        automation.active = True
        self.run_planner()
        self.assertFalse(self.rows(appointment))
        self.assertTrue(self.rows(self.book(IN_A_WEEK + HOUR)))

    def test_reminder_switched_on_finds_the_appointments_that_are_there(self):
        appointment = self.book(IN_A_WEEK)
        self.automate("before", (1, "days"))
        self.run_planner()
        self.assertEqual(self.states(appointment), [PLANNED])

    def test_switching_off_skips_and_switching_on_plans_again(self):
        automation = self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        automation.active = False
        self.run_planner()
        self.assertEqual(self.states(appointment), [OFF])
        automation.active = True
        self.run_planner()
        self.assertEqual(self.states(appointment), [PLANNED])

    def test_confirmation_missed_while_switched_off_is_not_made_up_for(self):
        automation = self.automate("booked", window_from=15)
        appointment = self.book(IN_A_WEEK)
        automation.active = False
        self.run_planner()
        self.at(NOW + MINUTE)
        automation.active = True
        self.run_planner()
        self.assertEqual(self.states(appointment), [OFF])

    def test_automation_that_is_off_plans_nothing_whatever_the_screen_shows(self):
        self.automate("before", (1, "days"), active=False)
        everything = self.env(context={**self.env.context, "active_test": False})
        appointment = self.book(IN_A_WEEK)
        everything["clinic.whatsapp.scheduled"]._plan(appointment.with_env(everything))
        self.run_planner()
        self.assertFalse(self.rows(appointment))

    def test_changed_offset_moves_what_is_planned(self):
        automation = self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        automation.step_ids.offset_value = 2
        self.run_planner()
        self.assertEqual(self.rows(appointment).due_at, IN_A_WEEK - 2 * DAY)

    def test_offset_that_is_past_already_keeps_the_old_moment(self):
        automation = self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        automation.step_ids.offset_value = 30
        self.run_planner()
        self.assertEqual(self.rows(appointment).due_at, IN_A_WEEK - DAY)

    def test_new_message_of_an_automation_is_planned(self):
        automation = self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        automation.step_ids.copy({"offset_value": 3, "automation_id": automation.id})
        self.run_planner()
        self.assertEqual(self.states(appointment), [PLANNED, PLANNED])

    def test_deleted_message_of_an_automation_is_skipped(self):
        automation = self.automate("before", (1, "days"), (2, "days"))
        appointment = self.book(IN_A_WEEK)
        automation.step_ids[0].unlink()
        self.assertEqual(self.states(appointment), [PLANNED, OFF])

    def test_branches_and_services_narrow_an_automation(self):
        self.automate("before", (1, "days"), branch_ids=[Command.set(self.branch_b.ids)])
        self.automate("before", (2, "days"), service_ids=[Command.set(self.service.ids)])
        here, there = self.book(IN_A_WEEK), self.book(IN_A_WEEK, company_id=self.branch_b.id)
        self.assertEqual(len(self.rows(here)), 0)
        self.assertEqual(len(self.rows(there)), 1)
        here.service_id = self.service
        self.assertEqual(self.states(here), [PLANNED])
        here.service_id = False
        self.assertEqual(self.states(here), [OFF])

    def test_automation_of_a_branch_leaves_its_sisters_alone(self):
        self.automate("before", (1, "days"), company_id=self.branch_a.id)
        self.assertTrue(self.rows(self.book(IN_A_WEEK)))
        self.assertFalse(self.rows(self.book(IN_A_WEEK, company_id=self.branch_b.id)))

    def test_appointments_that_came_past_the_orm_are_found_in_time(self):
        self.automate("before", (1, "days"))
        self.run_planner()
        appointment = self.book(IN_A_WEEK)
        self.rows(appointment).unlink()
        self.run_planner(IN_A_WEEK - 5 * DAY)
        self.assertFalse(self.rows(appointment))
        self.run_planner(IN_A_WEEK - 3 * DAY)
        self.assertEqual(self.states(appointment), [PLANNED])

    def test_planning_a_change_goes_on_where_it_stopped(self):
        self.run_planner()
        first, second = self.book(IN_A_WEEK), self.book(IN_A_WEEK + HOUR)
        automation = self.automate("before", (1, "days"))
        automation.planned_up_to = first.id
        self.run_planner()
        self.assertEqual((len(self.rows(first)), len(self.rows(second))), (0, 1))
        self.assertFalse(automation.needs_planning)

    def test_someone_else_planned_the_same_row_meanwhile(self):
        self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        scheduled = self.env["clinic.whatsapp.scheduled"]
        wishes = Look(appointment, self.env["clinic.whatsapp.automation"].search([]), NOW).get_wishes({})
        self.assertTrue(wishes)
        scheduled._insert(appointment._name, wishes)
        self.assertEqual(len(self.rows(appointment)), 1)

    def test_planner_is_woken_when_the_next_message_is_due(self):
        cron = self.env.ref("clinic_whatsapp.ir_cron_plan")
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        self.automate("before", (1, "days"))
        self.run_planner()
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        self.book(IN_A_WEEK)
        self.book(IN_A_WEEK + HOUR)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertEqual(triggers.mapped("call_at"), [IN_A_WEEK - DAY])

    def test_planning_runs_with_the_rights_of_whoever_books(self):
        self.automate("before", (1, "days"))
        booked = (
            self.env["clinic.appointment"]
            .with_user(self.user_a)
            .create({"patient_id": self.patient.id, "start": IN_A_WEEK})
        )
        self.assertEqual(booked.scheduled_ids.mapped("state"), ["planned"])
        self.assertEqual(booked.reminder_state, "planned")
