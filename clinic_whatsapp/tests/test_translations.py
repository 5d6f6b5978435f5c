import re
from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader

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
