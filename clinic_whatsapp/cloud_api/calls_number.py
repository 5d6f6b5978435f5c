"""The client's calls about the number itself (cloud_api.md §10)."""

from __future__ import annotations

import re
from typing import Any

from .answers import PhoneNumber, read_phone_number
from .answers_account import BusinessProfile, Health, read_health, read_profile
from .limits import require_value
from .part import Part, read_success
from .terms import _

MAX_CALLBACK_LENGTH = 200
_PHONE_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,status,name_status,new_name_status,"
    "code_verification_status,throughput,whatsapp_business_manager_messaging_limit,"
    "webhook_configuration,platform_type,account_mode"
)
_PROFILE_FIELDS = "about,address,description,email,profile_picture_url,websites,vertical"


class NumberCalls(Part):
    """State, health, registration, webhook address and profile of the number."""

    def phone_number(self) -> PhoneNumber:
        """GET /{phone_number_id}: name, quality and state of the number (cloud_api.md §10)."""
        params = {"fields": _PHONE_FIELDS}
        return self._graph.call("GET", self._number(), read_phone_number, params=params)

    def health(self) -> Health:
        """GET /{phone_number_id}?fields=health_status: what keeps the number from sending.

        Names the account and the app of the number, too (cloud_api.md §1.2).
        """
        params = {"fields": "health_status"}
        return self._graph.call("GET", self._number(), read_health, params=params)

    def register(self, pin: str) -> None:
        """POST /{phone_number_id}/register: switch the number on.

        :param pin: six digits; the one that was set before, if there is one
        """
        require_value(re.fullmatch(r"[0-9]{6}", pin), _("The PIN has six digits."))
        body = {"messaging_product": "whatsapp", "pin": pin}
        self._graph.call("POST", f"{self._number()}/register", read_success, body=body)

    def set_webhook_override(self, url: str, verify_token: str) -> None:
        """POST /{phone_number_id}: deliver the messages of this number to ``url``.

        Comes before the address of account and app, for messages only (cloud_api.md §5.4). Meta
        calls the address while it answers.
        """
        require_value(
            url.startswith("https://") or self._credentials.api_url.startswith("http://"),
            _("The address of the webhook must begin with https://."),
        )
        require_value(
            len(url) <= MAX_CALLBACK_LENGTH,
            _("The address of the webhook may have 200 characters at most."),
        )
        self._override({"override_callback_uri": url, "verify_token": verify_token})

    def clear_webhook_override(self) -> None:
        """POST /{phone_number_id}: deliver where the account or the app says."""
        self._override({"override_callback_uri": ""})

    def profile(self) -> BusinessProfile:
        """GET /{phone_number_id}/whatsapp_business_profile: what patients see about us."""
        params = {"fields": _PROFILE_FIELDS}
        return self._graph.call("GET", self._profile(), read_profile, params=params)

    def update_profile(self, profile: BusinessProfile) -> None:
        """POST /{phone_number_id}/whatsapp_business_profile: replace it, but not the picture.

        Raises InvalidValue when a text breaks a limit of Meta. A profile cannot be without "about"
        and "vertical": left empty, they stay as they are.
        """
        profile.check()
        body = {"messaging_product": "whatsapp", **profile.to_payload()}
        self._graph.call("POST", self._profile(), read_success, body=body)

    def _override(self, configuration: dict[str, Any]) -> None:
        body = {"webhook_configuration": configuration}
        self._graph.call("POST", self._number(), read_success, body=body)

    def _profile(self) -> str:
        return f"{self._number()}/whatsapp_business_profile"

    def _number(self) -> str:
        return self._node("phone_number_id")
