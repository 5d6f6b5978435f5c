"""Automations over a full book: planning all of it, finding nothing to do, queueing what is due, changing one visit.

Two reminders for every appointment. The book is planned at half its size and at its full size from nothing, by the
scheduled action, with its commits. What is due is queued the same way, for patients who have agreed.
"""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.figures import Budget, Figure, Section
from devtools import database, odoo, paths

SCRIPT = Path(__file__).with_name("measure_automation_planning.py")
SIZES = {"small": (10_000, 1_000), "full": (100_000, 10_000)}  # appointments, messages that are due
PLAN_S, GROWTH = Budget(60, at_most=True), Budget(2.2, at_most=True)
IDLE_S, QUEUE_S, CHANGE_MS = Budget(1, at_most=True), Budget(20, at_most=True), Budget(50, at_most=True)
MORE_QUERIES = Budget(0, at_most=True)


def run(size_name: str) -> Section:
    answer = paths.log_file("benchmark-automation-planning").with_suffix(".json")
    appointments, due = SIZES[size_name]
    given = {"appointments": appointments, "due": due, "answer": str(answer)}
    with database.temporary(database.addon_template(), "clinic_bench") as name:
        log = paths.log_file("benchmark-automation-planning")
        odoo.run_script(name, SCRIPT, log=log, env={"CLINIC_BENCHMARK_AUTOMATION": json.dumps(given)})
    seen = json.loads(answer.read_text())
    return Section(
        f"Automations: {appointments:,} appointments with two reminders",
        (
            Figure("plan all of them", seen["whole"], "s", PLAN_S),
            Figure("plan half of them", seen["half"], "s"),
            Figure("twice as many take", seen["whole"] / seen["half"], "×", GROWTH),
            Figure("nothing due, nothing to plan", seen["idle"], "s", IDLE_S),
            Figure(f"queue {due:,} that are due", seen["queue"], "s", QUEUE_S),
            Figure("queries for a batch of 500", seen["queries"]),
            Figure("more than for one of 250", seen["queries"] - seen["queries_half"], "", MORE_QUERIES),
            Figure("move one appointment", seen["change"], "ms", CHANGE_MS),
        ),
    )
