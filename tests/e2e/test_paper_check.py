"""A signed form waits in the demo until a second person has looked at it (legal.md LR-13)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from devtools.browser import chromium
from devtools.demo_copy import demo_copy

from .browser import Stage

PATIENT = "Fatma Arslan"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The demo, running; a mistake in a browser's console fails the test."""
    with demo_copy() as demo, chromium() as browser:
        stage = Stage(demo, browser)
        yield stage
        assert not stage.mistakes, "JavaScript mistakes:\n" + "\n".join(stage.mistakes)


def test_lr13_the_second_person_sees_who_signed_and_the_scan_before_it_counts(stage: Stage) -> None:
    manager = stage.at_work("manager")
    patient = manager.find("res.partner", [["name", "=", PATIENT], ["is_patient", "=", True]])
    page = stage.staff("manager", "action-clinic_whatsapp.action_consent_to_check")
    page.get_by_role("cell", name=PATIENT, exact=True).click()
    page.get_by_role("button", name="Check the signature").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[name=partner_id]"), "it says whose form it is").to_contain_text(PATIENT)
    expect(dialog.locator("[name=signer_name]"), "who has signed").to_contain_text(PATIENT)
    address = dialog.get_by_role("link", name="Open the file").get_attribute("href")
    assert address
    assert manager.get(address).startswith(b"\xff\xd8"), "the scan can be opened"
    assert manager.read("res.partner", patient, "appointment_consent")["appointment_consent"] == "pending"

    dialog.get_by_role("button", name="The signature is right").click()
    expect(dialog, "the form is checked").to_have_count(0)
    seen = manager.read("res.partner", patient, "appointment_consent")["appointment_consent"]
    assert seen == "granted"
