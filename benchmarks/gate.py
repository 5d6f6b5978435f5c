"""What it costs to judge many messages at once: time, and queries that do not grow with their number (legal.md LR-24).

Template messages to patients who have agreed: every rule is asked about every one of them, and denies none. Nothing is
in memory when the gate begins.
"""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.figures import Budget, Figure, Section
from devtools import database, odoo, paths

SCRIPT = Path(__file__).with_name("measure_gate.py")
MESSAGES = 10_000
GATE_MS = Budget(2000, at_most=True)
MORE_QUERIES = Budget(0, at_most=True)
PATIENTS = {"small": 500, "full": 5_000}


def run(size_name: str) -> Section:
    answer = paths.log_file("benchmark-gate").with_suffix(".json")
    given = {"messages": MESSAGES, "patients": PATIENTS[size_name], "answer": str(answer)}
    with database.temporary(database.addon_template(), "clinic_bench") as name:
        log = paths.log_file("benchmark-gate")
        odoo.run_script(name, SCRIPT, log=log, env={"CLINIC_BENCHMARK_GATE": json.dumps(given)})
    seen = json.loads(answer.read_text())
    return Section(
        "Gate: judging many messages",
        (
            Figure(f"{MESSAGES:,} messages", seen["many"]["ms"], "ms", GATE_MS),
            Figure("100 messages", seen["few"]["ms"], "ms"),
            Figure(f"queries for {MESSAGES:,}", seen["many"]["queries"]),
            Figure("more than for 100", seen["many"]["queries"] - seen["few"]["queries"], "", MORE_QUERIES),
        ),
    )
