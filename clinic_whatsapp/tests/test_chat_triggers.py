"""What a patient's message sets off: a greeting, the opening hours; never both, and never beside what matters more."""

from datetime import datetime, timedelta

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from ..models.automation.chat.closed_period import find_closed_period
from .chat_trigger_common import NIGHT, OPEN, STRANGER, ChatTriggerCase, local


@tagged("post_install", "-at_install")
class TestGreeting(ChatTriggerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.greeting = cls.answer_chat("greeting", "Welcome to {branch}")

    def test_the_first_message_of_a_person_is_greeted_once(self):
        for body in ("Hello", "Is anybody there"):
            message = self.write(body, at=OPEN, phone=STRANGER)
        self.assertEqual(self.said(self.greeting), ["Welcome to Kadıköy"])
        [row] = self.noted(self.greeting)
        self.assertEqual((row.conversation_id, row.company_id), (message.conversation_id, self.branch_a))
        self.assertEqual((row.message_id.kind, row.message_id.conversation_id), ("greeting", message.conversation_id))

    def test_somebody_nobody_knows_needs_no_opt_in_to_be_greeted(self):
        self.write(at=OPEN, phone=STRANGER)
        self.said(self.greeting)
        message = self.noted(self.greeting).message_id
        self.assertEqual((message.state, message.block_reason), ("queued", False))
        self.assertFalse(message.partner_id)

    def test_first_means_first_in_the_whole_clinic(self):
        self.write(at=OPEN)
        self.write(at=OPEN + timedelta(days=1), account=self.account_b)
        self.assertEqual(len(self.noted(self.greeting)), 1)

    def test_each_branch_greets_with_its_own_words(self):
        self.greeting.branch_ids = self.branch_b
        self.write(at=OPEN)
        self.write(at=OPEN, phone=STRANGER, account=self.account_b)
        self.assertEqual(self.said(self.greeting), ["Welcome to Çankaya"])

    def test_what_matters_more_is_not_greeted(self):
        for number, body in enumerate(("STOP", "cancel", "heart attack", "wrong number")):
            self.write(body, at=OPEN, phone=f"+90530000008{number}")
        self.assertFalse(self.noted(self.greeting))

    def test_a_thumb_and_a_pressed_confirmation_are_not_greeted(self):
        self.at(OPEN)
        asked = self.ask(self.book())
        self.write("👍", kind="reaction", target=asked.wamid)
        self.press(asked)
        self.assertFalse(self.noted(self.greeting))

    def test_a_blocked_person_is_not_greeted(self):
        contact = self.env["clinic.whatsapp.contact"]._resolve(self.root, wa_id=STRANGER.lstrip("+"))
        contact.blocked_at = OPEN
        self.write(at=OPEN, phone=STRANGER)
        self.assertFalse(self.noted(self.greeting))

    def test_what_arrives_hours_later_is_not_greeted(self):
        self.write(at=OPEN + timedelta(hours=3), sent=OPEN, phone=STRANGER)
        self.assertFalse(self.noted(self.greeting))

    def test_who_was_answered_meanwhile_is_not_greeted(self):
        conversation = self.write(at=OPEN).conversation_id
        self.reply(conversation)
        self.assertFalse(self.said(self.greeting))
        self.assertEqual(self.outcome(self.greeting), [("skipped", "staff_active")])

    def test_after_a_word_of_an_emergency_no_greeting_follows(self):
        self.write(at=OPEN)
        self.write("heart attack", at=OPEN)
        self.assertFalse(self.said(self.greeting))
        self.assertEqual(self.outcome(self.greeting), [("skipped", "superseded")])

    def test_a_greeting_that_could_not_leave_in_time_does_not_leave_late(self):
        self.write(at=OPEN)
        self.at(OPEN + timedelta(hours=2))
        self.assertFalse(self.said(self.greeting))
        self.assertEqual(self.outcome(self.greeting), [("skipped", "too_late")])

    def test_a_text_with_a_gap_does_not_leave(self):
        self.greeting.step_ids.text = "Welcome {patient}"
        self.write(at=OPEN, phone=STRANGER)
        self.assertFalse(self.said(self.greeting))
        self.assertEqual(self.outcome(self.greeting), [("skipped", "not_prepared")])
        self.write(at=OPEN)
        self.assertEqual(self.said(self.greeting), ["Welcome Deniz Örnek"])

    def test_each_patient_reads_his_language(self):
        self.env["res.lang"]._activate_lang("tr_TR")
        self.greeting.step_ids.with_context(lang="tr_TR").text = "{branch} şubesine hoş geldiniz"
        self.patient.lang = "tr_TR"
        self.write(at=OPEN)
        self.assertEqual(self.said(self.greeting), ["Kadıköy şubesine hoş geldiniz"])

    def test_the_starter_text_greets_with_its_buttons(self):
        self.greeting.active = False
        starter = self.env.ref("clinic_whatsapp.automation_greeting")
        self.assertFalse(starter.active)
        greeting = self.since_ever(starter.copy({"active": True, "company_id": self.root.id}))
        self.write(at=OPEN)
        self.assertIn("welcome to the WhatsApp line of Kadıköy", self.said(greeting)[0])
        message = self.noted(greeting).message_id
        self.assertEqual((message.kind, message.message_type), ("greeting", "text"))
        self.assertEqual(len(message._get_content().buttons), 3)

    def test_a_text_names_only_what_can_be_filled_in(self):
        for text in ("Hello {me}", "Hello {diagnosis}"):
            with self.assertRaisesRegex(ValidationError, "cannot be filled in"):
                self.greeting.step_ids.text = text
        with self.assertRaisesRegex(ValidationError, "4096"):
            self.greeting.step_ids.text = "a" * 4097

    def test_what_needs_no_opt_in_is_for_answering_only(self):
        for trigger in ("greeting", "out_of_hours"):
            with self.assertRaisesRegex(ValidationError, "nothing else"):
                self.answer_chat(trigger, purpose="marketing")

    def test_what_comes_before_it_is_switched_on_is_not_greeted(self):
        self.greeting.active = False
        self.write(at=OPEN)
        self.greeting.active = True
        self.write(at=OPEN + timedelta(minutes=1))
        self.assertFalse(self.noted(self.greeting))

    def test_a_condition_on_the_conversation_holds(self):
        self.greeting.domain = "[('partner_id', '=', False)]"
        self.write(at=OPEN)
        self.assertFalse(self.noted(self.greeting))
        self.write(at=OPEN, phone=STRANGER)
        self.assertEqual(len(self.noted(self.greeting)), 1)


@tagged("post_install", "-at_install")
class TestOutOfHours(ChatTriggerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.closed = cls.answer_chat("out_of_hours", "Closed until {next_open_day}, {next_open_time}")

    def test_who_writes_at_night_learns_when_the_branch_opens(self):
        self.write(at=NIGHT, phone=STRANGER)
        self.assertEqual(self.said(self.closed), ["Closed until Tuesday 3 March, 09:00"])
        [row] = self.noted(self.closed)
        self.assertEqual((row.anchor, row.message_id.kind), (local(0, 18), "out_of_hours"))

    def test_nothing_is_said_while_the_branch_is_open(self):
        for moment in (local(0, 9), OPEN, local(0, 17, 59)):
            self.write(at=moment)
        self.assertFalse(self.noted(self.closed))

    def test_a_closed_period_begins_with_the_closing_and_ends_with_the_opening(self):
        self.write(at=local(0, 18))
        self.write(at=local(1, 8, 59))
        self.write(at=local(1, 9))
        self.assertEqual(len(self.noted(self.closed)), 1)

    def test_once_in_each_closed_period(self):
        for moment in (NIGHT, NIGHT + timedelta(hours=3), local(1, 7), local(1, 19), local(2, 3)):
            self.write(at=moment)
            self.said(self.closed)
        self.assertEqual(self.noted(self.closed).mapped("anchor"), [local(0, 18), local(1, 18)])
        self.assertEqual(len(self.said(self.closed)), 2)

    def test_a_weekend_and_a_holiday_after_it_are_one_closed_period(self):
        self.close(self.branch_a, local(7, 0), local(8, 0))
        for day in (5, 6, 7):
            self.write(at=local(day, 12))
            self.assertEqual(self.said(self.closed), ["Closed until Tuesday 10 March, 09:00"])
        self.assertEqual(self.noted(self.closed).anchor, local(4, 18))

    def test_a_holiday_closes_a_weekday(self):
        self.close(self.branch_a, local(1, 0), local(2, 0))
        self.write(at=local(1, 11))
        self.assertEqual(self.said(self.closed), ["Closed until Wednesday 4 March, 09:00"])

    def test_a_holiday_on_a_calendar_of_the_clinic_above_closes_its_branch(self):
        self.branch_a.resource_calendar_id.company_id = self.root
        self.close(self.branch_a, local(1, 0), local(2, 0))
        self.write(at=local(1, 11))
        self.assertEqual(self.said(self.closed), ["Closed until Wednesday 4 March, 09:00"])

    def test_a_holiday_of_one_branch_closes_no_other(self):
        self.close(self.branch_a, local(1, 0), local(2, 0))
        self.write(at=local(1, 11), account=self.account_b)
        self.assertFalse(self.noted(self.closed))

    def test_somebodys_leave_closes_nothing(self):
        leave = self.close(self.branch_a, local(1, 0), local(2, 0))
        leave.resource_id = self.doctor_a
        self.write(at=local(1, 11))
        self.assertFalse(self.noted(self.closed))

    def test_midnight_changes_nothing(self):
        self.write(at=local(0, 23, 59))
        self.write(at=local(1, 0, 1))
        self.assertEqual(len(self.noted(self.closed)), 1)

    def test_a_branch_without_hours_is_never_closed(self):
        self.branch_a.resource_calendar_id = False
        self.write(at=NIGHT)
        self.branch_a.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "Nothing", "company_id": self.branch_a.id, "attendance_ids": []}
        )
        self.branch_a.resource_calendar_id.attendance_ids.unlink()
        self.write(at=NIGHT)
        self.assertFalse(self.noted(self.closed))

    def test_clocks_that_change_move_the_opening(self):
        """On 29 March 2026 clocks in Berlin go from two to three: nine o'clock is at seven UTC from then on."""
        self.open_on_weekdays(self.branch_a, zone="Europe/Berlin")
        self.write(at=datetime(2026, 3, 27, 18, 30))
        self.assertEqual(self.said(self.closed), ["Closed until Monday 30 March, 09:00"])
        row = self.noted(self.closed)
        self.assertEqual(row.anchor, datetime(2026, 3, 27, 17))
        self.write(at=datetime(2026, 3, 29, 1, 30))
        self.write(at=datetime(2026, 3, 30, 6, 59))
        self.assertEqual(len(self.noted(self.closed)), 1)
        self.write(at=datetime(2026, 10, 23, 16, 30))  # the last Friday of the summer: closed at 16:00 UTC
        self.assertEqual(self.noted(self.closed).mapped("anchor")[1:], [datetime(2026, 10, 23, 16)])
        self.write(at=datetime(2026, 10, 26, 7, 59))
        self.assertEqual(len(self.noted(self.closed)), 2)
        self.write(at=datetime(2026, 10, 26, 8))
        self.assertEqual(len(self.noted(self.closed)), 2)

    def test_silent_while_a_colleague_has_just_answered(self):
        conversation = self.write(at=local(0, 17, 58)).conversation_id
        self.at(local(0, 18, 5))
        self.reply(conversation)
        self.write(at=local(0, 18, 10))
        self.assertFalse(self.noted(self.closed))
        self.write(at=local(0, 18, 21))
        self.assertEqual(len(self.said(self.closed)), 1)

    def test_silent_while_a_colleague_has_it_open(self):
        conversation = self.write(at=local(0, 17)).conversation_id
        self.at(NIGHT)
        self.look(conversation)
        self.write(at=NIGHT + timedelta(seconds=40))
        self.assertFalse(self.noted(self.closed))
        self.write(at=NIGHT + timedelta(seconds=50))
        self.assertEqual(len(self.said(self.closed)), 1)

    def test_not_silent_when_the_colleague_has_left_it(self):
        conversation = self.write(at=local(0, 17)).conversation_id
        self.at(NIGHT)
        self.look(conversation)
        self.look(conversation, "left")
        self.write(at=NIGHT + timedelta(seconds=5))
        self.assertEqual(len(self.said(self.closed)), 1)

    def test_who_looks_at_another_conversation_keeps_nobody_silent(self):
        self.at(NIGHT)
        other = self.write(at=NIGHT, phone=STRANGER).conversation_id
        self.look(other)
        self.write(at=NIGHT + timedelta(seconds=5))
        self.assertEqual(len(self.noted(self.closed)), 2)

    def test_what_was_left_to_a_colleague_is_said_once_he_has_gone(self):
        conversation = self.write(at=NIGHT).conversation_id
        self.look(conversation)
        self.assertFalse(self.said(self.closed))
        self.assertEqual(self.outcome(self.closed), [("skipped", "staff_active")])
        self.write(at=NIGHT + timedelta(minutes=30))
        self.assertEqual(len(self.said(self.closed)), 1)

    def test_what_could_not_leave_before_the_opening_does_not_leave(self):
        self.write(at=local(1, 8, 50))
        self.at(local(1, 9, 5))
        self.assertFalse(self.said(self.closed))
        self.assertEqual(self.outcome(self.closed), [("skipped", "too_late")])

    def test_a_message_that_waits_in_the_queue_does_not_outlive_the_closed_period(self):
        self.write(at=local(1, 8, 30))
        self.said(self.closed)
        self.assertEqual(self.noted(self.closed).message_id.expires_at, local(1, 9))

    def test_what_nobody_said_in_time_is_said_to_the_next_message(self):
        self.write(at=NIGHT)
        self.at(NIGHT + timedelta(hours=4))
        self.assertFalse(self.said(self.closed))
        self.assertEqual(self.outcome(self.closed), [("skipped", "too_late")])
        self.write(at=NIGHT + timedelta(hours=5))
        self.assertEqual(len(self.said(self.closed)), 1)

    def test_who_wrote_at_night_and_is_heard_by_day_is_told_nothing(self):
        self.write(at=local(1, 10), sent=local(1, 7))
        self.assertFalse(self.noted(self.closed))

    def test_what_the_clinic_does_by_itself_is_no_reason_to_say_it(self):
        self.at(OPEN)
        asked = self.ask(self.book(local(1, 15)))
        self.at(NIGHT)
        self.press(asked)
        self.assertFalse(self.noted(self.closed))

    def test_stop_and_emergency_are_not_told_the_hours(self):
        for number, body in enumerate(("STOP", "heart attack")):
            self.write(body, at=NIGHT, phone=f"+90530000008{number}")
        self.assertFalse(self.noted(self.closed))

    def test_of_hours_and_greeting_the_hours_come(self):
        greeting = self.answer_chat("greeting", "Welcome")
        self.write(at=NIGHT)
        self.assertEqual(len(self.said(self.closed | greeting)), 1)
        self.write(at=local(1, 10))
        self.assertEqual(len(self.said(self.closed | greeting)), 1)
        self.assertFalse(self.noted(greeting))

    def test_where_no_hours_are_told_a_greeting_comes_at_night_too(self):
        self.closed.branch_ids = self.branch_b
        greeting = self.answer_chat("greeting", "Welcome")
        self.write(at=NIGHT)
        self.assertEqual(self.said(greeting), ["Welcome"])

    def test_the_starter_text_tells_the_next_opening(self):
        self.closed.active = False
        starter = self.env.ref("clinic_whatsapp.automation_out_of_hours")
        self.assertFalse(starter.active)
        closed = self.since_ever(starter.copy({"active": True, "company_id": self.root.id}))
        self.write(at=NIGHT, phone=STRANGER)
        self.write(at=NIGHT)
        self.env["clinic.whatsapp.template"].flush_model()
        turkish, english = self.said(closed)
        self.assertIn("will reply on Tuesday 3 March after 09:00", english)
        self.assertIn("3", turkish)
        self.assertIn("09:00", turkish)

    def test_the_patient_waits_for_a_person_as_before(self):
        conversation = self.write(at=NIGHT).conversation_id
        self.said(self.closed)
        self.assertEqual(conversation.waiting_since, NIGHT)

    def test_another_branch_sees_nothing_of_it(self):
        self.write(at=NIGHT)
        rows = self.env["clinic.whatsapp.scheduled"].with_user(self.user_b)
        self.assertFalse(rows.search([("automation_id", "=", self.closed.id)]))


class TestClosedPeriod(TransactionCase):
    """Pure: hours in, period out."""

    HOURS = [(datetime(2026, 3, day, 6), datetime(2026, 3, day, 15)) for day in (2, 3, 6)]

    def test_the_period_around_each_moment(self):
        for moment, expected in {
            datetime(2026, 3, 2, 6): None,
            datetime(2026, 3, 2, 14, 59): None,
            datetime(2026, 3, 2, 15): (datetime(2026, 3, 2, 15), datetime(2026, 3, 3, 6)),
            datetime(2026, 3, 3, 5, 59): (datetime(2026, 3, 2, 15), datetime(2026, 3, 3, 6)),
            datetime(2026, 3, 5): (datetime(2026, 3, 3, 15), datetime(2026, 3, 6, 6)),
            datetime(2026, 3, 7): (datetime(2026, 3, 6, 15), None),
            datetime(2026, 3, 1): None,
        }.items():
            self.assertEqual(find_closed_period(self.HOURS, moment), expected, moment)

    def test_without_hours_nothing_is_closed(self):
        self.assertIsNone(find_closed_period([], datetime(2026, 3, 1)))
