"""What Meta takes as a template, before it is asked (cloud_api.md §4.2).

``check`` finds everything at once and says where it stands; Meta would name the first thing only.
Rules about the account as a whole – a name or a text that exists already, how many there are – are
known to Meta alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .content_template import TEMPLATE_NAME_LENGTH
from .template_button_rules import check_buttons
from .template_definition import (
    AUTHENTICATION,
    MARKETING,
    MEDIA_FORMATS,
    NAMED,
    POSITIONAL,
    UTILITY,
    MediaHeader,
    TemplateDefinition,
    TextHeader,
)
from .template_languages import LANGUAGES
from .template_text_rules import (
    BODY_FORMAT,
    FOOTER_FORMAT,
    HEADER_FORMAT,
    MISSING,
    Problem,
    check_body,
    check_footer,
    check_header,
)
from .terms import _

__all__ = ["MAX_EXPIRATION_MINUTES", "TTL_SECONDS", "Problem", "check"]

TTL_SECONDS = {AUTHENTICATION: (30, 900), UTILITY: (30, 43_200), MARKETING: (43_200, 2_592_000)}
"""How long Meta may try to deliver, by category; -1 for 30 days, but not in MARKETING (§4.7)."""
MAX_EXPIRATION_MINUTES = 90

_NAME = re.compile(r"[a-z0-9_]+")
_TTL = {
    AUTHENTICATION: _("Meta tries to deliver a code for 30 seconds to 15 minutes."),
    UTILITY: _("Meta tries to deliver a utility template for 30 seconds to 12 hours."),
    MARKETING: _("Meta tries to deliver a marketing template for 12 hours to 30 days."),
}


def check(definition: TemplateDefinition) -> list[Problem]:
    """Return everything for which Meta would refuse the template, in the order of its parts."""
    return list(_check(definition))


def _check(definition: TemplateDefinition) -> Iterator[Problem]:
    yield from _check_identity(definition)
    if definition.category == AUTHENTICATION:
        yield from _check_authentication(definition)
    else:
        yield from _check_header(definition)
        yield from check_body(definition)
        yield from check_footer(definition.footer)
        yield from _check_not_authentication(definition)
    yield from check_buttons(definition.buttons, definition.category)


def _check_identity(definition: TemplateDefinition) -> Iterator[Problem]:
    name, category = definition.name, definition.category
    if not _NAME.fullmatch(name) or len(name) > TEMPLATE_NAME_LENGTH:
        text = _("The name has up to 512 small letters (a to z), digits and underscores.")
        yield Problem(None, "name", text)
    if definition.language not in LANGUAGES:
        text = _("Meta has no templates in this language. Turkish is written “tr”.")
        yield Problem(None, "language", text)
    if category not in TTL_SECONDS:
        text = _("The category is utility, marketing or authentication.")
        yield Problem(None, "category", text)
    elif not _fits(definition.ttl_seconds, category):
        yield Problem(None, "ttl", _TTL[category])
    if definition.parameter_format not in (POSITIONAL, NAMED):
        text = _("Variables are either numbered or named.")
        yield Problem(None, "body", text)


def _fits(ttl_seconds: int | None, category: str) -> bool:
    if ttl_seconds is None or (ttl_seconds == -1 and category != MARKETING):
        return True
    least, most = TTL_SECONDS[category]
    return least <= ttl_seconds <= most


def _check_header(definition: TemplateDefinition) -> Iterator[Problem]:
    header = definition.header
    if isinstance(header, TextHeader):
        yield from check_header(header, definition.parameter_format)
    if not isinstance(header, MediaHeader):
        return
    if header.format not in MEDIA_FORMATS:
        text = _("The header is a text, a picture, a video, a document or a place.")
        yield Problem(HEADER_FORMAT, "header", text)
    elif not header.handle.strip():
        text = _("The header needs a sample file.")
        yield Problem(MISSING, "header", text)


def _check_authentication(definition: TemplateDefinition) -> Iterator[Problem]:
    """Meta writes these templates itself, in every language."""
    if definition.header is not None:
        yield Problem(HEADER_FORMAT, "header", _("A template with a code has no header."))
    if definition.body:
        yield Problem(BODY_FORMAT, "body", _("Meta writes the text of a template with a code."))
    if definition.footer:
        text = _("Meta writes the footer of a template with a code.")
        yield Problem(FOOTER_FORMAT, "footer", text)
    minutes = definition.code_expiration_minutes
    if minutes is not None and not 1 <= minutes <= MAX_EXPIRATION_MINUTES:
        yield Problem(None, "footer", _("A code is good for 1 to 90 minutes."))


def _check_not_authentication(definition: TemplateDefinition) -> Iterator[Problem]:
    if definition.code_expiration_minutes is not None:
        text = _("Only the code of an authentication template runs out.")
        yield Problem(None, "footer", text)
    if definition.security_recommendation:
        text = _("Only an authentication template has a security recommendation.")
        yield Problem(None, "body", text)
