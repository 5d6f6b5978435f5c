"""Whether a long queue slows down the choice of what leaves next.

The dispatcher's own methods claim from a queue of 100 messages, and from one of 100,000 of a number, inside an Odoo
shell; each claim is rolled back and taken again. The long queue is measured before PostgreSQL has new statistics
about it, as in the first minute of a campaign, and after. PostgreSQL itself names the plan of each statement: no claim
may read the whole table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clinic import Clinic, Number, WrongResult, prepared
from benchmarks.figures import Budget, Figure, Section
from devtools import odoo, paths

SCRIPT = Path(__file__).with_name("measure_claim.py")
SHORT, LONG = 100, 100_000
CLAIM_MS = Budget(20, at_most=True)
NO_SCAN = Budget(0, at_most=True)


@dataclass(frozen=True)
class Size:
    """How often each claim is timed, and how many patients share the long queue."""

    claims: int
    patients: int


SIZES = {"small": Size(20, 2_000), "full": Size(100, 10_000)}


def run(size_name: str) -> Section:
    size = SIZES[size_name]
    with prepared(Number(1, size.patients, kind="automatic")) as clinic:
        stages = {
            f"{SHORT} queued": measure(clinic, size, SHORT, analyze=True),
            f"{LONG:,} queued, no statistics yet": measure(clinic, size, LONG, analyze=False),
            f"{LONG:,} queued": measure(clinic, size, LONG, analyze=True),
        }
    return Section("Queue: what a claim costs", tuple(figures(stages)))


def measure(clinic: Clinic, size: Size, queued: int, *, analyze: bool) -> dict[str, dict[str, object]]:
    """By method: `ms` (median), `longest_ms`, `claimed`, `indexes`, `scans`."""
    answer = paths.log_file("benchmark-claim").with_suffix(".json")
    given = {"queued": queued, "claims": size.claims, "analyze": analyze, "answer": str(answer)}
    log = paths.log_file("benchmark-claim")
    odoo.run_script(clinic.database, SCRIPT, log=log, env={"CLINIC_BENCHMARK_CLAIM": json.dumps(given)})
    return json.loads(answer.read_text())


def figures(stages: dict[str, dict[str, dict[str, object]]]) -> Iterator[Figure]:
    for queue, methods in stages.items():
        for method, seen in methods.items():
            if seen["claimed"] == 0:
                raise WrongResult(f"{method} claimed nothing from {queue}.")
            yield Figure(f"{method}, {queue}", seen["ms"], "ms", CLAIM_MS)
            yield Figure(f"{method}, {queue}, longest", seen["longest_ms"], "ms")
    first, *_others, last = stages.values()
    for method in first:
        ratio = last[method]["ms"] / first[method]["ms"]
        yield Figure(f"{method}, {LONG:,} to {SHORT} queued", ratio)
        scans = [seen[method]["scans"] for seen in stages.values()]
        if None not in scans:
            yield Figure(f"{method} reads the whole table", sum(scans), "times", NO_SCAN)
            print(f"benchmark: {method} uses {', '.join(last[method]['indexes'])}")
