"""How much of automations one patient gets, what he is not told twice on a day, and what waited for too long."""

from datetime import datetime, timedelta

import psycopg2
import pytz
from odoo.fields import Command
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..models.automation.sayings import Saying, Tally, get_listener
from .appointment_common import NOW, AppointmentCase
from .chat_trigger_common import OPEN, STRANGER, ChatTriggerCase
from .followup_common import FollowupCase

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
IN_A_WEEK = NOW + 7 * DAY
DUE = IN_A_WEEK - DAY
BERLIN = pytz.timezone("Europe/Berlin")
LEFT, LIMIT, SAME_DAY = ("queued", False), ("skipped", "limit"), ("skipped", "same_day")
EXPIRED, TOO_LATE = ("skipped", "expired"), ("skipped", "too_late")


@tagged("post_install", "-at_install")
class TestTally(BaseCase):
    def say(self, automation=1, listener=(1, 1), moment=NOW, words=("hello",), news=None):
        return Saying(automation, listener, moment, moment.date(), words, news)

    def test_who_counts_as_one_listener(self):
        self.assertEqual(get_listener(1, 5, 9), get_listener(1, 5, 8))
        self.assertEqual(get_listener(1, 5, None), get_listener(1, 5, 8))
        for other in (get_listener(2, 5), get_listener(1, 6), get_listener(1, False, 9)):
            self.assertNotEqual(get_listener(1, 5, 9), other)
        self.assertEqual(get_listener(1, None, 9), get_listener(1, False, 9))
        self.assertNotEqual(get_listener(1, None, 9), get_listener(1, None, 8))

    def test_what_counts_in_some_days(self):
        for age, days, count in (
            (timedelta(), 1, 1),
            (DAY - MINUTE, 1, 1),
            (DAY, 1, 0),
            (7 * DAY - MINUTE, 7, 1),
            (7 * DAY, 7, 0),
        ):
            with self.subTest(age=age, days=days):
                self.assertEqual(Tally([self.say(moment=NOW - age)]).count(self.say(), days), count)

    def test_only_the_own_automation_and_listener_are_counted(self):
        for saying in (self.say(automation=2), self.say(listener=(1, 2)), self.say(listener=(2, 1))):
            self.assertEqual(Tally([saying]).count(self.say(), 7), 0)

    def test_what_is_the_same(self):
        news = ("before", "start", 1, "clinic.appointment", 1, NOW)
        for told, is_same in (
            (self.say(2), True),
            (self.say(1), False),
            (self.say(2, words=("other",)), False),
            (self.say(2, words=("other",), news=news), True),
            (self.say(2, words=("other",), news=("moved", *news[1:])), False),
            (self.say(2, words=("other",), news=(*news[:4], 2, NOW)), False),
            (self.say(2, words=("other",), news=(*news[:5], NOW + DAY)), False),
            (self.say(2, listener=(1, 2)), False),
            (self.say(2, listener=(2, 1)), False),
            (self.say(2, moment=NOW - DAY), False),
        ):
            with self.subTest(told=told):
                self.assertEqual(Tally([told]).has_heard(self.say(1, news=news)), is_same)

    def test_news_that_nobody_knows_are_not_the_same(self):
        told = self.say(2, words=("other",))
        self.assertFalse(Tally([told]).has_heard(self.say(1)))


@tagged("post_install", "-at_install")
class TestMaximum(AppointmentCase):
    def remind(self, count, days, *gaps, **vals):
        """Return what became of a reminder for each of some visits, when each is looked at when it is due."""
        automation = self.automate("before", (1, "days"), max_count=count, max_days=days, once_a_day=False)
        visits = [self.book(IN_A_WEEK + gap, **vals) for gap in gaps]
        for gap in gaps:
            self.run_planner(DUE + gap)
        automation.active = False
        return [self.states(visit)[0] for visit in visits]

    def test_at_most_so_many_in_so_many_days(self):
        for count, days, gaps, expected in (
            (2, 7, (0 * DAY, DAY, 2 * DAY), [LEFT, LEFT, LIMIT]),
            (1, 1, (0 * DAY, DAY - HOUR, DAY), [LEFT, LIMIT, LEFT]),
            (1, 2, (0 * DAY, DAY, 2 * DAY, 3 * DAY, 4 * DAY), [LEFT, LIMIT, LEFT, LIMIT, LEFT]),
            (0, 7, (0 * DAY, HOUR, 2 * HOUR), [LEFT] * 3),
        ):
            with self.subTest(count=count, days=days, gaps=gaps):
                self.at(NOW)
                patient = self.new_patient(phone=f"+90532{count}{days}{len(gaps)}0000")
                self.opt_in(patient)
                self.assertEqual(self.remind(count, days, *gaps, patient_id=patient.id), expected)

    def test_a_day_in_which_the_clocks_change_has_its_hours(self):
        """From 10 o'clock on Saturday to 10 o'clock on Sunday there are 23 hours."""
        self.branch_a.resource_calendar_id.tz = "Europe/Berlin"
        saturday = BERLIN.localize(datetime(2026, 3, 29, 10)).astimezone(pytz.utc).replace(tzinfo=None)
        self.automate("before", (1, "days"), max_count=1, max_days=1)
        visits = [self.book(saturday), self.book(saturday + DAY - HOUR), self.book(saturday + DAY + HOUR)]
        for visit in visits:
            self.run_planner(self.rows(visit).due_at)
        self.assertEqual([self.states(visit)[0] for visit in visits], [LEFT, LIMIT, LEFT])

    def test_a_batch_counts_itself_in_the_order_in_which_it_was_due(self):
        self.automate("before", (1, "days"), max_count=2, max_days=7)
        visits = [self.book(IN_A_WEEK + HOUR * number) for number in (3, 1, 2)]
        self.run_planner(DUE + 3 * HOUR)
        self.assertEqual([self.states(visit)[0] for visit in visits], [LIMIT, LEFT, LEFT])

    def test_what_a_pause_held_back_does_not_come_in_a_flood(self):
        self.automate("before", (1, "days"), max_count=1, max_days=1)
        visits = [self.book(IN_A_WEEK + 3 * DAY + HOUR * hours) for hours in (0, 44, 46)]
        self.branch_a.whatsapp_automations_paused = True
        self.run_planner(DUE + 5 * DAY)
        self.branch_a.whatsapp_automations_paused = False
        self.run_planner(DUE + 5 * DAY)
        self.assertEqual([self.states(visit)[0] for visit in visits], [TOO_LATE, LEFT, LIMIT])

    def test_others_are_not_counted(self):
        """Neither another patient, nor another branch, nor another automation, nor what did not leave."""
        limits = {"max_count": 1, "max_days": 7, "once_a_day": False}
        self.automate("before", (1, "days"), **limits)
        other = self.new_patient()
        self.opt_in(other)
        self.rows(self.book(IN_A_WEEK - 3 * HOUR))._skip("by_hand")
        self.book(IN_A_WEEK, patient_id=other.id)
        self.book(IN_A_WEEK + HOUR, company_id=self.branch_b.id)
        self.run_planner(DUE + HOUR)
        self.automate("before", (1, "days"), **limits)
        visit = self.book(IN_A_WEEK + 2 * HOUR)
        self.run_planner(DUE + 2 * HOUR)
        self.assertEqual(self.states(visit), [LEFT, LEFT])

    def test_what_was_withdrawn_or_failed_is_not_counted(self):
        self.automate("before", (1, "days"), max_count=1, max_days=7)
        first, second, third = (self.book(IN_A_WEEK + HOUR * number) for number in range(3))
        self.run_planner(DUE)
        first.action_cancel()
        self.run_planner(DUE + HOUR)
        self.assertEqual(self.states(second), [LEFT])
        failed = self.rows(second).message_id.sudo()
        failed.state = "failed"
        failed._on_settled()
        self.run_planner(DUE + 2 * HOUR)
        self.assertEqual(self.states(third), [LEFT])

    def test_what_was_over_the_limit_never_leaves(self):
        automation = self.automate("before", (1, "days"), max_count=1, max_days=7)
        self.book(IN_A_WEEK)
        visit = self.book(IN_A_WEEK + HOUR)
        self.run_planner(DUE + HOUR)
        automation.max_count = 0
        visit.note = "x"
        self.run_planner(DUE + 2 * HOUR)
        self.assertEqual(self.states(visit), [LIMIT])

    @mute_logger("odoo.sql_db")
    def test_a_maximum_says_in_how_many_days(self):
        automation = self.automate("before", (1, "days"), max_count=1)
        self.assertEqual(automation.max_days, 30)
        with self.assertRaises(psycopg2.errors.CheckViolation), self.cr.savepoint():
            automation.max_days = 0
            self.env.flush_all()

    def test_the_other_steps_of_a_course_do_not_depend_on_it(self):
        self.automate("before", (2, "days"), (1, "days"), (2, "hours"), max_count=2, max_days=7)
        visit = self.book(IN_A_WEEK)
        for before in (2 * DAY, DAY, 2 * HOUR):
            self.run_planner(IN_A_WEEK - before)
        self.assertEqual(self.states(visit), [LEFT, LEFT, LIMIT])


@tagged("post_install", "-at_install")
class TestOnceADay(AppointmentCase):
    def setUp(self):
        super().setUp()
        self.thanks = self.approve("template_appt_confirm_en", self.account_a)

    def use(self, automation, template):
        automation.step_ids.template_id = template
        return automation

    def judge(self, visit, moment):
        """Return {automation: (state, reason)} of the rows of a visit when they are looked at."""
        self.run_planner(moment)
        return {row.automation_id: (row.state, row.skip_reason) for row in self.rows(visit)}

    def test_two_managers_have_built_two_reminders(self):
        first = self.automate("before", (1, "days"))
        second = self.use(self.automate("before", (23, "hours")), self.thanks)
        visit = self.book(IN_A_WEEK)
        self.assertEqual(self.judge(visit, DUE)[first], LEFT)
        self.assertEqual(self.judge(visit, DUE + HOUR)[second], SAME_DAY)

    def test_in_one_batch_what_was_due_first_leaves(self):
        second = self.use(self.automate("before", (23, "hours")), self.thanks)
        first = self.automate("before", (1, "days"))
        visit = self.book(IN_A_WEEK)
        self.assertEqual(self.judge(visit, DUE + HOUR), {first: LEFT, second: SAME_DAY})

    def test_whoever_wants_both_says_so_in_the_second(self):
        first = self.automate("before", (1, "days"))
        second = self.use(self.automate("before", (23, "hours"), once_a_day=False), self.thanks)
        visit = self.book(IN_A_WEEK)
        self.assertEqual(self.judge(visit, DUE + HOUR), {first: LEFT, second: LEFT})

    def test_two_steps_of_one_automation_are_wanted(self):
        self.automate("before", (24, "hours"), (20, "hours"))
        visit = self.book(IN_A_WEEK)
        self.run_planner(DUE + 4 * HOUR)
        self.assertEqual(self.states(visit), [LEFT, LEFT])

    def test_another_purpose_is_another_thing(self):
        first = self.automate("before", (1, "days"))
        second = self.use(self.automate("before", (23, "hours")), self.thanks)
        second.purpose_id = self.env.ref("clinic_whatsapp.purpose_service")
        visit = self.book(IN_A_WEEK)
        verdicts = self.judge(visit, DUE + HOUR)
        self.assertEqual(verdicts[first], LEFT)
        self.assertNotEqual(verdicts[second], SAME_DAY)

    def test_what_happens_to_a_visit_is_news_after_its_reminder(self):
        for trigger, change in (
            ("moved", {"start": IN_A_WEEK + 3 * DAY}),
            ("confirmed", {"state": "confirmed"}),
            ("cancelled", {"state": "cancelled"}),
        ):
            with self.subTest(trigger):
                self.at(NOW)
                reminder = self.automate("before", (1, "days"))
                news = self.use(self.automate(trigger), self.thanks)
                visit = self.book(IN_A_WEEK)
                self.assertEqual(self.judge(visit, DUE)[reminder], LEFT)
                self.rows(visit).message_id.sudo().state = "sent"
                self.rows(visit).message_id.sudo()._on_settled()
                self.at(DUE + HOUR)
                visit.write(change)
                self.assertEqual(self.judge(visit, DUE + HOUR)[news], LEFT)
                (reminder | news).active = False
                visit.unlink()

    def test_the_same_template_about_the_same_visit_is_the_same_whatever_the_occasion(self):
        booked = self.automate("booked")
        reminder = self.automate("before", (1, "days"))
        visit = self.book(NOW + DAY + HOUR)
        self.assertEqual(self.judge(visit, NOW)[booked], LEFT)
        self.assertEqual(self.judge(visit, NOW + HOUR)[reminder], SAME_DAY)

    def test_the_same_template_about_two_visits_says_two_things(self):
        service = self.service.copy({"name": "X-ray"})
        self.automate("before", (1, "days"), service_ids=[Command.set(self.service.ids)])
        self.automate("before", (1, "days"), service_ids=[Command.set(service.ids)])
        visits = self.book(IN_A_WEEK, service_id=self.service.id) | self.book(IN_A_WEEK + HOUR, service_id=service.id)
        self.run_planner(DUE + HOUR)
        self.assertEqual(self.states(visits), [LEFT, LEFT])

    def test_a_template_that_tells_of_no_visit_is_always_the_same(self):
        service = self.service.copy({"name": "X-ray"})
        hello = self.create_template(language="en", model_id=False, variable_ids=False, body="Hello, see you!")
        for chosen in (self.service, service):
            self.use(self.automate("before", (1, "days"), service_ids=[Command.set(chosen.ids)]), hello)
        visits = self.book(IN_A_WEEK, service_id=self.service.id) | self.book(IN_A_WEEK + HOUR, service_id=service.id)
        self.run_planner(DUE + HOUR)
        self.assertEqual(self.states(visits), [LEFT, SAME_DAY])

    def test_the_day_is_that_of_the_branch(self):
        """In Istanbul, three hours ahead of UTC, and in Berlin on the night in which the clocks change."""
        for zone, midnight in (
            ("Europe/Istanbul", datetime(2026, 3, 10, 21)),
            ("Europe/Berlin", datetime(2026, 3, 28, 23)),
            ("Europe/Berlin", datetime(2026, 3, 29, 22)),
            ("Europe/Berlin", datetime(2026, 10, 25, 23)),
        ):
            for first, second, expected in (
                (-2 * HOUR, -HOUR, SAME_DAY),
                (-HOUR, MINUTE, LEFT),
                (MINUTE, HOUR, SAME_DAY),
            ):
                with self.subTest(zone=zone, midnight=midnight, first=first):
                    self.branch_a.resource_calendar_id.tz = zone
                    self.at(NOW)
                    span = int((second - first).total_seconds() // 60)
                    one = self.automate("before", (2880 + span, "minutes"))
                    two = self.use(self.automate("before", (2880, "minutes")), self.thanks)
                    visit = self.book(midnight + second + 2 * DAY)
                    self.assertEqual(self.judge(visit, midnight + first)[one], LEFT)
                    self.assertEqual(self.judge(visit, midnight + second)[two], expected)
                    (one | two).active = False
                    visit.unlink()

    def test_what_leaves_late_counts_on_the_day_on_which_it_leaves(self):
        first = self.automate("before", (2, "days"))
        second = self.use(self.automate("before", (1, "days")), self.thanks)
        visit = self.book(IN_A_WEEK)
        self.assertEqual(self.judge(visit, DUE - HOUR)[first], LEFT, "a day late")
        self.assertEqual(self.judge(visit, DUE)[second], SAME_DAY)

    def test_another_branch_is_not_asked(self):
        hello = {"language": "en", "model_id": False, "variable_ids": False, "body": "Hello, see you!"}
        hello = self.create_template(**hello)
        for branch in (self.branch_a, self.branch_b):
            self.use(self.automate("before", (1, "days"), branch_ids=[Command.set(branch.ids)]), hello)
        visits = self.book(IN_A_WEEK) | self.book(IN_A_WEEK + HOUR, company_id=self.branch_b.id)
        self.run_planner(DUE + HOUR)
        self.assertEqual(self.states(visits), [LEFT, LEFT])

    def test_what_was_not_allowed_itself_is_not_what_was_said(self):
        limited = self.automate("before", (1, "days"), max_count=1, max_days=7)
        self.book(IN_A_WEEK - HOUR)
        visit = self.book(IN_A_WEEK)
        self.run_planner(DUE - HOUR)
        other = self.use(self.automate("before", (23, "hours")), self.thanks)
        self.assertEqual(self.judge(visit, DUE + HOUR), {limited: LIMIT, other: LEFT})


@tagged("post_install", "-at_install")
class TestOnceADayInCourses(FollowupCase):
    def test_two_plans_that_began_with_one_visit_do_not_say_the_same_twice(self):
        second = self.create_plan(once_a_day=True)
        visit = self.book(NOW + HOUR)
        courses = [self.start(plan, appointment_id=visit.id) for plan in (self.plan, second)]
        self.run_planner(NOW + DAY)
        states = [(row.state, row.skip_reason) for course in courses for row in self.planned(course).sorted("due_at")]
        self.assertEqual(states, [LEFT, ("planned", False), SAME_DAY, ("planned", False)])


@tagged("post_install", "-at_install")
class TestOnceADayInChats(ChatTriggerCase):
    def judge(self, *automations):
        self.run_planner()
        rows = self.env["clinic.whatsapp.scheduled"].search([("conversation_id", "!=", False)], order="id")
        return [(row.state, row.skip_reason) for row in rows if row.automation_id in automations]

    def test_two_answers_with_the_same_text(self):
        one = self.answer_chat("keyword", "We are at the harbour.", keywords="where")
        two = self.answer_chat("keyword", "We are at the harbour.", keywords="address")
        self.write("where", at=OPEN)
        self.run_planner(OPEN)
        self.write("address", at=OPEN + HOUR)
        self.run_planner(OPEN + HOUR)
        self.assertEqual(self.judge(one, two), [LEFT, SAME_DAY])

    def test_two_keywords_have_two_answers(self):
        one = self.answer_chat("keyword", "We are at the harbour.", keywords="where")
        two = self.answer_chat("keyword", "From nine to six.", keywords="when")
        self.write("where and when", at=OPEN)
        self.run_planner(OPEN)
        self.assertEqual(self.judge(one, two), [LEFT, LEFT])

    def test_two_greetings_are_one(self):
        one, two = self.answer_chat("greeting", "Welcome!"), self.answer_chat("greeting", "Hello!")
        self.write(at=OPEN, phone=STRANGER)
        self.run_planner(OPEN)
        self.assertEqual(self.judge(one, two), [LEFT, SAME_DAY])

    def test_strangers_are_not_taken_for_one_another(self):
        one = self.answer_chat("greeting", "Welcome!")
        two = self.answer_chat("keyword", "Welcome!", keywords="hi")
        self.write(at=OPEN, phone=STRANGER)
        self.env["clinic.whatsapp.conversation"].flush_model()
        self.write("hi", at=OPEN, phone="+905300000079")
        self.run_planner(OPEN)
        self.assertEqual(self.judge(one, two).count(SAME_DAY), 1, "the second stranger is greeted, too")


@tagged("post_install", "-at_install")
class TestExpiry(AppointmentCase):
    def expire(self, hours, moment, offset=(1, "days"), **vals):
        """Return what became of a reminder that is first looked at some time after it was due."""
        self.automate("before", offset, expires_hours=hours, **vals)
        visit = self.book(IN_A_WEEK)
        self.run_planner(moment)
        return self.rows(visit)

    def test_what_waited_for_too_long_does_not_leave(self):
        for hours, late, expected in (
            (2, HOUR, LEFT),
            (2, 2 * HOUR - MINUTE, LEFT),
            (2, 2 * HOUR, EXPIRED),
            (2, 5 * HOUR, EXPIRED),
            (0, 5 * HOUR, LEFT),
            (48, DAY, TOO_LATE),
        ):
            with self.subTest(hours=hours, late=late):
                self.at(NOW)
                row = self.expire(hours, DUE + late)
                self.assertEqual((row.state, row.skip_reason), expected)
                row.automation_id.active = False
                row.appointment_id.sudo().unlink()

    def test_its_message_expires_too(self):
        row = self.expire(2, DUE + HOUR)
        self.assertEqual(row.message_id.expires_at, DUE + 2 * HOUR)

    def test_what_would_expire_before_the_opening_does_not_wait_for_it(self):
        night = DUE + 11 * HOUR  # 23:00 in Istanbul; it was due at 12:00
        for hours, expected in ((16, EXPIRED), (22, ("planned", False))):
            with self.subTest(hours=hours):
                self.at(NOW)
                row = self.expire(hours, night, window_from=9, window_to=20)
                self.assertEqual((row.state, row.skip_reason), expected)
                row.automation_id.active = False
                row.appointment_id.sudo().unlink()

    def test_an_hour_in_which_the_clocks_change_is_an_hour(self):
        self.branch_a.resource_calendar_id.tz = "Europe/Berlin"
        due = datetime(2026, 3, 28, 23, 30)  # half past midnight; at two the clocks go forward
        for late, expected in ((2 * HOUR - MINUTE, LEFT), (2 * HOUR, EXPIRED)):
            with self.subTest(late=late):
                self.at(NOW)
                automation = self.automate("before", (24, "hours"), expires_hours=2)
                visit = self.book(due + DAY)
                self.run_planner(due + late)
                self.assertEqual(self.states(visit), [expected])
                automation.active = False
                visit.unlink()

    def test_a_pause_lets_it_expire(self):
        self.automate("before", (1, "days"), expires_hours=3)
        visit = self.book(IN_A_WEEK)
        self.root.whatsapp_automations_paused = True
        self.run_planner(DUE + 4 * HOUR)
        self.assertEqual(self.states(visit), [("planned", False)])
        self.root.whatsapp_automations_paused = False
        self.run_planner(DUE + 4 * HOUR)
        self.assertEqual(self.states(visit), [EXPIRED])


@tagged("post_install", "-at_install")
class TestLimitsInSets(AppointmentCase):
    def test_limits_cost_the_same_for_many(self):
        """Twenty rows and two hundred, each with a limit, a twin and a patient of its own."""
        self.automate("before", (1, "days"), max_count=1, max_days=7, expires_hours=5, stop_on_reply=True)
        self.automate("before", (23, "hours"), stop_on_visit=True, stop_on_complaint=True)
        few = self.count_queries(10)
        self.assertEqual(self.count_queries(100), few)

    def count_queries(self, number):
        patients = [self.create_patient(f"P{index}", f"+90533{number:03}{index:04}") for index in range(number)]
        vals = [
            {"patient_id": patient.id, "company_id": self.branch_a.id, "start": IN_A_WEEK + MINUTE * index}
            for index, patient in enumerate(patients)
        ]
        visits = self.env["clinic.appointment"].create(vals)
        self.at(DUE + 3 * HOUR)
        rows = self.rows(visits)
        self.assertEqual(len(rows), 2 * number)
        self.env.flush_all()
        self.env.invalidate_all()
        rows._reconcile(rows._get_records())
        before = self.env.cr.sql_log_count
        allowed = rows._filter_allowed(rows, DUE + 3 * HOUR)
        self.env.flush_all()
        spent = self.env.cr.sql_log_count - before
        self.assertEqual(len(allowed), number)
        self.assertEqual(set((rows - allowed).mapped("skip_reason")), {"same_day"})
        self.at(NOW)
        return spent
