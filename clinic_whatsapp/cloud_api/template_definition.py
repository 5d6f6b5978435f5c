"""What a template is, as Meta reviews and keeps it; one message made of it is content_template.py.

``TemplateDefinition.components`` writes Meta's own form with examples, ``read_definition`` reads it
back. A template with parts that we could not write again is not read, so that an edit here never
takes anything away from it (cloud_api.md §4.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .answers import RemoteTemplate, items, text
from .template_buttons import (
    Button,
    ContactRequestButton,
    CopyCodeButton,
    FlowFormButton,
    OtpButton,
    PhoneButton,
    QuickReplyButton,
    Unreadable,
    UrlButton,
    first,
    only_known,
    read_button,
    unknown,
    variables,
)
from .terms import _

__all__ = [
    "AUTHENTICATION",
    "MARKETING",
    "NAMED",
    "POSITIONAL",
    "UTILITY",
    "Button",
    "ContactRequestButton",
    "CopyCodeButton",
    "FlowFormButton",
    "Header",
    "LocationHeader",
    "MediaHeader",
    "OtpButton",
    "PhoneButton",
    "QuickReplyButton",
    "Reading",
    "TemplateDefinition",
    "TextHeader",
    "UrlButton",
    "read_definition",
    "variables",
]

POSITIONAL, NAMED = "POSITIONAL", "NAMED"
UTILITY, MARKETING, AUTHENTICATION = "UTILITY", "MARKETING", "AUTHENTICATION"
MEDIA_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT")

_KEYS: dict[str, tuple[str, ...]] = {
    "HEADER": ("type", "format", "text", "example"),
    "BODY": ("type", "text", "example", "add_security_recommendation"),
    "FOOTER": ("type", "text", "code_expiration_minutes"),
    "BUTTONS": ("type", "buttons"),
}

_NUMBER = re.compile(r"[0-9]{1,4}")

Json = dict[str, Any]


@dataclass(frozen=True)
class TextHeader:
    """A line above the body; ``example`` for the one variable that it may have."""

    text: str
    example: str = field(default="", repr=False)


@dataclass(frozen=True)
class MediaHeader:
    """A file above the body.

    :param format: "IMAGE", "VIDEO" or "DOCUMENT"
    :param handle: of an uploaded sample (``CloudApi.upload_sample``). In a template that was read
        it is an address of Meta's, which is no handle: an edit needs a new one
    """

    format: str
    handle: str = field(default="", repr=False)


@dataclass(frozen=True)
class LocationHeader:
    """A map above the body; the place comes with each message."""


Header = TextHeader | MediaHeader | LocationHeader


@dataclass(frozen=True)
class TemplateDefinition:
    """A template in one language. Nothing is checked here: see :func:`.template_rules.check`.

    :param language: in Meta's spelling: "tr", "en_US"
    :param category: "UTILITY", "MARKETING" or "AUTHENTICATION"; the last has no text of its own:
        ``body`` and ``footer`` are empty, the only button is an OtpButton
    :param body_examples: one for each of ``body_variables``
    :param parameter_format: "POSITIONAL" ({{1}}) or "NAMED" ({{first_name}})
    :param ttl_seconds: how long Meta tries to deliver a message; ``None`` for Meta's default
    :param security_recommendation: authentication: Meta adds "do not share this code"
    :param code_expiration_minutes: authentication: Meta adds how long the code is good, 1 to 90
    """

    name: str
    language: str
    category: str
    body: str
    header: Header | None = None
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    body_examples: tuple[str, ...] = field(default=(), repr=False)
    parameter_format: str = POSITIONAL
    ttl_seconds: int | None = None
    security_recommendation: bool = False
    code_expiration_minutes: int | None = None

    @property
    def body_variables(self) -> list[str]:
        """The variables of the body: numbered ones by number, named ones as they first appear."""
        return self._ordered(variables(self.body))

    def components(self) -> list[Json]:
        """Return Meta's form, as ``CloudApi.create_template`` and ``edit_template`` take it."""
        return list(self._components())

    def _components(self) -> Iterator[Json]:
        if self.header is not None:
            yield self._header(self.header)
        yield self._body()
        if self.footer or self.code_expiration_minutes is not None:
            yield self._footer()
        if self.buttons:
            yield {"type": "BUTTONS", "buttons": [button.to_payload() for button in self.buttons]}

    def _header(self, header: Header) -> Json:
        if isinstance(header, LocationHeader):
            return {"type": "HEADER", "format": "LOCATION"}
        if isinstance(header, MediaHeader):
            example = {"example": {"header_handle": [header.handle]}} if header.handle else {}
            return {"type": "HEADER", "format": header.format, **example}
        names = self._ordered(variables(header.text))
        examples = (header.example,) if header.example else ()
        example = self._examples("header_text", names, examples)
        return {"type": "HEADER", "format": "TEXT", "text": header.text, **example}

    def _body(self) -> Json:
        written: Json = {"type": "BODY"}
        if self.body or self.category != AUTHENTICATION:
            example = self._examples("body_text", self.body_variables, self.body_examples)
            written |= {"text": self.body, **example}
        if self.security_recommendation:
            written["add_security_recommendation"] = True
        return written

    def _footer(self) -> Json:
        written: Json = {"type": "FOOTER"}
        if self.footer:
            written["text"] = self.footer
        if self.code_expiration_minutes is not None:
            written["code_expiration_minutes"] = self.code_expiration_minutes
        return written

    def _examples(self, key: str, names: list[str], examples: tuple[str, ...]) -> Json:
        if not names or not examples:
            return {}
        if self.parameter_format == NAMED:
            pairs = zip(names, examples, strict=False)
            rows = [{"param_name": name, "example": example} for name, example in pairs]
            return {"example": {f"{key}_named_params": rows}}
        listed = list(examples)
        return {"example": {key: [listed] if key == "body_text" else listed}}

    def _ordered(self, names: list[str]) -> list[str]:
        return _ordered(names, self.parameter_format)


class Reading(NamedTuple):
    """A definition, or the reason why there is none.

    :param reason: an English term to translate, "" when it could be read
    :param part: Meta's own word for what we do not know: "CAROUSEL", "app_deep_link"
    """

    definition: TemplateDefinition | None
    reason: str = ""
    part: str = ""


def read_definition(remote: RemoteTemplate) -> Reading:
    """Return what the template is, so that writing it again would change nothing."""
    try:
        return Reading(_read(remote))
    except Unreadable as unreadable:
        return Reading(None, *unreadable.args)


def _read(remote: RemoteTemplate) -> TemplateDefinition:
    parts = _parts(remote)
    own_words = remote.category != AUTHENTICATION  # of those Meta shows words that it chose
    header, body, footer = parts.get("HEADER"), parts["BODY"], parts.get("FOOTER", {})
    buttons = items(parts.get("BUTTONS", {}).get("buttons"))
    words, style = text(body.get("text")) if own_words else "", remote.parameter_format
    return TemplateDefinition(
        name=remote.name,
        language=remote.language,
        category=remote.category,
        body=words,
        header=None if header is None else _read_header(header, style),
        footer=text(footer.get("text")) if own_words else "",
        buttons=tuple(read_button(button, not own_words) for button in buttons),
        body_examples=_read_examples(body, "body_text", words, style),
        parameter_format=style,
        ttl_seconds=remote.ttl_seconds,
        security_recommendation=body.get("add_security_recommendation") is True,
        code_expiration_minutes=_minutes(footer.get("code_expiration_minutes")),
    )


def _parts(remote: RemoteTemplate) -> dict[str, Json]:
    parts: dict[str, Json] = {}
    for component in remote.components:
        kind = text(component.get("type")).upper()
        if kind not in _KEYS or kind in parts:
            raise unknown(kind)
        only_known(component, _KEYS[kind])
        parts[kind] = component
    if "BODY" not in parts:
        raise Unreadable(_("The template has no text."), "BODY")
    return parts


def _read_header(header: Json, style: str) -> Header:
    form = text(header.get("format")).upper()
    if form == "LOCATION":
        return LocationHeader()
    if form in MEDIA_FORMATS:
        return MediaHeader(form, first(_example(header).get("header_handle")))
    if form != "TEXT":
        raise unknown(form)
    words = text(header.get("text"))
    return TextHeader(words, first(list(_read_examples(header, "header_text", words, style))))


def _read_examples(component: Json, key: str, words: str, style: str) -> tuple[str, ...]:
    example, names = _example(component), _ordered(variables(words), style)
    if style == NAMED:
        rows = [row for row in items(example.get(f"{key}_named_params")) if isinstance(row, dict)]
        known = {text(row.get("param_name")): text(row.get("example")) for row in rows}
        return tuple(known.get(name, "") for name in names) if known else ()
    given = items(example.get(key)) if names else []
    given = given[0] if given and isinstance(given[0], list) else given
    return tuple(map(text, given))


def _ordered(names: list[str], style: str) -> list[str]:
    numbered = style == POSITIONAL and all(map(_NUMBER.fullmatch, names))
    return sorted(names, key=int) if numbered else names


def _example(component: Json) -> Json:
    example = component.get("example")
    return example if isinstance(example, dict) else {}


def _minutes(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
