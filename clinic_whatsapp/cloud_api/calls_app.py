"""The client's calls about token, app and business account (cloud_api.md §1.3, §5.4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .answers import TokenInfo, items, read_token_info, text
from .answers_account import AppSubscription, read_app_subscription
from .part import Part, read_success

_OBJECT = "whatsapp_business_account"


class AppCalls(Part):
    """What the token may do, and where Meta delivers."""

    def inspect_token(self) -> TokenInfo:
        """GET /debug_token: ask Meta about our access token, in the name of the app (§1.3)."""
        self._credentials.need("app_id", "app_secret", "access_token")
        params = {
            "input_token": self._credentials.access_token,
            "access_token": self._app_token(),
        }
        return self._graph.call("GET", "debug_token", read_token_info, params=params, as_app=True)

    def subscribed_app_ids(self) -> frozenset[str]:
        """GET /{waba_id}/subscribed_apps: the apps that get this account's webhooks (§5.4)."""
        return self._graph.call("GET", self._subscribed_apps(), _read_app_ids)

    def subscribe(self) -> None:
        """POST /{waba_id}/subscribed_apps: send the webhooks of this account to our app.

        Wipes a callback address that was set for this account alone (cloud_api.md §5.4).
        """
        self._graph.call("POST", self._subscribed_apps(), read_success)

    def app_subscription(self) -> AppSubscription | None:
        """GET /{app_id}/subscriptions: where the app's webhooks go; ``None`` when nowhere.

        In the name of the app: needs its secret.
        """
        params = {"access_token": self._app_token()}
        return self._graph.call(
            "GET", self._subscriptions(), read_app_subscription, params=params, as_app=True
        )

    def subscribe_app(
        self, callback_url: str, verify_token: str, fields: Collection[str]
    ) -> None:
        """POST /{app_id}/subscriptions: let Meta deliver these fields of all accounts there.

        Meta calls the address while it answers. It replaces the app's former address.

        :param fields: names of webhook fields ("messages", …)
        """
        params = {"access_token": self._app_token()}
        body = {
            "object": _OBJECT,
            "callback_url": callback_url,
            "verify_token": verify_token,
            "fields": ",".join(fields),
        }
        self._graph.call(
            "POST", self._subscriptions(), read_success, params=params, body=body, as_app=True
        )

    def _subscribed_apps(self) -> str:
        return f"{self._node('waba_id')}/subscribed_apps"

    def _subscriptions(self) -> str:
        return f"{self._node('app_id')}/subscriptions"


def _read_app_ids(answer: Mapping[str, Any]) -> frozenset[str]:
    apps = (
        entry.get("whatsapp_business_api_data")
        for entry in items(answer.get("data"))
        if isinstance(entry, dict)
    )
    return frozenset(text(app.get("id")) for app in apps if isinstance(app, dict)) - {""}
