import re
from pathlib import Path

import polib
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader

from .common import WABA, ClinicCase

PO = Path(__file__).parents[1] / "i18n" / "tr.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\{\d+\}\}|</?\w+")


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.turkish = {entry.msgid: entry for entry in polib.pofile(str(PO))}
        cls.terms = {source for *_head, source, _value, _comments in cls.read_terms() if source}

    @classmethod
    def read_terms(cls):
        return TranslationModuleReader(cls.env.cr, modules=["clinic_whatsapp"])

    def test_every_term_has_a_turkish_translation(self):
        missing = sorted(term for term in self.terms if not self.is_translated(term))
        self.assertGreater(len(self.terms), 300, "the export found too little to prove anything")
        self.assertFalse(missing, "run `make translations` and translate these in i18n/tr.po")

    def is_translated(self, term):
        entry = self.turkish.get(term)
        return bool(entry and entry.msgstr and not entry.fuzzy)

    def test_translations_keep_every_placeholder(self):
        for entry in self.turkish.values():
            source, translation = (sorted(PLACEHOLDER.findall(text)) for text in (entry.msgid, entry.msgstr))
            self.assertEqual(source, translation, entry.msgid)

    def test_no_translation_is_left_over(self):
        self.assertFalse(sorted(self.turkish.keys() - self.terms), "run `make translations`")


@tagged("post_install", "-at_install")
class TestLanguageOfReaders(ClinicCase):
    """Crons and webhooks have no language; what they write for people is in the language of those people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("tr_TR")
        cls.manager_a.lang = cls.user_a.lang = cls.patient.lang = "tr_TR"
        cls.account_a.responsible_user_id = cls.manager_a
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient)

    def test_a_manager_is_told_in_turkish_what_is_wrong_with_his_number(self):
        self.account_a.api_url = "graph.facebook.com"
        self.run_dispatch()
        self.assertIn("Değerlerden biri", self.account_a.state_reason)
        self.assertEqual(self.account_a.activity_ids.summary, "WhatsApp numarası müdahale bekliyor")

    def test_reception_is_asked_in_turkish_about_a_message_that_nobody_confirmed(self):
        self.conversation.assigned_user_id = self.user_a
        message = self.conversation._send_text("Merhaba")
        message.sudo().write({"state": "unknown", "claimed_at": "2026-01-01 10:00:00"})
        self.run_dispatch()
        self.assertEqual(self.conversation.activity_ids.summary, "Bir mesaj WhatsApp tarafından doğrulanmadı")

    def test_a_parked_webhook_says_why_in_turkish(self):
        metadata = {"display_phone_number": "905550000009", "phone_number_id": "424242"}
        value = {"messaging_product": "whatsapp", "metadata": metadata, "messages": [self.text("Alo", wamid="wamid.1")]}
        entry = {"id": WABA, "changes": [{"field": "messages", "value": value}]}
        self.enqueue(self.account_a, {"object": "whatsapp_business_account", "entry": [entry]})
        event = self.env["clinic.whatsapp.event"].search([("account_id", "=", self.account_a.id)])
        self.assertEqual((event.state, event.error), ("dead", "Bu numara bizim numaralarımızdan biri değil: 424242"))

    def test_an_opt_out_is_confirmed_in_the_words_of_the_turkish_legal_text(self):
        self.receive(self.account_a, self.text("DUR", wamid="wamid.2"))
        confirmation = self.conversation.whatsapp_message_ids.filtered(lambda m: m.kind == "optout_confirm")
        self.assertEqual(
            confirmation.body,
            "Talebiniz alındı. Papatya Klinik size WhatsApp’tan artık mesaj göndermeyecek. Randevularınız geçerlidir; "
            "gerektiğinde sizi telefonla ararız. Yeniden almak isterseniz BAŞLA yazabilirsiniz.",
        )

    def test_the_reason_for_a_stop_is_told_in_the_language_of_whoever_reads(self):
        self.conversation.contact_id.suppressed_at = self.env.cr.now()
        message = self.conversation._send_text("Merhaba")
        self.assertEqual(message.problem, "Patient asked to stop")
        self.assertEqual(message.with_context(lang="tr_TR").problem, "Hasta mesaj almak istemiyor")
