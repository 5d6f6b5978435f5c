"""What can set off a message: one table.

A trigger names the moment of an appointment that its messages hang on (the anchor) and the states in
which they still make sense.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ..appointment.appointment import CANCELLED
from ..appointment.appointment_events import UPCOMING
from .reasons import MOVED, SUPERSEDED

ON_BOOKED, ON_CONFIRMED, BEFORE, ON_MOVED, ON_CANCELLED = "booked", "confirmed", "before", "moved", "cancelled"
ON_DONE, ON_NO_SHOW = "done", "no_show"
ON_DATE, FOLLOWUP = "date", "followup"
ON_CREATED, ON_CHANGED, CALLED = "created", "changed", "called"
GREETING, OUT_OF_HOURS, KEYWORD, BUTTON = "greeting", "out_of_hours", "keyword", "button"
NO_REPLY, ON_CLOSED = "no_reply", "closed"

OF_APPOINTMENT = frozenset({ON_BOOKED, ON_CONFIRMED, BEFORE, ON_MOVED, ON_CANCELLED, ON_DONE, ON_NO_SHOW})
OF_CHAT = frozenset({GREETING, OUT_OF_HOURS, KEYWORD, BUTTON, NO_REPLY, ON_CLOSED})
NOTED = frozenset({ON_CREATED, ON_CHANGED, CALLED, GREETING, OUT_OF_HOURS, KEYWORD, BUTTON})
CHAT_MODEL = "clinic.whatsapp.conversation"


def get_occasion(trigger: str, model: str, res_id: int, anchor: datetime) -> str:
    """Return what a limit counts by: all that is sent for one reason about one record at its time (LR-34)."""
    return f"{trigger}:{model},{res_id}:{anchor}"


def _always(_appointment) -> bool:
    return True


def _has_news(appointment) -> bool:
    """Tell whether a move is news: moved away and back before he was told, it is none."""
    return appointment.previous_start != appointment.start


@dataclass(frozen=True)
class Trigger:
    """How messages hang on appointments.

    :param anchor: field with the moment
    :param states: of the appointment, in which the message makes sense
    :param sign: offsets count from the anchor forward (1) or back (-1)
    :param overtaken: why a message is skipped when the anchor has changed
    :param condition: what else must hold for an appointment
    """

    anchor: str
    states: tuple[str, ...]
    sign: int = 1
    overtaken: str = SUPERSEDED
    condition: Callable = _always

    @property
    def is_event(self) -> bool:
        """An event has happened or has not; a date can be counted back from."""
        return self.sign > 0

    def get_anchor(self, appointment) -> datetime | None:
        """Return the moment that messages hang on now; None when the trigger does not apply."""
        applies = appointment.state in self.states and self.condition(appointment)
        return (applies and appointment[self.anchor]) or None


TRIGGERS = {
    ON_BOOKED: Trigger("booked_at", UPCOMING),
    BEFORE: Trigger("start", UPCOMING, sign=-1, overtaken=MOVED),
    ON_MOVED: Trigger("moved_at", UPCOMING, condition=_has_news),
    ON_CANCELLED: Trigger("cancelled_at", (CANCELLED,)),
}
