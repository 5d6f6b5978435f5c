"""One message for the visits of a family on one day: who is told together, and that nobody is told twice or never."""

from datetime import datetime, timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .appointment_common import NOW, AppointmentCase

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
TEN = NOW + 7 * DAY - 2 * HOUR  # 10:00 on the wall of the branch, in a week
HALF_PAST = TEN + 30 * MINUTE
DUE = TEN - DAY
QUEUED, BLOCKED = ("queued", False), ("skipped", "blocked")
MOTHERS_PHONE = "+905300000040"
COURT_ORDER = (b"%PDF-1.4 court order", "order.pdf", "application/pdf")


class FamilyCase(AppointmentCase):
    """Ali and Ayşe, whose mother gets the messages about both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.family_template = cls.approve("template_appt_reminder_family_en", cls.account_a)
        cls.mother = cls.new_guardian("Selin Demir", MOTHERS_PHONE)
        cls.ali, cls.ayse = (cls.new_child(name, cls.mother) for name in ("Ali Demir", "Ayşe Demir"))

    @classmethod
    def new_guardian(cls, name, phone):
        return cls.env["res.partner"].create({"name": name, "phone": phone, "company_id": cls.root.id})

    @classmethod
    def new_child(cls, name, guardian, agreed=True):
        child = cls.new_patient(
            name,
            False,
            birth_date=NOW.date() - relativedelta(years=10),
            guardian_id=guardian.id,
            guardian_relation="mother",
        )
        if agreed:
            cls.deliver_notice(child)
            cls.record(child, "granted", authority=COURT_ORDER)
        return child

    @classmethod
    def record(cls, child, status, **proof):
        cls.env["clinic.consent"]._record(
            child, cls.appointment_purpose, status, method="spoken", company=cls.branch_a, **proof
        )

    @classmethod
    def remind(cls, *offsets, **vals):
        """Return a reminder that tells families together, a day before."""
        automation = cls.automate("before", *(offsets or [(1, "days")]), **vals)
        automation.step_ids.family_template_id = cls.family_template
        automation.one_for_family = True
        return automation

    def visit(self, child, start=TEN, **vals):
        return self.book(start, patient_id=child.id, **vals)

    def messages(self, visits):
        return self.rows(visits).message_id.sorted("id")

    def texts(self, visits):
        return self.messages(visits).mapped("body")

    def deliver(self, message):
        """Let WhatsApp have taken a message."""
        message.sudo().write({"state": "sent", "wamid": f"wamid.{message.client_ref}"})
        message._on_settled()
        self.env.flush_all()

    def assertTold(self, visits, names):
        """These visits, and no others, are told in one message, by these words."""
        message = self.messages(visits)
        self.assertEqual(len(message), 1)
        self.assertIn(f": {names}. ", message.body)
        self.assertEqual(self.states(visits), [QUEUED] * len(visits))
        return message


@tagged("post_install", "-at_install")
class TestTellingFamilies(FamilyCase):
    def setUp(self):
        super().setUp()
        self.automation = self.remind()

    def test_two_children_of_one_guardian_are_told_in_one_message(self):
        visits = self.visit(self.ayse, HALF_PAST) | self.visit(self.ali)
        self.run_planner(DUE)
        message = self.assertTold(visits, "Ali 10:00, Ayşe 10:30")
        self.assertEqual(message.conversation_id.contact_id.phone, MOTHERS_PHONE)
        self.assertEqual((message.template_id, message.expires_at), (self.family_template, TEN))
        self.deliver(message)
        self.assertEqual(self.states(visits), [("done", False)] * 2)

    def test_what_is_due_later_that_day_comes_along_and_is_not_told_again(self):
        visits = self.visit(self.ali) | self.visit(self.ayse, TEN + 5 * HOUR)
        self.run_planner(DUE)
        self.assertTold(visits, "Ali 10:00, Ayşe 15:00")
        self.run_planner(DUE + 6 * HOUR)
        self.assertEqual(len(self.messages(visits)), 1)

    def test_without_the_option_each_visit_has_its_message(self):
        self.automation.one_for_family = False
        visits = self.visit(self.ali) | self.visit(self.ayse)
        self.run_planner(DUE)
        self.assertEqual(self.messages(visits).template_id, self.reminder_template)
        self.assertEqual(len(self.messages(visits)), 2)

    def test_a_child_who_comes_alone_gets_the_usual_message(self):
        visit = self.visit(self.ali)
        self.run_planner(DUE)
        self.assertEqual(self.messages(visit).template_id, self.reminder_template)

    def test_days_are_those_of_the_branch(self):
        late = TEN + 13 * HOUR + 30 * MINUTE  # 23:30, still the same day in UTC an hour later
        visits = self.visit(self.ali, late) | self.visit(self.ayse, late + HOUR)
        self.run_planner(late - DAY + HOUR)
        self.assertEqual(self.states(visits), [QUEUED] * 2)
        self.assertEqual(len(self.messages(visits)), 2)

    def test_the_day_on_which_the_clocks_go_back_is_one_day(self):
        self.branch_a.resource_calendar_id.tz = "Europe/Berlin"
        midnight = datetime(2026, 10, 24, 22)
        self.at(midnight - 3 * DAY)
        visits = self.visit(self.ali, midnight) | self.visit(self.ayse, midnight + 24 * HOUR + 30 * MINUTE)
        self.run_planner(midnight - DAY)
        self.assertTold(visits, "Ali 00:00, Ayşe 23:30")

    def test_branches_tell_their_own_visits(self):
        other = self.visit(self.ayse, HALF_PAST, company_id=self.branch_b.id)
        self.deliver_notice(self.ayse, self.branch_b)
        visits = self.visit(self.ali) | other
        self.run_planner(DUE + HOUR)
        self.assertEqual(self.messages(visits).account_id, self.account_a | self.account_b)
        self.assertFalse([text for text in self.texts(visits) if "Ali" in text and "Ayşe" in text])

    def test_children_of_other_guardians_are_told_apart(self):
        stranger = self.new_child("Can Kaya", self.new_guardian("Ece Kaya", "+905300000041"))
        visits = self.visit(self.ali) | self.visit(stranger)
        self.run_planner(DUE)
        self.assertEqual(len(self.messages(visits).conversation_id), 2)

    def test_a_mother_who_is_a_patient_herself_is_told_with_her_child(self):
        self.mother.write({"is_patient": True, "lang": "en_US"})
        self.opt_in(self.mother)
        visits = self.visit(self.ali) | self.visit(self.mother, HALF_PAST)
        self.run_planner(DUE)
        self.assertTold(visits, "Ali 10:00, Selin 10:30")

    def test_two_visits_of_one_patient_are_one_message(self):
        visits = self.visit(self.ali) | self.visit(self.ali, TEN + 3 * HOUR)
        self.run_planner(DUE)
        self.assertTold(visits, "Ali 10:00, Ali 13:00")

    def test_patients_who_are_called_alike_are_named_in_full(self):
        cousin = self.new_child("Ali Kaya", self.mother)
        visits = self.visit(self.ali) | self.visit(cousin, HALF_PAST) | self.visit(self.ayse, TEN + HOUR)
        self.run_planner(DUE)
        self.assertTold(visits, "Ali Demir 10:00, Ali Kaya 10:30, Ayşe 11:00")

    def test_a_large_family_gets_as_many_messages_as_its_visits_need(self):
        children = [self.new_child(f"Child{number} Demir", self.mother) for number in range(10)]
        visits = self.env["clinic.appointment"].union(
            *(self.visit(child, TEN + 10 * number * MINUTE) for number, child in enumerate([*children, self.ali]))
        )
        self.run_planner(DUE + 2 * HOUR)
        messages = self.messages(visits)
        self.assertEqual(messages.mapped("template_id"), self.family_template | self.reminder_template)
        self.assertEqual(len(messages), 2)
        self.assertEqual(self.states(visits), [QUEUED] * 11)

    def test_moment_that_a_colleague_has_chosen_is_kept(self):
        visits = self.visit(self.ali) | self.visit(self.ayse, HALF_PAST)
        kept = self.rows(visits[1])
        kept.write({"is_moved": True, "due_at": DUE + 5 * HOUR})
        self.run_planner(DUE)
        self.assertEqual(self.messages(visits).template_id, self.reminder_template)
        self.assertEqual(kept.state, "planned")

    def test_visit_that_somebody_is_changing_is_told_by_itself(self):
        visits = self.visit(self.ali) | self.visit(self.ayse, HALF_PAST)
        held, lock = visits[1], type(visits).try_lock_for_update
        with patch.object(type(visits), "try_lock_for_update", lambda it, **kw: lock(it - held, **kw)):
            self.run_planner(DUE)
        self.assertEqual([self.states(visit) for visit in visits], [[QUEUED], [("planned", False)]])
        self.run_planner(DUE + HOUR)
        self.assertEqual(self.states(visits), [QUEUED] * 2)
        self.assertEqual(self.messages(visits).mapped("res_id"), visits.ids)
        self.assertFalse([text for text in self.texts(visits) if "Ali" in text and "Ayşe" in text])

    def test_row_that_another_worker_has_claimed_stays_with_him(self):
        visits = self.visit(self.ali) | self.visit(self.ayse, HALF_PAST)
        theirs, lock = self.rows(visits[1]), type(self.rows(visits)).try_lock_for_update
        self.at(DUE + HOUR)
        with patch.object(type(theirs), "try_lock_for_update", lambda it, **kw: lock(it - theirs, **kw)):
            _claimed, ours = theirs._claim_due(set())
        self.assertEqual(ours, self.rows(visits[0]))
        ours._queue()
        self.assertEqual(self.messages(visits).mapped("res_id"), visits[0].ids)
        self.assertEqual(self.messages(visits).template_id, self.reminder_template)

    def test_family_template_that_cannot_be_sent_yet_costs_nobody_his_reminder(self):
        self.family_template.status = "pending"
        visits = self.visit(self.ali) | self.visit(self.ayse)
        self.run_planner(DUE)
        self.assertEqual(self.states(visits), [QUEUED] * 2)
        self.assertEqual(self.messages(visits).template_id, self.reminder_template)

    def test_failure_stops_this_automation_and_is_told(self):
        visits, other = self.visit(self.ali) | self.visit(self.ayse), self.book(TEN + HOUR)
        self.automate("before", (1, "days"), name="Another one")
        failure = patch.object(type(self.family_template), "_draft_messages", side_effect=ZeroDivisionError)
        with failure, mute_logger("odoo.addons.clinic_whatsapp.models.automation.broken"):
            self.run_planner(DUE + HOUR)
        self.assertFalse(self.automation.active)
        self.assertIn("Appointment reminder for a family", self.automation.stopped_reason)
        broken = self.rows(visits).filtered(lambda row: row.automation_id == self.automation)
        self.assertEqual({row.skip_reason for row in broken}, {"broken"})
        self.assertIn(QUEUED, self.states(other))

    def test_limit_that_is_reached_now_is_asked_about_again_when_the_visit_is_due(self):
        self.automation.write({"max_count": 1, "max_days": 3})
        early = self.visit(self.ayse, TEN - 3 * DAY + 30 * MINUTE)
        self.run_planner(DUE - 3 * DAY + 30 * MINUTE)
        self.deliver(self.messages(early))
        visits = self.visit(self.ali) | self.visit(self.ayse, TEN + 2 * HOUR)
        self.run_planner(DUE)
        self.assertEqual([self.states(visit) for visit in visits], [[QUEUED], [("planned", False)]])
        self.run_planner(DUE + 2 * HOUR)
        self.assertEqual(self.states(visits), [QUEUED] * 2)

    def test_number_of_queries_does_not_depend_on_the_number_of_families(self):
        rows = self.env["clinic.whatsapp.scheduled"]
        few, many = self.new_families(10, 0), self.new_families(100, 10)
        self.at(DUE + 30 * MINUTE)
        counts = []
        for visits in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch = rows.search([("res_id", "in", visits.ids), ("state", "=", "planned")], order="due_at, id")
            batch._filter_with_free_record()._queue()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(self.messages(visits)), len(visits) / 2)
        self.assertLessEqual(counts[1], counts[0])

    def new_families(self, count, first):
        visits, vals = self.env["clinic.appointment"], {"company_id": self.branch_a.id}
        for number in range(first, first + count):
            mother = self.new_guardian(f"Mother {number}", f"+9053110{number:05}")
            for name, start in ((f"Can{number} Ak", TEN), (f"Ece{number} Ak", HALF_PAST)):
                child = self.new_child(name, mother)
                visits |= visits.browse().create({**vals, "patient_id": child.id, "start": start})
        return visits


@tagged("post_install", "-at_install")
class TestRightsInFamilies(FamilyCase):
    def setUp(self):
        super().setUp()
        self.remind()

    def test_whoever_may_not_be_told_is_not_told_with_the_others(self):
        silent = self.new_child("Can Demir", self.mother, agreed=False)
        told = self.visit(self.ali) | self.visit(self.ayse, HALF_PAST)
        other = self.visit(silent)
        self.run_planner(DUE)
        self.assertTold(told, "Ali 10:00, Ayşe 10:30")
        self.assertEqual(self.states(other), [BLOCKED])
        self.assertEqual(self.messages(other).block_reason, "no_notice")

    def test_the_only_one_who_may_be_told_gets_the_usual_message(self):
        silent = self.new_child("Can Demir", self.mother, agreed=False)
        visit, other = self.visit(self.ali), self.visit(silent, HALF_PAST)
        self.run_planner(DUE)
        self.assertEqual(self.messages(visit).template_id, self.reminder_template)
        self.assertNotIn("Can", self.messages(visit).body)
        self.assertEqual(self.states(other), [("planned", False)], "its own moment has not come")
        self.run_planner(DUE + HOUR)
        self.assertEqual(self.states(other), [BLOCKED])

    def test_lr22_a_confidential_visit_is_never_told_with_others(self):
        visit, hidden = self.visit(self.ali), self.visit(self.ayse, is_confidential=True)
        self.run_planner(DUE)
        self.assertNotIn("Ayşe", self.messages(visit).body)
        self.assertEqual(self.messages(visit).template_id, self.reminder_template)
        self.assertEqual(self.messages(hidden).block_reason, "minor_rule")

    def test_consent_that_is_withdrawn_while_the_message_waits_takes_nobody_elses_reminder(self):
        visits = self.visit(self.ali) | self.visit(self.ayse, HALF_PAST)
        self.run_planner(DUE + HOUR)
        message = self.assertTold(visits, "Ali 10:00, Ayşe 10:30")
        self.record(self.ayse, "withdrawn")
        self.assertEqual(self.env["clinic.whatsapp.gate"]._judge(message)[message], "no_optin")
        message.sudo()._judge_and_block()
        self.assertEqual(message.state, "blocked")
        self.assertEqual(self.states(visits), [("planned", False)] * 2)
        self.run_planner(DUE + 2 * HOUR)
        self.assertEqual([self.states(visit) for visit in visits], [[QUEUED], [BLOCKED]])
        left = self.messages(visits[0])
        self.assertEqual((left.template_id, left.partner_id), (self.reminder_template, self.ali))
        self.assertNotIn("Ayşe", left.body)

    def test_guardian_who_changes_while_the_message_waits_gets_nothing_of_the_child(self):
        visits = self.visit(self.ali) | self.visit(self.ayse, HALF_PAST)
        self.run_planner(DUE)
        message = self.messages(visits)
        self.ayse.guardian_id = self.new_guardian("Ece Kaya", "+905300000041")
        self.assertEqual(self.env["clinic.whatsapp.gate"]._judge(message)[message], "minor_rule")

    def test_a_message_that_may_leave_is_allowed_once_more_when_it_leaves(self):
        visits = self.visit(self.ali) | self.visit(self.ayse, HALF_PAST)
        self.run_planner(DUE)
        message = self.messages(visits)
        self.assertEqual(self.env["clinic.whatsapp.gate"]._judge(message), {message.sudo(): None})

    def test_lr34_who_is_told_along_has_been_told(self):
        self.remind((3, "days"), (2, "days"), once_a_day=False)
        visits = self.visit(self.ali) | self.visit(self.ayse, HALF_PAST)
        for days in (3, 2):
            self.run_planner(TEN - days * DAY + HOUR)
            self.deliver(self.messages(visits).filtered(lambda message: message.state == "queued"))
        self.assertEqual(len(self.messages(visits)), 2)
        self.run_planner(DUE + HOUR)
        reasons = {row.partner_id: row.message_id.block_reason for row in self.rows(visits, "skipped")}
        self.assertEqual(reasons, {self.ali: "freq_cap", self.ayse: "freq_cap"})


@tagged("post_install", "-at_install")
class TestFamiliesAndChanges(FamilyCase):
    def setUp(self):
        super().setUp()
        self.remind()
        self.first, self.second = self.visit(self.ali), self.visit(self.ayse, HALF_PAST)
        self.visits = self.first | self.second

    def tell(self):
        self.run_planner(DUE)
        return self.assertTold(self.visits, "Ali 10:00, Ayşe 10:30")

    def test_visit_that_is_cancelled_before_it_left_takes_no_other_with_it(self):
        message = self.tell()
        self.first.with_user(self.user_a).action_cancel()
        self.assertEqual(message.state, "cancelled")
        self.assertEqual(self.states(self.first), [("skipped", "cancelled")])
        self.assertEqual(self.states(self.second), [("planned", False)])
        self.run_planner(DUE + 30 * MINUTE)
        self.assertEqual(self.states(self.second), [QUEUED])
        self.assertEqual(self.messages(self.second).template_id, self.reminder_template)

    def test_visit_that_is_moved_before_it_left_is_told_at_its_new_time(self):
        third = self.visit(self.new_child("Can Demir", self.mother), TEN + HOUR)
        self.run_planner(DUE)
        self.assertTold(self.visits | third, "Ali 10:00, Ayşe 10:30, Can 11:00")
        self.at(DUE + MINUTE)
        self.second.with_user(self.user_a).start = TEN + 3 * DAY
        self.run_planner(DUE + 2 * MINUTE)
        self.assertTold(self.first | third, "Ali 10:00, Can 11:00")
        self.assertEqual(self.states(self.second), [("skipped", "moved"), ("planned", False)])
        self.run_planner(DUE + 3 * DAY)
        self.assertEqual(self.states(self.second), [("skipped", "moved"), QUEUED])

    def test_both_cancelled_in_one_go_leave_nothing(self):
        message = self.tell()
        self.visits.with_user(self.user_a).action_cancel()
        self.assertEqual(message.state, "cancelled")
        self.assertEqual(self.states(self.visits), [("skipped", "cancelled")] * 2)

    def test_what_has_left_is_not_told_again_after_a_change(self):
        self.deliver(self.tell())
        self.first.with_user(self.user_a).action_cancel()
        self.run_planner(DUE + HOUR)
        self.assertEqual(self.states(self.visits), [("done", False)] * 2)
        self.assertEqual(len(self.messages(self.visits)), 1)

    def test_message_that_failed_has_failed_for_all(self):
        message = self.tell()
        message.sudo().state = "failed"
        message._on_settled()
        self.assertEqual(self.states(self.visits), [("skipped", "failed")] * 2)

    def test_one_press_confirms_all_visits_of_the_message(self):
        message = self.tell()
        self.deliver(message)
        self.press(message, "confirm")
        self.assertEqual(self.visits.mapped("state"), ["confirmed"] * 2)
        self.assertTrue(all(self.rows(self.visits).mapped("answered_at")))

    def test_one_press_cancels_all_visits_of_the_message(self):
        message = self.tell()
        self.deliver(message)
        self.press(message, "cancel")
        self.assertEqual(self.visits.mapped("state"), ["cancelled"] * 2)
        self.assertEqual(self.visits.mapped("cancelled_by"), ["patient"] * 2)

    def test_a_wish_to_move_all_visits_is_handed_to_a_person(self):
        message = self.tell()
        self.deliver(message)
        self.press(message, "reschedule")
        self.assertEqual(self.visits.mapped("move_requested"), [True, True])
        self.assertEqual(self.visits.mapped("state"), ["booked"] * 2)

    def test_unconfirmed_message_that_is_sent_again_tells_the_same_visits(self):
        message = self.tell()
        message.sudo().write({"state": "unknown", "wamid": False})
        message._on_settled()
        message.with_user(self.manager_a).action_send_again()
        again = self.messages(self.visits)
        self.assertEqual((len(again), again.body), (1, message.body))
        self.assertNotEqual(again, message)
        self.assertEqual(self.states(self.visits), [QUEUED] * 2)
        self.deliver(again)
        self.press(again, "confirm")
        self.assertEqual(self.visits.mapped("state"), ["confirmed"] * 2)

    def test_message_that_was_denied_for_its_time_is_not_made_again_by_hand(self):
        """Its visits are planned again: each would be told twice."""
        message = self.tell()
        message.sudo()._block("freq_cap")
        self.assertFalse(message.with_user(self.user_a).can_send_now)
        self.assertEqual(self.states(self.visits), [("planned", False)] * 2)

    def test_visit_that_was_moved_since_is_not_confirmed_with_the_others(self):
        message = self.tell()
        self.deliver(message)
        self.at(DUE + HOUR)
        self.second.with_user(self.user_a).start = TEN + 3 * DAY
        self.press(message, "confirm")
        self.assertEqual(self.visits.mapped("state"), ["confirmed", "booked"])


@tagged("post_install", "-at_install")
class TestWritingFamilyReminders(FamilyCase):
    def test_each_message_needs_a_template_for_a_family(self):
        automation = self.automate("before", (1, "days"))
        with self.assertRaisesRegex(ValidationError, "choose the template for a family"):
            automation.one_for_family = True
        automation = self.remind()
        with self.assertRaisesRegex(ValidationError, "choose the template for a family"):
            automation.step_ids.family_template_id = False
        with self.assertRaisesRegex(ValidationError, "choose the template for a family"):
            automation.step_ids = [Command.create({"offset_value": 2, "template_id": self.reminder_template.id})]

    def test_the_template_must_name_the_visits(self):
        automation = self.remind()
        with self.assertRaisesRegex(ValidationError, "does not name the visits"):
            automation.step_ids.family_template_id = self.reminder_template

    def test_only_reminders_know_a_day_of_visits(self):
        with self.assertRaisesRegex(ValidationError, "only possible for reminders"):
            self.automate("booked", one_for_family=True, step_ids=[
                Command.create({
                    "template_id": self.reminder_template.id, "family_template_id": self.family_template.id,
                }),
            ])  # fmt: skip

    def test_another_occasion_unticks_it(self):
        with Form(self.remind().with_user(self.clinic_manager)) as form:
            form.trigger = "booked"
            self.assertFalse(form.one_for_family)

    def test_manager_writes_it_in_the_form(self):
        automations = self.env["clinic.whatsapp.automation"].with_user(self.manager_a)
        with Form(automations) as form:
            form.name = "Families"
            form.one_for_family = True
            with form.step_ids.new() as step:
                step.template_id = self.reminder_template.with_user(self.manager_a)
                step.family_template_id = self.family_template.with_user(self.manager_a)
        self.assertTrue(form.record.one_for_family)

    def test_deleting_the_template_names_the_automation(self):
        self.remind(name="Families")
        self.assertIn("Families", self.family_template._get_users(self.account_a))

    def test_the_value_is_only_for_messages_about_appointments(self):
        with self.assertRaisesRegex(ValidationError, "only a message about an appointment knows it"):
            self.create_template(
                variable_ids=[Command.create({"index": 1, "source": "helper", "helper": "visits_of_day"})]
            )

    def test_sent_by_hand_it_tells_the_one_visit(self):
        visit = self.visit(self.ali)
        self.visit(self.ayse)
        values = self.family_template._render_values(visit, self.ali, self.account_a)
        self.assertEqual(values[3], "Ali 10:00")

    def test_it_is_told_in_the_zone_of_the_branch_and_stays_short(self):
        visit = self.visit(self.ali, TEN)
        self.branch_a.resource_calendar_id.tz = "Europe/Berlin"
        self.ali.name = "Prof. " + "A" * 200 + " Demir"
        visit.invalidate_recordset()
        self.assertEqual(visit._get_visits_text(), f"{'A' * 30} 08:00")

    def test_preview_shows_what_the_family_reads(self):
        automation = self.remind(active=False)
        visit = self.visit(self.ali)
        self.visit(self.ayse, HALF_PAST)
        self.visit(self.ayse, TEN + DAY)
        self.visit(self.ayse, TEN + HOUR, is_confidential=True)
        usual, family = automation.with_user(self.manager_a).get_preview(visit.id)["steps"]
        self.assertNotIn("Ayşe", usual["bubble"]["body"])
        self.assertIn(": Ali 10:00, Ayşe 10:30. ", family["bubble"]["body"])
        self.assertEqual(family["title"], "if several of a family come that day")

    def test_preview_of_a_confidential_visit_shows_no_family(self):
        automation = self.remind(active=False)
        visit = self.visit(self.ali, is_confidential=True)
        self.visit(self.ayse, HALF_PAST)
        self.assertEqual(len(automation.get_preview(visit.id)["steps"]), 1)

    def test_preview_without_a_visit_shows_the_examples_of_both_texts(self):
        usual, family = self.remind(active=False).get_preview()["steps"]
        self.assertTrue(usual["bubble"]["body"] and family["bubble"]["body"])
        self.assertNotEqual(usual["bubble"]["body"], family["bubble"]["body"])

    def test_forecast_counts_families_once(self):
        automation = self.remind(active=False)
        self.visit(self.ali)
        self.visit(self.ayse, HALF_PAST)
        forecast = automation.with_user(self.manager_a).get_forecast()
        self.assertEqual((forecast["reached"], forecast["left"]), (2, 0))
        self.assertIn("1 of them along with their family", forecast["reached_label"])
        details = [row["detail"] for row in forecast["rows"]]
        self.assertEqual(details, [False, "Told in one message with the visits of the family"])
        self.assertEqual([line["count"] for line in forecast["cost"]["lines"]], [1])
