"""When a message may leave, in the branch's own time. Pure Python: knows nothing of Odoo.

All moments are naive UTC, as Odoo keeps them. Days are days on the branch's wall: “one day before”
10:00 is 10:00, also when the clocks change in between. Hours and minutes are exact.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

import pytz

MINUTES, HOURS, DAYS = "minutes", "hours", "days"
MIN_NOTICE = timedelta(hours=1)  # a reminder that comes later than this before the visit helps nobody
CLOSING_GRACE = timedelta(minutes=15)  # what is due at closing time may still leave


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
    """The hours of the day in which messages may leave: from ``opens`` up to ``closes``, both in hours."""

    opens: float
    closes: float
    zone: tzinfo

    def contains(self, moment: datetime) -> bool:
        return self.opens <= self._hour(moment) < self.closes

    def forward(self, moment: datetime) -> datetime:
        """Return the moment itself if it is inside, else the next opening."""
        if self.contains(moment):
            return moment
        late = self._hour(moment) >= self.closes
        return self._at(moment, days=1 if late else 0, hour=self.opens)

    def backward(self, moment: datetime) -> datetime:
        """Return the moment itself if it is inside, else the last closing."""
        if self.contains(moment):
            return moment
        early = self._hour(moment) < self.opens
        return self._at(moment, days=-1 if early else 0, hour=self.closes)

    def fit_before(self, moment: datetime, start: datetime) -> datetime:
        """Return when a reminder leaves: at the next opening if that is early enough, else at the last closing."""
        opening = self.forward(moment)
        return opening if opening <= start - MIN_NOTICE else self.backward(moment)

    def tolerates(self, moment: datetime) -> bool:
        """Tell whether something due may leave now: inside, or a moment after the closing."""
        return self.contains(moment) or self.contains(moment - CLOSING_GRACE)

    def _hour(self, moment: datetime) -> float:
        local = to_local(moment, self.zone)
        return local.hour + local.minute / 60 + local.second / 3600

    def _at(self, moment: datetime, days: int, hour: float) -> datetime:
        day = to_local(moment, self.zone).date() + timedelta(days=days)
        return to_utc(datetime.combine(day, time()) + timedelta(minutes=round(hour * 60)), self.zone)
