"""Addons beside the main one are found, tested and counted like it."""

import pytest

from devtools import paths
from devtools.checks import __main__ as checks
from devtools.checks import odoo_tests

CALENDAR = paths.REPO / "clinic_whatsapp_calendar"


def test_every_addon_of_the_repository_is_tested():
    parts = [name for name, _run in checks.everything()]
    others = {path.parent for path in paths.REPO.glob("*/__manifest__.py")} - {paths.ADDON}
    assert CALENDAR in others
    assert {addon.name for addon in others} <= set(parts)
    assert parts.index("Odoo tests") < parts.index(CALENDAR.name) < parts.index("end to end")


@pytest.mark.parametrize(
    ("target", "addon", "tags"),
    [
        ("clinic_whatsapp/tests", paths.ADDON, "/clinic_whatsapp"),
        ("clinic_whatsapp_calendar/tests", CALENDAR, "/clinic_whatsapp_calendar"),
        (
            "clinic_whatsapp_calendar/tests/__init__.py::TestX::test_y",
            CALENDAR,
            "/clinic_whatsapp_calendar/tests/__init__.py:TestX.test_y",
        ),
    ],
)
def test_a_path_names_the_tests_of_its_addon(target, addon, tags):
    assert odoo_tests.addon_of(target) == addon
    assert odoo_tests.tags_of(target) == tags


@pytest.mark.parametrize("target", ["tests/e2e", "clinic_whatsapp/models", "clinic_whatsapp_calendar"])
def test_other_paths_name_no_tests_of_an_addon(target):
    assert odoo_tests.addon_of(target) is None
