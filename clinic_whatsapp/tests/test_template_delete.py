from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .template_common import TemplateCase
from .test_template_events import TemplateEventCase

ENGLISH = "Dear {{1}}, your appointment is booked with us."


@tagged("post_install", "-at_install")
class TestTemplateDelete(TemplateCase):
    create_automation = classmethod(TemplateEventCase.create_automation.__func__)

    def names(self):
        return sorted((row["name"], row["language"]) for row in self.simulator.templates(self.waba))

    def make_pair(self):
        turkish, english = self.draft("both"), self.draft("both", ENGLISH, language="en")
        self.submit(turkish | english)
        return turkish, english

    def test_one_language_is_deleted_and_the_other_stays(self):
        turkish, english = self.make_pair()
        turkish.with_user(self.manager_a).action_delete_at_meta()
        self.assertEqual(self.names(), [("both", "en")])
        self.assertEqual((turkish.active, turkish.status, turkish.remote_id), (False, "disabled", False))
        self.assertTrue(english._is_sendable())

    def test_what_needs_it_is_named(self):
        template = self.draft("needed")
        self.submit(template)
        self.create_automation(template)
        with self.assertRaisesRegex(UserError, "Reminder of the evening before"):
            template.with_user(self.manager_a).action_delete_at_meta()
        self.assertEqual(self.names(), [("needed", "tr")])

    def test_another_language_stands_in(self):
        turkish, _english = self.make_pair()
        self.create_automation(turkish)
        turkish.with_user(self.manager_a).action_delete_at_meta()
        self.assertEqual(self.names(), [("both", "en")])

    def test_meta_keeps_the_name_to_itself_for_a_month(self):
        template = self.draft("blocked_name")
        self.submit(template)
        template.with_user(self.manager_a).action_delete_at_meta()
        template.active = True
        template.body = "Sayın {{1}}, bu metin yeniden yazıldı."
        self.assertEqual(template.status, "draft")
        with self.assertRaisesRegex(UserError, "being deleted"):
            template.with_user(self.manager_a).action_submit()

    def test_what_is_gone_at_meta_already_is_as_good_as_deleted(self):
        template = self.draft("gone")
        self.submit(template)
        self.simulator.put_templates([], waba_id=self.waba)
        template.sudo().remote_id = "424242424242"
        template.with_user(self.manager_a).action_delete_at_meta()
        self.assertFalse(template.active)

    def test_a_draft_is_archived_without_asking_meta(self):
        template = self.draft("never_sent")
        self.account_a.api_url = "http://127.0.0.1:9"
        template.with_user(self.manager_a).action_delete_at_meta()
        self.account_a.api_url = self.simulator.url
        self.assertFalse(template.active)

    def test_what_meta_still_has_is_not_just_forgotten(self):
        template = self.draft("kept")
        self.submit(template)
        with self.assertRaisesRegex(UserError, "Delete it there first"):
            template.with_user(self.manager_a).unlink()
        self.draft("unknown_to_meta").with_user(self.manager_a).unlink()

    def test_reception_deletes_nothing(self):
        template = self.draft("closed")
        with self.assertRaises(AccessError):
            template.with_user(self.user_a).action_delete_at_meta()
