"""Texts for patients: what they must say and must not, how they follow the registers, and that they never change
(legal.md LR-02, LR-03, LR-04, LR-06, LR-07, LR-08, LR-09)."""

import hashlib
import unicodedata

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .privacy_common import CONTRACT, RISK, SIGN_OFF, PrivacyCase

DECLARATIONS = (
    "okudum, kabul ediyorum",
    "OKUDUM, ONAYLIYORUM",
    "Açık rıza veriyorum.",
    "İşlenmesine izin veriyorum.",
    "Muvafakat ediyorum",
    "I have read and I agree",
    "I hereby accept the notice",
    "I consent to this",
)
SECTIONS = ("controller", "data", "purposes", "collection", "transfer", "retention", "rights")


@tagged("post_install", "-at_install")
class TestNoticeDrafts(PrivacyCase):
    def test_both_languages_ship_as_drafts_and_nothing_is_published_by_itself(self):
        texts = self.texts.search([("company_id", "=", self.root.id)])
        self.assertEqual(set(texts.mapped("state")), {"draft"})
        kinds = {(text.document_type, text.purpose_code) for text in texts}
        self.assertEqual(len(kinds), 10)
        self.assertEqual({(*kind, text.lang) for text in texts for kind in [(text.document_type, text.purpose_code)]},
                         {(*kind, lang) for kind in kinds for lang in ("tr", "en")})

    def test_every_shipped_draft_can_be_published_where_its_purpose_asks_for_it(self):
        self.file.write(RISK)
        self.get_purpose("appointment").legal_basis = "contract"
        for text in self.texts.search([("company_id", "=", self.root.id)]):
            with self.subTest(text=text.display_name):
                expected = text.purpose_code == "appointment" and text.document_type == "explicit_consent"
                self.assertEqual(bool(text.problems), expected, text.problems)

    def test_variant_b_replaces_variant_a_when_the_basis_is_consent(self):
        self.get_purpose("appointment").legal_basis = "consent"
        self.assertFalse(self.get_draft("explicit_consent", "appointment").problems)
        self.assertTrue(self.get_draft("optin", "appointment").problems)

    def test_the_notice_says_what_the_registers_say(self):
        body = self.publish().body
        for words in (
            "Sürüm 1 · Yürürlük tarihi",
            "Yasemin Sağlık A.Ş. (“Klinik”)",
            "şubelerini kapsar: Bostancı, Moda.",
            "KVKK m.5/2-c; randevu bilgisi sağlık hizmeti aldığınızı gösterdiği için ayrıca m.6/3-e.",
            "Meta Platforms Ireland Ltd. / WhatsApp LLC üzerinden iletilir",
            "Yasemin Barındırma (Türkiye) tarafından",
            "yurt dışındadır (Amerika Birleşik Devletleri)",
            "5 Ocak 2026 tarihinde imzalanan",
            "son mesajdan itibaren 12 ay",
        ):
            with self.subTest(words=words):
                self.assertIn(words, body)

    def test_the_notice_mentions_only_what_is_in_use(self):
        first = self.publish()
        for words in ("VERBİS", "Kontrol, bakım", "görüşünüzü", "Tanıtım ve kutlama", "İleti Yönetim"):
            self.assertNotIn(words, first.body)
        self.file.verbis = "V-1"
        for code in ("health", "marketing", "feedback"):
            self.get_purpose(code).write({"is_on": True, **SIGN_OFF})
        second = self.publish_next(first)
        for words in ("VERBİS sicil no: V-1", "açık rızanız (KVKK m.5/1 ve m.6/3-a)", "KVKK m.5/2-f ve m.6/3-e",
                      "6563 sayılı Kanun m.6", "İleti Yönetim"):
            with self.subTest(words=words):
                self.assertIn(words, second.body)

    def test_english_says_the_same_in_english(self):
        self.file.is_gdpr = True
        body = self.publish(lang="en").body
        for words in ("KVKK 5/2-c and 6/3-e; GDPR 6(1)(b)", "(Türkiye)", "(United States)", "signed on 5 January 2026",
                      "complaint to a supervisory authority"):
            with self.subTest(words=words):
                self.assertIn(words, body)

    def test_without_appointment_messages_there_is_no_ground_to_name_and_no_notice(self):
        self.get_purpose("appointment").is_on = False
        self.assertIn("{{p1_basis}}", self.get_draft().problems)

    def test_lr33_the_notice_tells_the_ground_of_the_transfer(self):
        first = self.publish()
        self.file.write(RISK)
        second = self.publish_next(first)
        self.assertIn("arızi nitelikte", second.body)
        self.assertNotIn("standart sözleşmeye", second.body)


@tagged("post_install", "-at_install")
class TestNoticeRules(PrivacyCase):
    def refuse(self, draft, words):
        with self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
            draft.action_publish()
        self.env.invalidate_all()
        self.assertEqual(draft.state, "draft")

    def test_lr04_a_notice_declares_nothing(self):
        for document_type in ("notice", "short_notice"):
            draft = self.get_draft(document_type)
            body = draft.body
            for words in DECLARATIONS:
                with self.subTest(document_type=document_type, words=words):
                    draft.body = f"{body}\n{words}"
                    self.refuse(draft, "must not say")
            draft.body = body

    def test_lr04_nor_does_its_tick_box(self):
        draft = self.get_draft()
        draft.accept_label = "Okudum, kabul ediyorum"
        self.refuse(draft, "kabul ediyorum")
        draft.accept_label = "Okudum, anladım"
        draft.action_publish()
        self.assertEqual(draft.state, "published")

    def test_lr04_a_letter_in_another_form_does_not_slip_through(self):
        draft = self.get_draft("short_notice")
        draft.body += unicodedata.normalize("NFD", " RIZA VERİYORUM")
        self.refuse(draft, "riza veriyorum")

    def test_lr04_information_about_consents_is_no_declaration(self):
        draft = self.get_draft("short_notice")
        draft.body += " Verdiğiniz rıza ve onayları geri alabilirsiniz; randevunuzu onaylamak için arayın."
        draft.action_publish()
        self.assertEqual(draft.state, "published")

    def test_lr04_an_opt_in_does_not_call_itself_consent_and_a_consent_does(self):
        optin = self.get_draft("optin", "appointment")
        optin.body += " Açık rıza veriyorum."
        self.refuse(optin, "acik riza")
        self.get_purpose("health").write({"is_on": True, **SIGN_OFF})
        consent = self.get_draft("explicit_consent", "health")
        consent.write({"title": "Hatırlatmalar", "body": "Mesaj istiyorum.", "accept_label": "Evet"})
        self.refuse(consent, "explicit consent or an approval")

    def test_lr04_approval_and_consent_are_two_texts(self):
        approval = self.get_draft("approval", "marketing")
        approval.body += " Verilerimin işlenmesine açık rıza veriyorum."
        self.refuse(approval, "must not say")

    def test_lr02_nobody_agrees_to_all_at_once(self):
        for label in ("Tümünü kabul et", "Hepsini onayla", "Accept all"):
            draft = self.get_draft("optin", "appointment")
            draft.accept_label = label
            with self.subTest(label=label):
                self.refuse(draft, "must not say")

    def test_lr02_a_text_is_for_one_purpose(self):
        for vals in ({"document_type": "optin"}, {"document_type": "notice", "purpose_code": "health"}):
            with self.subTest(**vals), self.assertRaisesRegex(ValidationError, "one purpose"), self.env.cr.savepoint():
                self.texts.create({"company_id": self.root.id, "title": "x", **vals})

    def test_lr02_refusing_is_as_easy_as_agreeing(self):
        draft = self.get_draft("optin", "appointment")
        draft.refuse_label = False
        self.refuse(draft, "equally easy")

    def test_lr03_no_consent_is_presented_where_the_basis_is_another(self):
        self.refuse(self.get_draft("explicit_consent", "appointment"), "2026/347")

    def test_lr06_every_part_that_the_law_names_must_be_there(self):
        for code in SECTIONS:
            for removal in ("removed", "emptied"):
                with self.subTest(section=code, how=removal), self.env.cr.savepoint() as savepoint:
                    draft = self.get_draft()
                    section = draft.section_ids.filtered(lambda part, code=code: part.code == code)
                    section.unlink() if removal == "removed" else section.write({"body": "  \n"})
                    self.refuse(draft, "missing or empty")
                    savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_lr06_no_gap_is_left(self):
        for name, gap in (
            ("kep", "kep"),
            ("mersis", "mersis"),
            ("address", "address"),
            ("privacy_email", "kvkk_email"),
            ("application_channels", "application_channels"),
            ("hosting_name", "hosting_name"),
            ("hosting_country_id", "hosting_country"),
        ):
            with self.subTest(name=name), self.env.cr.savepoint() as savepoint:
                self.file[name] = False
                self.refuse(self.get_draft(), gap)
                savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_lr06_without_a_ground_of_the_transfer_there_is_no_notice(self):
        self.file.transfer_state = "unresolved"
        self.refuse(self.get_draft(), "transfer_sentence")

    def test_lr06_a_gap_of_any_kind_is_seen(self):
        for gap in ("[Klinik Adı]", "{{ anything }}", "[[health?…", "{{"):
            draft = self.get_draft("short_notice")
            body = draft.body
            draft.body = f"{body} {gap}"
            with self.subTest(gap=gap):
                self.refuse(draft, "missing")
            draft.body = body

    def test_lr06_what_is_one_persons_stays_open_in_agreements_and_never_in_a_notice(self):
        text = self.publish("optin", "appointment")
        self.assertIn("{{phone}}", text.body)
        self.assertIn("+905300000001 numaralı WhatsApp hesabıma", text._render_for(phone="+905300000001"))
        notice = self.get_draft()
        notice.section_ids[:1].body += " {{phone}}"
        self.refuse(notice, "same for everybody")

    def test_the_draft_tells_what_is_to_be_mended_before_anybody_publishes(self):
        self.file.kep = False
        draft = self.get_draft()
        self.assertIn("{{kep}}", draft.problems)
        self.file.kep = "x@hs01.kep.example"
        draft.invalidate_recordset()
        self.assertFalse(draft.problems)
        self.assertIn("KEP: x@hs01.kep.example", draft.preview)


@tagged("post_install", "-at_install")
class TestNoticeVersions(PrivacyCase):
    def test_lr08_a_published_text_is_never_changed_not_even_by_the_superuser(self):
        text = self.publish()
        for vals in (
            {"body": "x"}, {"title": "x"}, {"accept_label": "x"}, {"sha256": "x"}, {"valid_from": "2020-01-01"},
            {"state": "draft"}, {"is_material": True}, {"lang": "en"}, {"section_ids": [(5, 0, 0)]}, {"version": 9},
        ):  # fmt: skip
            with self.subTest(**vals), self.assertRaises(UserError):
                text.write(vals)
        for change in (
            lambda: text.section_ids[:1].write({"body": "x"}),
            lambda: text.section_ids[:1].unlink(),
            lambda: text.section_ids.create({"notice_id": text.id, "code": "rights", "heading": "x"}),
            lambda: self.get_draft(lang="en").section_ids[:1].write({"notice_id": text.id}),
            text.unlink,
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                change()
            self.env.invalidate_all()

    def test_lr08_nobody_publishes_around_the_rules(self):
        draft = self.as_officer(self.get_draft("short_notice"))
        for vals in ({"state": "published"}, {"sha256": "0" * 64}, {"version": 7}, {"registers": {}}):
            with self.subTest(**vals), self.assertRaises(UserError):
                draft.write(vals)
        created = self.as_officer(self.texts).create(
            {"document_type": "short_notice", "title": "x", "body": "y", "state": "published", "sha256": "0" * 64}
        )
        self.assertEqual((created.state, created.sha256, created.version), ("draft", False, 2))

    def test_lr08_the_database_refuses_a_published_text_without_its_hash(self):
        draft = self.get_draft("short_notice")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE clinic_privacy_notice SET state = 'published' WHERE id = %s", [draft.id])

    def test_lr08_the_hash_of_what_is_exported_is_the_hash_that_was_stored(self):
        for kind in (("notice",), ("optin", "appointment"), ("short_notice",)):
            text = self.publish(*kind)
            with self.subTest(kind=kind):
                self.assertEqual(hashlib.sha256(text._get_hashed_bytes()).hexdigest(), text.sha256)
                self.assertTrue(text._is_genuine())
                self.assertIn(text.body.encode(), text._get_hashed_bytes())
                self.assertIn(text.title.encode(), text._get_hashed_bytes())

    def test_lr08_the_choices_are_part_of_the_exact_text(self):
        self.assertIn("☐ İstiyorum\n☐ İstemiyorum", self.publish("optin", "appointment")._get_exact_text())

    def test_lr08_a_text_that_was_changed_in_the_database_is_found(self):
        text = self.publish()
        self.env.flush_all()
        self.env.cr.execute("UPDATE clinic_privacy_notice SET body = body || ' ' || 'x' WHERE id = %s", [text.id])
        self.env.invalidate_all()
        self.assertFalse(text._is_genuine())

    def test_lr08_the_text_is_kept_in_one_form(self):
        draft = self.get_draft("short_notice")
        draft.body = unicodedata.normalize("NFD", "Sağlık bilgisi göndermeyin.  \r\nTeşekkürler.\r")
        draft.action_publish()
        self.assertEqual(draft.body, "Sağlık bilgisi göndermeyin.\nTeşekkürler.")

    def test_lr08_a_version_carries_number_date_author_and_language(self):
        draft = self.as_officer(self.get_draft())
        draft.action_publish()
        self.assertEqual((draft.version, draft.lang, draft.published_by_id), (1, "tr", self.officer))
        self.assertTrue(draft.valid_from)

    def test_lr08_the_next_version_starts_from_how_the_last_was_written_and_takes_its_place(self):
        first = self.publish()
        self.file.kep = "yeni@hs01.kep.example"
        second = self.publish_next(first)
        self.assertEqual((second.version, first.state, second.state), (2, "retired", "published"))
        self.assertIn("yeni@hs01.kep.example", second.body)
        self.assertIn("Sürüm 2 ·", second.body)
        self.assertEqual(second.body.count("1. Veri sorumlusu."), 1)
        self.assertTrue(first._is_genuine())

    def test_only_one_version_is_published_at_a_time(self):
        first = self.publish("short_notice")
        second = self.publish_next(first, body="Başka bir metin.")
        self.assertEqual(self.texts._get_published(self.root, "short_notice"), second)
        with self.assertRaisesRegex(UserError, "already"):
            second.action_publish()

    def test_reception_publishes_nothing(self):
        draft = self.get_draft("short_notice").with_user(self.reception)
        with self.assertRaises(AccessError):
            draft.action_publish()
        with self.assertRaises(AccessError):
            draft.body = "x"

    def test_the_best_language_is_shown(self):
        turkish = self.publish("short_notice")
        get = self.texts._get_published
        self.assertEqual(get(self.root, "short_notice", lang="en_GB"), turkish)
        english = self.publish("short_notice", lang="en")
        self.assertEqual(get(self.root, "short_notice", lang="en_GB"), english)
        self.assertEqual(get(self.root, "short_notice", lang="de_DE"), turkish)
        self.file.lang = "en"
        self.assertEqual(get(self.root, "short_notice"), english)
        self.assertFalse(get(self.root, "notice"))
        self.assertFalse(get(self.create_controller("Menekşe Klinik"), "short_notice"))

    def test_one_text_is_found_with_one_query(self):
        text = self.publish("optin", "appointment")
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            self.assertEqual(self.texts._get_published(self.root, "optin", "appointment", "tr").id, text.id)


@tagged("post_install", "-at_install")
class TestStaleNotices(PrivacyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.notice = cls.publish()
        cls.processors = cls.env["clinic.privacy.processor"]

    def add_processor(self):
        return self.as_officer(self.processors).create(
            {"name": "Yedek A.Ş.", "service": "backup", "country_id": self.env.ref("base.de").id}
        )

    def test_lr07_each_register_makes_the_notice_stale(self):
        meta = self.processors.search([("company_id", "=", self.root.id)])
        changes = {
            "a processor is added": self.add_processor,
            "a processor gets data no more": lambda: meta.write({"is_active": False}),
            "data go to another country": lambda: meta.write({"country_id": self.env.ref("base.ie").id}),
            "the transfer rests on something else": lambda: self.file.write(RISK),
            "a purpose is added": lambda: self.get_purpose("health").write({"is_on": True, **SIGN_OFF}),
            "a purpose rests on something else": lambda: self.get_purpose("appointment").write({"legal_basis": "law"}),
            "messages are kept for longer": lambda: self.file.write({"retention_message_months": 24}),
            "the controller has moved": lambda: self.file.write({"address": "Elsewhere 2"}),
            "a branch is opened": lambda: self.create_branch("Göztepe"),
            "a branch is renamed": lambda: self.second.write({"name": "Suadiye"}),
        }
        for change, act in changes.items():
            with self.subTest(change), self.env.cr.savepoint() as savepoint:
                act()
                self.assertTrue(self.notice.stale_since)
                self.assertTrue(self.notice.stale_reason)
                savepoint.close(rollback=True)
            self.env.invalidate_all()
            self.assertFalse(self.notice.stale_since)

    def create_branch(self, name):
        return self.env["res.company"].create({"name": name, "parent_id": self.root.id})

    def test_lr07_what_the_notice_does_not_say_does_not_make_it_stale(self):
        self.get_purpose("appointment").quiet_to = 18
        self.file.iys_policy = "off"
        self.processors.search([("company_id", "=", self.root.id)]).note = "reviewed"
        self.assertFalse(self.notice.stale_since)

    def test_lr07_taking_the_change_back_makes_it_true_again(self):
        processor = self.add_processor()
        self.assertTrue(self.notice.stale_since)
        processor.unlink()
        self.assertFalse(self.notice.stale_since)

    def test_lr07_a_second_change_does_not_start_the_grace_anew(self):
        with freeze_time("2026-06-01 10:00"):
            self.add_processor()
        since = self.notice.stale_since
        with freeze_time("2026-06-05 10:00"):
            self.file.address = "Elsewhere 2"
        self.assertEqual(self.notice.stale_since, since)

    def test_lr07_after_a_week_nobody_can_agree_on_its_ground(self):
        with freeze_time("2026-06-01 10:00"):
            self.add_processor()
        for moment, closed in (("2026-06-08 09:59", False), ("2026-06-08 10:01", True)):
            with self.subTest(moment=moment), freeze_time(moment):
                self.assertEqual(self.notice._is_closed(), closed)

    def test_lr07_a_new_version_opens_again(self):
        self.add_processor()
        second = self.publish_next(self.notice)
        self.assertFalse(second.stale_since)
        self.assertIn("Yedek A.Ş. (Almanya)", second.body)

    def test_lr07_everybody_sees_the_banner(self):
        banner = self.texts.with_user(self.reception)._get_banner
        self.assertFalse(banner(self.branch))
        self.add_processor()
        self.assertIn("within 7 days", banner(self.branch))
        self.notice.stale_since = fields.Datetime.subtract(fields.Datetime.now(), days=8)
        self.assertIn("no agreement is recorded", banner(self.branch))
        self.assertIn("No privacy notice", banner(self.create_controller("Menekşe Klinik")))

    def test_lr07_every_text_that_tells_what_has_changed_is_stale(self):
        """An opt-in names the controller, an approval its register number and telephone; the addendum none of it."""
        self.get_purpose("marketing").write({"is_on": True, **SIGN_OFF})
        texts = {
            "optin": self.publish("optin", "appointment"),
            "short_notice": self.publish("short_notice"),
            "approval": self.publish("approval", "marketing"),
            "guardian": self.publish("guardian"),
        }
        changes = {
            "trade_name": {"optin", "short_notice", "approval"},
            "mersis": {"approval"},
            "phone": {"approval"},
            "address": set(),
        }
        for name, concerned in changes.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.file[name] = "9999999999999999"
                self.assertEqual({kind for kind, text in texts.items() if text.stale_since}, concerned)
                savepoint.close(rollback=True)
            self.env.invalidate_all()
        self.file.trade_name = "Menekşe Sağlık A.Ş."
        self.publish_next(texts["optin"])
        self.assertIn("trade_name", texts["approval"].stale_reason)

    def test_lr07_a_text_that_is_out_of_date_for_a_week_is_agreed_to_by_nobody(self):
        optin = self.publish("optin", "appointment")
        patient = self.env["res.partner"].create(
            {"name": "Deniz Örnek", "phone": "+905300000001", "is_patient": True, "company_id": self.root.id}
        )
        ledger = self.env["clinic.consent"]
        ledger._record_delivery(patient, notice=self.notice, method="staff", company=self.branch)
        for days, refused in ((6, False), (8, True)):
            optin.stale_since = fields.Datetime.subtract(fields.Datetime.now(), days=days)
            record = {"method": "spoken", "company": self.branch}
            with self.subTest(days=days):
                if not refused:
                    ledger._record(patient, self.get_purpose("appointment"), "granted", **record)
                    continue
                with self.assertRaisesRegex(UserError, "registers"):
                    ledger._record(patient, self.get_purpose("appointment"), "granted", **record)
                ledger._record(patient, self.get_purpose("appointment"), "withdrawn", **record)

    def test_lr07_the_banner_tells_of_the_other_texts_too(self):
        optin = self.publish("optin", "appointment")
        optin.stale_since = fields.Datetime.now()
        self.assertIn("A text that patients are shown", self.texts.with_user(self.reception)._get_banner(self.branch))

    def test_lr07_another_controllers_registers_do_not_matter(self):
        other = self.create_controller("Menekşe Klinik")
        self.env["clinic.privacy.controller"]._get_for(other).write({"address": "x", **CONTRACT})
        self.assertFalse(self.notice.stale_since)


@tagged("post_install", "-at_install")
class TestRenewal(PrivacyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.notice, cls.optin = cls.publish(), cls.publish("optin", "appointment")
        cls.ledger = cls.env["clinic.consent"]
        cls.patient, cls.refuser = cls.env["res.partner"].create(
            [
                {"name": name, "phone": phone, "is_patient": True, "company_id": cls.root.id, "lang": False}
                for name, phone in (("Deniz Örnek", "+905300000001"), ("Ada Örnek", "+905300000002"))
            ]
        )
        for patient, status in ((cls.patient, "granted"), (cls.refuser, "refused")):
            cls.ledger._record_delivery(patient, notice=cls.notice, method="staff", company=cls.branch)
            cls.ledger._record(
                patient, cls.get_purpose("appointment"), status, method="spoken", company=cls.branch
            )

    def get_status(self, patient):
        standing = self.ledger._get_standing(patient, self.root)
        return standing[patient, "appointment", "channel_optin"].status

    def test_lr09_a_material_notice_asks_everybody_again(self):
        self.publish_next(self.notice, is_material=True)
        self.assertEqual(self.get_status(self.patient), "renewal_required")
        self.assertEqual(self.get_status(self.refuser), "refused")
        self.assertEqual((self.patient.ask_consent, self.refuser.ask_consent), (True, False))
        self.assertFalse(self.ledger._verify_chain(self.root))

    def test_lr09_a_version_that_is_not_material_asks_nobody(self):
        self.publish_next(self.notice)
        self.publish_next(self.optin)
        self.assertEqual(self.get_status(self.patient), "granted")

    def test_lr09_a_material_opt_in_asks_again_who_agreed_to_the_one_before(self):
        self.publish_next(self.optin, is_material=True)
        self.assertEqual(self.get_status(self.patient), "renewal_required")

    def test_lr09_the_text_of_another_purpose_asks_nobody(self):
        self.get_purpose("feedback").write({"is_on": True, **SIGN_OFF})
        first = self.publish("optin", "feedback")
        self.publish_next(first, is_material=True)
        self.assertEqual(self.get_status(self.patient), "granted")

    def test_lr09_a_patient_who_has_renewed_is_not_asked_twice(self):
        second = self.publish_next(self.notice, is_material=True)
        self.ledger._record_delivery(self.patient, notice=second, method="staff", company=self.branch)
        self.ledger._record(
            self.patient, self.get_purpose("appointment"), "granted", method="spoken", company=self.branch
        )
        self.publish_next(self.optin)
        self.assertEqual(self.get_status(self.patient), "granted")
        self.assertFalse(self.ledger._verify_chain(self.root))

    def test_lr07_after_the_grace_nobody_can_agree_but_everybody_can_withdraw(self):
        appointment = self.get_purpose("appointment")
        record = {"method": "spoken", "company": self.branch}
        self.notice.stale_since = fields.Datetime.subtract(fields.Datetime.now(), days=6)
        self.ledger._record(self.refuser, appointment, "granted", **record)
        self.notice.stale_since = fields.Datetime.subtract(fields.Datetime.now(), days=8)
        self.ledger._record(self.refuser, appointment, "withdrawn", **record)
        with self.assertRaisesRegex(UserError, "registers"):
            self.ledger._record(self.refuser, appointment, "granted", **record)
        self.assertEqual(self.get_status(self.refuser), "withdrawn")

    def test_lr03_the_ledger_keeps_no_consent_where_the_basis_is_another(self):
        with self.assertRaisesRegex(UserError, "2026/347"):
            self.ledger._record(
                self.patient, self.get_purpose("appointment"), "granted", method="spoken", company=self.branch,
                record_kind="explicit_consent",
            )  # fmt: skip

    def test_lr09_the_officer_can_do_it_though_he_cannot_write_the_ledger(self):
        draft = self.texts.browse(self.notice.action_new_version()["res_id"])
        draft.is_material = True
        self.as_officer(draft).action_publish()
        self.assertEqual(self.get_status(self.patient), "renewal_required")
