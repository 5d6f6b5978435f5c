"""Moving a visit in the chat: on the patient's screen from the reminder to the confirmation of the new time; two
patients, or a patient and reception, who want the same time at the same moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from playwright.sync_api import expect

from devtools.browser import chromium
from devtools.demo_copy import demo_copy
from devtools.rpc import Refused
from simulator.client import Phone, wait_until

from .browser import Stage, bubble, open_chat, open_patient, phone_bubble

RECEPTION, DOCTOR = "reception.kadikoy", "Dr. Arda Toprak"
EMILY, HATICE, ZEYNEP, NAZLI = "905300000011", "905300000009", "905300000005", "905300000016"
VISIT = "clinic.appointment"
CRON_MINUTE = 90.0  # seconds; Odoo looks every minute for what is due, at the latest
PATIENCE = 60.0  # seconds; the machine may be busy
SOON = timedelta(seconds=10)
FORMAT, STAMP = "%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M"  # of Odoo, and at the end of a row's reference
CHANGE = 0  # the first button of a confirmation


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The demo, running; a mistake in a browser's console fails the test."""
    with demo_copy() as demo, chromium() as browser:
        stage = Stage(demo, browser)
        yield stage
        assert not stage.mistakes, "JavaScript mistakes:\n" + "\n".join(stage.mistakes)


def book(stage: Stage, patient: str, start: datetime) -> int:
    """A visit that reception books for a patient with the doctor."""
    staff = stage.at_work(RECEPTION)
    return staff.create(
        VISIT,
        patient_id=staff.find("res.partner", [["name", "=", patient]]),
        practitioner_id=staff.find("resource.resource", [["name", "=", DOCTOR]]),
        start=f"{start:{FORMAT}}",
    )


def start_of(stage: Stage, visit: int) -> datetime:
    return datetime.strptime(stage.at_work(RECEPTION).read(VISIT, visit, "start")["start"], FORMAT)


def in_days(days: int) -> datetime:
    """An hour at which the branch is closed: nobody is offered this time."""
    return datetime.now(timezone.utc).replace(hour=2, minute=0, second=0, microsecond=0) + timedelta(days=days)


def rows_of(message: dict[str, Any]) -> dict[str, str]:
    """The rows of a list: {the time that one stands for: its reference}."""
    rows = [
        row["id"] for button in message["buttons"] for section in button.get("sections", ()) for row in section["rows"]
    ]
    return {row.rsplit(":", 1)[1]: row for row in rows}


def lists(phone: Phone) -> list[dict[str, Any]]:
    """The lists of times that a phone has got, oldest first."""
    return [message for message in phone.messages() if message["from_business"] and rows_of(message)]


def wait_for_list(phone: Phone, number: int) -> dict[str, Any]:
    """The list that came as the first, second …"""
    found = wait_until(
        lambda: lists(phone) if len(lists(phone)) >= number else None, PATIENCE, lambda: f"{phone.messages()[-5:]}"
    )
    return found[number - 1]


def ask_for_times(phone: Phone) -> dict[str, Any]:
    """Press “Change” on the confirmation; the list that comes."""
    confirmation = phone.wait_for_message("onaylandı", timeout=CRON_MINUTE)
    phone.press(confirmation["id"], CHANGE)
    return wait_for_list(phone, 1)


def test_reminder_leads_to_a_list_of_times_to_a_booking_and_to_its_confirmation(stage: Stage) -> None:
    tomorrow = datetime.now(timezone.utc) + SOON + timedelta(days=1)
    visit = book(stage, "Emily Carter", tomorrow)
    reception = stage.staff(RECEPTION, "patients")
    phone = stage.phone(EMILY)
    screen = stage.patients_phone(phone, RECEPTION)
    phone.wait_for_message("a reminder of your appointment", timeout=CRON_MINUTE)
    open_patient(reception, "Emily Carter")
    open_chat(screen)
    phone_bubble(screen, "a reminder of your appointment").get_by_role("button", name="Another time, please").click()

    offer = phone_bubble(screen, "Which of these times suits you?")
    offer.get_by_role("button", name="Choose a time").click()
    rows = screen.get_by_test_id("list-row")
    expect(rows, "nine times and “Another time”").to_have_count(10)
    stage.picture(screen, "6-times-on-the-phone")
    row = rows.nth(4)
    title, stamp = row.inner_text(), (row.get_attribute("data-row-id") or "").rsplit(":", 1)[1]
    row.click()

    told = phone_bubble(screen, "has been moved to")
    expect(told, "the new time is confirmed").to_contain_text(title.split(", ")[-1])
    stage.picture(screen, "6-moved-on-the-phone")
    stage.demo.meta.settle(PATIENCE)
    answers = screen.locator("[data-testid=bubble][data-from=clinic]").all_inner_texts()
    assert "Which of these" in answers[-2] and "has been moved to" in answers[-1], f"once, and nothing else: {answers}"
    assert start_of(stage, visit) == datetime.strptime(stamp, STAMP)

    expect(bubble(reception, title).last, "reception sees what was chosen").to_be_visible()
    stage.picture(reception, "6-moved-in-the-thread")
    activities = [["res_model", "=", VISIT], ["res_id", "=", visit]]
    assert not stage.at_work(RECEPTION).find("mail.activity", activities), "and nobody had to do anything"


def test_of_two_who_choose_the_same_time_at_once_one_gets_it_and_the_other_a_new_list(stage: Stage) -> None:
    phones = {HATICE: stage.phone(HATICE), ZEYNEP: stage.phone(ZEYNEP)}
    visits = {
        HATICE: book(stage, "Hatice Doğan", in_days(5)),
        ZEYNEP: book(stage, "Zeynep Şahin", in_days(6)),
    }
    before = {wa_id: start_of(stage, visit) for wa_id, visit in visits.items()}
    offers = {wa_id: ask_for_times(phone) for wa_id, phone in phones.items()}
    wanted = next(stamp for stamp in rows_of(offers[HATICE]) if stamp in rows_of(offers[ZEYNEP]))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda wa_id: phones[wa_id].choose(offers[wa_id]["id"], rows_of(offers[wa_id])[wanted]), phones))

    chosen = datetime.strptime(wanted, STAMP)

    def settled() -> tuple[str, str] | None:
        moved = [wa_id for wa_id in visits if start_of(stage, visits[wa_id]) == chosen]
        told = [wa_id for wa_id in visits if len(lists(phones[wa_id])) == 2]
        return (moved[0], told[0]) if len(moved) == len(told) == 1 else None

    winner, loser = wait_until(settled, PATIENCE, lambda: f"{[start_of(stage, visit) for visit in visits.values()]}")
    assert winner != loser
    assert start_of(stage, visits[loser]) == before[loser], "the other one keeps what he has"
    phones[winner].wait_for_message("güncellendi", timeout=CRON_MINUTE)

    second = wait_for_list(phones[loser], 2)
    rows = rows_of(second)
    assert wanted not in rows, "what is gone is not offered again"
    free = next(iter(rows))
    phones[loser].choose(second["id"], rows[free])
    phones[loser].wait_for_message("güncellendi", timeout=CRON_MINUTE)
    assert start_of(stage, visits[loser]) == datetime.strptime(free, STAMP)


def test_of_a_patient_and_reception_who_want_the_same_time_at_once_one_gets_it(stage: Stage) -> None:
    phone, visit = stage.phone(NAZLI), book(stage, "Nazlı Erdem", in_days(7))
    offer = ask_for_times(phone)
    stamp = next(iter(rows_of(offer)))
    wanted = datetime.strptime(stamp, STAMP)

    def reception_books() -> int | None:
        try:
            return book(stage, "Mustafa Çelik", wanted)
        except Refused as refusal:
            assert "already booked" in str(refusal), refusal
            return None

    with ThreadPoolExecutor(2) as pool:
        choosing = pool.submit(phone.choose, offer["id"], rows_of(offer)[stamp])
        booked = pool.submit(reception_books).result()
        choosing.result()

    def settled() -> bool:
        return start_of(stage, visit) == wanted or len(lists(phone)) == 2

    wait_until(settled, PATIENCE, lambda: f"{phone.messages()[-3:]}")
    assert (start_of(stage, visit) == wanted) != bool(booked), "exactly one of them has it"
