from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .appointment_common import NOW
from .test_automation_triggers import HOUR, PLANNED, TriggerCase


@tagged("post_install", "-at_install")
class TestSource(TriggerCase):
    def make(self, model="clinic.appointment", **vals):
        """Return a source of branch A, written by its manager."""
        sources = self.env["clinic.whatsapp.source"].with_user(self.manager_a)
        model_id = self.env["ir.model"]._get_id(model)
        return sources.create({"name": "Ours", "model_id": model_id, "partner_path": "patient_id", **vals})

    def test_shipped_source_fits(self):
        self.assertFalse(self.env.ref("clinic_whatsapp.source_appointment").problem)

    def test_manager_names_model_and_paths_once(self):
        source = self.make(company_path="company_id", date_path="start")
        self.assertEqual((source.company_id, source.model), (self.branch_a, "clinic.appointment"))
        self.assertFalse(source.problem)

    def test_path_that_does_not_fit_is_refused_with_the_place_named(self):
        for vals, place in (
            ({"partner_path": "nobody_id"}, "Patient: Appointment has no field “nobody_id”."),
            ({"partner_path": "note"}, "Patient: “note” of Appointment is not what is asked for: Contact."),
            ({"partner_path": "company_id"}, "Patient: “company_id” of Appointment is not what is asked for: Contact."),
            ({"partner_path": "note.name"}, "Patient: “note” of Appointment leads to no single record."),
            ({"partner_path": "patient_id.child_ids"}, "Patient: “child_ids” of Contact is not"),
            ({"partner_path": "patient_id.child_ids.parent_id"}, "Patient: “child_ids” of Contact leads to no single"),
            ({"partner_path": False}, "Patient: Say which field leads to the patient."),
            ({"company_path": "patient_id"}, "Branch: “patient_id” of Appointment is not"),
            ({"date_path": "note"}, "Date: “note” of Appointment is not what is asked for: a date."),
            ({"date_path": "patient_id.gone"}, "Date: Contact has no field “gone”."),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, place.replace(".", r"\.")):
                self.make(**vals)

    def test_model_that_keeps_nothing_is_refused(self):
        for model in ("clinic.branch.mixin", "clinic.whatsapp.send.wizard"):
            with self.subTest(model=model), self.assertRaisesRegex(ValidationError, "not kept in a table"):
                self.make(model)

    def test_field_that_its_author_cannot_read_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Patient: You may not read “user_id” of Scheduled Actions"):
            self.make("ir.cron", partner_path="user_id.partner_id")

    def test_contacts_are_patients_themselves(self):
        source = self.make("res.partner", partner_path=False, date_path="birth_date")
        self.assertFalse(source.problem)
        self.greet(source_id=source.id)
        child = self.create_patient("Ece", "+905300000077", birth_date=date(2026, 3, 4))
        self.run_planner()
        self.assertEqual((self.ends(child), self.about(child).partner_id), ([PLANNED], child))

    def test_branch_manager_changes_the_own_sources_only(self):
        shared = self.env.ref("clinic_whatsapp.source_appointment").with_user(self.manager_a)
        self.assertTrue(shared.name)
        for change in (lambda: shared.write({"partner_path": "company_id"}), lambda: shared.unlink()):
            with self.assertRaises(AccessError):
                change()
        with self.assertRaises(AccessError):
            self.env["clinic.whatsapp.source"].with_user(self.user_a).create({"name": "x"})

    def test_path_of_the_branch_decides_where_a_row_belongs(self):
        source = self.make(company_path="company_id", date_path="start", company_id=self.branch_a.id)
        self.greet(source_id=source.id)
        here, there = self.book(NOW + 30 * HOUR), self.book(NOW + 30 * HOUR, company_id=self.branch_b.id)
        self.assertEqual((self.ends(here), self.ends(there)), ([PLANNED], []))

    def test_changed_path_plans_again(self):
        source = self.make(company_path="company_id", date_path="start")
        self.greet(source_id=source.id)
        appointment = self.book(NOW + 30 * HOUR)
        source.date_path = "stop"
        self.run_planner()
        self.assertEqual(self.ends(appointment), [("skipped", "superseded"), PLANNED])
        self.assertEqual(self.about(appointment)[-1].anchor, appointment.stop)


@tagged("post_install", "-at_install")
class TestFitOfAutomations(TriggerCase):
    def own(self, trigger="before", **vals):
        step = {"offset_value": 1, "template_id": self.reminder_template.id}
        automations = self.env["clinic.whatsapp.automation"].with_user(self.manager_a)
        return automations.create({"name": "Ours", "trigger": trigger, "step_ids": [Command.create(step)], **vals})

    def test_condition_that_does_not_fit_is_refused_with_the_place_named(self):
        for domain, place in (
            ("[('duration', '>',", "cannot be read"),
            ("__import__('os')", "cannot be read"),
            ("[('gone', '=', 1)]", "Appointment has no field “gone”"),
            ("[('patient_id.gone', '=', 1)]", "Contact has no field “gone”"),
            ("[('patient_id.signup_type', '!=', 1)]", "You may not read “signup_type” of Contact"),
            ("[('patient_id.child_ids.name', '=', 'x')]", "“child_ids” of Contact leads to no single record"),
            ("[('patient_id', 'any', [('name', '=', 'x')])]", "ask for a value"),
            ("[('start', 'beside', 1)]", "beside"),
        ):
            with self.subTest(domain=domain), self.assertRaisesRegex(ValidationError, place):
                self.own(domain=domain)
        self.assertTrue(self.own(domain="[('service_id.name', 'ilike', 'x'), ('state', '=', 'booked')]"))

    def test_automation_about_records_needs_a_source(self):
        with self.assertRaisesRegex(ValidationError, "choose what kind of record"):
            self.own("called")

    def test_date_must_be_one(self):
        source = self.env.ref("clinic_whatsapp.source_appointment")
        with self.assertRaisesRegex(ValidationError, "“note” of Appointment is not what is asked for: a date"):
            self.own("date", source_id=source.id, date_path="note")
        with self.assertRaisesRegex(ValidationError, "choose the date"):
            self.own("date", source_id=source.copy({"date_path": False, "company_id": self.branch_a.id}).id)

    def test_template_about_other_records_is_refused(self):
        about = self.env["ir.model"]._get_id("clinic.whatsapp.conversation")
        other = self.create_template(
            name="other",
            body="Hello {{1}}, how are you?",
            model_id=about,
            variable_ids=[Command.create({"index": 1, "field_path": "partner_id.name"})],
        )
        with self.assertRaisesRegex(ValidationError, "it is about other records"):
            self.own(step_ids=[Command.create({"offset_value": 1, "template_id": other.id})])

    def test_template_with_more_variables_than_bindings_is_refused(self):
        body = "Hello {{1}}, your colour is {{2}} today."
        typed = [{"index": 1, "field_path": "name"}, {"index": 2, "source": "text", "sample": "red"}]
        lines = [Command.create(vals) for vals in typed]
        template = self.create_template(name="unbound", body=body, variable_ids=lines)
        with self.assertRaisesRegex(ValidationError, r"nothing stands for \{\{2\}\}"):
            self.own(step_ids=[Command.create({"offset_value": 1, "template_id": template.id})])

    def test_header_and_links_need_bindings_too(self):
        typed = {"index": 1, "source": "text", "sample": "x"}
        end = [Command.create({**typed, "place": "button"})]
        link = {"kind": "url", "text": "Read", "url": "https://clinic.example/{{1}}", "variable_ids": end}
        header = {"header_type": "text", "header_text": "For {{1}}"}
        for vals, place in (
            ({**header, "variable_ids": [Command.create({**typed, "place": "header"})]}, "Header"),
            ({"button_ids": [Command.create(link)], "variable_ids": False}, "Button Read"),
        ):
            template = self.create_template(name=place.split()[0].lower(), body="Hello!", **vals)
            with self.subTest(place=place), self.assertRaisesRegex(ValidationError, f"nothing stands for {place}"):
                self.own(step_ids=[Command.create({"offset_value": 1, "template_id": template.id})])

    def test_template_that_has_lost_a_binding_is_not_switched_on(self):
        template = self.create_template(name="lost", body="Hello {{1}}!", variable_ids=[
            Command.create({"index": 1, "source": "text", "text": "you", "sample": "you"})
        ])  # fmt: skip
        automation = self.own(active=False, step_ids=[Command.create({"offset_value": 1, "template_id": template.id})])
        template.variable_ids.text = False
        with self.assertRaisesRegex(ValidationError, r"nothing stands for \{\{1\}\}"):
            automation.active = True

    def test_text_about_health_is_for_no_purpose_that_asks_for_less(self):
        health = self.create_template(name="health", body="Hello!", variable_ids=False, purpose_code="health")
        step = Command.create({"offset_value": 1, "template_id": health.id})
        with self.assertRaisesRegex(ValidationError, "asks for more consent"):
            self.own(step_ids=[step])
        automation = self.own(purpose_id=self.env.ref("clinic_whatsapp.purpose_health").id, step_ids=[step])
        with self.assertRaisesRegex(ValidationError, "asks for more consent"):
            automation.purpose_id = self.appointment_purpose

    def test_text_of_its_own_only_answers(self):
        with self.assertRaisesRegex(ValidationError, "can only answer"):
            self.own(step_ids=[Command.create({"offset_value": 1, "text": "Hello"})])
        with self.assertRaisesRegex(ValidationError, "either a template or a text"):
            self.own(step_ids=[Command.create({"offset_value": 1})])
