"""What limits and pauses leave of a forecast: what the planner is going to say about the same messages."""

from datetime import timedelta

from odoo.tests import tagged

from .appointment_common import NOW
from .test_automation_family import HALF_PAST, FamilyCase
from .test_automation_forecast import ForecastCase

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
IN_A_WEEK = NOW + 7 * DAY


@tagged("post_install", "-at_install")
class TestForecastOfLimits(ForecastCase):
    def check_truth(self, visits):
        """See that the planner says of every visit what the forecast has said."""
        told = {row["res_id"]: row["reason"] for row in self.look()["rows"]}
        self.automation.sudo().active = True
        self.run_planner()
        for visit in visits.sorted("start"):
            self.run_planner(self.rows(visit)[-1:].due_at)
        ours = self.rows(visits).filtered(lambda row: row.automation_id == self.automation.sudo())
        self.assertEqual({row.res_id: row.skip_reason for row in ours}, told)
        return told

    def test_at_most_so_many(self):
        self.automation = self.draft("before", (1, "days"), max_count=2, max_days=2)
        visits = self.env["clinic.appointment"].union(*(self.book(IN_A_WEEK + DAY * n / 2) for n in range(6)))
        told = self.check_truth(visits)
        self.assertEqual([told[visit.id] for visit in visits], [False, False, "limit", "limit", False, False])

    def test_whom_the_gate_denies_it_was_told_nothing(self):
        self.automation = self.draft("before", (1, "days"), max_count=1, max_days=7)
        stranger = self.new_patient()
        for hours in (0, 1):
            self.book(IN_A_WEEK + HOUR * hours, patient_id=stranger.id)
        self.assertEqual(self.by_reason(self.look()), {"no_notice": 2})

    def test_what_has_left_counts(self):
        self.automation.sudo().write({"max_count": 1, "max_days": 7, "active": True})
        self.book(NOW + DAY + HOUR)
        visits = self.book(NOW + 4 * DAY) | self.book(NOW + 10 * DAY)
        self.run_planner(NOW + HOUR)
        told = {row["res_id"]: row["reason"] for row in self.look()["rows"]}
        self.assertEqual([told[visit.id] for visit in visits], ["limit", False])

    def test_what_another_automation_has_planned_is_said_already(self):
        self.automate("before", (25, "hours"))
        visits = self.book(IN_A_WEEK) | self.book(IN_A_WEEK + 2 * DAY)
        self.rows(visits[1]).sudo()._skip("by_hand")
        told = self.check_truth(visits)
        self.assertEqual([told[visit.id] for visit in visits], ["same_day", False])

    def test_what_another_automation_means_to_say_later_is_not_said_yet(self):
        self.automate("before", (23, "hours"))
        told = self.check_truth(self.book(IN_A_WEEK))
        self.assertEqual(set(told.values()), {False})

    def test_nobody_gets_anything_while_the_branch_rests(self):
        self.book(IN_A_WEEK)
        self.book(IN_A_WEEK, patient_id=self.new_patient().id)
        self.root.whatsapp_automations_paused = True
        forecast = self.look()
        self.assertEqual(self.by_reason(forecast), {"paused": 1, "no_notice": 1})
        [group] = [group for group in forecast["groups"] if group["reason"] == "paused"]
        self.assertEqual(group["label"], "Automations are paused in this branch")
        self.assertIn("Let them go on", group["advice"])
        self.assertEqual((forecast["reached"], forecast["cost"]["lines"]), (0, []))

    def test_a_pause_elsewhere_changes_nothing(self):
        self.book(IN_A_WEEK)
        self.branch_b.whatsapp_automations_paused = True
        self.assertEqual(self.by_reason(self.look()), {False: 1})

    def test_it_costs_the_same_for_many(self):
        self.automation.sudo().write({"max_count": 1, "max_days": 7})
        self.automate("before", (25, "hours"))
        few = self.count_queries(20)
        self.assertEqual(self.count_queries(180), few)

    def count_queries(self, number):
        patients = [self.create_patient(f"P{index}", f"+90535{number:03}{index:04}") for index in range(number)]
        visits = self.env["clinic.appointment"].create(
            [
                {"patient_id": patient.id, "company_id": self.branch_a.id, "start": IN_A_WEEK + MINUTE * index}
                for index, patient in enumerate(patients)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        prospects = self.automation._get_prospects(visits.with_user(self.manager_a), "ahead", NOW)
        self.assertEqual(len(prospects), number)
        for prospect in prospects:
            prospect.step.automation_id.read(["name"])
        before = self.env.cr.sql_log_count
        held = self.automation._judge_limits(prospects)
        spent = self.env.cr.sql_log_count - before
        self.assertEqual(set(held.values()), {"same_day"})
        self.assertEqual(len(held), number)
        return spent


@tagged("post_install", "-at_install")
class TestForecastOfFamilies(FamilyCase):
    def test_several_visits_of_one_child_are_one_message_to_its_mother(self):
        automation = self.remind(max_count=1, max_days=1)
        self.visit(self.ali)
        self.visit(self.ali, HALF_PAST)
        self.visit(self.ayse, HALF_PAST)
        groups = {group["reason"]: group["count"] for group in automation.get_forecast()["groups"]}
        self.assertEqual(groups, {False: 3})
        automation.one_for_family = False
        groups = {group["reason"]: group["count"] for group in automation.get_forecast()["groups"]}
        self.assertEqual(groups, {False: 2, "limit": 1})
