import base64

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import PDF, ClinicCase


@tagged("post_install", "-at_install")
class TestConsentLedger(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deliver_notice(cls.patient)

    def record(self, status="granted", **proof):
        return self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, status, company=self.branch_a, **{"method": "spoken", **proof}
        )

    def test_newest_entry_counts(self):
        self.record("granted")
        self.record("withdrawn")
        entry = self.env["clinic.consent"]._get_current(self.patient, self.appointment_purpose, self.root)
        self.assertEqual(entry[self.patient, self.appointment_purpose].status, "withdrawn")

    def test_lr12_nobody_changes_or_deletes_an_entry(self):
        entry = self.record()
        officer = self.create_user("officer.a", self.branch_a, "clinic_whatsapp.group_privacy_officer")
        users = [self.user_a, self.manager_a, self.clinic_manager, officer, self.env.ref("base.user_admin")]
        for user in (*users, self.env.ref("base.user_root")):
            for act in (lambda own: own.write({"status": "withdrawn"}), lambda own: own.unlink()):
                with self.subTest(user.login), self.assertRaises(UserError), self.env.cr.savepoint():
                    act(entry.with_user(user))
        self.env.invalidate_all()
        self.assertEqual(entry.status, "granted")

    def test_paper_needs_its_scan(self):
        with self.assertRaises(ValidationError):
            self.record(method="paper")
        scan = self.env["ir.attachment"].create({"name": "form.pdf", "datas": PDF, "public": True})
        entry = self.record(method="paper", evidence=scan)
        self.assertEqual(entry.evidence_ids._read_content(), base64.b64decode(PDF))
        self.assertFalse(scan.exists())

    def test_entries_say_who_and_when(self):
        entry = (
            self.env["clinic.consent"]
            .with_user(self.user_a)
            ._record(self.patient, self.appointment_purpose, "granted", method="spoken")
        )
        self.assertEqual((entry.recorded_by_id, entry.company_id), (self.user_a, self.branch_a))
        self.assertEqual(entry.controller_id, self.root)
        self.assertEqual(entry.phone, "+905300000001")

    def test_a_row_changed_in_the_database_is_found(self):
        first = self.record("granted")
        self.record("withdrawn")
        self.assertFalse(self.env["clinic.consent"]._verify_chain(self.root))
        self.env.flush_all()
        self.env.cr.execute("UPDATE clinic_consent SET status = 'withdrawn' WHERE id = %s", [first.id])
        self.env.invalidate_all()
        self.assertEqual(self.env["clinic.consent"]._verify_chain(self.root).sequence, first.sequence)

    def test_a_row_deleted_in_the_database_is_found(self):
        first, second = self.record("granted"), self.record("withdrawn")
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM clinic_consent WHERE id = %s", [first.id])
        self.env.invalidate_all()
        self.assertEqual(self.env["clinic.consent"]._verify_chain(self.root).sequence, second.sequence - 1)

    def test_consent_for_one_clinic_says_nothing_to_another(self):
        self.record("granted")
        stranger = self.env["res.company"].create({"name": "Other clinic"})
        self.assertFalse(self.env["clinic.consent"]._get_current(self.patient, self.appointment_purpose, stranger))

    def test_staff_give_and_take_back_in_two_clicks(self):
        patient = self.patient.with_user(self.user_a)
        self.assertEqual(patient.appointment_consent, "none")
        for action, state in ((patient.action_give_consent, "granted"), (patient.action_withdraw_consent, "withdrawn")):
            opened = action()
            wizard = Form(self.env[opened["res_model"]].with_user(self.user_a).with_context(**opened["context"])).save()
            wizard.action_record()
            patient.invalidate_recordset()
            self.assertEqual(patient.appointment_consent, state)

    def test_the_desk_opens_the_scanned_form(self):
        scan = ("form.pdf", base64.b64decode(PDF))
        evidence = self.record(method="paper", evidence=scan).evidence_ids
        self.assertEqual(evidence.with_user(self.user_a).name, "form.pdf")
        with self.assertRaises(AccessError):
            evidence.with_user(self.user_b).read(["name"])

    def test_another_branch_sees_the_state_but_not_the_entry(self):
        self.record("granted")
        self.assertEqual(self.patient.with_user(self.user_b).appointment_consent, "granted")
        self.assertFalse(self.patient.with_user(self.user_b).consent_ids)
