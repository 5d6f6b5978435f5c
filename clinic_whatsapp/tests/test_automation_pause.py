"""The switch that lets automations rest, in one branch or in everything below the legal entity, and what follows."""

from datetime import timedelta

from odoo.tests import tagged

from .appointment_common import NOW, AppointmentCase
from .chat_trigger_common import OPEN, ChatTriggerCase

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
IN_A_WEEK = NOW + 7 * DAY
REMINDER_DUE = IN_A_WEEK - DAY
SWITCH = "whatsapp_automations_paused"


class PauseCase(AppointmentCase):
    """A reminder one day before, with a visit in each of two branches."""

    def setUp(self):
        super().setUp()
        self.automation = self.automate("before", (1, "days"))
        self.other = self.new_patient()
        self.opt_in(self.other, self.branch_b)
        self.here, self.there = (
            self.book(IN_A_WEEK),
            self.book(IN_A_WEEK, patient_id=self.other.id, company_id=self.branch_b.id),
        )

    def get_states(self):
        return [self.rows(visit).state for visit in (self.here, self.there)]

    def find_triggers(self):
        cron = self.env.ref("clinic_whatsapp.ir_cron_plan")
        return self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])


@tagged("post_install", "-at_install")
class TestPause(PauseCase):
    def test_nothing_of_a_paused_branch_leaves_and_nothing_else_is_held_up(self):
        self.branch_a[SWITCH] = True
        self.run_planner(REMINDER_DUE)
        self.assertEqual(self.get_states(), ["planned", "queued"])
        self.assertFalse(self.rows(self.here).message_id)

    def test_one_switch_on_the_legal_entity_pauses_every_branch(self):
        self.root[SWITCH] = True
        self.run_planner(REMINDER_DUE)
        self.assertEqual(self.get_states(), ["planned", "planned"])
        self.root[SWITCH] = False
        self.run_planner(REMINDER_DUE)
        self.assertEqual(self.get_states(), ["queued", "queued"])

    def test_one_automation_alone_is_paused_by_switching_it_off(self):
        second = self.automate("before", (2, "hours"))
        self.automation.active = False
        self.run_planner(IN_A_WEEK - 2 * HOUR)
        rows = {row.automation_id: row.state for row in self.rows(self.here)}
        self.assertEqual(rows, {self.automation: "skipped", second: "queued"})

    def test_a_branch_whose_company_goes_on_may_still_rest_itself(self):
        (self.root | self.branch_a)[SWITCH] = True
        self.root[SWITCH] = False
        self.run_planner(REMINDER_DUE)
        self.assertEqual(self.get_states(), ["planned", "queued"])

    def test_a_pause_skips_nothing_however_long_it_lasts(self):
        self.branch_a[SWITCH] = True
        for moment in (REMINDER_DUE, REMINDER_DUE + HOUR, IN_A_WEEK, IN_A_WEEK + 3 * DAY):
            self.run_planner(moment)
            self.assertEqual(self.rows(self.here).state, "planned")

    def test_afterwards_what_is_too_late_is_skipped_and_the_rest_leaves(self):
        late = self.book(IN_A_WEEK + 6 * HOUR, patient_id=self.other.id)
        self.branch_a[SWITCH] = True
        self.run_planner(IN_A_WEEK + HOUR)
        self.branch_a[SWITCH] = False
        self.run_planner(IN_A_WEEK + HOUR)
        self.assertEqual(self.states(self.here), [("skipped", "too_late")])
        self.assertEqual(self.states(late), [("queued", False)])

    def test_a_pause_that_ends_at_night_is_followed_by_a_quiet_night(self):
        self.automation.write({"window_from": 9, "window_to": 20})
        self.branch_a[SWITCH] = True
        night = IN_A_WEEK - 10 * HOUR  # 02:00 in Istanbul; the visit is at 12:00
        self.run_planner(night)
        self.branch_a[SWITCH] = False
        self.run_planner(night)
        row = self.rows(self.here)
        self.assertEqual((row.state, row.due_at), ("planned", IN_A_WEEK - 3 * HOUR))
        self.run_planner(row.due_at)
        self.assertEqual(row.state, "queued")

    def test_what_is_cancelled_during_a_pause_never_leaves(self):
        self.branch_a[SWITCH] = True
        self.run_planner(REMINDER_DUE)
        self.here.with_user(self.user_a).action_cancel()
        self.branch_a[SWITCH] = False
        self.run_planner(REMINDER_DUE)
        self.assertEqual(self.states(self.here), [("skipped", "cancelled")])

    def test_a_planned_message_can_be_stopped_during_a_pause(self):
        self.branch_a[SWITCH] = True
        self.rows(self.here).with_user(self.user_a).action_skip()
        self.branch_a[SWITCH] = False
        self.run_planner(REMINDER_DUE)
        self.assertEqual(self.states(self.here), [("skipped", "by_hand")])

    def test_the_planner_does_not_read_what_rests(self):
        self.branch_a[SWITCH] = True
        self.at(REMINDER_DUE)
        rows = self.env["clinic.whatsapp.scheduled"]
        self.assertEqual(rows.search(rows._get_due_domain()), self.rows(self.there))
        self.assertEqual(rows._claim_due(set())[0], self.rows(self.there))


@tagged("post_install", "-at_install")
class TestWakingAfterPause(PauseCase):
    def test_what_is_due_in_a_paused_branch_wakes_nobody(self):
        self.root[SWITCH] = True
        self.at(REMINDER_DUE + HOUR)
        self.find_triggers().unlink()
        self.env["clinic.whatsapp.scheduled"]._arm()
        self.assertFalse(self.find_triggers(), "not now, and not at its moment, which has passed")
        self.book(REMINDER_DUE + 5 * DAY, patient_id=self.other.id)
        self.assertFalse(self.find_triggers(), "nor does a change in the paused branch")
        self.run_planner(REMINDER_DUE + HOUR)
        self.assertFalse(self.find_triggers(), "nor the run that every few minutes brings")

    def test_others_are_woken_at_their_own_moment(self):
        self.branch_a[SWITCH] = True
        later = self.book(IN_A_WEEK + HOUR, patient_id=self.other.id, company_id=self.branch_b.id)
        self.rows(self.there)._skip("by_hand")
        self.at(REMINDER_DUE)
        self.find_triggers().unlink()
        self.env["clinic.whatsapp.scheduled"]._arm()
        self.assertEqual(self.find_triggers().mapped("call_at"), [self.rows(later).due_at])

    def test_whoever_ends_the_pause_wakes_the_planner(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"group_ids": [(4, self.env.ref("clinic_whatsapp.group_manager").id)]})
        admin.company_ids |= self.branch_a
        automations = self.env["clinic.whatsapp.automation"]
        ways = {
            "manager": lambda: automations.with_user(self.manager_a).action_pause_branch(self.branch_a.id, False),
            "settings": lambda: self.branch_a.with_user(admin).write({SWITCH: False}),
            "superuser": lambda: self.branch_a.sudo().write({SWITCH: False}),
        }
        for name, go_on in ways.items():
            with self.subTest(name):
                self.branch_a[SWITCH] = True
                self.at(REMINDER_DUE + MINUTE)
                self.find_triggers().unlink()
                go_on()
                self.assertEqual(self.find_triggers().mapped("call_at"), [REMINDER_DUE])

    def test_saying_again_what_is_so_wakes_nobody(self):
        self.at(REMINDER_DUE + MINUTE)
        self.find_triggers().unlink()
        self.branch_a[SWITCH] = False
        self.branch_a.name = "Renamed"
        self.assertFalse(self.find_triggers())

    def test_what_waited_leaves_in_batches_and_each_message_once(self):
        visits = self.here | self.book(IN_A_WEEK + HOUR) | self.book(IN_A_WEEK + 2 * HOUR)
        self.branch_a[SWITCH] = True
        self.run_planner(REMINDER_DUE + 3 * HOUR)
        self.branch_a[SWITCH] = False
        self.patch(self.registry["clinic.whatsapp.scheduled"], "_claim_due", self.claim_one_by_one())
        self.run_planner(REMINDER_DUE + 3 * HOUR)
        self.assertEqual(self.states(visits), [("queued", False)] * 3)
        self.assertEqual(len(self.rows(visits).message_id), 3)

    def claim_one_by_one(self):
        claim = self.registry["clinic.whatsapp.scheduled"]._claim_due

        def claim_one(rows, seen):
            due, ours = claim(rows, seen)
            return due[:1], ours & due[:1]

        return claim_one


@tagged("post_install", "-at_install")
class TestTakingBack(PauseCase):
    def setUp(self):
        super().setUp()
        self.run_planner(REMINDER_DUE)
        self.row, self.other_row = self.rows(self.here), self.rows(self.there)
        self.message = self.row.message_id.sudo()

    def test_what_waits_in_the_outbox_is_taken_back_to_the_plan(self):
        self.automation.env["clinic.whatsapp.automation"].with_user(self.manager_a).action_pause_branch(
            self.branch_a.id, True
        )
        self.assertEqual((self.message.state, self.row.state), ("cancelled", "planned"))
        self.assertFalse(self.row.message_id)
        self.assertEqual((self.other_row.state, self.other_row.message_id.state), ("queued", "queued"))

    def test_it_leaves_once_when_the_pause_is_over(self):
        for _again in range(3):
            self.branch_a[SWITCH] = True
            self.branch_a[SWITCH] = False
            self.run_planner(REMINDER_DUE + HOUR)
        about_it = [("res_model", "=", "clinic.appointment"), ("res_id", "=", self.here.id)]
        messages = self.env["clinic.whatsapp.message"].search(about_it)
        self.assertEqual(messages.filtered(lambda message: message.state != "cancelled"), self.row.message_id)
        self.assertEqual((self.row.state, self.row.message_id.state), ("queued", "queued"))

    def test_it_is_planned_again_even_when_the_visit_is_over_by_then(self):
        self.branch_a[SWITCH] = True
        self.at(IN_A_WEEK + HOUR)
        self.branch_a[SWITCH] = False
        self.run_planner(IN_A_WEEK + HOUR)
        self.assertEqual((self.row.state, self.row.skip_reason), ("skipped", "too_late"))

    def test_what_is_on_its_way_or_has_left_stays(self):
        for state in ("sending", "sent", "unknown"):
            with self.subTest(state):
                self.message.state = state
                self.branch_a[SWITCH] = True
                self.assertEqual((self.message.state, self.row.state), (state, "queued"))
                self.assertEqual(self.row.message_id, self.message)
                self.branch_a[SWITCH] = False

    def test_what_a_person_sends_all_the_same_leaves(self):
        for vals in ({"urgent_reason": "He asked for it"}, {"kind": "reply"}):
            with self.subTest(vals):
                self.message.write(vals)
                self.branch_a[SWITCH] = True
                self.assertEqual((self.message.state, self.row.state), ("queued", "queued"))
                self.branch_a[SWITCH] = False
                self.message.write({"urgent_reason": False, "kind": "automatic"})

    def test_what_receptionists_write_and_the_clinic_answers_is_no_automation(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        written = conversation.with_user(self.user_a)._send_text("See you")
        answered = conversation._send_service("answer", "Thank you")
        self.root[SWITCH] = True
        self.assertEqual((written.state, answered.state), ("queued", "queued"))

    def test_what_slipped_into_the_outbox_meanwhile_is_taken_back_by_the_next_run(self):
        """The planner was at work when the switch was turned: its batch is committed after the pause."""
        self.env.cr.execute("UPDATE res_company SET whatsapp_automations_paused = TRUE WHERE id = %s", [self.root.id])
        self.env.invalidate_all()
        self.run_planner()
        self.assertEqual((self.message.state, self.row.state), ("cancelled", "planned"))
        self.assertEqual(self.other_row.state, "planned")

    def test_the_switch_wakes_that_run(self):
        self.find_triggers().unlink()
        self.branch_a[SWITCH] = True
        self.assertEqual(self.find_triggers().mapped("call_at"), [REMINDER_DUE])

    def test_taking_back_costs_the_same_for_many(self):
        few = self.count_queries(2)
        self.assertEqual(self.count_queries(20), few)

    def count_queries(self, number):
        self.at(NOW)
        visits = self.env["clinic.appointment"].create(
            [
                {
                    "patient_id": self.new_patient(f"P{number}.{index}", f"+90531{number:03}{index:04}").id,
                    "company_id": self.branch_a.id,
                    "start": IN_A_WEEK + MINUTE * index,
                }
                for index in range(number)
            ]
        )
        for visit in visits:
            self.opt_in(visit.patient_id)
        self.run_planner(REMINDER_DUE + HOUR)
        self.assertEqual(set(self.states(visits)), {("queued", False)})
        self.branch_a.flush_recordset()
        self.env.cr.execute("UPDATE res_company SET whatsapp_automations_paused = TRUE WHERE id = %s", [self.root.id])
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["clinic.whatsapp.scheduled"]._take_back()
        self.env.flush_all()
        spent = self.env.cr.sql_log_count - before
        self.assertEqual(set(self.states(visits)), {("planned", False)})
        self.rows(visits)._skip("by_hand")
        self.root[SWITCH] = False
        self.run_planner(REMINDER_DUE + HOUR)
        return spent


@tagged("post_install", "-at_install")
class TestChatInPause(ChatTriggerCase):
    STRANGER = "+905300000078"

    def greet(self):
        self.answer_chat("greeting")
        self.branch_a[SWITCH] = True
        self.write(at=OPEN, phone=self.STRANGER)
        self.run_planner(OPEN)
        row = self.env["clinic.whatsapp.scheduled"].search([("automation_id.trigger", "=", "greeting")])
        self.assertEqual(row.state, "planned")
        return row

    def test_an_answer_that_a_pause_held_back_is_too_late_afterwards(self):
        row = self.greet()
        self.at(OPEN + 2 * HOUR)
        self.branch_a[SWITCH] = False
        self.run_planner(OPEN + 2 * HOUR)
        self.assertEqual((row.state, row.skip_reason), ("skipped", "too_late"))
        self.assertFalse(row.message_id)

    def test_after_a_short_pause_it_still_answers(self):
        row = self.greet()
        self.at(OPEN + 5 * MINUTE)
        self.branch_a[SWITCH] = False
        self.run_planner(OPEN + 5 * MINUTE)
        self.assertEqual(row.state, "queued")
