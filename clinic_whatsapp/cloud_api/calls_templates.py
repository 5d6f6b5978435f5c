"""The client's calls about templates (cloud_api.md §4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .answers import RemoteTemplate, read_template, text
from .exceptions import Rejected
from .part import Part

_INVALID_CURSOR = 131059
_PAGE_SIZE = 100
_FIELDS = (
    "id,name,language,status,category,correct_category,parameter_format,components,rejected_reason"
)


class TemplateCalls(Part):
    """The templates of the business account."""

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

    def create_template(
        self,
        name: str,
        language: str,
        category: str,
        components: Sequence[Mapping[str, Any]],
        *,
        parameter_format: str = "POSITIONAL",
    ) -> RemoteTemplate:
        """POST /{waba_id}/message_templates (cloud_api.md §4.2).

        Meta may choose another category than the one asked for: use that of the result.

        :param components: in Meta's own form, with examples for every variable
        :param parameter_format: "POSITIONAL" ({{1}}) or "NAMED" ({{first_name}})
        """
        body = {
            "name": name,
            "language": language,
            "category": category.upper(),
            "parameter_format": parameter_format,
            "components": list(components),
        }
        return self._graph.call(
            "POST", self._templates(), lambda answer: read_template({**body, **answer}), body=body
        )

    def _pages(self, seen: set[str]) -> Iterator[RemoteTemplate]:
        params = {"fields": _FIELDS, "limit": str(_PAGE_SIZE)}
        cursors: set[str] = set()
        while True:
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
