"""Webhooks about templates (cloud_api.md §5.8): ids are integers here, strings in the REST API, and languages are
written en-US.
"""

from __future__ import annotations

from typing import Any

from .state import now
from .template_state import Template

Json = dict[str, Any]
OTHER_INFO = {
    "FIRST_PAUSE": "Your WhatsApp message template has been paused for 3 hours.",
    "SECOND_PAUSE": "Your WhatsApp message template has been paused for 6 hours.",
    "RATE_LIMITING_PAUSE": "Your WhatsApp message template has been paused by template pacing.",
    "UNPAUSE": "Your WhatsApp message template has been unpaused.",
    "DISABLED": "Your WhatsApp message template has been disabled.",
}


def identity(template: Template) -> Json:
    return {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language.replace("_", "-"),
    }


def changes(before: Json, template: Template, at: float) -> list[tuple[str, Json]]:
    """Field and value of every webhook that tells how a template changed. ``before`` are its former facts."""
    told: list[tuple[str, Json]] = []
    if before["status"] != template.status:
        told.append(("message_template_status_update", _status(template, before["status"])))
    if before["quality"] != template.quality:
        scores = {"previous_quality_score": before["quality"], "new_quality_score": template.quality}
        told.append(("message_template_quality_update", {**scores, **identity(template)}))
    if before["category"] != template.category:
        category = {"previous_category": before["category"], "new_category": template.category}
        told.append(("template_category_update", {**identity(template), **category}))
    elif template.correct_category and before["correct_category"] != template.correct_category:
        coming = {"new_category": template.category, "correct_category": template.correct_category}
        when = {"category_update_timestamp": int(at) + 24 * 3600}
        told.append(("template_category_update", {**identity(template), **coming, **when}))
    if before["components"] != template.components:
        told.append(("message_template_components_update", {**identity(template), **_components(template)}))
    return told


def _status(template: Template, was: str) -> Json:
    """The outcome of a review, or a pause."""
    value: Json = {
        "event": template.status,
        **identity(template),
        "message_template_category": template.category,
        "reason": template.rejected_reason,
    }
    title = _title(template, was)
    if title:
        value["other_info"] = {"title": title, "description": OTHER_INFO[title]}
    if template.status == "DISABLED":
        value["disable_info"] = {"disable_date": int(now())}
    if template.status == "REJECTED":
        value["rejection_info"] = {
            "reason": "The simulator was told to reject new templates.",
            "recommendation": "Set the review to approve and submit the template again.",
        }
    return value


def _title(template: Template, was: str) -> str:
    """Which pause it is; set-up may put a template into a status without one."""
    if template.status == "PAUSED":
        return template.pause_title or "FIRST_PAUSE"
    if template.status == "DISABLED":
        return "DISABLED"
    return "UNPAUSE" if was == "PAUSED" and template.status == "APPROVED" else ""


def _components(template: Template) -> Json:
    parts = {
        "message_template_element": (template.component("BODY") or {}).get("text"),
        "message_template_title": (template.component("HEADER") or {}).get("text"),
        "message_template_footer": (template.component("FOOTER") or {}).get("text"),
    }
    shown: Json = {key: value for key, value in parts.items() if value}
    buttons = (template.component("BUTTONS") or {}).get("buttons", [])
    if buttons:
        shown["message_template_buttons"] = [_button(button) for button in buttons]
    return shown


def _button(button: Json) -> Json:
    return {
        "message_template_button_type": button.get("type"),
        "message_template_button_text": button.get("text", ""),
    }
