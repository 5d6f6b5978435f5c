"""Treatment plans in a real browser: a manager writes one, reception puts a patient on one and changes it."""

from odoo.fields import Command, Datetime
from odoo.tests import HttpCase, tagged

from .common import ClinicMixin
from .test_inbox_tours import PATIENCE


@tagged("post_install", "-at_install")
class TestFollowupTours(ClinicMixin, HttpCase):
    def setUp(self):
        super().setUp()
        starter = self.env.ref("clinic_whatsapp.template_followup_control_en")
        self.control = starter.copy({"account_id": self.account_a.id, "company_id": self.branch_a.id})
        self.control.status = "approved"
        self.service = self.env["clinic.service"].create({"name": "Examination", "company_id": self.root.id})

    def test_reception_puts_a_patient_on_a_plan_and_skips_moves_and_stops(self):
        plan = self.create_plan()
        url = f"/odoo/patients/{self.patient.id}"
        self.start_tour(url, "clinic_whatsapp_followup", login=self.user_a.login, timeout=PATIENCE)
        self.env.invalidate_all()
        course = self.env["clinic.followup"].search([("partner_id", "=", self.patient.id)])
        self.assertEqual((course.automation_id, course.company_id), (plan, self.branch_a))
        self.assertEqual((course.state, course.stop_reason, course.started_by_id), ("stopped", "by_staff", self.user_a))
        rows = self.env["clinic.whatsapp.scheduled"].search([("automation_id", "=", plan.id)], order="due_at")
        self.assertEqual(rows.mapped("skip_reason"), ["by_hand", "ended"])
        self.assertEqual(rows[1].due_at.year, 2099)

    def test_a_manager_writes_a_plan_and_switches_it_on(self):
        self.start_tour(
            "/odoo/whatsapp-plans", "clinic_whatsapp_followup_plan", login=self.manager_a.login, timeout=PATIENCE
        )
        self.env.invalidate_all()
        plan = self.env["clinic.whatsapp.automation"].search([("name", "=", "After an implant")])
        self.assertEqual((plan.trigger, plan.active, plan.company_id), ("followup", True, self.branch_a))
        self.assertEqual((plan.purpose_id.code, plan.service_ids), ("health", self.service))
        self.assertEqual(plan.source_id, self.env.ref("clinic_whatsapp.source_followup"))
        self.assertEqual((plan.step_ids.title, plan.step_ids.offset_value), ("Control visit", 10))
        self.assertEqual(plan.step_ids.template_id.name, self.control.name, "its own number has the same message")
        self.assertLessEqual(plan.enabled_at, Datetime.now())

    def create_plan(self):
        steps = [
            {"title": "Advice", "offset_value": 1, "template_id": self.control.id},
            {"title": "Control", "offset_value": 7, "template_id": self.control.id},
        ]
        return self.env["clinic.whatsapp.automation"].create(
            {
                "name": "After a filling",
                "trigger": "followup",
                "purpose_id": self.env.ref("clinic_whatsapp.purpose_health").id,
                "company_id": self.root.id,
                "step_ids": [Command.create({"sequence": number, **step}) for number, step in enumerate(steps)],
            }
        )
