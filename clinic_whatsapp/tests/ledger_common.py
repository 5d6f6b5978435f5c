"""A clinic that has texts for everything it may ask, and a patient who has read its notice."""

from datetime import timedelta

from odoo.fields import Datetime

from ..models.consent.consent_states import APPROVAL, CHANNEL_OPTIN, EXPLICIT_CONSENT
from .common import ClinicCase
from .privacy_common import freeze_text, switch_on

SCAN = ("form.pdf", b"%PDF-1.4 signed form")
DRAWING = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)
SIGNED = {"ip": "192.0.2.1", "user_agent": "Firefox", "signer_name": "Deniz Örnek", "signature": DRAWING}
DOCUMENTS = {CHANNEL_OPTIN: "optin", EXPLICIT_CONSENT: EXPLICIT_CONSENT, APPROVAL: APPROVAL}


class LedgerCase(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ledger = cls.env["clinic.consent"]
        cls.notice = cls.publish("notice")
        cls.optin_text = cls.publish("optin", "appointment")
        cls.publish("optin", "feedback")
        cls.purposes = switch_on(cls.root, "health", "marketing", "feedback")
        cls.purposes |= {"service": cls.service_purpose, "appointment": cls.appointment_purpose}
        cls.health_text = cls.publish("explicit_consent", "health")
        cls.deliver(cls.patient)

    @classmethod
    def publish(cls, document_type, code=None, company=None, **vals):
        """Return a published text, the one there is or a new one."""
        company = company or cls.root
        found = cls.env["clinic.privacy.notice"]._get_published(company, document_type, code, "tr")
        return freeze_text(company, document_type, code, **vals) if vals or not found else found

    @classmethod
    def deliver(cls, partner=None, days_ago=300, **vals):
        vals = {"partner": partner, "notice": cls.notice, "company": cls.branch_a, **vals}
        vals.setdefault("delivered_at", Datetime.now() - timedelta(days=days_ago))
        return cls.ledger._record_delivery(method="staff", **vals)

    def record(self, status="granted", code="appointment", partner=None, user=None, **proof):
        return self.ledger.with_user(user or self.env.user)._record(
            partner or self.patient,
            self.purposes[code],
            status,
            **{"method": "spoken", "company": self.branch_a, **proof},
        )

    def status(self, code="appointment", kind=CHANNEL_OPTIN, partner=None):
        entry = self.ledger._get_standing(partner or self.patient, self.root).get((partner or self.patient, code, kind))
        return entry and entry.status

    def tamper(self, entry, assignment, *values):
        """Change a row behind the ORM's back."""
        self.env.flush_all()
        self.env.cr.execute(f"UPDATE {entry._table} SET {assignment} WHERE id = %s", [*values, entry.id])
        self.env.invalidate_all()
