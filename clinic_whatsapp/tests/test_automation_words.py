"""What the screens of automations say in words: what one should know of an occasion, and where things stand."""

from odoo.tests import tagged

from ..models.automation.trigger import FOLLOWUP, TRIGGERS
from .common import ClinicCase


@tagged("post_install", "-at_install")
class TestAutomationWords(ClinicCase):
    def test_every_occasion_that_can_be_chosen_says_what_one_should_know_of_it(self):
        automations = self.env["clinic.whatsapp.automation"]
        hints = {trigger: automations.new({"trigger": trigger}).trigger_hint for trigger in TRIGGERS}
        silent = [trigger for trigger, hint in hints.items() if not hint]
        self.assertEqual(silent, [FOLLOWUP])  # plans have a form of their own

    def test_paths_are_told_in_the_words_of_the_screen(self):
        source = self.env["clinic.whatsapp.source"].create(
            {
                "name": "Visits",
                "model_id": self.env["ir.model"]._get_id("clinic.appointment"),
                "partner_path": "patient_id",
                "company_path": "patient_id.home_branch_id",
                "date_path": "start",
            }
        )
        told = "Patient: Patient · Branch: Patient › Home branch · Date: Start"
        self.assertEqual(source.paths_text, told)

    def test_path_that_leads_nowhere_any_more_is_told_as_it_is(self):
        source = self.env["clinic.whatsapp.source"].new({"model": "clinic.appointment", "date_path": "gone.at"})
        self.assertEqual(source.paths_text, "Date: gone.at")
