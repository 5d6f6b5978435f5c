"""The addons' own tests, by Odoo's runner, in a fresh database that has only the dependencies.

The addon is installed in the same run: its installation is part of what is tested, and tests of both kinds run
(`at_install` and `post_install`). A glue addon's tests run where the main addon is installed already, and only they;
it brings along the modules that it joins. Odoo reports failed tests by its exit code, but goes on after much that is
wrong all the same: an exception in a cron or a request, a view it skips, a deprecated call. So every line of the log
that is an ERROR or worse fails the run, and so does a run without tests.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from devtools import database, odoo, paths, ports
from devtools.checks.results import Clock, Result
from devtools.errors import SetupError

LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (?P<level>[A-Z]+) \S+ [\w.]+: ?(?P<text>.*)")
STARTED = re.compile(r"^Starting (?P<test>\w+\.\w+) \.\.\.")
FAILED = re.compile(r"^(FAIL|ERROR): (?:Subtest )?(?P<test>\S+)")
SKIPPED = re.compile(r"^skipped ", re.IGNORECASE)
SUMMARY = re.compile(r"error\(s\) of \d+ tests|\d+ errors of \d+ tests|^At least one test failed")
BAD_LEVELS = ("ERROR", "CRITICAL")


def run(result: Result, tags: str, clock: Clock, addon: Path = paths.ADDON) -> None:
    """Install the addon into a clone of its dependencies and run the tests that the tags select."""
    log = paths.log_file(result.part)
    template = database.dependencies_template() if addon == paths.ADDON else database.addon_template()
    with database.temporary(template) as name:
        code = run_in(name, tags, log, clock, addon)
    if code is None:
        result.trouble.append("did not end in time")
    read_log(result, log)
    if code and not result.failures:
        result.trouble.append(f"Odoo ended with exit code {code}")
    if not result.passed + result.failures:
        result.trouble.append("no tests ran; a test file must be imported in tests/__init__.py")
    if result.failures:
        print(f"\nThe whole log: {log}\n")


def run_in(name: str, tags: str, log: Path, clock: Clock, addon: Path) -> int | None:
    options = {"http_port": ports.free_port(), "max_cron_threads": 0, "screenshots": paths.state("screenshots")}
    try:
        return odoo.run_odoo(
            "-d",
            name,
            "-i",
            addon.name,
            "--test-tags",
            tags,
            "--stop-after-init",
            log=log,
            options=options,
            timeout=clock.left(),
        )
    except subprocess.TimeoutExpired:
        return None


def read_log(result: Result, log: Path) -> None:
    """Count the tests that started, failed and were skipped; show everything that went wrong."""
    started = skipped = 0
    failed: set[str] = set()
    unstarted = 0
    for level, text in records(log):
        if STARTED.match(text):
            started += 1
        elif SKIPPED.match(text):
            skipped += 1
        elif level in BAD_LEVELS and not SUMMARY.search(text):
            print(f"\n{level}: {text.strip()}")
            if found := FAILED.match(text):
                failed.add(found["test"] if found["test"] != "setUpClass" else text)
                unstarted += found["test"] == "setUpClass"
            else:
                result.trouble.append(text.splitlines()[0])
    result.failed = len(failed)
    result.skipped = skipped
    result.passed = started - skipped - (len(failed) - unstarted)


def records(log: Path) -> Iterator[tuple[str, str]]:
    """Level and text of each log record; the lines that follow a record belong to it."""
    level, lines = "", []
    for line in log.read_text(errors="replace").splitlines():
        if found := LINE.match(line):
            if level:
                yield level, "\n".join(lines)
            level, lines = found["level"], [found["text"]]
        else:
            lines.append(line)
    if level:
        yield level, "\n".join(lines)


def not_imported(folder: Path) -> list[str]:
    """Test files that Odoo's runner would pass over in silence: it sees only what `__init__.py` imports."""
    imported = {
        alias.name
        for node in ast.walk(ast.parse((folder / "__init__.py").read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return sorted(path.name for path in folder.glob("test_*.py") if path.stem not in imported)


def run_all(result: Result, clock: Clock, addon: Path = paths.ADDON) -> None:
    """All of an addon's tests; a file that nobody imports is an error."""
    run(result, f"/{addon.name}", clock, addon)
    result.trouble += [f"{name} is not imported in tests/__init__.py" for name in not_imported(addon / "tests")]


def addon_of(target: str) -> Path | None:
    """The addon whose tests a path names."""
    parts = Path(target.split("::")[0]).parts
    named = [addon for addon in (paths.ADDON, *paths.glue_addons()) if parts[:2] == (addon.name, "tests")]
    return named[0] if named else None


def tags_of(target: str) -> str:
    """Odoo's test tags for a path like clinic_whatsapp/tests/test_x.py::TestX::test_y."""
    path, *names = target.split("::")
    file = (paths.REPO / path).resolve()
    if not file.is_file():
        if file.is_dir():
            return f"/{file.relative_to(paths.REPO).parts[0]}"
        raise SetupError(f"There is no {path}.")
    inside = "/" + str(file.relative_to(paths.REPO))
    return inside + "".join(f"{mark}{name}" for mark, name in zip(":.", names, strict=False))
