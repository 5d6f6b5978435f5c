"""Set-up from JSON: business numbers, templates and phones, checked before anything is stored.

A start file (``--seed``) holds the three together: ``{"numbers": [{"phone_number_id": ...}],
"templates": {"<waba id>": [...]}, "phones": [{"wa_id": ..., "name": ...}]}``. Numbers are set on
every start, so that a changed address counts; templates and phones only where they do not exist
yet, so that a restart does not undo what happened since.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from .context import Context
from .options import BadOption
from .state import Number, Phone, World
from .storage import plain
from .template_state import Template
from .templates import Templates

SECRETS = ("app_secret", "access_token", "verify_token", "pin")
OWN_FIELDS = ("override_url", "registered_at", "service_month", "service_sent")
TEMPLATE_OWN = (
    "review_at",
    "updated_at",
    "edited_at",
    "pauses",
    "pause_title",
    "paused_until",
    "paced_at",
    "category_at",
)
SECTIONS = ("numbers", "templates", "phones")
KINDS: dict[str, type] = {"str": str, "int": int, "bool": bool, "list[str]": list, "dict[str, Any]": dict}

Json = dict[str, Any]


def put_number(context: Context, phone_number_id: str, data: Json) -> Number:
    """Stores what is given over what was known; a new number needs all that has no default."""
    known = {f.name: f for f in fields(Number) if f.name not in OWN_FIELDS}
    for name in data:
        if name not in known or name == "phone_number_id":
            raise BadOption(f"A number has no field {name!r}. Known: {', '.join(sorted(known))}.")
    for name, value in data.items():
        _check_kind(name, value, str(known[name].type))
    number = context.world.numbers.get(phone_number_id)
    if number is None:
        _check_complete(data)
        number = context.world.numbers[phone_number_id] = Number(phone_number_id, **data)
    else:
        for name, value in data.items():
            setattr(number, name, value)
    context.world.waba(number.waba_id)
    context.touch()
    return number


def _check_complete(data: Json) -> None:
    for field in fields(Number):
        needed = field.default is MISSING and field.default_factory is MISSING
        if needed and field.name != "phone_number_id" and not data.get(field.name):
            raise BadOption(f"A new number needs {field.name}.")


def _check_kind(name: str, value: Any, kind: str) -> None:
    wrong = not isinstance(value, KINDS[kind])
    if wrong or (kind == "int" and isinstance(value, bool)):
        raise BadOption(f"{name} must be of type {kind}, not {value!r}.")


def check_template(values: Any) -> Json:
    """A template for set-up: the names are checked, Meta's rules are not."""
    if not isinstance(values, dict):
        raise BadOption("A template is an object with name, language, category and components.")
    known = {f.name for f in fields(Template)} - {*TEMPLATE_OWN}
    for name in values:
        if name not in known:
            raise BadOption(f"A template has no {name!r}. Known: {', '.join(sorted(known))}.")
    for name in ("name", "language", "category"):
        if not isinstance(values.get(name), str) or not values[name]:
            raise BadOption(f"A template needs {name}.")
    if not isinstance(values.get("components"), list):
        raise BadOption("A template needs components, an array.")
    return values


def shown_template(template: Template) -> Json:
    """A template as the set-up API tells of it and takes it."""
    return {name: value for name, value in plain(template).items() if name not in TEMPLATE_OWN}


def masked(number: Number) -> Json:
    return {k: "•••" if k in SECRETS and v else v for k, v in plain(number).items()}


def put_profile(world: World, phone: Phone, data: Json) -> None:
    """Changes what is given of a phone's profile: its name, its switches."""
    known = {f.name: f for f in fields(Phone) if f.name not in ("wa_id", "user_id")}
    for name, value in data.items():
        if name not in known:
            raise BadOption(f"A phone has no {name!r}. Known: {', '.join(sorted(known))}.")
        _check_kind(name, value, str(known[name].type))
    world.by_reported.pop(phone.reported_as, None)
    for name, value in data.items():
        setattr(phone, name, value)
    world.add_phone(phone)


def apply_seed(context: Context, templates: Templates, data: Json) -> None:
    for section in data:
        if section not in SECTIONS:
            raise BadOption(f"A start file has {', '.join(SECTIONS)}, not {section!r}.")
    for values in data.get("numbers", []):
        rest = {key: value for key, value in values.items() if key != "phone_number_id"}
        put_number(context, str(values.get("phone_number_id", "")), rest)
    for waba_id, wanted in data.get("templates", {}).items():
        _seed_templates(context, templates, str(waba_id), wanted)
    for values in data.get("phones", []):
        wa_id = str(values.get("wa_id", ""))
        if wa_id not in context.world.phones:
            rest = {key: value for key, value in values.items() if key != "wa_id"}
            put_profile(context.world, context.world.phone(wa_id), rest)
    context.touch()


def _seed_templates(context: Context, templates: Templates, waba_id: str, wanted: Any) -> None:
    waba = context.world.waba(waba_id)
    for values in map(check_template, wanted):
        if (values["name"], values["language"]) not in waba.by_name:
            templates.put(waba, values)
