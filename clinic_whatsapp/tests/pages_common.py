"""A clinic whose texts are published in both languages, and a patient with a browser."""

import base64
import io
import re
from datetime import timedelta

from odoo.fields import Datetime
from PIL import Image, ImageDraw

from .common import ClinicMixin
from .privacy_common import hand_over_notice, publish_shipped, switch_on


def draw_signature(size=(300, 100), ink=True) -> str:
    """Return what a browser sends: a transparent picture with a stroke on it."""
    picture = Image.new("RGBA", size, (255, 255, 255, 0))
    if ink:
        ImageDraw.Draw(picture).line([(10, 80), (100, 20), (200, 70)], fill="black", width=3)
    target = io.BytesIO()
    picture.save(target, "PNG")
    return "data:image/png;base64," + base64.b64encode(target.getvalue()).decode()


class PagesMixin(ClinicMixin):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.purposes = {"appointment": cls.appointment_purpose, **switch_on(cls.root, "health", "marketing")}
        for document, code in (
            ("notice", False),
            ("guardian", False),
            ("optin", "appointment"),
            ("explicit_consent", "health"),
            ("approval", "marketing"),
            ("explicit_consent", "marketing"),
        ):
            publish_shipped(cls.root, document, code)
        cls.requests = cls.env["clinic.consent.request"]

    # What staff does

    @classmethod
    def ask(cls, code="appointment", patient=None, kind="sign", **vals):
        """Return (request, path of its page) as reception of branch A makes it."""
        purpose = cls.purposes[code] if kind == "sign" else None
        request = cls.requests._create_for(patient or cls.patient, purpose, kind, cls.branch_a, **vals)
        return request.sudo(), request.sudo().url.removeprefix(request.get_base_url())

    @classmethod
    def hand_over_notice(cls, patient=None):
        yesterday = Datetime.now() - timedelta(days=1)
        return hand_over_notice(patient or cls.patient, cls.branch_a, delivered_at=yesterday)

    # What the patient does

    def open(self, path, **options):
        return self.opener.get(self.base_url() + path, allow_redirects=False, timeout=30, **options)

    def read_fields(self, answer):
        """Return the hidden fields of the first form on a page."""
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text))

    def post(self, path, page=None, **values):
        """Press a button on a page: its hidden fields, and what was filled in."""
        hidden = self.read_fields(page or self.open(path))
        return self.opener.post(self.base_url() + path, {**hidden, **values}, allow_redirects=False, timeout=30)

    def sign(self, path, **values):
        signed = {"decision": "granted", "signer": "Deniz Örnek", "signature": draw_signature(), **values}
        return self.post(path, **signed)

    # What is on record

    def entries(self, patient=None):
        self.env.invalidate_all()
        return self.env["clinic.consent"].search([("partner_id", "=", (patient or self.patient).id)], order="id")

    def decisions(self, patient=None):
        """Return (purpose, kind, status) of what a patient decided, oldest first."""
        entries = self.entries(patient).filtered(lambda entry: entry.record_kind != "notice")
        return [(entry.purpose_code, entry.record_kind, entry.status) for entry in entries]
