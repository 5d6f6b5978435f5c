"""What a withdrawal stops, and what it leaves alone (legal.md LR-16, LR-17)."""

from datetime import timedelta

from odoo.tests import tagged

from .appointment_common import NOW, AppointmentCase

DAY = timedelta(days=1)
FIRST_VISIT, SECOND_VISIT = NOW + 7 * DAY, NOW + 9 * DAY


@tagged("post_install", "-at_install")
class TestWithdrawal(AppointmentCase):
    """The reminder of one visit waits in the queue, that of another visit is scheduled for later."""

    def setUp(self):
        super().setUp()
        self.deliver_notice(self.patient)
        self.automate("before", (1, "days"))
        self.near, self.far = self.book(FIRST_VISIT), self.book(SECOND_VISIT)
        self.run_planner(at=FIRST_VISIT - DAY)
        self.assertEqual(self.states(self.near | self.far), [("queued", False), ("planned", False)])
        self.message = self.rows(self.near).message_id

    def say(self, status, method="staff"):
        self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, status, method=method, company=self.branch_a
        )
        self.env.cr.precommit.run()  # as at the end of the request

    def test_lr16_the_queued_message_and_its_scheduled_row_stop_in_the_same_transaction(self):
        self.say("withdrawn")
        self.assertEqual((self.message.state, self.message.block_reason), ("blocked", "no_optin"))
        self.assertEqual(self.states(self.near), [("skipped", "blocked")])

    def test_lr16_what_is_scheduled_for_later_never_becomes_a_message_that_leaves(self):
        self.say("withdrawn")
        self.run_planner(at=SECOND_VISIT - DAY)
        self.assertEqual(self.states(self.far), [("skipped", "blocked")])
        message = self.rows(self.far).message_id
        self.assertEqual((message.state, message.block_reason, message.body), ("blocked", "no_optin", False))
        waiting = [("state", "in", ("queued", "sending")), ("partner_id", "=", self.patient.id)]
        self.assertFalse(self.env["clinic.whatsapp.message"].search(waiting))

    def test_lr16_who_agrees_anew_before_it_is_due_gets_the_later_one(self):
        self.say("withdrawn")
        self.say("granted", method="spoken")
        self.run_planner(at=SECOND_VISIT - DAY)
        self.assertEqual(self.states(self.far), [("queued", False)])
        self.assertEqual(self.message.state, "blocked")

    def test_lr17_the_visits_stay_as_they_are(self):
        before = (self.near | self.far).mapped(lambda visit: (visit.state, visit.start))
        self.say("withdrawn")
        self.assertEqual((self.near | self.far).mapped(lambda visit: (visit.state, visit.start)), before)
