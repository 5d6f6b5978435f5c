"""What a patient wants to receive, said in a word or by a button (legal.md LR-16, LR-38 to LR-43)."""

from datetime import timedelta

from odoo.fields import Datetime
from odoo.tests import tagged

from .chat_common import ChatCase
from .inbound_common import STRANGER


class OptOutCase(ChatCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.notice = cls.publish("notice")
        cls.text = cls.publish("optin", "appointment")
        cls.switch_on("health", "marketing", "feedback")
        cls.publish("explicit_consent", "health")
        cls.publish("optin", "feedback")
        cls.publish("approval", "marketing")
        cls.publish("explicit_consent", "marketing")
        cls.before = Datetime.now() - timedelta(days=3)
        cls.ledger._record_delivery(
            cls.patient, notice=cls.notice, method="staff", company=cls.branch_a, delivered_at=cls.before
        )

    def agree(self, code="appointment", kind="channel_optin", partner=None, **proof):
        """Record that the patient agreed before the test begins; signed, where spoken does not do."""
        how = {"method": "spoken"}
        if kind != "channel_optin":
            how = {"method": "paper", "evidence": ("form.pdf", b"%PDF-1.4 signed"), "checked_by": self.manager_a}
        return self.ledger._record(
            partner or self.patient,
            self.env["clinic.consent.purpose"]._get(code, self.root),
            "granted",
            company=self.branch_a,
            **{"record_kind": kind, "given_at": self.before, **how, **proof},
        )

    def agree_to_everything(self):
        self.agree()
        self.agree("health", "explicit_consent")
        self.agree("feedback")
        self.agree("marketing", "approval")
        self.agree("marketing", "explicit_consent")

    def everything(self):
        """Return what stands, in the order of ``agree_to_everything``."""
        return [
            self.standing(),
            self.standing("health", "explicit_consent"),
            self.standing("feedback"),
            self.standing("marketing", "approval"),
            self.standing("marketing", "explicit_consent"),
        ]


@tagged("post_install", "-at_install")
class TestStop(OptOutCase):
    def test_lr39_stop_ends_everything_and_lr41_is_confirmed_once(self):
        self.agree_to_everything()
        answer = self.say("DUR")
        self.assertEqual(self.everything(), ["withdrawn"] * 5)
        entry = self.ledger._get_standing(self.patient, self.root)[self.patient, "appointment", "channel_optin"]
        self.assertEqual((entry.method, entry.answer_id, entry.withdrawn_at), ("chat", answer, answer.sent_at))
        confirmation = self.sent_messages("optout_confirm")
        self.assertEqual((len(confirmation), confirmation.state), (1, "queued"))
        self.assertIn("Papatya Klinik", confirmation.body)
        self.say("STOP")
        self.assertEqual(self.sent_messages("optout_confirm"), confirmation)

    def test_lr39_stop_reaches_all_branches(self):
        conversation_b = self.open_conversation(self.account_b, self.patient)
        self.say("DUR")
        self.assertEqual(conversation_b._send_text("Merhaba").block_reason, "stop_all")

    def test_lr41_stop_of_an_unknown_number_is_kept_and_confirmed_too(self):
        contact = self.say("stop", sender=STRANGER).conversation_id.contact_id
        self.assertTrue(contact.suppressed_at)
        self.assertEqual(len(self.sent_messages("optout_confirm", contact)), 1)

    def test_lr41_a_stop_that_comes_after_the_window_is_honoured_without_a_confirmation(self):
        self.agree()
        self.say("STOP", at=Datetime.now() - timedelta(minutes=30))
        self.assertEqual(len(self.sent_messages("optout_confirm")), 1)
        contact = self.say("STOP", at=Datetime.now() - timedelta(days=2), sender=STRANGER).conversation_id.contact_id
        self.assertTrue(contact.suppressed_at)
        self.assertFalse(self.sent_messages("optout_confirm", contact))

    def test_lr16_stop_takes_back_what_waits_in_the_queue(self):
        self.agree()
        message = self.patient._whatsapp_send_template(
            self.create_template(), purpose="appointment", account=self.account_a
        )
        self.assertEqual(message.state, "queued")
        self.say("DUR")
        message._judge_and_block()
        self.assertEqual((message.state, message.block_reason, message.body), ("blocked", "stop_all", False))

    def test_lr17_stop_leaves_appointments_alone(self):
        visit = self.env["clinic.appointment"].create(
            {
                "patient_id": self.patient.id,
                "company_id": self.branch_a.id,
                "start": Datetime.now() + timedelta(days=3),
            }
        )
        self.say("DUR")
        self.assertEqual(visit.state, "booked")

    def test_lr39_a_late_stop_does_not_undo_a_newer_consent(self):
        self.agree(given_at=self.before + timedelta(minutes=30))
        self.say("STOP", at=self.before + timedelta(minutes=10))
        self.assertEqual(self.standing(), "granted")
        self.assertFalse(self.contact.suppressed_at)

    def test_lr39_a_late_stop_does_not_undo_a_newer_start(self):
        now = Datetime.now()
        self.say("BAŞLA", at=now - timedelta(minutes=1))
        self.say("DUR", at=now - timedelta(minutes=2))
        self.assertFalse(self.contact.suppressed_at)

    def test_lr39_the_button_of_a_template_on_which_stop_is_written_counts(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        asked = conversation._send_text("Merhaba").sudo()
        for payload, stopped in ((f"confirm:{asked.client_ref}:0", False), (f"none:{asked.client_ref}:0", True)):
            self.take("button", f"wamid.b.{stopped}", button={"payload": payload, "text": "Dur"})
            self.assertEqual(bool(self.contact.suppressed_at), stopped)

    def correct(self, message, body):
        """Let the patient correct what he wrote; return the correction."""
        new = {"type": "text", "text": {"body": body}}
        wamid = f"wamid.corrected.{next(self.count)}"
        return self.take("edit", wamid, original_message_id=message.wamid, message=new)

    def test_lr39_a_longer_sentence_is_no_stop(self):
        self.agree()
        said = self.say("dur bir dakika geliyorum")
        self.correct(said, "dur bir dakika daha, geliyorum")
        self.assertFalse(self.contact.suppressed_at)
        self.assertFalse(self.sent_messages("optout_confirm"))
        self.assertEqual(self.standing(), "granted")

    def test_lr39_a_correction_to_stop_counts(self):
        self.agree()
        said = self.say("dur bir dakika geliyorum")
        correction = self.correct(said, "Dur!")
        self.assertEqual((correction.message_type, correction.reply_to_id), ("edit", said))
        self.assertEqual(self.contact.suppressed_at, correction.sent_at)
        self.assertEqual(self.standing(), "withdrawn")
        entry = self.ledger._get_standing(self.patient, self.root)[self.patient, "appointment", "channel_optin"]
        self.assertEqual(entry.answer_id, correction)
        self.assertEqual(len(self.sent_messages("optout_confirm")), 1)

    def test_lr39_a_correction_to_stop_counts_even_if_what_it_corrects_is_unknown(self):
        self.take("edit", "wamid.e", original_message_id="wamid.x", message={"type": "text", "text": {"body": "DUR"}})
        self.assertTrue(self.contact.suppressed_at)


@tagged("post_install", "-at_install")
class TestStopOfPromotion(OptOutCase):
    def test_lr39_ret_ends_promotion_and_surveys_only_and_is_confirmed_once(self):
        self.agree_to_everything()
        self.say("RET")
        self.assertEqual(self.everything(), ["granted", "granted", "withdrawn", "withdrawn", "withdrawn"])
        self.assertTrue(self.contact.marketing_stopped_at)
        self.assertFalse(self.contact.suppressed_at)
        self.assertEqual(len(self.sent_messages("optout_confirm")), 1)
        self.say("kampanya istemiyorum")
        self.assertEqual(len(self.sent_messages("optout_confirm")), 1)

    def test_lr39_ret_after_stop_gets_no_answer(self):
        self.say("DUR")
        self.say("RET")
        self.assertEqual(len(self.sent_messages("optout_confirm")), 1)
        self.assertTrue(self.contact.marketing_stopped_at)

    def test_lr42_a_stop_in_whatsapps_own_settings_does_the_same(self):
        self.agree_to_everything()
        self.contact._choose_marketing(False, Datetime.now())
        self.assertEqual(self.everything(), ["granted", "granted", "withdrawn", "withdrawn", "withdrawn"])

    def test_lr42_an_older_choice_does_not_undo_a_newer_one(self):
        self.agree_to_everything()
        self.contact._choose_marketing(True, Datetime.now())
        self.say("RET", at=Datetime.now() - timedelta(minutes=5))
        self.assertEqual(self.everything(), ["granted"] * 5)
        self.assertFalse(self.sent_messages("optout_confirm"))

    def test_whoever_agrees_to_surveys_after_ret_gets_them_and_no_promotion(self):
        self.agree_to_everything()
        self.say("RET", at=Datetime.now() - timedelta(minutes=5))
        self.agree("feedback", given_at=Datetime.now())
        self.assertFalse(self.contact.marketing_stopped_at)
        self.assertEqual(self.everything(), ["granted", "granted", "granted", "withdrawn", "withdrawn"])

    def test_lr39_only_appointments_narrows(self):
        self.agree_to_everything()
        self.say("Yalnızca randevu mesajları")
        self.assertEqual(self.everything(), ["granted"] + ["withdrawn"] * 4)
        self.assertEqual(len(self.sent_messages("optout_confirm")), 1)

    def test_lr39_the_button_under_the_confirmation_narrows_a_stop(self):
        self.agree_to_everything()
        self.say("DUR")
        self.deliver_all()
        self.press(self.sent_messages("optout_confirm"), "only_appointments")
        self.assertFalse(self.contact.suppressed_at)
        self.assertTrue(self.contact.marketing_stopped_at)
        self.assertEqual(self.everything(), ["withdrawn"] * 5, "nothing comes back by itself (LR-43)")
        self.assertEqual(len(self.sent_messages("consent_request")), 1)


@tagged("post_install", "-at_install")
class TestStart(OptOutCase):
    def test_lr43_start_lifts_the_stop_and_asks_anew(self):
        self.agree_to_everything()
        self.say("DUR")
        self.say("Başla")
        self.assertFalse(self.contact.suppressed_at)
        self.assertEqual(self.everything(), ["withdrawn"] * 5)
        question = self.sent_messages("consent_request")
        self.assertEqual(question.privacy_text_id, self.text)
        self.say("Başla")
        self.assertEqual(self.sent_messages("consent_request"), question)

    def test_lr43_where_the_chat_cannot_ask_a_person_does(self):
        self.patient.number_owner = "relative"
        self.say("DUR")
        conversation = self.say("Başla").conversation_id
        self.assertFalse(self.contact.suppressed_at)
        self.assertFalse(self.sent_messages("consent_request"))
        self.assertEqual(len(conversation.activity_ids), 1)

    def test_lr43_start_without_a_stop_does_nothing(self):
        self.agree()
        conversation = self.say("devam").conversation_id
        self.assertFalse(conversation.activity_ids)
        self.assertFalse(self.sent_messages())


@tagged("post_install", "-at_install")
class TestCancelWord(OptOutCase):
    def book(self, branch=None, **vals):
        return self.env["clinic.appointment"].create(
            {
                "patient_id": self.patient.id,
                "company_id": (branch or self.branch_a).id,
                "start": Datetime.now() + timedelta(days=3),
                **vals,
            }
        )

    def test_lr40_without_an_appointment_iptal_is_a_stop(self):
        self.agree()
        self.say("İPTAL")
        self.assertEqual(self.standing(), "withdrawn")
        self.assertFalse(self.sent_messages("iptal_clarify"))
        self.assertEqual(len(self.sent_messages("optout_confirm")), 1)

    def test_lr40_with_an_appointment_iptal_is_asked_about_once_and_only_appointments_go_on(self):
        self.agree_to_everything()
        self.book()
        self.say("iptal")
        self.say("ıptal")
        question = self.sent_messages("iptal_clarify")
        self.assertEqual(len(question), 1)
        self.assertEqual(
            [button["action"] for button in self.buttons(question)], ["cancel_visit", "stop_messages", "never_mind"]
        )
        self.assertEqual(self.everything(), ["granted"] * 5)
        template = self.create_template()
        for purpose, reason in (("appointment", False), ("feedback", "cancel_unexplained")):
            message = self.patient._whatsapp_send_template(template, purpose=purpose, account=self.account_a)
            self.assertEqual(message.block_reason, reason)

    def test_lr40_a_reminder_of_the_last_72_hours_is_reason_to_ask(self):
        self.agree()
        reminder = self.patient._whatsapp_send_template(
            self.create_template(), purpose="appointment", account=self.account_a
        ).sudo()
        for age, asked in ((timedelta(hours=73), 0), (timedelta(hours=71), 1)):
            self.env.cr.execute(
                "UPDATE clinic_whatsapp_message SET create_date = %s, state = 'sent' WHERE id = %s",
                [Datetime.now() - age, reminder.id],
            )
            self.env.invalidate_all()
            conversation = reminder.conversation_id
            self.assertEqual(conversation._has_something_to_cancel(Datetime.now()), bool(asked))

    def test_lr40_cancel_my_appointment_cancels_the_only_one(self):
        self.agree()
        visit = self.book()
        self.say("iptal")
        self.press(self.sent_messages("iptal_clarify"), "cancel_visit")
        self.assertEqual((visit.state, visit.cancelled_by), ("cancelled", "patient"))
        self.assertFalse(self.contact.cancel_asked_at)
        self.assertEqual(self.standing(), "granted")

    def test_lr40_where_it_may_be_one_of_several_a_person_asks(self):
        visits = self.book() | self.book(start=Datetime.now() + timedelta(days=5))
        conversation = self.say("iptal").conversation_id
        self.press(self.sent_messages("iptal_clarify"), "cancel_visit")
        self.assertEqual(visits.mapped("state"), ["booked", "booked"])
        self.assertEqual(len(conversation.activity_ids), 1)

    def test_lr40_an_appointment_in_another_branch_is_left_to_that_branch(self):
        visit = self.book(self.branch_b)
        conversation = self.say("iptal").conversation_id
        self.press(self.sent_messages("iptal_clarify"), "cancel_visit")
        self.assertEqual(visit.state, "booked")
        self.assertEqual(visit.activity_ids.clinic_branch_id, self.branch_b)
        self.assertFalse(conversation.activity_ids)

    def test_lr40_stop_messages_is_a_stop(self):
        self.agree_to_everything()
        visit = self.book()
        self.say("iptal")
        self.press(self.sent_messages("iptal_clarify"), "stop_messages")
        self.assertEqual(self.everything(), ["withdrawn"] * 5)
        self.assertEqual(visit.state, "booked")
        self.assertTrue(self.contact.suppressed_at)

    def test_lr40_never_mind_leaves_everything_as_it_was(self):
        self.agree_to_everything()
        visit = self.book()
        self.say("iptal")
        self.press(self.sent_messages("iptal_clarify"), "never_mind")
        self.assertEqual(self.everything(), ["granted"] * 5)
        self.assertFalse(self.contact.cancel_asked_at or self.contact.suppressed_at)
        self.assertEqual(visit.state, "booked")

    def test_lr40_after_24_hours_without_an_answer_promotion_stays_stopped_and_staff_is_asked(self):
        self.agree_to_everything()
        self.book()
        conversation = self.say("iptal").conversation_id
        self.run_chat_cron()
        self.assertTrue(self.contact.cancel_asked_at, "not yet")
        self.contact.cancel_asked_at = Datetime.now() - timedelta(hours=25)
        self.run_chat_cron()
        self.assertFalse(self.contact.cancel_asked_at)
        self.assertTrue(self.contact.marketing_stopped_at)
        self.assertEqual(self.everything(), ["granted", "granted", "withdrawn", "withdrawn", "withdrawn"])
        self.assertEqual(conversation.activity_ids.summary, "“Cancel” was not explained")

    def run_chat_cron(self):
        with self.cron_env() as env:
            env["clinic.whatsapp.message"]._cron_chat_consent()
