"""When a visit could take place instead: the times that a patient is offered.

A time is free when the whole visit fits into the opening hours of the branch (its working calendar without holidays)
and into those of the practitioner (his own calendar without his leaves), and neither he nor the patient has another
appointment then, in whatever branch. Visits for which nobody is named take turns as if the branch were one
practitioner: nobody knows how many of them fit side by side.

Nothing here is a promise. Whoever books must look again under the rules of ``appointment_slot``.
"""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

import pytz
from odoo import fields, models
from odoo.tools.intervals import Intervals

from ..messaging.send_window import to_local
from .appointment_slot import OCCUPYING

MOST_TIMES = 9  # a list has ten rows at most; one of them is “another time” (cloud_api.md §2.3)
MOST_DAYS = 5
GRID = timedelta(minutes=5)  # times begin at 10:05, never at 10:03
FIRST_GRID = timedelta(minutes=15)  # the first one from now on, too, looks like a time that somebody chose


def round_up(moment: datetime, grid: timedelta) -> datetime:
    """Return a naive moment, or the next one after it that is a multiple of the grid from midnight."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + math.ceil((moment - midnight) / grid) * grid


def cut(begin: datetime, end: datetime, length: timedelta) -> Iterator[datetime]:
    """Yield when visits of some length could begin between two naive moments, one after the other."""
    step = math.ceil(length / GRID) * GRID
    start = round_up(begin, GRID)
    while start + length <= end:
        yield start
        start += step


def spread(starts: list[datetime], zone: tzinfo) -> list[datetime]:
    """Return up to nine of some moments (naive UTC, in order) that lie on several days and at different hours."""
    days: dict = {}
    for start in starts:
        days.setdefault(to_local(start, zone).date(), []).append(start)
    nearest = list(days.values())[:MOST_DAYS]
    return [start for day, count in zip(nearest, _share(nearest), strict=True) for start in _pick(day, count)]


def _share(days: list[list[datetime]]) -> list[int]:
    """Return how many times each day gives: one in turn, until there are enough or none is left."""
    counts = [0] * len(days)
    while sum(counts) < MOST_TIMES and any(count < len(day) for count, day in zip(counts, days, strict=True)):
        for index, day in enumerate(days):
            if counts[index] < len(day) and sum(counts) < MOST_TIMES:
                counts[index] += 1
    return counts


def _pick(day: list[datetime], count: int) -> list[datetime]:
    """Return some times of a day, from the middle of equal parts of it."""
    return [day[(2 * index + 1) * len(day) // (2 * count)] for index in range(count)]


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    def _find_free_starts(self) -> list[datetime]:
        """Return when one visit could begin instead of now, in order, naive UTC; in a constant number of queries.

        From the notice that the branch needs up to the end of the last day that it offers; never the present time.
        """
        self.ensure_one()
        # sudo: res.company, resource.*, clinic.appointment - a patient is offered times, nobody is shown whose they are
        visit = self.sudo()
        branch = visit.company_id
        now = fields.Datetime.now()
        first = round_up(now + timedelta(hours=branch.whatsapp_move_notice_hours), FIRST_GRID)
        last = now + timedelta(days=branch.whatsapp_move_days)
        free = visit._get_working_hours(first, last) - visit._get_taken_times(first, last)
        length = timedelta(minutes=visit.duration)
        starts = (start for begin, end, _why in free for start in cut(_naive(begin), _naive(end), length))
        return [start for start in starts if start != visit.start]

    def _is_free_start(self, start) -> bool:
        """Tell whether one visit could begin at a moment (naive UTC), whatever the grid."""
        visit, length = self.sudo(), timedelta(minutes=self.duration)  # sudo: clinic.appointment - as above
        free = visit._get_working_hours(start, start + length) - visit._get_taken_times(start, start + length)
        return [(_naive(begin), _naive(end)) for begin, end, _why in free] == [(start, start + length)]

    def _get_working_hours(self, first, last) -> Intervals:
        """Return when the branch and the practitioner work between two moments (naive UTC)."""
        branch, practitioner = self.company_id, self.practitioner_id
        calendar = branch.resource_calendar_id
        if not calendar or (practitioner and not practitioner.active):
            return Intervals()
        zone = pytz.timezone(branch._get_tz())
        begin, end = (pytz.utc.localize(moment).astimezone(zone) for moment in (first, last))
        days_off = branch._get_days_off_domain()
        hours = _join(calendar._work_intervals_batch(begin, end, domain=days_off, tz=zone)[False], self)
        return hours & _join(practitioner._get_practice_hours(begin, end, zone), self) if practitioner else hours

    def _get_taken_times(self, first, last) -> Intervals:
        """Return when the practitioner or the patient has something else between two moments (naive UTC)."""
        whose = [("practitioner_id", "=", self.practitioner_id.id)]
        if not self.practitioner_id:
            whose = ["&", *whose, ("company_id", "=", self.company_id.id)]
        others = self.search(
            [
                ("id", "!=", self.id),
                ("state", "in", OCCUPYING),
                ("start", "<", last),
                ("stop", ">", first),
                "|",
                ("patient_id", "=", self.patient_id.id),
                *whose,
            ]
        )
        return Intervals([(pytz.utc.localize(o.start), pytz.utc.localize(o.stop), self) for o in others])

    def _get_offered_starts(self) -> list[datetime]:
        """Return the times to offer to the patient, naive UTC; none where the branch offers none."""
        # sudo: res.company - a setting of the branch, needed when a patient answers
        if not self.sudo().company_id.whatsapp_offer_times:
            return []
        return spread(self._find_free_starts(), pytz.timezone(self.company_id._get_tz()))


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    def _get_practice_hours(self, begin, end, zone) -> Intervals:
        """Return when one practitioner works between two moments, in the zone of the branch he works in.

        Who has no hours of his own works whenever the branch is open.
        """
        leaves = self.env["resource.calendar"]._leave_intervals_batch(
            begin, end, self, [("time_type", "=", "leave"), ("resource_id", "=", self.id)], tz=zone
        )
        hours = Intervals([(begin, end, self)])
        if not self._is_flexible():
            hours = self.calendar_id._work_intervals_batch(begin, end, self, tz=zone)[self.id]
        return hours - leaves[self.id]


def _join(hours: Intervals, visit) -> Intervals:
    """Return hours without the seams between them: Odoo keeps those of a morning and an afternoon apart."""
    return Intervals([(begin, end, visit) for begin, end, _why in hours])


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(pytz.utc).replace(tzinfo=None)
