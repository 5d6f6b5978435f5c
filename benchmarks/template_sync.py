"""What it costs to keep many templates in step with Meta: three numbers, each with a business account of its own.

Templates of every kind are put into the simulated Meta and refreshed over pages, twice: the first time all of them are
imported, the second time nothing may change, which the rows in the database prove (when they were written, and by which
transaction). The same is done with half as many, in turns, and with a few before that, so that nothing is cold. The
times hold the HTTP requests and the commits; of three rounds the quickest counts. What becomes of the work when the
number doubles is told by processor time, which does not waver with what else the machine has to do.
"""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.figures import Budget, Figure, Section
from devtools import database, odoo, paths
from devtools.simulator import SimulatorServer

SCRIPT = Path(__file__).with_name("measure_template_sync.py")
TEMPLATES = {"small": 1_000, "full": 2_000}  # of each number
PAGE = 100  # templates on a page, cloud_api.md §4.1
SECONDS = Budget(10, at_most=True)  # all three numbers together, 1,000 templates each
GROWTH = Budget(2.2, at_most=True)  # times, when the number doubles
PER_PAGE = Budget(10, at_most=True)  # queries that come with every further page
CHANGED = Budget(0, at_most=True)


def run(size_name: str) -> Section:
    answer = paths.log_file("benchmark-template-sync").with_suffix(".json")
    count = TEMPLATES[size_name]
    with database.temporary(database.addon_template(), "clinic_bench") as name, SimulatorServer() as simulator:
        given = {"templates": count, "answer": str(answer), "simulator": simulator.url}
        log = paths.log_file("benchmark-template-sync")
        odoo.run_script(name, SCRIPT, log=log, env={"CLINIC_BENCHMARK_TEMPLATES": json.dumps(given)})
    seen = json.loads(answer.read_text())
    title = f"Templates: {count:,} in each of three numbers, refreshed twice"
    return Section(title, tuple(_figures(seen["half"], seen["all"], count)))


def _figures(half, every, count):
    seconds = SECONDS if count <= 1_000 else None
    pages = 3 * (count - count // 2) / PAGE
    for name, what in (("first", "first, all imported"), ("second", "second, all known")):
        yield Figure(what, every[name]["seconds"], "s", seconds)
        yield Figure("  × work when the number doubles", every[name]["work"] / half[name]["work"], "", GROWTH)
        more = every[name]["queries"] - half[name]["queries"]
        yield Figure("  queries", every[name]["queries"])
        yield Figure("  queries for each further page", more / pages, "", PER_PAGE)
    yield Figure("rows that the second changed", every["changed"], "", CHANGED)
