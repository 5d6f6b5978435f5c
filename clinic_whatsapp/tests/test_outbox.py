import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..cloud_api.messages import (
    ContactCard,
    ContactPhone,
    Contacts,
    LinkButton,
    ListMessage,
    Location,
    LocationRequest,
    Row,
    Section,
)
from .common import SimulatorCase

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
PDF = b"%PDF-1.4 lab result"
SLOTS = ListMessage("Hangi saat?", "Saat seç", (Section("Salı", (Row("slot:1", "09:00", "Dr. Örnek"),)),))
PLACE = Location(41.0151, 28.9795, "Papatya Klinik", "Örnek Cad. 1")
CARD = Contacts((ContactCard("Dr. Deniz Örnek", "Deniz", phones=(ContactPhone("+905550000002"),)),))


@tagged("post_install", "-at_install")
class TestOutbox(SimulatorCase):
    """Every kind of content leaves through the same gate, queue and dispatcher."""

    def setUp(self):
        super().setUp()
        self.phone = self.simulator.phone(self.patient.whatsapp_phone, self.account_a.phone_number_id)
        self.asked = self.phone.send_text("Merhaba")
        self.conversation = self.open_conversation(self.account_a, self.patient)

    def send(self, content, **options):
        message = self.conversation._send_content(content, **options)
        self.run_dispatch()
        self.assertEqual(message.state, "sent", message.problem)
        self.simulator.settle()
        return message

    def shown(self):
        return [bubble for bubble in self.phone.messages() if bubble["from_business"]][-1]

    def test_a_list_a_place_a_card_and_a_link_arrive(self):
        link = LinkButton("Formu doldurun", "Aç", "https://example.com/form")
        for content, kind, words in (
            (SLOTS, "interactive", "Hangi saat?"),
            (LocationRequest("Neredesiniz?"), "interactive", "Neredesiniz?"),
            (link, "interactive", "Formu doldurun"),
            (PLACE, "location", "Papatya Klinik"),
            (CARD, "contacts", "Dr. Deniz Örnek"),
        ):
            message = self.send(content)
            self.assertEqual((message.message_type, message.body), (kind, words))
            self.assertEqual(self.shown()["type"], kind)

    def test_what_was_sent_is_kept_and_can_be_read_again(self):
        message = self.send(SLOTS)
        self.assertEqual(json.loads(message.content)["kind"], SLOTS.kind)
        self.assertEqual(message._load_content(), SLOTS)

    def test_a_reaction_stands_on_the_message_and_can_be_taken_back(self):
        asked = self.receive(self.account_a, self.text("Merhaba", wamid=self.asked))
        self.conversation._send_reaction(asked, "👍")
        self.run_dispatch()
        self.simulator.settle()
        [bubble] = [bubble for bubble in self.phone.messages() if bubble["id"] == self.asked]
        self.assertEqual(bubble["reaction"], "👍")
        removal = self.conversation._send_reaction(asked, "")
        self.assertEqual(removal.state, "queued", removal.problem)
        self.run_dispatch()
        self.simulator.settle()
        [bubble] = [bubble for bubble in self.phone.messages() if bubble["id"] == self.asked]
        self.assertFalse(bubble["reaction"])

    def test_a_reply_quotes_the_message_it_answers(self):
        asked = self.receive(self.account_a, self.text("Merhaba", wamid=self.asked))
        self.conversation._send_text("Buyurun", reply_to=asked)
        self.run_dispatch()
        self.simulator.settle()
        self.assertEqual(self.shown()["reply_to"]["id"], self.asked)

    def test_a_link_in_a_text_is_shown_with_a_preview(self):
        with_link = self.conversation._send_text("Yol tarifi: https://example.com/yol")
        without = self.conversation._send_text("Merhaba")
        self.assertTrue(with_link._to_outbound().content.preview_url)
        self.assertFalse(without._to_outbound().content.preview_url)

    def test_files_become_messages_and_the_text_stands_under_the_first(self):
        files = [(PNG, "röntgen.png", "image/png"), (PDF, "sonuç.pdf", "application/pdf")]
        messages = self.conversation._send_text("Sonuçlarınız", attachments=files)
        self.assertEqual(messages.mapped("message_type"), ["image", "document"])
        self.assertEqual([message.body or "" for message in messages], ["Sonuçlarınız", ""])
        self.assertEqual(set(messages.mapped("media_state")), {"pending"})
        self.assertEqual(messages[0]._load_content().caption, "Sonuçlarınız")
        self.assertEqual(messages[1]._load_content().filename, "sonuç.pdf")

    def run_media(self):
        with self.cron_env() as env:
            env["clinic.whatsapp.message"]._cron_media()

    def send_report(self):
        message = self.conversation._send_text("Rapor", attachments=[(PDF, "rapor.pdf", "application/pdf")])
        self.run_media()
        return message

    def test_a_file_that_meta_forgot_too_early_travels_once_more(self):
        first = self.send_report()
        self.run_dispatch()
        self.assertEqual(first.state, "sent", first.problem)
        self.env.cr.execute("UPDATE clinic_whatsapp_upload SET write_date = write_date - interval '1 day'")
        self.env.invalidate_all()
        self.simulator.expire_media(first.media_ref)
        second = self.send_report()
        self.assertEqual(second.media_ref, first.media_ref)
        self.run_dispatch()
        self.assertEqual((second.state, second.media_state), ("queued", "pending"))
        self.run_media()
        self.run_dispatch()
        self.assertEqual(second.state, "sent", second.problem)
        self.assertNotEqual(second.media_ref, first.media_ref)

    def test_a_fresh_file_that_meta_refuses_is_the_end_of_the_message(self):
        message = self.send_report()
        self.simulator.expire_media(message.media_ref)
        self.run_dispatch()
        self.assertEqual((message.state, message.error_code), ("failed", 100))

    def test_a_text_beside_a_sound_becomes_a_message_of_its_own(self):
        messages = self.conversation._send_text("Dinleyin", attachments=[(b"OggS" + bytes(60), "not.ogg", "audio/ogg")])
        self.assertEqual(messages.mapped("message_type"), ["audio", "text"])

    def test_a_file_that_whatsapp_does_not_take_is_refused_with_the_limit(self):
        for file in ((b"PK\x03\x04", "a.zip", "application/zip"), (bytes(5 * 1024 * 1024 + 1), "a.png", "image/png")):
            with self.assertRaises(UserError):
                self.conversation._send_text("", attachments=[file])

    def test_a_text_that_is_too_long_under_a_file_is_refused_with_the_limit(self):
        with self.assertRaisesRegex(UserError, "1,024"):
            self.conversation._send_text("x" * 1025, attachments=[(PNG, "a.png", "image/png")])

    def test_a_denied_message_keeps_neither_text_nor_content_nor_file(self):
        self.conversation.contact_id.suppressed_at = self.env.cr.now()
        place = self.conversation._send_content(PLACE)
        picture = self.conversation._send_text("Bakın", attachments=[(PNG, "a.png", "image/png")])
        for message in (place, picture):
            self.assertEqual((message.state, message.block_reason), ("blocked", "stop_all"))
            self.assertFalse(message.body or message.content)
        self.assertFalse(
            self.env["ir.attachment"].sudo().search([("res_model", "=", picture._name), ("res_id", "=", picture.id),
                                                    ("res_field", "!=", False)])
        )  # fmt: skip

    def test_another_branch_cannot_send_anything(self):
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.user_b)._send_content(PLACE)

    def test_what_cannot_be_decrypted_is_never_sent_and_is_kept(self):
        message = self.conversation._send_text("gizli")
        self.env.flush_all()
        self.env.cr.execute("UPDATE clinic_whatsapp_message SET body = 'gAAAAA-not-ours' WHERE id = %s", [message.id])
        self.env.invalidate_all()
        self.run_dispatch()
        self.assertEqual((message.state, message.block_reason), ("blocked", "unreadable"))
        self.env.cr.execute("SELECT body FROM clinic_whatsapp_message WHERE id = %s", [message.id])
        self.assertEqual(self.env.cr.fetchone()[0], "gAAAAA-not-ours")

    def test_an_unreachable_number_gets_nothing_by_itself_but_a_person_may_try(self):
        self.conversation.contact_id.unreachable_at = self.env.cr.now()
        automatic = self.conversation._queue_text("Hatırlatma", "service", kind="automatic")
        self.assertEqual(automatic.block_reason, "not_on_whatsapp")
        self.assertEqual(self.conversation._send_text("Merhaba").state, "queued")

    def test_who_stopped_marketing_in_whatsapp_gets_none_and_everything_else(self):
        self.opt_in(self.patient)
        self.conversation.contact_id.marketing_stopped_at = self.env.cr.now()
        offer = self.create_template(name="offer", category="marketing")
        reminder = self.create_template(name="reminder")
        denied = self.patient._whatsapp_send_template(offer, purpose="appointment", account=self.account_a)
        allowed = self.patient._whatsapp_send_template(reminder, purpose="appointment", account=self.account_a)
        self.assertEqual((denied.block_reason, allowed.state), ("stop_marketing", "queued"))
