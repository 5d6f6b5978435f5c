from odoo.fields import Command
from odoo.tests import tagged

from ..models.messaging import health
from .common import WABA, SimulatorCase
from .test_account_events import AccountEventCase

REMOTE_ID = "1689556908129835"


class TemplateEventCase(AccountEventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.create_template(remote_id=REMOTE_ID, title="Hello", language="tr")

    @classmethod
    def create_automation(cls, template, company=None, **vals):
        return cls.env["clinic.whatsapp.automation"].create(
            {
                "name": "Reminder of the evening before",
                "company_id": (company or cls.branch_a).id,
                "purpose_id": cls.appointment_purpose.id,
                "trigger": "before",
                "step_ids": [Command.create({"template_id": template.id, "offset_value": 1, "offset_unit": "days"})],
                **vals,
            }
        )

    def template_event(self, field, *, at=None, **values):
        value = {
            "message_template_id": int(REMOTE_ID),
            "message_template_name": self.template.name,
            "message_template_language": "tr",
            **values,
        }
        return self.receive_event(field, value, at=at)

    def status_event(self, status, **values):
        return self.template_event("message_template_status_update", event=status, **values)

    def send(self):
        self.opt_in(self.patient)
        return self.patient._whatsapp_send_template(
            self.template, purpose="appointment", account=self.account_a, values={1: "Deniz"}
        )


@tagged("post_install", "-at_install")
class TestTemplateEvents(TemplateEventCase):
    def test_statuses(self):
        for status, expected in (
            ("PENDING", "pending"),
            ("REJECTED", "rejected"),
            ("IN_APPEAL", "pending"),
            ("APPROVED", "approved"),
            ("FLAGGED", "approved"),
            ("PAUSED", "paused"),
            ("REINSTATED", "approved"),
            ("LOCKED", "disabled"),
            ("UNLOCKED", "pending"),
            ("ARCHIVED", "disabled"),
            ("UNARCHIVED", "pending"),
            ("LIMIT_EXCEEDED", "disabled"),
            ("DISABLED", "disabled"),
            ("PENDING_DELETION", "disabled"),
            ("DELETED", "disabled"),
            ("STATUS_OF_THE_FUTURE", "disabled"),
        ):
            event = self.status_event(status, reason=None)
            self.assertEqual((event.state, self.template.status), ("done", expected), f"{status} {event.error}")

    def test_a_pause_is_told_in_plain_words(self):
        for title, words in (
            ("FIRST_PAUSE", "3 hours"),
            ("SECOND_PAUSE", "6 hours"),
            ("RATE_LIMITING_PAUSE", "Lift the pause"),
            ("PAUSE_OF_THE_FUTURE", "Meta's words"),
        ):
            self.status_event("PAUSED", reason="NONE", other_info={"title": title, "description": "Meta's words"})
            self.assertIn(words, self.template.status_reason)
        self.status_event("REINSTATED", other_info={"title": "UNPAUSE", "description": ""})
        self.assertEqual((self.template.status, self.template.status_reason), ("approved", False))

    def test_a_rejection_says_why_and_what_to_do(self):
        self.status_event(
            "REJECTED", reason="INVALID_FORMAT", rejection_info={"reason": "Bad.", "recommendation": "Mend it."}
        )
        self.assertEqual(self.template.status_reason, "Bad. Mend it.")
        for reason in ("ABUSIVE_CONTENT", "CATEGORY_NOT_AVAILABLE", "INCORRECT_CATEGORY", "PROMOTIONAL", "SCAM"):
            self.status_event("REJECTED", reason=reason)
            self.assertNotIn("_", self.template.status_reason)
        self.status_event("REJECTED", reason="NEW_REASON")
        self.assertEqual(self.template.status_reason, "New reason")

    def test_a_template_is_found_by_its_number(self):
        self.status_event("PAUSED", message_template_name="renamed", message_template_language="en-US")
        self.assertEqual(self.template.status, "paused")

    def test_a_template_is_found_by_name_and_language_in_any_spelling(self):
        english = self.create_template(language="en", remote_id=False)
        self.status_event("PAUSED", message_template_id=5, message_template_language="en")
        self.assertEqual((english.status, english.remote_id, self.template.status), ("paused", "5", "approved"))
        self.status_event("PAUSED", message_template_id=6, message_template_language="en-US")
        self.assertEqual(english.remote_id, "5", "another regional variant is another template")

    def test_a_template_of_another_account_is_not_touched(self):
        self.account_b.write({"waba_id": "200000000000002"})
        value = {"event": "DISABLED", "message_template_id": int(REMOTE_ID), "message_template_name": "hello",
                 "message_template_language": "tr"}  # fmt: skip
        self.receive_event("message_template_status_update", value, waba="200000000000002")
        self.assertEqual(self.template.status, "approved")
        event = self.receive_event("message_template_status_update", value, waba="404")
        self.assertEqual((event.state, self.template.status), ("dead", "approved"))

    def test_a_template_that_is_only_at_meta_is_nobodys_business(self):
        event = self.status_event("APPROVED", message_template_id=7, message_template_name="made_in_manager")
        self.assertEqual(event.state, "done")

    def test_what_arrives_at_one_branch_counts_for_the_template_of_another(self):
        value = {"event": "PAUSED", "message_template_id": int(REMOTE_ID)}
        self.receive_event("message_template_status_update", value, through=self.account_b)
        self.assertEqual(self.template.status, "paused")

    def test_a_late_webhook_does_not_undo_a_newer_one(self):
        self.status_event("DISABLED", at=1760000100)
        self.status_event("APPROVED", at=1760000000)
        self.assertEqual(self.template.status, "disabled")

    def test_a_repeated_webhook_changes_nothing(self):
        for _delivery in range(2):
            self.status_event("PAUSED", at=1760000000)
        self.status_event("APPROVED", at=1760000001)
        event = self.env["clinic.whatsapp.event"].search([], order="id")[0]
        event.action_replay()
        self.run_inbox()
        self.assertEqual((event.state, self.template.status), ("done", "approved"))

    def test_a_text_that_was_edited_here_is_not_approved_by_what_meta_says_of_the_old_one(self):
        self.template.body = "Sayın {{1}}, yeni metin bu."
        self.assertEqual(self.template.status, "draft")
        self.assertEqual(self.status_event("APPROVED").state, "done")
        self.assertEqual(self.template.status, "draft")

    def test_a_review_that_is_quicker_than_our_own_commit_waits_for_it(self):
        self.template.write({"status": "draft", "remote_id": False})
        event = self.status_event("APPROVED")
        self.assertEqual((event.state, event.attempts), ("new", 1))
        self.template._learn("PENDING", remote_id=REMOTE_ID)
        event.next_attempt_at = False
        self.run_inbox()
        self.assertEqual((event.state, self.template.status), ("done", "approved"))

    def test_quality(self):
        for score, kept in (("GREEN", "green"), ("YELLOW", "yellow"), ("RED", "red"), ("PURPLE", "unknown")):
            scores = {"previous_quality_score": "GREEN", "new_quality_score": score}
            self.template_event("message_template_quality_update", **scores)
            self.assertEqual((self.template.quality, self.template.status), (kept, "approved"))

    # Text

    def components_event(self, body, **values):
        return self.template_event("message_template_components_update", message_template_element=body, **values)

    def test_another_text_at_meta_is_not_sent_until_it_is_ours_again(self):
        self.components_event("Sayın {{1}}, bambaşka bir metin.")
        self.assertTrue(self.template.is_changed_at_meta)
        message = self.send()
        self.assertEqual((message.state, message.block_reason), ("blocked", "template_not_approved"))
        self.components_event(self.template.body + "\r\n")
        self.assertFalse(self.template.is_changed_at_meta)
        self.assertEqual(self.send().state, "queued")

    def test_our_own_text_changes_nothing(self):
        button = {"message_template_button_type": "QUICK_REPLY", "message_template_button_text": "Tamam"}
        self.components_event(self.template.body, message_template_buttons=[button])
        self.assertFalse(self.template.is_changed_at_meta)
        button["message_template_button_text"] = "Hayır"
        self.components_event(self.template.body, message_template_buttons=[button])
        self.assertTrue(self.template.is_changed_at_meta)

    def test_an_approval_does_not_make_up_for_another_text(self):
        self.components_event("Sayın {{1}}, bambaşka bir metin.")
        self.status_event("APPROVED")
        self.assertEqual(self.send().state, "blocked")

    def test_odd_values_never_break_an_event(self):
        body = {"message_template_element": self.template.body}
        for field, values in (
            ("message_template_components_update", {"message_template_element": 7}),
            ("message_template_components_update", {**body, "message_template_buttons": "x"}),
            ("message_template_quality_update", {"new_quality_score": None}),
            ("template_category_update", {"new_category": [], "correct_category": {}}),
            ("template_category_update", {"correct_category": "MARKETING", "category_update_timestamp": "x"}),
            ("message_template_status_update", {"event": {}, "reason": [], "other_info": "x", "rejection_info": 3}),
            ("message_template_status_update", {"message_template_language": None, "message_template_name": 1}),
        ):
            event = self.template_event(field, **values)
            self.assertEqual(event.state, "done", f"{field} {values}: {event.error}")

    # Category

    def test_a_category_that_is_going_to_change_and_has_changed(self):
        self.template_event(
            "template_category_update",
            message_template_language="en-US",
            new_category="UTILITY",
            correct_category="MARKETING",
            category_update_timestamp=1746169200,
        )
        template = self.template
        self.assertEqual((template.category, template.pending_category), ("utility", "marketing"))
        self.assertEqual((template.status, str(template.category_changes_at)), ("approved", "2025-05-02 07:00:00"))
        self.template_event("template_category_update", previous_category="UTILITY", new_category="MARKETING")
        self.assertEqual((template.category, template.pending_category), ("marketing", False))
        self.assertEqual((template.status, template.category_changes_at), ("approved", False))

    def test_the_manager_of_an_automation_hears_of_a_coming_category(self):
        self.create_automation(self.template)
        self.template_event("template_category_update", new_category="UTILITY", correct_category="MARKETING")
        self.assertIn("Reminder of the evening before", self.account_a.activity_ids.summary)

    # Automations

    def test_a_stopped_template_that_an_automation_needs_is_one_activity(self):
        self.create_automation(self.template)
        self.create_automation(self.template, name="Switched off", active=False)
        for status in ("PAUSED", "DISABLED", "DISABLED"):
            self.status_event(status)
            activity = self.account_a.activity_ids
            self.assertEqual((len(activity), activity.user_id), (1, self.manager_a))
        for words in ("Hello", "Reminder of the evening before"):
            self.assertIn(words, activity.summary)
        self.assertNotIn("Switched off", activity.summary)
        self.assertFalse(self.account_b.activity_ids, "branch B has no automation")
        self.status_event("REINSTATED")
        self.assertFalse(self.account_a.activity_ids)
        self.assertFalse(self.codes())

    def test_a_text_that_was_changed_at_meta_is_an_activity_too(self):
        self.create_automation(self.template)
        self.components_event("Sayın {{1}}, bambaşka bir metin.")
        self.assertEqual(len(self.account_a.activity_ids), 1)
        self.components_event(self.template.body)
        self.assertFalse(self.account_a.activity_ids)

    def test_a_stopped_template_that_nobody_needs_is_no_activity(self):
        self.status_event("PAUSED")
        self.assertFalse(self.account_a.activity_ids)

    def test_a_template_that_was_never_approved_is_no_news(self):
        self.create_automation(self.template)
        self.template.write({"status": "pending"})
        self.status_event("REJECTED")
        self.assertFalse(self.account_a.activity_ids)

    def test_branches_that_share_an_automation_are_all_told(self):
        self.create_automation(self.template, company=self.root)
        self.status_event("PAUSED")
        self.assertEqual(self.account_a.activity_ids.user_id, self.manager_a)
        self.assertEqual(self.account_b.activity_ids.user_id, self.manager_b)

    def test_an_automation_that_is_switched_off_needs_nothing_any_more(self):
        automation = self.create_automation(self.template)
        self.status_event("PAUSED")
        automation.active = False
        self.account_a._forget_outdated_findings()
        self.assertFalse(self.codes())

    def test_a_deleted_template_leaves_no_finding(self):
        self.account_a._report_finding(health.TEMPLATE_STOPPED, "gone", subject="999999999")
        self.account_a._forget_outdated_findings()
        self.assertFalse(self.codes())

    def test_texts_are_in_the_language_of_the_manager(self):
        self.create_automation(self.template)
        self.env["res.lang"]._activate_lang("tr_TR")
        self.manager_a.lang = "tr_TR"
        self.template.with_context(lang="tr_TR").title = "Merhaba"
        self.status_event("PAUSED", other_info={"title": "FIRST_PAUSE"})
        self.assertIn("Merhaba", self.account_a.activity_ids.summary)


@tagged("post_install", "-at_install")
class TestTemplateRefresh(SimulatorCase):
    def put(self, template, **values):
        """Let Meta have a template as it is here, but for some values."""
        self.simulator.put_templates(
            [
                {
                    "name": template.name,
                    "language": template.language,
                    "category": template.category.upper(),
                    "components": template._get_components(),
                    "status": "APPROVED",
                    **values,
                }
            ],
            waba_id=WABA,
        )

    def changed(self, body):
        return [{"type": "BODY", "text": body, "example": {"body_text": [["x"]]}},
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Olur"}]}]  # fmt: skip

    def test_a_status_whose_webhook_was_lost_is_found_by_the_check(self):
        template = self.create_template()
        self.put(template, status="PAUSED")
        self.account_a._check_health()
        self.assertEqual(template.status, "paused")
        self.assertTrue(template.remote_id)

    def test_what_a_webhook_explained_is_not_forgotten(self):
        template = self.create_template(status="paused", status_reason="Paused for 3 hours.")
        self.put(template, status="PAUSED")
        self.account_a._check_health()
        self.assertEqual(template.status_reason, "Paused for 3 hours.")

    def test_a_template_that_is_gone_at_meta_is_not_sent(self):
        template = self.create_template(name="gone_at_meta", remote_id="424242")
        self.account_a._check_health()
        self.assertEqual(template.status, "disabled")

    def test_the_check_sees_another_text_and_the_refresh_takes_it_over(self):
        template = self.create_template(name="rewritten")
        self.put(template, components=self.changed("Merhaba {{1}}, sizi bekliyoruz."))
        self.account_a._check_health()
        self.assertTrue(template.is_changed_at_meta)
        self.assertIn("Sayın", template.body, "nobody has looked yet")
        self.account_a.with_user(self.clinic_manager).action_refresh_templates()
        self.assertEqual(template.body, "Merhaba {{1}}, sizi bekliyoruz.")
        self.assertEqual(template.button_ids.text, "Olur")
        self.assertEqual((template.status, template.is_changed_at_meta), ("approved", False))
        self.assertFalse(template._is_sendable(), "its variables may mean something else")
        self.account_a._check_health()
        self.assertFalse(template._is_sendable())
        template.with_user(self.clinic_manager).action_confirm_values()
        self.assertTrue(template._is_sendable())

    def test_a_text_with_other_variables_cannot_be_taken_over(self):
        template = self.create_template(name="other_variables")
        self.put(template, components=self.changed("Merhaba {{1}}, saat {{2}} için."))
        self.account_a.with_user(self.clinic_manager).action_refresh_templates()
        self.assertTrue(template.is_changed_at_meta)
        self.assertIn("Sayın", template.body)

    def test_a_draft_is_not_approved_by_the_text_that_it_replaces(self):
        template = self.create_template(name="being_edited")
        self.put(template)
        template.body = "Sayın {{1}}, bu metin bir taslak."
        self.account_a.with_user(self.clinic_manager).action_refresh_templates()
        self.assertEqual((template.status, template.body), ("draft", "Sayın {{1}}, bu metin bir taslak."))

    def test_a_coming_category_is_found_by_the_check(self):
        template = self.create_template(name="promoting")
        self.put(template, correct_category="MARKETING")
        self.account_a._check_health()
        self.assertEqual((template.category, template.pending_category), ("utility", "marketing"))
