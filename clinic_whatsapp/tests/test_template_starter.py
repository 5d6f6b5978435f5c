"""The starter set: complete, in both languages, fit for Meta and for the law, and added to a number in one click."""

import itertools

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import APP, APP_SECRET, PHONE_A, PHONE_B, TOKEN, VERIFY_TOKEN, ClinicCase, SimulatorCase

NAMES = {
    "greeting", "out_of_hours", "appt_confirm", "appt_reminder", "appt_reminder_family", "appt_reschedule",
    "appt_cancel_clinic", "appt_cancel_patient", "no_show", "followup_control", "followup_medication",
    "followup_aftercare", "doc_ready", "feedback", "birthday", "info_commercial",
}  # fmt: skip
OFF = {"followup_control", "followup_medication", "followup_aftercare", "doc_ready", "feedback", "birthday"}


class StarterMixin:
    @classmethod
    def get_starters(cls, *names):
        starters = cls.env["clinic.whatsapp.template"].search([("account_id", "=", False)])
        return starters.filtered(lambda starter: starter.name in (names or NAMES))

    def open_wizard(self, user=None):
        account = self.account_a.with_user(user or self.clinic_manager).with_company(self.branch_a)
        action = account.action_choose_starter_templates()
        wizards = self.env[action["res_model"]].with_user(account.env.user).with_company(self.branch_a)
        return wizards.with_context(**action["context"]).create({})


@tagged("post_install", "-at_install")
class TestStarterTexts(StarterMixin, ClinicCase):
    def test_every_message_is_there_in_both_languages(self):
        found = {(starter.name, starter.language) for starter in self.get_starters()}
        self.assertEqual(found, {(name, lang) for name in NAMES for lang in ("tr", "en")})

    def test_meta_would_refuse_none(self):
        for starter in self.get_starters():
            with self.subTest(starter=starter.name, language=starter.language):
                self.assertFalse(starter.problems)

    def test_nothing_in_them_promotes_or_tells_about_health(self):
        for starter in self.get_starters():
            with self.subTest(starter=starter.name, language=starter.language):
                self.assertFalse(starter.wording_problem)

    def test_both_languages_ask_for_the_same(self):
        for name, variants in self.get_starters().grouped("name").items():
            with self.subTest(starter=name):
                asked = [
                    (
                        sorted((it.place, it.index, it.source, it.helper) for it in variant.variable_ids),
                        variant.button_ids.mapped(lambda button: (button.kind, button.action, button.url)),
                        (variant.category, variant.purpose_code, variant.model_id),
                    )
                    for variant in variants
                ]
                self.assertEqual(asked[0], asked[1])

    def test_every_variable_has_a_sample(self):
        for variable in self.get_starters().variable_ids:
            self.assertTrue(variable.sample, variable.template_id.name)

    def test_each_is_for_its_purpose(self):
        purposes = {starter.name: starter.purpose_code for starter in self.get_starters()}
        self.assertEqual(
            {purpose: {name for name, it in purposes.items() if it == purpose} for purpose in set(purposes.values())},
            {
                "service": {"greeting", "out_of_hours"},
                "appointment": {name for name in NAMES if name.startswith("appt_")} | {"no_show"},
                "health": {"followup_control", "followup_medication", "followup_aftercare", "doc_ready"},
                "feedback": {"feedback"},
                "marketing": {"birthday", "info_commercial"},
            },
        )

    def test_a_commercial_text_names_its_sender_and_the_way_out(self):
        for starter in self.get_starters("birthday", "info_commercial"):
            self.assertIn("RET", starter.body)
            self.assertLessEqual({"clinic_name", "clinic_register"}, set(starter.variable_ids.mapped("helper")))


@tagged("post_install", "-at_install")
class TestAddStarters(StarterMixin, SimulatorCase):
    _wabas = itertools.count(1)

    def setUp(self):
        """Begin with a business account that has no templates at Meta."""
        super().setUp()
        (self.account_a | self.account_b).waba_id = waba = f"2100000000{next(self._wabas):05}"
        for number in (PHONE_A, PHONE_B):
            self.simulator.register_number(
                number,
                waba_id=waba,
                app_id=APP,
                app_secret=APP_SECRET,
                access_token=f"{TOKEN}{number}",
                verify_token=VERIFY_TOKEN,
            )

    def lines(self, wizard, *names):
        return wizard.line_ids.filtered(lambda line: line.template_id.name in names)

    def added(self):
        return self.env["clinic.whatsapp.template"].search([("account_id", "=", self.account_a.id)])

    def test_one_click_adds_all_and_submits_what_can_be(self):
        wizard = self.open_wizard()
        self.assertLessEqual(NAMES, set(wizard.line_ids.template_id.mapped("name")))
        action = wizard.action_add()
        self.assertEqual(action["res_model"], "clinic.whatsapp.template")
        by_name = self.added().grouped("name")
        self.assertEqual({len(variants) for variants in by_name.values()}, {2})
        for name in ("appt_confirm", "appt_reminder", "no_show"):
            self.assertEqual(set(by_name[name].mapped("status")), {"pending"}, name)
        for name in OFF:
            self.assertEqual(set(by_name[name].mapped("status")), {"draft"}, name)
        self.assertEqual(set(by_name["greeting"].mapped("status")), {"approved"}, "free text needs no approval")

    def test_what_is_not_submitted_says_why(self):
        wizard = self.open_wizard()
        self.assertIn("Treatment reminders", self.lines(wizard, "followup_control")[0].note)
        self.assertIn("Promotion", self.lines(wizard, "birthday")[0].note)
        self.assertFalse(any(self.lines(wizard, "appt_reminder", "greeting").mapped("note")))
        self.assertEqual(wizard.submit_count + wizard.held_count, len(wizard.line_ids))

    def test_a_purpose_in_use_lets_its_texts_be_submitted(self):
        purpose = self.env["clinic.consent.purpose"]._get("health", self.root)
        self.env.cr.execute("UPDATE clinic_consent_purpose SET is_on = TRUE WHERE id = %s", [purpose.id])
        purpose.invalidate_recordset()
        wizard = self.open_wizard()
        self.assertFalse(any(self.lines(wizard, "followup_control").mapped("note")))
        self.assertIn("address", self.lines(wizard, "doc_ready")[0].note)

    def test_a_button_without_a_page_of_the_clinic_is_not_submitted(self):
        starter = self.get_starters("feedback")[0]
        copy = starter.copy({"account_id": self.account_a.id, "company_id": self.branch_a.id})
        self.assertFalse(starter.wording_problem)
        self.assertIn("address of your own page", copy.wording_problem)
        copy.button_ids.url = "https://papatya.test/survey"
        self.assertFalse(copy.wording_problem)

    def test_one_chooses_and_adds_the_rest_later(self):
        wizard = self.open_wizard()
        wizard.line_ids.is_chosen = False
        with self.assertRaisesRegex(UserError, "at least one"):
            wizard.action_add()
        self.lines(wizard, "no_show").is_chosen = True
        wizard.action_add()
        self.assertEqual(set(self.added().mapped("name")), {"no_show"})
        again = self.open_wizard()
        self.assertNotIn("no_show", again.line_ids.template_id.mapped("name"))
        again.action_add()
        self.assertEqual(len(self.added().filtered(lambda template: template.name == "no_show")), 2)

    def test_two_numbers_of_one_business_account_share_them(self):
        self.account_a.action_add_starter_templates()
        self.assertFalse(self.account_b._get_missing_starters())

    def test_without_a_business_account_it_says_what_to_enter(self):
        self.account_a.waba_id = False
        with self.assertRaisesRegex(UserError, "Business Account ID"):
            self.account_a.action_choose_starter_templates()

    def test_only_who_keeps_the_numbers_adds_texts(self):
        with self.assertRaises(AccessError):
            self.account_a.with_user(self.user_a).action_choose_starter_templates()
        with self.assertRaises(AccessError):
            self.account_a.with_user(self.user_a)._add_starter_templates(self.get_starters("no_show"))
