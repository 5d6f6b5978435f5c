from unittest.mock import patch

from cryptography.fernet import Fernet
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..encryption import MASK, MissingKey
from .common import PHONE_A, ClinicCase


@tagged("post_install", "-at_install")
class TestEncryption(ClinicCase):
    def column(self, record, name):
        record.flush_recordset()
        self.env.cr.execute(f"SELECT {name} FROM {record._table} WHERE id = %s", [record.id])
        return self.env.cr.fetchone()[0]

    def test_secret_is_ciphertext_in_the_database_and_masked_for_everybody(self):
        self.assertNotIn("EAATESTTOKEN", self.column(self.account_a, "access_token"))
        values = self.account_a.with_user(self.clinic_manager).read(["access_token", "app_secret"])[0]
        self.assertEqual((values["access_token"], values["app_secret"]), (MASK, MASK))
        self.clinic_manager.group_ids += self.env.ref("base.group_allow_export")
        exported = self.account_a.with_user(self.clinic_manager).export_data(["name", "access_token"])["datas"]
        self.assertEqual(exported, [[self.account_a.name, ""]])
        self.assertEqual(self.account_a._secret("access_token"), f"EAATESTTOKEN{PHONE_A}")

    def test_staff_may_not_even_see_the_mask(self):
        with self.assertRaises(AccessError):
            self.account_a.with_user(self.user_a).read(["access_token"])

    def test_saving_the_mask_keeps_the_secret(self):
        self.account_a.access_token = MASK
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.account_a._secret("access_token"), f"EAATESTTOKEN{PHONE_A}")

    def test_an_emptied_secret_is_gone(self):
        self.account_a.access_token = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.account_a._secret("access_token"), "")
        self.assertFalse(self.account_a.access_token)

    def test_a_copied_account_has_no_secrets(self):
        copy = self.account_a.copy({"phone_number_id": "9"})
        self.assertFalse(copy._secret("access_token"))

    def test_message_text_is_ciphertext_in_the_database_and_clear_for_readers(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        message = conversation._send_text("Merhaba, nasılsınız?")
        self.assertNotIn("Merhaba", self.column(message, "body"))
        self.env.invalidate_all()
        self.assertEqual(message.with_user(self.user_a).body, "Merhaba, nasılsınız?")

    def test_encrypted_text_cannot_be_searched_and_says_so(self):
        with self.assertRaises(UserError):
            self.env["clinic.whatsapp.message"].search([("body", "ilike", "Merhaba")])

    def test_old_keys_still_decrypt_after_rotation(self):
        old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
        with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=old):
            self.account_a.app_secret = "before"
            self.env.flush_all()
        self.env.invalidate_all()
        with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=f"{new},{old}"):
            self.assertEqual(self.account_a._secret("app_secret"), "before")

    def test_a_lost_key_gives_a_clear_error_and_a_readable_page(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        message = conversation._send_text("Merhaba")
        self.env.flush_all()
        self.env.invalidate_all()
        with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=Fernet.generate_key().decode()):
            with self.assertRaises(UserError):
                self.account_a._secret("app_secret")
            with self.assertLogs("odoo.addons.clinic_whatsapp.encryption", "ERROR"):
                self.assertIn("cannot be read", message.body)

    def test_without_a_key_nothing_confidential_is_stored(self):
        with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=""), self.assertRaises(MissingKey):
            self.account_a.access_token = "EAANEW"
