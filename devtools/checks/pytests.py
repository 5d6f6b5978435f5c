"""pytest on the tests outside the addon; the counts come from its JUnit report."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

from devtools import odoo, paths
from devtools.checks.commands import shown
from devtools.checks.results import Clock, Result

NO_TESTS = 5  # pytest's exit code when it collected nothing


def run(result: Result, targets: Sequence[str], clock: Clock) -> None:
    """Run pytest on paths or node ids of the checkout."""
    report = paths.log_file(result.part).with_suffix(".xml")
    command = [paths.python(), "-m", "pytest", "-q", f"--junitxml={report}", *targets]
    code = shown(command, timeout=clock.left(), env=odoo.environment())
    count(result, report)
    if code is None:
        result.trouble.append("did not end in time")
    elif code == NO_TESTS:
        result.trouble.append("no tests were found")
    elif code and not result.failed:
        result.trouble.append(f"pytest ended with exit code {code}")


def count(result: Result, report: Path) -> None:
    if not report.is_file():
        return
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        result.failed += failed
        result.skipped += skipped
        result.passed += int(suite.get("tests", 0)) - failed - skipped
