"""What waits in the outbox, or has left, follows what has changed since: nothing wrong leaves late, nothing is lost."""

from datetime import datetime, timedelta, timezone

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..cloud_api.client import Unreachable
from ..cloud_api.inbound import StatusUpdate
from .appointment_common import NOW
from .test_automation_stops import StopCase
from .test_automation_triggers import TriggerCase

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
IN_A_WEEK = NOW + 7 * DAY
DUE = IN_A_WEEK - DAY
QUEUED, DONE = ("queued", False), ("done", False)


class OutboxCase(StopCase):
    def wait(self, **vals):
        """Return a visit whose reminder waits in the outbox, and the row of it."""
        self.automation = self.automate("before", (1, "days"), **vals)
        visit = self.book(IN_A_WEEK)
        self.run_planner(DUE)
        row = self.rows(visit)
        self.assertEqual(self.tell(row), QUEUED)
        return visit, row

    def come_back(self, message):
        """Let a message that is being sent not have reached WhatsApp."""
        message.sudo()._settle_free({message.id: Unreachable("refused")})

    def report(self, row, status):
        update = StatusUpdate(
            wamid=row.message_id.sudo().wamid,
            status=status,
            at=datetime.now(timezone.utc),
            client_ref=None,
            errors=(),
            pricing_type=None,
            pricing_category=None,
        )
        self.account_a._apply_statuses([update])


@tagged("post_install", "-at_install")
class TestWaitingInTheOutbox(OutboxCase):
    def test_switching_off_takes_back_what_waits_at_once(self):
        _visit, row = self.wait()
        message = row.message_id
        self.automation.with_user(self.clinic_manager).action_switch_off()
        self.assertEqual((message.state, self.tell(row)), ("cancelled", ("planned", False)))
        self.run_planner()
        self.assertEqual(self.tell(row), ("skipped", "automation_off"))

    def test_one_that_stops_itself_takes_back_what_waits(self):
        _visit, row = self.wait()
        message = row.message_id
        self.automation._stop("It broke.")
        self.run_planner()
        self.assertEqual((message.state, self.tell(row)), ("cancelled", ("skipped", "broken")))

    def test_switching_off_one_leaves_what_others_have_queued(self):
        _visit, row = self.wait()
        self.automate("booked").action_switch_off()
        self.run_planner()
        self.assertEqual(self.tell(row), QUEUED)

    def test_what_does_not_fit_an_automation_any_more_is_taken_back(self):
        _visit, row = self.wait()
        self.automation.domain = "[('note', '=', 'x')]"
        self.run_planner()
        self.assertEqual((row.message_id.state, self.tell(row)), ("cancelled", ("skipped", "no_match")))

    def test_a_visit_that_is_cancelled_while_whatsapp_is_told_is_not_reminded_of_later(self):
        visit, row = self.wait()
        row.message_id.state = "sending"
        visit.action_cancel()
        self.assertEqual(row.message_id.state, "sending")
        self.come_back(row.message_id)
        self.assertEqual((row.message_id.state, self.tell(row)), ("cancelled", ("skipped", "cancelled")))

    def test_who_complains_while_whatsapp_is_told_is_not_written_to_later(self):
        second = self.begin(stop_on_complaint=True)
        self.run_planner(DUE)
        second.message_id.state = "sending"
        self.write("I have a complaint", at=DUE + HOUR)
        self.assertEqual(self.tell(second), QUEUED)
        self.come_back(second.message_id)
        self.assertEqual((second.message_id.state, self.tell(second)), ("cancelled", ("skipped", "complaint")))

    def test_what_comes_back_unchanged_is_tried_again(self):
        _visit, row = self.wait()
        row.message_id.state = "sending"
        self.come_back(row.message_id)
        self.assertEqual((row.message_id.state, self.tell(row)), ("queued", QUEUED))

    def test_a_stop_holds_for_what_waits_in_the_outbox(self):
        second = self.begin(stop_on_complaint=True)
        self.run_planner(DUE)
        self.write("I have a complaint", at=DUE + HOUR)
        self.assertEqual((second.message_id.state, self.tell(second)), ("cancelled", ("skipped", "complaint")))
        self.assertEqual(len(self.find_calls(self.get_chat())), 1)

    def test_a_visit_that_was_another_patients_is_told_to_him_only(self):
        visit, row = self.wait()
        wrong = row.message_id
        patient = self.new_patient()
        self.opt_in(patient)
        visit.patient_id = patient
        self.assertEqual((wrong.state, self.tell(row), row.partner_id), ("cancelled", ("planned", False), patient))
        self.run_planner(DUE)
        self.assertEqual((self.tell(row), row.message_id.partner_id), (QUEUED, patient))

    def test_what_is_on_its_way_to_the_wrong_patient_is_not_sent_again(self):
        visit, row = self.wait()
        row.message_id.state = "sending"
        visit.patient_id = self.new_patient()
        self.assertEqual((self.tell(row), row.partner_id), (QUEUED, self.patient))

    def test_deleting_a_visit_takes_back_what_waits(self):
        visit, row = self.wait()
        message = row.message_id
        visit.with_user(self.manager_a).unlink()
        self.assertEqual((message.state, row.exists()), ("cancelled", row.browse()))


@tagged("post_install", "-at_install")
class TestLateNews(OutboxCase):
    """WhatsApp takes a message, and says later that it failed."""

    def sent(self):
        visit, row = self.wait()
        self.leave(row)
        self.assertEqual(self.tell(row), DONE)
        return visit, row

    def test_a_failure_that_comes_later_is_told_as_one(self):
        visit, row = self.sent()
        self.report(row, "failed")
        self.assertEqual((self.tell(row), row.progress), (("skipped", "failed"), "skipped"))
        self.assertEqual((self.automation.sent_count, self.automation.skipped_count), (0, 1))
        self.assertEqual(visit.reminder_state, "skipped")

    def test_what_arrives_after_all_has_arrived(self):
        _visit, row = self.sent()
        self.report(row, "failed")
        self.report(row, "delivered")
        self.assertEqual((self.tell(row), row.progress), (DONE, "delivered"))

    def test_what_failed_counts_for_no_limit(self):
        _visit, row = self.sent()
        self.automation.write({"max_count": 1, "max_days": 7})
        self.report(row, "failed")
        other = self.book(IN_A_WEEK + HOUR)
        self.run_planner(DUE + HOUR)
        self.assertEqual(self.states(other), [QUEUED])

    def test_a_patient_whose_answer_failed_later_waits_again(self):
        chat = self.get_chat()
        self.write("Hello?", at=NOW)
        answer = chat.with_user(self.user_a)._send_text("Good morning")
        answer.sudo().write({"state": "sent", "wamid": "wamid.answer"})
        self.assertFalse(chat.waiting_since)
        self.account_a._apply_statuses(
            [StatusUpdate("wamid.answer", "failed", datetime.now(timezone.utc), None, (), None, None)]
        )
        self.assertTrue(chat.waiting_since)


@tagged("post_install", "-at_install")
class TestRecordsThatMove(TriggerCase):
    """A record of another app goes to another branch after its message was planned."""

    def note(self):
        source = self.make_source("res.users", partner_path="partner_id", company_path="company_id")
        template = self.plain_template()
        step = Command.create({"offset_value": 3, "offset_unit": "days", "template_id": template.id})
        automation = self.env["clinic.whatsapp.automation"].create(
            {
                "name": "Called",
                "trigger": "called",
                "source_id": source.id,
                "company_id": self.root.id,
                "window_from": 0,
                "window_to": 24,
                "step_ids": [step],
            }
        )
        record = self.create_user("patient.user", self.branch_a | self.branch_b)
        record.partner_id.is_patient = True
        automation._note(record)
        return record, self.about(record)

    def test_the_branch_in_which_it_is_by_then_tells_it(self):
        record, row = self.note()
        self.assertEqual((row.company_id, row.state, row.due_at), (self.branch_a, "planned", NOW + 3 * DAY))
        record.company_id = self.branch_b
        self.run_planner(NOW + 3 * DAY)
        self.assertEqual(self.about(record), row)
        self.assertEqual((row.company_id, row.message_id.company_id), (self.branch_b, self.branch_b))

    def test_nobody_else_gives_a_row_to_another_branch(self):
        _record, row = self.note()
        with self.assertRaises(UserError):
            row.company_id = self.branch_b
