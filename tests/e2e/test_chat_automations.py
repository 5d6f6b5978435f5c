"""What the clinic answers by itself, on a patient's phone and on the screen of reception: a greeting, and the hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from devtools.browser import ZONE, chromium
from devtools.demo_copy import demo_copy
from devtools.rpc import Odoo
from simulator.client import Phone, wait_until

from .browser import Stage, bubble, open_chat, phone_bubble, write

RECEPTION, MANAGER = "reception.kadikoy", "manager"
AUTOMATION, ROW = "clinic.whatsapp.automation", ".o_clinic_row"
WELCOME, CLOSED = "hoş geldiniz", "çalışma saatlerimizin dışındayız"
SOON = 60.0  # seconds; the machine may be busy


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The demo, running; a mistake in a browser's console fails the test."""
    with demo_copy() as demo, chromium() as browser:
        stage = Stage(demo, browser)
        yield stage
        assert not stage.mistakes, "JavaScript mistakes:\n" + "\n".join(stage.mistakes)


@pytest.fixture(autouse=True)
def tidy_desks(stage: Stage) -> Iterator[None]:
    yield
    stage.clear()


def switch_on(stage: Stage, *triggers: str) -> None:
    """A manager switches on the starter automations of these occasions, and all others of conversations off."""
    manager = stage.at_work(MANAGER)
    found = manager.call(
        AUTOMATION,
        "search_read",
        [["model", "=", "clinic.whatsapp.conversation"]],
        ["trigger"],
        context={"active_test": False},
    )
    for row in found:
        manager.write(AUTOMATION, row["id"], active=row["trigger"] in triggers)
    assert set(triggers) <= {row["trigger"] for row in found}


def boss(stage: Stage) -> Odoo:
    return Odoo(stage.demo.odoo.url, stage.demo.odoo.database, "admin", "admin")


def close_until_the_day_after_tomorrow(stage: Stage) -> int:
    """It is a public holiday in Kadıköy from an hour ago on; the day of the month on which work begins again."""
    admin, now = boss(stage), datetime.now(timezone.utc)
    branch = admin.find("res.company", [["name", "=", "Kadıköy"]])
    calendar = admin.read("res.company", branch, "resource_calendar_id")["resource_calendar_id"]
    last_day = now.astimezone(ZoneInfo(ZONE)).date() + timedelta(days=2)
    end = datetime.combine(last_day, time(), ZoneInfo(ZONE)).astimezone(timezone.utc)
    admin.create(
        "resource.calendar.leaves",
        name="Holiday",
        company_id=branch,
        calendar_id=calendar,
        date_from=f"{now - timedelta(hours=1):%Y-%m-%d %H:%M:%S}",
        date_to=f"{end:%Y-%m-%d %H:%M:%S}",
    )
    return _next_weekday(last_day)


def _next_weekday(day: date) -> int:
    return next(later for later in (day + timedelta(days=more) for more in range(3)) if later.weekday() < 5).day


def reopen(stage: Stage) -> None:
    admin = boss(stage)
    holidays = admin.call("resource.calendar.leaves", "search", [["name", "=", "Holiday"]])
    admin.call("resource.calendar.leaves", "unlink", holidays)


def say(stage: Stage, phone: Phone, text: str) -> None:
    phone.send_text(text)
    stage.demo.meta.settle(SOON)


def told(phone: Phone, text: str) -> list[str]:
    """What the clinic said on a phone with these words in it."""
    return [message["text"] for message in phone.messages() if message["from_business"] and text in message["text"]]


def wait_for_two(phone: Phone) -> list[dict[str, Any]]:
    """Wait until the clinic has said two things on a phone, no more; return them in the order in which they left."""

    def look() -> list[dict[str, Any]] | None:
        said = [message for message in phone.messages() if message["from_business"]]
        return sorted(said, key=lambda message: message["timestamp"]) if len(said) == 2 else None

    return wait_until(look, SOON, lambda: "there are no two messages of the clinic")


def inbox(stage: Stage) -> Page:
    page = stage.staff(RECEPTION)
    page.goto(f"{stage.demo.odoo.url}/odoo/whatsapp-inbox")
    return page


def test_who_writes_for_the_first_time_is_greeted_after_the_notice_and_once(stage: Stage) -> None:
    switch_on(stage, "greeting")
    phone, other = stage.phone("905300000921"), stage.phone("905300000922")
    phone.profile(name="Nisan Yeni")
    page = inbox(stage)
    say(stage, phone, "Merhaba, ilk kez yazıyorum")
    _notice, greeted = wait_for_two(phone)  # they may arrive in any order
    assert WELCOME in greeted["text"], "the short notice left first, then the greeting"
    page.locator(ROW, has_text="Nisan Yeni").click()
    expect(bubble(page, WELCOME), "reception sees what was said").to_be_visible()
    expect(page.locator(ROW, has_text="Nisan Yeni").locator(".o_clinic_row_waiting"), "she waits").to_be_visible()
    screen = stage.patients_phone(phone, RECEPTION)
    open_chat(screen)
    greeting = phone_bubble(screen, WELCOME)
    expect(greeting, "by the name of the branch").to_contain_text("Kadıköy WhatsApp hattına")
    expect(greeting.get_by_role("button", name="Adres ve saatler"), "with what one can ask for").to_be_visible()
    stage.picture(screen, "greeting")
    say(stage, phone, "Bir sorum daha var")
    say(stage, other, "Merhaba")
    other.wait_for_message(WELCOME, SOON)
    assert len(told(phone, WELCOME)) == 1, "she is greeted once"
    write(page, "Hoş geldiniz, buyurun.")
    phone.wait_for_message("buyurun", SOON)


def test_who_writes_to_a_closed_branch_learns_when_it_opens_unless_somebody_is_there(stage: Stage) -> None:
    attended, phone, other = (stage.phone(f"90530000093{number}") for number in range(3))
    attended.profile(name="Eylül Açık")
    switch_on(stage)
    page = inbox(stage)
    say(stage, attended, "Orada mısınız?")
    page.locator(ROW, has_text="Eylül Açık").click()
    expect(bubble(page, "Orada mısınız?"), "a colleague has it open").to_be_visible()
    opens_on = close_until_the_day_after_tomorrow(stage)
    switch_on(stage, "greeting", "out_of_hours")
    say(stage, attended, "Cevap bekliyorum")
    say(stage, phone, "Yarın açık mısınız?")
    answer = phone.wait_for_message(CLOSED, SOON)["text"]
    assert f" {opens_on} " in answer and "saat 08:00 sonrasında" in answer, answer
    say(stage, phone, "Peki")
    say(stage, other, "Merhaba")
    other.wait_for_message(CLOSED, SOON)
    assert len(told(phone, CLOSED)) == 1, "once in a closed period"
    assert not told(phone, WELCOME) + told(other, WELCOME), "the hours come in place of a greeting"
    assert not told(attended, CLOSED), "silent while a colleague has the conversation open"
    screen = stage.patients_phone(phone, RECEPTION)
    open_chat(screen)
    expect(phone_bubble(screen, CLOSED)).to_be_visible()
    stage.picture(screen, "out-of-hours")
    reopen(stage)
    switch_on(stage)
