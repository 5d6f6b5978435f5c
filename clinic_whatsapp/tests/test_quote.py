import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ClinicCase


@tagged("post_install", "-at_install")
class TestQuote(ClinicCase):
    """Answering one message of a patient in particular."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient)

    def setUp(self):
        super().setUp()
        self.asked = self.receive(self.account_a, self.text("At what time?", wamid="wamid.asked"))
        self.desk = self.conversation.with_user(self.user_a)

    def get_message(self, answer):
        return self.env["clinic.whatsapp.message"].browse(answer["id"])

    def test_a_text_quotes_what_it_answers_also_at_whatsapp(self):
        message = self.get_message(self.desk.action_send_text("At ten", reply_to_id=self.asked.id))
        self.assertEqual(message.reply_to_id, self.asked)
        self.assertEqual(message._to_outbound().reply_to, "wamid.asked")
        (bubble,) = [bubble for bubble in self.desk.get_thread()["messages"] if bubble["id"] == message.id]
        self.assertEqual(bubble["quoted"], {"id": self.asked.id, "preview": "At what time?"})

    def test_a_file_quotes_what_it_answers(self):
        data = base64.b64encode(b"%PDF-1.4\n%%EOF\n").decode()
        message = self.get_message(self.desk.action_send_file("plan.pdf", data, "", reply_to_id=self.asked.id))
        self.assertEqual(message.reply_to_id, self.asked)

    def test_a_reason_and_a_quote_go_together(self):
        message = self.get_message(
            self.desk.action_send_text("Kampanya", lint_reason="Asked for it", reply_to_id=self.asked.id)
        )
        self.assertEqual((message.reply_to_id, message.lint_reason), (self.asked, "Asked for it"))

    def test_nothing_of_another_conversation_can_be_quoted(self):
        other = self.create_patient("Mert Örnek", "+905300000002")
        self.open_conversation(self.account_a, other)
        foreign = self.receive(self.account_a, self.text("Secret", wamid="wamid.other", phone="+905300000002"))
        for message_id in (foreign.id, foreign.id + 1000):
            with self.subTest(message=message_id), self.assertRaisesRegex(UserError, "cannot be quoted"):
                self.desk.action_send_text("Hello", reply_to_id=message_id)

    def test_what_whatsapp_never_got_cannot_be_quoted(self):
        queued = self.get_message(self.desk.action_send_text("First"))
        with self.assertRaisesRegex(UserError, "cannot be quoted"):
            self.desk.action_send_text("Second", reply_to_id=queued.id)

    def test_another_branch_cannot_quote(self):
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.user_b).action_send_text("Hello", reply_to_id=self.asked.id)
