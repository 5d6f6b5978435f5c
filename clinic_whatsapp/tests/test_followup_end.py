"""What ends a course before its last message, for whom, and in which branch."""

from datetime import datetime

from odoo.fields import Datetime
from odoo.tests import tagged

from ..cloud_api.webhook import InboundMessage
from .appointment_common import NOW
from .followup_common import DAY, HOUR, FollowupCase


@tagged("post_install", "-at_install")
class TestFollowupEnd(FollowupCase):
    def check_ended(self, course, reason):
        self.assertEqual((course.state, course.stop_reason), ("stopped", reason))
        self.assertFalse(self.planned(course, "planned"))

    def test_staff_stop_it_and_go_on_with_it(self):
        course = self.start()
        course.action_stop()
        self.check_ended(course, "by_staff")
        self.run_planner(NOW + 2 * DAY)
        course.action_resume()
        self.assertEqual(course.state, "running")
        self.assertEqual(self.planned(course, "planned").mapped("due_at"), [NOW + 7 * DAY])

    def test_what_is_in_the_queue_is_withdrawn(self):
        course = self.start()
        self.run_planner(NOW + DAY)
        [message] = self.planned(course).message_id
        course.action_stop()
        self.assertEqual(message.state, "cancelled")

    def test_who_wants_no_more_reminders_gets_nothing_more_of_it(self):
        course = self.start()
        self.env["clinic.consent"]._record(
            self.patient, self.health, "withdrawn", method="staff", company=self.branch_b
        )
        self.check_ended(course, "no_more")

    def test_who_presses_no_more_reminders_gets_nothing_more_of_it(self):
        course = self.start()
        self.run_planner(NOW + DAY)
        asked = self.planned(course).message_id.sudo()
        asked.write({"state": "sent", "wamid": "wamid.asked", "sent_at": Datetime.now()})
        asked._on_settled()
        self.press(asked, "no_reminders")
        self.check_ended(course, "no_more")

    def test_taking_back_another_consent_ends_nothing(self):
        course = self.start()
        self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "withdrawn", method="staff", company=self.branch_a
        )
        self.assertEqual(course.state, "running")

    def test_who_wants_no_messages_at_all_gets_nothing_more_of_it(self):
        course = self.start()
        contact = self.env["clinic.whatsapp.contact"]._for_patients(self.patient, self.root)[self.patient]
        contact._suppress(NOW)
        self.check_ended(course, "no_more")

    def test_a_new_appointment_in_the_branch_ends_it(self):
        course = self.start()
        self.at(NOW + HOUR)
        self.book(NOW + 3 * DAY)
        self.check_ended(course, "new_visit")

    def test_a_new_appointment_ends_nothing_where_the_plan_says_so(self):
        self.plan.stop_on_visit = False
        course = self.start()
        self.at(NOW + HOUR)
        self.book(NOW + 3 * DAY)
        self.assertEqual(course.state, "running")

    def test_a_new_appointment_in_another_branch_is_told_nobody(self):
        course = self.start()
        self.at(NOW + HOUR)
        self.book(NOW + 3 * DAY, company_id=self.branch_b.id)
        self.assertEqual(course.state, "running")

    def test_an_appointment_that_was_there_before_ends_nothing(self):
        visit = self.book(NOW + 3 * DAY)
        self.at(NOW + HOUR)
        course = self.start()
        visit.with_user(self.user_a).action_confirm()
        self.assertEqual(course.state, "running")

    def test_a_death_ends_it(self):
        course = self.start()
        self.patient.deceased_on = NOW.date()
        self.check_ended(course, "deceased")

    def test_who_writes_of_an_emergency_to_the_branch_gets_nothing_more_of_it(self):
        course = self.start()
        there = self.start(user=self.user_b, company_id=self.branch_b.id)
        tolerant = self.start(self.create_plan(stop_on_complaint=False))
        self.write_in("I have a heart attack")
        self.check_ended(course, "complaint")
        self.assertEqual((there.state, tolerant.state), ("running", "running"))

    def test_a_complaint_before_the_first_message_ends_it_and_asks_for_a_call(self):
        course = self.start()
        there = self.start(user=self.user_b, company_id=self.branch_b.id)
        tolerant = self.start(self.create_plan(stop_on_complaint=False))
        self.write_in("It hurts")
        self.check_ended(course, "complaint")
        self.assertEqual((there.state, tolerant.state), ("running", "running"))
        chat = self.env["clinic.whatsapp.conversation"].search([("account_id", "=", self.account_a.id)])
        self.assertEqual(chat.activity_ids.mapped("summary"), ["A patient may have a complaint"])

    def test_a_complaint_from_before_the_course_does_not_end_it(self):
        self.write_in("It hurts")
        self.at(NOW + HOUR)
        course = self.start()
        self.write_in("Thank you, I am well")
        self.assertEqual(course.state, "running")

    def test_any_other_message_ends_nothing_by_itself(self):
        course = self.start()
        self.write_in("Thank you, I am well")
        self.assertEqual(course.state, "running")

    def write_in(self, body):
        """Let the patient write to branch A."""
        self.account_a._receive(
            InboundMessage(
                wamid=f"wamid.{body}",
                type="text",
                sent_at=datetime.now().astimezone(),
                wa_id=self.patient.whatsapp_phone.lstrip("+"),
                user_id=None,
                profile_name="Deniz",
                body=body,
                button_payload=None,
                reply_to=None,
                wire_type="text",
            )
        )

    def test_what_a_limit_holds_back_for_good_ends_it(self):
        for reason, ending in (("answered", "answered"), ("visited", "new_visit"), ("complaint", "complaint")):
            with self.subTest(reason=reason):
                course = self.start(self.create_plan())
                self.planned(course)[0]._skip(reason)
                self.check_ended(course, ending)

    def test_a_limit_for_one_message_ends_nothing(self):
        course = self.start()
        self.planned(course)[0]._skip("same_day")
        self.assertEqual(course.state, "running")
        self.assertEqual(len(self.planned(course, "planned")), 1)
