"""What a look at an automation foretells for each kind of occasion, and what it says it cannot."""

from datetime import date, timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .appointment_common import NOW
from .followup_common import FollowupCase
from .test_automation_forecast import ForecastCase
from .test_automation_triggers import TriggerCase

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
IN_A_WEEK = NOW + 7 * DAY


@tagged("post_install", "-at_install")
class TestOutlooks(ForecastCase, TriggerCase):
    def look_at_visits(self, trigger, *offsets, **vals):
        """Return [(id of a visit, when, reason)] of an automation about visits."""
        forecast = self.look(self.draft(trigger, *offsets, **vals))
        return [(row["res_id"], row["due"], row["reason"]) for row in forecast["rows"]]

    def test_after_a_visit_everybody_is_expected_to_come(self):
        visit = self.book(IN_A_WEEK, service_id=self.service.id)
        self.book(IN_A_WEEK + DAY).state = "cancelled"
        self.assertEqual(self.look_at_visits("done", (2, "hours")), [(visit.id, "Mon 9 Mar 14:45", False)])

    def test_dates_of_other_records_are_foretold_before_and_after(self):
        child = self.child(date(2026, 3, 10))
        self.child(date(2025, 3, 10))
        greeting = self.greet((1, "days", "before"), (2, "days", "after"), active=False)
        forecast = self.look(greeting.with_user(self.manager_a))
        told = [(row["res_id"], row["due"], row["step"]) for row in forecast["rows"]]
        # the day begins at midnight in Istanbul
        self.assertEqual(
            told, [(child.id, "Mon 9 Mar 00:00", "1 day before"), (child.id, "Thu 12 Mar 00:00", "2 days after")]
        )

    def test_what_is_foretold_of_dates_is_what_is_planned(self):
        self.child(date(2026, 3, 3))
        self.child(date(2026, 3, 4))
        greeting = self.greet((1, "hours", "after"), active=False)
        forecast = self.look(greeting.with_user(self.manager_a))
        greeting.active = True
        self.run_planner()
        rows = self.env["clinic.whatsapp.scheduled"].search([("automation_id", "=", greeting.id)], order="due_at, id")
        self.assertEqual([row["res_id"] for row in forecast["rows"]], rows.mapped("res_id"))

    def test_conditions_on_the_record_count(self):
        self.child(date(2026, 3, 10))
        named = self.child(date(2026, 3, 10), ref="yes")
        greeting = self.greet(active=False, domain="[('ref', '=', 'yes')]")
        self.assertEqual([row["res_id"] for row in self.look(greeting.with_user(self.manager_a))["rows"]], named.ids)

    def test_what_happened_is_told_of_the_last_days(self):
        self.at(NOW - 40 * DAY)
        self.book(NOW + 20 * DAY)
        self.at(NOW - 5 * DAY)
        over = self.book(NOW - DAY)
        ahead = self.book(IN_A_WEEK)
        self.at(NOW)
        self.assertEqual([row[0] for row in self.look_at_visits("booked")], [over.id, ahead.id])

    def test_who_cancelled_counts(self):
        visit = self.book(IN_A_WEEK)
        visit.write({"state": "cancelled", "cancelled_by": "patient"})
        self.assertEqual(len(self.look_at_visits("cancelled", cancelled_by="patient")), 1)
        self.assertFalse(self.look_at_visits("cancelled", cancelled_by="clinic"))

    def test_closed_conversations_of_patients_are_told_of_the_last_days(self):
        chat = self.open_conversation(self.account_a, self.patient)
        stranger = self.open_conversation(self.account_a, self.new_patient())
        stranger.partner_id = False
        (chat | stranger).write({"state": "closed"})
        asked = self.draft("closed", (2, "hours"))
        asked.sudo().step_ids.template_id = self.approve("template_feedback_en", self.account_a)
        forecast = self.look(asked)
        self.assertEqual((forecast["mode"], forecast["found"]), ("back", 1))
        self.assertEqual([row["res_id"] for row in forecast["rows"]], chat.ids)

    def test_what_others_set_off_cannot_be_foretold_but_shown(self):
        self.book(IN_A_WEEK, patient_id=self.new_patient().id)
        called = self.env["clinic.whatsapp.automation"].create(
            {
                "name": "Called",
                "trigger": "called",
                "source_id": self.env.ref("clinic_whatsapp.source_appointment").id,
                "company_id": self.branch_a.id,
                "active": False,
                "step_ids": [Command.create({"template_id": self.reminder_template.id})],
            }
        )
        forecast = self.look(called.with_user(self.manager_a))
        self.assertEqual((forecast["mode"], forecast["rows"]), ("unknown", []))
        self.assertIn("cannot be foretold", forecast["intro"])
        preview = called.with_user(self.manager_a).get_preview()
        [step] = preview["steps"]
        self.assertIn("Ali Demir", step["bubble"]["body"])
        self.assertEqual((step["label"], step["due"]), ("Privacy notice not handed over", False))

    def test_a_text_of_its_own_is_shown_as_a_patient_would_read_it(self):
        self.open_conversation(self.account_a, self.patient)
        answer = self.env["clinic.whatsapp.automation"].create(
            {
                "name": "Answer",
                "trigger": "keyword",
                "keywords": "adres",
                "company_id": self.branch_a.id,
                "active": False,
                "step_ids": [Command.create({"text": "You find {branch} at the pier."})],
            }
        )
        preview = answer.with_user(self.manager_a).get_preview()
        self.assertEqual(preview["record"]["name"], self.patient.name)
        self.assertEqual(preview["steps"][0]["bubble"]["body"], "You find Kadıköy at the pier.")
        self.assertNotIn(self.patient.name, repr(answer.with_user(self.user_b).browse().get_pauses()))

    def test_records_that_the_reader_may_not_see_are_not_told(self):
        source = self.make_source("res.users", partner_path="partner_id", date_path="create_date")
        automation = self.greet(active=False)
        automation.source_id = source
        users = automation.with_user(self.manager_a)
        shown = self.env["res.users"].with_user(self.manager_a).search([])
        self.assertLessEqual({row["res_id"] for row in self.look(users)["rows"]}, set(shown.ids))


@tagged("post_install", "-at_install")
class TestOutlookOfPlans(FollowupCase, ForecastCase):
    def test_steps_of_running_courses_are_foretold(self):
        course = self.start()
        forecast = self.look(self.plan.with_user(self.manager_a))
        told = [(row["res_id"], row["due"], row["reason"]) for row in forecast["rows"]]
        self.assertEqual(told, [(course.id, "Tue 3 Mar 12:00", False), (course.id, "Mon 9 Mar 12:00", False)])

    def test_visits_that_are_going_to_begin_a_plan_are_foretold_before_it_is_on(self):
        self.plan.active = False
        visit = self.book(NOW + 3 * DAY, service_id=self.service.id)
        self.book(NOW + 4 * DAY, service_id=self.service.id, company_id=self.branch_b.id)
        self.book(NOW + 5 * DAY)
        forecast = self.look(self.plan.with_user(self.manager_a))
        self.assertEqual((forecast["found"], forecast["reached"]), (1, 2), forecast["rows"])
        told = [(row["res_id"], row["due"], row["about"]) for row in forecast["rows"]]
        self.assertEqual([due for _id, due, _about in told], ["Fri 6 Mar 12:45", "Thu 12 Mar 12:45"])
        self.assertEqual({(res_id, about) for res_id, _due, about in told}, {(False, "5 Mar 2026 12:00")})
        self.assertEqual(forecast["rows"][0]["partner_id"], visit.patient_id.id)
        self.assertIn("going to begin one", forecast["intro"])

    def test_whoever_has_not_agreed_is_foretold_to_get_nothing_of_a_plan(self):
        self.plan.active = False
        self.book(NOW + 3 * DAY, service_id=self.service.id, patient_id=self.new_patient().id)
        self.assertEqual(self.by_reason(self.look(self.plan.with_user(self.manager_a))), {"no_notice": 2})

    def test_a_plan_that_begins_by_hand_says_that_nobody_knows_who_comes_next(self):
        self.plan.service_ids = False
        self.assertIn("begins by hand", self.look(self.plan.with_user(self.manager_a))["intro"])

    def test_courses_that_ended_get_nothing(self):
        self.start().with_user(self.user_a).action_stop()
        self.assertFalse(self.look(self.plan.with_user(self.manager_a))["rows"])


@tagged("post_install", "-at_install")
class TestKindsOfRecords(ForecastCase):
    def kinds(self, user):
        return [row["model"] for row in self.env["clinic.whatsapp.source"].with_user(user).get_models()]

    def test_a_manager_chooses_among_kinds_of_records_that_he_may_read(self):
        kinds = self.kinds(self.manager_a)
        self.assertIn("clinic.appointment", kinds)
        self.assertIn("res.partner", kinds)
        for name in kinds:
            with self.subTest(model=name):
                self.assertTrue(self.env[name].with_user(self.manager_a).has_access("read"))
                self.assertFalse(name.startswith(("ir.", "mail.", "clinic.whatsapp.")))

    def test_whoever_has_no_part_in_the_clinic_learns_nothing(self):
        outsider = self.create_user("outsider", self.branch_a, "base.group_user")
        with self.assertRaises(AccessError):
            self.kinds(outsider)
