"""What patients have been told by automations, as limits count it. No queries, nothing of Odoo."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

PATIENT = "res.partner"


@dataclass(frozen=True)
class Saying:
    """A message of an automation that has left, or that may leave.

    :param automation_id: which automation says it
    :param listener: to whom, in which branch; equal for the same person in the same branch
    :param moment: when it leaves, naive UTC
    :param day: that day on the wall of the branch
    :param words: equal for what reads the same
    :param news: equal for what tells the same of the same record; None where nobody can say that
    """

    automation_id: int
    listener: tuple
    moment: datetime
    day: date
    words: tuple
    news: tuple | None = None

    def is_like(self, other: "Saying") -> bool:
        """Tell whether two automations say the same thing to a listener on one day."""
        is_same_day = self.automation_id != other.automation_id and self.day == other.day
        return is_same_day and (self.words == other.words or (self.news is not None and self.news == other.news))


class Tally:
    """Everything that some listeners have been told."""

    def __init__(self, sayings: Iterable[Saying] = ()):
        self._heard = defaultdict(list)
        for saying in sayings:
            self.add(saying)

    def add(self, saying: Saying):
        self._heard[saying.listener].append(saying)

    def count(self, saying: Saying, days: int) -> int:
        """Return how many messages of the same automation its listener has had in some days up to its moment.

        A day is 24 hours here: what left exactly so many days before does not count any more.
        """
        since = saying.moment - timedelta(days=days)
        heard = self._heard[saying.listener]
        return sum(told.automation_id == saying.automation_id and told.moment > since for told in heard)

    def has_heard(self, saying: Saying) -> bool:
        """Tell whether its listener has been told the same by another automation on its day."""
        return any(saying.is_like(told) for told in self._heard[saying.listener])


class Told(NamedTuple):
    """One row of what was told, as the database keeps it."""

    automation_id: int
    company_id: int
    partner_id: int | None
    conversation_id: int | None
    moment: datetime  # when it was queued, else when it is due; naive UTC
    name: str  # of the template, else the text
    about_model: str | None  # of the record that the template tells of
    about_id: int | None
    res_model: str
    res_id: int
    anchor: datetime

    @property
    def listener(self):
        return get_listener(self.company_id, self.partner_id, self.conversation_id)

    @property
    def words(self):
        is_one = self.conversation_id or not self.about_id or self.about_model == PATIENT
        return (self.name,) if is_one else (self.name, self.about_model, self.about_id)

    @property
    def record(self):
        return self.res_model, self.res_id, self.anchor


def get_listener(company_id, partner_id, conversation_id=None) -> tuple:
    """Return who listens; of somebody who is no patient yet nothing is known but the conversation."""
    return (company_id, partner_id) if partner_id else (company_id, None, conversation_id)
