"""The phone page in a real browser: what a person playing the patient sees and does."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from simulator.testing import Simulator

from .pages import NARROW, bubbles, open_chat
from .world import AYSE, Meta, Receiver, wamid

pytestmark = pytest.mark.e2e



def test_reminder_arrives_is_read_and_answered_by_button(
    sim: Simulator, meta: Meta, receiver: Receiver, page: Page
) -> None:
    open_chat(page, sim)
    expect(page.get_by_test_id("chat-title")).to_have_text("Papatya Klinik")
    sent = wamid(meta.send_template())
    reminder = bubbles(page)
    expect(reminder).to_have_attribute("data-message-id", sent)
    expect(reminder.get_by_test_id("bubble-text")).to_have_text(
        "Sayın Ayşe, yarın saat 10:30 için randevunuz var."
    )
    receiver.wait_for(3, "statuses")
    assert {s["status"] for s in receiver.statuses(sent)} == {"sent", "delivered", "read"}

    reminder.get_by_test_id("bubble-button").filter(has_text="Geleceğim").click()
    answer = bubbles(page, "patient")
    expect(answer.get_by_test_id("bubble-text")).to_have_text("Geleceğim")
    expect(answer.get_by_test_id("bubble-quote")).to_contain_text("randevunuz var")
    receiver.wait_for(1, "messages")
    assert receiver.messages()[0]["button"]["text"] == "Geleceğim"
    assert receiver.messages()[0]["context"]["id"] == sent


def test_text_leaves_and_its_ticks_turn_blue(
    sim: Simulator, meta: Meta, receiver: Receiver, page: Page
) -> None:
    open_chat(page, sim)
    expect(page.get_by_test_id("composer-send")).to_be_disabled()
    page.get_by_test_id("composer-input").fill("Saat kaçta gelmeliyim? 🙂")
    page.get_by_test_id("composer-input").press("Enter")
    receiver.wait_for(1, "messages")
    message = receiver.messages()[0]
    assert message["text"] == {"body": "Saat kaçta gelmeliyim? 🙂"}
    tick = bubbles(page, "patient").get_by_test_id("tick")
    expect(tick).to_have_attribute("data-status", "delivered")
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": message["id"]}
    meta.post({**read, "typing_indicator": {"type": "text"}})
    expect(tick).to_have_attribute("data-status", "read")
    expect(page.get_by_test_id("typing")).to_be_visible()


def test_formatting_is_shown_and_html_is_not_interpreted(
    sim: Simulator, chat: Meta, page: Page
) -> None:
    open_chat(page, sim)
    body = "*Kalın* _eğik_ 3*4*5 <img src=x onerror=alert(1)> https://example.org/yol."
    chat.send(type="text", text={"body": body})
    text = bubbles(page).get_by_test_id("bubble-text")
    expect(text.locator("strong")).to_have_text("Kalın")
    expect(text.locator("em")).to_have_text("eğik")
    expect(text.locator("a")).to_have_attribute("href", "https://example.org/yol")
    expect(text).to_contain_text("3*4*5 <img src=x onerror=alert(1)>")
    assert text.locator("img").count() == 0


def test_list_message_is_answered_from_its_sheet(
    sim: Simulator, chat: Meta, receiver: Receiver, page: Page
) -> None:
    rows = [{"id": f"slot:{i}", "title": f"{i}:00"} for i in (9, 10)]
    action = {"button": "Saatler", "sections": [{"title": "Salı", "rows": rows}]}
    question = {"type": "list", "body": {"text": "Hangi saat?"}, "action": action}
    open_chat(page, sim)
    chat.send(type="interactive", interactive=question)
    bubbles(page).get_by_test_id("bubble-button").click()
    page.get_by_test_id("list-row").filter(has_text="10:00").click()
    receiver.wait_for(1, "messages")
    assert receiver.messages()[0]["interactive"]["list_reply"]["id"] == "slot:10"


def test_photo_from_the_attachments(
    sim: Simulator, meta: Meta, receiver: Receiver, page: Page
) -> None:
    open_chat(page, sim)
    page.get_by_test_id("attach-open").click()
    page.get_by_test_id("attach-photo").click()
    receiver.wait_for(1, "messages")
    assert receiver.messages()[0]["type"] == "image"
    expect(bubbles(page, "patient")).to_have_attribute("data-type", "image")


def test_new_person_chat_list_and_unread_badge(sim: Simulator, meta: Meta, page: Page) -> None:
    page.goto(sim.url)
    page.get_by_test_id("person-number").fill("0530 12")
    page.get_by_test_id("person-add").click()
    expect(page.get_by_test_id("person-problem")).to_be_visible()
    page.get_by_test_id("person-number").fill("+90 530 000 00 01")
    page.get_by_test_id("person-name").fill("Ayşe Yılmaz")
    page.get_by_test_id("person-add").click()
    expect(page.get_by_test_id("chat-row")).to_contain_text("Papatya Klinik")
    assert sim.phones()[0]["name"] == "Ayşe Yılmaz"
    meta.send_template()
    expect(page.get_by_test_id("unread")).to_have_text("1")
    page.get_by_test_id("chat-row").click()
    expect(bubbles(page)).to_have_count(1)
    page.get_by_test_id("chat-back").click()
    expect(page.get_by_test_id("chat-row")).to_be_visible()
    expect(page.get_by_test_id("unread")).to_have_count(0)


def test_faults_are_set_on_the_page_and_shown_there(sim: Simulator, meta: Meta, page: Page) -> None:
    open_chat(page, sim)
    page.get_by_test_id("fault-fail-count").fill("2")
    page.get_by_test_id("fault-fail-code").select_option("131056")
    page.get_by_test_id("fault-fail-apply").click()
    expect(page.get_by_test_id("fault-left")).to_have_text("2 to go")
    assert sim.faults()["fail_next"]["code"] == 131056
    assert meta.send_template().status_code == 400
    expect(page.get_by_test_id("fault-left")).to_have_text("1 to go")
    expect(page.get_by_test_id("event").first).to_contain_text("131056")
    page.get_by_test_id("fault-pause").click()
    expect(page.get_by_test_id("fault-pause")).to_have_attribute("aria-checked", "true")
    page.get_by_test_id("faults-normal").click()
    expect(page.get_by_test_id("faults-normal")).to_be_disabled()
    assert sim.faults()["webhook_paused"] is False
    sim.set_faults(down="reset")
    expect(page.get_by_test_id("fault-down").locator("[data-value=reset]")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_phone_switched_off_shows_nothing_until_it_is_on(
    sim: Simulator, chat: Meta, page: Page
) -> None:
    open_chat(page, sim)
    page.get_by_test_id("profile-online").click()
    expect(page.get_by_test_id("phone-off")).to_be_visible()
    chat.send()
    page.get_by_test_id("profile-online").click()
    expect(page.get_by_test_id("phone-off")).to_have_count(0)
    expect(bubbles(page)).to_have_count(1)


def test_turkish_is_remembered(sim: Simulator, meta: Meta, page: Page) -> None:
    open_chat(page, sim)
    page.get_by_test_id("lang-tr").click()
    expect(page.get_by_test_id("composer-input")).to_have_attribute("placeholder", "Mesaj")
    page.reload()
    expect(page.get_by_role("heading", name="Hastanın telefonu")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "tr"


def test_nothing_overflows_at_phone_width(sim: Simulator, chat: Meta, page: Page) -> None:
    page.set_viewport_size(NARROW)
    chat.send(type="text", text={"body": "çokuzunbirkelime" * 30})
    chat.send_template()
    open_chat(page, sim)
    expect(bubbles(page)).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    expect(page.get_by_test_id("composer-input")).to_be_in_viewport()


def test_page_comes_back_after_a_restart(
    page: Page, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Simulator(state=tmp_path_factory.mktemp("state") / "state.json") as sim:
        sim.register_number(webhook_url=receiver.url)
        port = int(sim.url.rpartition(":")[2])
        open_chat(page, sim)
        sim.stop()
        expect(page.get_by_test_id("toast")).to_be_visible()
        sim.start(port=port)
        sim.phone(AYSE).send_text("Yeniden buradayım")
        expect(bubbles(page, "patient")).to_have_count(1)
