"""pytest on the tests outside the addon; the counts come from its JUnit report."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

from devtools import odoo, paths
from devtools.checks.commands import shown
from devtools.checks.results import Clock, Result

NO_TESTS = 5  # pytest's exit code when it collected nothing


def run(part: str, targets: Sequence[str], clock: Clock, *, may_be_empty: bool = False) -> Result:
    """Run pytest on paths or node ids of the checkout."""
    result = Result(part)
    report = paths.log_file(part).with_suffix(".xml")
    command = [paths.python(), "-m", "pytest", "-q", f"--junitxml={report}", *targets]
    code = shown(command, timeout=clock.left(), env=odoo.environment())
    count(result, report)
    if code is None:
        result.trouble.append("did not end in time")
    elif code == NO_TESTS and not may_be_empty:
        result.trouble.append("no tests were found")
    elif code not in (0, NO_TESTS) and not result.failed:
        result.trouble.append(f"pytest ended with exit code {code}")
    return result


def count(result: Result, report: Path) -> None:
    if not report.is_file():
        return
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        result.failed += failed
        result.skipped += skipped
        result.passed += int(suite.get("tests", 0)) - failed - skipped
