"""What the Graph API answers about app, number and profile, as types.

``read_*`` raise ``ValueError`` on an unusable answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .answers import items, text
from .limits import require_value
from .terms import _

_OBJECT = "whatsapp_business_account"


@dataclass(frozen=True)
class AppSubscription:
    """Where the webhooks of the app go, and which fields of them."""

    callback_url: str
    active: bool
    fields: frozenset[str]


@dataclass(frozen=True)
class HealthError:
    """Why something cannot send, in Meta's words."""

    code: int
    description: str = ""
    solution: str = ""


@dataclass(frozen=True)
class HealthEntity:
    """One of the things that must be well before a number can send.

    :param type: "PHONE_NUMBER", "WABA", "BUSINESS", "APP", "MESSAGE_TEMPLATE"
    :param can_send: "AVAILABLE", "LIMITED", "BLOCKED"
    :param info: further sentences of Meta's
    """

    type: str
    id: str
    can_send: str
    errors: tuple[HealthError, ...] = ()
    info: tuple[str, ...] = ()


@dataclass(frozen=True)
class Health:
    """Whether the number can send, and what else that depends on."""

    can_send: str
    entities: tuple[HealthEntity, ...] = ()

    @property
    def waba_id(self) -> str:
        """The ID of the business account that owns the number, "" when Meta does not tell."""
        return self._id_of("WABA")

    @property
    def app_id(self) -> str:
        """The ID of the app whose token asked, "" when Meta does not tell."""
        return self._id_of("APP")

    def _id_of(self, kind: str) -> str:
        return next((entity.id for entity in self.entities if entity.type == kind), "")


@dataclass(frozen=True)
class BusinessProfile:
    """What patients see about the business; ``vertical`` is "HEALTH" for a clinic.

    ``picture_url`` is read only, and valid for a while.
    """

    about: str = ""
    address: str = ""
    description: str = ""
    email: str = ""
    websites: tuple[str, ...] = ()
    vertical: str = ""
    picture_url: str = field(default="", repr=False)

    def check(self) -> None:
        """Raise InvalidValue that names the limit when Meta would not take it."""
        for limit, kept in self._limits():
            require_value(kept, limit)

    def to_payload(self) -> dict[str, Any]:
        never_empty = {"about": self.about, "vertical": self.vertical}
        return {
            **{name: value for name, value in never_empty.items() if value},
            "address": self.address,
            "description": self.description,
            "email": self.email,
            "websites": list(self.websites),
        }

    def _limits(self) -> Iterator[tuple[str, bool]]:
        yield _("“About” may have 139 characters at most."), len(self.about) <= 139
        yield _("The address may have 256 characters at most."), len(self.address) <= 256
        yield _("The description may have 512 characters at most."), len(self.description) <= 512
        yield _("The e-mail address may have 128 characters at most."), len(self.email) <= 128
        yield _("A profile may have two websites at most."), len(self.websites) <= 2
        yield (
            _("The address of a website may have 256 characters at most."),
            all(len(website) <= 256 for website in self.websites),
        )
        yield (
            _("The address of a website must begin with http:// or https://."),
            all(website.startswith(("http://", "https://")) for website in self.websites),
        )


def read_app_subscription(answer: Mapping[str, Any]) -> AppSubscription | None:
    """Read ``GET /{app_id}/subscriptions`` (cloud_api.md §5.4)."""
    if not isinstance(answer.get("data"), list):
        raise ValueError("no data")
    found = [row for row in _objects(answer["data"]) if row.get("object") == _OBJECT]
    if not found:
        return None
    fields = (
        text(entry.get("name")) if isinstance(entry, dict) else text(entry)
        for entry in items(found[0].get("fields"))
    )
    return AppSubscription(
        callback_url=text(found[0].get("callback_url")),
        active=found[0].get("active") is not False,
        fields=frozenset(fields) - {""},
    )


def read_health(answer: Mapping[str, Any]) -> Health:
    """Read ``health_status`` (cloud_api.md §10)."""
    status = answer.get("health_status")
    if not isinstance(status, dict):
        raise ValueError("no health status")
    entities = tuple(_read_entity(entity) for entity in _objects(status.get("entities")))
    return Health(text(status.get("can_send_message")).upper(), entities)


def read_profile(answer: Mapping[str, Any]) -> BusinessProfile:
    """Read ``GET /{phone_number_id}/whatsapp_business_profile`` (cloud_api.md §10)."""
    if not isinstance(answer.get("data"), list):
        raise ValueError("no data")
    profile = next(_objects(answer["data"]), {})
    names = ("about", "address", "description", "email", "vertical")
    return BusinessProfile(
        websites=tuple(filter(None, map(text, items(profile.get("websites"))))),
        picture_url=text(profile.get("profile_picture_url")),
        **{name: text(profile.get(name)) for name in names},
    )


def _read_entity(entity: Mapping[str, Any]) -> HealthEntity:
    return HealthEntity(
        type=text(entity.get("entity_type")).upper(),
        id=text(entity.get("id")),
        can_send=text(entity.get("can_send_message")).upper(),
        errors=tuple(_read_error(error) for error in _objects(entity.get("errors"))),
        info=tuple(filter(None, map(text, items(entity.get("additional_info"))))),
    )


def _read_error(error: Mapping[str, Any]) -> HealthError:
    code = text(error.get("error_code"))
    return HealthError(
        code=int(code) if code.isascii() and code.isdigit() else 0,
        description=text(error.get("error_description")),
        solution=text(error.get("possible_solution")),
    )


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    return (item for item in items(value) if isinstance(item, dict))
