"""A free-form message with a list to choose from (cloud_api.md §2.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from .content_interactive import check_footer, check_header, check_label, interactive
from .limits import require, unique
from .terms import _

BODY_LENGTH = 4096
MAX_SECTIONS = 10
MAX_ROWS = 10
SECTION_TITLE_LENGTH = 24
ROW_ID_LENGTH = 200
ROW_TITLE_LENGTH = 24
ROW_DESCRIPTION_LENGTH = 72


@dataclass(frozen=True)
class Row:
    """One line of a list; ``id`` comes back when it is chosen."""

    kind: ClassVar[str] = "row"

    id: str = field(repr=False)
    title: str = field(repr=False)
    description: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        require(self.id.strip(), _("A row of the list has no reference."))
        require(
            len(self.id) <= ROW_ID_LENGTH,
            _("The reference of a row may have 200 characters at most."),
        )
        require(self.title.strip(), _("A row of the list has no title."))
        require(
            len(self.title) <= ROW_TITLE_LENGTH,
            _("The title of a row may have 24 characters at most."),
        )
        require(
            len(self.description) <= ROW_DESCRIPTION_LENGTH,
            _("The description of a row may have 72 characters at most."),
        )

    def to_payload(self) -> dict[str, Any]:
        row = {"id": self.id, "title": self.title}
        return {**row, "description": self.description} if self.description else row


@dataclass(frozen=True)
class Section:
    """A part of a list. A list of one section may do without its title."""

    kind: ClassVar[str] = "section"

    title: str = field(repr=False)
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        require(
            len(self.title) <= SECTION_TITLE_LENGTH,
            _("The title of a section may have 24 characters at most."),
        )
        require(self.rows, _("A section of the list is empty."))

    def to_payload(self) -> dict[str, Any]:
        rows = {"rows": [row.to_payload() for row in self.rows]}
        return {"title": self.title, **rows} if self.title else rows


@dataclass(frozen=True)
class ListMessage:
    """A text with a button that opens a list to choose one row of. Its header is text."""

    kind: ClassVar[str] = "list"
    wire_type: ClassVar[str] = "interactive"

    body: str = field(repr=False)
    button: str = field(repr=False)
    sections: tuple[Section, ...]
    header: str = field(default="", repr=False)
    footer: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        require(self.body.strip(), _("The message is empty."))
        require(
            len(self.body) <= BODY_LENGTH,
            _("A message with a list may have 4,096 characters at most."),
        )
        require(isinstance(self.header, str), _("The header of a list is text."))
        check_header(self.header)
        check_footer(self.footer)
        check_label(self.button)
        self._check_sections()

    def _check_sections(self) -> None:
        rows = [row for section in self.sections for row in section.rows]
        require(
            1 <= len(self.sections) <= MAX_SECTIONS,
            _("A list may have one to ten sections."),
        )
        require(len(rows) <= MAX_ROWS, _("A list may have ten rows at most."))
        require(
            len(self.sections) == 1 or all(section.title.strip() for section in self.sections),
            _("A list of several sections needs a title for each."),
        )
        require(unique([row.id for row in rows]), _("Two rows have the same reference."))

    def to_payload(self) -> dict[str, Any]:
        sections = [section.to_payload() for section in self.sections]
        action = {"button": self.button, "sections": sections}
        return interactive("list", self.body, action, self.header, self.footer)
