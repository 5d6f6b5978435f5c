"""A clinic whose texts are published, and what is needed to print and read documents."""

import io

from odoo.tools.pdf import OdooPdfFileReader
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from .common import ClinicCase
from .privacy_common import publish_shipped, switch_on


def draw_pdf(*lines) -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target)
    for line in lines:
        canvas.drawString(100, 700, line)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def draw_picture(kind="PNG", size=(60, 40)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "navy").save(target, kind)
    return target.getvalue()


def read_pdf(content):
    """Return (words of each page, {name: content} of the files inside) of a PDF file."""
    reader = OdooPdfFileReader(io.BytesIO(content), strict=False)
    return [" ".join(page.extract_text().split()) for page in reader.pages], dict(reader.getAttachments())


class PaperCase(ClinicCase):
    """A clinic whose texts are published in both languages, and that asks for marketing too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        [cls.marketing] = switch_on(cls.root, "marketing").values()
        for document, code in (
            ("notice", False),
            ("guardian", False),
            ("optin", "appointment"),
            ("approval", "marketing"),
            ("explicit_consent", "marketing"),
        ):
            publish_shipped(cls.root, document, code)
        cls.patient.lang = "tr_TR" if cls.env["res.lang"]._get_data(code="tr_TR") else "en_US"
        cls.checker = cls.create_user("checker.a", cls.branch_a)

    def ask(self, patient=None, purpose="appointment", user=None):
        """Print a form; return its request."""
        patient = (patient or self.patient).with_user(user or self.user_a).with_company(self.branch_a)
        action = patient.with_context(clinic_purpose=purpose).action_print_consent_form()
        return self.env["clinic.consent.request"].browse(action["context"]["active_ids"])

    def print_pdf(self, report, record, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.user_a).with_company(self.branch_a)
        reports = reports.with_context(allowed_company_ids=self.branch_a.ids, force_report_rendering=True)
        return reports._render_qweb_pdf(report, record.ids)[0]

    def print_page(self, report, record, user=None, branches=None, **context):
        reports = self.env["ir.actions.report"].with_user(user or self.user_a)
        reports = reports.with_context(allowed_company_ids=(branches or self.branch_a).ids, **context)
        return reports._render_qweb_html(report, record.ids)[0].decode()
