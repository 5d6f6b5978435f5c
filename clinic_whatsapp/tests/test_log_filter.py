import logging

import psycopg2
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestLogFilter(TransactionCase):
    """Odoo's own log lines tell neither what a forger could use nor what a patient has."""

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

    def test_a_failing_query_over_our_tables_is_logged_without_its_values(self):
        for query in (
            "SELECT id FROM clinic_whatsapp_contact WHERE phone = '+905300000001' AND note = 'O''Neil'",
            "UPDATE clinic_whatsapp_message SET nothing = 'gizli' WHERE id = 1",
            "SELECT nothing FROM res_partner WHERE whatsapp_phone IN ('+905300000001')",
        ):
            text = self._fail(query)
            self.assertIn("whatsapp", text)
            for value in ("905300000001", "Neil", "gizli"):
                self.assertNotIn(value, text)

    def test_other_failing_queries_are_left_alone(self):
        self.assertIn("tr_TR", self._fail("SELECT nothing FROM res_lang WHERE code = 'tr_TR'"))

    def _fail(self, query):
        """Run a query that the database refuses; return what is logged."""
        with (
            self.assertLogs("odoo.sql_db", logging.ERROR) as logs,
            self.assertRaises(psycopg2.Error),
            self.env.cr.savepoint(flush=False),
        ):
            self.env.cr.execute(query)
        return logs.records[0].getMessage()
