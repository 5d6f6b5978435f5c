"""The client's calls about templates (cloud_api.md §4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from .answers import RemoteTemplate, read_template, text
from .errors import ApiError
from .exceptions import Rejected
from .part import Part, as_path, read_success
from .template_errors import NO_TEMPLATE_SCOPE, UNKNOWN_TEMPLATE

_INVALID_CURSOR = 131059
_NO_SCOPE = frozenset({3, 10, 131005, *range(201, 300)})  # 200: not this account, and says so
_CANNOT_CHANGE = 2388039
_UNKNOWN_OBJECT = frozenset({33, 803})
_PAGE_SIZE = 100
_FIELDS = (
    "id,name,language,status,category,sub_category,previous_category,correct_category,"
    "parameter_format,components,rejected_reason,quality_score,message_send_ttl_seconds,"
    "last_updated_time"
)


class TemplateCalls(Part):
    """The templates of the business account.

    When the token lacks the scope whatsapp_business_management, all of them are Rejected with
    ``NO_TEMPLATE_SCOPE``, whose meaning names it; a template that Meta does not have, with
    ``UNKNOWN_TEMPLATE``.
    """

    def templates(self) -> Iterator[RemoteTemplate]:
        """Yield every template of the account once, page by page (cloud_api.md §4.1).

        A cursor that Meta no longer knows (131059) makes the listing start over, once.
        """
        seen: set[str] = set()
        try:
            yield from self._pages(seen)
        except Rejected as rejected:
            if rejected.error.code != _INVALID_CURSOR:
                raise
            yield from self._pages(seen)

    def template(self, template_id: str) -> RemoteTemplate:
        """GET /{template_id}: one template as Meta has it now."""
        params = {"fields": _FIELDS}
        with _about_a_template():
            return self._graph.call("GET", as_path(template_id), read_template, params=params)

    def create_template(
        self,
        name: str,
        language: str,
        category: str,
        components: Sequence[Mapping[str, Any]],
        *,
        parameter_format: str = "POSITIONAL",
        ttl_seconds: int | None = None,
    ) -> RemoteTemplate:
        """POST /{waba_id}/message_templates (cloud_api.md §4.2).

        Meta may choose another category than the one asked for: use that of the result.

        :param components: in Meta's own form, with examples for every variable
        :param parameter_format: "POSITIONAL" ({{1}}) or "NAMED" ({{first_name}})
        :param ttl_seconds: how long Meta tries to deliver; ``None`` for Meta's default
        """
        body: dict[str, Any] = {
            "name": name,
            "language": language,
            "category": category.upper(),
            "parameter_format": parameter_format,
            "components": list(components),
        }
        if ttl_seconds is not None:
            body["message_send_ttl_seconds"] = ttl_seconds

        def read(answer: Mapping[str, Any]) -> RemoteTemplate:
            return read_template({**body, **answer})

        with _about_templates():
            return self._graph.call("POST", self._templates(), read, body=body)

    def edit_template(
        self,
        template_id: str,
        *,
        category: str | None = None,
        components: Sequence[Mapping[str, Any]] | None = None,
        ttl_seconds: int | None = None,
    ) -> None:
        """POST /{template_id}: change what is given; the template goes back to review.

        Only of approved, rejected and paused templates, of approved ones once in 24 hours and ten
        times in 30 days and never the category (cloud_api.md §4.4).

        :param components: all of them: those that are left out are taken away
        """
        given: dict[str, Any] = {
            "category": category and category.upper(),
            "components": None if components is None else list(components),
            "message_send_ttl_seconds": ttl_seconds,
        }
        body = {name: value for name, value in given.items() if value is not None}
        with _about_a_template():
            self._graph.call("POST", as_path(template_id), read_success, body=body)

    def delete_template(self, name: str, template_id: str | None = None) -> None:
        """DELETE /{waba_id}/message_templates: all languages of ``name``, or the one with this ID.

        The name of one that was approved cannot be used again for 30 days (cloud_api.md §4.4).
        """
        params = {"name": name}
        if template_id is not None:
            params["hsm_id"] = template_id
        with _about_templates():
            self._graph.call("DELETE", self._templates(), read_success, params=params)

    def unpause_template(self, template_id: str) -> None:
        """POST /{template_id}/unpause: let a template be sent again that *pacing* paused (§4.5).

        Meta takes that five minutes after the pause. One that was paused for its quality comes back
        by itself: for it this is Rejected.
        """
        with _about_a_template():
            error = self._graph.call("POST", f"{as_path(template_id)}/unpause", _read_unpaused)
        if error:
            raise Rejected(error)

    def _pages(self, seen: set[str]) -> Iterator[RemoteTemplate]:
        params = {"fields": _FIELDS, "limit": str(_PAGE_SIZE)}
        cursors: set[str] = set()
        while True:
            with _about_templates():
                page = self._graph.call("GET", self._templates(), _read_page, params=params)
            for template in page.templates:
                if template.id not in seen:
                    seen.add(template.id)
                    yield template
            if not page.templates or not page.after or page.after in cursors:
                return
            cursors.add(page.after)
            params = {**params, "after": page.after}

    def _templates(self) -> str:
        return f"{self._node('waba_id')}/message_templates"


@contextmanager
def _about_templates() -> Iterator[None]:
    """What Graph says of any missing right is here about the one scope that templates need."""
    try:
        yield
    except Rejected as rejected:
        if rejected.error.code not in _NO_SCOPE:
            raise
        error = replace(rejected.error, code=NO_TEMPLATE_SCOPE, subcode=None)
    else:
        return
    raise Rejected(error)


@contextmanager
def _about_a_template() -> Iterator[None]:
    """What Graph says of any unknown object is here about the template, not about the number."""
    try:
        with _about_templates():
            yield
    except Rejected as rejected:
        if not _is_unknown(rejected.error):
            raise
        error = replace(rejected.error, code=100, subcode=UNKNOWN_TEMPLATE)
    else:
        return
    raise Rejected(error)


def _is_unknown(error: ApiError) -> bool:
    return error.code in _UNKNOWN_OBJECT or (error.code, error.subcode) == (100, 33)


def _read_unpaused(answer: Mapping[str, Any]) -> ApiError | None:
    """Meta's no comes as an answer here, not as an error."""
    if not isinstance(answer.get("success"), bool):
        raise ValueError("no success")
    if answer["success"]:
        return None
    return ApiError(code=100, subcode=_CANNOT_CHANGE, user_msg=text(answer.get("reason")))


@dataclass(frozen=True)
class _Page:
    templates: tuple[RemoteTemplate, ...]
    after: str


def _read_page(answer: Mapping[str, Any]) -> _Page:
    if not isinstance(answer.get("data"), list):
        raise ValueError("no data")
    rows = [row for row in answer["data"] if isinstance(row, dict)]
    paging = answer.get("paging")
    cursors = paging.get("cursors") if isinstance(paging, dict) else None
    after = text(cursors.get("after")) if isinstance(cursors, dict) else ""
    return _Page(tuple(read_template(row) for row in rows), after)
