"""The list of the inbox: what stands in it, in what order, for whom, and at what price."""

from odoo.tests import tagged

from .common import ClinicCase


@tagged("post_install", "-at_install")
class TestInboxList(ClinicCase):
    def test_a_patient_who_writes_stands_in_the_list_of_the_branch(self):
        message = self.receive(self.account_a, self.text("Merhaba", wamid="wamid.1"))
        conversation = message.conversation_id
        inbox = self.env["clinic.whatsapp.conversation"].with_user(self.user_a).get_inbox()
        [row] = inbox["rows"]
        self.assertEqual(row["id"], conversation.id)
        self.assertEqual(row["name"], "Deniz Örnek")
        self.assertEqual(row["preview"], "Merhaba")
        self.assertEqual(inbox["counts"]["unanswered"], 1)
