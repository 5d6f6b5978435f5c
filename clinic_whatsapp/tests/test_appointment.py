from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .appointment_common import NOW, TOMORROW, AppointmentCase

HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestAppointmentTimes(AppointmentCase):
    def test_end_follows_from_the_service(self):
        appointment = self.book(service_id=self.service.id)
        self.assertEqual(appointment.stop, TOMORROW + timedelta(minutes=45))

    def test_form_proposes_end_and_branch(self):
        with Form(self.env["clinic.appointment"].with_user(self.user_a)) as form:
            form.patient_id = self.patient
            form.start = TOMORROW
            form.service_id = self.service.with_user(self.user_a)
            self.assertEqual(form.stop, TOMORROW + timedelta(minutes=45))
        self.assertEqual(form.record.company_id, self.branch_a)

    def test_moving_the_start_keeps_the_length(self):
        appointment = self.book(start=TOMORROW, stop=TOMORROW + 2 * HOUR)
        appointment.start = TOMORROW + 3 * HOUR
        self.assertEqual(appointment.stop, TOMORROW + 5 * HOUR)

    def test_dragging_both_ends_in_the_calendar_changes_the_length(self):
        appointment = self.book()
        appointment.write({"start": TOMORROW + HOUR, "stop": TOMORROW + 2 * HOUR})
        self.assertEqual((appointment.stop, appointment.duration), (TOMORROW + 2 * HOUR, 60))

    @mute_logger("odoo.sql_db")
    def test_end_before_start_is_refused(self):
        with self.assertRaisesRegex(IntegrityError, "clinic_appointment_duration_positive"):
            self.book(stop=TOMORROW - HOUR)
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestPractitionerIsBookedOnce(AppointmentCase):
    def test_overlap_is_refused_and_names_no_patient(self):
        self.book(practitioner_id=self.doctor_a.id)
        other = self.new_patient()
        with self.assertRaises(ValidationError) as refusal:
            self.book(
                TOMORROW + timedelta(minutes=15),
                practitioner_id=self.doctor_a.id,
                patient_id=other.id,
            )
        text = str(refusal.exception)
        self.assertIn("Dr. Ada Ak is already booked from 12:00 to 12:30", text)
        self.assertNotIn(self.patient.name, text)

    def test_appointments_may_follow_each_other_without_a_gap(self):
        self.book(practitioner_id=self.doctor_a.id)
        self.assertTrue(self.book(TOMORROW + HOUR / 2, practitioner_id=self.doctor_a.id))

    def test_cancelled_time_is_free_and_taken_time_cannot_be_booked_again(self):
        first = self.book(practitioner_id=self.doctor_a.id)
        first.action_cancel()
        self.book(practitioner_id=self.doctor_a.id)
        with self.assertRaises(ValidationError):
            first.action_rebook()

    def test_moving_onto_another_appointment_is_refused(self):
        self.book(practitioner_id=self.doctor_a.id)
        later = self.book(TOMORROW + 3 * HOUR, practitioner_id=self.doctor_a.id)
        with self.assertRaises(ValidationError):
            later.start = TOMORROW

    def test_two_in_one_batch_collide_too(self):
        vals = {"patient_id": self.patient.id, "practitioner_id": self.doctor_a.id}
        with self.assertRaises(ValidationError):
            self.env["clinic.appointment"].create(
                [{**vals, "company_id": self.branch_a.id, "start": TOMORROW} for _twice in range(2)]
            )

    def test_practitioner_of_two_branches_is_booked_once_over_both(self):
        shared = self.env["resource.resource"].create({"name": "Dr. Both", "company_id": False})
        self.book(practitioner_id=shared.id)
        with self.assertRaises(ValidationError):
            self.book(practitioner_id=shared.id, company_id=self.branch_b.id)

    def test_practitioner_of_another_branch_is_refused(self):
        with self.assertRaises(UserError):
            self.book(practitioner_id=self.doctor_b.id)


@tagged("post_install", "-at_install")
class TestAppointmentEvents(AppointmentCase):
    def test_moments_tell_what_happened_when(self):
        appointment = self.book()
        self.assertEqual(appointment.booked_at, NOW)
        self.at(NOW + HOUR)
        appointment.action_confirm()
        self.assertEqual((appointment.state, appointment.confirmed_at), ("confirmed", NOW + HOUR))
        self.at(NOW + 2 * HOUR)
        appointment.action_cancel()
        self.assertEqual(appointment.cancelled_at, NOW + 2 * HOUR)
        self.assertEqual(appointment.cancelled_by, "clinic")
        self.at(NOW + 3 * HOUR)
        appointment.action_rebook()
        self.assertEqual((appointment.state, appointment.booked_at), ("booked", NOW + 3 * HOUR))
        self.assertFalse(appointment.cancelled_at or appointment.cancelled_by)

    def test_moved_appointment_remembers_its_time_and_wants_a_new_confirmation(self):
        appointment = self.book()
        appointment.action_confirm()
        self.at(NOW + HOUR)
        appointment.start = TOMORROW + HOUR
        self.assertEqual(appointment.previous_start, TOMORROW)
        self.assertEqual(appointment.moved_at, NOW + HOUR)
        self.assertEqual(appointment.state, "booked")

    def test_writing_the_same_start_is_no_move(self):
        appointment = self.book()
        appointment.write({"start": fields.Datetime.to_string(TOMORROW), "note": "x"})
        self.assertFalse(appointment.moved_at)

    def test_several_appointments_moved_at_once_keep_their_own_history(self):
        appointments = self.book() | self.book(TOMORROW + HOUR)
        appointments.write({"start": TOMORROW + 5 * HOUR})
        self.assertEqual(appointments.mapped("previous_start"), [TOMORROW, TOMORROW + HOUR])

    def test_visit_goes_from_booked_to_done(self):
        appointment = self.book()
        for action in ("action_confirm", "action_arrive", "action_done"):
            getattr(appointment.with_user(self.user_a), action)()
        self.assertEqual(appointment.state, "done")

    def test_leaps_between_states_are_refused_in_plain_words(self):
        appointment = self.book()
        with self.assertRaises(UserError) as refusal:
            appointment.state = "done"
        self.assertIn("“Booked” and cannot become “Done”", str(refusal.exception))
        appointment.action_no_show()
        with self.assertRaises(UserError):
            appointment.action_cancel()

    def test_missed_appointment_can_be_booked_again_or_found_to_have_come(self):
        missed, late = self.book(), self.book(TOMORROW + HOUR)
        (missed | late).action_no_show()
        missed.action_rebook()
        late.action_arrive()
        self.assertEqual((missed.state, late.state), ("booked", "arrived"))

    def test_copy_is_a_new_booking_a_week_later(self):
        appointment = self.book(practitioner_id=self.doctor_a.id)
        appointment.action_confirm()
        self.at(NOW + HOUR)
        copy = appointment.copy()
        self.assertEqual((copy.start, copy.state), (TOMORROW + timedelta(days=7), "booked"))
        self.assertEqual(copy.booked_at, NOW + HOUR)


@tagged("post_install", "-at_install")
class TestAppointmentTexts(AppointmentCase):
    def test_date_and_time_in_the_patients_words_and_the_branchs_zone(self):
        self.env["res.lang"]._activate_lang("tr_TR")
        self.patient.lang = "tr_TR"
        appointment = self.book(datetime(2026, 11, 24, 7, 30))
        self.assertEqual(appointment.start_date_text, "24 Kasım Salı")
        self.assertEqual(appointment.start_time_text, "10:30")
        self.patient.lang = "en_US"
        self.assertEqual(appointment.start_date_text, "Tuesday, November 24")

    def test_day_of_another_year_names_the_year(self):
        appointment = self.book(datetime(2027, 1, 5, 7, 30))
        self.assertEqual(appointment.start_date_text, "Tuesday, January 5, 2027")

    def test_midnight_in_utc_is_the_next_day_in_istanbul(self):
        appointment = self.book(datetime(2026, 11, 23, 21, 30))
        self.assertEqual(appointment.start_date_text, "Tuesday, November 24")
        self.assertEqual(appointment.start_time_text, "00:30")

    def test_summer_and_winter_time_of_a_branch_abroad(self):
        self.branch_a.resource_calendar_id.tz = "Europe/Berlin"
        winter, summer = self.book(datetime(2026, 3, 28, 9)), self.book(datetime(2026, 3, 29, 9))
        self.assertEqual((winter | summer).mapped("start_time_text"), ["10:00", "11:00"])

    def test_previous_time_is_told_after_a_move(self):
        appointment = self.book(datetime(2026, 11, 24, 7, 30))
        self.assertEqual(appointment.previous_start_date_text, "")
        appointment.start = datetime(2026, 11, 25, 7, 30)
        self.assertEqual(appointment.previous_start_date_text, "Tuesday, November 24")
        self.assertEqual(appointment.previous_start_time_text, "10:30")

    def test_how_early_to_arrive_comes_from_the_service(self):
        appointment = self.book()
        self.assertEqual(appointment.arrive_early_minutes, 15)
        self.service.arrive_early_minutes = 0
        appointment.service_id = self.service
        self.assertEqual(appointment.arrive_early_minutes, 0)


@tagged("post_install", "-at_install")
class TestAppointmentBranchWall(AppointmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outsider = new_test_user(
            cls.env,
            "wa_outsider",
            groups="base.group_user",
            company_id=cls.branch_a.id,
            company_ids=[Command.set(cls.branch_a.ids)],
        )

    def test_other_branch_sees_nothing(self):
        appointment = self.book()
        theirs = self.env["clinic.appointment"].with_user(self.user_b)
        self.assertFalse(theirs.search([("id", "=", appointment.id)]))
        self.assertFalse(theirs.name_search(self.patient.name))
        self.assertFalse(theirs._read_group([("id", "=", appointment.id)], ["state"]))
        for access in (
            lambda: appointment.with_user(self.user_b).read(["start"]),
            lambda: appointment.with_user(self.user_b).write({"note": "x"}),
            lambda: appointment.with_user(self.user_b).action_cancel(),
        ):
            with self.assertRaises(AccessError):
                access()

    def test_forged_branch_is_refused(self):
        forged = self.env["clinic.appointment"].with_user(self.user_b)
        with self.assertRaises(AccessError):
            forged.with_context(allowed_company_ids=self.branch_a.ids).search([])

    def test_label_of_another_branch_names_nobody(self):
        appointment = self.book()
        own = appointment.with_user(self.user_a).sudo().display_name
        self.assertIn(self.patient.name, own)
        self.assertIn("3 Mar 2026 12:00", own)
        self.env.invalidate_all()
        foreign = appointment.with_user(self.user_b).sudo().display_name
        self.assertNotIn(self.patient.name, foreign)

    def test_appointment_cannot_be_moved_to_another_branch(self):
        appointment = self.book()
        with self.assertRaises(AccessError):
            appointment.with_user(self.user_a).company_id = self.branch_b
        with self.assertRaises(AccessError):
            self.env["clinic.appointment"].with_user(self.user_a).create(
                {"patient_id": self.patient.id, "start": NOW, "company_id": self.branch_b.id}
            )

    def test_who_has_no_role_has_no_access(self):
        appointment = self.book()
        for model in ("clinic.appointment", "clinic.service", "clinic.whatsapp.scheduled"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.outsider).search([])
        patient = self.patient.with_user(self.outsider)
        self.assertTrue(patient.read(["name"]))
        with self.assertRaises(AccessError):
            patient.read(["appointment_ids"])
        self.assertTrue(appointment)

    def test_reception_deletes_nothing_and_the_branch_manager_may(self):
        appointment = self.book()
        with self.assertRaises(AccessError):
            appointment.with_user(self.user_a).unlink()
        appointment.with_user(self.manager_a).unlink()

    def test_only_patients_of_this_clinic_can_be_booked(self):
        stranger = self.env["res.partner"].create({"name": "No patient"})
        with self.assertRaises(ValidationError):
            self.book(patient_id=stranger.id)
        elsewhere = self.env["res.company"].create({"name": "Another clinic"})
        with self.assertRaises(UserError):
            self.book(
                patient_id=self.env["res.partner"]
                .create({"name": "Theirs", "is_patient": True, "company_id": elsewhere.id})
                .id
            )

    def test_patient_card_counts_what_the_reader_may_see(self):
        self.book()
        self.book(TOMORROW + HOUR, company_id=self.branch_b.id)
        self.env.invalidate_all()
        mine = self.patient.with_user(self.user_a)
        self.assertEqual((mine.appointment_count, mine.next_appointment_at), (1, TOMORROW))
        self.assertEqual(self.patient.with_user(self.user_b).next_appointment_at, TOMORROW + HOUR)
        action = mine.action_open_appointments()
        found = self.env["clinic.appointment"].with_user(self.user_a).search(action["domain"])
        self.assertEqual(len(found), 1)

    def test_service_of_a_sister_branch_is_hidden_and_that_of_the_parent_is_read_only(self):
        sisters = self.env["clinic.service"].create({"name": "B only", "company_id": self.branch_b.id})
        seen = self.env["clinic.service"].with_user(self.manager_a).search([])
        self.assertIn(self.service, seen)
        self.assertNotIn(sisters, seen)
        with self.assertRaises(AccessError):
            self.service.with_user(self.manager_a).duration = 5
        with self.assertRaises(UserError):
            self.book(service_id=sisters.id)


@tagged("post_install", "-at_install")
class TestPatientsStayOutOfMail(AppointmentCase):
    def test_patient_never_follows(self):
        appointment = self.book()
        appointment.message_subscribe(partner_ids=self.patient.ids)
        self.assertNotIn(self.patient, appointment.message_partner_ids)

    def test_patient_cannot_be_mentioned(self):
        appointment = self.book().with_user(self.user_a)
        note = appointment.message_post(body="call back", partner_ids=self.patient.ids)
        self.assertFalse(note.sudo().partner_ids)

    def test_colleague_of_another_branch_cannot_be_mentioned(self):
        appointment = self.book().with_user(self.user_a)
        mentioned = (self.user_b | self.manager_a).partner_id
        note = appointment.message_post(body="look", partner_ids=mentioned.ids)
        self.assertEqual(note.sudo().partner_ids, self.manager_a.partner_id)

    def test_patient_is_not_suggested_as_recipient(self):
        self.patient.email = "ayse@example.com"
        suggested = self.book()._message_get_suggested_recipients()
        self.assertNotIn(self.patient.id, [person.get("partner_id") for person in suggested])

    def test_booking_sends_no_mail(self):
        self.patient.email = "ayse@example.com"
        before = self.env["mail.mail"].search_count([])
        self.book().action_cancel()
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
