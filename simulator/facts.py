"""What the Graph API tells of a number or an account, and whether it may send (cloud_api.md §10).

``health`` of a number overrides single entities: ``{"WABA": {"can_send_message": "BLOCKED", "errors":
[{"error_code": …}]}}``.
"""

from __future__ import annotations

from .params import Json
from .state import Number
from .template_state import Waba

BUSINESS_ID = "100000000000000"
ORDER = ("AVAILABLE", "LIMITED", "BLOCKED")


def number_facts(number: Number, waba: Waba) -> Json:
    level = number.throughput_level or ("STANDARD" if number.throughput <= 80 else "HIGH")
    return {
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "quality_rating": number.quality,
        "status": number.status,
        "name_status": number.name_status,
        "new_name_status": number.new_name_status,
        "code_verification_status": "VERIFIED",
        "throughput": {"level": level},
        "whatsapp_business_manager_messaging_limit": number.messaging_limit,
        "is_official_business_account": False,
        "is_pin_enabled": bool(number.pin),
        "platform_type": "CLOUD_API",
        "account_mode": "LIVE",
        "webhook_configuration": webhooks_of(number, waba),
        "health_status": health_status(number),
    }


def webhooks_of(number: Number, waba: Waba) -> Json:
    shown = {"application": number.webhook_url}
    if waba.override_url:
        shown["whatsapp_business_account"] = waba.override_url
    if number.override_url:
        shown["phone_number"] = number.override_url
    return shown


def waba_facts(waba: Waba, numbers: list[Number]) -> Json:
    return {
        "id": waba.id,
        "name": "Simulated clinic",
        "currency": "TRY",
        "timezone_id": "130",
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
        "country": "TR",
        "message_template_namespace": f"ns_{waba.id}",
        "health_status": health_status(numbers[0], ("WABA", "BUSINESS", "APP")) if numbers else {},
    }


def health_status(number: Number, kinds: tuple[str, ...] = ("PHONE_NUMBER", "WABA", "BUSINESS", "APP")) -> Json:
    ids = {
        "PHONE_NUMBER": number.phone_number_id,
        "WABA": number.waba_id,
        "BUSINESS": BUSINESS_ID,
        "APP": number.app_id,
    }
    entities = [{"entity_type": kind, "id": ids[kind], **_health(number, kind)} for kind in kinds]
    worst = max((entity["can_send_message"] for entity in entities), key=ORDER.index)
    return {"can_send_message": worst, "entities": entities}


def _health(number: Number, kind: str) -> Json:
    told = number.health.get(kind)
    if isinstance(told, dict) and told.get("can_send_message") in ORDER:
        return told
    if kind == "PHONE_NUMBER" and number.status != "CONNECTED":
        return {"can_send_message": "BLOCKED", "errors": [_not_registered(number)]}
    return {"can_send_message": "AVAILABLE"}


def _not_registered(number: Number) -> Json:
    return {
        "error_code": 141000,
        "error_description": f"The phone number is {number.status}.",
        "possible_solution": "Register the phone number.",
    }
