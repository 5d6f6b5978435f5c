from odoo.tests import tagged

from .common import SimulatorCase


@tagged("post_install", "-at_install")
class TestReceipt(SimulatorCase):
    def setUp(self):
        super().setUp()
        self.phone = self.simulator.phone(self.patient.whatsapp_phone, self.account_a.phone_number_id)
        self.wamid = self.phone.send_text("Merhaba")
        message = self.receive(self.account_a, self.text("Merhaba", wamid=self.wamid))
        self.conversation = message.conversation_id

    def ticks(self):
        return {m["id"]: m["status"] for m in self.phone.messages() if not m["from_business"]}[self.wamid]

    def test_the_patient_sees_blue_ticks_when_somebody_opened_his_message(self):
        self.conversation.with_user(self.user_a).action_mark_read()
        self.assertNotEqual(self.ticks(), "read")
        self.run_dispatch()
        self.assertEqual(self.ticks(), "read")

    def test_a_number_can_keep_to_itself_what_was_read(self):
        self.account_a.shows_read = False
        self.conversation.with_user(self.user_a).action_mark_read()
        self.run_dispatch()
        self.assertNotEqual(self.ticks(), "read")
        self.assertEqual(self.conversation.unread_count, 0)

    def test_the_patient_sees_that_an_answer_is_being_written(self):
        self.conversation.with_user(self.user_a).action_show_typing()
        self.run_dispatch()
        self.assertEqual(self.ticks(), "read")

    def test_a_receipt_is_given_once(self):
        self.conversation.action_mark_read()
        self.run_dispatch()
        message = self.env["clinic.whatsapp.message"].search([("wamid", "=", self.wamid)])
        self.assertFalse(message.receipt_due)
        self.conversation.action_mark_read()
        self.assertFalse(message.receipt_due)

    def test_a_receipt_that_gets_lost_harms_nobody(self):
        self.account_a.api_url = "http://127.0.0.1:9"
        self.conversation.action_mark_read()
        self.run_dispatch()
        self.assertEqual(self.account_a.state, "connected")
        self.account_a.api_url = self.simulator.url
