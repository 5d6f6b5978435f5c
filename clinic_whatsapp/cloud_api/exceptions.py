"""What can happen to a call of the Graph API, as types.

The texts name what happened and never hold a token, a phone number or the text of a message. None
of these has the library's exception as its cause: that one would show the address with its tokens.
"""

from __future__ import annotations

from .errors import ApiError, Policy
from .terms import _

UNREACHABLE_REASONS: dict[str, str] = {
    "name": _("The name of the API server could not be found. Check the API address and the DNS."),
    "refused": _("The API server refused the connection. Check the API address and the firewall."),
    "timeout": _("The API server did not answer in time. Check the network and the firewall."),
    "tls": _("No secure connection to the API server. Check its certificate and the clock."),
    "proxy": _("The network proxy did not let the request through. Check the proxy settings."),
    "address": _("The API address is not valid. It must begin with https://."),
    "network": _("The connection to the API server broke. Check the network."),
}


class CloudApiError(Exception):
    """Base of all that a call can raise."""


class NotPermitted(CloudApiError):
    """``send`` was called without the gate's permit for this very message."""


class InvalidCredentials(CloudApiError, ValueError):
    """The account settings are incomplete or cannot be right; nothing was called."""


class UnsafeAddress(CloudApiError):
    """A file was to be fetched from an address that is not Meta's; nobody was called.

    Also when Meta's server points somewhere else: our token goes to no other host.
    """


class TooLarge(CloudApiError):
    """A file is larger than we take; it was not, or not wholly, fetched."""


class Rejected(CloudApiError):
    """Meta said no: the message was not sent. ``error`` says why, ``policy`` what to do."""

    def __init__(self, error: ApiError) -> None:
        trace = f", trace {error.fbtrace_id}" if error.fbtrace_id else ""
        subcode = f"/{error.subcode}" if error.subcode is not None else ""
        super().__init__(f"Meta error {error.code}{subcode} (HTTP {error.http_status}{trace})")
        self.error = error

    @property
    def policy(self) -> Policy:
        """What a sender does now."""
        return self.error.meaning.policy


class Unreachable(CloudApiError):
    """Nothing of the request left this host: it is safe to try again.

    ``reason`` is a key of ``UNREACHABLE_REASONS``; ``advice`` its text, an English term.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"Nothing was sent: {reason}")
        self.reason = reason

    @property
    def advice(self) -> str:
        """What happened and what to check, for the administrator."""
        return UNREACHABLE_REASONS[self.reason]


class Unanswered(CloudApiError):
    """The request may have arrived: never repeat a send, wait for the status webhook.

    ``http_status`` is ``None`` when there was no answer at all, else that of an answer which is
    not Meta's or cannot be read.
    """

    def __init__(self, reason: str, http_status: int | None = None) -> None:
        status = "" if http_status is None else f" (HTTP {http_status})"
        super().__init__(f"It may have been sent: {reason}{status}")
        self.reason = reason
        self.http_status = http_status
