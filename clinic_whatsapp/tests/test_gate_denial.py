"""What the gate does where nobody has set anything up, and what is kept of a denied message (legal.md LR-24, LR-35)."""

from datetime import datetime, timedelta

from odoo.tests import tagged

from .appointment_common import AppointmentCase
from .gate_common import GateCase
from .privacy_common import SIGN_OFF


@tagged("post_install", "-at_install")
class TestMissingConfiguration(GateCase):
    """What nobody has set up allows nothing (legal.md LR-24)."""

    def test_lr24_without_a_controller_file_nothing_leaves(self):
        self.open_window()
        self.file.unlink()
        self.assertEqual((self.judge(), self.answer()), ("transfer_invalid", "transfer_invalid"))

    def test_lr24_in_a_controller_file_that_nobody_filled_in_the_transfer_has_no_basis(self):
        self.file.unlink()
        self.env["clinic.privacy.controller"]._get_for(self.root)
        self.assertEqual(self.judge(), "transfer_invalid")

    def test_lr24_without_a_published_notice_nobody_can_be_written_to_first(self):
        texts = self.env["clinic.privacy.notice"]
        texts.search([("company_id", "=", self.root.id), ("state", "=", "published")]).state = "retired"
        self.assertFalse(texts._get_published(self.root, "notice"))
        message = self.create_patient("New Patient", "+905300000042")._whatsapp_send_template(
            self.utility, purpose="appointment", account=self.account_a
        )
        self.assertEqual(message.block_reason, "no_notice")

    def test_lr24_without_a_row_for_the_purpose_there_is_no_purpose(self):
        pattern = self.env.ref("clinic_whatsapp.purpose_feedback")
        pattern.write({"is_on": True, **SIGN_OFF})
        self.get_purpose("feedback").unlink()
        self.assertEqual(self.judge(purpose_id=pattern.id), "no_purpose")

    def test_lr24_a_number_that_was_never_connected_sends_nothing(self):
        self.account_a.state = "draft"
        self.assertEqual(self.judge(), "account_not_connected")


@tagged("post_install", "-at_install")
class TestStoredDenial(AppointmentCase):
    """What is kept of a denied message: reason, purpose, who, when; never its text (legal.md LR-35)."""

    def assertDenied(self, message, reason, purpose, moment):
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT m.state, m.block_reason, p.code, m.create_date, m.body, m.content, m.template_values
              FROM clinic_whatsapp_message m JOIN clinic_consent_purpose p ON p.id = m.purpose_id
             WHERE m.id = %s""",
            [message.id],
        )
        *facts, created, body, content, values = self.env.cr.fetchone()
        self.assertEqual(facts, ["blocked", reason, purpose])
        self.assertLess(abs(created - moment), timedelta(minutes=1))
        self.assertEqual((body, content, values), (None, None, None))

    def test_lr35_of_a_persons_message_purpose_author_and_time_stay_and_the_text_goes(self):
        conversation = self.open_conversation(self.account_a, self.patient, window=False)
        message = conversation.with_user(self.user_a)._send_text("Sonucunuz hazır")
        self.assertDenied(message, "window_closed", "service", self.env.cr.now())
        self.assertEqual(message.sent_by_id, self.user_a)
        seen = message.with_user(self.user_a)
        self.assertEqual(seen.problem, "24 hours are over")
        self.assertIn("Send an approved template or call", seen.advice)

    def test_lr35_of_an_automations_message_purpose_automation_and_time_stay_and_the_text_goes(self):
        automation = self.automate("before", (1, "days"))
        patient = self.new_patient()
        self.deliver_notice(patient)
        start = datetime(2026, 3, 9, 9)
        row = self.rows(self.book(start, patient_id=patient.id))
        self.run_planner(start - timedelta(days=1))
        self.assertDenied(row.message_id, "no_optin", "appointment", start - timedelta(days=1))
        self.assertEqual((row.automation_id, row.message_id.kind), (automation, "automatic"))
        self.assertEqual(row.with_user(self.user_a).explanation, "No opt-in")
