import os
from unittest.mock import patch

from cryptography.fernet import Fernet
from odoo.tests import tagged

from ..encrypted_file import BrokenFile
from .common import PHONE_A, ClinicCase
from .test_media import REPORT, MediaMixin

ROTATION = "odoo.addons.clinic_whatsapp.models.messaging.key_rotation"


@tagged("post_install", "-at_install")
class TestKeyRotation(MediaMixin, ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old, cls.new = os.environ["CLINIC_WHATSAPP_KEYS"], Fernet.generate_key().decode()

    def setUp(self):
        super().setUp()
        self.message = self.keep(body="Ağrım var")
        self.event = self.env["clinic.whatsapp.event"].create(
            {
                "account_id": self.account_a.id,
                "company_id": self.branch_a.id,
                "external_ref": "message:rotation",
                "payload": '{"text": "Ağrım var"}',
            }
        )
        self.env.flush_all()

    def keys(self, *keys):
        self.env.flush_all()
        self.env.invalidate_all()
        return patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=",".join(keys))

    def rotate(self):
        lines = []
        with self.cron_env() as env:
            return env["clinic.whatsapp.account"]._rotate_keys(report=lines.append), lines

    def assertReadable(self):
        self.env.invalidate_all()
        self.assertEqual(self.message.body, "Ağrım var")
        self.assertEqual(self.message.media_name, "Rapor.pdf")
        self.assertEqual(self.content(self.message), REPORT)
        self.assertEqual(self.event.payload, '{"text": "Ağrım var"}')
        self.assertEqual(self.account_a._secret("access_token"), f"EAATESTTOKEN{PHONE_A}")

    def test_after_the_rotation_the_old_key_may_go(self):
        with self.keys(self.new, self.old):
            counts, lines = self.rotate()
            self.assertReadable()
        self.assertGreater(counts["rotated"], 8)
        self.assertEqual((counts["unreadable"], counts["left"]), (0, 0))
        self.assertTrue(any("clinic_whatsapp_message.body" in line for line in lines))
        self.assertTrue(any("files" in line for line in lines))
        with self.keys(self.new):
            self.assertReadable()
        with self.keys(self.old), self.assertRaises(BrokenFile):
            self.content(self.message)

    def test_nothing_is_done_twice(self):
        with self.keys(self.new, self.old):
            self.rotate()
            before = self.column("body")
            counts, lines = self.rotate()
            self.assertEqual(self.column("body"), before)
        self.assertEqual((counts["rotated"], lines), (0, []))

    def column(self, name):
        self.env.cr.execute(f"SELECT {name}, write_date FROM clinic_whatsapp_message WHERE id = %s", [self.message.id])
        return self.env.cr.fetchone()

    def test_nobody_is_noted_as_having_changed_the_rows(self):
        before = self.column("body")
        with self.keys(self.new, self.old):
            self.rotate()
        after = self.column("body")
        self.assertNotEqual(before[0], after[0])
        self.assertEqual(before[1], after[1])

    def test_a_rotation_that_was_stopped_leaves_everything_readable_and_goes_on(self):
        accounts = type(self.env["clinic.whatsapp.account"])
        rewrite, done = accounts._rewrite, []

        def stop_after_two(self, *args):
            if len(done) == 2:
                raise KeyboardInterrupt
            done.append(args)
            return rewrite(self, *args)

        with self.keys(self.new, self.old):
            with patch.object(accounts, "_rewrite", stop_after_two), self.assertRaises(KeyboardInterrupt):
                self.rotate()
            self.assertReadable()
            counts, _lines = self.rotate()
            self.assertTrue(counts["rotated"])
        with self.keys(self.new):
            self.assertReadable()

    def test_many_rows_are_rewritten_batch_by_batch(self):
        messages = [self.create_message("in", body=f"satır {number}", media_state=False) for number in range(25)]
        with self.keys(self.new, self.old), patch(f"{ROTATION}.BATCH", 10):
            self.rotate()
        with self.keys(self.new):
            self.assertEqual([message.body for message in messages], [f"satır {number}" for number in range(25)])

    def test_what_no_key_opens_is_counted_and_left_as_it_is(self):
        with self.keys(Fernet.generate_key().decode()):
            lost = self.create_message("in", body="kayıp", media_state=False)
            self.env.flush_all()
        before = self.row(lost)
        with self.keys(self.new, self.old):
            counts, _lines = self.rotate()
            self.assertReadable()
        self.assertEqual(counts["unreadable"], 1)
        self.assertEqual(self.row(lost), before)

    def row(self, message):
        self.env.cr.execute("SELECT body FROM clinic_whatsapp_message WHERE id = %s", [message.id])
        return self.env.cr.fetchone()

    def test_every_encrypted_field_is_known_to_the_rotation(self):
        """What is added to a model tomorrow is found: here are those that nobody may forget."""
        columns = self.env["clinic.whatsapp.account"]._get_encrypted_columns()
        for column in (
            ("clinic_whatsapp_account", "access_token"),
            ("clinic_whatsapp_account", "app_secret"),
            ("clinic_whatsapp_account", "verify_token"),
            ("clinic_whatsapp_event", "payload"),
            ("clinic_whatsapp_message", "body"),
            ("clinic_whatsapp_message", "content"),
            ("clinic_whatsapp_message", "error_log"),
            ("clinic_whatsapp_message", "media_name"),
        ):
            self.assertIn(column, columns)
        files = self.env["ir.attachment"]._get_encrypted_fields()
        self.assertIn(("clinic.whatsapp.message", "media_file"), files)
