"""One WhatsApp number on Meta's Graph API.

The three ways in which a call can fail are three types, because a sender does three different
things: :class:`Rejected` (Meta said no), :class:`Unreachable` (nothing left this host: try again)
and :class:`Unanswered` (it may have been sent: never again, the status webhook will tell). There is
no idempotency key, so the client itself repeats nothing (cloud_api.md §2.1).

    calls_messages.py   send, mark as read
    calls_media.py      files up and down
    calls_number.py     state, health, registration, profile of the number
    calls_app.py        token, app, webhooks
    calls_templates.py  templates
    calls_uploads.py    samples for the headers of templates
"""

from __future__ import annotations

from .answers import Accepted, PhoneNumber, RemoteMedia, RemoteTemplate, TokenInfo
from .answers_account import AppSubscription, BusinessProfile, Health, HealthEntity, HealthError
from .calls_app import AppCalls
from .calls_media import MediaCalls
from .calls_messages import MessageCalls
from .calls_number import NumberCalls
from .calls_templates import TemplateCalls
from .calls_uploads import UploadCalls
from .credentials import Credentials
from .exceptions import (
    CloudApiError,
    InvalidCredentials,
    NotPermitted,
    Rejected,
    TooLarge,
    Unanswered,
    Unreachable,
    UnsafeAddress,
)
from .graph import Graph
from .limits import InvalidValue

__all__ = [
    "Accepted",
    "AppSubscription",
    "BusinessProfile",
    "CloudApi",
    "CloudApiError",
    "Credentials",
    "Health",
    "HealthEntity",
    "HealthError",
    "InvalidCredentials",
    "InvalidValue",
    "NotPermitted",
    "PhoneNumber",
    "Rejected",
    "RemoteMedia",
    "RemoteTemplate",
    "TokenInfo",
    "TooLarge",
    "Unanswered",
    "Unreachable",
    "UnsafeAddress",
]


class CloudApi(MessageCalls, MediaCalls, NumberCalls, AppCalls, TemplateCalls, UploadCalls):
    """One WhatsApp number on Meta's Graph API. Holds no Odoo object: safe in any thread.

    Every method raises Rejected, Unreachable, Unanswered or InvalidCredentials, all of them
    CloudApiError; InvalidValue when Meta would not take an argument. Use it as a context manager,
    or ``close()`` it.

    :param timeout: seconds to connect, and seconds without a byte of the answer
    :param pool_size: connections kept open; at least the number of threads that share the client
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        timeout: tuple[float, float] = (5.0, 30.0),
        pool_size: int = 16,
    ) -> None:
        self._credentials = credentials
        self._graph = Graph(credentials, timeout, pool_size)

    def __enter__(self) -> CloudApi:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"CloudApi({self._credentials!r})"

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._graph.close()
