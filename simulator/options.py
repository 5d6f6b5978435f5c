"""Settings and faults: everything a test, or a person at the page, can turn.

Both are flat dataclasses that are read and changed as JSON. A change is checked field by field
before anything is applied, so that a typing error in a test is an error and not a fault that never
happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeVar, get_args, get_type_hints

DAY = 24 * 3600.0

Range = list[float]
Down = Literal["", "html502", "reset"]
PairRate = Literal["bucket", "literal", "off"]
Review = Literal["approve", "reject", "never"]
Judgement = Literal["", "UTILITY", "MARKETING"]
Counter = Literal[
    "cut_upload_next",
    "drop_answer_next",
    "hang_next",
    "media_missing_next",
    "media_url_expired_next",
    "media_wrong_hash_next",
]


class BadOption(ValueError):
    """A name or value that does not exist; the text says which and what would be right."""


@dataclass
class Failure:
    """The next ``count`` sends meet ``code``. ``http_status`` 0 means the one Meta uses; ``regain_minutes`` come in the
    usage header, as they do with 4 and 80007.
    """

    code: int
    count: int = 1
    http_status: int = 0
    details: str = ""
    regain_minutes: int = 0


@dataclass
class Share:
    """A ``share`` (0 to 1) of all sends meets ``code``, or, without a code, a page with ``http_status``
    (500 when none is given) instead of JSON.
    """

    share: float
    code: int = 0
    http_status: int = 0
    details: str = ""


@dataclass
class Settings:
    """How the simulated Meta behaves when nothing is wrong.

    ``review_category`` is what the review takes every new template for; empty: for what it says it is. Of templates
    (cloud_api.md §4.2–4.6): how many an account may have and create in an hour, the time between two edits of an
    approved one, how long the name of a deleted one is blocked, how long the first and the second pause last, how soon
    a pause by pacing may be ended, and when an announced change of category comes.
    """

    review: Review = "approve"
    review_seconds: float = 1.0
    review_category: Judgement = ""
    templates_per_account: int = 250
    template_creations_per_hour: int = 100
    template_edit_seconds: float = DAY
    deleted_name_seconds: float = 30 * DAY
    first_pause_seconds: float = 3 * 3600.0
    second_pause_seconds: float = 6 * 3600.0
    unpause_wait_seconds: float = 300.0
    category_change_seconds: float = DAY
    pair_rate: PairRate = "bucket"
    retry_first_seconds: float = 1.0
    retry_max_seconds: float = 60.0
    retry_attempts: int = 30
    webhook_timeout_seconds: float = 20.0
    random_seed: int = 0
    media_url_seconds: float = 300.0
    uploaded_media_seconds: float = 30 * DAY
    inbound_media_seconds: float = 7 * DAY
    media_url_in_webhook: bool = True


@dataclass
class Faults:
    """What goes wrong. Counters run down as they are used. All ranges are [least, most]
    milliseconds.
    """

    latency_ms: Range = field(default_factory=lambda: [0, 0])
    fail_next: Failure | None = None
    fail_later_next: Failure | None = None
    fail_share: list[Share] = field(default_factory=list)
    late_refusals: bool = False
    drop_answer_next: int = 0
    drop_answer_share: float = 0.0
    hang_next: int = 0
    down: Down = ""
    webhook_delay_ms: Range = field(default_factory=lambda: [50, 250])
    webhook_paused: bool = False
    duplicate_webhooks: int = 1
    batch_webhooks: int = 0
    shuffle_statuses: bool = False
    media_missing_next: int = 0
    media_url_expired_next: int = 0
    media_wrong_hash_next: int = 0
    media_down: bool = False
    cut_upload_next: int = 0

    def take_failure(self, name: Literal["fail_next", "fail_later_next"]) -> Failure | None:
        """The failure this send meets, if any; counts it down."""
        failure: Failure | None = getattr(self, name)
        if failure is None:
            return None
        failure.count -= 1
        if failure.count <= 0:
            setattr(self, name, None)
        return failure

    def take(self, name: Counter) -> bool:
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0


Options = TypeVar("Options", Settings, Faults)


def change(options: Options, values: Mapping[str, Any]) -> None:
    """Applies all of ``values`` or, with BadOption, none of them."""
    hints = get_type_hints(type(options))
    checked = {name: _check(name, value, hints) for name, value in values.items()}
    for name, value in checked.items():
        setattr(options, name, value)


def as_json(options: Settings | Faults) -> dict[str, Any]:
    values = {f.name: getattr(options, f.name) for f in fields(options)}
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return dict(value.__dict__) if isinstance(value, Failure | Share) else value


def _check(name: str, value: Any, hints: Mapping[str, Any]) -> Any:
    if name not in hints:
        raise BadOption(f"There is no option {name!r}. Known: {', '.join(sorted(hints))}.")
    hint = hints[name]
    if hint is bool:
        return _expect(name, value, isinstance(value, bool), "true or false")
    if hint is int:
        return _expect(name, value, _whole(value), "a whole number, 0 or more")
    if hint is float:
        is_share = name.endswith("_share")
        return _share(name, value) if is_share else _expect(name, value, _number(value), "a number, 0 or more")
    if hint == Range:
        return _range(name, value)
    if hint == list[Share]:
        return _shares(name, value)
    if get_args(hint) and isinstance(get_args(hint)[0], str):
        value = "" if value is None else value
        return _expect(name, value, value in get_args(hint), f"one of {get_args(hint)}")
    return _failure(name, value)


def _expect(name: str, value: Any, right: bool, what: str) -> Any:
    if not right:
        raise BadOption(f"{name} must be {what}, not {value!r}.")
    return value


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _range(name: str, value: Any) -> Range:
    pair = [value, value] if _number(value) else value
    right = isinstance(pair, list) and len(pair) == 2 and all(map(_number, pair))
    _expect(name, value, right and pair[0] <= pair[1], "[least, most] milliseconds")
    return pair


def _share(name: str, value: Any) -> float:
    return _expect(name, value, _number(value) and value <= 1, "a share from 0 to 1")


def _shares(name: str, value: Any) -> list[Share]:
    """One share or several; together they are at most the whole."""
    wanted = value if isinstance(value, list) else [value] if value else []
    shares = [item if isinstance(item, Share) else _one_share(name, item) for item in wanted]
    _share(name, sum(share.share for share in shares))
    return shares


def _one_share(name: str, value: Any) -> Share:
    _expect(name, value, isinstance(value, dict) and "share" in value, "{share, code} or a list of them")
    try:
        share = Share(**value)
    except TypeError as error:
        raise BadOption(f"{name} takes share, code, http_status and details.") from error
    _expect(name, value, _whole(share.code) and _whole(share.http_status), "{share, code} with a whole number")
    _share(name, share.share)
    return share


def _failure(name: str, value: Any) -> Failure | None:
    if value is None:
        return None
    _expect(name, value, isinstance(value, dict) and _whole(value.get("code")), "{code, count}")
    try:
        failure = Failure(**value)
    except TypeError as error:
        raise BadOption(f"{name} takes code, count, http_status, details and regain_minutes.") from error
    whole = all(map(_whole, (failure.count, failure.http_status, failure.regain_minutes)))
    _expect(name, value, whole, "{code, count} with whole numbers")
    return failure if failure.count else None
