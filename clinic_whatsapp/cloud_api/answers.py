"""What the Graph API answers, as types. ``read_*`` raise ``ValueError`` on an unusable answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .errors import ApiError
from .media_rules import hex_digest


@dataclass(frozen=True)
class Accepted:
    """Meta took the message. Whether it arrives, only the status webhooks say.

    ``message_status`` comes with templates: "accepted", "held_for_quality_assessment", "paused".
    """

    wamid: str
    wa_id: str | None = field(default=None, repr=False)
    user_id: str | None = field(default=None, repr=False)
    message_status: str | None = None


@dataclass(frozen=True)
class PhoneNumber:
    """The business number. ``status`` must be "CONNECTED" for it to send.

    :param messaging_limit: "TIER_2K", …; belongs to the whole business portfolio
    :param throughput: "STANDARD" (80 messages a second), "HIGH" (1,000), "NOT_APPLICABLE"
    :param number_callback: where Meta delivers the messages of this number, before the others
    :param waba_callback: the same for the whole account
    :param app_callback: the same for the app; where all else is delivered, too
    """

    id: str
    display_phone_number: str = field(default="", repr=False)
    verified_name: str = ""
    quality_rating: str = ""
    status: str = ""
    name_status: str = ""
    code_verification_status: str = ""
    messaging_limit: str = ""
    new_name_status: str = ""
    throughput: str = ""
    platform_type: str = ""
    account_mode: str = ""
    number_callback: str = field(default="", repr=False)
    waba_callback: str = field(default="", repr=False)
    app_callback: str = field(default="", repr=False)

    @property
    def callback(self) -> str:
        """Where Meta delivers the messages of this number (cloud_api.md §5.4)."""
        return self.number_callback or self.waba_callback or self.app_callback


@dataclass(frozen=True)
class TokenInfo:
    """What Meta knows of an access token. ``expires_at`` is UTC, ``None`` for never."""

    is_valid: bool
    expires_at: datetime | None
    scopes: frozenset[str]
    app_id: str
    error: ApiError | None = None


@dataclass(frozen=True)
class RemoteTemplate:
    """A template as Meta has it; natural key is name and language within the account.

    ``status`` and ``category`` in Meta's capitals; unknown values are passed on as they are.
    ``correct_category`` differs from ``category`` when Meta is about to change it.

    :param quality: "GREEN", "YELLOW", "RED", "UNKNOWN"; "" when Meta does not tell
    :param previous_category: before Meta changed it; ``None`` when it never did
    :param sub_category: "CUSTOM", "ORDER_DETAILS", …; "" when Meta does not tell
    :param ttl_seconds: how long Meta tries to deliver; -1 for 30 days, ``None`` for Meta's default
    :param updated_at: UTC; ``None`` when Meta does not tell
    """

    id: str
    name: str
    language: str
    status: str
    category: str
    components: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    rejected_reason: str | None = None
    parameter_format: str = "POSITIONAL"
    correct_category: str | None = None
    quality: str = ""
    previous_category: str | None = None
    sub_category: str = ""
    ttl_seconds: int | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class RemoteMedia:
    """A file at Meta. ``url`` is good for five minutes and wants our token.

    :param sha256: of the file, in hexadecimal; "" when Meta does not tell
    :param size: in bytes; ``None`` when Meta does not tell
    """

    id: str
    url: str = field(repr=False)
    mime_type: str = ""
    sha256: str = ""
    size: int | None = None


def read_accepted(answer: Mapping[str, Any]) -> Accepted:
    """Read the answer to a sent message (cloud_api.md §2.1); only the message id is certain."""
    message = _first(answer.get("messages"))
    contact = _first(answer.get("contacts"))
    wamid = text(message.get("id"))
    if not wamid:
        raise ValueError("no message id")
    return Accepted(
        wamid=wamid,
        wa_id=text(contact.get("wa_id")) or None,
        user_id=text(contact.get("user_id")) or None,
        message_status=text(message.get("message_status")) or None,
    )


def read_phone_number(answer: Mapping[str, Any]) -> PhoneNumber:
    """Read ``GET /{phone_number_id}`` (cloud_api.md §10)."""
    number_id = text(answer.get("id"))
    if not number_id:
        raise ValueError("no phone number id")
    names = (
        "display_phone_number",
        "verified_name",
        "quality_rating",
        "status",
        "name_status",
        "code_verification_status",
        "new_name_status",
        "platform_type",
        "account_mode",
    )
    webhooks = _object(answer.get("webhook_configuration"))
    return PhoneNumber(
        id=number_id,
        messaging_limit=text(answer.get("whatsapp_business_manager_messaging_limit")),
        throughput=text(_object(answer.get("throughput")).get("level")),
        number_callback=text(webhooks.get("phone_number")),
        waba_callback=text(webhooks.get("whatsapp_business_account")),
        app_callback=text(webhooks.get("application")),
        **{name: text(answer.get(name)) for name in names},
    )


def read_token_info(answer: Mapping[str, Any]) -> TokenInfo:
    """Read ``GET /debug_token`` (cloud_api.md §1.3)."""
    data = answer.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("is_valid"), bool):
        raise ValueError("no token data")
    error = data.get("error")
    return TokenInfo(
        is_valid=data["is_valid"],
        expires_at=_moment(data.get("expires_at")),
        scopes=frozenset(scope for scope in items(data.get("scopes")) if isinstance(scope, str)),
        app_id=text(data.get("app_id")),
        error=ApiError.from_dict(error) if isinstance(error, dict) else None,
    )


def read_template(answer: Mapping[str, Any]) -> RemoteTemplate:
    """Read one template (cloud_api.md §4.1); its language in REST spelling ("en_US")."""
    template_id = text(answer.get("id"))
    if not template_id:
        raise ValueError("no template id")
    reason = text(answer.get("rejected_reason"))
    return RemoteTemplate(
        id=template_id,
        name=text(answer.get("name")),
        language=text(answer.get("language")).replace("-", "_"),
        status=text(answer.get("status")).upper(),
        category=text(answer.get("category")).upper(),
        components=tuple(
            part for part in items(answer.get("components")) if isinstance(part, dict)
        ),
        rejected_reason=None if reason in ("", "NONE") else reason,
        parameter_format=text(answer.get("parameter_format")).upper() or "POSITIONAL",
        correct_category=text(answer.get("correct_category")).upper() or None,
        quality=text(_object(answer.get("quality_score")).get("score")).upper(),
        previous_category=text(answer.get("previous_category")).upper() or None,
        sub_category=text(answer.get("sub_category")).upper(),
        ttl_seconds=_whole(answer.get("message_send_ttl_seconds")),
        updated_at=_written_moment(answer.get("last_updated_time")),
    )


def read_media_id(answer: Mapping[str, Any]) -> str:
    """Read the answer to an upload (cloud_api.md §3)."""
    media_id = text(answer.get("id"))
    if not media_id:
        raise ValueError("no media id")
    return media_id


def read_media(answer: Mapping[str, Any]) -> RemoteMedia:
    """Read ``GET /{media_id}`` (cloud_api.md §3)."""
    url, size = text(answer.get("url")), text(answer.get("file_size"))
    if not url:
        raise ValueError("no address")
    return RemoteMedia(
        id=text(answer.get("id")),
        url=url,
        mime_type=text(answer.get("mime_type")),
        sha256=hex_digest(text(answer.get("sha256"))),
        size=int(size) if size.isascii() and size.isdigit() else None,
    )


def text(value: Any) -> str:
    """``value`` if it is text, a number as text, else ""."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def items(value: Any) -> list[Any]:
    """``value`` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def _first(value: Any) -> Mapping[str, Any]:
    return _object(next(iter(items(value)), None))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _written_moment(value: Any) -> datetime | None:
    """Graph's way to write a moment, "2026-11-23T10:30:00+0000", as UTC."""
    try:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S%z").astimezone(timezone.utc)
    except (TypeError, ValueError, OverflowError):
        return _moment(value)


def _moment(seconds: Any) -> datetime | None:
    """Unix seconds as UTC; 0 means never."""
    if not isinstance(seconds, int) or not 0 < seconds < 253402300800:  # the year 10000
        return None
    return datetime.fromtimestamp(seconds, tz=timezone.utc)
