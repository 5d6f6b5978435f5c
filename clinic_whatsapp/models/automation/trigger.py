"""What can set off a message: one table.

A trigger names the moment of a record that its messages hang on (the anchor) and the states in which they still make
sense. The anchor of a *derived* trigger follows from the record as it is now. That of a *noted* one is when something
happened (a message came in, a record came to match): nobody can work it out afterwards, so it is kept with the row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..appointment.appointment import CANCELLED, CONFIRMED, DONE, NO_SHOW
from ..appointment.appointment_events import UPCOMING
from .reasons import ENDED, MOVED, SUPERSEDED

ON_BOOKED, ON_CONFIRMED, BEFORE, ON_MOVED, ON_CANCELLED = "booked", "confirmed", "before", "moved", "cancelled"
ON_DONE, ON_NO_SHOW = "done", "no_show"
ON_DATE, FOLLOWUP = "date", "followup"
ON_CREATED, ON_CHANGED, CALLED = "created", "changed", "called"
GREETING, OUT_OF_HOURS, KEYWORD, BUTTON = "greeting", "out_of_hours", "keyword", "button"
NO_REPLY, ON_CLOSED = "no_reply", "closed"

OF_APPOINTMENT = frozenset({ON_BOOKED, ON_CONFIRMED, BEFORE, ON_MOVED, ON_CANCELLED, ON_DONE, ON_NO_SHOW})
OF_CHAT = frozenset({GREETING, OUT_OF_HOURS, KEYWORD, BUTTON, NO_REPLY, ON_CLOSED})
OF_DATE = frozenset({ON_DATE, FOLLOWUP})
CHAT_MODEL = "clinic.whatsapp.conversation"

LIFETIME = timedelta(hours=24)  # so long after it was due a message about something that is over still helps
ANSWER_LIFETIME = timedelta(hours=2)  # an answer that comes later answers nothing


def get_occasion(trigger: str, model: str, res_id: int, anchor: datetime) -> str:
    """Return what a limit counts by: all that is sent for one reason about one record at its time (LR-34)."""
    return f"{trigger}:{model},{res_id}:{anchor}"


def _always(_record) -> bool:
    return True


def _has_news(appointment) -> bool:
    """Tell whether a move is news: moved away and back before he was told, it is none."""
    return appointment.previous_start != appointment.start


@dataclass(frozen=True)
class Trigger:
    """How messages hang on records.

    :param anchor: field with the moment; empty: the automation names it, or it was noted
    :param states: of the record, in which the message makes sense; empty: in all
    :param sign: offsets count from the anchor forward (1) or back (-1); 0: as the step says
    :param overtaken: why a message is skipped when the anchor has changed
    :param condition: what else must hold for a record
    :param ends: field with the moment after which the message helps nobody; empty: ``lifetime`` after it was due
    :param off_duty: why a message is skipped when the record is in another state
    :param is_noted: the anchor is kept with the row
    :param any_hour: an answer to what a patient has just written is never late (LR-34)
    :param is_begun: a record is begun for one automation, and ends when each message has left or was left out; so what
        would have left before the automation was switched on is recorded as too late, too
    """

    anchor: str = ""
    states: tuple[str, ...] = ()
    sign: int = 1
    overtaken: str = SUPERSEDED
    condition: Callable = _always
    ends: str = ""
    off_duty: str = SUPERSEDED
    lifetime: timedelta = LIFETIME
    is_noted: bool = False
    any_hour: bool = False
    is_begun: bool = False

    def is_in_state(self, record) -> bool:
        return not self.states or record.state in self.states

    def applies(self, record) -> bool:
        return self.is_in_state(record) and self.condition(record)

    def is_over(self, record, now: datetime) -> bool:
        """Tell whether the end of a record is past; without an end it is for each message to say."""
        return bool(self.ends) and record[self.ends] <= now


_ANSWER = {"lifetime": ANSWER_LIFETIME, "any_hour": True}

TRIGGERS = {
    ON_BOOKED: Trigger("booked_at", UPCOMING, ends="start"),
    ON_CONFIRMED: Trigger("confirmed_at", (CONFIRMED,), ends="start"),
    BEFORE: Trigger("start", UPCOMING, sign=-1, overtaken=MOVED, ends="start"),
    ON_MOVED: Trigger("moved_at", UPCOMING, condition=_has_news, ends="start"),
    ON_CANCELLED: Trigger("cancelled_at", (CANCELLED,), ends="start"),
    ON_DONE: Trigger("done_at", (DONE,)),
    ON_NO_SHOW: Trigger("no_show_at", (NO_SHOW,)),
    ON_DATE: Trigger(sign=0),
    FOLLOWUP: Trigger(states=("running",), sign=0, off_duty=ENDED, is_begun=True),
    ON_CREATED: Trigger(is_noted=True),
    ON_CHANGED: Trigger(is_noted=True),
    CALLED: Trigger(is_noted=True),
    GREETING: Trigger(is_noted=True, **_ANSWER),
    OUT_OF_HOURS: Trigger(is_noted=True, **_ANSWER),
    KEYWORD: Trigger(is_noted=True, **_ANSWER),
    BUTTON: Trigger(is_noted=True, **_ANSWER),
    NO_REPLY: Trigger("waiting_since", **_ANSWER),
    ON_CLOSED: Trigger("closed_at", ("closed",)),
}
NOTED = frozenset(name for name, trigger in TRIGGERS.items() if trigger.is_noted)
