from pathlib import Path

import polib
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader

PO = Path(__file__).parents[1] / "i18n" / "tr.po"


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    def test_every_term_has_a_turkish_translation_and_none_is_left_over(self):
        reader = TranslationModuleReader(self.env.cr, modules=["clinic_whatsapp_calendar"])
        terms = {source for *_head, source, _value, _comments in reader if source}
        turkish = {entry.msgid for entry in polib.pofile(str(PO)) if entry.msgstr and not entry.fuzzy}
        self.assertGreater(len(terms), 15, "the export found too little to prove anything")
        self.assertEqual(terms, turkish, "run `make translations` and translate what is missing in i18n/tr.po")
