"""The consent form to sign on paper (legal.md LR-13): one purpose, in the words that are published.

The privacy notice is a sheet of its own, because informing and agreeing are two things (LR-04); each text to agree to
has its sheet, its two boxes, none of them ticked (LR-02), and its signature. The code on each sheet, also as a QR code,
leads staff back to the request when the form returns; it says nothing about the patient to anybody else.
"""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .document import DAY, draw_qr, find_readable, show_value
from .pdf_file import finish


class ConsentForm(models.AbstractModel):
    _name = "report.clinic_whatsapp.consent_form"
    _description = "Consent form"

    @api.model
    def _get_report_values(self, docids, data=None):
        requests = find_readable(self.env["clinic.consent.request"].browse(docids))
        return {"title": self.env._("Consent form"), "forms": [request._prepare_form() for request in requests]}


class ClinicConsentRequest(models.Model):
    _inherit = "clinic.consent.request"

    def _prepare_form(self):
        """Return what the form of one request says; the caller has checked that its reader may read the request.

        :raise UserError: when a text is not published, or the request is none for paper
        """
        if not self.text_ids or not self.notice_id:
            raise UserError(self.env._("This request has no texts to print. Print a new form from the patient."))
        # sudo: res.partner, res.company, clinic.privacy.notice - what the form says about patient and clinic
        request = self.sudo().with_context(lang=self._get_form_lang())
        patient = request.partner_id
        values = request._get_personal_values(request.notice_id)
        return {
            "lang": request.env.lang,
            "controller": request.env["clinic.privacy.controller"]._get_for(request.company_id),
            "branch": request.company_id,
            "code": request.code,
            "qr": draw_qr(request.code),
            "patient": patient,
            "birth_date": patient.birth_date and format_date(request.env, patient.birth_date, date_format=DAY),
            "guardian": patient.guardian_id if patient.needs_guardian else None,
            "relation": show_value(patient, "guardian_relation"),
            "notice": {"text": request.notice_id, "body": request.notice_id._render_for(**values)},
            "texts": [{"text": text, "body": text._render_for(**values)} for text in request.text_ids],
            "addendum": request.addendum_id and patient._render_addendum(request.addendum_id),
        }

    def _get_form_lang(self):
        """Return the installed language that the form's own words are printed in: that of its texts."""
        # sudo: clinic.consent.request - whoever may print a form may know its language
        wanted = self.sudo().text_ids[:1].lang or ""
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        return next((code for code in codes if code.startswith(wanted)), self.env.lang)

    def _finish_pdf(self, pdf: bytes) -> bytes:
        return finish(pdf, self.code)
