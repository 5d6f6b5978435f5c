"""What ought to be there: which messages an appointment should get, and when. No queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..messaging.send_window import SendWindow, shift
from .reasons import TOO_LATE
from .trigger import Trigger

FRESH = timedelta(hours=1)  # an event is acted upon late by this much, never later
PLANNED, SKIPPED = "planned", "skipped"


@dataclass(frozen=True)
class Wish:
    """A message that ought to be there.

    :param due_at: naive UTC
    :param is_late: too late to be planned now; what was planned before stays
    :param is_open: may be planned now; what happened before the automation was switched on may not
    """

    automation_id: int
    company_id: int
    partner_id: int
    due_at: datetime
    is_late: bool
    is_open: bool

    @property
    def state(self) -> str:
        return SKIPPED if self.is_late else PLANNED

    @property
    def skip_reason(self) -> str | bool:
        return TOO_LATE if self.is_late else False

    @property
    def columns(self) -> tuple:
        """The columns of a new row that follow from the wish."""
        reason = self.skip_reason or None
        return (self.automation_id, self.company_id, self.partner_id, self.due_at, self.state, reason)

    @property
    def vals(self) -> dict:
        """The values of a row that comes back to life."""
        names = ("due_at", "partner_id", "state", "skip_reason")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Offset:
    """One message of an automation: how long after the anchor it leaves; before it when negative."""

    step_id: int
    value: int
    unit: str


@dataclass(frozen=True)
class Plan:
    """What one automation wants in one branch."""

    automation_id: int
    company_id: int
    trigger: Trigger
    window: SendWindow
    offsets: tuple[Offset, ...]
    enabled_at: datetime
    service_ids: frozenset[int]
    cancelled_by: str | bool

    def get_wishes(self, appointment, now: datetime) -> Iterator[tuple[tuple, Wish]]:
        """Yield ((step id, appointment id, anchor), Wish) for an appointment of the branch that is still ahead."""
        anchor = self.trigger.get_anchor(appointment)
        if not anchor or not self._matches(appointment):
            return
        start, partner_id = appointment.start, appointment.patient_id.id
        for offset in self.offsets:
            due_at, is_late, is_open = self._judge(offset, anchor, start, now)
            wish = Wish(self.automation_id, self.company_id, partner_id, due_at, is_late, is_open)
            yield (offset.step_id, appointment.id, anchor), wish

    def _matches(self, appointment) -> bool:
        return (not self.service_ids or appointment.service_id.id in self.service_ids) and (
            not self.cancelled_by or appointment.cancelled_by == self.cancelled_by
        )

    def _judge(self, offset, anchor, start, now) -> tuple[datetime, bool, bool]:
        """Return (when it leaves, whether that is too late, whether it may be planned now)."""
        moment = shift(anchor, offset.value, offset.unit, self.window.zone)
        if self.trigger.is_event:
            due_at = self.window.forward(moment)
            return due_at, due_at >= start, anchor >= self.enabled_at and due_at > now - FRESH
        due_at = self.window.fit_before(moment, start)
        return due_at, due_at < now, True
