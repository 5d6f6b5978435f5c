"""What Meta refuses of a template because of the account it is in (cloud_api.md §4.2, §4.4).

How many there are and were created, names that exist or were deleted lately, texts that exist, samples that were never
uploaded, and how often an approved one may be edited. All moments are unix seconds.
"""

from __future__ import annotations

from typing import Any

from .errors import GraphError, bad_parameter, template_refused
from .options import Settings
from .template_rules import MEDIA_FORMATS, handle
from .template_state import Sample, Template, Waba

EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
ALREADY_EXISTS = 2388024
BEING_DELETED = 2388023
CANNOT_CHANGE = 2388039
TOO_MANY = 2388019
UNKNOWN_HANDLE = 2494102
UNKNOWN_TEMPLATE = 2593002
HOUR, MONTH = 3600, 30 * 24 * 3600
EDITS_PER_MONTH = 10
MOST_DELETED = 100

Json = dict[str, Any]


def check_room(waba: Waba, settings: Settings, at: float) -> None:
    """Raises GraphError when the account may have, or create now, no more templates."""
    waba.created_at = [moment for moment in waba.created_at if moment > at - HOUR]
    if len(waba.created_at) >= settings.template_creations_per_hour:
        raise GraphError(80007, "Too many templates were created for this account in the last hour")
    if len(waba.templates) >= settings.templates_per_account:
        raise template_refused(
            TOO_MANY,
            "Message template limit exceeded",
            f"This account has {len(waba.templates)} templates. Delete some to create new ones.",
        )


def check_name(waba: Waba, name: str, language: str, at: float) -> None:
    if (name, language) in waba.by_name:
        raise template_refused(
            ALREADY_EXISTS,
            "Content in this language already exists",
            f"There is already {language} content for this template.",
        )
    until = max(waba.deleted_names.get(key, 0.0) for key in (name, f"{name}:{language}"))
    if until > at:
        raise template_refused(
            BEING_DELETED,
            "Message template language is being deleted",
            f"New {language} content can't be added while the existing content is being deleted. Try another name.",
        )


def check_text(waba: Waba, language: str, components: list[Json], but: str = "") -> None:
    """No two templates of one language have the same body and footer; ``but`` is the id of the one being edited."""
    words = _words(components)
    for other in waba.templates.values():
        if words[0] and other.id != but and other.language == language and _words(other.components) == words:
            raise template_refused(
                ALREADY_EXISTS,
                "Content in this language already exists",
                f"The template {other.name} has the same body and footer in this language.",
            )


def check_samples(samples: dict[str, Sample], components: list[Json]) -> None:
    """Raises GraphError for the sample of a header that nobody uploaded, or that is of another kind."""
    header = next((c for c in components if str(c.get("type", "")).upper() == "HEADER"), {})
    kind = str(header.get("format", "")).upper()
    sample = samples.get(handle(header))
    kinds = {"IMAGE": "image/", "VIDEO": "video/", "DOCUMENT": "application/pdf"}
    if kind in MEDIA_FORMATS and not (sample and sample.mime_type.startswith(kinds[kind])):
        raise GraphError(
            131009,
            subcode=UNKNOWN_HANDLE,
            user_title="Invalid media handle",
            user_msg="The uploaded media handle is invalid. Upload the file again.",
        )


def check_edit(template: Template, data: Json, settings: Settings, at: float) -> None:
    """Raises GraphError when this template may not be edited now, or not in this."""
    if template.status not in EDITABLE:
        raise _cannot(f"A template that is {template.status} cannot be edited.")
    category = data.get("category", template.category)
    if template.status != "APPROVED":
        return
    if category != template.category:
        raise _cannot("The category of an approved template cannot be edited.")
    edits = template.edited_at = [moment for moment in template.edited_at if moment > at - MONTH]
    if any(moment > at - settings.template_edit_seconds for moment in edits):
        raise _cannot("An approved template can be edited once in 24 hours.")
    if len(edits) >= EDITS_PER_MONTH:
        raise _cannot("An approved template can be edited ten times in 30 days.")


def to_delete(waba: Waba, given: Json) -> list[Template]:
    """The templates that a request names: all languages of a name, one by its id, or up to a hundred ids."""
    if "hsm_ids" in given:
        return _by_ids(waba, given)
    name, only = given.get("name"), given.get("hsm_id")
    if not name:
        raise bad_parameter("The parameter name is required.")
    doomed = [t for t in waba.templates.values() if t.name == name and only in (None, t.id)]
    return _deletable(doomed, f"There is no template {name}.")


def delete(waba: Waba, doomed: list[Template], settings: Settings, at: float) -> None:
    """Removes them; the name of one that was approved stays blocked for a while."""
    until = at + settings.deleted_name_seconds
    for template in doomed:
        waba.remove_template(template)
        if template.status in ("APPROVED", "PAUSED"):
            waba.deleted_names[f"{template.name}:{template.language}"] = until
    for name in {template.name for template in doomed if template.status in ("APPROVED", "PAUSED")}:
        if not any(template.name == name for template in waba.templates.values()):
            waba.deleted_names[name] = until


def _by_ids(waba: Waba, given: Json) -> list[Template]:
    ids = given["hsm_ids"]
    ids = [part.strip(' "[]') for part in ids.split(",")] if isinstance(ids, str) else ids
    if "name" in given or "hsm_id" in given:
        raise bad_parameter("Param hsm_ids cannot be used with name or hsm_id.")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_DELETED:
        raise bad_parameter(f"Param hsm_ids has 1 to {MOST_DELETED} ids.")
    found = [waba.templates[str(i)] for i in dict.fromkeys(ids) if str(i) in waba.templates]
    return _deletable(found if len(found) == len(set(ids)) else [], "One of the templates does not exist.")


def _deletable(doomed: list[Template], otherwise: str) -> list[Template]:
    if not doomed:
        raise template_refused(UNKNOWN_TEMPLATE, "Message template not found", otherwise)
    if any(template.status == "DISABLED" for template in doomed):
        raise _cannot("A disabled template cannot be deleted.")
    return doomed


def _words(components: list[Json]) -> tuple[str, str]:
    texts = {str(c.get("type", "")).upper(): str(c.get("text") or "") for c in components}
    return texts.get("BODY", ""), texts.get("FOOTER", "")


def _cannot(why: str) -> GraphError:
    return template_refused(CANNOT_CHANGE, "The template's status cannot be changed", why)
