from odoo.tests import tagged

from .template_common import TemplateCase

SITE = "https://k.example/"


def body(text, *samples):
    example = {"example": {"body_text": [list(samples)]}} if samples else {}
    return {"type": "BODY", "text": text, **example}


def buttons(*rows):
    return {"type": "BUTTONS", "buttons": list(rows)}


@tagged("post_install", "-at_install")
class TestTemplateImport(TemplateCase):
    def setUp(self):
        super().setUp()
        self.templates = self.env["clinic.whatsapp.template"].with_context(active_test=False)

    def put(self, name, *components, **values):
        row = {"name": name, "language": "tr", "category": "UTILITY", "status": "APPROVED", **values}
        self.simulator.put_templates([{**row, "components": list(components)}], waba_id=self.waba)

    def refresh(self):
        return self.account_a.with_user(self.clinic_manager).action_refresh_templates()["params"]["message"]

    def find(self, name, language="tr"):
        return self.templates.search([("name", "=", name), ("language", "=", language), ("waba_id", "=", self.waba)])

    def test_what_exists_at_meta_only_comes_with_all_its_parts(self):
        address = f"{SITE}{{{{1}}}}"
        self.put(
            "ready_made",
            {"type": "HEADER", "format": "TEXT", "text": "Merhaba {{1}}", "example": {"header_text": ["Ayşe"]}},
            body("Sayın {{1}}, randevunuz {{2}} günü için kayıtlı.", "Ayşe", "24 Kasım"),
            {"type": "FOOTER", "text": "Papatya Klinik"},
            buttons(
                {"type": "QUICK_REPLY", "text": "Geliyorum"},
                {"type": "URL", "text": "Site", "url": address, "example": [f"{SITE}abc"]},
                {"type": "PHONE_NUMBER", "text": "Ara", "phone_number": "+902165550000"},
            ),
        )
        self.refresh()
        template = self.find("ready_made")
        self.assertEqual((template.status, template.is_foreign, template.model_id.id), ("approved", False, False))
        self.assertEqual(template.title, "Ready made")
        self.assertEqual((template.header_text, template.footer), ("Merhaba {{1}}", "Papatya Klinik"))
        self.assertEqual(template.button_ids.mapped("kind"), ["quick_reply", "url", "phone"])
        self.assertEqual(
            sorted(variable._get_key() for variable in template.variable_ids if variable.place == "body"), [1, 2]
        )
        samples = {variable.place: variable.sample for variable in template.variable_ids}
        self.assertEqual((samples["header"], samples["button"]), ("Ayşe", "abc"))
        self.assertEqual(template._get_components(), self.remote(template)["components"])

    def test_it_waits_for_somebody_who_says_what_to_fill_in(self):
        self.put("waiting", body("Sayın {{1}}, randevunuz bizde kayıtlı.", "Ayşe"))
        self.refresh()
        self.opt_in(self.patient)
        [message] = self.find("waiting")._queue_messages(
            self.appointment_purpose, [(self.patient, self.patient, self.account_a)]
        )
        self.assertEqual((message.state, message.block_reason), ("blocked", "missing_value"))

    def test_what_cannot_be_edited_here_is_shown_and_says_why(self):
        named = {"type": "BODY", "text": "Sayın {{first_name}}, randevunuz bizde kayıtlı.",
                 "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Ayşe"}]}}  # fmt: skip
        code = [
            {"type": "BODY", "add_security_recommendation": True},
            buttons({"type": "OTP", "otp_type": "COPY_CODE"}),
        ]
        form = buttons({"type": "FLOW", "text": "Form", "flow_id": "77"})
        cards = {"type": "CAROUSEL", "cards": []}
        self.put("with_names", named, parameter_format="NAMED")
        self.put("one_time_code", *code, category="AUTHENTICATION")
        self.put("with_form", body("Lütfen kısa formu doldurunuz."), form)
        self.put("with_cards", body("Sizin için seçtiklerimiz."), cards, category="MARKETING")
        self.put("in_future", body("Yeni bir kategori."), category="SERVICE_OF_THE_FUTURE")
        self.refresh()
        for name, reason, words, sendable in (
            ("with_names", "named", "first_name", False),
            ("one_time_code", "code", "–", False),
            ("with_form", "form", "formu", True),
            ("with_cards", "part", "seçtiklerimiz", False),
            ("in_future", "part", "kategori", True),
        ):
            template = self.find(name)
            with self.subTest(name):
                self.assertTrue(template.is_foreign)
                self.assertEqual((template.foreign_reason, template._is_sendable()), (reason, sendable))
                self.assertIn(words, template.body)
                self.assertIn("WhatsApp Manager", template.edit_problem)
                with self.assertRaisesRegex(Exception, "WhatsApp Manager"):
                    template.with_user(self.manager_a).body = "Başka bir metin yazdım."
        self.assertEqual(self.find("with_form").bubble["buttons"], ["Form"])

    def test_one_that_needs_nothing_is_sent_as_it_is(self):
        form = buttons({"type": "FLOW", "text": "Form", "flow_id": "77"})
        self.put("as_it_is", body("Lütfen kısa formu doldurunuz."), {"type": "FOOTER", "text": "Klinik"}, form)
        self.refresh()
        self.opt_in(self.patient)
        [message] = self.find("as_it_is")._queue_messages(
            self.appointment_purpose, [(self.patient, None, self.account_a)]
        )
        self.run_dispatch()
        self.assertEqual(message.state, "sent", message.problem)
        phone = self.simulator.phone(self.patient.whatsapp_phone, self.account_a.phone_number_id)
        shown = phone.wait_for_message("Lütfen kısa formu doldurunuz.")
        bubble = message._format_for_thread()[0]
        self.assertEqual((bubble["footer"], bubble["buttons"]), (shown["footer"], ["Form"]))

    def test_a_language_of_another_region_is_another_template(self):
        for language in ("en", "en_US", "xx"):
            self.put("hello_world", body("Welcome to our clinic."), language=language)
        told = self.refresh()
        self.assertTrue(self.find("hello_world", "en_US"))
        self.assertEqual(len(self.templates.search([("name", "=", "hello_world")])), 2)
        self.assertIn("1 are in a language that is not known here", told)

    def test_what_another_branch_has_is_known(self):
        self.join(self.account_b, self.waba)
        theirs = self.create_template(self.account_b, name="shared")
        self.put("shared", *theirs._get_components())
        self.refresh()
        self.assertEqual(self.find("shared"), theirs)

    def test_what_was_archived_here_does_not_come_back_as_new(self):
        self.put("old", body("Eski bir metin."))
        self.refresh()
        self.find("old").active = False
        self.refresh()
        self.assertEqual(len(self.find("old")), 1)

    def test_a_foreign_template_follows_meta(self):
        cards = {"type": "CAROUSEL", "cards": []}
        self.put("moving", body("Birinci metin."), cards, category="MARKETING")
        self.refresh()
        known = self.simulator.template("moving", "tr", self.waba)
        self.simulator.put_templates([{**known, "components": [body("İkinci metin."), cards]}], waba_id=self.waba)
        self.refresh()
        template = self.find("moving")
        self.assertEqual((template.body, template.is_changed_at_meta), ("İkinci metin.", False))

    def test_a_footer_that_was_changed_at_meta_is_noticed_and_taken_over(self):
        self.put("footed", body("Bir metin yazdık."), {"type": "FOOTER", "text": "Klinik"})
        self.refresh()
        known = self.simulator.template("footed", "tr", self.waba)
        changed = [body("Bir metin yazdık."), {"type": "FOOTER", "text": "Poliklinik"}]
        self.simulator.put_templates([{**known, "components": changed}], waba_id=self.waba)
        self.account_a._check_health()
        template = self.find("footed")
        self.assertEqual((template.footer, template.is_changed_at_meta), ("Klinik", True))
        self.refresh()
        self.assertEqual((template.footer, template.is_changed_at_meta), ("Poliklinik", False))


@tagged("post_install", "-at_install")
class TestTemplateImportAtLength(TemplateCase):
    """1,000 templates, over pages, in each of 3 accounts."""

    def setUp(self):
        super().setUp()
        third = self.create_account(self.root, "100000000000003", api_url=self.simulator.url)
        self.accounts = self.account_a | self.account_b | third
        for number, account in enumerate(self.accounts):
            self.join(account, f"20000000000010{number}")
            self.simulator.put_templates([self.prepare(index) for index in range(1000)], waba_id=account.waba_id)

    def prepare(self, index):
        parts = [body(f"Sayın {{{{1}}}}, {index} numaralı randevunuz bizde kayıtlı.", "Ayşe")]
        if index % 3 == 0:
            parts.append(buttons(*({"type": "QUICK_REPLY", "text": text} for text in ("Geliyorum", "Hayır"))))
        if index % 10 == 0:
            parts.append({"type": "CAROUSEL", "cards": []})
        row = {"name": f"message_{index // 2}", "language": "tr" if index % 2 else "en", "category": "UTILITY"}
        return {**row, "status": "APPROVED" if index % 7 else "PAUSED", "components": parts}

    def snapshot(self):
        templates = self.env["clinic.whatsapp.template"].search([("waba_id", "in", self.accounts.mapped("waba_id"))])
        self.env.flush_all()
        return [(template.id, template.write_date, template.status, template.body) for template in templates]

    def refresh(self):
        self.accounts.with_user(self.clinic_manager).sudo().action_refresh_templates()
        self.env.flush_all()

    def test_a_second_time_changes_nothing_and_costs_few_queries(self):
        """How long it takes is measured in ``benchmarks/template_sync.py``."""
        self.refresh()
        known = self.snapshot()
        self.assertEqual(len(known), 3000)
        self.env.invalidate_all()
        queries = self.cr.sql_log_count
        self.refresh()
        queries = self.cr.sql_log_count - queries
        self.assertEqual(self.snapshot(), known)
        self.assertLess(queries, 150, "per account a few, not per template")
