"""The way over paper: printed, signed, scanned by one person, checked by another (legal.md LR-13)."""

import base64
import re
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Date, Datetime
from odoo.tests import Form, tagged

from ..report.ir_actions_report import CONSENT_FORM
from .paper_common import PaperCase, draw_pdf, draw_picture, read_pdf
from .privacy_common import COMPLETE, freeze_text
from .qr_common import read_qr
from .test_consent_pdf import WITH_PRINTER

SCAN = draw_pdf("signed")


@tagged("post_install", "-at_install")
class TestConsentForm(PaperCase):
    def test_lr13_form_shows_text_boxes_and_code_and_nothing_is_ticked(self):
        request = self.ask()
        page = self.print_page(CONSENT_FORM, request)
        text = request.text_ids
        for part in (text.title, text.accept_label, text.refuse_label, request.code, "Deniz Örnek", text.sha256):
            self.assertIn(part, page)
        self.assertIn(text._render_for(phone="+905300000001"), page)
        self.assertNotIn("checked", page)
        self.assertNotIn("{{", page)

    def test_lr13_the_picture_on_each_sheet_says_the_code_of_the_form(self):
        requests = [self.ask() for _time in range(3)]
        for request in requests:
            page = self.print_page(CONSENT_FORM, request)
            pictures = re.findall(r'<img [^>]*src="(data:image/png;base64,[^"]+)"', page)
            self.assertEqual(len(pictures), page.count('<div class="sheet '))
            self.assertEqual({read_qr(picture) for picture in pictures}, {request.code})
        self.assertEqual(len({request.code for request in requests}), 3)

    def test_lr04_notice_and_agreement_are_sheets_of_their_own(self):
        page = self.print_page(CONSENT_FORM, self.ask())
        notice, agreement = page.split('<div class="sheet ')[1:]
        self.assertIn("Aydınlatma", notice)
        self.assertNotIn("class=\"signature\"", notice)
        self.assertNotIn("Aydınlatma Metni</h1>", agreement)

    def test_lr02_each_agreement_has_its_own_sheet_and_signature(self):
        page = self.print_page(CONSENT_FORM, self.ask(purpose="marketing"))
        sheets = page.split('<div class="sheet ')[2:]
        self.assertEqual(len(sheets), 2)
        for sheet in sheets:
            self.assertEqual(sheet.count('class="box"'), 4, "yes, no, and two for the clinic")
            self.assertIn('class="signature"', sheet)

    def test_form_speaks_the_language_of_its_text(self):
        self.env["res.lang"]._activate_lang("tr_TR")
        self.patient.lang = "tr_TR"
        self.assertIn('data-lang="tr"', self.print_page(CONSENT_FORM, self.ask()))
        self.patient.lang = "en_US"
        page = self.print_page(CONSENT_FORM, self.ask())
        self.assertIn('data-lang="en"', page)
        self.assertIn(f"I would like {COMPLETE['trade_name']}", page)

    def test_lr22_guardian_signs_for_a_minor(self):
        guardian = self.env["res.partner"].create({"name": "Ayşe Örnek", "phone": "+905300000009"})
        child = self.create_patient(
            "Can Örnek", False, birth_date="2016-05-05", guardian_id=guardian.id, guardian_relation="mother",
            lang=self.patient.lang,
        )  # fmt: skip
        page = self.print_page(CONSENT_FORM, self.ask(child))
        self.assertIn("Ayşe Örnek", page)
        self.assertIn("+905300000009", page)
        self.assertNotIn("{{", page)

    def test_form_is_printed_within_the_active_branches_only(self):
        request = self.ask()
        with self.assertRaises(AccessError):
            self.print_page(CONSENT_FORM, request, self.user_b, self.branch_b)

    def test_nothing_is_printed_for_what_may_not_be_asked(self):
        for purpose in ("service", "health"):
            with self.subTest(purpose=purpose), self.assertRaises(UserError):
                self.ask(purpose=purpose)

    @WITH_PRINTER
    def test_every_page_of_the_form_bears_its_code(self):
        request = self.ask()
        words, _files = read_pdf(self.print_pdf(CONSENT_FORM, request))
        self.assertGreaterEqual(len(words), 2)
        for number, page in enumerate(words, 1):
            self.assertIn(f"{request.code} {number} / {len(words)}", page)


@tagged("post_install", "-at_install")
class TestSignedForm(PaperCase):
    def open(self, request, user=None):
        wizard = self.env["clinic.consent.paper.wizard"].with_user(user or self.user_a)
        form = Form(wizard.with_context(allowed_company_ids=(user or self.user_a).company_ids.ids))
        form.code = request if isinstance(request, str) else request.code
        return form

    def fill(self, request, **values):
        """Return the dialog as somebody left it: filled in as usual, then with `values`."""
        form = self.open(request)
        form.scan = base64.b64encode(SCAN)
        form.first_answer = "granted"
        if form.second_text:
            form.second_answer = "granted"
        form.is_handed_over = True
        wizard = form.save()
        wizard.write({"scan_name": "form.pdf", **values})
        return wizard

    def add(self, request, **values):
        self.fill(request, **values).action_record()
        return self.env["clinic.consent"].search([("record_kind", "!=", "notice")], limit=1)

    def standing(self, code="appointment", kind="channel_optin"):
        standing = self.env["clinic.consent"]._get_standing(self.patient, self.root)
        return standing.get((self.patient, code, kind))

    def is_waiting(self, entry):
        entry.invalidate_recordset(["is_awaiting_check"])
        return entry.is_awaiting_check

    def check(self, entry, user=None):
        action = entry.with_user(user or self.checker).action_check_signature()
        wizard = self.env[action["res_model"]].with_user(user or self.checker).with_context(**action["context"])
        return wizard.create({})

    def test_lr13_pending_until_a_second_person_checked_the_signature(self):
        pending = self.add(self.ask())
        self.assertEqual((pending.status, pending.method, pending.checked_by_id.id), ("pending", "paper", False))
        self.assertTrue(pending.is_awaiting_check)
        self.check(pending).action_accept()
        entry = self.standing()
        self.assertEqual((entry.status, entry.checked_by_id, entry.origin_id), ("granted", self.checker, pending))
        self.assertFalse(self.is_waiting(pending))

    def test_lr09_a_form_whose_text_was_replaced_by_a_material_version_is_signed_anew(self):
        request = self.ask()
        freeze_text(self.root, "optin", "appointment", lang=request.text_ids.lang, is_material=True)
        with self.assertRaisesRegex(UserError, "new text"), self.env.cr.savepoint():
            self.add(request)
        self.assertEqual(self.add(request, first_answer="refused").status, "refused", "a no counts all the same")

    def test_lr13_nobody_checks_the_form_that_he_added(self):
        pending = self.add(self.ask())
        with self.assertRaises(UserError):
            self.check(pending, self.user_a).action_accept()
        self.assertEqual(self.standing().status, "pending")

    def test_lr13_no_form_without_a_scan(self):
        with self.assertRaises(ValidationError):
            self.fill(self.ask(), scan=False).action_record()
        self.assertFalse(self.standing())

    def test_scan_that_is_no_picture_or_too_large_is_refused_and_nothing_is_recorded(self):
        request = self.ask()
        files = {
            "text": b"signed, I swear",
            "page": b"<html><body>signed</body></html>",
            "program": b"MZ" + bytes(200),
            "large": b"%PDF-1.4" + bytes(10 * 1024 * 1024),
            "cut": None,
        }
        count = self.env["clinic.consent"].search_count([])
        for name, content in files.items():
            with self.subTest(file=name), self.assertRaises(UserError), self.env.cr.savepoint():
                data = base64.b64encode(content) if content else b"no base64!"
                self.fill(request, scan=data).action_record()
        self.env.invalidate_all()
        self.assertEqual(self.env["clinic.consent"].search_count([]), count)
        self.assertFalse(request.used_at, "the form can still be added")

    def test_photograph_is_taken_and_kept_encrypted(self):
        photo = draw_picture("JPEG")
        pending = self.add(self.ask(), scan=base64.b64encode(photo), scan_name="foto.jpg")
        self.assertEqual(pending.evidence_ids._read_content(), photo)
        self.env.cr.execute("SELECT sealed_scan FROM clinic_consent_paper_wizard ORDER BY id DESC LIMIT 1")
        (sealed,) = self.env.cr.fetchone()
        self.assertNotIn(base64.b64encode(photo).decode()[:20], sealed)
        open_files = self.env["ir.attachment"].search([("res_model", "=", "clinic.consent.paper.wizard")])
        self.assertFalse(open_files, "no copy lies about in the clear")

    def test_refusal_on_paper_holds_at_once(self):
        self.add(self.ask(), first_answer="refused")
        self.assertEqual(self.standing().status, "refused")

    def test_day_of_the_signature_lies_between_print_and_today(self):
        request = self.ask()
        today = Date.context_today(self.env.user)
        for day in (today + timedelta(days=1), today - timedelta(days=3), False):
            with self.subTest(day=day), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.fill(request, signed_on=day).action_record()
        self.assertFalse(self.standing())

    def test_a_form_that_was_signed_days_ago_is_dated_to_its_day(self):
        request = self.ask()
        self.env.cr.execute("UPDATE clinic_consent_request SET create_date = create_date - interval '10 days'")
        request.invalidate_recordset()
        day = Date.context_today(self.env.user) - timedelta(days=4)
        pending = self.add(request, signed_on=day)
        self.assertEqual(pending.given_at.date(), day)

    def test_lr05_no_yes_before_the_notice_was_handed_over(self):
        request = self.ask()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.fill(request, is_handed_over=False).action_record()
        pending = self.add(request)
        delivery = pending.delivery_id
        self.assertEqual((delivery.method, delivery.notice_id), ("paper", request.notice_id))
        self.assertLessEqual(delivery.given_at, pending.given_at)

    def test_what_was_signed_is_the_version_that_was_printed(self):
        request = self.ask()
        newer = request.text_ids.sudo().copy({"body": "Yeni metin {{phone}}"})
        newer.action_publish()
        self.assertEqual(self.add(request).text_id, request.text_ids)

    def test_both_sheets_of_marketing_are_recorded_and_checked_one_by_one(self):
        request = self.ask(purpose="marketing")
        self.add(request, second_answer="refused")
        for text, status in zip(request.text_ids, ("pending", "refused"), strict=True):
            self.assertEqual(self.standing("marketing", text._get_record_kind()).status, status)

    def test_every_sheet_needs_an_answer(self):
        with self.assertRaises(ValidationError):
            self.fill(self.ask(purpose="marketing"), second_answer=False).action_record()

    def test_code_is_found_however_it_is_typed_and_only_once(self):
        request = self.ask()
        code = f" {request.code[:4].lower()}-{request.code[4:]} "
        self.add(code)
        self.assertTrue(request.used_at)
        for again in (request.code, "", "ZZZZ-ZZZZ", "%"):
            with self.subTest(code=again), self.assertRaises(UserError):
                self.env["clinic.consent.request"].with_user(self.user_a)._find_paper(again)

    def test_form_of_another_branch_is_not_found(self):
        request = self.ask()
        with self.assertRaises(UserError):
            self.open(request, self.user_b)

    def test_lr13_no_check_after_the_patient_decided_anew(self):
        pending = self.add(self.ask())
        dialog = self.check(pending)
        self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "withdrawn", method="staff", company=self.branch_a
        )
        self.assertFalse(self.is_waiting(pending))
        with self.assertRaises(UserError):
            dialog.action_accept()
        self.assertEqual(self.standing().status, "withdrawn")

    def test_unusable_form_stays_in_the_ledger_and_the_patient_is_asked_again(self):
        pending = self.add(self.ask())
        dialog = self.check(pending)
        with self.assertRaises(UserError):
            dialog.action_reject()
        dialog.reason = "İmza yok"
        dialog.action_reject()
        self.assertEqual(self.standing().status, "unproven")
        self.assertTrue(self.patient.ask_consent)
        self.assertFalse(self.env["clinic.consent"].search([("is_awaiting_check", "=", True)]))

    def test_lr22_form_of_a_minor_needs_the_guardians_document(self):
        guardian = self.env["res.partner"].create({"name": "Ayşe Örnek", "phone": "+905300000009"})
        child = self.create_patient(
            "Can Örnek", False, birth_date="2016-05-05", guardian_id=guardian.id, guardian_relation="mother"
        )
        request = self.ask(child)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.fill(request).action_record()
        pending = self.add(request, authority=base64.b64encode(draw_picture()), authority_name="nufus.png")
        self.assertEqual((pending.acting, pending.acting_partner_id), ("guardian", guardian))
        self.assertEqual(set(pending.evidence_ids.mapped("kind")), {"scan", "authority"})
        self.check(pending).action_accept()
        granted = self.env["clinic.consent"]._get_standing(child, self.root)[child, "appointment", "channel_optin"]
        self.assertEqual(granted.status, "granted")
        self.assertTrue(request.addendum_id)
        for entry in (pending, granted):
            printed = (entry.guardian_text_id, entry.guardian_text_hash)
            self.assertEqual(printed, (request.addendum_id, request.addendum_id.sha256))

    def test_lr08_without_the_guardians_addendum_no_form_is_printed_for_a_minor(self):
        guardian = self.env["res.partner"].create({"name": "Ayşe Örnek", "phone": "+905300000009"})
        child = self.create_patient(
            "Can Örnek", False, birth_date="2016-05-05", guardian_id=guardian.id, guardian_relation="mother"
        )
        texts = self.env["clinic.privacy.notice"].sudo()
        texts.search([("company_id", "=", self.root.id), ("document_type", "=", "guardian")]).filtered(
            lambda text: text.state == "published"
        ).state = "retired"
        with self.assertRaisesRegex(UserError, "addendum is not published"):
            self.ask(child)

    def test_patient_form_offers_the_way_over_paper(self):
        offered = {
            way["name"]
            for badge in self.patient.with_user(self.user_a).with_company(self.branch_a).consent_badges
            for way in badge["actions"]
        }
        self.assertLessEqual({"action_print_consent_form", "action_add_signed_form"}, offered)
        action = self.patient.with_user(self.user_a).action_add_signed_form()
        self.assertEqual(action["res_model"], "clinic.consent.paper.wizard")

    def test_only_the_branch_of_the_form_checks_it(self):
        pending = self.add(self.ask())
        with self.assertRaises(AccessError):
            self.check(pending, self.user_b)
        self.assertLess(Datetime.now() - pending.recorded_at, timedelta(minutes=1))
