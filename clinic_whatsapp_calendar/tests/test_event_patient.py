"""An event is about a patient: for its branch, without inviting him, in series and copies too."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .calendar_common import MODEL, START, CalendarCase


@tagged("post_install", "-at_install")
class TestEventPatient(CalendarCase):
    def test_the_branch_is_the_one_in_which_the_organizer_works_now(self):
        self.assertEqual(self.plan().clinic_company_id, self.branch_a)
        event = self.plan(self.user_b)
        self.assertEqual(event.clinic_company_id, self.branch_b)

    def test_the_patient_is_chosen_in_the_form(self):
        with Form(self.env[MODEL].with_user(self.user_a)) as form:
            form.name = "Implant for Deniz"
            form.clinic_patient_id = self.patient
            self.assertEqual(form.name, "Appointment")
        event = form.record
        self.assertEqual((event.clinic_patient_id, event.clinic_company_id), (self.patient, self.branch_a))

    def test_the_title_says_nothing_of_the_patient_whoever_writes_it(self):
        event = self.plan(name="Deniz Örnek, implant")
        self.assertEqual(event.name, "Appointment")
        event.name = "Deniz again"
        self.assertEqual(event.name, "Appointment")
        event.with_user(self.user_b).name = "Deniz once more"
        self.assertEqual(event.name, "Appointment")

    def test_a_manager_is_offered_events_and_not_the_rows_behind_them(self):
        offered = {row["model"] for row in self.env["clinic.whatsapp.source"].with_user(self.manager_a).get_models()}
        self.assertIn(MODEL, offered)
        self.assertNotIn("clinic.calendar.visit", offered)

    def test_other_events_keep_their_title(self):
        event = self.plan(clinic_patient_id=False)
        self.assertEqual(event.name, "Implant")

    def test_a_patient_is_neither_invited_nor_following(self):
        self.patient.email = "deniz@example.com"
        mails = self.env["mail.mail"].search_count([])
        event = self.plan()
        event.start += timedelta(hours=1)
        self.assertNotIn(self.patient, event.partner_ids | event.attendee_ids.partner_id | event.message_partner_ids)
        self.assertFalse(event.message_ids.notified_partner_ids & self.patient)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_the_patient_changes_and_goes(self):
        event = self.plan()
        other = self.create_patient("Ali Demir", "+905300000002")
        event.clinic_patient_id = other
        self.assertEqual(event.clinic_patient_id, other)
        event.clinic_patient_id = False
        self.assertFalse(event.clinic_patient_id)
        self.assertFalse(self.env["clinic.calendar.visit"].search([("event_id", "=", event.id)]))

    def test_nobody_but_a_patient_is_chosen(self):
        friend = self.env["res.partner"].create({"name": "A friend"})
        with self.assertRaises(ValidationError):
            self.plan(clinic_patient_id=friend.id)

    def test_a_patient_of_another_clinic_is_refused(self):
        other = self.env["res.company"].create({"name": "Gül Klinik"})
        stranger = self.create_patient("Zeynep", "+905300000009", company_id=other.id)
        with self.assertRaises(AccessError):
            self.plan(clinic_patient_id=stranger.id)

    def test_a_branch_that_is_not_active_is_refused(self):
        with self.assertRaises(AccessError):
            self.plan(clinic_company_id=self.branch_b.id)

    def test_an_event_does_not_move_to_another_branch(self):
        event = self.plan(self.clinic_manager, clinic_company_id=self.branch_a.id)
        with self.assertRaises(AccessError):
            event.clinic_company_id = self.branch_b

    def test_an_event_that_another_branch_has_taken_is_left_to_it(self):
        event = self.plan()
        for vals in ({"clinic_patient_id": self.patient.id}, {"clinic_patient_id": False}):
            with self.subTest(vals=vals), self.assertRaises(UserError) as refused, self.env.cr.savepoint():
                event.with_user(self.user_b).write(vals)
            self.assertNotIn(self.patient.name, str(refused.exception))
        self.assertEqual(event.clinic_patient_id, self.patient)

    def test_the_only_patient_who_attends_is_meant(self):
        attending = self.patient | self.user_a.partner_id
        event = self.plan(clinic_patient_id=False, partner_ids=[Command.set(attending.ids)])
        self.assertEqual((event.clinic_patient_id, event.clinic_company_id), (self.patient, self.branch_a))
        self.assertEqual(event.name, "Implant")
        self.assertEqual(event.search([("clinic_patient_id", "=", self.patient.id)]), event)

    def test_of_two_patients_who_attend_none_is_meant(self):
        other = self.create_patient("Ali Demir", "+905300000002")
        event = self.plan(clinic_patient_id=False, partner_ids=[Command.set((self.patient | other).ids)])
        self.assertFalse(event.clinic_patient_id)
        self.assertFalse(event.search([("clinic_patient_id", "in", (self.patient | other).ids)]))

    def test_a_colleague_who_is_a_patient_too_attends_as_a_colleague(self):
        self.user_a.partner_id.is_patient = True
        event = self.plan(clinic_patient_id=False)
        self.assertFalse(event.clinic_patient_id)
        self.assertFalse(event.search([("clinic_patient_id", "=", self.user_a.partner_id.id)]))

    def test_the_planner_sees_the_patient_of_every_branch(self):
        events = self.plan() | self.plan(self.user_b)
        self.assertEqual(events.sudo().mapped("clinic_patient_id"), self.patient)
        self.assertEqual(events.sudo().mapped("clinic_company_id"), self.branch_a | self.branch_b)
        found = self.env[MODEL].sudo().search([("clinic_company_id", "child_of", self.root.id), ("start", "=", START)])
        self.assertEqual(found, events)

    def plan_series(self):
        """Return the first of three Wednesdays."""
        weekly = {"rrule_type_ui": "weekly", "rrule_type": "weekly", "interval": 1, "wed": True}
        event = self.plan(recurrency=True, end_type="count", count=3, **weekly)
        self.assertEqual(len(event.recurrence_id.calendar_event_ids), 3)
        return event

    def test_a_series_is_about_its_patient_throughout(self):
        events = self.plan_series().recurrence_id.calendar_event_ids
        self.assertEqual([event.clinic_patient_id for event in events], [self.patient] * 3)
        self.assertEqual(set(events.mapped("name")), {"Appointment"})

    def test_a_series_keeps_its_patient_when_another_branch_moves_it(self):
        event = self.plan_series()
        event.with_user(self.user_b).write(
            {"start": START.replace(hour=14), "stop": START.replace(hour=15), "recurrence_update": "all_events"}
        )
        series = self.env[MODEL].with_user(self.user_a).search([("clinic_patient_id", "=", self.patient.id)])
        self.assertEqual(len(series), 3)
        self.assertFalse(series.with_user(self.user_b).mapped("clinic_patient_id"))

    def test_the_patient_of_one_event_of_a_series_changes_alone(self):
        event = self.plan_series()
        other = self.create_patient("Ali Demir", "+905300000002")
        last = event.recurrence_id.calendar_event_ids.sorted("start")[-1]
        last.clinic_patient_id = other
        events = event.recurrence_id.calendar_event_ids.sorted("start")
        self.assertEqual([event.clinic_patient_id for event in events], [self.patient, self.patient, other])
