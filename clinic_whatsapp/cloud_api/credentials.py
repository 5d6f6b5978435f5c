"""What it takes to act for one WhatsApp number."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from .exceptions import InvalidCredentials


@dataclass(frozen=True)
class Credentials:
    """What it takes to act for one number. The repr shows no secret.

    ``api_url`` is the address without version ("https://graph.facebook.com"), ``api_version`` like
    "v26.0". What a call does not need may be empty.
    """

    phone_number_id: str
    waba_id: str
    app_id: str
    access_token: str = field(repr=False)
    app_secret: str = field(repr=False)
    api_url: str = "https://graph.facebook.com"
    api_version: str = "v26.0"

    def __post_init__(self) -> None:
        for name in ("phone_number_id", "waba_id", "app_id"):
            if not re.fullmatch(r"[0-9A-Za-z_-]*", getattr(self, name)):
                raise InvalidCredentials(f"{name} must be a number as Meta shows it.")
        for name in ("access_token", "app_secret"):
            if not re.fullmatch(r"[!-~]*", getattr(self, name)):
                raise InvalidCredentials(f"{name} must have no spaces and no special letters.")
        if not re.fullmatch(r"https?://[^\s?#@]+", self.api_url):
            raise InvalidCredentials("api_url must begin with https:// and hold no password.")
        if not re.fullmatch(r"v[0-9]+\.[0-9]+", self.api_version):
            raise InvalidCredentials("api_version must be written like v26.0.")

    @property
    def appsecret_proof(self) -> str:
        """Proof that the caller of the token knows the app's secret (cloud_api.md §1.3)."""
        key, token = self.app_secret.encode(), self.access_token.encode()
        return hmac.new(key, token, hashlib.sha256).hexdigest()

    def need(self, *names: str) -> None:
        """Raise InvalidCredentials unless all of these are given."""
        missing = [name for name in names if not getattr(self, name)]
        if missing:
            raise InvalidCredentials("Missing in the account: " + ", ".join(missing))
