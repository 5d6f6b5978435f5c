"""The table of a campaign."""

from __future__ import annotations

from collections.abc import Sequence

from .stage import Outcome

COLUMNS = ("sent", "accepted", "refused", "dropped", "unknown", "failed", "inbound", "duplicates", "lost", "busiest")
HEADINGS = {"dropped": "unanswered", "busiest": "most in 1 s"}


def table(outcomes: Sequence[Outcome]) -> str:
    rows = [("scenario", *(HEADINGS.get(name, name) for name in COLUMNS), "seconds", "seen")]
    for outcome in outcomes:
        figures = (str(getattr(outcome.tally, name)) for name in COLUMNS)
        rows.append((outcome.scenario, *figures, f"{outcome.seconds:.0f}", outcome.evidence))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        first, *figures, seen = row
        cells = [f"{first:<{widths[0]}}"]
        cells += [f"{text:>{width}}" for text, width in zip(figures, widths[1:], strict=False)]
        lines.append("  ".join([*cells, seen]).rstrip())
    return "\n".join(lines)
