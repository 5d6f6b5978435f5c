"""When a message may leave, in the branch's own time. Pure Python: knows nothing of Odoo.

All moments are naive UTC, as Odoo keeps them. Days are days on the branch's wall: “one day before”
10:00 is 10:00, also when the clocks change in between. Hours and minutes are exact.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo

import pytz

MINUTES, HOURS, DAYS = "minutes", "hours", "days"
MIN_NOTICE = timedelta(hours=1)  # a reminder that comes later than this before the visit helps nobody
CLOSING_GRACE = timedelta(minutes=15)  # so long before the closing it leaves, lest a busy queue make it miss the day
MANY = 50  # turns; after so many days without an opening something is wrong with the calendar


def to_local(moment: datetime, zone: tzinfo) -> datetime:
    """Return what a clock in the zone shows at a moment."""
    return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)


def to_utc(local: datetime, zone: tzinfo) -> datetime:
    """Return the moment at which a clock shows a time.

    A time that the clocks skip is read as if they had not; of a time they show twice it is the second.
    """
    return zone.localize(local, is_dst=False).astimezone(pytz.utc).replace(tzinfo=None)


def shift(moment: datetime, value: int, unit: str, zone: tzinfo) -> datetime:
    """Return a moment moved by a number of minutes, hours or days on the wall; back when negative."""
    delta = timedelta(**{unit: value})
    return to_utc(to_local(moment, zone) + delta, zone) if unit == DAYS else moment + delta


@dataclass(frozen=True)
class SendWindow:
    """The hours of the day in which messages may leave: from ``opens`` up to ``closes``, both in hours.

    :param holidays: (begin, end) pairs, naive UTC, in which nothing leaves at any hour
    """

    opens: float
    closes: float
    zone: tzinfo
    holidays: tuple = ()

    def within(self, other: "SendWindow") -> "SendWindow":
        """Return the hours that both allow, or the other's when there are none; without the other's holidays."""
        opens, closes = max(self.opens, other.opens), min(self.closes, other.closes)
        return replace(other, opens=opens, closes=closes) if opens < closes else other

    def contains(self, moment: datetime) -> bool:
        return self._is_day(moment) and not self._find_holiday(moment)

    def forward(self, moment: datetime) -> datetime:
        """Return the moment itself if it is inside, else the next opening."""
        opening = self._open(moment)
        for _turn in range(MANY):
            holiday = self._find_holiday(opening)
            if not holiday:
                break
            opening = self._open(holiday[1])
        return opening

    def backward(self, moment: datetime) -> datetime:
        """Return the moment itself if it is well inside, else the last one before that is."""
        landing = self._land(moment)
        for _turn in range(MANY):
            holiday = self._find_holiday(landing, CLOSING_GRACE)
            if not holiday:
                break
            landing = self._land(holiday[0] - CLOSING_GRACE)
        return landing

    def fit_before(self, moment: datetime, start: datetime) -> datetime:
        """Return when a reminder leaves: at the next opening if that is early enough, else before the last closing.

        It never waits for the end of a holiday: the days that the patient needs to answer would be gone.
        """
        opening = self._open(moment)
        sure = opening if self._is_day(opening + CLOSING_GRACE) else self._open(opening + CLOSING_GRACE)
        is_early_enough = sure == moment or sure <= start - MIN_NOTICE
        is_holiday = self._find_holiday(opening, sure - opening + CLOSING_GRACE)
        return opening if is_early_enough and not is_holiday else self.backward(moment)

    def _is_day(self, moment: datetime) -> bool:
        return self.opens <= self._hour(moment) < self.closes

    def _find_holiday(self, moment: datetime, span: timedelta = timedelta.resolution):
        """Return the first (begin, end) that touches a span of time from a moment on; None without one."""
        return next(((begin, end) for begin, end in self.holidays if begin < moment + span and moment < end), None)

    def _open(self, moment: datetime) -> datetime:
        """Return the moment itself if it is in the hours, else when they begin next."""
        if self._is_day(moment):
            return moment
        late = self._hour(moment) >= self.closes
        return self._at(moment, days=1 if late else 0, hour=self.opens)

    def _land(self, moment: datetime) -> datetime:
        """Return the moment itself if the hours go on for a while, else the last one of which that is true."""
        if self._is_day(moment) and self._is_day(moment + CLOSING_GRACE):
            return moment
        days = -1 if self._hour(moment) < self.opens else 0
        return max(self._at(moment, days, self.closes) - CLOSING_GRACE, self._at(moment, days, self.opens))

    def _hour(self, moment: datetime) -> float:
        local = to_local(moment, self.zone)
        return local.hour + local.minute / 60 + local.second / 3600

    def _at(self, moment: datetime, days: int, hour: float) -> datetime:
        day = to_local(moment, self.zone).date() + timedelta(days=days)
        return to_utc(datetime.combine(day, time()) + timedelta(minutes=round(hour * 60)), self.zone)
