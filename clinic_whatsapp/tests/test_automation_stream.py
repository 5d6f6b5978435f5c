"""Automations against generated lives of an appointment: what is sent is what its final state calls for, once.

Tested freedoms: an appointment is moved (also back), cancelled by either side, booked again, confirmed, unconfirmed,
marked as arrived, done or missed, in any order that the book allows; another service comes and goes; time passes
between any two changes, sometimes for days; the scheduled action runs or does not; automations are edited, switched off
and on. What ought to be there is worked out here a second time, from the appointment alone and without the planner.
"""

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .appointment_common import NOW, AppointmentCase

BOUNDED = {
    "max_examples": 25,
    "phases": (Phase.explicit, Phase.generate),  # shrinking would take minutes
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
STARTS = (NOW + 2 * DAY, NOW + 3 * DAY, NOW + 3 * DAY + 5 * HOUR)
UPCOMING = ("booked", "confirmed")
STATES = ("booked", "confirmed", "arrived", "done", "cancelled", "no_show")
FIELDS = {
    "booked": "booked_at",
    "confirmed": "confirmed_at",
    "moved": "moved_at",
    "cancelled": "cancelled_at",
    "done": "done_at",
    "no_show": "no_show_at",
    "before": "start",
}
CALLED_FOR_IN = {
    "booked": UPCOMING,
    "before": UPCOMING,
    "moved": UPCOMING,
    "confirmed": ("confirmed",),
    "cancelled": ("cancelled",),
    "done": ("done",),
    "no_show": ("no_show",),
}

events = st.lists(
    st.one_of(
        st.tuples(st.just("state"), st.sampled_from(STATES)),
        st.tuples(st.just("move"), st.sampled_from(STARTS)),
        st.tuples(st.just("wait"), st.sampled_from((MINUTE, HOUR, 7 * HOUR, DAY))),
        st.tuples(st.just("cron"), st.none()),
        st.tuples(st.just("edit"), st.sampled_from((1, 2))),
        st.tuples(st.just("switch"), st.sampled_from(("before", "booked", "done"))),
    ),
    min_size=3,
    max_size=14,
)


class Undo(Exception):
    """Ends a life; nothing of it stays."""


@tagged("post_install", "-at_install")
class TestStreamOfEvents(AppointmentCase):
    def setUp(self):
        super().setUp()
        vals = {"once_a_day": False}
        self.automations = {
            "booked": self.automate("booked", **vals),
            "confirmed": self.automate("confirmed", **vals),
            "moved": self.automate("moved", **vals),
            "cancelled": self.automate("cancelled", **vals),
            "done": self.automate("done", (3, "hours"), **vals),
            "no_show": self.automate("no_show", (1, "hours"), **vals),
            "before": self.automate("before", (1, "days"), **vals),
        }
        self.run_planner()

    @given(events)
    @settings(**BOUNDED)
    def test_what_is_sent_is_what_the_final_state_calls_for_once(self, life):
        try:
            with self.env.cr.savepoint():
                self.live(life)
                raise Undo
        except Undo:
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def live(self, life):
        self.now = NOW
        self.at(NOW)
        self.visit = self.book(STARTS[0])
        for kind, value in life:
            self.step_on(MINUTE)  # two events never carry the same moment
            getattr(self, kind)(value)
            self.assertTruth()
        self.run_planner(self.now)
        self.assertTruth()
        self.assertComplete()

    def step_on(self, span):
        self.now += span
        self.at(self.now)

    # What may happen

    def state(self, new):
        self.attempt({"state": new, **({"cancelled_by": "patient"} if new == "cancelled" else {})})

    def move(self, start):
        self.attempt({"start": start})

    def attempt(self, vals):
        """Change the appointment, if the book allows it."""
        try:
            with self.env.cr.savepoint():
                self.visit.with_user(self.user_a).write(vals)
        except (UserError, ValidationError):
            self.env.invalidate_all()

    def wait(self, span):
        self.step_on(span)

    def cron(self, _nothing):
        """Let the scheduled action run, and WhatsApp take what it has queued."""
        self.run_planner(self.now)
        for row in self.rows(self.visit, "queued"):
            self.assertTrue(self.is_called_for(row), row.read())
            row.message_id.state = "sent"
            row.message_id._on_settled()

    def edit(self, days):
        self.automations["before"].step_ids.offset_value = days

    def switch(self, name):
        automation = self.automations[name]
        automation.active = not automation.active

    # What must hold

    def is_called_for(self, row):
        """Tell whether the appointment, as it is now, calls for a message; worked out without the planner."""
        trigger, visit = row.automation_id.trigger, self.visit
        return (
            visit.state in CALLED_FOR_IN[trigger]
            and row.anchor == visit[FIELDS[trigger]]
            and (trigger != "moved" or visit.previous_start != visit.start)
        )

    def assertTruth(self):
        """Nothing waits to be sent that the appointment does not call for, and nothing is sent twice."""
        rows = self.rows(self.visit)
        waiting = rows.filtered(lambda row: row.state == "planned" and row.automation_id.active)
        for row in waiting:
            is_over = row.automation_id.trigger not in ("done", "no_show") and self.visit.start <= self.now
            self.assertTrue(self.is_called_for(row) or is_over, row.read())
        sent = Counter((row.automation_id, row.anchor) for row in rows if row.state in ("queued", "done"))
        self.assertFalse([key for key, count in sent.items() if count > 1])
        messages = self.env["clinic.whatsapp.message"].search(
            [("res_model", "=", "clinic.appointment"), ("res_id", "=", self.visit.id), ("state", "!=", "cancelled")]
        )
        self.assertEqual(len(messages), len(rows.message_id.filtered(lambda message: message.state != "cancelled")))

    def assertComplete(self):
        """Every message that the final state calls for is there: planned, sent, or skipped for a reason that holds."""
        rows = self.rows(self.visit)
        for trigger, automation in self.automations.items():
            anchor = self.visit[FIELDS[trigger]]
            is_wanted = automation.active and self.visit.state in CALLED_FOR_IN[trigger] and anchor
            is_ahead = trigger in ("done", "no_show") or self.visit.start > self.now
            is_since = trigger == "before" or (anchor and anchor >= automation.enabled_at)
            is_news = trigger != "moved" or self.visit.previous_start != self.visit.start
            if is_wanted and is_ahead and is_since and is_news:
                found = rows.filtered(lambda row, a=automation, m=anchor: (row.automation_id, row.anchor) == (a, m))
                self.assertEqual(len(found), 1, (trigger, anchor, rows.read(["automation_id", "anchor", "state"])))
                allowed = {("planned", False), ("queued", False), ("done", False), ("skipped", "too_late")}
                self.assertIn((found.state, found.skip_reason), allowed)
