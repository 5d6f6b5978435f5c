"""The order in which the gate asks: the one of the pseudo-code after LR-37, where the first hit names the reason."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .gate_common import GateCase
from .privacy_common import CONTRACT, RISK


@tagged("post_install", "-at_install")
class TestGateOrder(GateCase):
    """Everything is wrong at once; one after the other is mended, and the first rule that is left names the reason."""

    def setUp(self):
        super().setUp()
        self.env.cr.execute("UPDATE res_partner SET deceased_on = now() WHERE id = %s", [self.patient.id])
        self.patient.invalidate_recordset()
        self.contact.write({"suspended_at": fields.Datetime.now(), "suppressed_at": fields.Datetime.now()})
        self.file.public_institution = True
        self.holiday = self.env["resource.calendar.leaves"].create(
            {
                "name": "Bayram",
                "company_id": self.branch_a.id,
                "calendar_id": self.branch_a.resource_calendar_id.id,
                "date_from": fields.Datetime.now() - timedelta(days=1),
                "date_to": fields.Datetime.now() + timedelta(days=1),
            }
        )

    def be_a_new_patient(self):
        """Let it be about somebody who was told nothing and has agreed to nothing."""
        self.patient = self.create_patient("Yeni Hasta", "+905300000042")
        self.conversation = self.open_conversation(self.account_a, self.patient, window=False)
        self.contact = self.conversation.contact_id

    def fill_the_cap(self, code):
        """Let the patient have got as many messages as the purpose allows."""
        self.get_purpose(code).write({"cap_count": 1, "cap_days": 7})
        self.env["clinic.whatsapp.message"].create(
            {
                "conversation_id": self.conversation.id,
                "partner_id": self.patient.id,
                "purpose_id": self.get_purpose(code).id,
                "direction": "out",
                "state": "delivered",
                "kind": "automatic",
                "message_type": "template",
            }
        )

    def assertOrder(self, code, values, steps):
        """Check the reasons that come one after the other.

        :param values: of the message; the steps may change them
        :param steps: (reason, what takes it away), in the order in which they are expected
        """
        for reason, mend in steps:
            self.assertEqual(self.judge(code, **values), reason)
            mend()
        self.assertIsNone(self.judge(code, **values))

    def test_lr35_order_of_the_reasons_of_a_message_about_health(self):
        self.file.write(RISK)
        self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "withdrawn", method="staff", company=self.branch_a
        )
        offer = self.create_template(name="offer", body="Sayın {{1}}, size indirim var!", status="paused")
        self.fill_the_cap("health")
        values = offer._prepare_content_vals({1: "Deniz"})
        steps = [
            ("deceased", lambda: self.patient.write({"deceased_on": False})),
            ("number_suspended", lambda: self.contact.write({"suspended_at": False})),
            ("stop_all", lambda: self.contact.write({"suppressed_at": False})),
            ("public_institution", lambda: self.file.write({"public_institution": False})),
            ("no_p2", lambda: (self.switch_on("transfer"), self.grant("transfer", "explicit_consent"))),
            ("no_signoff", lambda: self.switch_on("health")),
            ("no_optin", lambda: self.opt_in(self.patient)),
            ("no_p3", lambda: self.grant("health", "explicit_consent")),
            ("unverified_number", lambda: self.contact.write({"verified_at": fields.Datetime.now()})),
            ("template_not_approved", lambda: offer.write({"status": "approved"})),
            ("promo_lint", lambda: values.update(self.utility._prepare_content_vals({1: "Deniz"}))),
            ("quiet_hours", self.holiday.unlink),
            ("freq_cap", lambda: self.get_purpose("health").write({"cap_count": 0})),
        ]
        self.assertOrder("health", values, steps)

    def test_lr35_order_of_the_reasons_of_a_promotion(self):
        self.be_a_new_patient()
        self.patient.birth_date = fields.Date.today() - timedelta(days=3650)
        now = fields.Datetime.now()
        self.contact.write({"unreachable_at": now, "suppressed_at": now, "marketing_stopped_at": now})
        self.env.cr.execute("UPDATE clinic_privacy_controller SET transfer_state = 'ended'")
        self.file.invalidate_recordset()
        self.utility.status = "paused"
        self.fill_the_cap("marketing")
        diagnosis = self.create_template(name="diagnosis", category="marketing", body="Sayın {{1}}, tanınız diyabet.")
        expired = {"expires_at": now - timedelta(days=1), "message_type": "text", "template_id": False}
        values = {"purpose_id": False, **expired, "template_values": "[]", "body": "Merhaba"}
        steps = [
            ("no_purpose", lambda: values.update(purpose_id=self.get_purpose("marketing").id)),
            ("expired", lambda: values.update(expires_at=False)),
            ("minor_rule", lambda: self.patient.write({"birth_date": False})),
            ("not_on_whatsapp", lambda: self.contact.write({"unreachable_at": False})),
            ("stop_all", lambda: self.contact.write({"suppressed_at": False})),
            ("stop_marketing", lambda: self.contact.write({"marketing_stopped_at": False})),
            ("public_institution", lambda: self.file.write({"public_institution": False})),
            ("transfer_invalid", lambda: self.file.write(CONTRACT)),
            ("window_closed", lambda: values.update(message_type="template", template_id=self.utility.id)),
            ("no_notice", lambda: self.deliver_notice(self.patient)),
            ("no_signoff", lambda: self.switch_on("marketing")),
            ("no_optin", lambda: self.grant("marketing", "explicit_consent")),
            ("no_etk", lambda: self.grant("marketing", "approval")),
            ("no_iys", lambda: self.file.write({"iys_policy": "off"})),
            ("no_sender", lambda: values.update(body=self.promotion.body)),
            ("template_not_approved", lambda: self.utility.write({"status": "approved"})),
            ("category_mismatch", lambda: values.update(template_id=diagnosis.id)),
            ("missing_value", lambda: values.update(template_values='["Deniz"]')),
            ("health_lint", lambda: values.update(template_id=self.promotion.id)),
            ("quiet_hours", self.holiday.unlink),
            ("freq_cap", lambda: self.get_purpose("marketing").write({"cap_count": 0})),
        ]
        self.assertOrder("marketing", values, steps)
