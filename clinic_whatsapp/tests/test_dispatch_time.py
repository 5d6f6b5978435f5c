from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models.messaging.dispatcher import LINGER_SECONDS, RunTime
from ..models.messaging.moments import utc_now
from .common import ClinicCase


@tagged("post_install", "-at_install")
class TestDispatchTime(ClinicCase):
    """How long a run of the dispatcher goes on."""

    def setUp(self):
        super().setUp()
        self.cron = self.env.ref("clinic_whatsapp.ir_cron_dispatch")
        self.inbox = self.env.ref("clinic_whatsapp.ir_cron_inbox")
        self.env["ir.cron"].search([]).nextcall = fields.Datetime.now() + timedelta(days=1)
        self.env["ir.cron.trigger"].search([]).unlink()
        self.env.flush_all()

    def time(self, lane_seconds=0):
        return RunTime(self.env(context={**self.env.context, "cron_id": self.cron.id}), lane_seconds)

    def let_another_cron_wait(self):
        self.inbox._trigger(fields.Datetime.now() - timedelta(seconds=1))
        self.env.flush_all()

    def test_a_run_goes_on_within_the_time_that_odoo_gives(self):
        self.let_another_cron_wait()
        self.assertTrue(self.time().goes_on(5))

    def test_afterwards_it_goes_on_while_nobody_else_waits(self):
        self.assertTrue(self.time().goes_on(0))

    def test_afterwards_it_makes_room_for_another_cron_that_finds_no_thread(self):
        self.let_another_cron_wait()
        time = self.time()
        self.assertEqual([time.goes_on(0), time.goes_on(0)], [True, False])

    def test_a_wake_up_that_odoo_oversleeps_is_no_reason_to_make_room(self):
        self.inbox._trigger(fields.Datetime.now() - timedelta(seconds=1))
        self.env.flush_all()
        self.env.cr.execute("UPDATE ir_cron_trigger SET create_date = create_date - interval '1 hour'")
        time = self.time()
        self.assertEqual([time.goes_on(0), time.goes_on(0)], [True, True])

    def test_a_cron_that_finds_a_thread_is_left_to_it(self):
        self.let_another_cron_wait()
        time = self.time()
        self.assertTrue(time.goes_on(0))
        self.env["ir.cron.trigger"].search([]).unlink()
        self.env.flush_all()
        self.assertTrue(time.goes_on(0))

    def test_its_own_wake_up_does_not_end_it(self):
        self.cron._trigger(fields.Datetime.now() - timedelta(seconds=1))
        self.env.flush_all()
        time = self.time()
        self.assertEqual([time.goes_on(0), time.goes_on(0)], [True, True])

    def test_further_lanes_make_room_earlier(self):
        self.let_another_cron_wait()
        time = self.time(lane_seconds=1e-9)
        self.assertEqual([time.goes_on(5), time.goes_on(5)], [True, False])

    def test_a_run_by_hand_goes_on_to_the_end_and_never_lingers(self):
        self.let_another_cron_wait()
        by_hand = RunTime(self.env, 1e-9)
        self.assertTrue(by_hand.goes_on(float("inf")))
        self.assertFalse(by_hand.linger(utc_now()))

    def test_a_run_stays_for_what_is_due_soon_only(self):
        self.assertTrue(self.time().linger(utc_now() + timedelta(seconds=1)))
        self.assertFalse(self.time().linger(utc_now() + timedelta(seconds=LINGER_SECONDS + 5)))
        self.assertFalse(self.time().linger(None))

    def woken_at(self, made_room):
        self.env["ir.cron.trigger"].search([]).unlink()
        self.env["clinic.whatsapp.message"]._plan_next_run(self.account_a, made_room)
        return self.env["ir.cron.trigger"].search([]).mapped("call_at")

    def test_who_made_room_is_woken_at_once(self):
        """Odoo tells its workers about wake-ups of this very second only; others wait for its next look around."""
        self.open_conversation(self.account_a, self.patient)._send_text("Merhaba")
        self.env.flush_all()
        self.assertTrue(all(moment <= fields.Datetime.now() for moment in self.woken_at(made_room=True)))
        self.assertTrue(all(moment > fields.Datetime.now() for moment in self.woken_at(made_room=False)))

    def test_nobody_is_woken_without_work(self):
        self.assertFalse(self.woken_at(made_room=True))
