"""One WhatsApp number on Meta's Graph API.

The three ways in which a call can fail are three types, because a sender does three different
things: :class:`Rejected` (Meta said no), :class:`Unreachable` (nothing left this host: try again)
and :class:`Unanswered` (it may have been sent: never again, the status webhook will tell). There is
no idempotency key, so the client itself repeats nothing (cloud_api.md §2.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .answers import (
    Accepted,
    PhoneNumber,
    RemoteTemplate,
    TokenInfo,
    items,
    read_accepted,
    read_phone_number,
    read_template,
    read_token_info,
    text,
)
from .credentials import Credentials
from .exceptions import (
    CloudApiError,
    InvalidCredentials,
    NotPermitted,
    Rejected,
    Unanswered,
    Unreachable,
)
from .graph import Graph
from .messages import OutboundMessage
from .permit import Permit

__all__ = [
    "Accepted",
    "CloudApi",
    "CloudApiError",
    "Credentials",
    "InvalidCredentials",
    "NotPermitted",
    "PhoneNumber",
    "Rejected",
    "RemoteTemplate",
    "TokenInfo",
    "Unanswered",
    "Unreachable",
]

_INVALID_CURSOR = 131059
_PAGE_SIZE = 100
_PHONE_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,status,name_status,"
    "code_verification_status,whatsapp_business_manager_messaging_limit"
)
_TEMPLATE_FIELDS = (
    "id,name,language,status,category,correct_category,parameter_format,components,rejected_reason"
)


class CloudApi:
    """One WhatsApp number on Meta's Graph API. Holds no Odoo object: safe in any thread.

    Every method raises Rejected, Unreachable, Unanswered or InvalidCredentials, all of them
    CloudApiError. Use it as a context manager, or ``close()`` it.

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

    # -- messages

    def send(self, message: OutboundMessage, permit: Permit) -> Accepted:
        """POST /{phone_number_id}/messages (cloud_api.md §2).

        Raises Rejected (Meta said no; ``.policy`` says whether and when to retry), Unreachable
        (nothing left this host) or Unanswered (it may have been sent: never retry, wait for the
        status webhook). Raises NotPermitted without the gate's permit for this very message.
        """
        if not isinstance(permit, Permit) or permit.client_ref != message.client_ref:
            raise NotPermitted("The gate did not permit this message.")
        path = f"{self._node('phone_number_id')}/messages"
        return self._graph.call("POST", path, read_accepted, body=message.to_payload())

    def mark_read(self, wamid: str) -> None:
        """Show the patient blue ticks on ``wamid`` and on earlier messages (cloud_api.md §2.5)."""
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        path = f"{self._node('phone_number_id')}/messages"
        self._graph.call("POST", path, _read_success, body=body)

    # -- account

    def phone_number(self) -> PhoneNumber:
        """GET /{phone_number_id}: name, quality and state of the number (cloud_api.md §10)."""
        params = {"fields": _PHONE_FIELDS}
        return self._graph.call(
            "GET", self._node("phone_number_id"), read_phone_number, params=params
        )

    def inspect_token(self) -> TokenInfo:
        """GET /debug_token: ask Meta about our access token, in the name of the app (§1.3)."""
        self._credentials.need("app_id", "app_secret", "access_token")
        params = {
            "input_token": self._credentials.access_token,
            "access_token": f"{self._credentials.app_id}|{self._credentials.app_secret}",
        }
        return self._graph.call("GET", "debug_token", read_token_info, params=params, as_app=True)

    def subscribed_app_ids(self) -> frozenset[str]:
        """GET /{waba_id}/subscribed_apps: the apps that get this account's webhooks (§5.4)."""
        return self._graph.call("GET", f"{self._node('waba_id')}/subscribed_apps", _read_app_ids)

    def subscribe(self) -> None:
        """POST /{waba_id}/subscribed_apps: send the webhooks of this account to our app.

        Wipes a callback address that was set for this account alone (cloud_api.md §5.4).
        """
        self._graph.call("POST", f"{self._node('waba_id')}/subscribed_apps", _read_success)

    # -- templates

    def templates(self) -> Iterator[RemoteTemplate]:
        """Yield every template of the account once, page by page (cloud_api.md §4.1).

        A cursor that Meta no longer knows (131059) makes the listing start over, once.
        """
        seen: set[str] = set()
        try:
            yield from self._pages_of_templates(seen)
        except Rejected as rejected:
            if rejected.error.code != _INVALID_CURSOR:
                raise
            yield from self._pages_of_templates(seen)

    def create_template(
        self,
        name: str,
        language: str,
        category: str,
        components: Sequence[Mapping[str, Any]],
        *,
        parameter_format: str = "POSITIONAL",
    ) -> RemoteTemplate:
        """POST /{waba_id}/message_templates (cloud_api.md §4.2).

        Meta may choose another category than the one asked for: use that of the result.

        :param components: in Meta's own form, with examples for every variable
        :param parameter_format: "POSITIONAL" ({{1}}) or "NAMED" ({{first_name}})
        """
        body = {
            "name": name,
            "language": language,
            "category": category.upper(),
            "parameter_format": parameter_format,
            "components": list(components),
        }
        path = f"{self._node('waba_id')}/message_templates"
        return self._graph.call(
            "POST", path, lambda answer: read_template({**body, **answer}), body=body
        )

    def _pages_of_templates(self, seen: set[str]) -> Iterator[RemoteTemplate]:
        path = f"{self._node('waba_id')}/message_templates"
        params = {"fields": _TEMPLATE_FIELDS, "limit": str(_PAGE_SIZE)}
        cursors: set[str] = set()
        while True:
            page = self._graph.call("GET", path, _read_page, params=params)
            for template in page.templates:
                if template.id not in seen:
                    seen.add(template.id)
                    yield template
            if not page.templates or not page.after or page.after in cursors:
                return
            cursors.add(page.after)
            params = {**params, "after": page.after}

    def _node(self, name: str) -> str:
        self._credentials.need(name)
        return str(getattr(self._credentials, name))


@dataclass(frozen=True)
class _Page:
    templates: tuple[RemoteTemplate, ...]
    after: str


def _read_success(answer: Mapping[str, Any]) -> None:
    if answer.get("success") is not True:
        raise ValueError("no success")


def _read_app_ids(answer: Mapping[str, Any]) -> frozenset[str]:
    apps = (
        entry.get("whatsapp_business_api_data")
        for entry in items(answer.get("data"))
        if isinstance(entry, dict)
    )
    return frozenset(text(app.get("id")) for app in apps if isinstance(app, dict)) - {""}


def _read_page(answer: Mapping[str, Any]) -> _Page:
    if not isinstance(answer.get("data"), list):
        raise ValueError("no data")
    rows = [row for row in answer["data"] if isinstance(row, dict)]
    paging = answer.get("paging")
    cursors = paging.get("cursors") if isinstance(paging, dict) else None
    after = text(cursors.get("after")) if isinstance(cursors, dict) else ""
    return _Page(tuple(read_template(row) for row in rows), after)
