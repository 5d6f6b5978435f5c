from odoo.tests import Form, tagged

from .common import ClinicCase


@tagged("post_install", "-at_install")
class TestTemplateHints(ClinicCase):
    """What the form says while a manager of one branch writes."""

    def open_form(self, template=None):
        return Form((template or self.env["clinic.whatsapp.template"]).with_user(self.manager_a))

    def hint(self, **vals):
        return self.create_template(**vals).category_hint

    def test_a_utility_text_that_promotes_is_told_to_become_marketing(self):
        hint = self.hint(body="Sayın {{1}}, bu haftaya özel indirimlerimiz sizi bekliyor.", status="draft")
        self.assertIn("indirim", hint)
        self.assertIn("Marketing", hint)

    def test_promotion_is_found_in_footer_header_and_buttons_too(self):
        template = self.create_template(footer="Kampanya")
        self.assertIn("Kampanya", template.category_hint)
        template = self.create_template(name="other", header_type="text", header_text="Kampanya")
        self.assertIn("Kampanya", template.category_hint)
        template.header_type = "none"
        self.assertFalse(template.category_hint, "a header that is not shown says nothing")
        template.button_ids.text = "Kampanya"
        self.assertIn("Kampanya", template.category_hint)

    def test_a_plain_reminder_is_left_alone(self):
        self.assertFalse(self.hint())

    def test_marketing_without_promotion_could_be_utility(self):
        self.assertIn("Utility", self.hint(category="marketing"))

    def test_nobody_judges_a_free_text(self):
        self.assertFalse(self.hint(category="service", body="Sayın {{1}}, kampanya başladı!"))

    def test_the_name_follows_from_the_title_until_there_is_one(self):
        form = self.open_form()
        form.title = "Randevu hatırlatma – yarın!"
        self.assertEqual(form.name, "randevu_hatirlatma_yarin")
        form.title = "İptal"
        self.assertEqual(form.name, "randevu_hatirlatma_yarin")

    def test_the_name_of_the_record_behind_a_template_follows_its_choice(self):
        template = self.create_template()
        self.assertEqual(template.with_user(self.manager_a).model_name, "res.partner")

    def test_what_is_wrong_is_told_while_one_writes(self):
        form = self.open_form()
        form.body = "Merhaba {{1}}"
        found = {(problem["place"], problem["code"]) for problem in form.problems}
        self.assertIn(("body", 2388299), found)
        self.assertEqual(form.bubble["body"], "Merhaba {{1}}")
