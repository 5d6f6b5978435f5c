"""Command line: `python -m devtools.checks [PATH | lint]`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from devtools import database, paths
from devtools.checks import lint, odoo_tests, pytests
from devtools.checks.results import Clock, Result
from devtools.errors import SetupError, run_main
from devtools.processes import signals_end_the_program

HOOT_RUNNER = f"{database.ADDON}/tests/test_hoot.py"
E2E = "tests/e2e"
Part = Callable[[Clock], Result]


def everything() -> Iterator[Part]:
    """All parts, the quick ones first."""
    yield lint.run
    yield lambda clock: pytests.run("tests outside Odoo", ["tests", f"--ignore={E2E}"], clock)
    if (paths.ADDON / "__manifest__.py").is_file():
        yield lambda clock: odoo_tests.run("Odoo tests", f"/{database.ADDON}", clock)
    if any((paths.REPO / E2E).glob("**/test_*.py")):
        yield lambda clock: pytests.run("end to end", [E2E], clock)


def selected(target: str) -> Iterator[Part]:
    """The part that a path names."""
    target = target.removeprefix(f"{paths.REPO}/").removeprefix("./").rstrip("/")
    if target == "lint":
        yield lint.run
    elif not (paths.REPO / target.split("::")[0]).exists():
        raise SetupError(f"There is no {target.split('::')[0]} in {paths.REPO}.")
    elif target.startswith(f"{database.ADDON}/static/tests"):
        yield lambda clock: odoo_tests.run("browser unit tests", odoo_tests.tags_of(HOOT_RUNNER), clock)
    elif target.startswith(f"{database.ADDON}/tests"):
        yield lambda clock: odoo_tests.run("Odoo tests", odoo_tests.tags_of(target), clock)
    elif target.split("/")[0] == "tests":
        yield lambda clock: pytests.run("pytest", [target], clock)
    else:
        raise SetupError(f"T={target}: name a path below {database.ADDON}/tests or tests.")


def run(parts: Iterator[Part]) -> list[Result]:
    clock = Clock()
    results = []
    for part in parts:
        started = time.monotonic()
        result = part(clock)
        result.seconds = time.monotonic() - started
        for text in result.trouble:
            print(f"{result.part}: {text}")
        print(result.line(), flush=True)
        results.append(result)
    return results


def main() -> int:
    with signals_end_the_program():
        results = run(selected(sys.argv[1]) if sys.argv[1:] else everything())
    passed, failed = sum(result.passed for result in results), sum(result.failures for result in results)
    if len(results) > 1:
        print("\n" + "\n".join(result.line() for result in results))
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    run_main(main)
