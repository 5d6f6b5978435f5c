"""Advertising, health and secret numbers: not in templates, and in free text only with a reason (LR-30, LR-31)."""

import base64
import time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ClinicCase

IDENTITY_NUMBER = "10000000146"


class LintCase(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.words = cls.env["clinic.lint.word"]

    def find(self, text, *kinds, company=None):
        return self.words._find(text, kinds or ("promo", "health"), company or self.branch_a)

    def add(self, text, **vals):
        return self.words.create({"text": text, "company_id": self.root.id, **vals})


@tagged("post_install", "-at_install")
class TestLintWords(LintCase):
    def test_lr30_promotion_is_found_by_list_and_by_number(self):
        found = self.find("Kampanyamızda %20 indirim, 500 TL yerine 400 TL!")
        self.assertEqual(set(found["promo"]), {"Kampanyamızda", "indirim", "%20", "500 TL", "400 TL"})

    def test_lr31_health_and_secret_numbers_are_found(self):
        found = self.find(f"Diyabet (E11.9) için TC {IDENTITY_NUMBER}")
        self.assertEqual(set(found["health"]), {"Diyabet", "E11.9", IDENTITY_NUMBER})

    def test_words_of_an_emergency_are_looked_for_in_their_own_list_only(self):
        self.assertEqual(self.find("Nefes alamıyorum", "emergency"), {"emergency": ["Nefes alamıyorum"]})
        self.assertEqual(self.find("Nefes alamıyorum"), {})

    def test_a_text_without_words_has_no_hits(self):
        for text in ("", None, False, "Yarın görüşmek üzere!"):
            self.assertEqual(self.find(text), {})

    def test_sets_of_texts_are_judged_in_their_order(self):
        texts = ["Merhaba", "indirim", "diyabet", "indirim ve diyabet", "Merhaba", None]
        self.assertEqual(
            self.words._judge_texts(texts, company=self.branch_a),
            [None, "promo_lint", "health_lint", "promo_lint", None, None],
        )

    def test_lr30_ten_thousand_different_texts_are_judged_quickly_and_without_queries(self):
        text = "Sayın {}, {} günü saat 10:30 için Kadıköy şubemizdeki randevunuz onaylandı. Değişirse bildiriniz."
        texts = [text.format(f"Hasta {number}", number) for number in range(10_000)]
        self.words._judge_texts(texts[:1])
        started = time.process_time()  # whatever else keeps the machine busy
        with self.assertQueryCount(0):
            self.assertEqual(set(self.words._judge_texts(texts)), {None})
        self.assertLess(time.process_time() - started, 1.5)

    def test_a_legal_entity_adds_words_that_hold_at_once_and_in_its_own_branches_only(self):
        other = self.env["res.company"].create({"name": "Another clinic"})
        self.assertEqual(self.find("Yaz şenliğimize gelin"), {})
        self.add("şenlik")
        self.assertEqual(self.find("Yaz şenliğimize gelin"), {"promo": ["şenliğimize"]})
        self.assertEqual(self.find("Yaz şenliğimize gelin", company=other), {})

    def test_a_word_that_is_changed_archived_or_deleted_is_gone_at_once(self):
        word = self.add("şenlik")
        word.text = "festival"
        self.assertEqual((self.find("şenlik"), self.find("festivalimiz")), ({}, {"promo": ["festivalimiz"]}))
        word.active = False
        self.assertEqual(self.find("festival"), {})
        word.active = True
        self.assertTrue(self.find("festival"))
        word.unlink()
        self.assertEqual(self.find("festival"), {})

    def test_a_legal_entity_allows_a_shipped_word_for_itself_only(self):
        other = self.env["res.company"].create({"name": "Another clinic"})
        shipped = self.env.ref("clinic_whatsapp.lint_promo_tr_lider")
        manager = shipped.with_user(self.clinic_manager)
        with self.assertRaises(AccessError):
            manager.active = False
        manager.action_allow()
        manager.action_allow()
        self.assertEqual(self.find("Lider"), {})
        self.assertEqual(self.find("Lider", company=other), {"promo": ["Lider"]})
        self.assertEqual(self.words.search_count([("text", "=", "lider"), ("effect", "=", "allow")]), 1)

    def test_who_allowed_a_word_is_written_down(self):
        word = self.add("şenlik")
        word.with_user(self.clinic_manager).effect = "allow"
        change = self.env["clinic.privacy.change"].search([("res_model", "=", word._name), ("res_id", "=", word.id)])
        self.assertEqual((change.field_name, change.changed_by_id), ("effect", self.clinic_manager))

    def test_words_belong_to_the_legal_entity(self):
        with self.assertRaises(ValidationError):
            self.add("şenlik", company_id=self.branch_a.id)

    def test_what_has_no_letter_is_no_word(self):
        with self.assertRaises(ValidationError):
            self.add(" … ")

    def test_the_privacy_officer_keeps_the_lists(self):
        officer = self.create_user("officer", self.root, "clinic_whatsapp.group_privacy_officer")
        word = self.words.with_user(officer).create({"text": "şenlik"})
        self.assertEqual(word.company_id, self.root)
        word.effect = "allow"
        word.unlink()

    def test_reception_reads_the_lists_and_changes_nothing(self):
        word = self.add("şenlik").with_user(self.user_a)
        self.assertEqual(word.text, "şenlik")
        for action in (word.action_allow, word.unlink, lambda: word.write({"active": False})):
            with self.assertRaises(AccessError):
                action()

    def test_lr31_a_service_or_practitioner_that_tells_about_health_counts_as_a_word(self):
        service = self.env["clinic.service"].create({"name": "Saç ekimi", "company_id": self.root.id})
        doctor = self.env["resource.resource"].create({"name": "Dr. Ada Yücel", "company_id": self.root.id})
        text = "Saç ekimi randevunuz Dr. Ada Yücel ile."
        self.assertEqual(self.find(text), {})
        service.reveals_health = doctor.reveals_health = True
        self.assertEqual(self.find(text), {"health": ["Saç ekimi", "Dr. Ada Yücel"]})
        service.name = "Danışma"
        doctor.unlink()
        self.assertEqual(self.find(text), {})

    def test_lr31_a_service_of_another_legal_entity_is_no_word_here(self):
        other = self.env["res.company"].create({"name": "Another clinic"})
        self.env["clinic.service"].create({"name": "Saç ekimi", "company_id": other.id, "reveals_health": True})
        self.assertEqual(self.find("Saç ekimi"), {})
        self.assertTrue(self.find("Saç ekimi", company=other))


@tagged("post_install", "-at_install")
class TestTemplateLint(LintCase):
    def create_draft(self, body="Sayın {{1}}, randevunuz onaylandı.", path="patient_id.name", **vals):
        variable = {"index": 1, "field_path": path, "sample": "Ayşe"}
        return self.create_template(
            status="draft",
            body=body,
            model_id=self.env["ir.model"]._get_id("clinic.appointment"),
            variable_ids=[Command.create(variable)] if "{{1}}" in body else [],
            **vals,
        )

    def assertRefused(self, template, words):
        with self.assertRaises(ValidationError) as caught:
            template.with_user(self.manager_a).action_submit()
        self.assertIn(words, str(caught.exception))
        self.assertEqual(template.status, "draft")

    def test_lr30_a_template_with_promotion_cannot_be_submitted(self):
        bodies = ("Sayın {{1}}, indirimlerimiz başladı", "Dear {{1}}, your free check", "Sayın {{1}}, artık %20 az")
        for name, body in enumerate(bodies):
            self.assertRefused(self.create_draft(body, name=f"promo_{name}"), "Reads as advertising")

    def test_lr30_promotion_on_a_button_or_in_a_fixed_text_counts_too(self):
        template = self.create_draft(button_ids=[Command.create({"text": "Kampanya"})])
        self.assertRefused(template, "Kampanya")
        template.button_ids.unlink()
        template.variable_ids.write({"source": "text", "text": "hediye"})
        self.assertRefused(template, "hediye")
        template.variable_ids.write({"text": "Ayşe", "fallback": "kupon"})
        self.assertRefused(template, "kupon")

    def test_lr31_a_template_about_health_or_with_a_secret_number_cannot_be_submitted(self):
        bodies = ("Diyabet kontrolünüz", "Tanı kodu J45", f"TC {IDENTITY_NUMBER}", "Your test results")
        for name, body in enumerate(bodies):
            self.assertRefused(self.create_draft(body, name=f"health_{name}"), "Tells about health")

    def test_lr31_a_real_identity_number_as_a_sample_is_found(self):
        template = self.create_draft()
        template.variable_ids.sample = IDENTITY_NUMBER
        self.assertRefused(template, IDENTITY_NUMBER)

    def test_lr31_variables_carry_names_dates_times_phones_and_links_only(self):
        paths = (
            "note", "service_id", "service_id.name", "patient_id.birth_date", "patient_id.city", "practitioner_id.name",
            "state", "patient_id.email",
        )  # fmt: skip
        for number, path in enumerate(paths):
            with self.subTest(path=path):
                self.assertRefused(self.create_draft(path=path, name=f"path_{number}"), path)
        for path in ("patient_id", "patient_id.name", "start", "start_time_text", "company_id", "company_id.phone"):
            with self.subTest(path=path):
                self.assertFalse(self.create_draft(path=path, name=path.replace(".", "_")).wording_problem)

    def test_lr30_the_shipped_texts_pass(self):
        starters = self.env["clinic.whatsapp.template"].search([("account_id", "=", False)])
        self.assertTrue(starters)
        problems = {template.name: template.wording_problem for template in starters if template.wording_problem}
        self.assertEqual(problems, {})

    def test_lr30_one_bad_template_does_not_hold_up_the_others(self):
        bad, good = self.create_draft("İndirim"), self.create_draft(name="good")
        self.account_a.api_url = "http://127.0.0.1:9"
        with self.assertRaisesRegex(UserError, "Meta did not answer"):  # the good one is on its way
            (bad | good).action_submit()
        service = self.create_draft(name="service_text", category="service")
        self.assertIn("İndirim", (bad | service).action_submit()["params"]["message"])

    def test_lr30_the_form_says_it_before_anything_is_submitted(self):
        template = self.create_draft()
        self.assertFalse(template.wording_problem)
        template.body = "Büyük indirim, Sayın {{1}}!"
        self.assertIn("indirim", template.wording_problem)


@tagged("post_install", "-at_install")
class TestFreeTextLint(LintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient)

    def send(self, body, reason=None):
        return self.conversation.with_user(self.user_a).action_send_text(body, reason)

    def get_messages(self):
        return self.env["clinic.whatsapp.message"].search([("conversation_id", "=", self.conversation.id)])

    def test_lr30_a_free_text_with_promotion_is_not_sent_without_a_reason(self):
        for reason in (None, "", "  "):
            answer = self.send("Size %10 indirim yapalım", reason)
            self.assertEqual((answer["id"], answer["state"]), (False, "warned"))
            self.assertIn("indirim", answer["problem"])
            self.assertTrue(answer["advice"])
        self.assertFalse(self.get_messages())

    def test_lr31_a_free_text_about_health_is_not_sent_without_a_reason(self):
        self.assertIn("Tells about health", self.send("Diyabet raporunuz")["problem"])
        self.assertFalse(self.get_messages())

    def test_lr30_with_a_reason_it_is_sent_and_the_reason_is_kept_with_who_gave_it(self):
        answer = self.send("Muayene 500 TL", "  Hasta fiyatı sordu ")
        message = self.get_messages()
        self.assertEqual((answer["id"], answer["state"]), (message.id, "queued"))
        self.assertEqual((message.lint_reason, message.sent_by_id), ("Hasta fiyatı sordu", self.user_a))

    def test_lr30_a_reason_that_nobody_asked_for_is_not_kept(self):
        self.send("Yarın görüşmek üzere", "fiyat")
        self.assertFalse(self.get_messages().lint_reason)

    def test_lr30_the_reason_is_encrypted_at_rest(self):
        self.send("Muayene 500 TL", "Hasta fiyatı sordu")
        self.env.flush_all()
        self.env.cr.execute("SELECT lint_reason FROM clinic_whatsapp_message WHERE id = %s", [self.get_messages().id])
        self.assertNotIn("fiyat", self.env.cr.fetchone()[0])

    def test_lr30_the_text_under_a_file_is_looked_at(self):
        data = base64.b64encode(b"%PDF-1.4\n").decode()
        conversation = self.conversation.with_user(self.user_a)
        self.assertEqual(conversation.action_send_file("plan.pdf", data, "Kampanya")["state"], "warned")
        self.assertFalse(self.get_messages())
        conversation.action_send_file("plan.pdf", data, "Kampanya", lint_reason="Hasta istedi")
        self.assertEqual(self.get_messages().lint_reason, "Hasta istedi")

    def test_lr30_nobody_is_warned_about_a_conversation_he_may_not_write_in(self):
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.user_b).action_send_text("indirim")

    def test_lr30_there_is_no_way_round_the_composer(self):
        for body, reason in (("Merhaba", False), ("indirim", "promo_lint"), ("diyabet", "health_lint")):
            self.assertEqual(self.conversation._send_text(body).block_reason, reason)

    def test_lr30_a_template_whose_words_were_added_to_the_list_later_is_stopped(self):
        self.opt_in(self.patient)
        template = self.create_template()
        send = self.patient._whatsapp_send_template
        self.assertFalse(send(template, purpose="appointment", account=self.account_a).block_reason)
        self.add("merhaba")
        self.assertEqual(send(template, purpose="appointment", account=self.account_a).block_reason, "promo_lint")

    def test_lr30_a_patient_called_as_a_flagged_word_gets_his_reminder(self):
        template = self.create_template()
        new = self.env["clinic.whatsapp.message"].new
        shared = {"conversation_id": self.conversation.id, "message_type": "template", "template_id": template.id}
        message = new({**shared, "body": "Sayın Ayşe Lider, merhaba"})
        self.assertNotIn("Lider", message._get_wordings()[message])
        template.body = "Sayın {{1}}, büyük indirim!"
        self.assertIn("indirim", message._get_wordings()[message])

    def test_lr30_the_name_on_a_contact_card_is_no_word_of_ours(self):
        shared = {"conversation_id": self.conversation.id, "direction": "out", "body": "Lider Eczanesi"}
        message = self.env["clinic.whatsapp.message"].new({**shared, "message_type": "contacts"})
        self.assertEqual(message._get_wordings(), {message: ""})
