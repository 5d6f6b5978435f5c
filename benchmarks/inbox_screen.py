"""What the screen of the inbox asks the server for: time and queries, and what becomes of them when the total doubles.

A clinic of four branches, made by SQL, with 50,000 conversations and 1,000,000 messages at full size. The receptionist
works in one branch, the manager in all four. Whether something grows with the total is told by its ratio to a floor,
the row of one conversation, that is measured in turns with it.
"""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.figures import Budget, Figure, Section
from devtools import database, odoo, paths

SCRIPT, FILL = Path(__file__).with_name("measure_inbox_screen.py"), Path(__file__).with_name("fill_inbox.sql")
SIZES = {"small": (2_500, 50_000), "full": (50_000, 1_000_000)}  # conversations, messages
OPEN_MS, THREAD_MS, SEARCH_MS, COUNT_MS = (Budget(ms, at_most=True) for ms in (100, 50, 150, 30))
QUERIES = Budget(8, at_most=True)
GROWTH = Budget(1.5, at_most=True)  # times; what is measured in milliseconds wavers
SHOWN = (
    ("open", "open the inbox", OPEN_MS),
    ("open_all", "all open ones", OPEN_MS),
    ("closed", "closed ones", OPEN_MS),
    ("page", "the eleventh page", OPEN_MS),
    ("manager", "four branches at once", OPEN_MS),
    ("rows", "one row for news", None),
    ("thread", "open a thread", THREAD_MS),
    ("longest", "open the longest thread", THREAD_MS),
    ("pane", "patient pane", None),
    ("texts", "a word in the longest thread", None),
    ("search_name", "search a frequent name", SEARCH_MS),
    ("search_rare", "search a rare name", SEARCH_MS),
    ("search_phone", "search a number", SEARCH_MS),
    ("search_digits", "search the last four digits", SEARCH_MS),
    ("search_two", "search two letters", SEARCH_MS),
    ("search_one_all", "search one letter, four branches", SEARCH_MS),
    ("search_none_all", "search nobody, four branches", SEARCH_MS),
    ("counts", "counters", COUNT_MS),
    ("counts_all", "counters, four branches", COUNT_MS),
)
COUNTED = ("open", "manager", "search_name")


def run(size_name: str) -> Section:
    answer = paths.log_file("benchmark-inbox-screen").with_suffix(".json")
    conversations, messages = SIZES[size_name]
    given = {"conversations": conversations, "messages": messages, "answer": str(answer), "fill": str(FILL)}
    with database.temporary(database.addon_template(), "clinic_bench") as name:
        log = paths.log_file("benchmark-inbox-screen")
        odoo.run_script(name, SCRIPT, log=log, env={"CLINIC_BENCHMARK_INBOX": json.dumps(given)})
    seen = json.loads(answer.read_text())
    title = f"Inbox: {2 * conversations:,} conversations, {2 * messages:,} messages; × after half of them"
    return Section(title, tuple(_figures(seen["once"], seen["twice"])))


def _figures(once, twice):
    for name, what, budget in SHOWN:
        yield Figure(what, twice[name]["ms"], "ms", budget)
        growth = twice[name]["relative"] / once[name]["relative"]
        yield Figure("  × when the total doubles", growth, "", GROWTH if budget else None)
        if name in COUNTED:
            yield Figure("  queries", twice[name]["queries"], "", QUERIES)
