"""Files and all else that is no text, from the patient's phone onto the screen of reception and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from devtools.browser import chromium
from devtools.demo_copy import demo_copy
from simulator.client import Phone

from .browser import Stage, bubble, write

RECEPTION = "reception.kadikoy"
SAMPLES = Path(__file__).parents[2] / "simulator" / "samples"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The demo, running; a mistake in a browser's console fails the test."""
    with demo_copy() as demo, chromium() as browser:
        stage = Stage(demo, browser)
        yield stage
        assert not stage.mistakes, "JavaScript mistakes:\n" + "\n".join(stage.mistakes)


def open_conversation(stage: Stage, phone: Phone, name: str) -> Page:
    """The patient writes, reception opens the conversation."""
    phone.open()
    phone.send_text("Merhaba")
    stage.demo.meta.settle(60)
    page = stage.staff(RECEPTION, "whatsapp-conversations")
    page.get_by_role("cell", name=name, exact=True).click()
    expect(bubble(page, "Merhaba"), "the conversation is open").to_be_visible()
    return page


def of_type(page: Page, kind: str) -> Locator:
    return page.locator(f".o_clinic_message_in[data-type={kind}]")


def test_what_a_patient_sends_is_on_the_screen_without_reload(stage: Stage) -> None:
    phone = stage.phone("905300000003")
    page = open_conversation(stage, phone, "Elif Kaya")
    phone.send_media("image", caption="Here it hurts")
    phone.send_media("document", filename="report.pdf", mime_type="application/pdf")
    phone.send_media("audio")
    phone.send_location(40.9876, 29.0271, "Moda", "Kadikoy")
    phone.send_contacts()
    deleted = phone.send_text("A mistake")
    phone.edit(phone.send_text("At ten"), "At eleven")
    phone.revoke(deleted)

    picture = bubble(page, "Here it hurts").locator("img")
    expect(picture, "the picture is there").to_be_visible()
    expect(page.locator(".o_clinic_picture_loaded"), "decrypted and served").to_be_visible()
    expect(of_type(page, "document").locator(".o_clinic_document_name")).to_have_text("report.pdf")
    expect(of_type(page, "location").locator(".o_clinic_place_name")).to_have_text("Moda")
    expect(of_type(page, "contacts").locator(".o_clinic_contact_name")).to_be_visible()
    expect(bubble(page, "At eleven").locator(".o_clinic_bubble_edited")).to_be_visible()
    expect(bubble(page, "The patient deleted this message")).to_be_visible()
    expect(bubble(page, "A mistake")).to_have_count(0)

    player = of_type(page, "audio").locator("audio")
    player.evaluate("(audio) => audio.play()")
    expect(page.locator(".o_clinic_player_broken"), "the voice message can be heard").to_have_count(0)
    assert player.evaluate("(audio) => audio.duration") > 0
    with page.expect_download() as download:
        page.locator(".o_clinic_document_download").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    stage.picture(page, "8-files-received")


def test_a_file_from_reception_reaches_the_phone_and_is_reacted_to(stage: Stage) -> None:
    phone = stage.phone("905300000013")
    page = open_conversation(stage, phone, "Burak Aslan")
    page.locator(".o_clinic_file_input").set_input_files(SAMPLES / "photo.jpg")
    expect(page.locator(".o_clinic_file_draft")).to_contain_text("photo.jpg")
    write(page, "This is how it will look")
    received = phone.wait_for_message("This is how it will look", 60)
    assert received["type"] == "image"
    sent = bubble(page, "This is how it will look")
    expect(sent.locator(".o_clinic_ticks")).to_have_attribute("data-state", "read")
    phone.react(received["id"], "👍")
    expect(sent.locator(".o_clinic_reaction"), "the reaction stands under the picture").to_contain_text("👍")
    stage.picture(page, "9-file-sent")


def test_a_file_of_a_wrong_type_does_not_leave_the_browser(stage: Stage, tmp_path: Path) -> None:
    archive = tmp_path / "archive.zip"
    archive.write_bytes(b"PK\x03\x04")
    phone = stage.phone("905300000009")
    page = open_conversation(stage, phone, "Hatice Doğan")
    page.locator(".o_clinic_file_input").set_input_files(archive)
    expect(page.locator(".o_clinic_composer_refusal")).to_contain_text("This file cannot be sent")
    expect(page.locator(".o_clinic_file_draft")).to_have_count(0)
