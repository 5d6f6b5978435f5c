"""Errors from Meta: read them, and know what they mean for the message and the clinic.

Decisions rest on the code and, under codes 100 and 131009, the subcode; never on titles (cloud_api.md §2.1).
"""

from __future__ import annotations

import json
import random as _random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .error_table import ERRORS, NOT_GRAPH, RATE_LIMITS, UNREADABLE, WRONG_APP_SECRET
from .policy import ErrorMeaning, Policy, means, retry_delay
from .terms import _
from .usage import seconds_to_regain_access

__all__ = [
    "ERRORS",
    "NOT_GRAPH",
    "RATE_LIMITS",
    "UNREADABLE",
    "WRONG_APP_SECRET",
    "ApiError",
    "ErrorMeaning",
    "Policy",
    "meaning",
    "retry_delay",
]

_UNKNOWN_TITLE = _("WhatsApp reported an error that we do not know.")
_UNKNOWN_ADVICE = _("Tell your administrator and give the error number.")
_HICCUP_DELAYS = (2.0, 8.0)


def meaning(code: int, details: str = "") -> ErrorMeaning:
    """Return what ``code`` means.

    :param details: Meta's own text, the title of an unknown code; what is unknown is not retried
    """
    if known := ERRORS.get(code):
        return known
    if 200 <= code <= 299:  # all of Graph's permission errors
        return replace(ERRORS[200], code=code)
    title = details or _UNKNOWN_TITLE
    return means(code, title, _UNKNOWN_ADVICE)


@dataclass(frozen=True)
class ApiError:
    """An error as Meta reports it, in an answer or in a webhook.

    ``http_status`` is ``None`` in webhooks. ``retry_after`` are the seconds after which Meta says
    it will take requests again. Meta's texts can quote what was sent: they stay out of the repr.
    """

    code: int
    subcode: int | None = None
    title: str = field(default="", repr=False)
    details: str = field(default="", repr=False)
    http_status: int | None = None
    is_transient: bool = False
    fbtrace_id: str = ""
    user_title: str = field(default="", repr=False)
    user_msg: str = field(default="", repr=False)
    retry_after: float | None = None

    @property
    def meaning(self) -> ErrorMeaning:
        """What the error means; a hiccup that Meta calls one is retried whatever its code."""
        found = self._meaning_of_code()
        unknown_crash = self.code not in ERRORS and (self.http_status or 0) >= 500
        if not (self.is_transient or unknown_crash):
            return found
        if found.policy is Policy.NEVER or self.code == NOT_GRAPH:
            return replace(found, policy=Policy.RETRY, delays=_HICCUP_DELAYS)
        return found

    def retry_delay(
        self, attempt: int, *, random: Callable[[], float] = _random.random
    ) -> float | None:
        """Return the seconds until the next try, or ``None`` to give up.

        :param attempt: tries made so far, the failed one included
        """
        found = self.meaning
        delay = found.retry_delay(attempt, random=random)
        if delay is None or self.retry_after is None:
            return delay
        if found.policy is Policy.RETRY_LATER and found.code in RATE_LIMITS:
            return self.retry_after
        return max(delay, self.retry_after)

    @classmethod
    def from_response(
        cls, status: int, body: bytes, headers: Mapping[str, str] | None = None
    ) -> ApiError | None:
        """Read the body of an HTTP answer; ``None`` when it is not an error of the Graph API."""
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            return None
        error = document.get("error") if isinstance(document, dict) else None
        if not isinstance(error, dict) or _integer(error.get("code")) is None:
            return None
        wait = seconds_to_regain_access(headers or {})
        return replace(cls.from_dict(error, http_status=status), retry_after=wait)

    @classmethod
    def from_dict(cls, error: Mapping[str, Any], http_status: int | None = None) -> ApiError:
        """Read one error object: of an answer, a status, a webhook value or ``debug_token``."""
        code = _integer(error.get("code"))
        return cls(
            code=UNREADABLE if code is None else code,
            subcode=_integer(error.get("error_subcode", error.get("subcode"))),
            title=_text(error.get("title")) or _text(error.get("message")),
            details=_details(error.get("error_data")),
            http_status=http_status,
            is_transient=error.get("is_transient") is True,
            fbtrace_id=_text(error.get("fbtrace_id")),
            user_title=_text(error.get("error_user_title")),
            user_msg=_text(error.get("error_user_msg")),
        )

    def _meaning_of_code(self) -> ErrorMeaning:
        if self.code == 100 and "appsecret_proof" in self.title:
            return ERRORS[WRONG_APP_SECRET]
        if self.code in (100, 131009) and self.subcode in ERRORS:  # 33, 2388xxx: cloud_api.md §6.3
            return ERRORS[self.subcode]
        return meaning(self.code, self.user_msg or self.details or self.title)


def _details(error_data: Any) -> str:
    """``error_data`` is an object with ``details``, or sometimes the text itself."""
    if isinstance(error_data, dict):
        return _text(error_data.get("details"))
    return _text(error_data)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _integer(value: Any) -> int | None:
    """``value`` as an integer; Meta writes codes as numbers, some samples as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        return int(value)
    return None
