"""Keywords and buttons: what a patient asks for in a word is answered, and what he wants by it comes first."""

from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from ..models.automation.chat.keywords import has_keyword
from .chat_trigger_common import NIGHT, OPEN, STRANGER, ChatTriggerCase


@tagged("post_install", "-at_install")
class TestKeyword(ChatTriggerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.address = cls.answer_chat("keyword", "Bahariye 1", keywords="adres\nwhere are you", once_a_day=False)

    def test_a_keyword_is_answered(self):
        message = self.write("Adresiniz ne? ADRES lütfen", at=OPEN)
        self.assertEqual(self.said(self.address), ["Bahariye 1"])
        [row] = self.noted(self.address)
        self.assertEqual((row.anchor, row.message_id.kind), (OPEN, "auto_reply"))
        self.assertEqual(row.message_id.purpose_id.code, "service")
        self.assertEqual(message.conversation_id.waiting_since, OPEN, "it answers nobody")

    def test_each_message_with_a_keyword_is_answered(self):
        for minutes in (0, 5, 10):
            self.write("adres", at=OPEN + timedelta(minutes=minutes))
        self.assertEqual(len(self.noted(self.address)), 3)

    def test_a_message_without_a_keyword_is_not_answered(self):
        for body in ("adresiniz", "where you are", "Hello", "", None):
            self.write(body, at=OPEN)
        self.assertFalse(self.noted(self.address))

    def test_what_a_patient_wants_or_fears_comes_first(self):
        for number, body in enumerate(("STOP", "iptal", "adres heart attack")):
            self.write(body, at=OPEN, phone=f"+90530000008{number}")
        self.assertFalse(self.noted(self.address))

    def test_after_stop_no_keyword_is_answered(self):
        self.write("STOP", at=OPEN, phone=STRANGER)
        self.write("adres", at=OPEN + timedelta(minutes=1), phone=STRANGER)
        self.assertFalse(self.noted(self.address))

    def test_who_has_not_agreed_to_automatic_messages_gets_none(self):
        """LR-26: only a greeting and the opening hours may leave without an opt-in."""
        self.write("adres", at=OPEN, phone=STRANGER)
        self.assertFalse(self.said(self.address))
        message = self.noted(self.address).message_id
        self.assertIn(message.block_reason, ("no_optin", "no_notice"))

    def test_only_texts_count(self):
        self.write("adres", at=OPEN, kind="image")
        self.write("adres", at=OPEN, kind="reaction", target="wamid.none")
        self.assertFalse(self.noted(self.address))

    def test_words_with_a_meaning_of_their_own_are_refused(self):
        for word in ("Stop", "iptal", "SADECE RANDEVU", "evet"):
            with self.assertRaisesRegex(ValidationError, "another word"):
                self.address.keywords = f"adres\n{word}"

    def test_word_that_has_got_another_meaning_stops_it_and_says_which(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE clinic_whatsapp_automation SET keywords = 'adres\niptal' WHERE id = %s", [self.address.id]
        )
        self.env.invalidate_all()
        self.env["clinic.whatsapp.automation"]._stop_unfit()
        self.assertFalse(self.address.active)
        self.assertIn("patients write “iptal”", self.address.stopped_reason)
        with self.assertRaisesRegex(ValidationError, "another word"):
            self.address.active = True

    def test_without_a_keyword_it_is_not_switched_on(self):
        with self.assertRaisesRegex(ValidationError, "at least one keyword"):
            self.answer_chat("keyword", keywords=" \n?!\n")

    def test_of_several_automations_each_answers_its_own_words(self):
        hours = self.answer_chat("keyword", "9 to 6", keywords="saat")
        self.write("adres ve saat", at=OPEN)
        self.write("saat", at=OPEN + timedelta(minutes=1))
        self.assertEqual((len(self.noted(self.address)), len(self.noted(hours))), (1, 2))

    def test_another_branchs_automation_answers_nothing_here(self):
        self.address.branch_ids = self.branch_b
        self.write("adres", at=OPEN)
        self.assertFalse(self.noted(self.address))

    def test_a_keyword_and_the_opening_hours_both_come(self):
        closed = self.answer_chat("out_of_hours", "Closed")
        self.write("adres", at=NIGHT)
        self.assertEqual((len(self.noted(self.address)), self.said(closed)), (1, ["Closed"]))


class TestWords(TransactionCase):
    def test_whole_words_and_phrases_however_they_are_typed(self):
        for text, keywords, expected in [
            ("ADRES?", "adres", True),
            ("adresiniz", "adres", False),
            ("İLETİŞİM", "iletişim", True),
            ("iletisim bilgisi", "İletişim", True),
            ("ILETISIM", "iletişim", True),
            ("çalışma   saatleriniz", "calisma saatleriniz", True),
            ("çalışma günü ve saatleriniz", "çalışma saatleriniz", False),
            ("saat kaçta?", "adres\nsaat", True),
            ("adres\nsaat", "adres saat", True),
            ("zamadresi", "adres", False),
            ("", "adres", False),
            ("adres", "", False),
            ("adres", " \n?!", False),
            (None, None, False),
        ]:
            self.assertEqual(has_keyword(text, keywords), expected, (text, keywords))


@tagged("post_install", "-at_install")
class TestButton(ChatTriggerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.menu = cls.env.ref("clinic_whatsapp.template_greeting_en")
        cls.turkish_menu = cls.env.ref("clinic_whatsapp.template_greeting_tr")
        cls.where = cls.menu._get_buttons()[1]
        cls.pressed = cls.answer_chat("button", "Bahariye 1", button_ids=[Command.link(cls.where.id)])

    def setUp(self):
        super().setUp()
        self.at(OPEN)
        conversation = self.write().conversation_id
        self.asked = self.menu.with_context(clinic_template_conversation=conversation)._queue_messages(
            self.service_purpose, [(self.patient, conversation, self.account_a)], kind="greeting"
        )
        self.asked.sudo().write({"state": "sent", "wamid": "wamid.menu"})

    def test_the_chosen_button_is_answered_and_no_other_one(self):
        for index in (0, 2):
            self.press(self.asked, index)
        self.assertFalse(self.noted(self.pressed))
        self.press(self.asked, 1)
        self.assertEqual(self.said(self.pressed), ["Bahariye 1"])

    def test_the_same_button_in_another_language_counts(self):
        self.pressed.button_ids = self.turkish_menu._get_buttons()[1]
        self.press(self.asked, 1)
        self.assertEqual(len(self.noted(self.pressed)), 1)

    def test_a_button_of_another_patients_message_sets_off_nothing(self):
        payload = f"none:{self.asked.client_ref}:1"
        self.write("Address", kind="button", button_payload=payload, phone=STRANGER)
        self.assertFalse(self.noted(self.pressed))

    def test_a_payload_that_says_nonsense_sets_off_nothing(self):
        for payload in (f"none:{self.asked.client_ref}:99", f"none:{self.asked.client_ref}", "none", ":", "1:2:3"):
            self.write("Address", kind="button", button_payload=payload)
        self.assertFalse(self.noted(self.pressed))

    def test_without_buttons_it_is_not_switched_on(self):
        with self.assertRaisesRegex(ValidationError, "choose the buttons"):
            self.answer_chat("button")
