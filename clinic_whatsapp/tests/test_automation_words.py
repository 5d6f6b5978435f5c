"""What the screens of automations say in words: what one should know of an occasion, and where things stand."""

from lxml import etree
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ..models.automation.trigger import FOLLOWUP, TRIGGERS
from .common import ClinicCase

FORMS = ("clinic_whatsapp.automation_view_form", "clinic_whatsapp.followup_plan_view_form")
UNLABELLED = {"trigger"}  # its widget says itself what it is


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

    def test_each_field_of_the_sentence_has_a_label(self):
        for form in FORMS:
            arch = etree.fromstring(self.env.ref(form).arch)
            (sentence,) = arch.xpath("//div[@name='sentence']")
            names = set(sentence.xpath("div[hasclass('o_clinic_sentence_clause')]//field/@name"))
            with self.subTest(form=form):
                self.assertGreater(len(names), 10)
                self.assertEqual(names - set(sentence.xpath(".//label/@for")), names & UNLABELLED)

    def test_copying_is_only_offered_to_those_who_may(self):
        for form in FORMS:
            automations = self.env["clinic.whatsapp.automation"]
            archs = [
                automations.with_user(user).get_view(self.env.ref(form).id, "form")["arch"]
                for user in (self.user_a, self.manager_a)
            ]
            with self.subTest(form=form):
                self.assertEqual(["action_copy_to_branch" in arch for arch in archs], [False, True])
                self.assertEqual(["it cannot be changed here" in arch for arch in archs], [False, True])

    def test_shipped_kinds_of_records_are_said_to_be_shared(self):
        shipped = self.env.ref("clinic_whatsapp.source_appointment").with_user(self.manager_a)
        own = shipped.create(
            {
                "name": "Visits",
                "model_id": self.env["ir.model"]._get_id("clinic.appointment"),
                "partner_path": "patient_id",
                "company_id": self.branch_a.id,
            }
        )
        self.assertEqual([shipped.is_editable, own.is_editable], [False, True])
        self.assertFalse(own.with_user(self.user_a).is_editable)
        self.assertTrue(shipped.new({}).is_editable)
        with self.assertRaises(AccessError):
            shipped.name = "Other"

    def test_kinds_of_records_are_found_by_what_their_search_offers(self):
        sources = self.env["clinic.whatsapp.source"].with_user(self.manager_a)
        arch = etree.fromstring(sources.get_view(view_type="search")["arch"])
        found = [sources.search([(name, "ilike", "appointment")]) for name in arch.xpath("//field/@name")]
        shipped = self.env.ref("clinic_whatsapp.source_appointment").with_user(self.manager_a)
        self.assertTrue(all(shipped in it for it in found))
        comodels = {sources._fields[name].comodel_name for name in arch.xpath("//field/@name")} - {None}
        self.assertFalse(comodels, "the list of models is not for managers")

    def test_every_filter_of_plans_can_find_one(self):
        action = self.env.ref("clinic_whatsapp.action_followup_plan")
        arch = etree.fromstring(action.search_view_id.arch)
        plans = Domain(safe_eval(action.domain))
        filters = [plans & Domain(safe_eval(domain)) for domain in arch.xpath("//filter/@domain")]
        self.assertEqual(len(filters), 3)
        self.assertFalse([domain for domain in filters if domain.optimize(self.env[action.res_model]).is_false()])

    def test_date_is_asked_for_where_the_records_have_no_usual_one(self):
        source = self.env["clinic.whatsapp.source"].create(
            {
                "name": "Visits",
                "model_id": self.env["ir.model"]._get_id("clinic.appointment"),
                "partner_path": "patient_id",
            }
        )
        form = Form(self.env["clinic.whatsapp.automation"].with_context(default_active=False))
        form.name, form.trigger = "Check", "date"
        form.source_id = self.env.ref("clinic_whatsapp.source_appointment")
        self.assertFalse(form._get_modifier("date_path", "required"))
        form.source_id = source
        self.assertTrue(form._get_modifier("date_path", "required"))
        form.date_path = "start"
        self.assertEqual(form.save().date_path, "start")
