from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .appointment_common import NOW, AppointmentCase

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
IN_A_WEEK = NOW + 7 * DAY
PLANNED = ("planned", False)
QUEUED = ("queued", False)
SUPERSEDED = ("skipped", "superseded")
TOO_LATE = ("skipped", "too_late")
NO_MATCH = ("skipped", "no_match")


class TriggerCase(AppointmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.birthdays = cls.make_source("res.partner", partner_path="guardian_id", date_path="birth_date")

    @classmethod
    def make_source(cls, model, **vals):
        return cls.env["clinic.whatsapp.source"].create(
            {
                "name": f"Source {model}",
                "company_id": cls.root.id,
                "model_id": cls.env["ir.model"]._get_id(model),
                **vals,
            }
        )

    @classmethod
    def greet(cls, *steps, **vals):
        """Return an automation about the birthday of a child, of branch A; steps are (value, unit, side)."""
        template = cls.plain_template()
        return cls.env["clinic.whatsapp.automation"].create(
            {
                "name": "Birthday",
                "trigger": "date",
                "source_id": cls.birthdays.id,
                "company_id": cls.branch_a.id,
                "window_from": 0,
                "window_to": 24,
                "step_ids": [
                    Command.create(
                        {
                            "offset_value": value,
                            "offset_unit": unit,
                            "offset_side": side,
                            "template_id": template.id,
                        }
                    )
                    for value, unit, side in steps or [(0, "days", "after")]
                ],
                **vals,
            }
        )

    @classmethod
    def plain_template(cls):
        name = f"plain_{cls.env['clinic.whatsapp.template'].search_count([])}"
        return cls.create_template(
            name=name, language="en", body="Hello from the clinic!", model_id=False, variable_ids=False
        )

    def child(self, born, **vals):
        return self.create_patient(
            "Child", False, birth_date=born, guardian_id=self.patient.id, guardian_relation="mother", **vals
        )

    def about(self, record):
        return self.env["clinic.whatsapp.scheduled"].search(
            [("res_model", "=", record._name), ("res_id", "in", record.ids)], order="due_at, id"
        )

    def ends(self, record):
        return [(row.state, row.skip_reason) for row in self.about(record)]


@tagged("post_install", "-at_install")
class TestAppointmentTriggers(TriggerCase):
    def test_confirmation_by_anybody_is_acknowledged_once(self):
        self.automate("confirmed")
        appointment = self.book(IN_A_WEEK)
        self.at(NOW + MINUTE)
        appointment.action_confirm()
        self.assertEqual(self.states(appointment), [PLANNED])
        self.assertEqual(self.rows(appointment).anchor, NOW + MINUTE)
        appointment.write({"state": "booked"})
        self.assertEqual(self.states(appointment), [SUPERSEDED])

    def test_what_is_done_is_followed_up_though_its_start_is_past(self):
        self.automate("done", (2, "days"))
        appointment = self.book(NOW + HOUR)
        self.at(NOW + 2 * HOUR)
        appointment.write({"state": "arrived"})
        self.assertFalse(self.rows(appointment))
        appointment.action_done()
        self.assertEqual(self.rows(appointment).due_at, NOW + 2 * HOUR + 2 * DAY)
        self.run_planner(NOW + 3 * HOUR + 2 * DAY)
        self.assertEqual(self.states(appointment), [QUEUED])
        self.assertEqual(self.rows(appointment).message_id.expires_at, NOW + 2 * HOUR + 3 * DAY)

    def test_slip_that_is_mended_is_no_second_event(self):
        self.automate("done", (1, "hours"))
        appointment = self.book(NOW + HOUR)
        self.at(NOW + 2 * HOUR)
        appointment.write({"state": "arrived"})
        appointment.action_done()
        self.run_planner(NOW + 3 * HOUR)
        self.assertEqual(self.states(appointment), [QUEUED])
        self.rows(appointment).message_id.state = "sent"
        appointment.write({"state": "arrived"})
        self.at(NOW + 4 * HOUR)
        appointment.action_done()
        self.run_planner(NOW + 6 * HOUR)
        self.assertEqual(self.states(appointment), [QUEUED])

    def test_slip_withdraws_what_waits(self):
        self.automate("done", (1, "days"))
        appointment = self.book(NOW + HOUR)
        appointment.write({"state": "arrived"})
        appointment.action_done()
        appointment.write({"state": "arrived"})
        self.assertEqual(self.states(appointment), [SUPERSEDED])

    def test_who_did_not_come_is_written_to_unless_he_comes_after_all(self):
        self.automate("no_show", (1, "hours"))
        missed, late = self.book(NOW + HOUR), self.book(NOW + 3 * HOUR)
        self.at(NOW + 4 * HOUR)
        (missed | late).write({"state": "no_show"})
        self.assertEqual(self.states(missed | late), [PLANNED, PLANNED])
        late.write({"state": "arrived"})
        self.run_planner(NOW + 5 * HOUR)
        self.assertEqual((self.states(missed), self.states(late)), ([QUEUED], [SUPERSEDED]))

    def test_after_a_day_of_downtime_nobody_is_asked_how_it_was(self):
        self.automate("done", (1, "hours"))
        appointment = self.book(NOW + HOUR)
        appointment.write({"state": "arrived"})
        appointment.action_done()
        self.run_planner(NOW + 2 * DAY)
        self.assertEqual(self.states(appointment), [TOO_LATE])

    def test_condition_narrows_and_is_asked_again_before_it_leaves(self):
        self.automate("before", (1, "days"), domain="[('duration', '>=', 45)]")
        short, long = self.book(IN_A_WEEK), self.book(IN_A_WEEK + HOUR, duration=60)
        self.assertEqual((self.states(short), self.states(long)), ([], [PLANNED]))
        long.duration = 30
        self.run_planner(IN_A_WEEK)
        self.assertEqual(self.states(long), [NO_MATCH])

    def test_editing_an_automation_touches_its_own_future_rows_only(self):
        edited, other = self.automate("before", (1, "days")), self.automate("before", (2, "days"))
        appointment = self.book(IN_A_WEEK)
        self.run_planner()
        self.rows(appointment).filtered(lambda row: row.automation_id == other).due_at = NOW + HOUR
        edited.step_ids.offset_value = 3
        self.run_planner()
        self.assertEqual(self.rows(appointment).mapped("due_at"), [NOW + HOUR, IN_A_WEEK - 3 * DAY])

    def test_new_step_after_the_visit_reaches_who_was_there_lately(self):
        automation = self.automate("done", (1, "days"))
        appointment = self.book(NOW + HOUR)
        appointment.write({"state": "arrived"})
        appointment.action_done()
        self.at(NOW + 2 * DAY)
        automation.step_ids.copy({"offset_value": 7, "automation_id": automation.id})
        self.run_planner()
        self.assertIn(NOW + 7 * DAY, self.rows(appointment).mapped("due_at"))


@tagged("post_install", "-at_install")
class TestDates(TriggerCase):
    def test_date_of_any_record_is_found_two_days_before_it_is_due(self):
        self.greet()
        child = self.child(date(2026, 3, 9))
        self.run_planner()
        self.assertFalse(self.about(child))
        self.run_planner(datetime(2026, 3, 7, 9))
        row = self.about(child)
        self.assertEqual((row.partner_id, row.company_id, row.state), (self.patient, self.branch_a, "planned"))
        self.assertEqual(row.due_at, datetime(2026, 3, 8, 21), "midnight in Istanbul")

    def test_date_falls_due_inside_the_hours(self):
        self.greet((0, "days", "after"), (1, "days", "before"), window_from=9, window_to=20)
        child = self.child(date(2026, 3, 5))
        self.run_planner()
        self.assertEqual(self.about(child).mapped("due_at"), [datetime(2026, 3, 4, 6), datetime(2026, 3, 5, 6)])
        self.run_planner(datetime(2026, 3, 4, 6))
        self.assertEqual(self.ends(child), [QUEUED, PLANNED])
        self.assertEqual(self.about(child)[0].message_id.partner_id, self.patient)

    def test_changed_date_leaves_one_message_at_the_new_one(self):
        self.greet()
        child = self.child(date(2026, 3, 4))
        self.run_planner()
        child.birth_date = date(2026, 3, 5)
        self.run_planner()
        self.assertEqual(self.ends(child), [SUPERSEDED, PLANNED])

    def test_change_that_nobody_told_is_noticed_before_a_message_leaves(self):
        self.greet()
        child, gone, archived = (self.child(date(2026, 3, 4)) for _count in range(3))
        self.run_planner()
        self.env.cr.execute("UPDATE res_partner SET birth_date = '2026-08-01' WHERE id = %s", [child.id])
        rows = self.about(gone)
        gone.unlink()
        archived.active = False
        self.run_planner(datetime(2026, 3, 3, 21))
        self.assertEqual((self.ends(child), self.ends(archived)), ([SUPERSEDED, PLANNED], [NO_MATCH]))
        self.assertEqual((rows.state, rows.skip_reason), ("skipped", "deleted"))

    def test_long_downtime_makes_up_for_nothing_and_says_so(self):
        self.greet()
        over, today = self.child(date(2026, 3, 10)), self.child(date(2026, 3, 20))
        self.run_planner(datetime(2026, 3, 20, 9))
        self.assertEqual((self.ends(over), self.ends(today)), ([TOO_LATE], [PLANNED]))
        self.run_planner()
        self.assertEqual((self.ends(over), self.ends(today)), ([TOO_LATE], [QUEUED]))

    def test_reminder_of_a_date_that_nobody_sent_in_time_was_too_late(self):
        source = self.env.ref("clinic_whatsapp.source_appointment").id
        reminder = self.automate("date", (12, "hours"), source_id=source)
        reminder.step_ids.offset_side = "before"
        visit = self.book(NOW + 2 * DAY)
        self.run_planner()
        self.assertEqual(self.states(visit), [("planned", False)])
        self.run_planner(NOW + 2 * DAY + HOUR)
        self.assertEqual(self.states(visit), [("skipped", "too_late")])

    def test_what_was_before_it_was_switched_on_is_left_alone(self):
        self.greet()
        long_ago = self.child(date(2026, 2, 20))
        self.run_planner()
        self.assertFalse(self.about(long_ago))

    def test_only_who_may_change_the_record_stops_its_message(self):
        self.greet()
        child, other = self.child(date(2026, 3, 4)), self.child(date(2026, 3, 4))
        self.run_planner()
        self.about(child).with_user(self.user_a).action_skip()
        self.assertEqual(self.ends(child), [("skipped", "by_hand")])
        row = self.about(other)
        consent = self.env["clinic.consent"].search([("partner_id", "=", self.patient.id)], limit=1)
        row.write({"res_model": "clinic.consent", "res_id": consent.id})  # read by reception, changed by nobody
        with self.assertRaises(AccessError):
            row.with_user(self.user_a).action_skip()

    def test_record_without_a_patient_is_passed_over(self):
        self.greet()
        grown = self.create_patient("Grown", False, birth_date=date(2026, 3, 4))
        self.run_planner()
        self.assertFalse(self.about(grown))

    def test_patient_who_is_none_any_more_gets_nothing(self):
        self.greet()
        child = self.child(date(2026, 3, 4))
        self.run_planner()
        child.guardian_id = False
        self.run_planner(datetime(2026, 3, 3, 21))
        self.assertEqual(self.ends(child), [("skipped", "no_patient")])

    def test_patient_of_another_clinic_is_not_written_to(self):
        self.greet()
        other = self.env["res.company"].create({"name": "Gül Klinik"})
        stranger = self.create_patient("Stranger", "+905300000009", company_id=other.id)
        child = self.create_patient("Child", False, birth_date=date(2026, 3, 4), company_id=False)
        child.guardian_id = stranger
        self.run_planner()
        row = self.about(child)
        self.assertEqual((row.skip_reason, row.partner_id), ("no_patient", self.env["res.partner"]))

    def test_planning_of_dates_works_in_batches_and_ends(self):
        self.greet()
        children = self.env["res.partner"].union(*(self.child(date(2026, 3, 4)) for _count in range(7)))
        with patch("odoo.addons.clinic_whatsapp.models.automation.catch_up.BATCH", 3):
            self.run_planner()
        self.assertEqual(self.ends(children), [PLANNED] * 7)

    def test_days_begin_on_the_wall_of_the_branch_on_the_day_the_clocks_change(self):
        self.branch_a.resource_calendar_id.tz = "Europe/Berlin"
        self.greet((0, "days", "after"), (1, "days", "after"), (24, "hours", "after"))
        for day, due in (
            (date(2026, 3, 29), [(28, 23), (29, 22), (29, 23)]),
            (date(2026, 10, 25), [(24, 22), (25, 22), (25, 23)]),
        ):
            with self.subTest(day=day):
                self.at(datetime(2026, day.month, 24, 9))
                child = self.child(day)
                self.run_planner(datetime(2026, day.month, 27 if day.month == 3 else 23, 9))
                found = [(row.due_at.day, row.due_at.hour) for row in self.about(child)]
                self.assertEqual(found, due)

    def test_date_without_a_time_is_looked_up_as_it_is_planned_in_every_zone(self):
        """The query that looks for missing rows counts midnight as the planner does, or it would find them again."""
        self.greet()
        for zone in ("Europe/Istanbul", "America/New_York", "Asia/Tokyo", "Asia/Beirut"):
            with self.subTest(zone=zone):
                self.branch_a.resource_calendar_id.tz = zone
                child = self.child(date(2026, 3, 29))
                self.at(datetime(2026, 3, 28, 5))
                self.run_planner()
                row = self.about(child)
                self.assertTrue(row)
                domain = row.step_id._get_dated_domain(zone, self.branch_a)
                self.assertNotIn(child, self.env["res.partner"].search(domain))


@tagged("post_install", "-at_install")
class TestNoted(TriggerCase):
    def call(self, **vals):
        return self.automate("called", source_id=self.env.ref("clinic_whatsapp.source_appointment").id, **vals)

    def test_what_is_called_for_leaves_once(self):
        automation, appointment = self.call(), self.book(IN_A_WEEK)
        automation.with_user(self.user_a)._note(appointment.with_user(self.user_a))
        automation._note(appointment)
        self.assertEqual(self.states(appointment), [PLANNED])
        self.run_planner()
        self.assertEqual(self.states(appointment), [QUEUED])
        self.at(NOW + HOUR)
        automation._note(appointment)
        self.assertEqual(self.states(appointment), [QUEUED, PLANNED])

    def test_what_does_not_match_any_more_does_not_leave(self):
        automation, appointment = self.call(domain="[('duration', '=', 30)]"), self.book(IN_A_WEEK)
        other = self.book(IN_A_WEEK + HOUR, duration=60)
        automation._note(appointment | other)
        self.assertEqual((self.states(appointment), self.states(other)), ([PLANNED], []))
        appointment.duration = 50
        self.run_planner(NOW + MINUTE)
        self.assertEqual(self.states(appointment), [NO_MATCH])

    def test_other_changes_of_the_record_leave_it_alone(self):
        automation, appointment = self.call(), self.book(IN_A_WEEK)
        automation._note(appointment)
        appointment.start = IN_A_WEEK + DAY
        self.run_planner(NOW + MINUTE)
        self.assertEqual(self.states(appointment), [QUEUED])

    def test_switched_off_automation_notes_nothing(self):
        automation, appointment = self.call(active=False), self.book(IN_A_WEEK)
        automation._note(appointment)
        self.assertFalse(self.rows(appointment))

    def test_automation_of_a_sister_branch_notes_nothing(self):
        automation, appointment = self.call(company_id=self.branch_b.id), self.book(IN_A_WEEK)
        automation._note(appointment)
        self.assertFalse(self.rows(appointment))

    def test_what_is_called_for_at_night_waits_for_the_morning(self):
        automation, appointment = self.call(window_from=9, window_to=20), self.book(IN_A_WEEK)
        self.at(datetime(2026, 3, 2, 20))
        automation._note(appointment)
        self.assertEqual(self.rows(appointment).due_at, datetime(2026, 3, 3, 6))


@tagged("post_install", "-at_install")
class TestChatRows(TriggerCase):
    def answer(self, trigger="greeting", **step):
        return self.env["clinic.whatsapp.automation"].create(
            {
                "name": "Answer",
                "trigger": trigger,
                "company_id": self.root.id,
                "purpose_id": self.env.ref("clinic_whatsapp.purpose_service").id,
                "step_ids": [Command.create({"offset_unit": "minutes", "text": "Welcome!", **step})],
            }
        )

    def test_answer_leaves_in_its_conversation_at_any_hour(self):
        self.at(datetime(2026, 3, 2, 23))
        conversation = self.open_conversation(self.account_a, self.patient)
        self.answer()._note(conversation)
        row = self.about(conversation)
        self.assertEqual((row.conversation_id, row.company_id, row.due_at), (conversation, self.branch_a, self.now()))
        self.run_planner()
        self.assertEqual((row.state, row.message_id.body, row.message_id.kind), ("queued", "Welcome!", "greeting"))
        self.assertEqual(row.message_id.conversation_id, conversation)

    def now(self):
        return datetime(2026, 3, 2, 23)

    def test_somebody_who_is_no_patient_yet_is_answered_too(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        conversation.partner_id = False
        self.answer()._note(conversation)
        self.assertFalse(self.about(conversation).partner_id)
        self.run_planner()
        self.assertEqual(self.ends(conversation), [QUEUED])

    def test_same_occasion_is_answered_once(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        automation = self.answer()
        evening = NOW - 5 * HOUR
        automation._note(conversation, evening)
        self.run_planner()
        self.at(NOW + HOUR)
        automation._note(conversation, evening)
        self.assertEqual(self.ends(conversation), [QUEUED])

    def test_late_answer_is_none(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        self.answer()._note(conversation)
        self.run_planner(NOW + 3 * HOUR)
        self.assertEqual(self.ends(conversation), [TOO_LATE])

    def test_text_is_not_sent_when_the_window_has_closed(self):
        conversation = self.open_conversation(self.account_a, self.patient, window=False)
        self.answer()._note(conversation)
        self.run_planner()
        self.assertEqual(self.ends(conversation), [("skipped", "blocked")])

    def test_template_can_answer_too(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        self.answer(text=False, template_id=self.plain_template().id)._note(conversation)
        self.run_planner()
        message = self.about(conversation).message_id
        self.assertEqual((message.conversation_id, message.body), (conversation, "Hello from the clinic!"))

    def test_template_about_a_visit_is_about_the_last_one_that_took_place(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        self.answer(text=False, template_id=self.reminder_template.id)._note(conversation)
        self.book(NOW + DAY)
        last, _older = self.book(NOW - DAY), self.book(NOW - 3 * DAY)
        self.env["clinic.appointment"].search([("start", "<", NOW)]).write({"state": "arrived"})
        self.run_planner()
        self.assertEqual(self.about(conversation).message_id.res_id, last.id)


@tagged("post_install", "-at_install")
class TestRemovedModel(TriggerCase):
    def test_records_that_are_gone_for_good_stop_their_automation_and_no_other(self):
        gone, other = self.automate("before", (1, "days")), self.automate("before", (2, "days"))
        appointment = self.book(IN_A_WEEK)
        row = self.rows(appointment).filtered(lambda row: row.automation_id == gone)
        row.res_model = "removed.app"
        self.run_planner(IN_A_WEEK - DAY)
        self.assertEqual((row.state, row.skip_reason), ("skipped", "broken"))
        self.assertFalse(gone.active)
        self.assertIn("removed.app", gone.stopped_reason)
        self.assertEqual(self.rows(appointment).filtered(lambda row: row.automation_id == other).state, "queued")
