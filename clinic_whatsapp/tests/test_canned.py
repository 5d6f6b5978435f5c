from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from .inbound_common import STRANGER, InboundCase


@tagged("post_install", "-at_install")
class TestCanned(InboundCase):
    """Texts of the branch, filled in for one conversation under the rights of who writes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("tr_TR")
        cls.patient.lang = "tr_TR"
        cls.branch_a.resource_calendar_id.tz = "Europe/Istanbul"
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient)
        cls.env["clinic.whatsapp.canned"].search([]).active = False  # those that come with the app

    def write(self, shortcut, text, company=None, lang=False):
        return self.env["clinic.whatsapp.canned"].create(
            {"shortcut": shortcut, "text": text, "company_id": (company or self.branch_a).id, "lang": lang}
        )

    def get(self, conversation=None, user=None):
        canned = self.env["clinic.whatsapp.canned"].with_user(user or self.user_a)
        return {row["shortcut"]: row for row in canned.get_canned((conversation or self.conversation).id)}

    def test_everything_known_is_filled_in(self):
        self.env["clinic.appointment"].create(
            {
                "patient_id": self.patient.id,
                "company_id": self.branch_a.id,
                "start": fields.Datetime.now().replace(hour=9, minute=30, second=0) + timedelta(days=5),
            }
        )
        self.write("all", "{patient} | {clinic} | {branch} | {phone} | {me}")
        self.write("when", "{appointment}")
        filled = self.get()
        self.assertEqual(
            filled["all"]["text"],
            f"Deniz Örnek | Papatya Klinik | Kadıköy | +90 216 555 00 00 | {self.user_a.name}",
        )
        self.assertIn("12:30", filled["when"]["text"], "in the zone of the branch")
        self.assertEqual([row["missing"] for row in filled.values()], [[], []])

    def test_what_is_not_known_is_named_and_leaves_no_silent_gap(self):
        unknown = self.take("text", "wamid.1", text={"body": "Merhaba"}, sender=STRANGER).conversation_id
        self.write("hello", "{patient}, {appointment} – {branch}")
        row = self.get(unknown)["hello"]
        self.assertEqual(row["text"], "…, … – Kadıköy")
        self.assertEqual(row["missing"], ["patient", "appointment"])

    def test_an_appointment_of_another_branch_is_not_told(self):
        self.env["clinic.appointment"].create(
            {
                "patient_id": self.patient.id,
                "company_id": self.branch_b.id,
                "start": fields.Datetime.now() + timedelta(days=5),
            }
        )
        self.write("when", "{appointment}")
        self.assertEqual(self.get()["when"]["missing"], ["appointment"])
        both = self.create_user("both", self.branch_a | self.branch_b)
        self.assertEqual(self.get(user=both)["when"]["missing"], ["appointment"], "the branch that writes is meant")

    def test_the_patients_language_wins_then_the_branch(self):
        self.write("way", "Karşıda.", lang="tr_TR")
        self.write("way", "Opposite.", lang="en_US")
        self.write("way", "Clinic", self.root, lang="tr_TR")
        self.write("hours", "Clinic", self.root)
        self.write("hours", "Branch")
        self.write("only", "English", lang="en_US")
        texts = {shortcut: row["text"] for shortcut, row in self.get().items()}
        self.assertEqual(texts, {"hours": "Branch", "only": "English", "way": "Karşıda."})
        self.patient.lang = "en_US"
        self.assertEqual(self.get()["way"]["text"], "Opposite.")

    def test_a_value_is_no_program(self):
        self.patient.name = "{phone} {0.__class__} %(x)s <b>"
        self.write("hello", "Dear {patient}")
        self.assertEqual(self.get()["hello"]["text"], "Dear {phone} {0.__class__} %(x)s <b>")

    def test_texts_of_another_branch_are_not_offered(self):
        self.write("secret", "Çankaya only", self.branch_b)
        self.assertFalse(self.get())
        both = self.create_user("both", self.branch_a | self.branch_b)
        self.assertFalse(self.get(user=both), "another branch's text is not for this one's patients")

    def test_a_conversation_of_another_branch_fills_in_nothing(self):
        self.write("hello", "Dear {patient}", self.root)
        with self.assertRaises(AccessError):
            self.get(user=self.user_b)
        canned = self.env["clinic.whatsapp.canned"].with_user(self.user_a)
        with self.assertRaises(UserError):
            canned.get_canned(False)

    def test_a_reply_that_cannot_be_filled_in_or_typed_is_refused(self):
        for shortcut, text in (
            ("hello", "Dear {name}"),
            ("hello", "Dear {password}"),
            ("two words", "Hello"),
            ("/hello", "Hello"),
            ("long", "x" * 4097),
        ):
            with self.subTest(shortcut=shortcut), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.write(shortcut, text)

    def test_a_shortcut_stands_for_one_text_in_a_language(self):
        self.write("hello", "One")
        self.write("hello", "Merhaba", lang="tr_TR")
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.write("Hello", "Two")

    def test_managers_write_them_reception_uses_them(self):
        vals = {"shortcut": "hello", "text": "Hello", "company_id": self.branch_a.id}
        with self.assertRaises(AccessError):
            self.env["clinic.whatsapp.canned"].with_user(self.user_a).create(vals)
        self.env["clinic.whatsapp.canned"].with_user(self.manager_a).create(vals)
        self.assertIn("hello", self.get())

    def test_many_replies_cost_no_more_queries(self):
        for number in range(3):
            self.write(f"few{number}", "{patient} {appointment} {branch}")
        self.get()
        few = self.count_queries(self.get)
        for number in range(30):
            self.write(f"many{number}", "{patient} {appointment} {branch}")
        self.assertEqual(self.count_queries(self.get), few)

    def count_queries(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestShippedReplies(InboundCase):
    """What the law asks to be answered in the same words each time is there from the beginning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("tr_TR")
        cls.env["clinic.privacy.controller"]._get_for(cls.branch_a).application_channels = "kvkk@ornek.example"

    def setUp(self):
        super().setUp()
        self.deliver_notice(self.patient)
        self.conversation = self.take("text", "wamid.1", text={"body": "Merhaba"}).conversation_id

    def get(self, lang, user=None, conversation=None):
        self.patient.lang = lang
        canned = self.env["clinic.whatsapp.canned"].with_user(user or self.user_a)
        return {row["shortcut"]: row for row in canned.get_canned((conversation or self.conversation).id)}

    def test_every_branch_finds_them_in_the_language_of_the_patient(self):
        theirs = self.take("text", "wamid.2", text={"body": "Merhaba"}, account=self.account_b).conversation_id
        for user, conversation in ((self.user_a, self.conversation), (self.user_b, theirs)):
            for lang, words in (("tr_TR", "randevu oluşturabiliriz"), ("en_US", "not answered on this line")):
                with self.subTest(user=user.login, lang=lang):
                    replies = self.get(lang, user, conversation)
                    self.assertEqual(set(replies), {"health", "kvkk"})
                    self.assertIn(words, replies["health"]["text"])
                    self.assertIn("112", replies["health"]["text"])
                    self.assertIn("30", replies["kvkk"]["text"])
                    self.assertTrue(replies["kvkk"]["text"].endswith(": kvkk@ornek.example"))
                    self.assertEqual([row["missing"] for row in replies.values()], [[], []])

    def test_a_missing_way_to_apply_is_named(self):
        self.env["clinic.privacy.controller"]._get_for(self.branch_a).application_channels = False
        self.assertEqual(self.get("tr_TR")["kvkk"]["missing"], ["ways_to_apply"])

    def test_they_are_sent_as_they_are(self):
        """No list of words objects to what comes with the app."""
        for lang in ("tr_TR", "en_US"):
            for row in self.get(lang).values():
                sent = self.conversation.with_user(self.user_a).action_send_text(row["text"])
                self.assertEqual(sent["state"], "queued", (row["text"], sent))

    def test_a_branch_has_words_of_its_own(self):
        self.env["clinic.whatsapp.canned"].with_user(self.manager_a).create(
            {"shortcut": "kvkk", "text": "Bize yazın.", "lang": "tr_TR", "company_id": self.branch_a.id}
        )
        self.assertEqual(self.get("tr_TR")["kvkk"]["text"], "Bize yazın.")

    def test_nobody_of_a_branch_changes_them_for_all(self):
        shared = self.env["clinic.whatsapp.canned"].search([("company_id", "=", False)])
        self.assertEqual(len(shared), 4)
        with self.assertRaises(AccessError):
            shared[0].with_user(self.manager_a).text = "Başka"

    def test_they_load_where_turkish_is_not_installed(self):
        self.env["res.lang"].search([("code", "=", "tr_TR")]).active = False
        self.assertNotIn("tr_TR", dict(self.env["res.lang"].get_installed()))
        canned = self.env["clinic.whatsapp.canned"].create(
            {"shortcut": "selam", "text": "Selam", "lang": "tr_TR", "company_id": self.branch_a.id}
        )
        self.assertEqual(canned.lang, "tr_TR")
