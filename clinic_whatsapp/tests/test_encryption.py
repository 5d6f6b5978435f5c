import os
from unittest.mock import patch

from cryptography.fernet import Fernet
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..encryption import MASK, MissingKey, Unreadable, is_usable, problem
from .common import PHONE_A, WABA, ClinicCase

ENCRYPTION = "odoo.addons.clinic_whatsapp.encryption"


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

    def test_a_lost_key_leaves_what_meta_sent_waiting_until_it_is_back(self):
        with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=Fernet.generate_key().decode()):
            foreign = os.environ["CLINIC_WHATSAPP_KEYS"]
            self.enqueue_text("wamid.lost")
        event = self.env["clinic.whatsapp.event"].search([], limit=1)
        for _time in range(6):
            event.next_attempt_at = False
            self.run_inbox()
        self.assertEqual((event.state, event.attempts), ("new", 0))
        self.assertIn("another encryption key", event.error)
        event.next_attempt_at = False
        with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=f"{os.environ['CLINIC_WHATSAPP_KEYS']},{foreign}"):
            self.run_inbox()
            self.env.invalidate_all()
            self.assertEqual((event.state, event.error), ("done", False))

    def test_without_a_key_what_meta_sent_waits(self):
        self.enqueue_text("wamid.waits")
        event = self.env["clinic.whatsapp.event"].search([], limit=1)
        with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=""), mute_logger(ENCRYPTION):
            self.run_inbox()
        self.assertEqual((event.state, event.attempts), ("new", 0))
        self.run_inbox()
        self.assertEqual(event.state, "done")

    def enqueue_text(self, wamid):
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "905550000001", "phone_number_id": PHONE_A},
            "contacts": [{"profile": {"name": "Deniz"}, "wa_id": "905300000001"}],
            "messages": [self.text("Merhaba", wamid=wamid)],
        }
        entry = {"id": WABA, "changes": [{"field": "messages", "value": value}]}
        self.enqueue(self.account_a, {"object": "whatsapp_business_account", "entry": [entry]})
        self.env.flush_all()

    def test_what_is_wrong_with_the_keys_is_said_in_words(self):
        self.assertIsNone(problem(self.env))
        for keys, words in (("", "no encryption key"), (" , ", "no encryption key"), ("rubbish", "not valid")):
            with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=keys):
                self.assertIn(words, problem(self.env))
                with self.assertRaisesRegex(MissingKey, words):
                    self.account_a.access_token = "EAANEW"
        valid = os.environ["CLINIC_WHATSAPP_KEYS"]
        with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=f"{valid},rubbish"):
            self.assertIn("not valid", problem(self.env))

    def test_scheduled_actions_say_once_that_they_stand_still(self):
        with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=""), self.assertLogs(ENCRYPTION, "ERROR") as logs:
            self.assertFalse(is_usable(self.env) or is_usable(self.env))
            self.assertEqual(len(logs.output), 1)
        self.assertTrue(is_usable(self.env))
        with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=""), self.assertLogs(ENCRYPTION, "ERROR"):
            self.assertFalse(is_usable(self.env), "said again after it was mended")

    def test_code_does_not_take_the_placeholder_for_a_text(self):
        message = self.open_conversation(self.account_a, self.patient)._send_text("Merhaba")
        body = message._fields["body"]
        self.assertEqual(body.reveal(message), "Merhaba")
        self.env.flush_all()
        self.env.invalidate_all()
        other = patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=Fernet.generate_key().decode())
        with other, mute_logger(ENCRYPTION), self.assertRaises(Unreadable):
            body.reveal(message)
