"""Command line: `python -m devtools.checks [PATH | lint]`."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterable, Iterator

from devtools import database, paths
from devtools.checks import lint, odoo_tests, pytests
from devtools.checks.results import Clock, Result
from devtools.errors import SetupError, run_main
from devtools.processes import signals_end_the_program

HOOT_RUNNER = f"{database.ADDON}/tests/test_js.py"
E2E = "tests/e2e"
Part = tuple[str, Callable[[Result, Clock], None]]


def everything() -> Iterator[Part]:
    """All parts, the quick ones first."""
    yield "lint", lint.run
    yield "tests outside Odoo", lambda result, clock: pytests.run(result, ["tests", f"--ignore={E2E}"], clock)
    yield "Odoo tests", odoo_tests.run_all
    for glue in paths.glue_addons():
        yield glue.name, functools.partial(odoo_tests.run_all, addon=glue)
    yield "end to end", lambda result, clock: pytests.run(result, [E2E], clock)


def selected(target: str) -> Part:
    """The part that a path names."""
    target = target.removeprefix(f"{paths.REPO}/").removeprefix("./").rstrip("/")
    if target == "lint":
        return "lint", lint.run
    if not (paths.REPO / target.split("::")[0]).exists():
        raise SetupError(f"There is no {target.split('::')[0]} in {paths.REPO}.")
    if target.startswith(f"{database.ADDON}/static/tests"):
        return "browser unit tests", lambda result, clock: odoo_tests.run(
            result, odoo_tests.tags_of(HOOT_RUNNER), clock
        )
    if addon := odoo_tests.addon_of(target):
        return "Odoo tests", lambda result, clock: odoo_tests.run(result, odoo_tests.tags_of(target), clock, addon)
    if target.split("/")[0] == "tests":
        return "pytest", lambda result, clock: pytests.run(result, [target], clock)
    raise SetupError(f"T={target}: name a path below an addon's tests, {database.ADDON}/static/tests or tests.")


def run(parts: Iterable[Part]) -> list[Result]:
    """Run the parts one after the other; what keeps one from running is its failure, the others still run."""
    clock = Clock()
    results = []
    for name, part in parts:
        result = Result(name)
        started = time.monotonic()
        try:
            part(result, clock)
        except SetupError as error:
            result.trouble.append(str(error))
        result.seconds = time.monotonic() - started
        for text in result.trouble:
            print(f"{name}: {text}")
        print(result.line(), flush=True)
        results.append(result)
    return results


def main() -> int:
    with signals_end_the_program():
        results = run([selected(sys.argv[1])] if sys.argv[1:] else everything())
    passed, failed = sum(result.passed for result in results), sum(result.failures for result in results)
    if len(results) > 1:
        print("\n" + "\n".join(result.line() for result in results))
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    run_main(main)
