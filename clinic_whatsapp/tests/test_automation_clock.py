"""When each occasion leads to a message: on the wall, over both changes of the clocks, in the night, at midnight and on
holidays. All times are those of a branch in Berlin. Conversations: see ``test_automation_clock_chat``.
"""

from datetime import datetime, timedelta

import pytz
from odoo.tests import tagged

from .followup_common import FollowupCase

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = pytz.timezone("Europe/Berlin")  # clocks go forward on 29 March and back on 25 October 2026
ALWAYS, BY_DAY = (0, 24), (9, 20)
AT_ONCE, DAY_LATER, DAY_LONG = (0, "minutes"), (1, "days"), (24, "hours")
AFTER_VISIT = ("done", "no_show")
ON_RECORD = ("date", "created", "changed", "called")

# offset, hours, (month, day, hour, minute) of the occasion, the same of the message
BEFORE_IT = (
    (DAY_LATER, ALWAYS, (3, 29, 10, 0), (3, 28, 10, 0)),
    (DAY_LONG, ALWAYS, (3, 29, 10, 0), (3, 28, 9, 0)),
    (DAY_LATER, ALWAYS, (10, 25, 10, 0), (10, 24, 10, 0)),
    (DAY_LONG, ALWAYS, (10, 25, 10, 0), (10, 24, 11, 0)),
    (DAY_LATER, ALWAYS, (3, 30, 2, 30), (3, 29, 3, 30)),  # 02:30 is skipped that night
    (DAY_LATER, ALWAYS, (3, 12, 0, 0), (3, 11, 0, 0)),
    ((2, "hours"), BY_DAY, (3, 12, 9, 30), (3, 11, 19, 45)),
    ((3, "hours"), BY_DAY, (3, 29, 11, 0), (3, 29, 9, 0)),
    (DAY_LATER, BY_DAY, (4, 4, 12, 0), (4, 2, 19, 45)),  # the day before is a holiday
)
AFTER_IT = (
    (AT_ONCE, ALWAYS, (3, 12, 0, 0), (3, 12, 0, 0)),
    (AT_ONCE, BY_DAY, (3, 12, 0, 0), (3, 12, 9, 0)),
    (AT_ONCE, BY_DAY, (3, 12, 19, 59), (3, 12, 19, 59)),
    (AT_ONCE, BY_DAY, (3, 12, 20, 0), (3, 13, 9, 0)),
    (AT_ONCE, BY_DAY, (3, 28, 23, 0), (3, 29, 9, 0)),
    (AT_ONCE, BY_DAY, (10, 24, 23, 0), (10, 25, 9, 0)),
    ((4, "hours"), ALWAYS, (3, 28, 23, 30), (3, 29, 4, 30)),
    ((4, "hours"), ALWAYS, (10, 24, 23, 30), (10, 25, 2, 30)),
    (DAY_LATER, ALWAYS, (3, 28, 2, 30), (3, 29, 3, 30)),  # 02:30 is skipped that night
    (DAY_LATER, ALWAYS, (10, 24, 2, 30), (10, 25, 2, 30)),  # the second of the two
    (DAY_LONG, ALWAYS, (3, 28, 10, 0), (3, 29, 11, 0)),
    (DAY_LONG, ALWAYS, (10, 24, 10, 0), (10, 25, 9, 0)),
    (AT_ONCE, BY_DAY, (4, 3, 10, 0), (4, 4, 9, 0)),  # on a holiday
    (DAY_LATER, BY_DAY, (4, 2, 10, 0), (4, 4, 9, 0)),  # the day after is one
)
NEWS = (
    *("booked", "confirmed", "moved", "cancelled", "done", "no_show"),
    *("date", "created", "changed", "called", "followup"),
)
CASES = (
    *((trigger, "before", *row) for trigger in ("before", "date") for row in BEFORE_IT),
    *((trigger, "after", *row) for trigger in NEWS for row in AFTER_IT),
)


def utc(month, day, hour, minute):
    """Return a moment on the wall in Berlin as naive UTC; of a time that there is twice, the second."""
    local = BERLIN.localize(datetime(2026, month, day, hour, minute), is_dst=False)
    return local.astimezone(pytz.utc).replace(tzinfo=None)


GOOD_FRIDAY = utc(4, 3, 0, 0), utc(4, 4, 0, 0) - timedelta(seconds=1)


@tagged("post_install", "-at_install")
class TestClock(FollowupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        calendar = cls.branch_a.resource_calendar_id
        calendar.tz = "Europe/Berlin"
        first, last = GOOD_FRIDAY
        vals = {"name": "Good Friday", "company_id": cls.branch_a.id, "calendar_id": calendar.id}
        cls.env["resource.calendar.leaves"].create({**vals, "date_from": first, "date_to": last})

    def test_every_occasion_leads_to_a_message_at_its_time(self):
        for trigger, side, offset, hours, occasion, expected in CASES:
            with self.subTest(trigger=trigger, side=side, offset=offset, hours=hours, occasion=occasion):
                automation = self.prepare(trigger, side, offset, *hours)
                record = self.bring_about(trigger, utc(*occasion), automation)
                about = [("automation_id", "=", automation.id), ("res_model", "=", record._name)]
                row = self.env["clinic.whatsapp.scheduled"].search([*about, ("res_id", "=", record.id)])
                self.assertEqual((row.due_at, row.state), (utc(*expected), "planned"))

    def prepare(self, trigger, side, offset, first, last):
        """Return an automation with one message, which leaves between two hours."""
        self.env["clinic.whatsapp.automation"].search([]).active = False  # each is tried alone
        vals = {"window_from": first, "window_to": last}
        if trigger == "followup":
            return self.create_plan(("Advice", *offset), **vals)
        if trigger in ON_RECORD:
            vals["source_id"] = self.env.ref("clinic_whatsapp.source_appointment").id
        if trigger == "changed":
            vals["domain"] = "[('note', '=', 'please')]"
        automation = self.automate(trigger, offset, **vals)
        automation.step_ids.offset_side = side
        return automation

    def bring_about(self, trigger, moment, automation):
        """Return a record to which something happens at a moment, as its branch does it."""
        if trigger == "followup":
            self.begin(moment)
            return self.start(automation, started_at=moment)
        if trigger in ("before", "date"):
            self.begin(moment - 10 * DAY)
            return self.book(moment)
        visit = self.book_for(trigger, moment)
        self.at(moment)
        if trigger == "called":
            automation.with_user(self.user_a)._note(visit)
        visit.with_user(self.user_a).write(self.get_change(trigger, moment))
        return visit

    def book_for(self, trigger, moment):
        """Return the visit to which something is going to happen; where its booking is what happens, at its moment."""
        if trigger in AFTER_VISIT:
            self.begin(moment - 3 * HOUR)
            visit = self.book(moment - 2 * HOUR)
            visit.state = "arrived" if trigger == "done" else "booked"
            return visit
        self.begin(moment if trigger in ("booked", "created") else moment - HOUR)
        return self.book(moment + 6 * DAY)

    def get_change(self, trigger, moment):
        """Return what reception changes in a visit; nothing where something else is what happens."""
        return {
            "confirmed": {"state": "confirmed"},
            "moved": {"start": moment + 7 * DAY},
            "cancelled": {"state": "cancelled"},
            "done": {"state": "done"},
            "no_show": {"state": "no_show"},
            "changed": {"note": "please"},
        }.get(trigger, {})

    def begin(self, moment):
        """Let it be a moment at which the automations are switched on already."""
        self.at(moment)
        self.env["clinic.whatsapp.automation"].search([]).enabled_at = moment - HOUR
