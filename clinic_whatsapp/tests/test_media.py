import base64
import hashlib
import io
from unittest.mock import patch

from cryptography.fernet import Fernet
from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.messaging.media import read_hash
from ..models.messaging.media_type import clean_name, judge_type, served_type
from .common import PDF, SimulatorCase

MEDIA_CRON = "odoo.addons.clinic_whatsapp.models.messaging.media_cron"
ENCRYPTION = "odoo.addons.clinic_whatsapp.encryption"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
REPORT = base64.b64decode(PDF) + b" about a rare quokka disease " * 50
HTML = b"<html><script>alert(1)</script></html>"


class MediaMixin:
    def setUp(self):
        super().setUp()
        self.conversation = self.open_conversation(self.account_a, self.patient)

    def create_message(self, direction="out", conversation=None, **vals):
        state = "queued" if direction == "out" else "received"
        return self.env["clinic.whatsapp.message"].create(
            {
                "conversation_id": (conversation or self.conversation).id,
                "partner_id": self.patient.id,
                "direction": direction,
                "state": state,
                "message_type": "document",
                "purpose_id": self.service_purpose.id,
                "media_state": "pending",
                **vals,
            }
        )

    def keep(self, data=REPORT, name="Rapor.pdf", mime_type="application/pdf", **vals):
        """Return an inbound message whose file is here."""
        message = self.create_message("in", media_state="ready", **vals)
        message._store_media(data, name, mime_type)
        self.env.flush_all()
        return message

    def attachment(self, message):
        return self.env["ir.attachment"].search(
            [("res_model", "=", message._name), ("res_id", "=", message.id), ("res_field", "=", "media_file")]
        )

    def content(self, message):
        with message._open_media() as file:
            return file.read()


@tagged("post_install", "-at_install")
class TestMediaStorage(MediaMixin, SimulatorCase):
    def test_a_file_is_kept_as_ciphertext_and_so_is_what_is_told_about_it(self):
        message = self.keep()
        self.assertEqual(self.content(message), REPORT)
        attachment = self.attachment(message)
        self.assertEqual((attachment.name, attachment.mimetype), ("media_file", "application/octet-stream"))
        self.assertFalse(attachment.public or attachment.access_token or attachment.index_content)
        self.assertNotIn(b"quokka", attachment.raw)
        self.env.cr.execute("SELECT * FROM clinic_whatsapp_message WHERE id = %s", [message.id])
        row = repr(self.env.cr.fetchall())
        for secret in ("Rapor", hashlib.sha256(REPORT).hexdigest()):
            self.assertNotIn(secret, row)
        self.assertEqual((message.media_name, message.media_type), ("Rapor.pdf", "application/pdf"))
        self.assertEqual((message.media_size, message.media_sha256), (len(REPORT), hashlib.sha256(REPORT).hexdigest()))

    def test_a_stream_is_kept_like_bytes(self):
        message = self.create_message("in")
        message._store_media(io.BytesIO(REPORT * 100), "", "application/pdf")
        self.assertEqual(self.content(message), REPORT * 100)
        self.assertEqual(message.media_name, "document.pdf")

    def test_a_second_file_takes_the_place_of_the_first(self):
        message = self.keep()
        message._store_media(PNG, "x.png", "image/png")
        self.assertEqual(self.content(message), PNG)
        self.assertEqual(len(self.attachment(message)), 1)

    def test_a_file_that_is_too_large_is_refused_with_the_limit(self):
        self.env["ir.config_parameter"].set_param("clinic_whatsapp.media_max_mb", "1")
        with self.assertRaisesRegex(UserError, "1 MB"):
            self.create_message()._store_media(b"x" * (1024 * 1024 + 1), "x.txt", "text/plain")

    def test_the_limit_is_never_above_that_of_whatsapp(self):
        message = self.create_message()
        for value, limit in (("5", 5), ("500", 100), ("0", 1), ("rubbish", 100), ("", 100)):
            self.env["ir.config_parameter"].set_param("clinic_whatsapp.media_max_mb", value)
            self.assertEqual(message._get_media_limit(), limit * 1024 * 1024)

    def test_without_a_key_no_file_is_stored(self):
        message = self.create_message()
        with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=""), self.assertRaises(UserError):
            message._store_media(REPORT, "x.pdf", "application/pdf")
        self.assertFalse(self.attachment(message))

    def test_a_blocked_message_loses_its_file(self):
        message = self.create_message()
        message._store_media(REPORT, "Rapor.pdf", "application/pdf")
        message._block("no_optin")
        self.assertEqual(message.state, "blocked")
        self.assertFalse(self.attachment(message) or message.media_name or message.media_state)

    def test_a_file_goes_with_its_message(self):
        message = self.keep()
        attachment = self.attachment(message)
        message.unlink()
        self.assertFalse(attachment.exists())

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.models")
    def test_nobody_reaches_the_file_as_an_attachment(self):
        attachment = self.attachment(self.keep())
        administrator = self.create_user(
            "chief", self.branch_a, "base.group_system,clinic_whatsapp.group_manager,base.group_allow_export"
        )
        for user in (self.user_a, self.clinic_manager, administrator):
            seen = attachment.with_user(user)
            with self.subTest(user=user.login):
                for refused in (
                    lambda seen=seen: seen.read(["raw", "datas", "name"]),
                    lambda seen=seen: seen.export_data(["datas"]),
                    lambda seen=seen: seen.write({"name": "x"}),
                    lambda seen=seen: seen.copy({"res_model": False, "res_id": False, "res_field": False}),
                    seen.generate_access_token,
                    seen._get_raw_access_token,
                    seen.unlink,
                ):
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        refused()
                    self.env.invalidate_all()
                domain = [("res_field", "!=", False), ("res_model", "=", "clinic.whatsapp.message")]
                self.assertFalse(seen.search(domain))
                self.assertFalse(seen.search([("id", "=", attachment.id)]))

    @mute_logger("odoo.models")
    def test_nobody_reads_the_field(self):
        message = self.keep()
        for user in (self.user_a, self.clinic_manager):
            with self.assertRaises(AccessError):
                message.with_user(user).read(["media_file"])
            self.assertNotIn("media_file", message.with_user(user).fields_get())

    def test_a_file_cannot_be_shared_by_a_link_even_by_mistake(self):
        attachment = self.attachment(self.keep())
        for vals in ({"public": True}, {"access_token": "x"}, {"url": "/x"}):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                attachment.write(vals)
        for give in (attachment.generate_access_token, attachment._get_raw_access_token):
            with self.assertRaises(AccessError):
                give()

    def test_other_attachments_are_as_free_as_before(self):
        file = self.env["ir.attachment"].create({"name": "x", "raw": b"x"})
        self.assertTrue(file.generate_access_token())
        file.public = True
        self.assertEqual(file.with_user(self.user_a).raw, b"x")


@tagged("post_install", "-at_install")
class TestMediaType(SimulatorCase):
    def test_the_content_decides_about_the_type(self):
        for declared, head, kept in (
            ("application/pdf", REPORT, "application/pdf"),
            ("image/png", PNG, "image/png"),
            ("image/jpeg", HTML, "text/html"),
            ("application/pdf", HTML, "text/html"),
            ("image/png", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "image/svg+xml"),
            ("text/plain", HTML, "text/html"),
            ("audio/ogg; codecs=opus", b"OggS\0\2" + b"\0" * 22 + b"\x01\x13OpusHead", "audio/ogg; codecs=opus"),
            ("text/csv", b"a,b\n1,2\n", "text/csv"),
            ("", PNG, "image/png"),
        ):
            with self.subTest(declared=declared, kept=kept):
                self.assertEqual(served_type(judge_type(declared, head)), served_type(kept))

    def test_a_word_file_stays_one(self):
        word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        self.assertEqual(judge_type(word, b"PK\x03\x04 and so on"), word)
        self.assertEqual(judge_type("image/jpeg", b"PK\x03\x04 and so on"), "application/zip")

    def test_what_could_run_is_only_saved_and_without_its_type(self):
        for kept in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "text/javascript"):
            self.assertEqual(served_type(kept), ("application/octet-stream", False))
        self.assertEqual(served_type("audio/ogg; codecs=opus"), ("audio/ogg", True))
        self.assertEqual(served_type("text/plain"), ("text/plain", False))

    def test_names_lose_what_could_mislead(self):
        for name, clean in (
            ("../../etc/passwd", "passwd"),
            ("C:\\secret\\Röntgen.jpg", "Röntgen.jpg"),
            ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
            ("photo\u202egpj.exe", "photogpj.exe"),
            ("", "image.jpg"),
            (None, "image.jpg"),
            ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ):
            self.assertEqual(clean_name(name, "image/jpeg", "image"), clean)

    def test_hashes_are_read_as_base64_and_as_hex(self):
        digest = hashlib.sha256(b"x")
        for text in (digest.hexdigest(), digest.hexdigest().upper(), base64.b64encode(digest.digest()).decode()):
            self.assertEqual(read_hash(text), digest.hexdigest())
        for rubbish in ("", None, False, "abc", "é" * 44):
            self.assertEqual(read_hash(rubbish), "")


class MediaCase(MediaMixin, SimulatorCase):
    def setUp(self):
        super().setUp()
        self.phone = self.simulator.phone(self.patient.whatsapp_phone, self.account_a.phone_number_id)

    def run_media(self):
        with self.cron_env() as env:
            env["clinic.whatsapp.message"]._cron_media()

    def run_later(self, message, times=1):
        """Run once more for each time, as if the pause before the next try had passed."""
        for _time in range(times):
            message.media_next_attempt_at = False
            self.run_media()

    def files_at_meta(self, origin):
        return [file for file in self.simulator.media() if file["origin"] == origin]


@tagged("post_install", "-at_install")
class TestMediaDownload(MediaCase):
    def receive_file(self, data=REPORT, mime_type="application/pdf", **vals):
        """Return the message about a file that the patient sent, before it is fetched."""
        known = {file["id"] for file in self.simulator.media()}
        self.phone.send_media("document", data, mime_type, filename="Rapor.pdf")
        [file] = [file for file in self.simulator.media() if file["id"] not in known]
        announced = base64.b64encode(bytes.fromhex(file["sha256"])).decode()
        return self.create_message(
            "in",
            **{
                "media_ref": file["id"],
                "media_name": "Rapor.pdf",
                "media_type": mime_type,
                "media_sha256": announced,
                **vals,
            },
        )

    def test_a_file_is_fetched_and_the_branch_is_told(self):
        message = self.receive_file()
        self.env["bus.bus"].search([]).unlink()
        self.run_media()
        self.assertEqual((message.media_state, message.media_problem), ("ready", False))
        self.assertEqual(self.content(message), REPORT)
        self.assertEqual(message.media_sha256, hashlib.sha256(REPORT).hexdigest())
        self.assertEqual(message.media_size, len(REPORT))

    def test_many_files_are_fetched_in_one_run(self):
        messages = [self.receive_file(REPORT + bytes([number])) for number in range(10)]
        self.run_media()
        self.assertEqual({message.media_state for message in messages}, {"ready"})
        for number, message in enumerate(messages):
            self.assertEqual(self.content(message), REPORT + bytes([number]))

    def test_an_address_that_has_run_out_is_asked_for_anew(self):
        message = self.receive_file()
        self.simulator.set_faults(media_url_expired_next=1)
        self.run_media()
        self.assertEqual((message.media_state, message.media_attempts), ("pending", 1))
        self.run_media()
        self.assertEqual(message.media_attempts, 1, "the pause is kept")
        self.run_later(message)
        self.assertEqual(self.content(message), REPORT)

    def test_the_next_try_is_planned(self):
        message = self.receive_file()
        self.simulator.set_faults(media_down=True)
        self.env["ir.cron.trigger"].search([]).unlink()
        self.run_media()
        triggers = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.env.ref("clinic_whatsapp.ir_cron_media").id)]
        )
        self.assertIn(message.media_next_attempt_at, triggers.mapped("call_at"))
        self.assertGreater(message.media_next_attempt_at, fields.Datetime.now())

    def test_a_file_that_meta_does_not_have_is_given_up_and_may_be_tried_again(self):
        message = self.receive_file()
        self.simulator.set_faults(media_missing_next=5)
        self.run_media()
        self.run_later(message, times=3)
        self.assertEqual(message.media_state, "pending")
        self.run_later(message)
        self.assertEqual((message.media_state, message.media_attempts), ("failed", 5))
        self.assertIn("does not have this file", message.with_user(self.user_a).media_problem)
        message.with_user(self.user_a).action_retry_media()
        self.assertEqual((message.media_state, message.media_problem), ("pending", False))
        self.run_media()
        self.assertEqual(self.content(message), REPORT)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_staff_of_another_branch_cannot_try_again(self):
        message = self.receive_file(media_state="failed")
        with self.assertRaises(AccessError):
            message.with_user(self.user_b).action_retry_media()
        self.assertEqual(message.media_state, "failed")

    def test_a_file_that_differs_from_what_was_announced_is_kept_and_marked(self):
        message = self.receive_file()
        self.simulator.set_faults(media_wrong_hash_next=1)
        with self.assertLogs(MEDIA_CRON, "WARNING") as logs:
            self.run_media()
        self.assertNotIn("Rapor", "".join(logs.output))
        self.assertEqual(message.media_state, "ready")
        self.assertIn("not the one that WhatsApp announced", message.media_problem)
        self.assertEqual(self.content(message)[:-1], REPORT[:-1])

    def test_a_file_above_the_limit_is_not_fetched(self):
        self.env["ir.config_parameter"].set_param("clinic_whatsapp.media_max_mb", "1")
        message = self.receive_file(REPORT + b"x" * 1024 * 1024)
        self.run_media()
        self.assertEqual(message.media_state, "failed")
        self.assertIn("larger than 1 MB", message.media_problem)
        self.assertFalse(self.attachment(message))

    def test_what_pretends_to_be_a_picture_is_not_kept_as_one(self):
        message = self.receive_file(HTML, "application/pdf")
        self.run_media()
        self.assertEqual(message.media_type, "text/html")
        self.assertEqual(served_type(message.media_type), ("application/octet-stream", False))

    def test_a_file_that_kills_every_worker_is_given_up(self):
        message = self.receive_file(media_attempts=5)
        self.run_media()
        self.assertEqual(message.media_state, "failed")

    def test_a_worker_that_dies_leaves_the_file_to_the_next_one(self):
        message = self.receive_file()
        with self.cron_env() as env:
            account = env["clinic.whatsapp.account"].browse(self.account_a.id)
            env["clinic.whatsapp.message"]._claim_media(4, {account: None})
        self.assertEqual((message.media_state, message.media_attempts), ("pending", 1))
        self.assertFalse(self.attachment(message))
        self.run_later(message)
        self.assertEqual(self.content(message), REPORT)

    def test_trouble_with_one_file_is_no_trouble_of_the_others(self):
        first, second = self.receive_file(), self.receive_file()
        keep = type(first)._keep_fetched

        def fail_once(message, fetched):
            if message.id == first.id:
                raise OSError("No space left on device")
            return keep(message, fetched)

        with patch.object(type(first), "_keep_fetched", fail_once), self.assertLogs(MEDIA_CRON, "ERROR"):
            self.run_media()
        self.assertEqual((first.media_state, second.media_state), ("pending", "ready"))
        self.run_later(first)
        self.assertEqual(first.media_state, "ready")

    def test_a_message_whose_key_is_lost_keeps_what_it_has(self):
        message = self.receive_file()
        name = message._fields["media_name"]
        with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=Fernet.generate_key().decode()):
            token = f"EAATESTTOKEN{self.account_a.phone_number_id}"
            self.account_a.write({"access_token": token, "app_secret": "x"})
            self.env.flush_all()
            self.env.invalidate_all()
            with mute_logger(ENCRYPTION):
                self.run_media()
        self.env.invalidate_all()
        self.assertEqual((message.media_state, message.media_error), ("failed", "lost"))
        self.assertEqual(name.reveal(message), "Rapor.pdf")

    def test_a_number_that_meta_refuses_needs_attention_and_uses_up_no_try(self):
        message = self.receive_file()
        self.account_a.access_token = "EAAWRONG"
        self.run_media()
        self.assertEqual(self.account_a.state, "needs_attention")
        self.assertEqual((message.media_state, message.media_attempts), ("pending", 0))
        self.account_a.access_token = f"EAATESTTOKEN{self.account_a.phone_number_id}"
        self.run_later(message)
        self.assertEqual(message.media_state, "ready")

    def test_one_broken_number_does_not_keep_the_files_of_the_others(self):
        self.account_b.phone_number_id = False
        other = self.open_conversation(self.account_b, self.patient)
        broken = self.create_message("in", conversation=other, media_ref="1")
        message = self.receive_file()
        self.run_media()
        self.assertEqual((broken.media_state, message.media_state), ("pending", "ready"))

    def test_a_copy_of_the_database_fetches_nothing(self):
        message = self.receive_file()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "1")
        self.run_media()
        self.assertEqual((message.media_state, message.media_attempts), ("pending", 0))

    def test_without_a_key_everything_waits_and_the_log_says_so_once(self):
        message = self.receive_file()
        with patch.dict("os.environ", CLINIC_WHATSAPP_KEYS=""), self.assertLogs(ENCRYPTION, "ERROR") as logs:
            self.run_media()
            self.run_media()
        self.assertEqual(len(logs.output), 1)
        self.assertEqual((message.media_state, message.media_attempts), ("pending", 0))
        self.run_media()
        self.assertEqual(message.media_state, "ready")


@tagged("post_install", "-at_install")
class TestMediaUpload(MediaCase):
    def send_file(self, data=REPORT, name="Rapor.pdf", mime_type="application/pdf", **vals):
        message = self.create_message(**vals)
        message._store_media(data, name, mime_type)
        return message

    def test_a_file_is_uploaded_and_the_dispatcher_woken(self):
        message = self.send_file()
        self.env["ir.cron.trigger"].search([]).unlink()
        self.run_media()
        self.assertEqual((message.media_state, message.state), ("ready", "queued"))
        self.assertEqual(self.simulator.media_bytes(message.media_ref), REPORT)
        [file] = [file for file in self.files_at_meta("upload") if file["id"] == message.media_ref]
        self.assertEqual((file["filename"], file["mime_type"]), ("Rapor.pdf", "application/pdf"))
        woken = self.env["ir.cron.trigger"].search([]).cron_id.mapped("code")
        self.assertTrue(any("_cron_dispatch" in code for code in woken))

    def test_the_same_file_travels_once_for_each_number(self):
        data = REPORT + b"same"
        before = len(self.files_at_meta("upload"))
        first = self.send_file(data)
        self.run_media()
        second = self.send_file(data)
        other = self.send_file(data, conversation=self.open_conversation(self.account_b, self.patient))
        self.run_media()
        self.assertEqual(second.media_ref, first.media_ref)
        self.assertNotEqual(other.media_ref, first.media_ref)
        self.assertEqual(len(self.files_at_meta("upload")), before + 2)

    def test_an_upload_that_meta_has_forgotten_is_not_used_again(self):
        data = REPORT + b"again"
        first = self.send_file(data)
        self.run_media()
        upload = self.env["clinic.whatsapp.upload"].search([("remote_id", "=", first.media_ref)])
        self.assertEqual(upload.company_id, self.branch_a)
        upload.expires_at = fields.Datetime.now()
        second = self.send_file(data)
        self.run_media()
        self.assertNotEqual(second.media_ref, first.media_ref)
        self.assertEqual(upload.remote_id, second.media_ref)

    def test_expired_uploads_are_cleared_away(self):
        vals = {"account_id": self.account_a.id, "remote_id": "1"}
        old = {"key": "old", "expires_at": fields.Datetime.subtract(fields.Datetime.now(), minutes=1)}
        new = {"key": "new", "expires_at": fields.Datetime.add(fields.Datetime.now(), days=1)}
        old, new = self.env["clinic.whatsapp.upload"].create([{**vals, **old}, {**vals, **new}])
        old._gc_expired()
        self.assertEqual((old | new).exists(), new)

    def test_the_memory_of_uploads_holds_no_hash_that_somebody_could_look_up(self):
        message = self.send_file()
        self.run_media()
        upload = self.env["clinic.whatsapp.upload"].search([("remote_id", "=", message.media_ref)])
        self.assertNotIn(hashlib.sha256(REPORT).hexdigest(), upload.key)

    def test_a_file_that_meta_refuses_fails_its_message_and_not_the_others(self):
        bad = self.send_file(b"PK\x03\x04 zipped", "x.zip", "application/zip")
        good = self.send_file()
        self.run_media()
        self.assertEqual((bad.state, bad.media_state), ("failed", "failed"))
        self.assertTrue(bad.error_code)
        self.assertTrue(bad.problem)
        self.assertEqual((good.state, good.media_state), ("queued", "ready"))
        self.assertFalse(bad.wamid)

    def test_a_failed_upload_may_be_tried_again(self):
        message = self.send_file()
        self.simulator.set_faults(media_down=True)
        self.run_media()
        self.run_later(message, times=5)
        self.assertEqual((message.state, message.media_state), ("failed", "failed"))
        self.simulator.clear_faults()
        message.with_user(self.user_a).action_retry_media()
        self.assertEqual((message.state, message.media_state, message.error_code), ("queued", "pending", 0))
        self.run_media()
        self.assertEqual(message.media_state, "ready")

    def test_what_is_cancelled_is_not_uploaded(self):
        message = self.send_file(state="cancelled")
        self.run_media()
        self.assertEqual((message.media_state, message.media_ref), ("pending", False))

    def test_a_paused_number_uploads_nothing_and_still_fetches(self):
        message = self.send_file()
        self.account_a.action_pause()
        self.run_media()
        self.assertEqual((message.media_state, message.media_attempts), ("pending", 0))

    def test_a_stored_file_that_was_damaged_fails_its_message(self):
        message = self.send_file()
        attachment = self.attachment(message)
        attachment.raw = attachment.raw[:-1] + b"\0"
        self.run_media()
        self.assertEqual((message.state, message.media_state), ("failed", "failed"))
        self.assertIn("cannot be read", message.problem)
