"""Asking for consent in the chat, and what the answers do (legal.md LR-05, LR-11, LR-14, LR-26, LR-32)."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import tagged

from ..models.messaging.message import SERVICE_KINDS
from .chat_common import SHORT, ChatCase


class QuestionCase(ChatCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.notice = cls.publish("notice")
        cls.publish("short_notice", body=SHORT)
        cls.text = cls.publish("optin", "appointment")
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient)

    def ask(self, code="appointment"):
        """Let reception ask, and the question be delivered; return it."""
        self.conversation.with_user(self.user_a).action_send_consent_question(code)
        self.deliver_all()
        return self.sent_messages("consent_request")[-1:]

    def refused(self, code="appointment"):
        """Return why one may not ask."""
        with self.assertRaises(UserError) as caught:
            self.conversation.with_user(self.user_a).action_send_consent_question(code)
        return str(caught.exception)

    def entry(self, code="appointment", kind="channel_optin"):
        return self.ledger._get_standing(self.patient, self.root).get((self.patient, code, kind), self.ledger)


@tagged("post_install", "-at_install")
class TestQuestion(QuestionCase):
    def test_lr32_the_question_has_two_buttons_leads_to_the_exact_text_and_follows_the_notice(self):
        question = self.ask()
        self.assertEqual(self.sent_messages().mapped("kind"), ["short_notice", "consent_request"])
        self.assertEqual(question.message_type, "interactive")
        self.assertIn(f"/clinic_whatsapp/text/{self.text.sha256}", question.body)
        self.assertIn(f"/clinic_whatsapp/text/{self.notice.sha256}", question.body)
        self.assertEqual([button["action"] for button in self.buttons(question)], ["consent_yes", "consent_no"])

    def test_lr32_nobody_is_asked_outside_the_window(self):
        self.conversation.window_expires_at = Datetime.now() - timedelta(minutes=1)
        self.assertIn("24 hours", self.refused())
        self.assertFalse(self.sent_messages())

    def test_lr32_nobody_is_asked_more_than_twice_in_180_days(self):
        first, second = self.ask(), self.ask()
        self.assertIn("twice", self.refused())
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE clinic_whatsapp_message SET create_date = %s WHERE id = %s",
            [Datetime.now() - timedelta(days=181), first.id],
        )
        self.env.invalidate_all()
        self.assertTrue(self.ask() - second)

    def test_lr32_questions_of_all_branches_and_only_of_this_purpose_count(self):
        self.switch_on("feedback")
        self.publish("optin", "feedback")
        other = self.open_conversation(self.account_b, self.patient)
        for _time in range(2):
            other._ask_consent("appointment")
        self.assertIn("twice", self.refused())
        self.ask("feedback")

    def test_lr32_commercial_consent_and_transfer_are_never_asked_in_the_chat(self):
        self.switch_on("marketing")
        for code in ("marketing", "transfer", "service"):
            self.assertIn("never asked in the chat", self.refused(code))

    def test_lr32_the_questions_carry_no_promotion_and_no_health_word_in_any_language(self):
        words = self.env["clinic.lint.word"]
        self.env["res.lang"]._activate_lang("tr_TR")
        for lang in ("en_US", "tr_TR"):
            conversation = self.conversation.with_context(lang=lang)
            for code in ("appointment", "health", "feedback"):
                with self.subTest(lang=lang, code=code):
                    self.assertEqual(words._find(conversation._get_question(code, self.text), ("promo",)), {})
                    self.assertLessEqual(max(map(len, conversation._get_labels(code))), 20)

    def test_each_obstacle_is_named_and_nothing_is_sent(self):
        for vals, words in (
            ({"deceased_on": Datetime.now().date()}, "died"),
            ({"deceased_on": False, "is_restricted": True}, "not certain"),
            ({"is_restricted": False, "number_owner": "relative"}, "not certain"),
        ):
            self.patient.write(vals)
            with self.subTest(vals):
                self.assertIn(words, self.refused())
        self.patient.number_owner = "self"
        self.contact.suspended_at = Datetime.now()
        self.assertIn("stopped", self.refused())
        self.contact.suspended_at = False
        self.conversation.partner_id = False
        self.assertIn("Choose first", self.refused())
        self.assertFalse(self.sent_messages())

    def test_what_is_not_in_use_or_has_no_text_is_not_asked(self):
        self.env["clinic.consent.purpose"]._get("feedback", self.root).is_on = False
        self.assertIn("not in use", self.refused("feedback"))
        self.switch_on("feedback")
        texts = self.env["clinic.privacy.notice"]
        published = texts._get_published(self.root, "optin", "feedback")
        self.assertFalse(published)
        self.assertIn("no valid text", self.refused("feedback"))

    def test_lr05_without_a_notice_nobody_is_asked(self):
        self.env["clinic.privacy.notice"]._get_published(self.root, "short_notice").state = "retired"
        self.assertIn("privacy notice", self.refused())

    def test_people_of_other_branches_cannot_ask(self):
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.user_b).action_send_consent_question("appointment")


@tagged("post_install", "-at_install")
class TestAnswer(QuestionCase):
    def test_lr11_a_yes_is_recorded_with_question_answer_and_text_and_confirmed(self):
        question = self.ask()
        answer = self.press(question, "consent_yes")
        entry = self.entry()
        self.assertEqual((entry.status, entry.method, entry.record_kind), ("granted", "chat", "channel_optin"))
        self.assertEqual((entry.question_id, entry.question_wamid), (question, question.wamid))
        self.assertEqual((entry.answer_id, entry.answer_wamid), (answer, answer.wamid))
        self.assertEqual((entry.text_id, entry.text_hash), (self.text, self.text.sha256))
        self.assertEqual((entry.contact_id, entry.company_id), (self.contact, self.branch_a))
        self.assertEqual(entry.given_at, answer.sent_at)
        confirmation = self.sent_messages("grant_confirm")
        self.assertEqual((len(confirmation), confirmation.state), (1, "queued"))
        self.assertIn("STOP", confirmation.body)

    def test_lr05_the_notice_is_recorded_before_the_yes_that_rests_on_it(self):
        question = self.ask()
        self.press(question, "consent_yes")
        entry = self.entry()
        self.assertEqual(entry.delivery_id.notice_id.document_type, "short_notice")
        self.assertLessEqual(entry.delivery_id.given_at, entry.given_at)
        self.assertLess(entry.delivery_id.sequence, entry.sequence)

    def test_lr05_a_yes_to_a_question_whose_notice_never_left_is_not_recorded(self):
        question = self.ask()
        self.sent_messages("short_notice").state = "failed"
        self.press(question, "consent_yes")
        self.assertFalse(self.entry())
        self.assertIn("could not be recorded", self.conversation.activity_ids.summary)
        self.assertFalse(self.sent_messages("grant_confirm"))

    def test_lr26_a_second_yes_changes_nothing(self):
        question = self.ask()
        self.press(question, "consent_yes")
        entry = self.entry()
        self.press(question, "consent_yes")
        self.assertEqual(self.entry(), entry)
        self.assertEqual(len(self.sent_messages("grant_confirm")), 1)

    def test_a_no_is_a_refusal_and_is_not_asked_about_again_by_itself(self):
        self.press(self.ask(), "consent_no")
        self.assertEqual(self.standing(), "refused")
        self.say("Merhaba")
        self.assertEqual(len(self.sent_messages("consent_request")), 1)

    def test_lr16_a_no_after_a_yes_takes_it_back(self):
        question = self.ask()
        self.press(question, "consent_yes")
        self.press(question, "consent_no")
        self.assertEqual(self.standing(), "withdrawn")
        self.assertIn("withdrew", self.sent_messages("optout_confirm").body)

    def test_an_older_yes_does_not_undo_a_newer_no(self):
        question = self.ask()
        now = Datetime.now()
        self.press(question, "consent_no", at=now)
        self.press(question, "consent_yes", at=now - timedelta(seconds=30))
        self.assertEqual(self.standing(), "refused")

    def test_a_yes_after_a_stop_does_not_count(self):
        question = self.ask()
        self.say("DUR")
        self.press(question, "consent_yes")
        self.assertNotEqual(self.standing(), "granted")
        self.assertTrue(self.contact.suppressed_at)
        self.assertIn("could not be recorded", self.conversation.activity_ids.summary)

    def test_a_yes_to_a_question_for_another_patient_does_not_count(self):
        question = self.ask()
        other = self.create_patient("Torun Örnek", "")
        self.conversation.with_user(self.user_a).action_choose_patient(other.id)
        self.press(question, "consent_yes")
        self.assertIsNone(self.standing())
        self.assertIsNone(self.standing(partner=other))

    def test_typed_evet_answers_the_open_question(self):
        self.ask()
        answer = self.say("EVET 👍")
        self.assertEqual((self.entry().status, self.entry().answer_id), ("granted", answer))

    def test_typed_hayir_refuses(self):
        self.ask()
        self.say("Hayır")
        self.assertEqual(self.standing(), "refused")

    def test_typed_evet_without_a_question_or_after_24_hours_is_no_consent(self):
        self.say("Evet")
        self.assertFalse(self.entry())
        question = self.ask()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE clinic_whatsapp_message SET create_date = %s WHERE id = %s",
            [Datetime.now() - timedelta(hours=25), question.id],
        )
        self.env.invalidate_all()
        self.say("Evet")
        self.assertFalse(self.entry())

    def test_typed_evet_to_what_a_colleague_asked_since_is_no_consent_unless_the_question_is_quoted(self):
        question = self.ask()
        self.conversation._send_text("Saat 10 uygun mu?")
        self.deliver_all()
        self.say("Evet")
        self.assertFalse(self.entry())
        self.say("Evet", context={"id": question.wamid})
        self.assertEqual(self.standing(), "granted")

    def test_typed_evet_counts_once(self):
        self.ask()
        self.say("Hayır")
        self.say("Evet")
        self.assertEqual(self.standing(), "refused")

    def test_a_button_of_another_conversation_answers_nothing(self):
        question = self.ask()
        reply = {"id": self.buttons(question)[0]["id"], "title": "Yes"}
        self.take(
            "interactive",
            "wamid.forged",
            sender="905300000078",
            interactive={"type": "button_reply", "button_reply": reply},
        )
        self.assertFalse(self.entry())

    def test_lr26_health_reminders_are_an_explicit_consent_of_their_own(self):
        self.switch_on("health")
        text = self.publish("explicit_consent", "health")
        self.press(self.ask("health"), "consent_yes")
        entry = self.entry("health", "explicit_consent")
        self.assertEqual((entry.status, entry.text_id), ("granted", text))
        self.assertIsNone(self.standing())


@tagged("post_install", "-at_install")
class TestConfirmation(QuestionCase):
    def confirmation(self):
        return self.env["clinic.whatsapp.message"].search([("kind", "=", "grant_confirm")])

    def speak(self, user=None):
        self.ledger._record_delivery(
            self.patient, notice=self.notice, method="staff", company=self.branch_a, delivered_at=Datetime.now()
        )
        purpose = self.env["clinic.consent.purpose"]._get("appointment", self.root)
        ledger = self.ledger.with_user(user or self.env.user)
        return ledger._record(self.patient, purpose, "granted", method="spoken", company=self.branch_a)

    def test_lr14_a_spoken_opt_in_is_confirmed_in_the_open_window(self):
        self.speak(self.user_a)
        message = self.confirmation()
        self.assertEqual((message.kind, message.state, message.message_type), ("grant_confirm", "queued", "text"))
        self.assertEqual(message.conversation_id, self.conversation)
        self.assertIn("STOP", message.body)

    def test_lr14_outside_the_window_it_is_confirmed_by_the_utility_template(self):
        self.conversation.window_expires_at = Datetime.now() - timedelta(hours=1)
        starter = self.env.ref("clinic_whatsapp.template_optin_confirmation_en")
        own = starter.copy({"account_id": self.account_a.id, "company_id": self.branch_a.id})
        own.status = "approved"
        self.speak()
        message = self.confirmation()
        self.assertEqual((message.kind, message.state, message.message_type), ("grant_confirm", "queued", "template"))
        self.assertEqual(message.template_id, own)
        self.assertIn("Deniz Örnek", message.body)
        self.assertIn("STOP", message.body)

    def test_lr14_a_number_without_the_template_says_which_one_is_missing(self):
        self.conversation.window_expires_at = Datetime.now() - timedelta(hours=1)
        self.speak()
        message = self.confirmation()
        self.assertEqual((message.state, message.block_reason), ("blocked", "template_not_approved"))

    def test_lr14_what_reception_records_by_word_of_mouth_is_confirmed_by_itself(self):
        self.ledger._record_delivery(self.patient, notice=self.notice, method="staff", company=self.branch_a)
        wizard = self.env["clinic.consent.wizard"].with_user(self.user_a).create({"partner_id": self.patient.id})
        wizard.action_record()
        self.assertEqual(self.standing(), "granted")
        self.assertEqual(self.sent_messages("grant_confirm").mapped("state"), ["queued"])

    def test_lr26_every_kind_that_may_leave_by_itself_has_a_name_of_its_own(self):
        self.assertEqual(
            SERVICE_KINDS,
            {
                *("greeting", "short_notice", "consent_request", "grant_confirm", "out_of_hours", "optout_confirm"),
                *("iptal_clarify", "wrong_number", "medical_redirect", "emergency", "dsar_ack", "legal_notice"),
                *("answer", "move_offer"),
            },
        )
