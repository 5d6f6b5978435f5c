import base64
import io
import re
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from PIL import Image

from ..cloud_api import media_rules
from ..models.messaging.send_file import MAX_UPLOAD, TYPES
from .common import ClinicCase

PDF = b"%PDF-1.4\n%%EOF\n"
RULES = Path(__file__).parents[1] / "static" / "src" / "file_rules.js"


def encode(data):
    return base64.b64encode(data).decode()


def draw(file_format):
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(picture, file_format)
    return picture.getvalue()


@tagged("post_install", "-at_install")
class TestSendFile(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient)

    def send(self, name, data, caption="", user=None):
        return self.conversation.with_user(user or self.user_a).action_send_file(name, encode(data), caption)

    def get_sent(self):
        return self.env["clinic.whatsapp.message"].search(
            [("conversation_id", "=", self.conversation.id), ("direction", "=", "out")], order="id"
        )

    def test_a_pdf_waits_for_its_upload_with_its_text(self):
        answer = self.send("plan.pdf", PDF, "Your plan")
        message = self.get_sent()
        self.assertEqual(answer, {"id": message.id, "state": "queued", "problem": False, "advice": False})
        self.assertEqual((message.message_type, message.body), ("document", "Your plan"))
        self.assertEqual((message.media_state, message.media_name, message.media_type, message.media_size),
                         ("pending", "plan.pdf", "application/pdf", len(PDF)))  # fmt: skip
        self.assertEqual(message._open_media().read(), PDF)
        self.assertEqual(message.sent_by_id, self.user_a)

    def test_a_picture_needs_no_text(self):
        self.send("tooth.png", draw("PNG"))
        self.assertEqual((self.get_sent().message_type, self.get_sent().body), ("image", False))

    def test_what_is_in_a_file_counts_not_its_name(self):
        self.send("tooth.png", draw("JPEG"))
        self.assertEqual((self.get_sent().media_type, self.get_sent().media_name), ("image/jpeg", "tooth.jpg"))

    def test_a_file_of_another_type_is_refused_with_what_may_be_sent(self):
        page = b"<html><script>1</script></html>"
        for name, data in (
            ("tooth.gif", draw("GIF")),
            ("page.html", page),
            ("page.pdf", page),
            ("x.zip", b"PK\x03\x04" + bytes(40)),
        ):
            with self.subTest(name=name), self.assertRaisesRegex(UserError, r"Send a picture \(JPEG, PNG\)"):
                self.send(name, data)
        self.assertFalse(self.get_sent())

    def test_a_picture_that_is_too_large_is_refused_with_the_limit(self):
        with self.assertRaisesRegex(UserError, "5 MB"):
            self.send("tooth.jpg", draw("JPEG") + bytes(5 * 1024 * 1024))
        self.assertFalse(self.get_sent())

    def test_what_is_too_large_for_one_call_is_refused_before_it_is_decoded(self):
        with self.assertRaisesRegex(UserError, "25 MB"):
            self.conversation.action_send_file("plan.pdf", "A" * (MAX_UPLOAD * 4 // 3 + 8), "")

    def test_a_file_that_arrived_in_pieces_is_refused(self):
        for data in ("JVBERi0xLjQ", "no base64 at all!", None):
            with self.subTest(data=data), self.assertRaises(UserError):
                self.conversation.action_send_file("plan.pdf", data, "")
        self.assertFalse(self.get_sent())

    def test_a_text_that_is_too_long_for_a_file_is_refused(self):
        with self.assertRaisesRegex(UserError, "1,?024"):
            self.send("plan.pdf", PDF, "x" * 1025)

    def test_a_name_cannot_lead_out_of_a_folder_or_read_backwards(self):
        self.send("../../etc/\u202efdp.exe.pdf", PDF)
        self.assertEqual(self.get_sent().media_name, "fdp.exe.pdf")

    def test_the_text_of_a_sound_follows_it_as_a_message(self):
        answer = self.send("hello.mp3", b"ID3\x03\x00\x00\x00\x00\x00\x00" + bytes(200), "Listen")
        sound, text = self.get_sent()
        self.assertEqual((answer["id"], sound.message_type, text.message_type), (sound.id, "audio", "text"))
        self.assertEqual(text.body, "Listen")

    def test_outside_the_window_the_file_is_blocked_and_not_kept(self):
        self.conversation.window_expires_at = False
        answer = self.send("plan.pdf", PDF, "Your plan")
        self.assertEqual(answer["state"], "blocked")
        self.assertTrue(answer["problem"] and answer["advice"])
        message = self.get_sent()
        self.assertFalse(message._open_media())
        self.assertFalse(message.body or message.media_name)

    def test_reception_of_another_branch_may_not_send(self):
        with self.assertRaises(AccessError):
            self.send("plan.pdf", PDF, user=self.user_b)
        self.assertFalse(self.get_sent())


@tagged("post_install", "-at_install")
class TestFileRules(ClinicCase):
    def test_the_browser_refuses_what_the_server_refuses(self):
        """The table in the browser is a copy, so that nobody waits for an upload in vain."""
        script = RULES.read_text().replace("${OFFICE}", "application/vnd.openxmlformats-officedocument.")
        units = {"KB": 1024, "MB": 1024 * 1024}
        for kind, types in media_rules.TYPES.items():
            limit, unit, listed = re.search(
                rf"{kind}: {{\s*limit: (\d+) \* ([KM]B),\s*types: \[([^\]]*)\]", script
            ).groups()
            with self.subTest(kind=kind):
                self.assertEqual(set(re.findall(r"[\"`]([^\"`]+)[\"`]", listed)), set(types))
                self.assertEqual(int(limit) * units[unit], min(media_rules.MAX_SIZES[kind], MAX_UPLOAD))

    def test_every_type_that_whatsapp_takes_has_an_ending(self):
        self.assertEqual(set(TYPES.values()), set().union(*media_rules.TYPES.values()))
