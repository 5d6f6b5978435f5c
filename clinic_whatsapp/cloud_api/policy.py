"""What a sender does after an error, and how long it waits (cloud_api.md §6.2)."""

from __future__ import annotations

import random as _random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

MINUTE = 60.0
HOUR = 60 * MINUTE
_JITTER = 0.25


class Policy(Enum):
    """What a sender does with a message that Meta refused."""

    RETRY = "retry"
    """Meta or the line had a hiccup: again within seconds to minutes."""
    RETRY_LATER = "retry_later"
    """A limit was reached: again after a quarter of an hour or more."""
    RETRY_RECIPIENT = "retry_recipient"
    """Too many messages to this one person (131056): hold back this person's messages only."""
    WAIT_TEMPLATE = "wait_template"
    """The template is paused: after the pause, or when somebody has edited it."""
    STOP_ACCOUNT = "stop_account"
    """Nothing can be sent from this number until somebody mends token, payment or rights."""
    SUPPRESS_RECIPIENT = "suppress_recipient"
    """This person cannot be reached on WhatsApp: do not try again by ourselves."""
    STOP_MARKETING = "stop_marketing"
    """This person stopped our marketing in WhatsApp (131050): remember it; other messages may go."""
    CLOSE_WINDOW = "close_window"
    """Meta says that the 24-hour window is closed (131047); Meta's word beats our clock."""
    NEVER = "never"
    """The same message would fail again."""


_DELAYS: dict[Policy, tuple[float, ...]] = {
    Policy.RETRY: (2.0, 8.0, 32.0, 2 * MINUTE, 10 * MINUTE),
    Policy.RETRY_LATER: (15 * MINUTE, 30 * MINUTE, 60 * MINUTE),
    Policy.RETRY_RECIPIENT: tuple(4.0**tries for tries in range(6)),
    Policy.WAIT_TEMPLATE: (3 * HOUR, 6 * HOUR),  # Meta's own pauses, cloud_api.md §4.5
}


def retry_delay(
    policy: Policy, attempt: int, *, random: Callable[[], float] = _random.random
) -> float | None:
    """Return the seconds to wait before the next try, or ``None`` to give up.

    :param attempt: tries made so far, the failed one included; below 1 counts as 1
    :param random: returns a number in [0, 1); adds up to a quarter, never takes away
    """
    return _delay(_DELAYS.get(policy, ()), attempt, random)


def _delay(delays: tuple[float, ...], attempt: int, random: Callable[[], float]) -> float | None:
    made = max(attempt, 1)
    if made > len(delays):
        return None
    return delays[made - 1] * (1.0 + _JITTER * random())


@dataclass(frozen=True)
class ErrorMeaning:
    """What an error code means for the clinic.

    ``title`` (what happened) and ``advice`` (what to do) are English terms for the staff, to be
    translated by whoever shows them. ``delays`` are the seconds before each further try.
    """

    code: int
    title: str
    advice: str
    policy: Policy
    delays: tuple[float, ...] = ()

    @property
    def max_attempts(self) -> int:
        """How often a message may be tried in all, the first time included."""
        return len(self.delays) + 1

    def retry_delay(
        self, attempt: int, *, random: Callable[[], float] = _random.random
    ) -> float | None:
        """Like :func:`retry_delay`, with this code's own delays."""
        return _delay(self.delays, attempt, random)


def means(
    code: int,
    title: str,
    advice: str,
    policy: Policy = Policy.NEVER,
    delays: tuple[float, ...] | None = None,
) -> ErrorMeaning:
    """Return the meaning of ``code``; without ``delays`` those of the policy count."""
    chosen = _DELAYS.get(policy, ()) if delays is None else delays
    return ErrorMeaning(code, title, advice, policy, chosen)
