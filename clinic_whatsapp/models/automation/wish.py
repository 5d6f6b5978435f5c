"""What ought to be there: which messages a record should get, and when. No queries."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from ..messaging.send_window import MIN_NOTICE, SendWindow, shift
from .reasons import TOO_LATE
from .subject import Subject, follow, to_moment
from .trigger import Trigger

FRESH = timedelta(hours=1)  # an event is acted upon late by this much, never later
PLANNED, SKIPPED = "planned", "skipped"


@dataclass(frozen=True)
class Wish:
    """A message that ought to be there.

    :param partner_id: False: somebody who is no patient yet
    :param due_at: naive UTC
    :param is_late: too late to be planned now; what was planned before stays
    :param is_open: may be planned now; what happened before the automation was switched on may not
    :param ends_at: when it helps nobody any more; None: ``lifetime`` after it is due
    :param problem: why it cannot be sent to anybody, one of ``reasons.py``
    """

    automation_id: int
    company_id: int
    partner_id: int | bool
    due_at: datetime
    is_late: bool
    is_open: bool
    window: SendWindow
    lifetime: timedelta
    ends_at: datetime | None = None
    problem: str | bool = False

    @property
    def skip_reason(self) -> str | bool:
        return self.problem or (TOO_LATE if self.is_late else False)

    @property
    def state(self) -> str:
        return SKIPPED if self.skip_reason else PLANNED

    @property
    def columns(self) -> tuple:
        """The columns of a new row that follow from the wish."""
        partner, reason = self.partner_id or None, self.skip_reason or None
        return (self.automation_id, self.company_id, partner, self.due_at, self.state, reason)

    @property
    def vals(self) -> dict:
        """The values of a row that comes back to life."""
        names = ("due_at", "partner_id", "state", "skip_reason")
        return {name: getattr(self, name) for name in names}

    def get_end(self, due_at: datetime) -> datetime:
        """Return after which moment a message that was due at another one helps nobody."""
        return self.ends_at or due_at + self.lifetime

    def get_last_opening(self, due_at: datetime) -> datetime:
        """Return up to which moment it may wait for the hours."""
        return self.ends_at - MIN_NOTICE if self.ends_at else due_at + self.lifetime


@dataclass(frozen=True)
class Offset:
    """One message of an automation: how long after the anchor it leaves; before it when negative."""

    step_id: int
    value: int
    unit: str


@dataclass(frozen=True)
class Plan:
    """What one automation wants in one branch.

    :param date_path: where the anchor stands; empty: it was noted
    :param move: (moment, offset) → moment, when it is not counted by the clock
    """

    automation_id: int
    company_id: int
    trigger: Trigger
    window: SendWindow
    zone: tzinfo
    offsets: tuple[Offset, ...]
    enabled_at: datetime
    date_path: str = ""
    move: Callable | None = None

    def get_anchor(self, record) -> datetime | None:
        """Return the moment that messages hang on now; None when the trigger does not apply."""
        return self.read_anchor(record) if self.trigger.applies(record) else None

    def read_anchor(self, record) -> datetime | None:
        return to_moment(follow(record, self.date_path), self.zone)

    def get_wishes(self, subject: Subject, anchor: datetime, since: datetime, now: datetime) -> Iterator[tuple]:
        """Yield ((step id, record id, anchor), Wish) for a record of the branch.

        :param since: what offsets are counted from; the anchor, or when it was noted
        """
        for offset in self.offsets:
            ends_at = self.get_end(subject.record, anchor, offset)
            if not ends_at or ends_at > now:
                wish = self._make_wish(subject, offset, since, ends_at, now)
                yield (offset.step_id, subject.record.id, anchor), wish

    def _make_wish(self, subject, offset, since, ends_at, now):
        due_at, is_late, is_open = self._judge(offset, since, ends_at, now)
        return Wish(
            self.automation_id,
            self.company_id,
            not subject.problem and subject.partner.id,
            due_at,
            is_late,
            is_open,
            self.window,
            self.trigger.lifetime,
            ends_at,
            subject.problem,
        )

    def get_end(self, record, anchor, offset) -> datetime | None:
        """Return when a message helps nobody any more; None: some time after it was due."""
        if self.trigger.ends:
            return record[self.trigger.ends]
        if offset.value >= 0:
            return None
        is_day = not isinstance(follow(record, self.date_path), datetime)
        return self._shift(anchor, Offset(0, 1, "days")) if is_day else anchor

    def _judge(self, offset, since, ends_at, now) -> tuple[datetime, bool, bool]:
        """Return (when it leaves, whether that is too late, whether it may be planned now)."""
        moment = self._shift(since, offset)
        if offset.value < 0:
            due_at = self.window.fit_before(moment, ends_at)
            return due_at, due_at < now, True
        due_at = self.window.forward(moment)
        if self.trigger.sign == 0:
            is_since = due_at >= self.enabled_at
            is_late = due_at + self.trigger.lifetime <= now or not is_since
            return due_at, is_late, is_since or self.trigger.is_begun
        is_late = bool(ends_at) and due_at >= ends_at
        return due_at, is_late, since >= self.enabled_at and due_at > now - FRESH

    def _shift(self, moment, offset) -> datetime:
        if self.move:
            return self.move(moment, offset)
        return shift(moment, offset.value, offset.unit, self.zone)
