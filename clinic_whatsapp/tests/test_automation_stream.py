"""Automations against generated lives of an appointment: what is sent is what its final state calls for, once.

Tested freedoms: an appointment is moved (also back), cancelled by either side, booked again, confirmed, unconfirmed,
marked as arrived, done or missed, in any order that the book allows; another service comes and goes; time passes
between any two changes, sometimes for days; the scheduled action runs or does not; automations are edited, switched off
and on; a server action asks for a message, of which there are two a day at most. What ought to be there is worked out
here a second time, from the appointment and from when it was asked for, without the planner.
"""

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, Phase, example, given, settings
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
    "date": "start",
}
CALLED_FOR_IN = {
    "booked": UPCOMING,
    "before": UPCOMING,
    "date": UPCOMING,
    "called": UPCOMING,
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
        st.tuples(st.just("switch"), st.sampled_from(("before", "booked", "done", "date", "called"))),
        st.tuples(st.just("call"), st.none()),
        st.tuples(st.just("narrow"), st.booleans()),
    ),
    min_size=3,
    max_size=14,
)


ONLY_UPCOMING = str([("state", "in", UPCOMING)])
NOBODY = "[('id', '=', 0)]"


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
        source = self.env.ref("clinic_whatsapp.source_appointment")
        vals.update(source_id=source.id, domain=ONLY_UPCOMING)
        self.automations["date"] = self.automate("date", (12, "hours"), **vals)
        self.automations["date"].step_ids.offset_side = "before"
        self.automations["called"] = self.automate("called", max_count=2, max_days=1, **vals)
        self.run_planner()

    @given(events)
    @example([("narrow", True), ("cron", None), ("narrow", False), ("cron", None)])
    @example([("switch", "date"), ("cron", None), ("state", "cancelled"), ("state", "booked"), ("switch", "date")])
    @example([("state", "cancelled"), ("switch", "date"), ("cron", None), ("state", "booked"), ("switch", "date")])
    @example([*[("call", None)] * 3, ("cron", None), ("state", "cancelled"), ("state", "booked"), ("call", None)])
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
        self.visit, self.calls = self.book(STARTS[0]), []
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

    def narrow(self, is_narrow):
        """Let a manager narrow the conditions for a while, so that nothing fulfils them."""
        self.automations["date"].domain = NOBODY if is_narrow else ONLY_UPCOMING

    def call(self, _nothing):
        automation = self.automations["called"]
        automation.with_user(self.user_a)._note(self.visit, self.now)
        if automation.active and self.visit.state in UPCOMING:
            self.calls.append(self.now)

    # What must hold

    def is_called_for(self, row):
        """Tell whether the appointment, as it is now, calls for a message; worked out without the planner."""
        trigger, visit = row.automation_id.trigger, self.visit
        if trigger == "called":
            return visit.state in UPCOMING and row.anchor in self.calls
        return (
            visit.state in CALLED_FOR_IN[trigger]
            and row.anchor == visit[FIELDS[trigger]]
            and (trigger != "moved" or visit.previous_start != visit.start)
        )

    def assertTruth(self):
        """Nothing waits to be sent that the appointment does not call for, and nothing is sent twice."""
        rows = self.rows(self.visit)
        waiting = rows.filtered(lambda row: row.state == "planned" and self.is_settled(row.automation_id))
        for row in waiting:
            is_over = row.automation_id.trigger not in ("done", "no_show") and self.visit.start <= self.now
            self.assertTrue(self.is_called_for(row) or is_over, row.read())
        sent = Counter((row.automation_id, row.anchor) for row in rows if row.state in ("queued", "done"))
        self.assertFalse([key for key, count in sent.items() if count > 1])
        messages = self.env["clinic.whatsapp.message"].search(
            [("res_model", "=", "clinic.appointment"), ("res_id", "=", self.visit.id), ("state", "!=", "cancelled")]
        )
        self.assertEqual(len(messages), len(rows.message_id.filtered(lambda message: message.state != "cancelled")))
        called = rows.filtered(lambda row: row.automation_id == self.automations["called"])
        left = called.filtered(lambda row: row.state in ("queued", "done") and row.queued_at > self.now - DAY)
        self.assertLessEqual(len(left), 2, "so many in a day at most")
        self.assertEqual(sorted(called.mapped("anchor")), self.calls, "once for each time it was asked for")

    def is_settled(self, automation):
        """Tell whether an automation is on, and the planner knows what has been changed in it."""
        return automation.active and not automation.needs_planning

    def assertCallsHeard(self, rows):
        """What was asked for lately, while the visit is ahead, leaves or has left, unless there were two that day."""
        automation = self.automations["called"]
        if not automation.active or self.visit.state not in UPCOMING:
            return
        since = max(automation.enabled_at, self.now - HOUR + MINUTE)
        for row in rows.filtered(lambda row: row.automation_id == automation and row.anchor >= since):
            allowed = {("planned", False), ("queued", False), ("done", False), ("skipped", "limit")}
            self.assertIn((row.state, row.skip_reason), allowed)

    def assertComplete(self):
        """Every message that the final state calls for is there: planned, sent, or skipped for a reason that holds."""
        rows = self.rows(self.visit)
        self.assertCallsHeard(rows)
        for trigger, automation in self.automations.items():
            if trigger == "called" or automation.domain == NOBODY:
                continue
            anchor = self.visit[FIELDS[trigger]]
            is_wanted = automation.active and self.visit.state in CALLED_FOR_IN[trigger] and anchor
            is_ahead = trigger in ("done", "no_show") or self.visit.start > self.now
            is_since = trigger in ("before", "date") or (anchor and anchor >= automation.enabled_at)
            is_news = trigger != "moved" or self.visit.previous_start != self.visit.start
            if is_wanted and is_ahead and is_since and is_news:
                found = rows.filtered(lambda row, a=automation, m=anchor: (row.automation_id, row.anchor) == (a, m))
                self.assertEqual(len(found), 1, (trigger, anchor, rows.read(["automation_id", "anchor", "state"])))
                allowed = {("planned", False), ("queued", False), ("done", False), ("skipped", "too_late")}
                self.assertIn((found.state, found.skip_reason), allowed)
