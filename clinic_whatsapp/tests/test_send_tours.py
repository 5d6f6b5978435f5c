"""Sending to several patients, in a real browser."""

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import ClinicMixin


@tagged("post_install", "-at_install")
class TestSendTours(ClinicMixin, HttpCase):
    def test_one_writes_to_a_selection_of_patients(self):
        self.appointment_purpose.write({"quiet_from": 0.0, "quiet_to": 24.0})
        self.env["res.partner"].search([("is_patient", "=", True), ("id", "!=", self.patient.id)]).is_patient = False
        self.opt_in(self.patient)
        denied = self.create_patient("Ece Örnek", "+905300000002")
        template = self.create_template(
            title="Holiday",
            body="Sayın {{1}}, {{2}} günü kapalı olacağız.",
            variable_ids=[
                Command.create({"index": 1, "source": "helper", "helper": "patient_name", "sample": "Ayşe"}),
                Command.create({"index": 2, "source": "text", "sample": "1 Mayıs"}),
            ],
            button_ids=[],
        )
        self.start_tour(
            "/odoo/action-clinic_whatsapp.action_patient?view_type=list",
            "clinic_whatsapp_send_many",
            login=self.user_a.login,
            timeout=180,
        )
        self.env.invalidate_all()
        messages = self.env["clinic.whatsapp.message"].search([("template_id", "=", template.id)])
        self.assertEqual(messages.partner_id, self.patient)
        self.assertEqual(messages.state, "queued")
        self.assertEqual(messages.body, "Sayın Deniz Örnek, 1 Mayıs günü kapalı olacağız.")
        self.assertFalse(denied.whatsapp_conversation_count)
