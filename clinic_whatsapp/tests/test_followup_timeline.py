"""What the timeline of a course shows, what staff change on it, and the plans themselves."""

from ast import literal_eval

from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import Form, tagged

from .appointment_common import NOW
from .followup_common import DAY, HOUR, FollowupCase


@tagged("post_install", "-at_install")
class TestFollowupTimeline(FollowupCase):
    def test_it_shows_each_message_with_its_moment_and_state(self):
        shown = self.show(self.start())
        self.assertEqual((shown["name"], shown["state"], shown["is_editable"]), ("After a filling", "running", True))
        self.assertEqual(
            [(step["title"], step["due_at"], step["state"]) for step in shown["steps"]],
            [
                ("Advice", Datetime.to_string(NOW + DAY), "planned"),
                ("Control", Datetime.to_string(NOW + 7 * DAY), "planned"),
            ],
        )

    def test_a_message_that_was_never_planned_is_not_awaited_when_its_time_has_passed(self):
        self.plan.domain = "[('partner_id.ref', '=', 'nobody')]"
        course = self.start()
        self.at(NOW + 3 * DAY)
        steps = self.show(course)["steps"]
        self.assertEqual([step["label"] for step in steps], ["Not sent: its time had passed", "Not planned yet"])

    def test_it_follows_a_message_to_the_patient_and_back(self):
        course = self.start()
        self.run_planner(NOW + DAY)
        row = self.planned(course)[0]
        self.assertEqual(self.show(course)["steps"][0]["state"], "queued")
        message = row.message_id.sudo()
        for state in ("sent", "delivered", "read"):
            message.write({"state": state, "sent_at": NOW + DAY + HOUR})
            message._on_settled()
            self.assertEqual(self.show(course)["steps"][0]["state"], state)
        self.assertEqual(self.show(course)["steps"][0]["due_at"], Datetime.to_string(NOW + DAY + HOUR))
        row.answered_at = NOW + 2 * DAY
        self.assertEqual(self.show(course)["steps"][0]["state"], "answered")

    def test_the_patient_shows_the_courses_of_the_branches_that_one_sees(self):
        here = self.start()
        there = self.start(user=self.user_b, company_id=self.branch_b.id)
        for user, courses in ((self.user_a, here), (self.user_b, there)):
            seen = self.patient.with_user(user)
            seen.invalidate_recordset()
            self.assertEqual([course["id"] for course in seen.followup_timeline], courses.ids)

    def test_the_inbox_shows_what_is_under_way_in_the_own_branch(self):
        course = self.start()
        self.start(self.create_plan()).action_stop()
        self.start(user=self.user_b, company_id=self.branch_b.id)
        conversation = self.open_conversation(self.account_a, self.patient).with_user(self.user_a)
        self.assertEqual([shown["id"] for shown in conversation.get_patient_pane()["followups"]], course.ids)

    def test_the_inbox_shows_no_plan_for_a_stranger(self):
        conversation = self.open_conversation(self.account_a, self.patient).with_user(self.user_a)
        conversation.sudo().partner_id = False
        self.assertEqual(conversation.get_patient_pane()["followups"], [])

    def test_staff_skip_one_message(self):
        course = self.start()
        first, second = self.planned(course)
        course.action_skip_step(first.id)
        self.assertEqual((first.state, first.skip_reason, second.state), ("skipped", "by_hand", "planned"))
        self.run_planner(NOW + 2 * DAY)
        self.assertEqual(first.state, "skipped")

    def test_staff_move_one_message_and_it_stays_moved(self):
        course = self.start()
        first, second = self.planned(course)
        course.action_move_step(first.id, Datetime.to_string(NOW + 3 * DAY))
        self.assertEqual((first.due_at, second.due_at), (NOW + 3 * DAY, NOW + 7 * DAY))
        self.assertTrue(self.show(course)["steps"][0]["is_moved"])
        self.run_planner(NOW + 2 * DAY)
        self.assertEqual((first.due_at, first.state), (NOW + 3 * DAY, "planned"))
        self.run_planner(NOW + 3 * DAY)
        self.assertEqual(first.state, "queued")

    def test_what_was_moved_into_a_holiday_leaves_with_the_next_opening(self):
        course = self.start()
        first = self.planned(course)[0]
        course.action_move_step(first.id, Datetime.to_string(NOW + 3 * DAY))
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.branch_a.resource_calendar_id.id,
                "company_id": self.branch_a.id,
                "date_from": NOW + 2 * DAY,
                "date_to": NOW + 6 * DAY,
            }
        )
        self.run_planner(NOW + 2 * DAY)
        self.assertEqual((first.state, first.due_at), ("planned", NOW + 6 * DAY))
        self.run_planner(NOW + 6 * DAY)
        self.assertEqual(first.state, "queued")

    def test_nothing_is_moved_into_the_past(self):
        course = self.start()
        for moment in (Datetime.to_string(NOW), False):
            with self.subTest(moment=moment), self.assertRaisesRegex(UserError, "still to come"):
                course.action_move_step(self.planned(course)[0].id, moment)

    def test_what_has_left_is_neither_skipped_nor_moved(self):
        course = self.start()
        self.run_planner(NOW + DAY)
        row = self.planned(course)[0]
        with self.assertRaisesRegex(UserError, "not planned any more"):
            course.action_skip_step(row.id)
        with self.assertRaisesRegex(UserError, "not planned any more"):
            course.action_move_step(row.id, Datetime.to_string(NOW + 3 * DAY))

    def test_a_course_reaches_its_own_messages_only(self):
        course, other = self.start(), self.start(self.create_plan())
        with self.assertRaisesRegex(UserError, "not planned any more"):
            course.action_skip_step(self.planned(other)[0].id)

    def test_nobody_of_another_branch_looks_at_it_or_changes_it(self):
        course = self.start()
        row = self.planned(course)[0]
        foreign = course.with_user(self.user_b)
        calls = (
            lambda: foreign.read(["timeline"]),
            foreign.action_stop,
            lambda: foreign.action_skip_step(row.id),
            lambda: foreign.action_move_step(row.id, Datetime.to_string(NOW + 3 * DAY)),
        )
        for call in calls:
            with self.assertRaises(AccessError):
                call()
        self.assertEqual((course.state, row.state), ("running", "planned"))

    def test_a_patient_of_many_courses_costs_no_more_queries(self):
        patients = [self.new_patient(f"Patient {number}", f"+9053000001{number:02}") for number in range(12)]
        few, many = (
            self.start_for(patients[:2]),
            self.start_for(patients[2:]),
        )
        self.count_queries(many)  # what is kept between requests is there from now on
        self.assertEqual(self.count_queries(few), self.count_queries(many))

    def start_for(self, patients):
        courses = [self.start(partner_id=patient.id) for patient in patients]
        return self.env["clinic.followup"].union(*courses).with_user(self.user_a)

    def count_queries(self, courses):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertTrue(all(courses.mapped("timeline")))
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestFollowupPlan(FollowupCase):
    def test_the_starter_plans_are_switched_off_and_about_health(self):
        for name in ("plan_aftercare", "plan_control"):
            plan = self.env.ref(f"clinic_whatsapp.{name}")
            self.assertEqual((plan.active, plan.trigger, plan.purpose_id), (False, "followup", self.health))
            self.assertEqual(plan.source_id, self.env.ref("clinic_whatsapp.source_followup"))
            self.assertTrue(all(step._get_title() for step in plan.step_ids))

    def test_the_messages_of_a_starter_plan_are_named_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("tr_TR")
        steps = self.env.ref("clinic_whatsapp.plan_aftercare").with_context(lang="tr_TR").step_ids
        self.assertEqual(
            [step._get_title() for step in steps],
            ["Ziyaret sonrası bakım önerileri", "Tedavi planı hatırlatması", "Kontrol zamanı"],
        )

    def test_a_manager_writes_a_plan_in_its_own_form(self):
        plans = self.env["clinic.whatsapp.automation"].with_user(self.manager_a)
        context = literal_eval(self.env.ref("clinic_whatsapp.action_followup_plan").context)
        form = Form(plans.with_context(**context), "clinic_whatsapp.followup_plan_view_form")
        form.name = "After an implant"
        with form.step_ids.new() as step:
            step.title, step.template_id, step.offset_value = "Advice", self.control, 2
        plan = form.save()
        self.assertEqual((plan.trigger, plan.active, plan.purpose_id.code), ("followup", False, "health"))
        self.assertEqual((plan.stop_on_reply, plan.stop_on_visit, plan.stop_on_complaint), (True, True, True))
        self.assertEqual(plan.get_formview_id(), self.env.ref("clinic_whatsapp.followup_plan_view_form").id)

    def test_a_branch_copies_a_plan_of_the_clinic_and_finds_it_among_the_plans(self):
        action = self.plan.with_user(self.manager_a).action_copy_to_branch()
        copy = self.env["clinic.whatsapp.automation"].browse(action["res_id"])
        self.assertEqual(action["views"], [(self.env.ref("clinic_whatsapp.followup_plan_view_form").id, "form")])
        self.assertEqual((copy.trigger, copy.company_id, copy.active), ("followup", self.branch_a, False))
        self.assertEqual(copy.step_ids.mapped("title"), ["Advice", "Control"])

    def test_a_template_is_found_by_what_staff_call_it(self):
        found = self.env["clinic.whatsapp.template"].with_user(self.manager_a).name_search("Check-up is")
        self.assertIn(self.control.id, [template_id for template_id, _label in found])

    def test_it_tells_how_many_are_on_it_here(self):
        self.start()
        self.start(user=self.user_b, company_id=self.branch_b.id)
        self.assertEqual(self.plan.with_user(self.user_a).running_count, 1)

    def test_a_text_about_the_patient_reads_his_fields(self):
        template = self.create_template(name="care", body="Sayın {{1}}, geçmiş olsun.")
        course = self.start(self.create_plan())
        values = template._render_values(course, self.patient, self.account_a)
        self.assertEqual(values, {1: "Deniz Örnek"})
