"""The inbox on the screens of two colleagues and on the patient's phone, and on a phone of reception."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from devtools.browser import chromium, handheld, log_in
from devtools.demo_copy import demo_copy
from devtools.rpc import Odoo
from simulator.client import Phone

from .browser import PASSWORD, Stage, bubble, write

RECEPTION, MANAGER = "reception.kadikoy", "manager"
ZEYNEP, ELIF = ("905300000005", "Zeynep Şahin"), ("905300000003", "Elif Kaya")
EMILY = ("905300000011", "Emily Carter")
SOON = 5.0  # seconds; less than one where nothing else runs
TRIES = 4  # the quickest counts: this machine may have something else to do


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The demo, running; a mistake in a browser's console fails the test."""
    with demo_copy() as demo, chromium() as browser:
        stage = Stage(demo, browser)
        yield stage
        assert not stage.mistakes, "JavaScript mistakes:\n" + "\n".join(stage.mistakes)


@pytest.fixture(autouse=True)
def tidy_desks(stage: Stage) -> Iterator[None]:
    """No tab stays open: it would go on reading what arrives in the next test."""
    yield
    for context in stage.browser.contexts:
        for page in context.pages:
            page.close()


def inbox_of(stage: Stage, login: str) -> Page:
    """The inbox with all branches in which somebody works."""
    page = stage.staff(login)
    branches = "-".join(str(branch) for branch in stage.at_work(login).call("res.company", "search", []))
    page.context.add_cookies([{"name": "cids", "value": branches, "url": stage.demo.odoo.url}])
    page.goto(f"{stage.demo.odoo.url}/odoo/whatsapp-inbox")
    return page


def row(page: Page, name: str) -> Locator:
    """A conversation on the list."""
    return page.locator(".o_clinic_row", has_text=name)


def say(stage: Stage, phone: Phone, text: str) -> None:
    """The patient writes, and Odoo has it: with this moment the second begins."""
    phone.send_text(text)
    stage.demo.meta.settle(60)


def has_written(stage: Stage, patient: tuple[str, str], text: str) -> Phone:
    phone = stage.phone(patient[0])
    phone.open()
    say(stage, phone, text)
    return phone


def seconds_until_seen(phone: Phone, text: str, *pages: Page) -> float:
    """The patient writes; how long it takes until it is on all of these screens."""
    started = time.monotonic()
    phone.send_text(text)
    for page in pages:
        expect(bubble(page, text), "it appears on both screens").to_be_visible()
    return time.monotonic() - started


def test_two_colleagues_see_the_same_and_do_not_answer_twice(stage: Stage) -> None:
    phone = has_written(stage, ZEYNEP, "Merhaba")
    one, other = (inbox_of(stage, login) for login in (RECEPTION, MANAGER))
    for page in (one, other):
        row(page, ZEYNEP[1]).click()
        expect(bubble(page, "Merhaba"), "the conversation is open").to_be_visible()
    expect(other.locator(".o_clinic_bar_presence"), "one is seen by the other").to_be_visible()
    waited = [seconds_until_seen(phone, f"Yarın gelebilir miyim? ({number})", one, other) for number in range(TRIES)]
    assert min(waited) < SOON, f"seconds until it was on both screens: {waited}"
    one.locator(".o_clinic_composer_textarea").press_sequentially("Tabii")
    expect(other.locator(".o_clinic_bar_presence", has_text="is writing"), "one is seen writing").to_be_visible()
    write(one, "Tabii, saat 10'da bekliyoruz.")
    expect(bubble(other, "saat 10'da bekliyoruz"), "the other one sees the answer").to_be_visible()
    phone.wait_for_message("saat 10'da bekliyoruz", 60)
    for page in (one, other):
        expect(row(page, ZEYNEP[1]).locator(".o_clinic_row_waiting"), "nobody waits any more").to_have_count(0)
    one.locator(".o_clinic_bar_assign").click()
    one.get_by_text("Assign to me").click()
    expect(row(other, ZEYNEP[1]).locator(".o_clinic_row_assignee"), "the other one sees whose it is").to_be_visible()


def test_two_tabs_of_one_receptionist_show_the_same(stage: Stage) -> None:
    # Nobody had her conversation open before: a tab that is being closed may still say that all is read.
    phone = has_written(stage, EMILY, "İki sekme açık")
    one, other = (inbox_of(stage, RECEPTION) for _tab in range(2))
    expect(row(other, EMILY[1]).locator(".o_clinic_row_count"), "nobody has read it").to_be_visible()
    row(one, EMILY[1]).click()
    expect(bubble(one, "İki sekme açık")).to_be_visible()
    expect(row(other, EMILY[1]).locator(".o_clinic_row_count"), "read in one is read in the other").to_have_count(0)
    row(other, EMILY[1]).click()
    expect(bubble(other, "İki sekme açık")).to_be_visible()
    expect(one.locator(".o_clinic_bar_presence"), "one does not stand in one's own way").to_have_count(0)
    write(one, "Bir kez yazdım")
    phone.wait_for_message("Bir kez yazdım", 60)
    say(stage, phone, "Bir kez okudum")
    for page in (one, other):
        for text in ("Bir kez yazdım", "Bir kez okudum"):
            expect(bubble(page, text), "it stands there once").to_have_count(1)
    one.locator(".o_clinic_bar_close").click()
    for page in (one, other):
        expect(page.locator(".o_clinic_bar_status", has_text="Closed"), "closed in one, closed in both").to_be_visible()


def test_one_comes_back_from_a_lost_connection_with_the_draft_and_the_news(stage: Stage) -> None:
    phone = has_written(stage, ELIF, "Günaydın")
    page = inbox_of(stage, RECEPTION)
    row(page, ELIF[1]).click()
    expect(bubble(page, "Günaydın")).to_be_visible()
    composer = page.locator(".o_clinic_composer_textarea")
    before = len(stage.mistakes)
    page.context.set_offline(True)
    expect(page.locator(".o_clinic_inbox_offline"), "one is told").to_be_visible()
    write(page, "Hemen bakıyorum")
    expect(page.locator(".o_clinic_composer_refusal", has_text="The connection broke")).to_be_visible()
    expect(composer, "what could not be sent comes back").to_have_value("Hemen bakıyorum")
    say(stage, phone, "Orada mısınız?")
    expect(bubble(page, "Orada mısınız?"), "one is really away").to_have_count(0)
    page.context.set_offline(False)
    expect(page.locator(".o_clinic_inbox_offline")).to_have_count(0)
    expect(bubble(page, "Orada mısınız?"), "what was missed is fetched").to_be_visible()
    expect(composer, "the draft is there").to_have_value("Hemen bakıyorum")
    del stage.mistakes[before:]  # a browser without a connection says so on its console
    page.reload()
    expect(composer, "and outlives a reload").to_have_value("Hemen bakıyorum")
    composer.press("Enter")
    phone.wait_for_message("Hemen bakıyorum", 60)
    expect(bubble(page, "Hemen bakıyorum"), "it was sent once").to_have_count(1)


def test_one_pane_at_a_time_on_a_phone(stage: Stage) -> None:
    has_written(stage, ZEYNEP, "Telefonla bakın")
    page = handheld(stage.browser).new_page()
    log_in(page, stage.demo.odoo.url, RECEPTION, PASSWORD)
    page.goto(f"{stage.demo.odoo.url}/odoo/whatsapp-inbox")
    row(page, ZEYNEP[1]).click()
    expect(bubble(page, "Telefonla bakın")).to_be_visible()
    expect(page.locator(".o_clinic_inbox_list"), "the list makes room").to_have_count(0)
    page.locator(".o_clinic_bar_who").click()
    expect(page.locator(".o_clinic_inbox_patient")).to_be_visible()
    expect(page.locator(".o_clinic_thread")).to_have_count(0)
    page.locator(".o_clinic_inbox_patient_head .o_clinic_bar_back").click()
    page.locator(".o_clinic_thread_header .o_clinic_bar_back").click()
    expect(row(page, ZEYNEP[1])).to_be_visible()
    page.context.close()


def test_who_leaves_the_branch_while_a_conversation_is_open_loses_it(stage: Stage) -> None:
    has_written(stage, ELIF, "Bir sorum var")
    page = inbox_of(stage, RECEPTION)
    row(page, ELIF[1]).click()
    expect(bubble(page, "Bir sorum var")).to_be_visible()
    boss = Odoo(stage.demo.odoo.url, stage.demo.odoo.database, "admin", "admin")
    other = boss.find("res.company", [["name", "=", "Çankaya"]])
    receptionist = boss.find("res.users", [["login", "=", RECEPTION]])
    boss.write("res.users", receptionist, company_id=other, company_ids=[[6, 0, [other]]])
    expect(page.locator(".o_clinic_message"), "nothing of the conversation is left").to_have_count(0)
    expect(page.locator(".o_clinic_inbox_patient"), "nor of the patient").to_have_count(0)
    expect(page.locator(".o_clinic_row"), "nor of the list").to_have_count(0)
    expect(page.get_by_role("alert").filter(has_text="no longer yours to read"), "and one is told why").to_be_visible()
