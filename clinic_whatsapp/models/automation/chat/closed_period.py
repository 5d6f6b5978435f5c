"""When a branch is closed.

Hours are those of the branch's working calendar, without the days off that hold for everybody (``branch/days_off``). A
break at noon closes the branch, too. A branch whose calendar says nothing is never closed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import pytz
from odoo import models

NEAR, FAR = timedelta(days=31), timedelta(days=366)
SECOND = timedelta(seconds=1)


class ClosedPeriod(NamedTuple):
    """From the last closing to the next opening, naive UTC; None for an end that nobody knows."""

    begin: datetime
    end: datetime | None


def find_closed_period(hours: Iterable[tuple[datetime, datetime]], now: datetime) -> ClosedPeriod | None:
    """Return the time around a moment in which nobody works; None while somebody does, or when nobody ever did.

    :param hours: (begin, end) of the hours in which somebody works, naive UTC, in any order
    """
    hours = list(hours)
    if any(begin <= now < end for begin, end in hours):
        return None
    closed_at = max((end for _begin, end in hours if end <= now), default=None)
    opens_at = min((begin for begin, _end in hours if begin > now), default=None)
    return ClosedPeriod(closed_at, opens_at) if closed_at else None


def to_naive(moment: datetime) -> datetime:
    """Return a moment as Odoo keeps it, in whole seconds; a day that ends at midnight ends with the next one."""
    naive = moment.astimezone(pytz.utc).replace(tzinfo=None)
    return naive if not naive.microsecond else naive.replace(microsecond=0) + SECOND


class ResCompany(models.Model):
    _inherit = "res.company"

    def _find_closed_period(self, now) -> ClosedPeriod | None:
        """Return when this branch closed and when it opens; None while it is open.

        Its beginning is the same for every moment of the period.

        :param datetime now: naive UTC
        """
        near = find_closed_period(self._get_opening_hours(now - NEAR, now + NEAR), now)
        if near and near.end:
            return near
        return find_closed_period(self._get_opening_hours(now - FAR, now + FAR), now)

    def _get_opening_hours(self, first, last):
        """Yield (begin, end) of the hours in which this branch is open between two moments, all naive UTC."""
        # sudo: res.company, resource.calendar - the calendar is not readable by everybody who writes to patients
        calendar = self.sudo().resource_calendar_id
        if not calendar:
            return
        first, last = pytz.utc.localize(first), pytz.utc.localize(last)
        hours = calendar._work_intervals_batch(first, last, domain=self._get_days_off_domain())[False]
        for begin, end, _lines in hours:
            yield to_naive(begin), to_naive(end)
