"""What messages may be for, and on what that rests (legal.md LR-01, LR-02, LR-03, LR-60)."""

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_path
from psycopg2 import IntegrityError

from .privacy_common import RISK, SIGN_OFF, PrivacyCase

# legal.md §1.2: code, basis, basis for health data, gate, kind of record, in use
MATRIX = [
    ("service", "contract", False, "window", "none", True),
    ("appointment", "contract", "health_care", "opt_in", "channel_optin", True),
    ("transfer", "consent", "explicit_consent", "transfer", "explicit_consent", False),
    ("health", "consent", "explicit_consent", "health", "explicit_consent", False),
    ("marketing", "consent", False, "commercial", "approval_and_consent", False),
    ("feedback", "legitimate_interest", "health_care", "opt_in", "channel_optin", False),
]
SIGNED_OFF = ("health", "marketing", "feedback")


@tagged("post_install", "-at_install")
class TestPurposes(PrivacyCase):
    def test_lr01_every_controller_has_the_six_purposes_as_rows_of_its_own(self):
        rows = self.env["clinic.consent.purpose"].search([("company_id", "=", self.root.id)])
        names = ("code", "legal_basis", "health_basis", "gate", "record_kind", "is_on")
        self.assertEqual([tuple(row[name] for name in names) for row in rows], MATRIX)

    def test_lr01_a_copy_is_its_controllers_own(self):
        other = self.create_controller("Menekşe Klinik")
        self.get_purpose("appointment").quiet_to = 18
        self.assertEqual(self.get_purpose("appointment", other).quiet_to, 20)
        self.assertEqual(self.env.ref("clinic_whatsapp.purpose_appointment").quiet_to, 20)

    def test_lr01_a_branch_uses_its_controllers_purpose_and_has_none_itself(self):
        self.assertEqual(self.get_purpose("appointment", self.branch), self.get_purpose("appointment"))
        self.assertFalse(self.env["clinic.consent.purpose"].search([("company_id", "=", self.branch.id)]))

    def test_lr01_copies_are_made_once_and_again_when_one_is_missing(self):
        purposes = self.env["clinic.consent.purpose"]
        self.assertFalse(purposes._ensure_for(self.root))
        self.get_purpose("feedback").unlink()
        self.env["res.company"]._ensure_privacy_registers()
        self.assertEqual(purposes.search_count([("company_id", "=", self.root.id)]), 6)

    def test_lr01_staff_get_the_purpose_even_when_the_copy_is_missing(self):
        self.get_purpose("appointment").unlink()
        found = self.env["clinic.consent.purpose"].with_user(self.reception)._get("appointment", self.branch)
        self.assertEqual(found.company_id, self.root)

    def test_lr01_an_unknown_purpose_is_refused(self):
        with self.assertRaisesRegex(UserError, "does not use"):
            self.get_purpose("anything")

    def test_lr01_nobody_makes_a_purpose_of_his_own_kind(self):
        for user in (self.officer, self.create_user("manager", "clinic_whatsapp.group_manager")):
            with self.assertRaises(AccessError):
                self.env["clinic.consent.purpose"].with_user(user).create({"name": "x", "code": "x"})

    def test_lr01_a_purpose_exists_once_for_each_controller(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.get_purpose("health").copy({"company_id": self.root.id})
            self.env.flush_all()

    def test_lr01_the_code_of_a_purpose_is_fixed(self):
        with self.assertRaisesRegex(UserError, "fixed"):
            self.get_purpose("marketing").code = "service"

    def test_lr01_what_a_purpose_asks_for_is_never_written_by_hand(self):
        purpose = self.as_officer(self.get_purpose("marketing"))
        derived = {"gate": "window", "needs_sign_off": False, "record_kind": "none", "requires_opt_in": False}
        for name, value in derived.items():
            with self.subTest(name=name), self.assertRaisesRegex(UserError, "follows from"):
                purpose.write({name: value, "is_on": True})
        self.assertFalse(purpose.is_on)

    def test_patterns_lead_to_the_controllers_row(self):
        patterns = self.env.ref("clinic_whatsapp.purpose_appointment") | self.env.ref("clinic_whatsapp.purpose_health")
        self.assertEqual(patterns._of(self.root), self.get_purpose("appointment") | self.get_purpose("health"))
        self.assertEqual(self.get_purpose("health")._of(self.root), self.get_purpose("health"))

    def test_a_controllers_purposes_are_translated_like_the_patterns(self):
        self.env["res.lang"]._activate_lang("tr_TR")
        pattern, own = self.env.ref("clinic_whatsapp.purpose_health"), self.get_purpose("health")
        pattern.with_context(lang="tr_TR").name = "Tedavi hatırlatmaları"
        own.with_context(lang="tr_TR").description = "Kendi sözümüz"
        self.env["ir.module.module"]._load_module_terms(["clinic_whatsapp"], ["tr_TR"])
        self.assertEqual(own.with_context(lang="tr_TR").name, "Tedavi hatırlatmaları")
        self.assertEqual(own.with_context(lang="tr_TR").description, "Kendi sözümüz")

    # LR-03

    def test_lr03_consent_is_asked_only_where_the_basis_is_consent(self):
        appointment = self.get_purpose("appointment")
        with self.assertRaisesRegex(ValidationError, "2026/347"):
            appointment._check_kind("explicit_consent")
        appointment.legal_basis = "consent"
        self.assertEqual(appointment._get_required_kinds(), ("explicit_consent",))
        appointment._check_kind("explicit_consent")
        with self.assertRaises(ValidationError):
            appointment._check_kind("channel_optin")

    def test_lr03_marketing_needs_two_separate_records(self):
        self.assertEqual(self.get_purpose("marketing")._get_required_kinds(), ("approval", "explicit_consent"))

    def test_lr03_health_messages_on_the_ground_of_health_care_ask_for_no_record_of_their_own(self):
        health = self.get_purpose("health")
        health.write({"legal_basis": "contract", "health_basis": "health_care"})
        self.assertEqual(health._get_required_kinds(), ())

    def test_lr03_an_interest_or_a_contract_alone_carries_no_health_data(self):
        for code in ("appointment", "health", "feedback"):
            for basis in ("legitimate_interest", "contract"):
                with self.subTest(code=code, basis=basis), self.assertRaisesRegex(ValidationError, "6/3"):
                    self.get_purpose(code).write({"legal_basis": basis, "health_basis": False})

    def test_lr03_that_somebody_is_a_patient_stays_health_data(self):
        for code in ("appointment", "health", "feedback"):
            with self.subTest(code=code), self.assertRaisesRegex(ValidationError, "health data"):
                self.get_purpose(code).sensitivity = "ordinary"

    def test_lr03_promotion_rests_on_nothing_but_consent(self):
        with self.assertRaises(ValidationError):
            self.get_purpose("marketing").legal_basis = "legitimate_interest"

    def test_lr03_consent_to_the_transfer_is_asked_only_while_the_risk_is_accepted(self):
        transfer = self.get_purpose("transfer")
        with self.assertRaisesRegex(ValidationError, "risk was accepted"):
            transfer.write({**SIGN_OFF, "is_on": True})
        self.file.write(RISK)
        transfer.write({**SIGN_OFF, "is_on": True})
        self.file.transfer_state = "valid_sc"
        self.assertFalse(transfer.is_on)

    def test_lr03_a_text_that_asks_for_what_the_purpose_no_longer_rests_on_is_taken_away(self):
        self.get_purpose("appointment").legal_basis = "consent"
        text = self.publish("explicit_consent", "appointment")
        self.assertEqual(self.texts._get_published(self.root, "explicit_consent", "appointment"), text)
        self.get_purpose("appointment").legal_basis = "contract"
        self.assertEqual(text.state, "retired")
        self.assertFalse(self.texts._get_published(self.root, "explicit_consent", "appointment"))

    # LR-60

    def test_lr60_nothing_beyond_appointments_is_used_without_a_counsels_word(self):
        for code in SIGNED_OFF:
            purpose = self.get_purpose(code)
            for vals in ({}, {"sign_off_by": "Av. Ece Hukuk"}, {"sign_off_on": "2026-03-01"}):
                with (
                    self.subTest(code=code, vals=vals),
                    self.assertRaisesRegex(ValidationError, "signed it off"),
                    self.env.cr.savepoint(),
                ):
                    purpose.write({"is_on": True, **vals})
            purpose.write({"is_on": True, **SIGN_OFF})
            self.assertTrue(purpose.is_on)

    def test_lr60_the_word_is_not_taken_away_under_a_purpose_in_use(self):
        purpose = self.get_purpose("health")
        purpose.write({"is_on": True, **SIGN_OFF})
        with self.assertRaisesRegex(ValidationError, "signed it off"):
            purpose.sign_off_by = False

    def test_lr60_a_word_of_tomorrow_does_not_count(self):
        tomorrow = fields.Date.add(fields.Date.today(), days=2)
        with self.assertRaisesRegex(ValidationError, "future"):
            self.get_purpose("health").write({"is_on": True, **SIGN_OFF, "sign_off_on": tomorrow})

    # §1.2: each line is editable, and every change is recorded

    def test_each_change_is_recorded_with_author_and_values(self):
        purpose = self.as_officer(self.get_purpose("appointment"))
        purpose.write({"quiet_to": 18.5, "description": "not audited"})
        change = self.as_officer(self.env["clinic.privacy.change"]).search([("res_id", "=", purpose.id)], limit=1)
        self.assertEqual(
            (change.res_model, change.field_name, change.before, change.after, change.changed_by_id, change.company_id),
            ("clinic.consent.purpose", "quiet_to", "20.0", "18.5", self.officer, self.root),
        )
        self.assertEqual(change.field_label, "Sent until")

    def test_what_stays_as_it_was_is_no_change(self):
        before = self.env["clinic.privacy.change"].search_count([])
        self.get_purpose("appointment").write({"quiet_to": 20, "legal_basis": "contract"})
        self.assertEqual(self.env["clinic.privacy.change"].search_count([]), before)

    def test_recorded_changes_are_never_altered_by_anybody(self):
        self.get_purpose("appointment").quiet_to = 18
        change = self.env["clinic.privacy.change"].search([], limit=1)
        with self.assertRaises(UserError):
            change.after = "20"
        with self.assertRaises(UserError):
            change.unlink()
        with self.assertRaises(AccessError):
            self.as_officer(change).after = "20"
        with self.assertRaises(AccessError):
            change.with_user(self.reception).read(["after"])

    def test_reception_changes_no_purpose(self):
        with self.assertRaises(AccessError):
            self.get_purpose("appointment").with_user(self.reception).is_on = False

    def test_hours_and_limits_make_sense(self):
        purpose = self.get_purpose("appointment")
        for vals in (
            {"quiet_from": 20, "quiet_to": 9},
            {"quiet_from": -1},
            {"quiet_to": 25},
            {"cap_count": 1, "cap_days": 0},
            {"cap_per_occasion": -1},
            {"review_months": -1},
        ):
            with self.subTest(**vals), self.assertRaises(ValidationError), self.env.cr.savepoint():
                purpose.write(vals)
        purpose.write({"quiet_from": 0, "quiet_to": 24})

    # Upgrade

    def test_an_upgrade_describes_the_old_purposes_and_leaves_automations_with_the_pattern(self):
        pattern = self.env.ref("clinic_whatsapp.purpose_appointment")
        automation = self.env["clinic.whatsapp.automation"].create(
            {
                "name": "Old",
                "company_id": self.branch.id,
                "trigger": "before",
                "purpose_id": pattern.id,
                "active": False,
            }
        )
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE clinic_consent_purpose ALTER legal_basis DROP NOT NULL")
        self.env.cr.execute(
            "UPDATE clinic_consent_purpose SET legal_basis = NULL, health_basis = NULL, is_on = NULL WHERE id = %s",
            [pattern.id],
        )
        for name in ("pre-purposes", "post-purposes"):
            path = file_path(f"clinic_whatsapp/migrations/19.0.1.2.0/{name}.py")
            load_script(path, name.replace("-", "_")).migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual((pattern.legal_basis, pattern.health_basis, pattern.is_on), ("contract", "health_care", True))
        self.assertEqual(automation.purpose_id, pattern, "an automation may serve branches of all controllers")
