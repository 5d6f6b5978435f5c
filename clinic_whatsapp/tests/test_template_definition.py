from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from .common import ClinicCase
from .template_common import TemplateCase, sample

URL_BUTTON = {
    "kind": "url",
    "text": "Ayrıntılar",
    "url": "https://klinik.example/r/{{1}}",
    "variable_ids": [Command.create({"index": 1, "place": "button", "source": "text", "text": "a b", "sample": "abc"})],
}
OTHER_BUTTONS = [
    {"kind": "phone", "text": "Bizi arayın", "phone_number": "+90 216 555 00 00"},
    {"kind": "copy_code", "code": "RANDEVU25"},
]
HEADER_VARIABLE = {"index": 1, "place": "header", "field_path": "name", "sample": "Ayşe"}
NAME_VARIABLE = {"index": 1, "field_path": "name", "sample": "Ayşe"}


@tagged("post_install", "-at_install")
class TestTemplateRules(ClinicCase):
    def create_draft(self, **vals):
        return self.create_template(**{"name": "rules", "status": "draft", **vals})

    def test_what_meta_would_refuse_is_refused_on_save_with_the_place(self):
        no_variables = {"variable_ids": []}
        for vals, place, words in (
            ({"body": "{{1}}, sizi yarın bekliyoruz."}, "Text", "begin or end with a variable"),
            ({"body": "Sayın {{1}}, sizi yarın bekliyoruz. " * 40}, "Text", "1,024"),
            ({"body": "Sayın {{1}}!"}, "Text", "more than two words"),
            ({"body": "Yarın\n\n\nbekliyoruz.", **no_variables}, "Text", "two line breaks"),
            ({"footer": "x" * 61}, "Footer", "60 characters"),
            ({"footer": "{{1}}"}, "Footer", "no variables"),
            ({"header_type": "text", "header_text": "x" * 61}, "Header", "60 characters"),
            ({"header_type": "text", "header_text": "*Randevu*"}, "Header", "asterisks"),
            ({"header_type": "text"}, "Header", "no text"),
            ({"header_type": "image"}, "Header", "sample file"),
            ({"ttl_minutes": 24 * 60}, "Give up after", "12 hours"),
            ({"category": "marketing", "ttl_minutes": 5}, "Give up after", "30 days"),
            ({"category": "authentication"}, "Buttons", "one button"),
            ({"variable_ids": [Command.create({"index": 1, "field_path": "name"})]}, "{{1}}", "example"),
            ({"button_ids": [Command.create({"kind": "url", "text": "Site", "url": "klinik"})]}, "Button 1", "https"),
            ({"button_ids": [Command.create({"kind": "phone", "text": "Ara", "phone_number": "x"})]}, "Button 1", "20"),
            ({"button_ids": [Command.create({"kind": "copy_code"})]}, "Button 1", "example"),
            ({"button_ids": [Command.create({"kind": "flow", "text": "Form"})]}, "Button 1", "no form"),
        ):
            with self.subTest(vals), self.assertRaises(ValidationError) as caught, self.cr.savepoint():
                self.create_draft(**vals)
            told = str(caught.exception)
            self.assertIn("rules", told)
            self.assertRegex(told, f"– {place.replace('{', '[{]')}: .*{words}")

    def test_who_opens_the_form_writes_for_the_number_of_the_branch(self):
        templates = self.env["clinic.whatsapp.template"].with_user(self.manager_a)
        action = self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_template")
        context = safe_eval(action["context"])
        opened = Form(templates.with_context(**context))
        self.assertEqual(opened.account_id, self.account_a)
        self.assertEqual(templates.new({"language": "tr"}).display_name, "New template (Turkish)")
        self.assertFalse(templates.create({"name": "starter", "body": "Merhaba efendim"}).account_id)

    def test_quick_replies_stand_together(self):
        buttons = [
            Command.create({"text": "Evet", "sequence": 1}),
            Command.create({"kind": "url", "text": "Site", "url": "https://klinik.example", "sequence": 2}),
            Command.create({"text": "Hayır", "sequence": 3}),
        ]
        with self.assertRaisesRegex(ValidationError, "Buttons: Quick replies must stand together"):
            self.create_draft(button_ids=buttons)

    def test_a_starter_text_keeps_the_same_rules(self):
        with self.assertRaisesRegex(ValidationError, "60 characters"):
            self.create_draft(account_id=False, company_id=self.branch_a.id, footer="x" * 61)

    def test_what_meta_has_approved_is_right(self):
        self.assertTrue(self.create_template(name="short", body="Sayın {{1}}!"))

    def test_each_variable_has_one_line_wherever_it_stands(self):
        header = {"header_type": "text", "header_text": "Sayın {{1}}"}
        body = [Command.create(NAME_VARIABLE)]
        with self.assertRaisesRegex(ValidationError, "one line per variable: .*Header"), self.cr.savepoint():
            self.create_draft(**header, variable_ids=body, status="approved")
        with self.assertRaisesRegex(ValidationError, "Button Site"), self.cr.savepoint():
            button = {"kind": "url", "text": "Site", "url": "https://klinik.example/{{1}}"}
            self.create_draft(button_ids=[Command.create(button)], status="approved")
        template = self.create_draft(**header, variable_ids=[*body, Command.create(HEADER_VARIABLE)])
        self.assertFalse(template.problems)

    def test_a_free_text_has_quick_replies_only(self):
        with self.assertRaisesRegex(ValidationError, "quick replies"), self.cr.savepoint():
            self.create_template(name="free", category="service", footer="Klinik")
        with self.assertRaisesRegex(ValidationError, "quick replies"), self.cr.savepoint():
            self.create_template(name="free", category="service", button_ids=[Command.create(OTHER_BUTTONS[0])])

    def test_the_form_says_it_while_one_types(self):
        template = self.create_draft()
        self.assertFalse(template.problems)
        draft = self.env["clinic.whatsapp.template"].new({"body": "Sayın {{1}}!"}, origin=template)
        [problem] = draft.problems
        self.assertEqual((problem["place"], problem["code"], problem["label"]), ("body", 2388293, "Text"))
        self.assertIn("words", problem["text"])

    def test_another_file_than_the_kind_says_is_refused(self):
        for kind, name in (("image", "report.pdf"), ("document", "photo.jpg"), ("video", "photo.jpg")):
            with self.subTest(kind), self.assertRaises(ValidationError), self.cr.savepoint():
                self.create_draft(header_type=kind, header_file=sample(name))

    def test_languages_have_names_in_the_language_of_the_user(self):
        languages = dict(self.env["clinic.whatsapp.template"]._fields["language"]._description_selection(self.env))
        self.assertEqual((languages["tr"], languages["en_US"][:7]), ("Turkish", "English"))
        self.assertNotIn("tr_TR", languages)

    def test_the_preview_shows_what_the_phone_will(self):
        template = self.create_draft(
            header_type="text",
            header_text="Sayın {{1}}",
            footer="Papatya Klinik",
            variable_ids=[Command.create(NAME_VARIABLE), Command.create(HEADER_VARIABLE)],
            button_ids=[Command.create({"text": "Tamam"}), Command.create(OTHER_BUTTONS[1])],
        )
        self.assertEqual(
            template.bubble,
            {
                "header": "Sayın Ayşe",
                "body": "Sayın Ayşe, kliniğimizden size merhaba diyoruz!",
                "footer": "Papatya Klinik",
                "buttons": ["Tamam", "Copy code"],
                "media": False,
                "location": False,
            },
        )
        for words in ("Sayın Ayşe", "Papatya Klinik", "Copy code"):
            self.assertIn(words, template.preview)

    def test_a_copy_has_everything(self):
        template = self.create_draft(
            header_type="text",
            header_text="Sayın {{1}}",
            footer="Klinik",
            variable_ids=[Command.create(NAME_VARIABLE), Command.create(HEADER_VARIABLE)],
            button_ids=[Command.create(URL_BUTTON), Command.create(OTHER_BUTTONS[0])],
        )
        copy = template.copy({"name": "rules_copy", "language": "en"})
        self.assertEqual(copy._get_components(), template._get_components())
        self.assertEqual((copy.status, copy.remote_id), ("draft", False))


@tagged("post_install", "-at_install")
class TestTemplateMessages(TemplateCase):
    """What leaves, and what the phone makes of it."""

    def approve(self, name, **vals):
        template = self.draft(name, **vals)
        self.submit(template)
        self.assertEqual(template.status, "approved", template.status_reason)
        return template

    def bubble(self, message):
        return message._format_for_thread()[0]

    def assertShownAlike(self, message, shown):
        bubble = self.bubble(message)
        self.assertEqual(bubble["body"], shown["text"])
        self.assertEqual((bubble["header"], bubble["footer"]), (shown["header"], shown["footer"]))
        labels = [button["text"] for button in shown["buttons"] if button["text"]]
        self.assertEqual([label for label in bubble["buttons"] if label in labels], labels)
        self.assertEqual(len(bubble["buttons"]), len(shown["buttons"]))

    def test_header_footer_and_buttons_arrive_as_the_thread_shows_them(self):
        for language, body in (
            ("tr", "Sayın {{1}}, *önemli*: randevunuz _bizde_ kayıtlı, ğüşıöç."),
            ("en", "Dear {{1}}, your appointment is ~open~ booked with us."),
        ):
            template = self.approve(
                "everything",
                body=body,
                language=language,
                header_type="text",
                header_text="Randevu: {{1}}",
                footer="Papatya Klinik",
                variable_ids=[Command.create(NAME_VARIABLE), Command.create(HEADER_VARIABLE)],
                button_ids=[
                    Command.create({"text": "Geliyorum", "sequence": 1}),
                    *(Command.create({**vals, "sequence": 2}) for vals in (URL_BUTTON, *OTHER_BUTTONS)),
                    Command.create({"kind": "contact_request", "sequence": 3}),
                ],
            )
            message = self.send(template)
            shown = self.deliver(message)
            self.assertShownAlike(message, shown)
            self.assertEqual(shown["header"], "Randevu: Deniz Örnek")
            by_kind = {button["kind"]: button for button in shown["buttons"]}
            self.assertEqual(by_kind["url"]["url"], "https://klinik.example/r/a%20b")
            self.assertEqual(by_kind["copy_code"]["code"], "RANDEVU25")
            self.assertEqual(by_kind["quick_reply"]["payload"], f"none:{message.client_ref}:0")
            template.active = False

    def test_files_arrive_and_travel_once_for_a_number(self):
        for kind, name in (("image", "photo.jpg"), ("document", "report.pdf"), ("video", "video.mp4")):
            template = self.approve(
                f"with_{kind}", header_type=kind, header_file=sample(name), header_filename=name,
                body="Sayın {{1}}, size bir dosya gönderiyoruz: " + kind,
            )  # fmt: skip
            messages = self.send(template) | self.send(template)
            shown = self.deliver(messages[0])
            self.assertEqual(shown["media"], kind)
            self.assertEqual(messages.mapped("media_state"), ["ready", "ready"])
            self.assertEqual(len(set(messages.mapped("media_ref"))), 1)
            uploads = self.env["clinic.whatsapp.upload"].search([("remote_id", "=", messages[0].media_ref)])
            self.assertEqual(len(uploads), 1)
            with messages[1]._open_media() as file:
                self.assertEqual(file.read(), (template._get_file_data()))
            self.assertEqual(self.bubble(messages[0])["media"]["kind"], kind)

    def test_the_thread_keeps_the_file_that_was_sent(self):
        template = self.approve("versions", header_type="document", header_file=sample("report.pdf"))
        message = self.send(template)
        first = template._get_file_data()
        template.header_file = sample("report.pdf")[:-8] + b"AAAAAAA="
        self.assertEqual(template.status, "approved", "the file comes with each message")
        with message._open_media() as file:
            self.assertEqual(file.read(), first)
        self.assertEqual(len(self.env["clinic.whatsapp.template.file"].search([("template_id", "=", template.id)])), 2)

    def test_the_place_of_the_branch(self):
        template = self.approve("where", header_type="location")
        blocked = self.send(template)
        self.assertEqual((blocked.state, blocked.block_reason), ("blocked", "missing_value"))
        self.assertIn("Place of the branch", blocked.block_detail)
        self.branch_a.partner_id.write(
            {"partner_latitude": 40.99, "partner_longitude": 29.03, "street": "Bahariye Cd. 1", "city": "Kadıköy"}
        )
        message = self.send(template)
        shown = self.deliver(message)
        self.assertEqual(round(shown["location"]["latitude"], 2), 40.99)
        self.assertIn("Bahariye", self.bubble(message)["location"]["address"])

    def test_an_empty_value_of_a_header_or_a_button_denies_the_message_with_its_name(self):
        header = {**HEADER_VARIABLE, "field_path": "guardian_id.name"}
        template = self.approve(
            "empty_header",
            header_type="text",
            header_text="Veli {{1}}",
            variable_ids=[Command.create(NAME_VARIABLE), Command.create(header)],
        )
        message = self.send(template)
        self.assertEqual((message.state, message.block_reason), ("blocked", "missing_value"))
        self.assertIn("guardian_id.name", message.block_detail)

    def test_values_meant_for_one_text_never_fill_another_one(self):
        template = self.approve("shifting", footer="Klinik")
        message = self.send(template)
        template.sudo().write({"body": "Sayın {{1}}, bu artık bambaşka bir metin.", "status": "approved"})
        self.run_dispatch()
        self.assertEqual((message.state, message.block_reason), ("blocked", "template_not_approved"))

    def test_a_message_of_yesterday_is_still_read(self):
        template = self.approve("older")
        message = self.send(template)
        message.sudo().template_values = '["Deniz Örnek"]'
        self.assertEqual((message._get_values(), message._get_missing_variables().ids), (["Deniz Örnek"], []))
        self.assertFalse(message._is_outdated())
        self.deliver(message)

    def test_a_message_that_is_repeated_takes_its_file_along(self):
        template = self.approve("again", header_type="document", header_file=sample("report.pdf"))
        message = self.send(template)
        self.deliver(message)
        message.sudo().state = "unknown"
        message.with_user(self.manager_a).action_send_again()
        repeat = message.search([("template_id", "=", template.id), ("id", "!=", message.id)])
        self.assertEqual(repeat.template_file_id, message.template_file_id)
        self.deliver(repeat)
        self.assertEqual(repeat.media_ref, message.media_ref, "Meta still has it")
