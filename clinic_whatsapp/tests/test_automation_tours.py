"""A manager builds an automation by clicking, looks at it, and switches it on; in a real browser."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import ClinicMixin
from .test_inbox_tours import PATIENCE

AUTOMATIONS = "/odoo/whatsapp-automations"


@tagged("post_install", "-at_install")
class TestAutomationTours(ClinicMixin, HttpCase):
    def setUp(self):
        super().setUp()
        self.manager_a.tz = self.branch_a.resource_calendar_id.tz = "Europe/Istanbul"
        self.env["clinic.whatsapp.automation"].with_context(active_test=False).search([]).unlink()
        self.template = self.env.ref("clinic_whatsapp.template_appt_reminder_tr").copy(
            {"account_id": self.account_a.id, "company_id": self.branch_a.id}
        )
        self.template.status = "approved"
        self.opt_in(self.patient)
        self.book(self.patient)
        self.book(self.create_patient("Ali Demir", "+905300000002"))

    def book(self, patient):
        noon = fields.Datetime.now().replace(hour=9, minute=0, second=0) + timedelta(days=10)
        self.env["clinic.appointment"].create(
            {"patient_id": patient.id, "company_id": self.branch_a.id, "start": noon}
        )

    def go(self, tour):
        self.start_tour(AUTOMATIONS, f"clinic_whatsapp_{tour}", login=self.manager_a.login, timeout=PATIENCE)
        self.env.invalidate_all()

    def test_a_manager_writes_previews_looks_who_gets_it_and_switches_on(self):
        self.go("automation")
        automation = self.env["clinic.whatsapp.automation"].search([])
        self.assertEqual((automation.name, automation.active), ("Two days before", True))
        step = automation.step_ids
        self.assertEqual((step.offset_value, step.template_id.name), (2, self.template.name))
        self.env["clinic.whatsapp.scheduled"]._plan(self.env["clinic.appointment"].search([]))
        self.assertEqual(len(automation.scheduled_ids), 2)
        self.assertFalse(self.env["clinic.whatsapp.message"].search_count([("template_id", "=", self.template.id)]))

    def test_a_manager_pauses_a_branch_and_lets_it_go_on(self):
        self.env["clinic.whatsapp.automation"].create(
            {
                "name": "Reminder",
                "company_id": self.branch_a.id,
                "step_ids": [Command.create({"offset_value": 1, "template_id": self.template.id})],
            }
        )
        self.go("automation_pause")
        self.assertFalse(self.branch_a.whatsapp_automations_paused)
