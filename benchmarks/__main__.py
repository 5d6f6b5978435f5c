"""Command line: `python -m benchmarks [webhook | inbound | sending …] [--size small|full] [--json FILE]`."""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

from benchmarks import (
    alternative,
    automation_planning,
    fairness,
    gate,
    inbound,
    inbox_screen,
    queue,
    sending,
    template_sync,
    webhook,
)
from benchmarks.clinic import WrongResult
from benchmarks.figures import Section, table
from benchmarks.load import WrongAnswer
from devtools.errors import SetupError, run_main
from devtools.processes import signals_end_the_program

BENCHMARKS = {
    "webhook": webhook.run,
    "inbound": inbound.run,
    "sending": sending.run,
    "fairness": fairness.run,
    "queue": queue.run,
    "gate": gate.run,
    "inbox_screen": inbox_screen.run,
    "template_sync": template_sync.run,
    "automation_planning": automation_planning.run,
    "alternative": alternative.run,
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures what design.md §7 promises.")
    parser.add_argument("names", nargs="*", metavar="BENCHMARK", help=f"{' or '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--size", choices=("small", "full"), default="small", help="small by default: some minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file as well")
    given = parser.parse_args()
    if unknown := set(given.names) - BENCHMARKS.keys():
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; known: {', '.join(BENCHMARKS)}")
    return given


def run(name: str, size: str) -> Section:
    print(f"benchmark: {name}, {size} …", flush=True)
    started = time.monotonic()
    try:
        section = BENCHMARKS[name](size)
    except (WrongAnswer, WrongResult) as error:
        raise SetupError(f"{name}: {error}") from error
    print(f"benchmark: {name} took {time.monotonic() - started:.0f} s", flush=True)
    return section


def main() -> int:
    given = arguments()
    busy = os.getloadavg()[0]
    with signals_end_the_program():
        sections = [run(name, given.size) for name in given.names or BENCHMARKS]
    print(f"\n{os.cpu_count()} processors; {busy:.1f} programs wanted one before the start", end="")
    print(": only ratios count" if busy > 0.5 else "")
    print(table(sections))
    if given.json:
        given.json.write_text(json.dumps([section.as_json() for section in sections], indent=2) + "\n")
    return 0


if __name__ == "__main__":
    run_main(main)
