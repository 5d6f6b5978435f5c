"""One case for each reason of the gate, and the order in which they come (legal.md LR-25 to LR-35)."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.messaging.gate_facts import Facts
from ..models.messaging.message import KINDS, SERVICE_KINDS
from ..models.template.template import SERVICE_TEXT
from .common import ClinicCase
from .privacy_common import RISK, SIGN_OFF, put_in_order

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00"
    b"\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)
NOON = datetime(2026, 11, 25, 9)  # a Wednesday; 12:00 in Istanbul
PROMOTION = "Papatya Sağlık A.Ş., MERSİS 0123456789012345. Sayın {{1}}, sizi bekliyoruz. Çıkmak için RET yazın."


class GateCase(ClinicCase):
    """A patient who has agreed to appointment messages, and a template for each purpose."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate = cls.env["clinic.whatsapp.gate"]
        cls.file = cls.env["clinic.privacy.controller"]._get_for(cls.root)
        cls.opt_in(cls.patient)
        cls.utility = cls.create_template()
        cls.promotion = cls.create_template(
            name="news", category="marketing", body=PROMOTION.replace("Papatya Sağlık A.Ş.", cls.file.trade_name)
        )
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient, window=False)
        cls.contact = cls.conversation.contact_id

    @classmethod
    def get_purpose(cls, code):
        return cls.env["clinic.consent.purpose"]._get(code, cls.root)

    def switch_on(self, code):
        self.get_purpose(code).write({"is_on": True, **SIGN_OFF, "quiet_from": 0.0, "quiet_to": 24.0})

    def grant(self, code, kind):
        """Let the patient sign one text of a purpose on the tablet."""
        self.env["clinic.privacy.notice"].search(
            [
                ("company_id", "=", self.root.id),
                ("lang", "=", "tr"),
                ("state", "=", "draft"),
                ("document_type", "=", {"channel_optin": "optin"}.get(kind, kind)),
                ("purpose_code", "=", code),
            ]
        ).action_publish()
        return self.env["clinic.consent"]._record(
            self.patient, self.get_purpose(code), "granted", method="tablet", company=self.branch_a, record_kind=kind,
            signature=PNG, signer_name="Deniz Örnek", ip="192.0.2.7", user_agent="Tablet",
        )  # fmt: skip

    def send(self, code="appointment", template=None, kind="automatic", **vals):
        """Queue a template message."""
        template = template or (self.promotion if code == "marketing" else self.utility)
        [message] = template._queue_messages(
            self.get_purpose(code), [(self.patient, self.patient, self.account_a)], kind=kind
        )
        if vals:
            message = message.sudo()
            message.write({"state": "queued", "block_reason": False, **vals})
            message._judge_and_block()
        return message

    def judge(self, code="appointment", kind="automatic", **vals):
        """Return what the gate says about a template message that does not exist."""
        draft = self.env["clinic.whatsapp.message"].new(
            {
                "conversation_id": self.conversation.id,
                "partner_id": self.patient.id,
                "purpose_id": self.get_purpose(code).id,
                "direction": "out",
                "kind": kind,
                "message_type": "template",
                "client_ref": "draft",
                **(self.promotion if code == "marketing" else self.utility)._prepare_content_vals({1: "Deniz"}),
                **vals,
            }
        )
        return self.gate._judge(draft)[draft]

    def answer(self, kind="reply", body="Merhaba", **vals):
        return self.judge("service", kind, message_type="text", template_id=False, body=body, **vals)

    def open_window(self):
        self.conversation._open_window(self.env.cr.now())


@tagged("post_install", "-at_install")
class TestGateRules(GateCase):
    def test_a_message_that_meets_everything_leaves(self):
        self.assertIsNone(self.judge())
        self.assertEqual(self.send().state, "queued")

    def test_lr01_a_message_without_a_purpose_is_denied(self):
        self.assertEqual(self.judge(purpose_id=False), "no_purpose")
        self.get_purpose("appointment").is_on = False
        self.assertEqual(self.judge(), "no_purpose")

    def test_lr23_nothing_is_sent_to_the_dead_not_even_an_answer(self):
        self.open_window()
        message = self.send()
        self.patient.deceased_on = fields.Date.today()
        self.assertEqual((self.judge(), self.answer()), ("deceased", "deceased"))
        self.env.cr.precommit.run()
        self.assertEqual((message.state, message.block_reason), ("blocked", "deceased"))

    def test_lr19_nothing_is_sent_to_a_suspended_number_but_that_we_stop(self):
        self.open_window()
        self.contact.suspended_at = fields.Datetime.now()
        self.assertEqual((self.judge(), self.answer()), ("number_suspended", "number_suspended"))
        self.assertIsNone(self.answer("wrong_number"))

    def test_lr22_of_a_minor_we_write_to_the_guardian_or_to_nobody(self):
        self.patient.birth_date = fields.Date.today() - timedelta(days=3650)
        self.assertEqual(self.judge(), "minor_rule")
        self.patient.guardian_id = self.create_patient("Ana Örnek", "+905300000077")
        self.assertEqual(self.judge(), "minor_rule", "this is not the guardian's number")
        self.open_window()
        self.assertIsNone(self.answer(), "whoever writes is answered")

    def test_lr39_a_stop_ends_everything_but_its_confirmation_and_legal_notices(self):
        self.open_window()
        self.contact.suppressed_at = fields.Datetime.now()
        self.assertEqual((self.judge(), self.answer()), ("stop_all", "stop_all"))
        self.assertEqual(self.answer("emergency"), "stop_all", "staff is called instead")
        self.assertIsNone(self.answer("optout_confirm"))
        self.assertIsNone(self.answer("legal_notice"))

    def test_lr42_a_stop_of_marketing_ends_promotion_and_surveys_only(self):
        self.contact.marketing_stopped_at = fields.Datetime.now()
        self.assertEqual(self.judge("marketing"), "stop_marketing")
        self.assertEqual(self.judge("feedback"), "stop_marketing")
        self.assertIsNone(self.judge())

    def test_lr33_without_a_transfer_file_nothing_leaves_but_notice_and_opt_out(self):
        self.open_window()
        for state in ("unresolved", "signed", "ended"):
            self.env.cr.execute(
                "UPDATE clinic_privacy_controller SET transfer_state = %s WHERE id = %s", [state, self.file.id]
            )
            self.file.invalidate_recordset()
            self.assertEqual((self.judge(), self.answer()), ("transfer_invalid", "transfer_invalid"), state)
            for kind in ("short_notice", "optout_confirm", "legal_notice", "emergency"):
                self.assertIsNone(self.answer(kind), kind)

    def test_lr33_where_the_risk_was_accepted_each_patient_must_have_agreed(self):
        self.file.write(RISK)
        self.open_window()
        self.assertEqual(self.judge(), "no_p2")
        self.assertIsNone(self.answer(), "only what the clinic begins asks for it")
        self.switch_on("transfer")
        self.grant("transfer", "explicit_consent")
        self.assertIsNone(self.judge())

    def test_a_public_institution_needs_a_reason_on_file(self):
        self.file.public_institution = True
        self.assertEqual(self.judge(), "public_institution")
        self.file.public_institution_reason = "Decision of the board"
        self.assertIsNone(self.judge())

    def test_lr26_free_text_needs_an_open_window(self):
        self.assertEqual(self.answer(), "window_closed")

    def test_lr26_in_the_window_a_person_answers_without_an_opt_in_and_an_automation_does_not(self):
        self.withdraw()
        self.open_window()
        for kind, _label in KINDS:
            expected = "no_optin" if kind == "automatic" else None
            self.assertEqual(self.answer(kind), expected, kind)
        self.assertEqual(len(SERVICE_KINDS), 12)

    def test_lr26_a_template_is_no_answer_whatever_its_kind_and_however_open_the_window(self):
        self.withdraw()
        self.open_window()
        for kind, _label in KINDS:
            self.assertEqual(self.judge("service", kind), "no_optin", kind)

    def test_lr25_the_notice_must_have_been_delivered(self):
        other = self.create_patient("Yeni Hasta", "+905300000042")
        conversation = self.open_conversation(self.account_a, other, window=False)
        values = {"conversation_id": conversation.id, "partner_id": other.id}
        self.assertEqual(self.judge(**values), "no_notice")
        self.deliver_notice(other)
        self.assertEqual(self.judge(**values), "no_optin")

    def test_lr25_the_opt_in_is_for_a_number(self):
        self.contact.phone = "+905300000099"
        self.assertEqual(self.judge(), "no_optin")

    def test_lr09_a_grant_to_be_renewed_closes_the_gate(self):
        entry = self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "renewal_required", method="system", company=self.branch_a
        )
        self.assertEqual(entry.status, "renewal_required")
        self.assertEqual(self.judge(), "renewal_required")

    def test_lr60_purposes_that_need_a_sign_off_are_off_without_it(self):
        self.assertEqual(self.judge("health"), "no_signoff")
        self.switch_on("health")
        self.assertNotEqual(self.judge("health"), "no_signoff")

    def test_lr27_health_content_needs_its_own_grant_and_a_verified_number(self):
        self.switch_on("health")
        self.assertEqual(self.judge("health"), "no_p3")
        self.grant("health", "explicit_consent")
        self.assertEqual(self.judge("health"), "unverified_number")
        self.contact.verified_at = fields.Datetime.now()
        self.assertIsNone(self.judge("health"))
        self.assertEqual(self.judge("health", media_state="pending"), "health_lint", "documents never")
        self.patient.number_owner = "relative"
        self.assertEqual(self.judge("health"), "unverified_number")

    def test_lr28_each_missing_element_of_a_commercial_message_has_its_own_reason(self):
        self.assertEqual(self.judge("marketing"), "no_optin")
        self.switch_on("marketing")
        self.grant("marketing", "explicit_consent")
        self.assertEqual(self.judge("marketing"), "no_etk")
        self.grant("marketing", "approval")
        self.assertEqual(self.judge("marketing"), "no_iys")
        self.file.iys_policy = "off"
        self.assertIsNone(self.judge("marketing"))
        self.assertEqual(self.judge("marketing", body="Sizi bekliyoruz. RET"), "no_sender")
        self.get_purpose("marketing").write({"sign_off_by": False, "is_on": False})
        self.assertEqual(self.judge("marketing"), "no_signoff")

    def test_lr29_a_marketing_template_is_for_marketing_only(self):
        self.assertEqual(self.judge(template_id=self.promotion.id), "category_mismatch")
        authentication = self.create_template(name="code", category="authentication")
        self.assertEqual(self.judge(template_id=authentication.id), "category_mismatch")

    def test_lr25_a_template_must_be_approved(self):
        self.utility.status = "paused"
        self.assertEqual(self.judge(), "template_not_approved")

    def test_lr30_lr31_words_of_promotion_and_health_need_a_reason_in_free_text(self):
        self.open_window()
        for body, reason in (("Size %20 indirim var", "promo_lint"), ("Tanınız diyabet", "health_lint")):
            self.assertEqual(self.answer(body=body), reason)
            self.assertIsNone(self.answer(body=body, lint_reason="Asked by the patient"))
            self.assertEqual(self.answer("greeting", body=body), reason)

    @mute_logger("odoo.addons.clinic_whatsapp.models.messaging.gate")
    def test_lr24_a_rule_that_fails_denies(self):
        self.patch(type(self.gate), "_deny_quiet", lambda gate, messages: 1 / 0)
        self.assertEqual(self.judge(), "gate_error")

    def test_lr20_what_another_legal_entity_was_told_says_nothing(self):
        other = self.env["res.company"].create({"name": "Nergis Klinik", "country_id": self.env.ref("base.tr").id})
        put_in_order(other)
        account = self.create_account(other, "100000000000009", waba_id="209")
        self.patient.company_id = False
        contact = self.env["clinic.whatsapp.contact"]._for_patients(self.patient, other)[self.patient]
        conversation = self.env["clinic.whatsapp.conversation"]._find_or_create(account, contact)[contact]
        purpose = self.env["clinic.consent.purpose"]._get("appointment", other)
        self.assertEqual(self.judge(conversation_id=conversation.id, purpose_id=purpose.id), "no_notice")

    def withdraw(self):
        self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "withdrawn", method="staff", company=self.branch_a
        )


@tagged("post_install", "-at_install")
class TestGateOrder(GateCase):
    def test_lr35_the_first_reason_in_the_order_of_the_law_is_named(self):
        """Everything is wrong at once; one after the other is mended."""
        self.switch_on("health")
        self.withdraw_all()
        self.file.public_institution = True
        self.contact.write({"suspended_at": fields.Datetime.now(), "suppressed_at": fields.Datetime.now()})
        self.utility.status = "paused"
        self.env.cr.execute("UPDATE res_partner SET deceased_on = now() WHERE id = %s", [self.patient.id])
        self.patient.invalidate_recordset()
        seen = [self.judge("health")]
        mend = [
            lambda: self.patient.write({"deceased_on": False}),
            lambda: self.contact.write({"suspended_at": False}),
            lambda: self.contact.write({"suppressed_at": False}),
            lambda: self.file.write({"public_institution": False}),
            lambda: self.opt_in(self.patient),
            lambda: self.grant("health", "explicit_consent"),
            lambda: self.contact.write({"verified_at": fields.Datetime.now()}),
            lambda: self.utility.write({"status": "approved"}),
        ]
        for step in mend:
            step()
            seen.append(self.judge("health"))
        self.assertEqual(
            seen,
            [
                "deceased", "number_suspended", "stop_all", "public_institution", "no_optin", "no_p3",
                "unverified_number", "template_not_approved", None,
            ],
        )  # fmt: skip

    def withdraw_all(self):
        self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "withdrawn", method="staff", company=self.branch_a
        )


@tagged("post_install", "-at_install")
class TestGateHours(GateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.get_purpose("appointment").write({"quiet_from": 9.0, "quiet_to": 20.0})
        (cls.branch_a | cls.branch_b).resource_calendar_id.tz = "Europe/Istanbul"

    def at(self, moment):
        """Let it be this moment for the gate (naive UTC)."""
        self.patch(fields.Datetime, "now", staticmethod(lambda: moment))

    def test_lr34_an_automation_waits_for_the_morning_and_leaves_then(self):
        self.at(NOON.replace(hour=18))  # 21:00
        message = self.send()
        opening = NOON.replace(hour=6) + timedelta(days=1)
        self.assertEqual((message.state, message.next_attempt_at), ("queued", opening))
        self.assertTrue(message.body)
        self.at(opening)
        self.assertEqual(message._judge_and_block(), message)

    def test_lr34_a_person_is_told_and_may_say_why_it_cannot_wait(self):
        self.at(NOON.replace(hour=18))
        self.assertEqual(self.judge(kind="reply"), "quiet_hours")
        self.assertIsNone(self.judge(kind="reply", urgent_reason="The doctor is ill"))

    def test_lr34_answers_know_no_quiet_hours(self):
        self.open_window()
        self.at(self.conversation.window_expires_at.replace(hour=23) - timedelta(days=1))
        self.assertIsNone(self.answer())

    def test_lr34_the_hours_are_those_of_the_branch_and_the_purpose(self):
        self.at(NOON.replace(hour=6) - timedelta(seconds=1))
        self.assertEqual(self.judge(), "quiet_hours")
        self.at(NOON.replace(hour=6))
        self.assertIsNone(self.judge())
        self.get_purpose("appointment").quiet_from = 10.0
        self.assertEqual(self.judge(), "quiet_hours")

    def test_lr34_nothing_leaves_on_a_public_holiday_of_the_branch(self):
        leave = self.env["resource.calendar.leaves"].create(
            {
                "name": "Bayram",
                "company_id": self.branch_a.id,
                "calendar_id": self.branch_a.resource_calendar_id.id,
                "date_from": NOON.replace(hour=0) - timedelta(hours=3),
                "date_to": NOON.replace(hour=0) + timedelta(hours=45),  # two days
            }
        )
        self.at(NOON)
        message = self.send()
        self.assertEqual(message.next_attempt_at, NOON.replace(hour=6) + timedelta(days=2))
        self.assertEqual(self.judge(kind="reply"), "quiet_hours")
        leave.write({"company_id": self.branch_b.id, "calendar_id": self.branch_b.resource_calendar_id.id})
        self.assertIsNone(self.judge(kind="reply"), "another branch is closed")

    def test_lr34_no_more_messages_about_one_occasion_than_the_purpose_allows(self):
        self.at(NOON)
        first, second, third = (self.send(occasion="before:1") for _turn in range(3))
        self.assertEqual(third.block_reason, "freq_cap")
        self.assertEqual((first | second).mapped("block_reason"), [False, False])
        self.assertEqual(self.send(occasion="before:2").state, "queued")
        self.assertIsNone(self.judge(kind="reply", occasion="before:1", urgent_reason="Moved today"))

    def test_lr34_no_more_messages_to_one_person_than_the_purpose_allows(self):
        self.at(NOON)
        self.get_purpose("appointment").write({"cap_count": 1, "cap_days": 7})
        message = self.send()
        self.assertEqual(message.state, "queued")
        self.assertEqual(message._judge_and_block(), message, "it does not count against itself")
        self.assertEqual(self.send().block_reason, "freq_cap")
        message.state = "cancelled"
        self.assertEqual(self.send().state, "queued", "what never left does not count")

    def test_what_the_gate_knows_is_read_once(self):
        messages = self.send() | self.send()
        self.assertEqual(set(Facts(messages.sudo()).cases), set(messages.ids))

    def test_a_service_text_of_an_automation_needs_an_opt_in(self):
        self.open_window()
        greeting = self.create_template(category=SERVICE_TEXT, name="hi")
        self.assertEqual(self.send("service", greeting).state, "queued", "the patient has agreed")
