"""A manager names the records of another app and writes an automation about them, by clicking; in a real browser."""

from datetime import timedelta

from odoo import fields
from odoo.addons.clinic_whatsapp.tests.common import ClinicMixin
from odoo.addons.clinic_whatsapp.tests.test_inbox_tours import PATIENCE
from odoo.tests import HttpCase, freeze_time, tagged

from .calendar_common import MODEL


@tagged("post_install", "-at_install")
class TestEventTours(ClinicMixin, HttpCase):
    def setUp(self):
        super().setUp()
        self.manager_a.tz = self.branch_a.resource_calendar_id.tz = "Europe/Istanbul"
        self.env["clinic.whatsapp.automation"].with_context(active_test=False).search([]).unlink()
        self.create_template(title="Hello")
        self.opt_in(self.patient)
        noon = fields.Datetime.now().replace(hour=9, minute=0, second=0) + timedelta(days=10)
        self.event = self.env[MODEL].with_user(self.user_a).create(
            {"name": "x", "start": noon, "stop": noon + timedelta(hours=1), "clinic_patient_id": self.patient.id}
        )

    def test_an_automation_on_another_app_is_built_by_clicking_and_sends(self):
        self.start_tour(
            "/odoo/whatsapp-automations",
            "clinic_whatsapp_calendar_automation",
            login=self.manager_a.login,
            timeout=PATIENCE,
        )
        self.env.invalidate_all()
        automation = self.env["clinic.whatsapp.automation"].search([("trigger", "=", "date")])
        self.assertTrue(automation.active)
        self.assertEqual(
            (automation.model, automation.source_id.partner_path, automation.source_id.company_path),
            (MODEL, "clinic_patient_id", "clinic_company_id"),
        )
        self.run_planner(self.event.start - timedelta(days=2))
        [row] = automation.scheduled_ids
        self.assertEqual((row.state, row.due_at), ("planned", self.event.start - timedelta(days=1)))
        self.run_planner(row.due_at)
        self.assertEqual((row.state, row.message_id.state), ("queued", "queued"))
        self.assertEqual((row.message_id.partner_id, row.message_id.account_id), (self.patient, self.account_a))

    def run_planner(self, moment):
        """Run the scheduled action as it would at a moment, naive UTC."""
        with freeze_time(moment), self.cron_env() as env:
            env["clinic.whatsapp.scheduled"]._cron_plan()
