from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..cloud_api.client import Rejected
from .common import TOKEN
from .template_common import TemplateCase, sample
from .test_template_definition import HEADER_VARIABLE, NAME_VARIABLE, OTHER_BUTTONS, URL_BUTTON


@tagged("post_install", "-at_install")
class TestTemplateSubmit(TemplateCase):
    def test_a_draft_is_created_at_meta_and_approved(self):
        template = self.draft("first")
        self.assertEqual(self.submit(template), True)
        self.assertEqual((template.status, template.remote_status), ("approved", "approved"))
        self.assertEqual(template.remote_id, self.remote(template)["id"])

    def test_everything_reaches_meta_as_it_was_written(self):
        template = self.draft(
            "whole",
            header_type="text",
            header_text="Randevu {{1}}",
            footer="Papatya Klinik",
            ttl_minutes=60,
            variable_ids=[Command.create(NAME_VARIABLE), Command.create(HEADER_VARIABLE)],
            button_ids=[Command.create(vals) for vals in (URL_BUTTON, *OTHER_BUTTONS)],
        )
        self.submit(template)
        remote = self.remote(template)
        self.assertEqual(remote["components"], template._get_components())
        self.assertEqual(remote["ttl_seconds"], 3600)
        self.assertFalse(template.is_changed_at_meta)

    def test_the_file_of_a_header_is_uploaded_as_a_sample_even_when_the_line_is_cut(self):
        template = self.draft("picture", header_type="image", header_file=sample("photo.jpg"), header_filename="a.jpg")
        self.simulator.set_faults(cut_upload_next=1)
        self.submit(template)
        self.assertEqual(template.status, "approved", template.status_reason)
        known = self.simulator.samples()[-1]
        self.assertEqual((known["mime_type"], known["size"]), ("image/jpeg", len(template._get_file_data())))

    def test_metas_refusal_is_told_in_plain_words_with_its_own(self):
        twin, template = self.draft("twin"), self.draft("twin_again")
        self.submit(twin)
        with self.assertRaises(UserError) as caught:
            self.submit(template)
        self.assertIn("same body and footer", str(caught.exception))
        self.assertIn("already exists in this language", str(caught.exception))
        self.assertEqual(template.status, "draft")

    def test_a_text_that_meta_refuses_is_rejected_and_says_why(self):
        template = self.draft("refused", header_type="image", header_file=sample("photo.jpg"))
        api = self.account_a._cloud_api()
        self.addCleanup(api.close)
        with self.assertRaises(Rejected) as caught:  # a handle that nobody has uploaded
            template._submit_components(api, template._get_components("4::unknown"))
        self.assertIsNone(template._learn_refusal(caught.exception.error))
        self.assertIn("Meta does not know the sample file of the header. Upload the file", template.status_reason)
        self.assertIn("Meta says: The uploaded media handle is invalid.", template.status_reason)
        self.assertEqual((template.status, template.remote_id), ("rejected", False))

    def test_what_meta_rejects_in_its_review_can_be_mended_and_submitted_again(self):
        self.simulator.set_settings(review="reject")
        self.addCleanup(self.simulator.set_settings, review="approve")
        template = self.draft("mended")
        self.submit(template)
        self.assertEqual(template.status, "rejected")
        self.assertIn("format is not valid", template.status_reason)
        self.simulator.set_settings(review="approve")
        template.with_user(self.manager_a).body = "Sayın {{1}}, randevunuz artık düzeltildi."
        self.submit(template)
        self.assertEqual(template.status, "approved", template.status_reason)
        self.assertEqual(len(self.simulator.templates(self.waba)), 1)

    def test_meta_may_take_it_for_something_else(self):
        self.simulator.set_settings(review_category="MARKETING")
        self.addCleanup(self.simulator.set_settings, review_category="")
        template = self.draft("promoted")
        self.submit(template)
        self.assertEqual((template.category, template.status), ("marketing", "approved"))

    def test_a_token_without_the_right_is_told_which_one_is_missing(self):
        self.join(self.account_a, self.waba, token_scopes=["whatsapp_business_messaging"])
        with self.assertRaisesRegex(UserError, "whatsapp_business_management"):
            self.draft("no_right").with_user(self.manager_a).action_submit()
        with self.assertRaisesRegex(UserError, "whatsapp_business_management"):
            self.account_a.with_user(self.clinic_manager).action_refresh_templates()

    def test_one_that_fails_takes_nothing_from_the_others(self):
        known, template, twin = self.draft("known"), self.draft("fine", "Sayın {{1}}, bu başka bir metin."), None
        self.submit(known)
        twin = self.draft("known_twin")
        notification = (template | twin).with_user(self.manager_a).action_submit()
        self.assertIn("known_twin", notification["params"]["message"])
        self.assertEqual((template.status, twin.status), ("pending", "draft"))

    def test_without_an_answer_the_draft_stays(self):
        template = self.draft("silence")
        self.account_a.api_url = "http://127.0.0.1:9"
        with self.assertRaisesRegex(UserError, "Meta did not answer"):
            template.with_user(self.manager_a).action_submit()
        self.account_a.api_url = self.simulator.url
        self.assertEqual(template.status, "draft")

    def test_a_draft_that_breaks_a_rule_is_not_even_sent(self):
        template = self.draft("broken", button_ids=[Command.create({"kind": "url", "text": "A", "url": "https://a.b"})])
        template.button_ids.url = "nowhere"
        with self.assertRaisesRegex(ValidationError, "begins with https"):
            template.with_user(self.manager_a).action_submit()
        self.assertFalse(self.simulator.templates(self.waba))

    def test_a_starter_text_needs_a_number_first(self):
        template = self.draft("starter", account_id=False, company_id=self.branch_a.id)
        with self.assertRaisesRegex(UserError, "no number yet"):
            template.with_user(self.manager_a).action_submit()

    def test_nobody_says_what_only_meta_can_say(self):
        template = self.draft("faked").with_user(self.manager_a)
        said = {"status": "approved", "remote_id": "7", "remote_status": "approved", "status_reason": "x", "file_id": 1}
        for vals in ({name: value} for name, value in said.items()):
            with self.subTest(vals), self.assertRaises(AccessError):
                template.write(vals)
            with self.subTest(vals), self.assertRaises(AccessError), self.cr.savepoint():
                template.copy({"name": "faked_copy", **vals})
        template.write({"status": "draft", "title": "Harmless"})
        self.assertEqual(template.title, "Harmless")

    def test_the_token_never_stands_in_a_message(self):
        self.account_a.access_token = f"{TOKEN}withdrawn"
        template = self.draft("token").with_user(self.manager_a)
        with self.assertRaises(UserError) as caught:
            template.action_submit()
        self.assertNotIn(TOKEN, str(caught.exception))
        self.assertEqual(template.status, "draft")
