"""Automations against generated lives of two visits: what is sent is what their final state calls for, once.

Tested freedoms: a visit is moved (also back), cancelled by either side, booked again, confirmed, unconfirmed, marked as
arrived, done or missed, in any order that the book allows; time passes between any two changes, sometimes for days; the
scheduled action runs or does not, and WhatsApp takes what it has queued or does not; automations are edited, narrowed,
switched off and on; a server action asks for a message, of which a patient gets two a day at most.

What ought to be there is worked out here a second time, after every event, without the planner: from the visit as it
is, the moment that each message hangs on, and since when it has been called for without a break. The rules are

- a reminder that was called for before its moment is planned for it; one that was not is too late;
- news is told unless it is more than an hour old when it is called for, or from before the automation was switched on;
- what was planned keeps its moment when an edit puts it into the past, and leaves with the first run after it, as long
  as it is called for;
- nothing becomes too late but by the beginning of the visit, or a day after its moment where the visit is over.
"""

from collections import Counter
from typing import NamedTuple

from hypothesis import example, given, settings
from odoo.tests import tagged

from .stream_common import BOUNDED, DAY, HOUR, MOST_CALLS, NOBODY, STARTS, UPCOMING, LifeCase, events
from .test_automation_family import FamilyCase

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
    **dict.fromkeys(("booked", "before", "date", "called", "moved"), UPCOMING),
    "confirmed": ("confirmed",),
    "cancelled": ("cancelled",),
    "done": ("done",),
    "no_show": ("no_show",),
}
REMINDERS = ("before", "date")
OPEN_ENDED = ("done", "no_show", "called")  # the beginning of the visit does not end these
ARRIVED, DONE = ("state", 0, "arrived"), ("state", 0, "done")
CANCELLED, BOOKED = ("state", 0, "cancelled"), ("state", 0, "booked")
RUN = ("cron", True)
LEFT = ("queued", "done")


class Known(NamedTuple):
    """What a row was when it was looked at last."""

    state: str | None = None
    reason: str | bool = False
    due_at: object = None


class StreamCase(LifeCase):
    def begin(self, booked):
        super().begin(booked)
        self.known, self.since = {}, {}
        self.check()

    # What is called for, worked out without the planner

    def find_anchor(self, visit, trigger):
        """Return the moment that a message about a visit hangs on, as the visit is now; None: none is called for."""
        is_news = trigger != "moved" or visit.previous_start != visit.start
        return visit[FIELDS[trigger]] if visit.state in CALLED_FOR_IN[trigger] and is_news else None

    def is_called_for(self, row):
        visit, trigger = row.appointment_id, row.automation_id.trigger
        if not self.is_on(row.automation_id):
            return False
        if trigger == "called":
            return visit.state in UPCOMING and (visit.id, row.anchor) in self.calls
        return row.anchor == self.find_anchor(visit, trigger)

    def is_over(self, visit, trigger):
        return trigger not in OPEN_ENDED and visit.start <= self.now

    def is_on(self, automation):
        return automation.active and automation.domain != NOBODY

    def is_settled(self, automation):
        """Tell whether the planner has had the time to see what has been changed in an automation."""
        return not automation.needs_planning

    def get_due(self, trigger, anchor):
        """Return when a message leaves that hangs on a moment; the hours of these automations are all day."""
        days = self.automations["before"].step_ids.offset_value
        spans = {"done": 3 * HOUR, "no_show": HOUR, "before": -days * DAY, "date": -12 * HOUR}
        return anchor + spans.get(trigger, 0 * HOUR)

    def is_in_time(self, trigger, anchor, moment):
        """Tell whether what is called for from a moment on is still planned then."""
        due = self.get_due(trigger, anchor)
        if trigger in REMINDERS:
            return moment <= due
        return moment < due + HOUR and anchor >= self.automations[trigger].enabled_at

    # What must hold

    def check(self):
        rows = self.rows(self.visits)
        for row in rows:
            self.assertRight(row)
        self.known = {row: Known(row.state, row.skip_reason, row.due_at) for row in rows}
        self.assertOnce(rows)
        self.assertNothingMissing(rows)

    def assertRight(self, row):
        """What has become of a row since the last look is right, and nothing waits that is not called for."""
        before, trigger = self.known.get(row, Known()), row.automation_id.trigger
        what = (trigger, before, row.read())
        self.assertTrue(self.may_wait(row, trigger), what)
        self.assertTrue(row.state != "queued" or row.message_id.state == "queued", what)
        if row.state == "planned" and row.due_at != before.due_at:
            self.assertEqual(row.due_at, self.get_due(trigger, row.anchor), what)
            self.assertTrue(before.state != "planned" or row.due_at > self.now, what)
        if (row.state, row.skip_reason) != before[:2]:
            self.assertNotEqual(before.state, "done", what)
            self.assertTrue(self.may_become(row, before, trigger), what)

    def may_wait(self, row, trigger):
        """Tell whether a row may still wait, planned or in the outbox."""
        is_waiting = row.state in ("planned", "queued") and self.is_settled(row.automation_id)
        return not is_waiting or self.is_called_for(row) or self.is_over(row.appointment_id, trigger)

    def may_become(self, row, before, trigger):
        """Tell whether a row may be now what it was not before."""
        if row.state == "planned":
            is_given_back = before.state == "queued" and self.automations["before"].one_for_family
            return is_given_back or self.is_in_time(trigger, row.anchor, self.now)
        if row.state == "queued":
            told = self.rows(self.visits).filtered(lambda other: other.message_id == row.message_id)
            is_due = before.state == "planned" and min(told.mapped("due_at")) <= self.now
            return is_due and not self.may_be_too_late(row, before, trigger)
        if row.skip_reason == "too_late":
            return self.may_be_too_late(row, before, trigger)
        return row.skip_reason != "limit" or len(self.find_left(row)) >= MOST_CALLS

    def may_be_too_late(self, row, before, trigger):
        if trigger in OPEN_ENDED:
            return row.due_at + DAY <= self.now
        is_late = trigger in REMINDERS and self.get_due(trigger, row.anchor) < self.now
        return self.is_over(row.appointment_id, trigger) or (is_late and before.state in (None, "skipped"))

    def find_left(self, row):
        """Return what of the same automation has left for the same patient within a day."""
        same = self.rows(self.visits).filtered(
            lambda it: (it.automation_id, it.partner_id) == (row.automation_id, row.partner_id)
        )
        return same.filtered(lambda it: it.state in LEFT and it.queued_at > self.now - DAY)

    def assertOnce(self, rows):
        """Nothing is sent twice, or more than is allowed, and every message that left is known."""
        sent = Counter((row.automation_id, row.res_id, row.anchor) for row in rows if row.state in LEFT)
        self.assertFalse([key for key, count in sent.items() if count > 1])
        about = [("res_model", "=", "clinic.appointment"), ("res_id", "in", self.visits.ids)]
        messages = self.env["clinic.whatsapp.message"].search([*about, ("state", "!=", "cancelled")])
        self.assertLessEqual(messages, rows.filtered(lambda row: row.state in LEFT).message_id)
        called = rows.filtered(lambda row: row.automation_id == self.automations["called"])
        for row in called:
            self.assertLessEqual(len(self.find_left(row)), MOST_CALLS, "so many in a day at most")
        asked = sorted((row.res_id, row.anchor) for row in called)
        self.assertEqual(asked, sorted(self.calls), "once for each time it was asked for")

    def assertNothingMissing(self, rows):
        """What has been called for since it was in time is planned or has left; what is over may be too late."""
        called_for = set(self.find_called_for())
        self.since = {key: self.since.get(key, self.now) for key in called_for}
        for (visit, trigger, anchor), since in self.since.items():
            if not self.is_in_time(trigger, anchor, since):
                continue
            key = (self.automations[trigger], visit.id, anchor)
            found = rows.filtered(lambda row, key=key: (row.automation_id, row.res_id, row.anchor) == key)
            self.assertEqual(len(found), 1, (trigger, anchor, rows.read(["automation_id", "anchor", "state"])))
            is_excused = found.skip_reason in ("too_late", "limit")  # each was looked at when it became that
            may_be_excused = trigger in OPEN_ENDED
            self.assertTrue(found.state in ("planned", *LEFT) or (is_excused and may_be_excused), found.read())
            due = self.get_due(trigger, anchor)
            self.assertTrue(found.state != "planned" or due <= self.now or found.due_at == due, found.read())

    def find_called_for(self):
        """Yield (visit, trigger, anchor) of every message that is called for now."""
        for visit in self.visits:
            for trigger, automation in self.automations.items():
                is_expected = self.is_on(automation) and self.is_settled(automation)
                if not is_expected or self.is_over(visit, trigger):
                    continue
                if trigger == "called":
                    asked = [moment for visit_id, moment in self.calls if visit_id == visit.id]
                    anchors = asked if visit.state in UPCOMING else ()
                else:
                    anchors = [self.find_anchor(visit, trigger)]
                yield from ((visit, trigger, anchor) for anchor in anchors if anchor)

    def look_around(self, act):
        """What was planned and is due leaves when the scheduled action runs."""
        due = self.rows(self.visits, "planned").filtered(lambda row: row.due_at <= self.now)
        act()
        for row in due.filtered(self.must_leave):
            self.assertTrue(row.state in LEFT or row.skip_reason == "limit", row.read())
        self.check()

    def must_leave(self, row):
        trigger = row.automation_id.trigger
        is_late = trigger in OPEN_ENDED and row.due_at + DAY <= self.now
        is_due = self.get_due(trigger, row.anchor) <= self.now and not is_late
        is_wanted = self.is_settled(row.automation_id) and self.is_called_for(row)
        return is_due and is_wanted and not self.is_over(row.appointment_id, trigger)


@tagged("post_install", "-at_install")
class TestStreamOfEvents(StreamCase):
    """Two visits of one patient."""

    @given(events)
    @example([("narrow", True), RUN, ("narrow", False), RUN])
    @example([("switch", "date"), RUN, CANCELLED, BOOKED, ("switch", "date")])
    @example([CANCELLED, ("switch", "date"), RUN, BOOKED, ("switch", "date")])
    @example([*[("call", 0)] * 3, RUN, CANCELLED, BOOKED, ("call", 0)])
    @example([("switch", "booked"), CANCELLED, BOOKED, ("switch", "booked"), RUN, ("state", 0, "confirmed")])
    @example([ARRIVED, DONE, ARRIVED, DONE, ("work", 2)])
    @example([ARRIVED, DONE, ARRIVED, ("wait", 7 * HOUR), DONE])
    @example([ARRIVED, DONE, ("wait", DAY), ("wait", 7 * HOUR), RUN])
    @example([("work", 2), ("edit", 2), ("work", 5), ("edit", 1), ("state", 1, "cancelled"), ("state", 1, "booked")])
    @example([("wait", DAY), ("cron", False), ("move", 1, STARTS[2]), RUN, ("move", 1, STARTS[0])])
    @settings(**BOUNDED)
    def test_what_is_sent_is_what_the_final_state_calls_for_once(self, life):
        self.try_out(life)


@tagged("post_install", "-at_install")
class TestStreamOfFamily(StreamCase, FamilyCase):
    """A visit each of two children, whose mother is reminded of both in one message."""

    def setUp(self):
        super().setUp()
        reminder = self.automations["before"]
        reminder.step_ids.family_template_id = self.family_template
        reminder.one_for_family = True
        self.run_planner()

    def get_patients(self):
        return [self.ali, self.ayse]

    @given(events)
    @example([("wait", DAY), ("cron", False), CANCELLED, RUN])
    @settings(**BOUNDED)
    def test_what_is_sent_is_what_the_final_state_calls_for_once(self, life):
        self.try_out(life)
