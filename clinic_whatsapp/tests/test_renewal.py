"""What a material version makes worthless: in every way of agreeing and in every language (legal.md LR-07, LR-09)."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Datetime
from odoo.tests import tagged

from .ledger_common import SCAN, SIGNED, LedgerCase
from .privacy_common import PrivacyCase, freeze_text
from .test_consent_chat import QuestionCase

RECENT = timedelta(days=2)


def make_older(env, days):
    """Let all texts have been published so many days earlier."""
    env.flush_all()
    age = "UPDATE clinic_privacy_notice SET valid_from = valid_from - %s * interval '1 day' WHERE state != 'draft'"
    env.cr.execute(age, [days])
    env.invalidate_all()


@tagged("post_install", "-at_install")
class TestOldText(LedgerCase):
    """A yes to the words of yesterday."""

    def assert_asked_anew(self, words, **proof):
        ways = {"granted": {"method": "link", **SIGNED}, "pending": {"method": "paper", "evidence": SCAN}}
        for status, how in ways.items():
            with self.subTest(status=status), self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                self.record(status, **how, **proof)
        self.assertIsNone(self.status())

    def test_lr09_nobody_agrees_to_a_text_that_a_material_version_has_replaced(self):
        self.publish("optin", "appointment", is_material=True)
        self.assert_asked_anew("new text", text=self.optin_text)
        self.assertEqual(self.record().status, "granted", "the new one is agreed to")

    def test_lr09_a_text_that_was_replaced_for_a_comma_may_still_come_back(self):
        self.publish("optin", "appointment", title="comma")
        self.assertEqual(self.record(text=self.optin_text).status, "granted")

    def test_lr16_refusing_an_old_text_counts(self):
        self.publish("optin", "appointment", is_material=True)
        self.assertEqual(self.record("refused", text=self.optin_text).status, "refused")

    def test_lr09_who_had_the_notice_before_is_told_of_as_such(self):
        self.publish("notice", is_material=True)
        self.assert_asked_anew("version was published that has to be handed over")

    def test_lr05_who_never_had_a_notice_is_told_of_as_such(self):
        other = self.create_patient("Ece Örnek", "+905300000005")
        with self.assertRaisesRegex(UserError, "had not received"):
            self.record(partner=other)


@tagged("post_install", "-at_install")
class TestPendingForm(PrivacyCase):
    """A form waits for its check while a material version is published."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.notice, cls.optin = cls.publish(), cls.publish("optin", "appointment")
        cls.patient = cls.env["res.partner"].create(
            {"name": "Deniz Örnek", "phone": "+905300000001", "is_patient": True, "company_id": cls.root.id}
        )
        cls.ledger = cls.env["clinic.consent"]
        cls.ledger._record_delivery(cls.patient, notice=cls.notice, method="staff", company=cls.branch)
        cls.pending = cls.ledger._record(
            cls.patient, cls.get_purpose("appointment"), "pending", method="paper", company=cls.branch, evidence=SCAN,
        )  # fmt: skip

    def check(self):
        wizards = self.env["clinic.consent.check.wizard"].with_user(self.reception).with_company(self.branch)
        return wizards.create({"entry_id": self.pending.id})

    def assert_not_checked(self, words):
        self.assertTrue(self.patient.ask_consent)
        with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            self.check().action_accept()
        rejection = self.check()
        self.assertRegex(rejection.obstacle, words)
        rejection.reason = "The text is old"
        rejection.action_reject()
        self.assertEqual(self.patient.consent_ids[0].status, "unproven")
        self.assertTrue(self.patient.ask_consent)

    def test_lr09_a_material_text_ends_the_wait_and_the_patient_is_asked_again(self):
        self.publish_next(self.optin, is_material=True)
        self.assert_not_checked("new text")

    def test_lr09_a_material_notice_ends_the_wait_and_the_patient_is_asked_again(self):
        self.publish_next(self.notice, is_material=True)
        self.assert_not_checked("has to be handed over to everybody anew")

    def test_lr13_without_a_material_version_nothing_is_in_the_way(self):
        self.publish_next(self.optin)
        self.publish_next(self.notice)
        self.assertFalse(self.check().obstacle)
        self.check().action_accept()
        self.assertEqual(self.patient.consent_ids[0].status, "granted")


@tagged("post_install", "-at_install")
class TestOldQuestion(QuestionCase):
    """A button that was pressed after the text had changed."""

    def todos(self):
        return self.conversation.activity_ids.mapped("summary")

    def publish_notice(self):
        return self.publish("notice", is_material=True, valid_from=Datetime.now() - RECENT)

    def age(self, messages):
        """Let messages have been sent before the new version came."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE clinic_whatsapp_message SET create_date = create_date - interval '3 days' WHERE id = ANY(%s)",
            [messages.ids],
        )
        self.env.invalidate_all()

    def test_lr09_a_yes_to_an_old_question_is_not_recorded_and_the_patient_is_asked_with_the_new_text(self):
        question = self.ask()
        new = self.publish("optin", "appointment", is_material=True)
        self.press(question, "consent_yes")
        self.assertIsNone(self.standing())
        asked = self.sent_messages("consent_request")[-1]
        self.assertEqual((asked.privacy_text_id, asked.state), (new, "queued"))
        self.deliver_all()
        self.press(asked, "consent_yes")
        self.assertEqual((self.entry().status, self.entry().text_id), ("granted", new))

    def test_lr09_where_the_patient_cannot_be_asked_again_staff_is_told(self):
        self.ask()
        question = self.ask()
        self.publish("optin", "appointment", is_material=True)
        self.press(question, "consent_yes")
        self.assertIsNone(self.standing())
        self.assertEqual(len(self.sent_messages("consent_request")), 2)
        self.assertTrue(any("could not be recorded" in (todo or "") for todo in self.todos()))

    def test_lr16_a_no_to_an_old_question_counts(self):
        question = self.ask()
        self.publish("optin", "appointment", is_material=True)
        self.press(question, "consent_no")
        self.assertEqual(self.standing(), "refused")

    def test_lr10_a_material_notice_is_told_of_once_more_and_the_yes_after_it_counts(self):
        self.say("Merhaba")
        self.deliver_all()
        self.age(self.sent_messages())
        self.publish_notice()
        self.ledger._record_delivery(
            self.patient, self.contact, self.sent_messages("short_notice").privacy_text_id, method="chat",
            company=self.branch_a, delivered_at=Datetime.now() - timedelta(days=3),
        )  # fmt: skip
        question = self.ask()
        self.assertEqual(len(self.sent_messages("short_notice")), 2)
        self.press(question, "consent_yes")
        self.assertEqual(self.standing(), "granted")
        self.say("Teşekkürler")
        self.assertEqual(len(self.sent_messages("short_notice")), 2, "once")

    def test_lr09_a_yes_to_a_question_from_before_a_material_notice_is_asked_for_anew(self):
        question = self.ask()
        self.age(self.sent_messages())
        self.conversation._record_seen_notices(Datetime.now() - timedelta(days=2, hours=12))
        self.publish_notice()
        self.press(question, "consent_yes")
        self.assertIsNone(self.standing())
        self.deliver_all()
        self.assertEqual(self.sent_messages()[-2:].mapped("kind"), ["short_notice", "consent_request"])
        self.press(self.sent_messages()[-1], "consent_yes")
        self.assertEqual(self.standing(), "granted")


@tagged("post_install", "-at_install")
class TestOldLanguage(LedgerCase):
    """Two languages of one text; each test says which came when."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_older(cls.env, 400)

    def put(self, lang, days_ago, document="optin", code="appointment", **vals):
        """Return a version that was published so many days ago."""
        return freeze_text(
            self.root, document, code, lang=lang, valid_from=Datetime.now() - timedelta(days=days_ago), **vals
        )

    def outdated(self, *texts):
        return [bool(text._find_outdated()) for text in texts]

    def test_lr09_a_material_version_outdates_the_other_language(self):
        english = self.put("en", 300)
        turkish = self.put("tr", 100, is_material=True)
        self.assertEqual(self.outdated(english, self.optin_text, turkish), [True, True, False])

    def test_lr09_a_material_version_of_the_translation_outdates_the_turkish_one(self):
        english = self.put("en", 100, is_material=True)
        self.assertEqual(self.outdated(self.optin_text, english), [True, False])

    def test_lr09_who_publishes_one_change_in_two_languages_outdates_neither(self):
        self.put("en", 300)
        turkish, english = self.put("tr", 100, is_material=True), self.put("en", 90, is_material=True)
        self.assertEqual(self.outdated(turkish, english), [False, False])

    def test_lr09_a_second_change_outdates_both(self):
        self.put("en", 300)
        english, turkish = self.put("en", 100, is_material=True), self.put("tr", 90)
        self.put("tr", 50, is_material=True)
        self.assertEqual(self.outdated(turkish, english), [True, True])

    def test_lr09_a_version_without_the_flag_that_comes_later_is_good(self):
        self.put("tr", 100, is_material=True)
        self.assertEqual(self.outdated(self.put("en", 50)), [False])

    def test_lr09_a_language_that_lags_behind_is_not_shown(self):
        english = self.put("en", 300)
        texts = self.env["clinic.privacy.notice"]
        self.assertEqual(texts._get_published(self.root, "optin", "appointment", "en"), english)
        turkish = self.put("tr", 100, is_material=True)
        self.assertEqual(texts._get_published(self.root, "optin", "appointment", "en"), turkish)

    def test_lr09_nobody_agrees_to_the_language_that_lags_behind(self):
        english = self.put("en", 300)
        self.put("tr", 100, is_material=True)
        with self.assertRaisesRegex(UserError, "new text"):
            self.record(text=english)

    def test_lr09_a_notice_of_the_language_that_lags_behind_was_not_delivered(self):
        english = self.put("en", 350, "notice", None)
        other = self.create_patient("Ece Örnek", "+905300000006")
        self.deliver(other, notice=english, days_ago=200)
        nobody = self.env["clinic.whatsapp.contact"]
        self.assertTrue(self.ledger._get_delivered(other, nobody, self.root))
        self.put("tr", 100, "notice", None, is_material=True)
        self.assertFalse(self.ledger._get_delivered(other, nobody, self.root))

    def test_lr09_a_short_notice_of_any_language_leads_to_the_new_full_one(self):
        other = self.create_patient("Ece Örnek", "+905300000006")
        self.deliver(other, notice=self.put("en", 350, "short_notice", None), days_ago=200)
        nobody = self.env["clinic.whatsapp.contact"]
        self.assertTrue(self.ledger._get_delivered(other, nobody, self.root))
        self.put("tr", 100, "notice", None, is_material=True)
        self.assertFalse(self.ledger._get_delivered(other, nobody, self.root))


@tagged("post_install", "-at_install")
class TestOtherLanguage(PrivacyCase):
    """Publishing, as the officer does it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for document, code in (("notice", False), ("optin", "appointment")):
            (cls.get_draft(document, code) | cls.get_draft(document, code, "en")).action_publish()
        make_older(cls.env, 9)
        cls.ledger = cls.env["clinic.consent"]
        cls.patients = {lang: cls.agree(lang) for lang in ("tr", "en")}

    @classmethod
    def get_text(cls, document, code, lang):
        return cls.texts._get_published(cls.root, document, code, lang)

    @classmethod
    def agree(cls, lang):
        patient = cls.env["res.partner"].create({"name": lang, "is_patient": True, "company_id": cls.root.id})
        notice = cls.get_text("notice", None, lang)
        cls.ledger._record_delivery(patient, notice=notice, method="staff", company=cls.branch)
        cls.ledger._record(
            patient, cls.get_purpose("appointment"), "granted", method="spoken", company=cls.branch,
            text=cls.get_text("optin", "appointment", lang),
        )  # fmt: skip
        return patient

    def statuses(self):
        standing = [self.ledger._get_standing(patient, self.root) for patient in self.patients.values()]
        return [entry.status for entries in standing for entry in entries.values()]

    def test_lr09_a_material_text_ends_what_was_agreed_to_in_the_other_language(self):
        for lang in ("tr", "en"):
            with self.subTest(lang=lang), self.env.cr.savepoint() as savepoint:
                self.publish_next(self.get_text("optin", "appointment", lang), is_material=True)
                self.assertEqual(self.statuses(), ["renewal_required"] * 2)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_lr09_a_material_notice_ends_what_was_agreed_to_in_the_other_language(self):
        self.publish_next(self.get_text("notice", None, "tr"), is_material=True)
        self.assertEqual(self.statuses(), ["renewal_required"] * 2)

    def test_lr09_staff_is_told_of_the_language_that_lags_behind_until_it_has_its_own_version(self):
        english = self.get_text("optin", "appointment", "en")
        self.publish_next(self.get_text("optin", "appointment", "tr"), is_material=True)
        self.assertIn("lags behind", self.texts._get_banner(self.branch))
        self.assertNotEqual(self.get_text("optin", "appointment", "en"), english)
        new = self.publish_next(english, is_material=True)
        self.assertFalse(self.texts._get_banner(self.branch))
        self.assertEqual(self.get_text("optin", "appointment", "en"), new)

    def test_lr09_both_languages_published_in_one_go_are_both_good(self):
        new = self.texts
        for lang in ("tr", "en"):
            new |= self.texts.browse(self.get_text("optin", "appointment", lang).action_new_version()["res_id"])
        new.is_material = True
        new.action_publish()
        self.assertEqual(len(set(new.mapped("valid_from"))), 1)
        self.assertFalse(new._find_outdated())


@tagged("post_install", "-at_install")
class TestClosed(QuestionCase):
    """What has not said what the registers say for more than a week asks nobody (LR-07)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deliver_notice(cls.patient)

    def ways(self):
        requests = self.env["clinic.consent.request"]
        for kind, method in (("sign", "link"), ("sign", "tablet"), ("paper", "paper")):
            yield method, lambda kind=kind, method=method: requests._create_for(
                self.patient, self.appointment_purpose, kind, self.branch_a, method
            )
        yield "chat", lambda: self.conversation.with_user(self.user_a).action_send_consent_question("appointment")

    def test_lr07_nobody_is_asked_by_any_way_with_a_text_or_a_notice_that_is_closed(self):
        for text in (self.text, self.notice):
            text.stale_since = Datetime.now() - timedelta(days=8)
            for method, ask in self.ways():
                with (
                    self.subTest(text=text.document_type, method=method),
                    self.assertRaisesRegex(UserError, "Publish a new version under"),
                    self.env.cr.savepoint(),
                ):
                    ask()
            text.stale_since = False
        self.assertFalse(self.sent_messages("consent_request"))

    def test_lr07_within_the_week_everybody_may_be_asked(self):
        (self.text | self.notice).stale_since = Datetime.now() - timedelta(days=6)
        for method, ask in self.ways():
            with self.subTest(method=method):
                self.assertTrue(ask())
