"""What each rule of the gate asks for, and quiet hours and caps (legal.md LR-25 to LR-35)."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.messaging.gate_facts import Facts
from ..models.messaging.message import KINDS, SERVICE_KINDS
from ..models.template.template import SERVICE_TEXT
from .gate_common import NOON, PNG, GateCase
from .privacy_common import RISK, put_in_order


@tagged("post_install", "-at_install")
class TestGateRules(GateCase):
    def test_a_message_that_meets_everything_leaves(self):
        self.assertIsNone(self.judge())
        self.assertEqual(self.send().state, "queued")

    def test_lr01_a_message_without_a_purpose_is_denied(self):
        self.assertEqual(self.judge(purpose_id=False), "no_purpose")
        self.get_purpose("appointment").is_on = False
        self.assertEqual(self.judge(), "no_purpose")

    def test_lr01_no_message_is_written_for_the_transfer_abroad(self):
        self.file.write(RISK)
        self.switch_on("transfer")
        self.grant("transfer", "explicit_consent")
        self.open_window()
        self.assertIsNone(self.judge())
        self.assertEqual((self.judge("transfer"), self.judge("transfer", "reply")), ("no_purpose", "no_purpose"))
        self.assertEqual(self.answer(purpose_id=self.get_purpose("transfer").id), "no_purpose")
        automations = self.env["clinic.whatsapp.automation"]
        offered = self.env["clinic.consent.purpose"].search(automations._fields["purpose_id"].domain)
        self.assertNotIn("transfer", offered.mapped("code"))

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
            expected = "no_optin" if kind in ("automatic", "auto_reply") else None
            self.assertEqual(self.answer(kind), expected, kind)
        self.assertEqual(len(SERVICE_KINDS), 14)

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
        for code in ("health", "marketing", "feedback"):
            with self.subTest(code):
                self.assertEqual(self.judge(code), "no_signoff")
                self.switch_on(code)
                self.assertIn(self.judge(code), ("no_p3", "no_optin"))
                self.get_purpose(code).is_on = False
                self.assertEqual(self.judge(code), "no_signoff")

    def test_lr27_health_content_needs_its_own_grant_and_a_verified_number(self):
        self.switch_on("health")
        self.assertEqual(self.judge("health"), "no_p3")
        self.grant("health", "explicit_consent")
        self.assertEqual(self.judge("health"), "unverified_number")
        self.contact.verified_at = fields.Datetime.now()
        self.assertIsNone(self.judge("health"))
        self.assertEqual(self.judge("health", media_state="pending"), "health_lint", "documents never")
        self.patient.number_owner = "relative"
        self.permit_number()
        self.contact.verified_at = fields.Datetime.now()
        self.assertEqual((self.judge(), self.judge("health")), (None, "unverified_number"))

    def test_lr28_each_missing_element_of_a_commercial_message_has_its_own_reason(self):
        self.assertEqual(self.judge("marketing"), "no_signoff", "nobody can opt in to what is off")
        self.switch_on("marketing")
        self.assertEqual(self.judge("marketing"), "no_optin")
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
        authentication = self.create_template(name="code", category="authentication")
        for template in (self.promotion, authentication):
            self.assertEqual(self.judge(**template._prepare_content_vals({1: "Deniz"})), "category_mismatch")

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

    def permit_number(self):
        """Let the patient permit in writing that a relative's number is written to."""
        self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "granted", method="spoken", company=self.branch_a,
            authority=(PNG, "izin.png", "image/png"),
        )  # fmt: skip

    def withdraw(self):
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
