"""What a benchmark found out, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

Value = float | int


@dataclass(frozen=True)
class Budget:
    """What design.md §7 demands of a figure: at least, or at most, this."""

    limit: Value
    at_most: bool = False

    def allows(self, value: Value) -> bool:
        return value <= self.limit if self.at_most else value >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {shown(self.limit)}"


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, the value, its unit, and the budget if there is one."""

    what: str
    value: Value
    unit: str = ""
    budget: Budget | None = None

    @property
    def verdict(self) -> str:
        if self.budget is None:
            return ""
        return "met" if self.budget.allows(self.value) else "MISSED"

    def cells(self) -> tuple[str, ...]:
        return (self.what, shown(self.value), self.unit, str(self.budget or ""), self.verdict)


@dataclass(frozen=True)
class Section:
    """The figures of one benchmark."""

    title: str
    figures: tuple[Figure, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "title": self.title,
            "figures": [{**asdict(figure), "verdict": figure.verdict} for figure in self.figures],
        }


def shown(value: Value) -> str:
    """Three significant digits at the most; whole numbers whole."""
    if isinstance(value, int) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def table(sections: Iterable[Section]) -> str:
    """The figures of all sections in aligned columns."""
    sections = list(sections)
    rows = [figure.cells() for section in sections for figure in section.figures]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    lines = []
    for section in sections:
        lines += ["", section.title, *(_line(figure.cells(), widths) for figure in section.figures)]
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    what, value, *rest = cells
    texts = [f"{what:<{widths[0]}}", f"{value:>{widths[1]}}"]
    texts += [f"{text:<{width}}" for text, width in zip(rest, widths[2:], strict=True)]
    return f"  {'  '.join(texts)}".rstrip()
