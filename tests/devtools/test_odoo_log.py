"""The test run counts tests, not log lines, and lets no error in the log pass."""

from __future__ import annotations

from pathlib import Path

from devtools.checks import odoo_tests
from devtools.checks.results import Result

STAMP = "2026-01-02 03:04:05,678 99"


def read(tmp_path: Path, *lines: str) -> Result:
    log = tmp_path / "odoo.log"
    log.write_text("\n".join(lines) + "\n")
    result = Result("Odoo tests")
    odoo_tests.read_log(result, log)
    return result


def record(level: str, text: str) -> str:
    return f"{STAMP} {level} some_db odoo.addons.clinic_whatsapp.tests.test_x: {text}"


def test_failed_subtests_count_as_one_test(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        record("INFO", "Starting TestX.test_a ..."),
        record("INFO", "Starting TestX.test_b ..."),
        record("ERROR", "FAIL: Subtest TestX.test_b (i=0)"),
        "Traceback (most recent call last):",
        record("ERROR", "FAIL: Subtest TestX.test_b (i=1)"),
        record("INFO", "Starting TestX.test_c ..."),
        record("INFO", "skipped TestX.test_c : because"),
        record("ERROR", "Module clinic_whatsapp: 2 failures, 0 errors of 3 tests"),
        record("ERROR", "2 failed, 0 error(s) of 3 tests when loading database 'some_db'"),
    )
    assert (result.passed, result.failed, result.skipped, result.trouble) == (1, 1, 1, [])


def test_failed_class_set_up_costs_no_other_test(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        record("INFO", "Starting TestX.test_a ..."),
        record("ERROR", "ERROR: setUpClass (odoo.addons.clinic_whatsapp.tests.test_y.TestY)"),
    )
    assert (result.passed, result.failed) == (1, 1)


def test_error_in_the_log_fails_a_run_whose_tests_pass(tmp_path: Path) -> None:
    result = read(tmp_path, record("INFO", "Starting TestX.test_a ..."), record("ERROR", "Cron failed"))
    assert (result.passed, result.failed, result.trouble) == (1, 0, ["Cron failed"])


def test_path_becomes_the_tags_of_odoos_runner() -> None:
    target = "clinic_whatsapp/tests/__init__.py::TestX::test_a"
    assert odoo_tests.tags_of(target) == "/clinic_whatsapp/tests/__init__.py:TestX.test_a"


def test_test_file_that_nobody_imports_is_found(tmp_path: Path) -> None:
    for name in ("test_a.py", "test_b.py", "common.py"):
        (tmp_path / name).touch()
    (tmp_path / "__init__.py").write_text("from . import (\n    test_a,\n)\n")
    assert odoo_tests.not_imported(tmp_path) == ["test_b.py"]
