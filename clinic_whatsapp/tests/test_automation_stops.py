"""Who has answered, complained or booked again gets nothing more of what began before; and who gets the rest of it."""

from datetime import timedelta

from odoo.tests import tagged

from .appointment_common import NOW
from .chat_trigger_common import ChatTriggerCase
from .followup_common import FollowupCase
from .test_automation_family import DUE, HALF_PAST, MOTHERS_PHONE, TEN, FamilyCase

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
IN_A_WEEK = NOW + 7 * DAY
FIRST, SECOND = IN_A_WEEK - 3 * DAY, IN_A_WEEK - DAY
PLANNED, LEFT = ("planned", False), ("queued", False)
ANSWERED, VISITED, COMPLAINT = ("skipped", "answered"), ("skipped", "visited"), ("skipped", "complaint")


class StopCase(ChatTriggerCase):
    def leave(self, rows):
        """Let WhatsApp have taken the messages of some rows."""
        for message in rows.message_id.sudo():
            message.write({"state": "sent", "sent_at": self.env.cr.now(), "wamid": f"wamid.{message.client_ref}"})
            message._on_settled()

    def begin(self, patient=None, **vals):
        """Return the second of two reminders of a visit; the first has left."""
        self.at(NOW)
        self.automation = self.automate("before", (3, "days"), (1, "days"), **vals)
        visit = self.book(IN_A_WEEK, patient_id=(patient or self.patient).id)
        self.run_planner(FIRST)
        first, second = self.rows(visit)
        self.leave(first)
        self.assertEqual((first.state, second.state), ("done", "planned"))
        return second

    def tell(self, row):
        return row.state, row.skip_reason

    def check(self, row, expected):
        """See what has become of the second message: at once, and, if it is still planned, at the last look."""
        self.assertEqual(self.tell(row), expected)
        if expected == PLANNED:
            self.run_planner(SECOND)
            self.assertEqual(self.tell(row), LEFT)

    def forget(self):
        """Let nothing have been said and booked."""
        self.env["clinic.whatsapp.automation"].search([]).active = False
        self.env["clinic.whatsapp.conversation"].search([]).write({"complained_at": False, "window_expires_at": False})
        self.env["clinic.appointment"].search([("company_id", "in", (self.branch_a | self.branch_b).ids)]).unlink()

    def find_calls(self, chat):
        return chat.activity_ids.filtered(lambda activity: activity.summary == "A patient may have a complaint")

    def get_chat(self, account=None):
        return self.open_conversation(account or self.account_a, self.patient, window=False)


@tagged("post_install", "-at_install")
class TestStopOnReply(StopCase):
    def test_what_counts_as_an_answer(self):
        second_number = self.create_account(self.branch_a, "100000000000009")
        for name, message, expected in (
            ("text", {}, ANSWERED),
            ("picture", {"kind": "image", "body": None}, ANSWERED),
            ("button", {"kind": "button", "body": "Confirm", "button_payload": "confirm:x:0"}, ANSWERED),
            ("another number of the branch", {"account": second_number}, ANSWERED),
            ("reaction", {"kind": "reaction", "body": "👍"}, PLANNED),
            ("somebody else", {"phone": "+905300000055"}, PLANNED),
            ("another branch", {"account": self.account_b}, PLANNED),
        ):
            with self.subTest(name):
                row = self.begin(stop_on_reply=True)
                self.write(at=FIRST + HOUR, **message)
                self.check(row, expected)
                self.forget()

    def test_only_what_was_written_after_the_first_message_is_an_answer_to_it(self):
        for moment, expected in ((FIRST - MINUTE, PLANNED), (FIRST + MINUTE, ANSWERED)):
            with self.subTest(moment=moment):
                row = self.begin(stop_on_reply=True)
                self.write(at=FIRST + HOUR, sent=moment)
                self.check(row, expected)
                self.forget()

    def test_who_writes_before_anything_has_left_answers_nothing(self):
        self.automate("before", (3, "days"), (1, "days"), stop_on_reply=True)
        visit = self.book(IN_A_WEEK)
        self.run_planner(FIRST)
        self.write(at=FIRST + MINUTE)
        self.assertEqual(self.states(visit), [LEFT, PLANNED], "the first one still waits in the outbox")

    def test_an_automation_that_does_not_stop_goes_on(self):
        row = self.begin()
        self.write(at=FIRST + HOUR)
        self.run_planner(SECOND)
        self.assertEqual(self.tell(row), LEFT)

    def test_the_last_look_finds_what_could_not_be_seen_before(self):
        row = self.begin()
        self.write(at=FIRST + HOUR)
        self.automation.stop_on_reply = True
        self.run_planner(SECOND)
        self.assertEqual(self.tell(row), ANSWERED)

    def test_another_visit_is_another_occasion(self):
        row = self.begin(stop_on_reply=True)
        other = self.book(IN_A_WEEK + 4 * DAY)
        self.write(at=FIRST + HOUR)
        self.assertEqual(self.tell(row), ANSWERED)
        self.assertEqual(self.states(other), [PLANNED, PLANNED])

    def test_a_visit_that_is_moved_is_another_occasion(self):
        row = self.begin(stop_on_reply=True)
        self.write(at=FIRST + HOUR)
        visit = row.appointment_id
        visit.start = IN_A_WEEK + 7 * DAY
        self.run_planner(visit.start - 3 * DAY)
        rows = self.rows(visit).filtered(lambda row: row.anchor == visit.start)
        self.assertEqual([self.tell(row) for row in rows], [LEFT, PLANNED])

    def test_what_was_answered_never_leaves(self):
        row = self.begin(stop_on_reply=True)
        self.write(at=FIRST + HOUR)
        row.appointment_id.note = "x"
        self.run_planner(SECOND)
        self.assertEqual(self.tell(row), ANSWERED)


@tagged("post_install", "-at_install")
class TestAFamilyAnswers(FamilyCase):
    write, begin, leave, tell = ChatTriggerCase.write, StopCase.begin, StopCase.leave, StopCase.tell

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.count = iter(range(1000))

    def test_a_mother_answers_for_her_child(self):
        row = self.begin(self.ali, stop_on_reply=True)
        self.write(at=FIRST + HOUR, phone=MOTHERS_PHONE)
        self.assertEqual(self.tell(row), ANSWERED)

    def test_what_was_told_together_is_answered_together(self):
        self.remind((3, "days"), (1, "days"), stop_on_reply=True)
        visits = self.visit(self.ali) | self.visit(self.ayse, HALF_PAST)
        self.run_planner(TEN - 3 * DAY)
        told = self.messages(visits)
        self.assertEqual(len(told), 1)
        self.leave(self.rows(visits).filtered("message_id"))
        self.write(at=TEN - 2 * DAY, phone=MOTHERS_PHONE)
        self.assertEqual([self.tell(row) for row in self.rows(visits)[2:]], [ANSWERED, ANSWERED])

    def test_a_pause_takes_back_what_was_told_together(self):
        self.remind()
        visits = self.visit(self.ali) | self.visit(self.ayse, HALF_PAST)
        self.run_planner(DUE)
        [message] = self.messages(visits)
        self.branch_a.whatsapp_automations_paused = True
        self.assertEqual(message.state, "cancelled")
        self.assertEqual(self.states(visits), [PLANNED, PLANNED])
        self.branch_a.whatsapp_automations_paused = False
        self.run_planner(DUE + MINUTE)
        self.assertEqual(len(self.messages(visits)), 1)
        self.assertEqual(self.states(visits), [LEFT, LEFT])


@tagged("post_install", "-at_install")
class TestStopOnVisit(StopCase):
    def test_what_counts_as_a_new_appointment(self):
        for name, expected, change in (
            ("booked", VISITED, lambda row: self.book(IN_A_WEEK + 30 * DAY)),
            ("its own", PLANNED, lambda row: row.appointment_id.action_confirm()),
            ("another branch", PLANNED, lambda row: self.book(IN_A_WEEK + 30 * DAY, company_id=self.branch_b.id)),
            ("another patient", PLANNED, lambda row: self.book(IN_A_WEEK + 30 * DAY, patient_id=self.new_patient().id)),
            ("was there before", PLANNED, lambda row: self.before.action_confirm()),
            ("booked again", VISITED, lambda row: (self.before.action_cancel(), self.before.action_rebook())),
            ("no stop", PLANNED, lambda row: self.switch_off("stop_on_visit") or self.book(IN_A_WEEK + 30 * DAY)),
        ):
            with self.subTest(name):
                self.at(NOW)
                self.before = self.book(IN_A_WEEK + 20 * DAY)
                row = self.begin(stop_on_visit=True)
                self.at(FIRST + HOUR)
                change(row)
                self.check(row, expected)
                self.forget()

    def switch_off(self, name):
        self.automation[name] = False

    def test_what_is_cancelled_before_the_last_look_stops_nothing(self):
        row = self.begin()
        self.at(FIRST + HOUR)
        other = self.book(IN_A_WEEK + 30 * DAY)
        self.automation.stop_on_visit = True
        other.action_cancel()
        self.run_planner(SECOND)
        self.assertEqual(self.tell(row), LEFT)

    def test_the_last_look_finds_what_could_not_be_seen_before(self):
        row = self.begin()
        self.at(FIRST + HOUR)
        self.book(IN_A_WEEK + 30 * DAY)
        self.automation.stop_on_visit = True
        self.run_planner(SECOND)
        self.assertEqual(self.tell(row), VISITED)

    def test_who_has_booked_again_is_not_asked_to(self):
        """A missed visit: the new appointment counts from then on, not only after the first message."""
        self.automate("no_show", (1, "days"), stop_on_visit=True)
        visit = self.book(NOW + HOUR)
        self.at(NOW + 2 * HOUR)
        visit.action_no_show()
        self.assertEqual(self.states(visit), [PLANNED])
        self.at(NOW + 3 * HOUR)
        self.book(IN_A_WEEK)
        self.assertEqual(self.states(visit), [VISITED])


@tagged("post_install", "-at_install")
class TestStopOnComplaint(StopCase):
    def test_what_counts_as_a_complaint(self):
        for body, expected in (
            ("Hiç memnun değilim", COMPLAINT),
            ("SIKAYETIM VAR", COMPLAINT),
            ("Şikâyetçiyim", COMPLAINT),
            ("cok agriyor, agrim artti", COMPLAINT),
            ("Paramı geri istiyorum", COMPLAINT),
            ("I want to complain", COMPLAINT),
            ("It is getting worse", COMPLAINT),
            ("Nefes alamıyorum", COMPLAINT),
            ("Teşekkürler, ağrım yok", PLANNED),
            ("Çok memnunum", PLANNED),
            ("Thank you, no pain at all", PLANNED),
            ("See you on Monday", PLANNED),
        ):
            with self.subTest(body):
                row = self.begin(stop_on_complaint=True)
                self.write(body, at=FIRST + HOUR)
                self.check(row, expected)
                self.forget()

    def test_a_word_of_the_own_clinic_counts_and_an_allowed_one_does_not(self):
        words = self.env["clinic.lint.word"]
        words.create({"company_id": self.root.id, "kind": "complaint", "lang": "en", "text": "unpunctual"})
        words.create(
            {"company_id": self.root.id, "kind": "complaint", "lang": "en", "text": "refund policy", "effect": "allow"}
        )
        for body, expected in (("You are unpunctual", COMPLAINT), ("What is the refund policy?", PLANNED)):
            row = self.begin(stop_on_complaint=True)
            self.write(body, at=FIRST + HOUR)
            self.check(row, expected)
            self.forget()

    def test_our_own_words_on_a_button_are_no_complaint(self):
        row = self.begin(stop_on_complaint=True)
        self.write("I have a complaint", at=FIRST + HOUR, kind="button", button_payload="reschedule:x:0")
        self.assertEqual(self.tell(row), PLANNED)

    def test_somebody_is_asked_to_call_once(self):
        self.begin(stop_on_complaint=True)
        chat = self.get_chat()
        self.write("I want to complain", at=FIRST + HOUR)
        self.write("I really want to complain", at=FIRST + 2 * HOUR)
        [call] = self.find_calls(chat)
        self.assertEqual(call.user_id, chat._get_responsible_user())
        self.assertNotIn("really", call.note)

    def test_of_an_emergency_he_knows_already(self):
        row = self.begin(stop_on_complaint=True)
        self.write("I have a heart attack", at=FIRST + HOUR)
        self.assertEqual(self.tell(row), COMPLAINT)
        self.assertFalse(self.find_calls(self.get_chat()))
        self.assertEqual(len(self.get_chat().activity_ids), 1)

    def test_who_complains_and_has_nothing_planned_costs_nobody_a_call(self):
        self.write("I want to complain", at=FIRST + HOUR)
        self.assertFalse(self.find_calls(self.get_chat()))

    def test_a_complaint_names_the_reason_before_an_answer_and_an_appointment(self):
        row = self.begin(stop_on_reply=True, stop_on_visit=True, stop_on_complaint=True)
        self.write("I want to complain", at=FIRST + HOUR)
        self.assertEqual(self.tell(row), COMPLAINT)

    def test_a_complaint_to_another_branch_is_told_nobody_here(self):
        row = self.begin(stop_on_complaint=True)
        self.write("I want to complain", at=FIRST + HOUR, account=self.account_b)
        self.run_planner(SECOND)
        self.assertEqual(self.tell(row), LEFT)

    def test_an_old_complaint_stops_nothing_new(self):
        self.write("I want to complain", at=NOW)
        row = self.begin(stop_on_complaint=True)
        self.write("Thank you", at=FIRST + HOUR)
        self.run_planner(SECOND)
        self.assertEqual(self.tell(row), LEFT)


@tagged("post_install", "-at_install")
class TestStopsOfCourses(FollowupCase):
    """Advice after a day, a control visit after a week: all three stops are on in a plan."""

    write = ChatTriggerCase.write
    leave = StopCase.leave

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.count = iter(range(1000))

    def begin(self):
        course = self.start()
        self.run_planner(NOW + DAY)
        self.leave(self.planned(course)[0])
        return course

    def check_course(self, course, state, reason, *rows):
        self.assertEqual((course.state, course.stop_reason), (state, reason))
        self.assertEqual([(row.state, row.skip_reason) for row in self.planned(course)], list(rows))

    def test_an_answer_ends_the_course(self):
        course = self.begin()
        self.write("Thank you, I am well", at=NOW + DAY + HOUR)
        self.check_course(course, "stopped", "answered", ("done", False), ANSWERED)

    def test_a_complaint_ends_the_course_and_asks_for_a_call(self):
        course = self.begin()
        self.write("It hurts", at=NOW + DAY + HOUR)
        self.check_course(course, "stopped", "complaint", ("done", False), COMPLAINT)
        chat = self.planned(course)[0].message_id.sudo().conversation_id
        self.assertEqual(chat.activity_ids.mapped("summary"), ["A patient may have a complaint"])

    def test_a_new_appointment_ends_the_course_before_its_first_message(self):
        course = self.start()
        self.at(NOW + HOUR)
        self.book(NOW + 20 * DAY)
        self.check_course(course, "stopped", "new_visit", VISITED, VISITED)

    def test_a_course_that_is_taken_up_again_goes_on_until_the_next_answer(self):
        course = self.begin()
        self.write("Thank you, I am well", at=NOW + DAY + HOUR)
        self.at(NOW + 2 * DAY)
        course.with_user(self.user_a).action_resume()
        self.check_course(course, "running", False, ("done", False), PLANNED)
        self.run_planner(NOW + 3 * DAY)
        self.write("Another question", at=NOW + 4 * DAY)
        self.check_course(course, "stopped", "answered", ("done", False), ANSWERED)

    def test_a_course_that_is_taken_up_again_leaves(self):
        course = self.begin()
        self.write("Thank you, I am well", at=NOW + DAY + HOUR)
        self.at(NOW + 2 * DAY)
        course.with_user(self.user_a).action_resume()
        self.run_planner(NOW + 7 * DAY)
        self.check_course(course, "running", False, ("done", False), LEFT)

    def test_what_has_passed_meanwhile_does_not_come_back(self):
        course = self.start()
        self.at(NOW + HOUR)
        self.book(NOW + 20 * DAY)
        self.at(NOW + 5 * DAY)
        course.with_user(self.user_a).action_resume()
        self.run_planner(NOW + 5 * DAY)
        self.assertEqual([row.state for row in self.planned(course)], ["skipped", "planned"])


@tagged("post_install", "-at_install")
class TestStopsInSets(StopCase):
    def test_stops_cost_the_same_for_many(self):
        stops = {"stop_on_reply": True, "stop_on_visit": True, "stop_on_complaint": True}
        self.automate("before", (3, "days"), (1, "days"), **stops)
        told = self.ask(self.book(IN_A_WEEK + DAY))
        few = self.count_queries(20, told)
        self.assertEqual(self.count_queries(200, told), few)

    def count_queries(self, number, told):
        """Return what it costs to stop so many rows; half of them by an appointment, half of them by an answer."""
        self.at(NOW)
        visits = self.env["clinic.appointment"].create(
            [
                {
                    "patient_id": self.create_patient(f"P{index}", f"+90534{number:03}{index:04}").id,
                    "company_id": self.branch_a.id,
                    "start": IN_A_WEEK + MINUTE * index,
                }
                for index in range(number)
            ]
        )
        rows = self.rows(visits)
        first = rows.filtered(lambda row: row.step_id == rows.automation_id.step_ids[0])
        first[: number // 2].write({"state": "done", "message_id": told.id, "queued_at": NOW})
        told.write({"sent_at": NOW})
        rows = rows.filtered(lambda row: row.state == "planned")
        self.write(at=NOW + HOUR)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        rules = rows._get_stop_rules()
        verdicts = rows._judge_rows(rows, NOW + HOUR, rules)
        spent = self.env.cr.sql_log_count - before
        self.assertEqual(set(verdicts.values()), {"answered"})
        self.assertEqual(len(verdicts), number // 2)
        return spent
