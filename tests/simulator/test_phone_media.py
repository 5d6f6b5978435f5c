"""Files, forms and changes on the phone page, in a real browser."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from simulator.inbound_content import sample
from simulator.testing import Simulator
from simulator.waiting import wait_until

from .contents import CARD, flow, interactive
from .pages import NARROW, bubbles, open_chat
from .world import AYSE, Meta, Receiver, uploaded, wamid

pytestmark = pytest.mark.e2e


def test_files_of_the_clinic_are_shown(sim: Simulator, chat: Meta, page: Page) -> None:
    open_chat(page, sim)
    picture, voice = uploaded(chat), uploaded(chat, sample("audio"), "audio/ogg")
    pdf = uploaded(chat, sample("document"), "application/pdf")
    film = uploaded(chat, sample("video"), "video/mp4")
    chat.send(type="image", image={"id": picture, "caption": "Röntgen"})
    chat.send(type="document", document={"id": pdf, "filename": "rapor.pdf"})
    chat.send(type="audio", audio={"id": voice, "voice": True})
    chat.send(type="video", video={"id": film})
    chat.send(type="contacts", contacts=[CARD])
    chat.send(type="image", image={"link": "https://example.org/a.png"})
    expect(bubbles(page)).to_have_count(6)
    image = bubbles(page).get_by_test_id("bubble-image")
    expect(image).to_have_js_property("naturalWidth", 480)
    expect(bubbles(page).get_by_test_id("bubble-file")).to_contain_text("rapor.pdf")
    expect(bubbles(page).get_by_test_id("bubble-video")).to_have_js_property("videoWidth", 320)
    expect(bubbles(page).get_by_test_id("bubble-contacts")).to_contain_text("Dr. Deniz Örnek")
    expect(bubbles(page).get_by_test_id("bubble-placeholder")).to_have_text("example.org")
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_voice_message_that_is_played_is_told(
    sim: Simulator, chat: Meta, receiver: Receiver, page: Page
) -> None:
    voice = uploaded(chat, sample("audio"), "audio/ogg")
    sent = wamid(chat.send(type="audio", audio={"id": voice, "voice": True}))
    open_chat(page, sim)
    bubbles(page).get_by_test_id("bubble-play").click()
    wait_until(lambda: "played" in [s["status"] for s in receiver.statuses(sent)], 10, lambda: str(receiver.statuses()))


def test_own_file_with_its_caption(sim: Simulator, meta: Meta, receiver: Receiver, page: Page) -> None:
    open_chat(page, sim)
    page.get_by_test_id("composer-input").fill("Sonuçlarım")
    file = {"name": "sonuç.pdf", "mimeType": "application/pdf", "buffer": sample("document")}
    page.get_by_test_id("attach-input").set_input_files(file)
    receiver.wait_for(1, "messages")
    document = receiver.messages()[0]["document"]
    assert (document["filename"], document["caption"]) == ("sonuç.pdf", "Sonuçlarım")
    assert sim.media_bytes(document["id"]) == sample("document")
    expect(page.get_by_test_id("composer-input")).to_have_value("")


def test_own_message_is_changed_and_deleted(sim: Simulator, meta: Meta, receiver: Receiver, page: Page) -> None:
    open_chat(page, sim)
    page.get_by_test_id("composer-input").fill("Yarin")
    page.get_by_test_id("composer-send").click()
    bubble = bubbles(page, "patient")
    bubble.locator(".bubble").click(button="right")
    page.get_by_test_id("menu-edit").click()
    expect(page.get_by_test_id("composer-input")).to_have_value("Yarin")
    page.get_by_test_id("composer-input").fill("Yarın")
    page.get_by_test_id("composer-send").click()
    expect(bubble.get_by_test_id("bubble-edited")).to_be_visible()
    expect(bubble.get_by_test_id("bubble-text")).to_have_text("Yarın")
    bubble.locator(".bubble").click(button="right")
    page.get_by_test_id("menu-remove").click()
    expect(bubble.get_by_test_id("bubble-deleted")).to_be_visible()
    receiver.wait_for(3, "messages")
    assert {m["type"] for m in receiver.messages()} == {"text", "edit", "revoke"}


def test_reaction_is_taken_back_from_the_menu(sim: Simulator, chat: Meta, page: Page) -> None:
    chat.send()
    open_chat(page, sim)
    bubbles(page).locator(".bubble").click(button="right")
    page.get_by_test_id("emoji").first.click()
    expect(bubbles(page).get_by_test_id("bubble-reaction")).to_have_text("👍")
    bubbles(page).locator(".bubble").click(button="right")
    page.get_by_test_id("menu-unreact").click()
    expect(bubbles(page).get_by_test_id("bubble-reaction")).to_have_count(0)


def test_what_one_is_about_to_fill_in_stays_when_the_screen_is_drawn_anew(
    sim: Simulator, chat: Meta, page: Page
) -> None:
    open_chat(page, sim)
    chat.send(**flow())
    bubbles(page).get_by_test_id("bubble-button").click()
    page.get_by_test_id("form-answer").fill("Ayşe")
    sim.phone(AYSE).profile(name="Ayşe Y.")
    expect(page.get_by_test_id("profile-name")).to_have_value("Ayşe Y.")
    expect(page.get_by_test_id("form-answer")).to_have_value("Ayşe")


def test_form_and_request_for_the_number_are_answered(
    sim: Simulator, chat: Meta, receiver: Receiver, page: Page
) -> None:
    open_chat(page, sim)
    chat.send(**flow())
    chat.send(**interactive("request_contact_info", {"name": "request_contact_info"}))
    buttons = bubbles(page).get_by_test_id("bubble-button")
    expect(buttons).to_have_count(2)  # a message that comes in later moves the ones above it
    page.locator("[data-kind=flow]").click()  # which of them arrives first is anybody's guess
    page.get_by_test_id("form-answer").fill("Ayşe")
    page.get_by_test_id("form-agree").check()
    page.get_by_test_id("form-send").click()
    receiver.wait_for(1, "messages")
    answers = json.loads(receiver.messages()[0]["interactive"]["nfm_reply"]["response_json"])
    assert answers == {"answer": "Ayşe", "agree": True, "flow_token": "token-1"}
    page.locator("[data-kind=request_contact_info]").click()
    receiver.wait_for(2, "messages")
    assert receiver.messages()[1]["contacts"][0]["origin"] == "contact_request"
