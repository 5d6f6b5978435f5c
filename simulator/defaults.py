"""The number that tests register when they name no other."""

from __future__ import annotations

from typing import Any

DEFAULT_NUMBER: dict[str, Any] = {
    "waba_id": "200300400500600",
    "display_phone_number": "+90 555 000 00 01",
    "verified_name": "Papatya Klinik",
    "app_id": "300400500600700",
    "app_secret": "test_app_secret",
    "access_token": "EAATESTTOKEN",
    "verify_token": "test_verify_token",
}
DEFAULT_NUMBER_ID = "100200300400500"
