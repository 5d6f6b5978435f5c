"""What is printed: complete, in the exact words, with the evidence inside (legal.md LR-08, LR-13)."""

import base64
import hashlib
import io
import json
import shutil
from unittest import skipUnless
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import OdooPdfFileReader
from reportlab.pdfgen.canvas import Canvas

from ..report.ir_actions_report import CONSENT_PROOF
from ..report.pdf_file import File, finish
from .paper_common import PaperCase, draw_pdf, draw_picture, read_pdf
from .privacy_common import COMPLETE

WITH_PRINTER = skipUnless(shutil.which("wkhtmltopdf"), "this machine cannot make PDF files")


@tagged("post_install", "-at_install")
class TestPdfFile(TransactionCase):
    def test_every_page_bears_its_mark(self):
        words, _files = read_pdf(finish(draw_pdf("one", "two"), "AB12-CD34"))
        self.assertEqual(words, ["one AB12-CD34 1 / 2", "two AB12-CD34 2 / 2"])

    def test_scans_are_there_as_pages_and_byte_by_byte(self):
        scans = [
            File("scan.pdf", draw_pdf("signed", "overleaf"), "application/pdf"),
            File("photo.jpg", draw_picture("JPEG", (4000, 3000)), "image/jpeg"),
            File("photo.png", draw_picture(), "image/png"),
        ]
        words, files = read_pdf(finish(draw_pdf("form"), "X", evidence=scans))
        self.assertEqual([page.split()[0] for page in words], ["form", "signed", "overleaf", "X", "X"])
        self.assertEqual(files, {scan.name: scan.content for scan in scans})

    def test_what_cannot_be_shown_is_inside_all_the_same(self):
        broken = [
            File("cut.pdf", draw_pdf("secret")[:200], "application/pdf"),
            File("no.pdf", b"%PDF-1.4 nothing", "application/pdf"),
            File("cut.png", draw_picture()[:40], "image/png"),
            File("empty.jpg", b"", "image/jpeg"),
            File("photo.webp", b"RIFF\x1a\0\0\0WEBPVP8L" + bytes(16), "image/webp"),
        ]
        words, files = read_pdf(finish(draw_pdf("form"), "X", evidence=broken))
        self.assertEqual(len(words), 1)
        self.assertEqual(set(files), {file.name for file in broken})

    def test_nothing_of_a_scan_opens_or_runs(self):
        target = io.BytesIO()
        canvas = Canvas(target)
        canvas.linkURL("https://example.com", (0, 0, 600, 800))
        canvas.drawString(100, 700, "signed")
        canvas.save()
        finished = finish(draw_pdf("form"), "X", evidence=[File("a.pdf", target.getvalue(), "application/pdf")])
        pages = OdooPdfFileReader(io.BytesIO(finished), strict=False).pages
        self.assertFalse([page for page in pages if page.get("/Annots") or page.get("/AA")])


@tagged("post_install", "-at_install")
class TestProof(PaperCase):
    def setUp(self):
        super().setUp()
        ledger = self.env["clinic.consent"].with_user(self.user_a).with_company(self.branch_a)
        self.text = self.env["clinic.privacy.notice"]._get_published(self.root, "optin", "appointment", "tr")
        notice = self.env["clinic.privacy.notice"]._get_published(self.root, "notice", lang="tr")
        ledger._record_delivery(partner=self.patient, notice=notice, method="paper")
        self.notice = notice
        self.scan = draw_pdf("signed")
        self.pending = ledger._record(
            self.patient, self.appointment_purpose, "granted", method="paper", evidence=("imzalı form.pdf", self.scan),
            text=self.text, signer_name="Deniz Örnek",
        )  # fmt: skip
        self.entry = self.pending.with_user(self.checker)._check_signature()

    @WITH_PRINTER
    def test_lr08_text_in_the_proof_has_the_hash_that_was_recorded(self):
        words, files = read_pdf(self.print_pdf(CONSENT_PROOF, self.entry))
        hashes = {hashlib.sha256(content).hexdigest() for content in files.values()}
        self.assertLessEqual({self.entry.text_hash, self.entry.notice_hash, self.pending.evidence_ids.sha256}, hashes)
        exact = next(content for name, content in files.items() if name.startswith("optin-appointment-tr"))
        self.assertEqual(exact.decode(), self.text._get_exact_text())
        whole = " ".join(words)
        for part in (self.entry.entry_hash, self.entry.text_hash, "Deniz Örnek", "+905300000001"):
            self.assertIn(part, whole)
        self.assertIn("signed", words[-1], "the scan follows as a page")

    def test_lr08_proof_shows_the_exact_text_and_who_checked_it(self):
        page = self.print_page(CONSENT_PROOF, self.entry)
        for part in (self.text.title, self.checker.name, self.user_a.name, COMPLETE["trade_name"]):
            self.assertIn(part, page)
        self.assertIn(self.text._render_for(phone="+905300000001"), page)
        self.assertNotIn("{{", page)

    def test_lr08_an_old_record_keeps_its_text_after_a_new_version(self):
        before = self.print_page(CONSENT_PROOF, self.entry)
        newer = self.text.copy({"body": "Başka bir metin {{phone}}", "document_type": "optin"})
        newer.action_publish()
        self.assertEqual(self.text.state, "retired")
        after = self.print_page(CONSENT_PROOF, self.entry)
        self.assertEqual(after, before)

    def test_a_record_that_was_changed_in_the_database_is_not_proven(self):
        warning = "not as it was written"
        self.assertNotIn(warning, self.print_page(CONSENT_PROOF, self.entry))
        self.env.cr.execute("UPDATE clinic_consent SET signer_name = 'Else' WHERE id = %s", [self.entry.id])
        self.env.invalidate_all()
        self.assertIn(warning, self.print_page(CONSENT_PROOF, self.entry))

    def test_a_text_that_was_changed_in_the_database_is_not_proven(self):
        self.env.cr.execute("UPDATE clinic_privacy_notice SET body = body || '!' WHERE id = %s", [self.text.id])
        self.env.invalidate_all()
        self.assertIn("not as it was written", self.print_page(CONSENT_PROOF, self.entry))

    @WITH_PRINTER
    def test_a_forgotten_person_leaves_a_whole_record_without_a_name_or_a_file(self):
        self.env["clinic.consent"]._forget_person(self.patient, self.root)
        page = self.print_page(CONSENT_PROOF, self.entry)
        for part in ("Deniz", "5300000001", "not as it was written"):
            self.assertNotIn(part, page)
        self.assertIn(self.entry.entry_hash, page)
        _words, files = read_pdf(self.print_pdf(CONSENT_PROOF, self.entry))
        self.assertEqual({name.rpartition(".")[2] for name in files}, {"txt"})

    def grant_by_guardian(self):
        """Return (grant by the mother of a patient, the addendum that she signed)."""
        mother = self.env["res.partner"].create({"name": "Ayşe Örnek", "phone": "+905300000009"})
        self.patient.write({"birth_date": "2016-05-05", "guardian_id": mother.id, "guardian_relation": "mother"})
        self.env["clinic.consent"]._record_delivery(self.patient, notice=self.notice, method="staff", company=self.root)
        addendum = self.env["clinic.privacy.notice"]._get_published(self.root, "guardian", lang="tr")
        entry = self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "granted", method="tablet", company=self.branch_a, text=self.text,
            signature=draw_picture(), signer_name="Ayşe Örnek", ip="192.0.2.7", user_agent="Tablet",
            guardian_text=addendum, authority=(draw_pdf("register"), "nufus.pdf", "application/pdf"),
        )  # fmt: skip
        return entry, addendum

    def test_lr08_the_proof_shows_what_the_guardian_declared(self):
        entry, addendum = self.grant_by_guardian()
        page = self.print_page(CONSENT_PROOF, entry)
        self.assertIn(addendum.sha256, page)
        self.assertIn(self.patient._render_addendum(addendum), page)
        self.assertNotIn("not as it was written", page)
        self.env.cr.execute("UPDATE clinic_privacy_notice SET body = body || '!' WHERE id = %s", [addendum.id])
        self.env.invalidate_all()
        self.assertIn("not as it was written", self.print_page(CONSENT_PROOF, entry))

    def test_lr08_a_text_of_another_kind_is_no_guardians_addendum(self):
        self.grant_by_guardian()
        with self.assertRaisesRegex(UserError, "guardian's addendum"):
            self.env["clinic.consent"]._record(
                self.patient, self.appointment_purpose, "granted", method="spoken", company=self.branch_a,
                text=self.text, guardian_text=self.notice,
            )  # fmt: skip

    @WITH_PRINTER
    def test_lr08_the_guardians_addendum_is_in_the_proof_byte_by_byte(self):
        entry, addendum = self.grant_by_guardian()
        _words, files = read_pdf(self.print_pdf(CONSENT_PROOF, entry))
        self.assertIn(addendum._get_hashed_bytes(), files.values())

    def test_a_drawn_signature_is_shown(self):
        entry = self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "granted", method="tablet", company=self.branch_a, text=self.text,
            signature=draw_picture(), signer_name="Deniz Örnek", ip="192.0.2.7", user_agent="Tablet",
        )  # fmt: skip
        page = self.print_page(CONSENT_PROOF, entry)
        self.assertIn(base64.b64encode(draw_picture()).decode(), page)
        self.assertIn("192.0.2.7", page)

    def test_what_people_typed_cannot_become_markup(self):
        entry = self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "refused", method="spoken", company=self.branch_a,
            note="<script>alert(1)</script>",
        )  # fmt: skip
        page = self.print_page(CONSENT_PROOF, entry)
        self.assertNotIn("<script", page)
        self.assertIn("&lt;script&gt;", page)

    def test_nobody_prints_what_he_may_not_read(self):
        for user, branches in ((self.user_b, self.branch_b), (self.clinic_manager, self.branch_b)):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.print_page(CONSENT_PROOF, self.entry, user, branches)

    def test_an_address_that_names_no_branches_shows_the_main_one_only(self):
        entry_b = self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "refused", method="spoken", company=self.branch_b
        )
        both = self.create_user("both", self.branch_a | self.branch_b)
        reports = self.env["ir.actions.report"].with_user(both).with_context(allowed_company_ids=[])
        self.assertIn(COMPLETE["trade_name"], reports._render_qweb_html(CONSENT_PROOF, self.entry.ids)[0].decode())
        with self.assertRaises(AccessError):
            reports._render_qweb_html(CONSENT_PROOF, entry_b.ids)

    @WITH_PRINTER
    def test_several_proofs_are_printed_in_one_go(self):
        words, _files = read_pdf(self.print_pdf(CONSENT_PROOF, self.entry | self.pending))
        self.assertTrue(any(self.pending.entry_hash in page for page in words))
        self.assertTrue(any(self.entry.entry_hash in page for page in words))

    def test_a_server_without_the_printer_says_what_is_missing(self):
        reports = self.registry["ir.actions.report"]
        with (
            patch.object(reports, "get_wkhtmltopdf_state", lambda reports: "install"),
            self.assertRaisesRegex(UserError, "wkhtmltopdf is missing"),
        ):
            self.print_pdf(CONSENT_PROOF, self.entry)
        self.assertIn(COMPLETE["trade_name"], self.print_page(CONSENT_PROOF, self.entry), "as a page it is there")


@tagged("post_install", "-at_install")
class TestPrintedOverHttp(PaperCase, HttpCase):
    """As a browser asks for it, with a session, and nothing fetched from the server by the printer."""

    def setUp(self):
        super().setUp()
        self.entry = self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "refused", method="spoken", company=self.branch_a
        )

    def fetch(self, user, kind="pdf"):
        self.authenticate(user.login, user.login)
        context = json.dumps({"allowed_company_ids": user.company_ids.ids, "force_report_rendering": True})
        return self.url_open(f"/report/{kind}/{CONSENT_PROOF}/{self.entry.id}?context={context}")

    @WITH_PRINTER
    def test_staff_of_the_branch_gets_the_pdf(self):
        response = self.fetch(self.user_a)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        words, _files = read_pdf(response.content)
        self.assertIn("Deniz Örnek", " ".join(words))

    def test_others_get_neither_the_file_nor_the_page(self):
        for kind in ("pdf", "html"):
            with self.subTest(kind=kind), mute_logger("odoo.http"):
                response = self.fetch(self.user_b, kind)
                self.assertEqual(response.status_code, 403)
                self.assertNotIn("Deniz Örnek", response.text)
