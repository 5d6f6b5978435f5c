"""When each occasion of an appointment leads to a message: on the wall, over both changes of the clocks, in the night,
at midnight and on holidays. All times are those of a branch in Berlin.
"""

from datetime import datetime, timedelta

import pytz
from odoo.tests import tagged

from .appointment_common import AppointmentCase

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = pytz.timezone("Europe/Berlin")  # clocks go forward on 29 March and back on 25 October 2026
ALWAYS, BY_DAY = (0, 24), (9, 20)
AT_ONCE, DAY_LATER, DAY_LONG = (0, "minutes"), (1, "days"), (24, "hours")
AFTER_VISIT = ("done", "no_show")

CASES = (  # trigger, offset, hours, (month, day, hour, minute) of the occasion, the same of the message
    ("before", DAY_LATER, ALWAYS, (3, 29, 10, 0), (3, 28, 10, 0)),
    ("before", DAY_LONG, ALWAYS, (3, 29, 10, 0), (3, 28, 9, 0)),
    ("before", DAY_LATER, ALWAYS, (10, 25, 10, 0), (10, 24, 10, 0)),
    ("before", DAY_LONG, ALWAYS, (10, 25, 10, 0), (10, 24, 11, 0)),
    ("before", DAY_LATER, ALWAYS, (3, 30, 2, 30), (3, 29, 3, 30)),  # 02:30 is skipped that night
    ("before", DAY_LATER, ALWAYS, (3, 12, 0, 0), (3, 11, 0, 0)),
    ("before", (2, "hours"), BY_DAY, (3, 12, 9, 30), (3, 11, 19, 45)),
    ("before", (3, "hours"), BY_DAY, (3, 29, 11, 0), (3, 29, 9, 0)),
    ("before", DAY_LATER, BY_DAY, (4, 4, 12, 0), (4, 2, 19, 45)),  # the day before is a holiday
    ("booked", AT_ONCE, BY_DAY, (3, 12, 19, 59), (3, 12, 19, 59)),
    ("booked", AT_ONCE, BY_DAY, (3, 12, 20, 0), (3, 13, 9, 0)),
    ("booked", AT_ONCE, BY_DAY, (3, 28, 23, 0), (3, 29, 9, 0)),
    ("booked", AT_ONCE, BY_DAY, (10, 24, 23, 0), (10, 25, 9, 0)),
    ("booked", AT_ONCE, ALWAYS, (3, 12, 0, 0), (3, 12, 0, 0)),
    ("booked", AT_ONCE, BY_DAY, (4, 3, 10, 0), (4, 4, 9, 0)),  # on a holiday
    ("confirmed", AT_ONCE, BY_DAY, (3, 29, 1, 59), (3, 29, 9, 0)),
    ("confirmed", (3, "hours"), ALWAYS, (3, 28, 23, 30), (3, 29, 3, 30)),
    ("moved", AT_ONCE, BY_DAY, (10, 24, 22, 0), (10, 25, 9, 0)),
    ("moved", (4, "hours"), ALWAYS, (10, 24, 23, 30), (10, 25, 2, 30)),
    ("cancelled", AT_ONCE, BY_DAY, (3, 12, 6, 0), (3, 12, 9, 0)),
    ("cancelled", AT_ONCE, ALWAYS, (3, 12, 23, 59), (3, 12, 23, 59)),
    ("done", DAY_LATER, ALWAYS, (3, 28, 10, 0), (3, 29, 10, 0)),
    ("done", DAY_LONG, ALWAYS, (3, 28, 10, 0), (3, 29, 11, 0)),
    ("done", DAY_LATER, ALWAYS, (10, 24, 10, 0), (10, 25, 10, 0)),
    ("done", DAY_LONG, ALWAYS, (10, 24, 10, 0), (10, 25, 9, 0)),
    ("done", DAY_LATER, BY_DAY, (4, 2, 10, 0), (4, 4, 9, 0)),  # the day after is a holiday
    ("no_show", DAY_LATER, ALWAYS, (3, 28, 2, 30), (3, 29, 3, 30)),
    ("no_show", DAY_LATER, ALWAYS, (10, 24, 2, 30), (10, 25, 2, 30)),  # the second of the two
    ("no_show", AT_ONCE, BY_DAY, (3, 12, 0, 0), (3, 12, 9, 0)),
)


def utc(month, day, hour, minute):
    """Return a moment on the wall in Berlin as naive UTC; of a time that there is twice, the second."""
    local = BERLIN.localize(datetime(2026, month, day, hour, minute), is_dst=False)
    return local.astimezone(pytz.utc).replace(tzinfo=None)


@tagged("post_install", "-at_install")
class TestClock(AppointmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch_a.resource_calendar_id.tz = "Europe/Berlin"
        cls.env["resource.calendar.leaves"].create(
            {
                "name": "Good Friday",
                "company_id": cls.branch_a.id,
                "calendar_id": cls.branch_a.resource_calendar_id.id,
                "date_from": utc(4, 3, 0, 0),
                "date_to": utc(4, 4, 0, 0) - timedelta(seconds=1),
            }
        )

    def test_every_occasion_leads_to_a_message_at_its_time(self):
        for trigger, offset, hours, occasion, expected in CASES:
            with self.subTest(trigger=trigger, offset=offset, hours=hours, occasion=occasion):
                automation = self.automate(trigger, offset, window_from=hours[0], window_to=hours[1])
                appointment = self.bring_about(trigger, utc(*occasion))
                row = self.rows(appointment).filtered(lambda row, ours=automation: row.automation_id == ours)
                self.assertEqual((row.due_at, row.state), (utc(*expected), "planned"))

    def bring_about(self, trigger, moment):
        """Return an appointment to which something happens at a moment, as its branch does it."""
        if trigger == "before":
            self.begin(moment - 10 * DAY)
            return self.book(moment)
        if trigger in AFTER_VISIT:
            self.begin(moment - 3 * HOUR)
            appointment = self.book(moment - 2 * HOUR)
            self.at(moment)
            appointment.write({"state": "arrived"} if trigger == "done" else {"state": "no_show"})
        else:
            self.begin(moment if trigger == "booked" else moment - HOUR)
            appointment = self.book(moment + 6 * DAY)
            self.at(moment)
        changes = {
            "confirmed": {"state": "confirmed"},
            "moved": {"start": moment + 7 * DAY},
            "cancelled": {"state": "cancelled"},
            "done": {"state": "done"},
        }
        appointment.with_user(self.user_a).write(changes.get(trigger, {}))
        return appointment

    def begin(self, moment):
        """Let it be a moment at which the automations are switched on already."""
        self.at(moment)
        self.env["clinic.whatsapp.automation"].search([]).enabled_at = moment - HOUR
