"""A manager's journey from the first word of a template to the patient's phone, in a real browser."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import PATIENT_PHONE, PHONE_A
from .template_common import TemplateCase
from .test_inbox_tours import PATIENCE, InboxTourCase

TEMPLATES = "/odoo/whatsapp-templates"
BODY = "Sayın {{1}}, sizi {{2}} günü kliniğimizde bekliyoruz."


@tagged("post_install", "-at_install")
class TestTemplateEditorTours(TemplateCase, InboxTourCase):
    def setUp(self):
        super().setUp()
        self.branch_a.resource_calendar_id.tz = "Europe/Istanbul"
        self.conversation.window_expires_at = fields.Datetime.now() - timedelta(hours=1)
        self.opt_in(self.patient)
        start = fields.Datetime.now().replace(hour=9, minute=0, second=0) + timedelta(days=2)
        self.visit = self.env["clinic.appointment"].create(
            {"patient_id": self.patient.id, "company_id": self.branch_a.id, "start": start}
        )

    def test_a_manager_writes_previews_submits_and_sends_a_template(self):
        template = self.write_and_submit()
        self.check_written(template)
        self.simulator.settle()
        self.account_a.sudo()._check_health()
        self.assertEqual(template.status, "approved", template.status_reason)
        self.go("template_sent", self.manager_a)
        message = self.get_replies()
        self.assertEqual((message.template_id, message.state), (template, "queued"))
        self.check_received(message)

    def write_and_submit(self):
        tour = "clinic_whatsapp_template_editor"
        self.start_tour(TEMPLATES, tour, login=self.manager_a.login, timeout=PATIENCE)
        self.env.invalidate_all()
        return self.env["clinic.whatsapp.template"].search([("name", "=", "invitation")])

    def check_written(self, template):
        self.assertEqual((template.title, template.account_id), ("Invitation", self.account_a))
        self.assertEqual(template.status, "pending")
        self.assertEqual(template.body, BODY)
        variables = template.variable_ids.sorted("index")
        self.assertEqual(variables.mapped("helper"), ["patient_name", "appointment_date"])
        self.assertEqual(variables.mapped("sample"), ["Ayşe Yılmaz", "24 Kasım Salı"])
        buttons = template.button_ids.sorted("sequence")
        self.assertEqual(buttons.mapped("kind"), ["quick_reply", "url"])
        self.assertEqual(buttons[1].url, "https://www.papatya-klinik.com.tr/yol")
        [remote] = self.simulator.templates(self.waba)
        self.assertEqual(remote["components"], template._get_components())

    def check_received(self, message):
        """What the patient reads is what the manager saw, with her own values."""
        self.run_dispatch()
        self.assertEqual(message.state, "sent", message.problem)
        received = self.simulator.phone(PATIENT_PHONE.lstrip("+"), PHONE_A).wait_for_message("bekliyoruz")
        self.assertEqual(received["text"], message.body)
        self.assertRegex(received["text"], "^Sayın Deniz Örnek, sizi .+ günü kliniğimizde bekliyoruz[.]$")
