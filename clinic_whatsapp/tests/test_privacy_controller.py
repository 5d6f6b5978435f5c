"""Who answers for the patients' data, who else gets them, what allows their transfer abroad (legal.md LR-33, §1.3)."""

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Date
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .privacy_common import CONTRACT, RISK, PrivacyCase


@tagged("post_install", "-at_install")
class TestPrivacyController(PrivacyCase):
    def test_every_legal_entity_has_one_file_from_the_start(self):
        files = self.env["clinic.privacy.controller"]
        self.assertEqual(files.search([("company_id", "=", self.root.id)]), self.file)
        self.assertEqual(files._get_for(self.branch), self.file)
        self.assertFalse(files.search([("company_id", "=", self.branch.id)]))
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            files.create({"company_id": self.root.id, "trade_name": "twice"})

    def test_a_missing_file_is_made_by_whoever_needs_it_first(self):
        self.file.unlink()
        made = self.env["clinic.privacy.controller"].with_user(self.reception)._get_for(self.branch)
        self.assertEqual(made.company_id, self.root)

    def test_a_branch_is_no_controller(self):
        for model, vals in (
            ("clinic.privacy.controller", {"trade_name": "Moda"}),
            ("clinic.privacy.processor", {"name": "Somebody", "country_id": self.env.ref("base.ie").id}),
            ("clinic.privacy.notice", {"document_type": "notice", "title": "Moda"}),
        ):
            with self.subTest(model=model), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.env[model].create({"company_id": self.branch.id, **vals})

    def test_a_new_controllers_register_names_meta(self):
        processor = self.env["clinic.privacy.processor"].search([("company_id", "=", self.root.id)])
        self.assertEqual((processor.service, processor.country_id.code), ("whatsapp", "US"))

    def test_officer_and_manager_keep_the_file_reception_reads_it(self):
        self.as_officer(self.file).phone = "+90 216 555 00 01"
        self.file.with_user(self.create_user("manager", "clinic_whatsapp.group_manager")).phone = "+90 216 555 00 02"
        self.assertEqual(self.file.with_user(self.reception).trade_name, "Yasemin Sağlık A.Ş.")
        with self.assertRaises(AccessError):
            self.file.with_user(self.reception).phone = "0"

    def test_the_officers_forms_hold_what_he_enters(self):
        with Form(self.as_officer(self.file)) as form:
            form.address, form.verbis = "Moda Cad. 2, İstanbul", "V-7"
        with Form(self.as_officer(self.get_purpose("health"))) as form:
            form.is_on, form.sign_off_by, form.sign_off_on = True, "Av. Ece Hukuk", "2026-03-01"
        with Form(self.as_officer(self.env["clinic.privacy.processor"])) as form:
            form.name, form.country_id, form.service = "Yedek A.Ş.", self.env.ref("base.de"), "backup"
        draft = self.as_officer(self.get_draft())
        with Form(draft) as form, form.section_ids.edit(0) as section:
            section.heading = "1. Veri sorumlusu kimdir?"
        draft.action_publish()
        for words in ("Moda Cad. 2", "V-7", "açık rızanız", "Yedek A.Ş. (Almanya)", "kimdir?"):
            with self.subTest(words=words):
                self.assertIn(words, draft.body)

    def test_the_officer_reads_no_conversations(self):
        for model in ("clinic.whatsapp.conversation", "clinic.whatsapp.message"):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.as_officer(self.env[model]).search([])

    def test_removing_a_processor_is_recorded(self):
        processor = self.env["clinic.privacy.processor"].search([("company_id", "=", self.root.id)])
        self.as_officer(processor).unlink()
        change = self.env["clinic.privacy.change"].search([("res_model", "=", "clinic.privacy.processor")], limit=1)
        self.assertIn("Meta", change.before)

    # LR-33, the file's side

    def test_lr33_a_new_controller_may_transfer_nothing_and_everybody_sees_why(self):
        file = self.env["clinic.privacy.controller"]._get_for(self.create_controller("Menekşe Klinik"))
        self.assertEqual(file.transfer_state, "unresolved")
        self.assertFalse(file._may_transfer())
        self.assertIn("No WhatsApp message leaves", file._get_transfer_banner())

    def test_lr33_only_three_states_open_the_transfer(self):
        states = dict(self.file._fields["transfer_state"].selection)
        opened = set()
        for state in states:
            file = self.file.new({"transfer_state": state, "company_id": self.root.id})
            opened |= {state} if file._may_transfer() else set()
            self.assertEqual(bool(file._get_transfer_banner()), state not in ("valid_sc", "adequacy"))
        self.assertEqual(opened, {"valid_sc", "adequacy", "risk_accepted"})

    def test_lr33_an_accepted_risk_asks_each_patient_and_keeps_its_banner(self):
        self.assertFalse(self.file._needs_transfer_consent())
        self.file.write(RISK)
        self.assertTrue(self.file._may_transfer())
        self.assertTrue(self.file._needs_transfer_consent())
        self.assertIn("own risk", self.file.with_user(self.reception).transfer_banner)

    def test_lr33_a_state_holds_only_with_what_it_rests_on(self):
        for vals, emptied in (
            (CONTRACT, ("sc_signed_on", "sc_notified_on", "sc_reference")),
            (RISK, ("risk_accepted_by", "risk_accepted_on", "risk_reason")),
            ({"transfer_state": "adequacy"}, ("adequacy_country_id",)),
            ({"transfer_state": "ended"}, ("transfer_ended_on",)),
        ):
            for name in emptied:
                with self.subTest(state=vals["transfer_state"], missing=name), self.env.cr.savepoint() as savepoint:
                    with self.assertRaisesRegex(ValidationError, "needs"):
                        self.file.write({**vals, name: False})
                    savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_lr33_the_file_tells_what_has_happened(self):
        for name, day in (
            ("sc_notified_on", "2025-12-01"),
            ("sc_signed_on", "2099-01-01"),
            ("sc_notified_on", "2099-01-01"),
        ):
            vals = {name: day}
            with self.subTest(**vals), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.file.write(vals)

    def test_lr33_a_contract_is_notified_within_five_working_days(self):
        self.file.sc_signed_on = "2026-01-02"  # a Friday
        self.assertEqual(self.file.sc_notify_by, Date.to_date("2026-01-09"))

    def test_lr33_public_holidays_are_no_working_days(self):
        self.env["resource.calendar.leaves"].with_company(self.root).create(
            {
                "name": "Bayram",
                "calendar_id": self.root.resource_calendar_id.id,
                "date_from": "2026-01-05 06:00",
                "date_to": "2026-01-06 15:00",
            }
        )
        self.file.sc_signed_on = "2026-01-02"
        self.assertEqual(self.file.sc_notify_by, Date.to_date("2026-01-13"))

    def test_lr33_a_signed_contract_that_nobody_was_told_of_opens_nothing(self):
        self.file.write({"transfer_state": "signed", "sc_notified_on": False})
        self.assertFalse(self.file._may_transfer())
        self.assertIn("not notified", self.file._get_transfer_banner())

    def test_a_public_institution_needs_a_written_reason(self):
        self.file.public_institution = True
        self.assertTrue(self.file._is_barred_as_public())
        self.assertIn("public institution", self.file._get_transfer_banner())
        self.file.public_institution_reason = " "
        self.assertTrue(self.file._is_barred_as_public())
        self.file.public_institution_reason = "The ministry has approved it."
        self.assertFalse(self.file._is_barred_as_public())
        self.assertFalse(self.file._get_transfer_banner())

    def test_the_change_of_the_transfer_state_is_recorded(self):
        self.as_officer(self.file).write(RISK)
        change = self.env["clinic.privacy.change"].search([("field_name", "=", "transfer_state")], limit=1)
        self.assertEqual((change.before, change.after), ("Standard contract in force", "Risk accepted"))
        self.assertEqual(change.changed_by_id, self.officer)
