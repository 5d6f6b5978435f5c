from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .template_common import TemplateCase
from .test_template_events import TemplateEventCase

OTHER = "Sayın {{1}}, randevunuz bizde hâlâ kayıtlı."


@tagged("post_install", "-at_install")
class TestTemplateEdit(TemplateCase):
    create_automation = classmethod(TemplateEventCase.create_automation.__func__)

    def approve(self, name, **vals):
        template = self.draft(name, **vals)
        self.submit(template)
        self.assertEqual(template.status, "approved", template.status_reason)
        return template.with_user(self.manager_a)

    def test_an_edit_replaces_the_text_at_meta_and_is_reviewed(self):
        template = self.approve("edited")
        before = self.remote(template)["id"]
        template.body = OTHER
        self.assertEqual((template.status, template.remote_status), ("draft", "approved"))
        self.submit(template)
        self.assertEqual((template.status, template.edit_moments and len(template.edit_moments)), ("approved", 1))
        remote = self.remote(template)
        self.assertEqual((remote["id"], remote["components"][0]["text"]), (before, OTHER))
        self.assertEqual(len(self.simulator.templates(self.waba)), 1)

    def test_a_second_edit_within_a_day_is_refused_before_it_stops_anything(self):
        template = self.approve("twice")
        template.body = OTHER
        self.submit(template)
        self.assertIn("again on", template.edit_problem)
        with self.assertRaisesRegex(UserError, "once in 24 hours"):
            template.body = "Sayın {{1}}, randevunuz üçüncü kez değişti."
        self.assertEqual((template.status, template.body), ("approved", OTHER))
        yesterday = fields.Datetime.now() - timedelta(hours=25)
        template.sudo().edit_moments = [fields.Datetime.to_string(yesterday)]
        self.assertFalse(template.edit_problem)
        template.body = "Sayın {{1}}, randevunuz üçüncü kez değişti."
        self.assertEqual(template.status, "draft")

    def test_the_simulated_meta_keeps_the_same_limit(self):
        template = self.approve("limit")
        template.body = OTHER
        self.submit(template)
        template.sudo().edit_moments = []  # made in WhatsApp Manager: nobody here knows of it
        template.body = "Sayın {{1}}, randevunuz üçüncü kez değişti."
        with self.assertRaisesRegex(UserError, "cannot be changed now.*once in 24 hours"):
            template.action_submit()

    def test_ten_edits_in_thirty_days(self):
        template = self.approve("often")
        now = fields.Datetime.now()
        moments = [fields.Datetime.to_string(now - timedelta(days=days)) for days in range(29, 9, -2)]
        template.sudo().edit_moments = moments
        self.assertIn("ten times in 30 days", template.edit_problem)
        template.sudo().edit_moments = moments[1:]
        self.assertFalse(template.edit_problem)

    def test_a_rejected_or_paused_template_is_edited_as_often_as_needed(self):
        template = self.approve("free")
        now = fields.Datetime.to_string(fields.Datetime.now())
        for status in ("rejected", "paused"):
            template.sudo().write({"status": status, "remote_status": status, "edit_moments": [now]})
            self.assertFalse(template.edit_problem)

    def test_what_meta_reviews_or_has_disabled_cannot_be_edited(self):
        template = self.approve("busy")
        for status, words in (("pending", "reviewing"), ("disabled", "another name")):
            template.sudo().write({"status": status, "remote_status": status})
            with self.subTest(status), self.assertRaisesRegex(UserError, words):
                template.body = OTHER

    def test_name_language_and_approved_category_stay(self):
        template = self.approve("fixed")
        for vals, words in (
            ({"name": "other"}, "Copy it"),
            ({"language": "en"}, "Copy it"),
            ({"category": "marketing"}, "category of an approved"),
        ):
            with self.subTest(vals), self.assertRaisesRegex(UserError, words):
                template.write(vals)
        template.write({"name": "fixed", "language": "tr", "category": "utility"})
        self.assertEqual(template.name, "fixed")

    def test_a_button_is_part_of_what_meta_approved(self):
        template = self.approve("buttons", button_ids=[Command.create({"text": "Evet"})])
        template.button_ids.action = "confirm"
        self.assertEqual(template.status, "approved", "what it does here is not Meta's business")
        template.button_ids.text = "Olur"
        self.assertEqual(template.status, "draft")
        other = self.approve("buttons_gone", body=OTHER, button_ids=[Command.create({"text": "Evet"})])
        other.button_ids.unlink()
        self.assertEqual(other.status, "draft")

    def test_a_change_can_be_thrown_away(self):
        template = self.approve("discarded", footer="Klinik", button_ids=[Command.create({"text": "Evet"})])
        before = template.body
        template.write({"body": OTHER, "footer": False})
        template.button_ids.text = "Olur"
        template.action_discard_edit()
        self.assertEqual((template.body, template.footer, template.button_ids.text), (before, "Klinik", "Evet"))
        self.assertEqual((template.status, template.is_changed_at_meta), ("approved", False))

    def test_a_change_of_the_variables_is_not_thrown_away_by_half(self):
        template = self.approve("other_variables")
        template.write({"body": "Randevunuz bizde kayıtlı.", "variable_ids": [Command.clear()]})
        with self.assertRaisesRegex(UserError, "other variables"):
            template.action_discard_edit()
        self.assertEqual(template.status, "draft")

    def test_what_is_not_reviewed_can_change_at_any_time(self):
        template = self.approve("inside")
        template.write({"title": "Hello", "variable_ids": [Command.update(template.variable_ids.id, {"sample": "Su"})]})
        self.assertEqual(template.status, "approved")

    def test_a_paused_template_stops_and_comes_back(self):
        template = self.approve("paused")
        self.simulator.pause_template("paused", waba_id=self.waba)
        self.simulator.settle()
        self.account_a.sudo()._check_health()
        self.assertEqual(template.status, "paused")
        self.assertEqual(self.send(template.sudo()).block_reason, "template_not_approved")
        self.simulator.end_pause("paused", waba_id=self.waba)
        self.simulator.settle()
        self.account_a.sudo()._check_health()
        self.assertEqual(self.send(template.sudo()).state, "queued")

    def test_the_manager_hears_once_that_meta_took_it_for_something_else_at_once(self):
        template = self.approve("at_once")
        self.create_automation(template.sudo())
        self.simulator.recategorise_template("at_once", "MARKETING", waba_id=self.waba, at_once=True)
        for _check in range(2):
            self.simulator.settle()
            self.account_a.sudo()._check_health()
        activities = self.account_a.sudo().activity_ids.filtered(lambda activity: "category" in activity.summary)
        self.assertEqual(len(activities), 1)
        self.assertIn("Reminder of the evening before", activities.summary)

    def test_a_new_category_stops_what_was_sent_under_the_old_one(self):
        template = self.approve("moved")
        self.simulator.recategorise_template("moved", "MARKETING", waba_id=self.waba, at_once=True)
        self.simulator.settle()
        self.account_a.sudo()._check_health()
        self.assertEqual(template.category, "marketing")
        self.assertEqual(self.send(template.sudo()).block_reason, "category_mismatch")
