"""Meta's refusals: which codes exist, what they are called, and how they look on the wire.

The titles and HTTP statuses are those of Meta's error list; a caller adds the details that tell
what was wrong this time. The same error can be answered at once (``body``) or reported later in a
status webhook (``status_error``).
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

ERROR_DOCS = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"

CATALOGUE: dict[int, tuple[str, int]] = {
    0: ("AuthException", 401),
    1: ("API Unknown", 400),
    2: ("API Service", 503),
    3: ("API Method", 500),
    4: ("API Too Many Calls", 400),
    10: ("Permission Denied", 403),
    33: ("Parameter value is not valid", 400),
    100: ("Invalid parameter", 400),
    190: ("Access token has expired", 401),
    200: ("API Permission", 403),
    368: ("Temporarily blocked for policies violations", 403),
    2200: ("Callback verification failed", 400),
    2500: ("Unknown path components", 400),
    80007: ("Rate limit issues", 400),
    130403: ("User is blocked by the business", 400),
    130429: ("Rate limit hit", 400),
    130472: ("User's number is part of an experiment", 400),
    130497: ("Business account is restricted from messaging users in this country", 403),
    131000: ("Something went wrong", 500),
    131005: ("Access denied", 403),
    131008: ("Required parameter is missing", 400),
    131009: ("Parameter value is not valid", 400),
    131016: ("Service unavailable", 500),
    131021: ("Recipient cannot be sender", 400),
    131026: ("Message undeliverable", 400),
    131030: ("Recipient phone number not in allowed list", 400),
    131031: ("Account has been locked", 403),
    131037: ("Display name approval needed", 400),
    131042: ("Business eligibility payment issue", 400),
    131045: ("Incorrect certificate", 500),
    131047: ("Re-engagement message", 400),
    131048: ("Spam rate limit hit", 400),
    131049: ("Meta chose not to deliver", 400),
    131050: ("User has stopped marketing messages", 400),
    131051: ("Unsupported message type", 400),
    131052: ("Media download error", 400),
    131053: ("Media upload error", 400),
    131056: (
        "(Business Account, Consumer Account) pair rate limit hit",
        400,
    ),
    131057: ("Account in maintenance mode", 500),
    131059: ("Invalid cursor", 400),
    131060: ("This message is unavailable", 400),
    131062: ("Business-scoped user ID recipients are not supported for this message", 400),
    131064: ("Template classification violations limit", 400),
    132000: ("Number of parameters does not match the expected number of params", 400),
    132001: ("Template name does not exist in the translation", 404),
    132005: ("Translated text too long", 400),
    132007: ("Template format character policy violated", 400),
    132012: ("Parameter format does not match format in the created template", 400),
    132015: ("Template is paused", 400),
    132016: ("Template is disabled", 400),
    132018: ("There was an issue with the parameters in your template", 400),
    132068: ("Flow is blocked", 400),
    132069: ("Flow is throttled", 400),
    133004: ("Server temporarily unavailable", 503),
    133005: ("Two step verification PIN Mismatch", 400),
    133010: ("Phone number not registered", 400),
    133016: ("Register/Deregister rate limit exceeded", 400),
    135000: ("Generic user error", 400),
    137000: ("Identity key hash mismatch", 400),
    139100: ("Failed to block or unblock some users", 400),
}
TRANSIENT = frozenset({2, 131016, 131057, 133004})


def trace_id() -> str:
    """The id under which Meta's support finds a request."""
    return "A" + secrets.token_urlsafe(17)[:22]


@dataclass(eq=False)
class GraphError(Exception):
    """A refusal. ``details`` is the sentence for this case; the rest overrides what the catalogue
    says.
    """

    code: int
    details: str = ""
    subcode: int | None = None
    user_title: str = ""
    user_msg: str = ""
    message: str = ""
    http_status: int = 0
    kind: str = "OAuthException"
    regain_minutes: int = 0

    @property
    def title(self) -> str:
        return CATALOGUE.get(self.code, ("Simulated error", 400))[0]

    @property
    def status(self) -> int:
        return self.http_status or CATALOGUE.get(self.code, ("", 400))[1]

    def headers(self) -> dict[str, str]:
        """How long to wait, where Meta tells it (cloud_api.md §6.1)."""
        if not self.regain_minutes:
            return {}
        usage = {"type": "messaging", "call_count": 100, "estimated_time_to_regain_access": self.regain_minutes}
        return {"X-Business-Use-Case-Usage": json.dumps({"100000000000000": [usage]})}

    def body(self) -> dict[str, Any]:
        """The JSON answer to the request (cloud_api.md §2.1)."""
        error: dict[str, Any] = {
            "message": self.message or f"(#{self.code}) {self.title}",
            "type": self.kind,
            "code": self.code,
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        error["is_transient"] = self.code in TRANSIENT
        if self.user_msg:
            error["error_user_title"] = self.user_title or self.title
            error["error_user_msg"] = self.user_msg
        error["fbtrace_id"] = trace_id()
        return {"error": error}

    def status_error(self) -> dict[str, Any]:
        """The entry of ``statuses[].errors`` when Meta accepts first and refuses afterwards."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details or self.title},
            "href": ERROR_DOCS,
        }


@dataclass(eq=False)
class ErrorPage(Exception):
    """An answer that is no JSON at all: what a broken gateway sends."""

    http_status: int


def bad_parameter(details: str) -> GraphError:
    """Code 100 the way Graph words it: the sentence is in the message itself."""
    return GraphError(100, message=f"(#100) {details}")


def callback_refused(detail: str) -> GraphError:
    message = f"(#2200) Callback verification failed with the following errors: {detail}"
    return GraphError(2200, message=message)


def unknown_object(node: str, method: str) -> GraphError:
    return GraphError(
        100,
        subcode=33,
        kind="GraphMethodException",
        message=(
            f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist, cannot "
            "be loaded due to missing permissions, or does not support this operation. Please read "
            "the Graph API documentation at https://developers.facebook.com/docs/graph-api"
        ),
    )


def template_refused(subcode: int | None, title: str, message: str) -> GraphError:
    """A template Meta does not take: the reason is in the user message (cloud_api.md §6.3)."""
    return GraphError(
        100, subcode=subcode, user_title=title, user_msg=message, message="Invalid parameter"
    )
