"""Files that prove a consent: encrypted, never changed, handed out under the rights of the reader only."""

import hashlib

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from ..encrypted_file import BrokenFile
from .common import ClinicMixin
from .ledger_common import DRAWING, SCAN, SIGNED, LedgerCase


@tagged("post_install", "-at_install")
class TestEvidence(LedgerCase):
    def test_evidence_is_encrypted_and_the_scan_in_the_open_disappears(self):
        scan = self.env["ir.attachment"].create({"name": "form.pdf", "raw": SCAN[1], "public": True})
        evidence = self.record(method="paper", evidence=scan).evidence_ids
        self.assertFalse(scan.exists())
        self.assertEqual(evidence.sha256, hashlib.sha256(SCAN[1]).hexdigest())
        self.assertEqual(evidence._read_content(), SCAN[1])
        stored = evidence._fields["file"].find(evidence)
        self.assertNotIn(SCAN[1], stored.raw)
        self.env.flush_all()
        self.env.cr.execute("SELECT name FROM clinic_consent_evidence WHERE id = %s", [evidence.id])
        self.assertTrue(self.env.cr.fetchone()[0].startswith("gAAAA"))

    def test_the_drawn_signature_and_the_proof_of_authority_are_kept_too(self):
        order = (b"%PDF-1.4 court order", "order.pdf", "application/pdf")
        entry = self.record(method="tablet", authority=order, **SIGNED)
        self.assertEqual(set(entry.evidence_ids.mapped("kind")), {"signature", "authority"})
        self.assertEqual(entry.evidence_ids.filtered(lambda e: e.kind == "signature")._read_content(), DRAWING)

    def test_a_file_that_was_exchanged_is_not_handed_out(self):
        entries = self.record(method="paper", evidence=SCAN), self.record(method="paper", evidence=("b", b"%PDF-1.4 b"))
        one, two = (entry.evidence_ids for entry in entries)
        field = one._fields["file"]
        field.find(one).raw = field.find(two).raw
        with self.assertRaises(BrokenFile):
            one._open()
        self.assertEqual(two._read_content(), b"%PDF-1.4 b")

    def test_nobody_changes_or_deletes_evidence(self):
        evidence = self.record(method="paper", evidence=SCAN).evidence_ids
        for user in (self.user_a, self.clinic_manager, self.env.ref("base.user_root")):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                evidence.with_user(user).write({"media_type": "x"})
            with self.assertRaises(UserError), self.env.cr.savepoint():
                evidence.with_user(user).unlink()


@tagged("post_install", "-at_install")
class TestEvidenceRoute(ClinicMixin, HttpCase):
    def setUp(self):
        super().setUp()
        self.deliver_notice(self.patient)
        self.evidence = self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "granted", method="paper", company=self.branch_a,
            evidence=("../Onay formu.pdf", SCAN[1]),
        ).evidence_ids  # fmt: skip

    def get(self, user, evidence_id=None):
        self.authenticate(user and user.login, user and user.login)
        self.opener.cookies["cids"] = str(self.branch_a.id)
        path = f"/clinic_whatsapp/evidence/{evidence_id or self.evidence.id}"
        return self.url_open(path, allow_redirects=False)

    def test_evidence_is_handed_to_people_of_its_branch(self):
        answer = self.get(self.user_a)
        self.assertEqual((answer.status_code, answer.content), (200, SCAN[1]))
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertIn("Onay%20formu.pdf", answer.headers["Content-Disposition"])
        self.assertNotIn("..", answer.headers["Content-Disposition"])

    def test_evidence_of_another_branch_and_no_evidence_are_the_same_answer(self):
        foreign, missing = self.get(self.user_b), self.get(self.user_a, 2**31 - 1)
        self.assertEqual((foreign.status_code, foreign.text), (missing.status_code, missing.text))
        self.assertEqual(missing.status_code, 404)

    def test_nobody_gets_evidence_without_login(self):
        self.assertNotEqual(self.get(None).status_code, 200)

    def test_the_file_below_is_not_served_by_any_other_route(self):
        stored = self.evidence._fields["file"].find(self.evidence)
        self.authenticate(self.clinic_manager.login, self.clinic_manager.login)
        for path in (f"/web/content/{stored.id}", f"/web/content/clinic.consent.evidence/{self.evidence.id}/file"):
            answer = self.url_open(path, allow_redirects=False)
            self.assertNotIn(SCAN[1], answer.content)
            self.assertNotIn(b"\x00CWFILE1", answer.content)
