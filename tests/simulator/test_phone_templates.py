"""Templates on the phone page, in a real browser: every header, the footer, and every button, pressed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from simulator.inbound_content import sample
from simulator.testing import Simulator

from .pages import NARROW, bubbles, open_chat
from .world import Meta, Receiver, uploaded, wamid

pytestmark = pytest.mark.e2e

BUTTONS = [
    {"type": "QUICK_REPLY", "text": "Geleceğim"},
    {"type": "URL", "text": "Hazırlık", "url": "https://klinik.example/a/{{1}}"},
    {"type": "PHONE_NUMBER", "text": "Ara", "phone_number": "+902125550000"},
    {"type": "COPY_CODE", "example": "X25"},
    {"type": "REQUEST_CONTACT_INFO", "text": "Share Contact Info"},
]


def put(sim: Simulator, header: dict[str, Any], *components: dict[str, Any]) -> None:
    body = {"type": "BODY", "text": "Sayın {{1}}, sizi bekliyoruz."}
    footer = {"type": "FOOTER", "text": "Papatya Klinik"}
    parts = [{"type": "HEADER", **header}, body, footer, *components]
    sim.put_templates([{"name": "t", "language": "tr", "category": "UTILITY", "components": parts}])


def send(meta: Meta, header: dict[str, Any], *buttons: dict[str, Any]) -> str:
    body = {"type": "body", "parameters": [{"type": "text", "text": "Ayşe"}]}
    components = [{"type": "header", "parameters": [header]}, body, *buttons]
    data = {"name": "t", "language": {"code": "tr"}, "components": components}
    return wamid(meta.send(type="template", template=data))


def test_files_and_places_stand_above_the_text(sim: Simulator, meta: Meta, page: Page) -> None:
    open_chat(page, sim)
    for kind, mime in (("image", "image/jpeg"), ("video", "video/mp4"), ("document", "application/pdf")):
        put(sim, {"format": kind.upper()})
        send(meta, {"type": kind, kind: {"id": uploaded(meta, sample(kind), mime)}})
    put(sim, {"format": "LOCATION"})
    place = {"latitude": "41.01", "longitude": "28.97", "name": "Papatya Klinik", "address": "Gül Sokak 1"}
    send(meta, {"type": "location", "location": place})
    put(sim, {"format": "TEXT", "text": "Randevu {{1}}"})
    send(meta, {"type": "text", "text": "24 Kasım"})
    expect(bubbles(page)).to_have_count(5)
    expect(bubbles(page).get_by_test_id("bubble-image")).to_have_js_property("naturalWidth", 480)
    expect(bubbles(page).get_by_test_id("bubble-video")).to_have_js_property("videoWidth", 320)
    expect(bubbles(page).get_by_test_id("bubble-file")).to_be_visible()
    expect(bubbles(page).get_by_test_id("bubble-map")).to_have_text("Papatya Klinik, Gül Sokak 1")
    expect(bubbles(page).get_by_text("Randevu 24 Kasım")).to_be_visible()
    texts = bubbles(page).get_by_test_id("bubble-text")
    expect(texts).to_have_text(["Sayın Ayşe, sizi bekliyoruz."] * 5)
    expect(bubbles(page).get_by_text("Papatya Klinik", exact=True)).to_have_count(5)
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_every_button_can_be_pressed(sim: Simulator, meta: Meta, receiver: Receiver, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_chat(page, sim)
    put(sim, {"format": "TEXT", "text": "Randevu {{1}}"}, {"type": "BUTTONS", "buttons": BUTTONS})
    link = {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "b?c=1"}]}
    coupon = {"type": "coupon_code", "coupon_code": "YAZ25"}
    code = {"type": "button", "sub_type": "copy_code", "index": "3", "parameters": [coupon]}
    send(meta, {"type": "text", "text": "24 Kasım"}, link, code)
    buttons = bubbles(page).get_by_test_id("bubble-button")
    expect(buttons).to_have_text(["Geleceğim", "Hazırlık", "Ara", "Copy code", "Share my number"])
    expect(buttons.nth(1)).to_have_attribute("href", "https://klinik.example/a/b?c=1")
    expect(buttons.nth(2)).to_have_attribute("href", "tel:+902125550000")
    buttons.nth(3).click()
    assert page.evaluate("navigator.clipboard.readText()") == "YAZ25"
    buttons.nth(4).click()
    receiver.wait_for(1, "messages")
    assert receiver.messages()[0]["contacts"][0]["origin"] == "contact_request"
    buttons.nth(0).click()
    receiver.wait_for(2, "messages")
    assert receiver.messages()[1]["button"] == {"payload": "Geleceğim", "text": "Geleceğim"}
