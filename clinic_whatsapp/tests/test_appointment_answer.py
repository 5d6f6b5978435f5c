from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .appointment_common import NOW, TOMORROW, AppointmentCase

HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestPatientAnswers(AppointmentCase):
    def setUp(self):
        super().setUp()
        self.branch_a.whatsapp_offer_times = False  # see test_move_in_chat
        self.appointment = self.book()
        self.asked = self.ask(self.appointment)
        self.at(NOW + HOUR)

    def notes(self):
        return [str(note.body.striptags()) for note in self.appointment.message_ids if note.body]

    def activities(self):
        kind = self.env.ref("clinic_whatsapp.activity_type_patient_answer")
        return self.appointment.activity_ids.filtered(lambda a: a.activity_type_id == kind)

    def assertNothingChanged(self, state):
        self.assertEqual(self.appointment.state, state)
        self.assertFalse(self.appointment.move_requested)

    def test_confirming_confirms_and_is_noted(self):
        self.press(self.asked, "confirm")
        self.assertEqual(self.appointment.state, "confirmed")
        self.assertEqual(self.appointment.confirmed_at, NOW + HOUR)
        self.assertIn("Confirmed by the patient over WhatsApp.", self.notes())
        self.assertFalse(self.activities())

    def test_wish_for_another_time_asks_the_receptionist(self):
        self.press(self.asked, "reschedule")
        self.assertTrue(self.appointment.move_requested)
        self.assertEqual(self.appointment.state, "booked")
        self.assertEqual(self.activities().summary, "Patient asks for another time")
        self.assertIn(self.branch_a, self.activities().user_id.company_ids)
        found = self.env["mail.activity"].with_user(self.user_a).search([("id", "=", self.activities().id)])
        self.assertTrue(found)

    def test_first_to_ask_of_the_number_gets_the_activity(self):
        self.account_a.responsible_user_id = self.manager_a
        self.press(self.asked, "reschedule")
        self.assertEqual(self.activities().user_id, self.manager_a)

    def test_somebody_who_left_the_branch_gets_no_activity(self):
        self.account_a.responsible_user_id = self.manager_a
        there = {"company_id": self.branch_b.id, "company_ids": [Command.set(self.branch_b.ids)]}
        self.manager_a.write(there)
        self.press(self.asked, "reschedule")
        self.assertIn(self.branch_a, self.activities().user_id.company_ids)

    def test_cancelling_cancels_in_the_patients_name_and_asks_the_receptionist(self):
        self.press(self.asked, "cancel")
        self.assertEqual(self.appointment.state, "cancelled")
        self.assertEqual(self.appointment.cancelled_by, "patient")
        self.assertEqual(self.activities().summary, "Patient cancelled the appointment")

    def test_pressing_twice_does_nothing_the_second_time(self):
        for action in ("confirm", "reschedule", "cancel"):
            self.press(self.asked, action)
            before = (self.notes(), self.activities(), self.appointment.state)
            self.press(self.asked, action)
            self.assertEqual((self.notes(), self.activities(), self.appointment.state), before)

    def test_patient_who_wanted_another_time_may_come_after_all(self):
        self.press(self.asked, "reschedule")
        self.press(self.asked, "confirm")
        self.assertEqual(self.appointment.state, "confirmed")
        self.assertFalse(self.appointment.move_requested)

    def test_confirming_a_cancelled_appointment_calls_for_a_person(self):
        self.appointment.action_cancel()
        self.press(self.asked, "confirm")
        self.assertNothingChanged("cancelled")
        self.assertIn("will come", self.activities().note)
        self.assertIn("had been cancelled", self.activities().note)

    def test_cancelling_what_the_clinic_cancelled_needs_nobody(self):
        self.appointment.action_cancel()
        self.press(self.asked, "cancel")
        self.assertEqual(self.appointment.cancelled_by, "clinic")
        self.assertFalse(self.activities())

    def test_asking_for_a_new_time_after_the_clinic_cancelled_calls_for_a_person(self):
        self.appointment.action_cancel()
        self.press(self.asked, "reschedule")
        self.assertNothingChanged("cancelled")
        self.assertEqual(len(self.activities()), 1)

    def test_answer_after_the_start_changes_nothing(self):
        self.at(TOMORROW + HOUR)
        self.press(self.asked, "cancel")
        self.assertNothingChanged("booked")
        self.assertIn("had already begun", self.activities().note)

    def test_answer_about_an_earlier_time_changes_nothing(self):
        self.appointment.start = TOMORROW + 5 * HOUR
        self.at(NOW + 2 * HOUR)
        self.press(self.asked, "confirm")
        self.assertNothingChanged("booked")
        self.assertIn("has been moved", self.activities().note)

    def test_answer_to_the_question_about_the_new_time_counts(self):
        self.appointment.start = TOMORROW + 5 * HOUR
        self.at(NOW + 2 * HOUR)
        self.press(self.ask(self.appointment), "confirm")
        self.assertEqual(self.appointment.state, "confirmed")

    def test_visit_that_is_over_is_not_touched(self):
        self.appointment.action_arrive()
        self.press(self.asked, "cancel")
        self.assertNothingChanged("arrived")
        self.assertIn("“Arrived”", self.activities().note)

    def test_moving_the_appointment_ticks_off_the_wish(self):
        self.press(self.asked, "reschedule")
        self.appointment.with_user(self.user_a).start = TOMORROW + HOUR
        self.assertFalse(self.appointment.move_requested)
        self.assertFalse(self.activities())

    def test_notes_and_activities_carry_nothing_that_was_written(self):
        for action in ("reschedule", "cancel", "confirm"):
            self.press(self.asked, action)
        said = " ".join([*self.notes(), *self.activities().mapped("note")])
        self.assertNotIn("pressed text", said)

    def test_no_mail_names_the_patient(self):
        before = self.env["mail.mail"].search_count([])
        self.press(self.asked, "reschedule")
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_button_without_an_action_is_only_a_reply(self):
        self.press(self.asked, "none")
        self.assertNothingChanged("booked")
        self.assertFalse(self.activities())

    def test_answer_in_another_conversation_reaches_no_appointment(self):
        stranger = self.new_patient()
        foreign = self.ask(self.book(TOMORROW + HOUR, patient_id=stranger.id))
        forged = self.press(self.asked, "none")
        forged.write({"button_payload": f"cancel:{foreign.client_ref}:0"})
        forged._react()
        self.assertEqual(self.env["clinic.appointment"].browse(foreign.res_id).state, "booked")

    def test_who_no_longer_writes_for_the_patient_changes_nothing(self):
        self.asked.conversation_id.contact_id.partner_ids = self.new_patient()
        self.press(self.asked, "cancel")
        self.assertNothingChanged("booked")

    def test_message_about_an_appointment_of_another_branch_changes_nothing(self):
        theirs = self.book(TOMORROW + HOUR, company_id=self.branch_b.id)
        self.asked.write({"res_id": theirs.id})
        self.press(self.asked, "cancel")
        self.assertEqual(theirs.state, "booked")

    def test_number_of_the_parent_company_answers_for_the_branches_below(self):
        shared = self.create_account(self.root, "100000000000009")
        asked = self.ask(self.appointment, account=shared)
        self.press(asked, "confirm")
        self.assertEqual(self.appointment.state, "confirmed")

    def test_deleted_appointment_is_no_error(self):
        self.appointment.unlink()
        self.assertTrue(self.press(self.asked, "confirm"))

    def test_mother_answers_for_her_child(self):
        child = self.create_patient("Child", self.patient.phone)
        visit = self.book(TOMORROW + HOUR, patient_id=child.id)
        self.press(self.ask(visit), "confirm")
        self.assertEqual((visit.state, self.appointment.state), ("confirmed", "booked"))
