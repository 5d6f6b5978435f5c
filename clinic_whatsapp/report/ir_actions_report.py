import io

from odoo import models
from odoo.exceptions import UserError

CONSENT_FORM = "clinic_whatsapp.consent_form"
CONSENT_PROOF = "clinic_whatsapp.consent_proof"
OWN_REPORTS = (CONSENT_FORM, CONSENT_PROOF)


class IrActionsReport(models.Model):
    """Printing our documents: complete pages of their own, one at a time, finished by the record they are about.

    They bring their style and pictures along, so that wkhtmltopdf fetches nothing over the network and gets nobody's
    session. A distribution's wkhtmltopdf can neither join documents nor print headers (``pdf_file``).
    """

    _inherit = "ir.actions.report"

    def _prepare_html(self, html, report_model=False):
        if self.report_name in OWN_REPORTS:
            return [html.decode()], [], None, None, {}
        return super()._prepare_html(html, report_model)

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        report = self._get_report(report_ref)
        if report.report_name not in OWN_REPORTS:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        self._check_pdf_printer()
        streams = {}
        for record in self.env[report.model].browse(res_ids):
            made = super()._render_qweb_pdf_prepare_streams(report_ref, data, record.ids)
            pdf = record._finish_pdf(made[record.id]["stream"].getvalue())
            streams[record.id] = {"stream": io.BytesIO(pdf), "attachment": None}
        return streams

    def _check_pdf_printer(self):
        """
        :raise UserError: when this server lacks the program that makes PDF files
        """
        if self.get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._(
                    "This server cannot make PDF files: the program wkhtmltopdf is missing. Ask your administrator to "
                    "install it. Until then, open the document as a page and print it from the browser."
                )
            )
