import logging

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestLogFilter(TransactionCase):
    """What the web server notes of a webhook's address does not let anybody forge one."""

    def _logged(self, *message):
        with self.assertLogs("werkzeug", logging.INFO) as logs:
            logging.getLogger("werkzeug").info(*message)
        return logs.records[0].getMessage()

    def test_verify_token_and_key_are_not_logged(self):
        line = '"GET /clinic_whatsapp/webhook/abcdEFGH-ijk_l?hub.mode=subscribe&hub.verify_token=s3cret&x=1 HTTP/1.1"'
        wanted = '"GET /clinic_whatsapp/webhook/abcd…?hub.mode=subscribe&hub.verify_token=…&x=1 HTTP/1.1"'
        self.assertEqual(self._logged(line), wanted)
        self.assertEqual(self._logged("%s - %s", "127.0.0.1", line), f"127.0.0.1 - {wanted}")

    def test_other_addresses_are_left_alone(self):
        line = "POST /web/dataset/call_kw/clinic.whatsapp.message/read"
        self.assertEqual(self._logged(line), line)

    def test_real_requests_go_through_it(self):
        self.assertIn("HideWebhookSecrets", [type(each).__name__ for each in logging.getLogger("werkzeug").filters])
