"""ruff on everything, pylint-odoo on the addons. Each tool counts as one check."""

from __future__ import annotations

from devtools import paths
from devtools.checks.commands import shown, tool
from devtools.checks.results import Clock, Result


def run(result: Result, clock: Clock) -> None:
    commands = {"ruff": [tool("ruff"), "check", "--quiet", "."]}
    addons = [path.parent.name for path in sorted(paths.REPO.glob("*/__manifest__.py"))]
    if addons:
        commands["pylint-odoo"] = [tool("pylint"), *addons]
    for name, command in commands.items():
        code = shown(command, timeout=clock.left())
        if code:
            result.trouble.append(f"{name} found something (exit code {code})")
        elif code is None:
            result.trouble.append(f"{name} did not end in time")
        else:
            result.passed += 1
