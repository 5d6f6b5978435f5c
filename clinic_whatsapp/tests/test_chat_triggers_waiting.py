"""Who waits too long hears from us; who has been helped is asked how it was. Both follow from how things stand."""

from datetime import timedelta

from odoo.tests import tagged

from .chat_trigger_common import NIGHT, OPEN, STRANGER, ChatTriggerCase, local
from .privacy_common import freeze_text, switch_on


@tagged("post_install", "-at_install")
class TestNoReply(ChatTriggerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.patience = cls.answer_chat("no_reply", "We have not forgotten you", wait_minutes=30, once_a_day=False)

    def test_who_waits_for_half_an_hour_hears_from_us_once(self):
        conversation = self.write(at=OPEN).conversation_id
        [row] = self.noted(self.patience)
        self.assertEqual((row.anchor, row.due_at, row.state), (OPEN, OPEN + timedelta(minutes=30), "planned"))
        self.at(OPEN + timedelta(minutes=29))
        self.assertFalse(self.said(self.patience))
        self.write("Hello?")
        self.at(OPEN + timedelta(minutes=30))
        self.assertEqual(self.said(self.patience), ["We have not forgotten you"])
        self.at(OPEN + timedelta(hours=3))
        self.assertEqual(len(self.said(self.patience)), 1)
        self.assertEqual(conversation.waiting_since, OPEN, "he waits for a person as before")

    def test_an_answer_takes_it_back(self):
        conversation = self.write(at=OPEN).conversation_id
        self.reply(conversation)
        self.assertEqual(self.outcome(self.patience), [("skipped", "superseded")])
        self.at(OPEN + timedelta(hours=1))
        self.assertFalse(self.said(self.patience))

    def test_an_answer_that_did_not_arrive_brings_it_back(self):
        conversation = self.write(at=OPEN).conversation_id
        answer = self.reply(conversation)
        answer.sudo().state = "failed"
        answer.sudo()._on_settled()
        self.at(OPEN + timedelta(minutes=31))
        self.assertEqual(len(self.said(self.patience)), 1)

    def test_closing_and_saying_that_none_is_needed_take_it_back(self):
        for number, action in enumerate(("action_close", "action_no_answer_needed")):
            conversation = self.write(at=OPEN, phone=f"+90530000008{number}").conversation_id
            getattr(conversation.with_user(self.user_a), action)()
        self.assertEqual(self.outcome(self.patience), [("skipped", "superseded")] * 2)

    def test_a_wait_that_begins_anew_is_another_one(self):
        conversation = self.write(at=OPEN).conversation_id
        self.reply(conversation)
        self.write(at=OPEN + timedelta(minutes=10))
        self.at(OPEN + timedelta(minutes=35))
        self.assertFalse(self.said(self.patience))
        self.at(OPEN + timedelta(minutes=40))
        self.assertEqual(len(self.said(self.patience)), 1)

    def test_the_minutes_count_while_the_branch_is_open(self):
        self.write(at=local(0, 17, 45))
        self.assertEqual(self.noted(self.patience).due_at, local(1, 9, 15))
        self.write(at=NIGHT, phone=STRANGER)
        self.assertEqual(self.noted(self.patience)[1].due_at, local(1, 9, 30))

    def test_a_holiday_that_is_entered_later_moves_it(self):
        self.write(at=local(0, 17, 45))
        self.close(self.branch_a, local(1, 0), local(2, 0))
        self.assertEqual(self.noted(self.patience).due_at, local(2, 9, 15))

    def test_a_blocked_person_waits_for_nobody(self):
        conversation = self.write(at=OPEN).conversation_id
        conversation.with_user(self.user_a).action_block()
        self.write(at=OPEN + timedelta(minutes=5))
        self.at(OPEN + timedelta(hours=2))
        self.assertFalse(self.said(self.patience))

    def test_what_the_clinic_said_by_itself_is_no_answer(self):
        greeting = self.answer_chat("greeting", "Welcome")
        self.write(at=OPEN)
        self.said(greeting)
        self.at(OPEN + timedelta(minutes=31))
        self.assertEqual(len(self.said(self.patience)), 1)


@tagged("post_install", "-at_install")
class TestClosed(ChatTriggerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.thanks = cls.answer_chat(
            "closed", "Thank you for writing", step={"offset_value": 1, "offset_unit": "hours"}, once_a_day=False
        )
        freeze_text(cls.root, "optin", "feedback")
        surveys = switch_on(cls.root, "feedback")["feedback"]
        cls.env["clinic.consent"]._record(cls.patient, surveys, "granted", method="spoken", company=cls.branch_a)

    def close_now(self, conversation, at):
        self.at(at)
        conversation.with_user(self.user_a).action_close()

    def test_it_leaves_some_time_after_the_closing(self):
        conversation = self.write(at=OPEN).conversation_id
        self.close_now(conversation, OPEN)
        self.assertEqual(conversation.closed_at, OPEN)
        self.assertFalse(self.said(self.thanks))
        self.at(OPEN + timedelta(hours=1))
        self.assertEqual(self.said(self.thanks), ["Thank you for writing"])

    def test_who_writes_again_or_is_written_to_again_is_not_asked_yet(self):
        conversation = self.write(at=OPEN).conversation_id
        self.close_now(conversation, OPEN)
        self.write(at=OPEN + timedelta(minutes=5))
        self.assertEqual(self.outcome(self.thanks), [("skipped", "superseded")])
        self.assertFalse(conversation.closed_at)
        self.close_now(conversation, OPEN + timedelta(minutes=10))
        conversation.with_user(self.user_a).action_reopen()
        self.close_now(conversation, OPEN + timedelta(minutes=20))
        self.at(OPEN + timedelta(hours=3))
        self.assertEqual(len(self.said(self.thanks)), 1)
        self.assertEqual(
            self.outcome(self.thanks), [("skipped", "superseded"), ("skipped", "superseded"), ("queued", False)]
        )

    def test_closing_twice_is_one_closing(self):
        conversation = self.write(at=OPEN).conversation_id
        for minutes in (0, 10):
            self.close_now(conversation, OPEN + timedelta(minutes=minutes))
        self.assertEqual(self.noted(self.thanks).anchor, OPEN)

    def test_it_waits_for_the_hours_of_the_automation(self):
        self.thanks.write({"window_from": 10, "window_to": 12})
        conversation = self.write(at=OPEN).conversation_id
        self.close_now(conversation, local(0, 13))
        self.assertEqual(self.noted(self.thanks).due_at, local(1, 10))

    def test_who_is_blocked_is_not_asked(self):
        conversation = self.write(at=OPEN).conversation_id
        conversation.with_user(self.user_a).action_block()
        self.at(OPEN + timedelta(hours=2))
        self.assertFalse(self.said(self.thanks))
        self.assertEqual(self.outcome(self.thanks), [("skipped", "superseded")])

    def test_who_was_handed_over_is_not_asked_here(self):
        conversation = self.write(at=OPEN).conversation_id
        conversation.with_user(self.clinic_manager).action_hand_over(self.branch_b.id, "Lives there")
        self.at(OPEN + timedelta(hours=2))
        self.assertFalse(self.said(self.thanks))
        self.assertEqual(self.outcome(self.thanks), [("skipped", "superseded")])

    def test_who_has_not_agreed_is_not_asked(self):
        conversation = self.write(at=OPEN, phone=STRANGER).conversation_id
        self.close_now(conversation, OPEN)
        self.at(OPEN + timedelta(hours=2))
        self.assertFalse(self.said(self.thanks))
        self.assertEqual(len(self.noted(self.thanks)), 1)

    def test_the_starter_text_asks_about_the_last_visit_here(self):
        self.thanks.active = False
        self.approve("template_feedback_en", self.account_a)
        survey = self.since_ever(
            self.env.ref("clinic_whatsapp.automation_feedback").copy({"active": True, "company_id": self.root.id})
        )
        conversation = self.write(at=OPEN).conversation_id
        self.assertFalse(conversation.last_visit_id)
        visit = self.book(OPEN + timedelta(hours=1))
        self.book(OPEN + timedelta(hours=2), company_id=self.branch_b.id, practitioner_id=self.doctor_b.id)
        self.at(OPEN + timedelta(hours=3))
        for state in ("arrived", "done"):
            self.env["clinic.appointment"].search([("patient_id", "=", self.patient.id)]).state = state
        self.close_now(conversation, OPEN + timedelta(hours=3))
        conversation.invalidate_recordset(["last_visit_id"])
        self.assertEqual(conversation.last_visit_id, visit)
        self.at(OPEN + timedelta(hours=27))
        [text] = self.said(survey)
        self.assertIn("your visit of Monday, March 2", text)
        self.assertEqual(self.noted(survey).message_id.purpose_id.code, "feedback")
