"""Treatment plans: when a course begins, and what it sends."""

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Datetime
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .appointment_common import NOW
from .followup_common import DAY, HOUR, FollowupCase


@tagged("post_install", "-at_install")
class TestFollowupStart(FollowupCase):
    def book(self, start=NOW + HOUR, **vals):
        return super().book(start, **{"service_id": self.service.id, **vals})

    def test_a_finished_visit_for_a_service_of_the_plan_begins_a_course(self):
        visit = self.book(NOW + HOUR)
        course = self.finish(visit)
        self.assertEqual((course.automation_id, course.partner_id), (self.plan, self.patient))
        self.assertEqual((course.company_id, course.state), (self.branch_a, "running"))
        self.assertEqual((course.started_at, course.started_by_id), (NOW, self.env["res.users"]))

    def test_a_visit_for_another_service_begins_none(self):
        other = self.service.copy({"name": "Cleaning"})
        self.assertFalse(self.finish(self.book(service_id=other.id)))

    def test_a_plan_without_services_begins_by_hand_only(self):
        self.plan.service_ids = False
        self.assertFalse(self.finish(self.book()))

    def test_a_visit_is_followed_by_a_plan_once(self):
        visit = self.book()
        course = self.finish(visit)
        visit.write({"state": "arrived"})
        self.assertEqual((course.state, course.stop_reason), ("stopped", "undone"))
        self.at(NOW + HOUR)
        self.assertEqual(self.finish_again(visit), course)
        self.assertEqual((course.state, course.stop_reason, course.started_at), ("running", False, NOW))
        self.assertEqual(self.planned(course, "planned").mapped("due_at"), [NOW + DAY, NOW + 7 * DAY])

    def test_a_visit_that_took_place_later_is_a_new_day_zero(self):
        visit = self.book()
        course = self.finish(visit)
        visit.write({"state": "arrived"})
        visit.write({"state": "booked"})
        visit.start = NOW + DAY
        self.at(NOW + DAY + HOUR)
        self.finish(visit)
        self.assertEqual((course.state, course.started_at), ("running", NOW + DAY + HOUR))
        self.assertEqual(self.planned(course, "planned")[0].due_at, NOW + 2 * DAY + HOUR)

    def finish_again(self, visit):
        visit.action_done()
        return visit.followup_ids

    def test_the_database_refuses_a_second_course_of_a_visit(self):
        visit = self.book()
        self.finish(visit)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.start(appointment_id=visit.id)

    def test_pressing_start_twice_starts_one_course(self):
        self.start()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.start()

    def test_what_was_done_before_the_plan_was_switched_on_begins_nothing(self):
        self.plan.enabled_at = NOW + DAY
        self.assertFalse(self.finish(self.book()))

    def test_a_list_of_old_visits_begins_nothing(self):
        visits = [self.book(NOW - days * DAY, state="done") for days in (8, 400)]
        self.assertFalse([visit.followup_ids for visit in visits if visit.followup_ids])

    def test_a_plan_of_one_branch_is_not_begun_in_another(self):
        self.plan.branch_ids = self.branch_a
        self.assertFalse(self.finish(self.book(company_id=self.branch_b.id)))
        with self.assertRaisesRegex(ValidationError, "Çankaya"):
            self.start(user=self.user_b, company_id=self.branch_b.id)

    def test_a_visit_of_the_dead_begins_nothing(self):
        visit = self.book()
        self.patient.deceased_on = NOW.date()
        self.assertFalse(self.finish(visit))
        with self.assertRaisesRegex(ValidationError, "living"):
            self.start()

    def test_reception_starts_a_plan_on_the_patient_with_a_day_zero(self):
        opened = self.patient.with_user(self.user_a).action_start_followup()
        form = Form(
            self.env["clinic.followup"].with_user(self.user_a).with_context(**opened["context"]), opened["views"][0][0]
        )
        form.automation_id = self.plan.with_user(self.user_a)
        form.started_at = NOW - DAY
        course = form.save()
        self.assertEqual((course.partner_id, course.started_at), (self.patient, NOW - DAY))
        self.assertEqual((course.company_id, course.started_by_id), (self.branch_a, self.user_a))

    def test_reception_starts_a_plan_from_the_visit(self):
        self.plan.service_ids = False
        visit = self.book()
        self.finish(visit)
        opened = visit.with_user(self.user_a).action_start_followup()
        form = Form(
            self.env["clinic.followup"].with_user(self.user_a).with_context(**opened["context"]), opened["views"][0][0]
        )
        form.automation_id = self.plan.with_user(self.user_a)
        course = form.save()
        self.assertEqual((course.appointment_id, course.started_at), (visit, NOW))

    def test_a_visit_of_somebody_else_is_refused(self):
        other = self.book(patient_id=self.new_patient().id)
        with self.assertRaisesRegex(ValidationError, "another patient"):
            self.start(appointment_id=other.id)

    def test_only_a_plan_that_is_switched_on_is_started(self):
        reminder = self.automate("before", (1, "days"))
        with self.assertRaisesRegex(ValidationError, "not a treatment plan"):
            self.start(reminder)
        self.plan.active = False
        with self.assertRaisesRegex(ValidationError, "switched off"):
            self.start()

    def test_a_course_keeps_plan_patient_and_visit(self):
        course = self.start()
        other = self.create_plan()
        for vals in ({"automation_id": other.id}, {"partner_id": self.new_patient().id}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "keeps its plan"):
                course.write(vals)


@tagged("post_install", "-at_install")
class TestFollowupMessages(FollowupCase):
    def test_each_message_is_planned_from_day_zero(self):
        course = self.start()
        self.assertEqual(self.planned(course).mapped("due_at"), [NOW + DAY, NOW + 7 * DAY])
        self.assertEqual(self.planned(course).mapped("state"), ["planned", "planned"])
        self.assertEqual(self.planned(course).company_id, self.branch_a)

    def test_courses_of_one_plan_do_not_get_the_messages_of_another(self):
        other = self.create_plan(("Other", 2, "days"))
        course, second = self.start(), self.start(other)
        self.assertEqual(self.planned(course).automation_id, self.plan)
        self.assertEqual(self.planned(second).mapped("due_at"), [NOW + 2 * DAY])

    def test_what_was_due_before_the_start_is_not_sent(self):
        course = self.start(started_at=NOW - 3 * DAY)
        self.assertEqual(
            self.planned(course).mapped(lambda row: (row.state, row.skip_reason)),
            [("skipped", "too_late"), ("planned", False)],
        )

    def test_what_was_due_before_the_plan_was_switched_on_keeps_no_course_open(self):
        self.plan.enabled_at = NOW
        course = self.start(started_at=NOW - 3 * DAY)
        first, second = self.planned(course)
        self.assertEqual((first.state, first.skip_reason, second.state), ("skipped", "too_late", "planned"))
        self.run_planner(NOW + 4 * DAY)
        self.settle(course)
        self.run_planner(NOW + 5 * DAY)
        self.assertEqual(course.state, "completed")

    def test_due_messages_leave_under_the_rules_of_health(self):
        course = self.start()
        self.run_planner(NOW + DAY)
        [message] = self.planned(course).message_id
        self.assertEqual((message.purpose_id.code, message.state), ("health", "queued"), message.problem)
        self.assertEqual((message.res_model, message.res_id), ("clinic.followup", course.id))
        self.assertIn("Deniz Örnek", message.body)

    def test_without_the_consent_to_health_nothing_leaves_and_the_reason_is_told(self):
        other = self.new_patient()
        self.opt_in(other)
        course = self.start(partner_id=other.id)
        self.run_planner(NOW + DAY)
        step = self.show(course)["steps"][0]
        self.assertEqual((step["state"], self.planned(course)[0].skip_reason), ("skipped", "blocked"))
        self.assertIn("health", step["reason"].lower())

    def test_another_day_zero_moves_what_is_planned(self):
        course = self.start()
        course.started_at = NOW + DAY
        self.assertEqual(self.planned(course, "planned").mapped("due_at"), [NOW + 2 * DAY, NOW + 8 * DAY])

    def test_a_corrected_day_zero_does_not_send_again_what_has_left(self):
        course = self.start()
        self.run_planner(NOW + DAY)
        self.settle(course)
        self.at(NOW + DAY + HOUR)
        course.started_at = NOW + 2 * HOUR
        told = [(row.state, row.skip_reason) for row in self.planned(course) if row.anchor == course.started_at]
        self.assertEqual(told, [("skipped", "told"), ("planned", False)])
        self.run_planner(NOW + 2 * DAY)
        self.assertEqual(len(self.planned(course).message_id), 1)

    def test_a_course_that_begins_anew_much_later_sends_all_of_it(self):
        course = self.start()
        self.run_planner(NOW + DAY)
        self.settle(course)
        course.started_at = NOW + 30 * DAY
        self.assertEqual(self.planned(course, "planned").mapped("due_at"), [NOW + 31 * DAY, NOW + 37 * DAY])

    def test_a_plan_that_is_being_planned_anew_completes_nobody(self):
        course = self.start()
        self.plan.active = False
        self.run_planner()
        self.plan.active = True
        self.env["clinic.followup"]._complete_finished()
        self.assertEqual(course.state, "running")
        self.run_planner()
        self.assertEqual(self.planned(course).mapped("state"), ["planned", "planned"])

    def test_a_plan_is_for_treatment_reminders_only(self):
        with self.assertRaisesRegex(ValidationError, "explicit consent"):
            self.plan.purpose_id = self.appointment_purpose

    def test_a_course_is_completed_after_its_last_message(self):
        course = self.start()
        self.run_planner(NOW + DAY)
        self.settle(course)
        self.run_planner(NOW + 2 * DAY)
        self.assertEqual(course.state, "running")
        self.run_planner(NOW + 7 * DAY)
        self.settle(course)
        self.run_planner(NOW + 8 * DAY)
        self.assertEqual((course.state, course.stopped_at), ("completed", NOW + 8 * DAY))

    def settle(self, course):
        """Let what is in the queue have been sent."""
        messages = self.planned(course, "queued").message_id.sudo()
        messages.write({"state": "sent", "sent_at": Datetime.now()})
        messages._on_settled()

    def test_a_plan_that_is_switched_off_completes_nobody(self):
        course = self.start()
        self.plan.active = False
        self.run_planner(NOW + 8 * DAY)
        self.assertEqual(course.state, "running")
        self.assertTrue(self.show(course)["is_off"])

    def test_a_course_of_a_confidential_visit_is_hidden_from_the_guardian(self):
        mother = self.new_patient("Selin Örnek")
        self.patient.write(
            {"birth_date": "2012-05-01", "guardian_id": mother.id, "guardian_relation": "mother"}
        )
        visit = self.book(NOW + HOUR)
        visit.is_confidential = True
        course = self.start(appointment_id=visit.id)
        message = self.env["clinic.whatsapp.message"].new(
            {"partner_id": self.patient.id, "res_model": "clinic.followup", "res_id": course.id}
        )
        open_course = self.start(self.create_plan())
        other = self.env["clinic.whatsapp.message"].new(
            {"partner_id": self.patient.id, "res_model": "clinic.followup", "res_id": open_course.id}
        )
        hidden = self.env["clinic.whatsapp.gate"]._find_confidential_courses(message | other)
        self.assertEqual(hidden, message)
