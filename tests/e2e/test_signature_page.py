"""A patient signs on a telephone, and takes it back there; the tablet at the desk is the same page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from devtools import paths
from devtools.browser import PATIENCE, chromium, desk, handheld

from .clinic import Clinic

TEXTS = (("notice", False), ("optin", "appointment"))
WIDTH = 390  # CSS pixels, of the telephone


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A telephone that nobody is logged in on; a mistake in its console fails the test."""
    context = handheld(browser, locale="tr-TR")
    page = context.new_page()
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    yield page
    context.close()
    assert mistakes == []


def publish_texts(clinic: Clinic) -> None:
    """Publish what is asked here, unless the clinic has done so."""
    boss = clinic.staff(clinic.manager)
    for document_type, code in TEXTS:
        same = [["company_id", "=", clinic.root_id], ["document_type", "=", document_type], ["purpose_code", "=", code]]
        if not boss.find("clinic.privacy.notice", [*same, ["state", "=", "published"]]):
            drafts = boss.call("clinic.privacy.notice", "search", [*same, ["state", "=", "draft"]])
            boss.call("clinic.privacy.notice", "action_publish", drafts)


def register(clinic: Clinic, name: str, number: str) -> int:
    publish_texts(clinic)
    reception = clinic.staff(clinic.a.reception)
    return reception.create("res.partner", name=name, is_patient=True, phone=number, lang="tr_TR")


def link(clinic: Clinic, patient: int, method: str, *args: str) -> str:
    action = clinic.staff(clinic.a.reception).call("res.partner", method, [patient], *args)
    return str(action["params"]["url"])


def decisions(clinic: Clinic, patient: int) -> list[tuple[str, str, str]]:
    query = "SELECT record_kind, status, method FROM clinic_consent WHERE partner_id = %s ORDER BY id"
    return clinic.sql(query, patient)


def draw(page: Page) -> None:
    """Draw a stroke with the finger, as far as a browser without one can."""
    box = page.locator("canvas.o_web_sign_signature")
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    assert place
    left, top = place["x"] + 30, place["y"] + place["height"] / 2
    page.mouse.move(left, top)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(left + step * 18, top + (25 if step % 2 else -25), steps=3)
    page.mouse.up()


def fits(page: Page) -> bool:
    """Nothing sticks out at the side of the screen."""
    return page.evaluate("document.documentElement.scrollWidth") <= WIDTH


def test_lr05_a_patient_reads_signs_and_is_told_so_on_a_telephone(clinic: Clinic, phone: Page) -> None:
    patient = register(clinic, "Elif Örnek", "+90 530 000 71 01")
    phone.goto(link(clinic, patient, "action_consent_link", "appointment"))
    expect(phone.locator("button")).to_have_count(1)
    assert fits(phone)
    phone.locator("button[type=submit]").click()
    accept = phone.locator("button[value=granted]")
    expect(accept).to_be_visible()
    assert decisions(clinic, patient) == [("notice", "delivered", "link")]
    phone.locator("input[name=signer]").fill("Elif Örnek")
    draw(phone)
    expect(phone.locator("input[name=signature]")).not_to_have_value("")
    expect(phone.locator("input[name=signer]"), "drawing does not undo writing").to_have_value("Elif Örnek")
    assert fits(phone)
    phone.screenshot(path=paths.state("screenshots") / "signature-page.png", full_page=True, animations="disabled")
    accept.click()
    expect(phone.locator("form")).to_have_count(0)
    assert decisions(clinic, patient)[1:] == [("channel_optin", "granted", "link")]
    phone.reload()
    assert len(decisions(clinic, patient)) == 2, "a page that is sent again records nothing again"


def test_lr02_nothing_is_recorded_without_a_drawing_and_refusing_takes_one_touch(clinic: Clinic, phone: Page) -> None:
    patient = register(clinic, "Fatma Örnek", "+90 530 000 71 02")
    phone.goto(link(clinic, patient, "action_consent_link", "appointment"))
    phone.locator("button[type=submit]").click()
    phone.locator("input[name=signer]").fill("Fatma Örnek")
    phone.locator("button[value=granted]").click()
    expect(phone.locator("[role=alert]")).to_be_visible()
    expect(phone.locator("input[name=signer]")).to_have_value("Fatma Örnek")
    assert decisions(clinic, patient) == [("notice", "delivered", "link")]
    accept, refuse = (phone.locator(f"button[value={value}]").bounding_box() for value in ("granted", "refused"))
    assert accept and refuse and (accept["width"], accept["height"]) == (refuse["width"], refuse["height"])
    phone.locator("button[value=refused]").click()
    expect(phone.locator("form")).to_have_count(0)
    assert decisions(clinic, patient)[1:] == [("channel_optin", "refused", "link")]


def test_lr16b_a_patient_takes_it_back_by_a_link_without_a_login(clinic: Clinic, phone: Page) -> None:
    patient = register(clinic, "Gül Örnek", "+90 530 000 71 03")
    phone.goto(link(clinic, patient, "action_consent_link", "appointment"))
    phone.locator("button[type=submit]").click()
    phone.locator("input[name=signer]").fill("Gül Örnek")
    draw(phone)
    phone.locator("button[value=granted]").click()
    expect(phone.locator("form")).to_have_count(0)
    phone.goto(link(clinic, patient, "action_preferences_link"))
    assert fits(phone)
    phone.locator("[data-purpose=appointment] button[value=withdraw]").click()
    expect(phone.locator("[role=status]")).to_be_visible()
    assert decisions(clinic, patient)[-1] == ("channel_optin", "withdrawn", "link")


@pytest.fixture
def reception(clinic: Clinic, browser: Browser) -> Iterator[Page]:
    """A browser in which the receptionist of branch A is logged in."""
    context = desk(browser)
    session = clinic.staff(clinic.a.reception).session_id
    context.add_cookies([{"name": "session_id", "value": session, "url": clinic.odoo.url}])
    yield context.new_page()
    context.close()


def test_the_tablet_at_the_desk_shows_nothing_of_who_is_logged_in(clinic: Clinic, reception: Page) -> None:
    patient = register(clinic, "Hale Örnek", "+90 530 000 71 04")
    action = clinic.staff(clinic.a.reception).call("res.partner", "action_consent_tablet", [patient], "appointment")
    reception.goto(clinic.odoo.url + action["params"]["url"])
    reception.locator("button[type=submit]").click()
    expect(reception.locator("canvas")).to_be_visible()
    assert clinic.a.reception not in reception.content()
    reception.locator("button[value=refused]").click()
    expect(reception.locator("form")).to_have_count(0)
    assert decisions(clinic, patient)[-1] == ("channel_optin", "refused", "tablet")


def test_the_tablet_page_opens_in_a_window_that_has_no_way_back(clinic: Clinic, reception: Page) -> None:
    patient = register(clinic, "Lale Örnek", "+90 530 000 71 08")
    reception.goto(f"{clinic.odoo.url}/odoo")
    reception.wait_for_function("odoo.__WOWL_DEBUG__?.root?.env?.services?.action")
    reception.evaluate(
        """async (patient) => {
            const { action, orm } = odoo.__WOWL_DEBUG__.root.env.services;
            action.doAction(await orm.call("res.partner", "action_consent_tablet", [[patient], "appointment"]));
        }""",
        patient,
    )
    with reception.context.expect_page() as opened:
        reception.locator(".o_clinic_consent_tablet").click()
    page = opened.value
    expect(page.locator("button[type=submit]")).to_be_visible()
    assert page.evaluate("window.opener") is None
    page.go_back()
    assert clinic.a.reception not in page.content()
    expect(page.locator("button[type=submit]")).to_be_visible()


def test_reception_gets_a_link_to_copy(clinic: Clinic, reception: Page) -> None:
    patient = register(clinic, "Jale Örnek", "+90 530 000 71 05")
    reception.goto(f"{clinic.odoo.url}/odoo")
    reception.wait_for_function("odoo.__WOWL_DEBUG__?.root?.env?.services?.action")
    reception.evaluate(
        """async (patient) => {
            const { action, orm } = odoo.__WOWL_DEBUG__.root.env.services;
            action.doAction(await orm.call("res.partner", "action_consent_link", [[patient], "appointment"]));
        }""",
        patient,
    )
    shown = reception.locator(".o_clinic_consent_link")
    expect(shown).to_have_value(re.compile(f"^{re.escape(clinic.odoo.url)}/clinic_whatsapp/consent/[\\w-]{{43}}$"))
    reception.goto(shown.input_value())
    expect(reception.locator("button[type=submit]")).to_be_visible()


def test_of_two_answers_that_arrive_together_one_counts(clinic: Clinic) -> None:
    """An impatient finger, or a connection that sends again: many times, so that they really meet."""
    for number in range(6):
        patient = register(clinic, f"Naz Örnek {number}", f"+90 530 000 72 0{number}")
        url = link(clinic, patient, "action_consent_link", "appointment")
        with requests.Session() as session:
            session.trust_env = False
            session.post(url, hidden(session.get(url).text), timeout=PATIENCE)
            answer = {**hidden(session.get(url).text), "decision": "refused"}
            cookies = session.cookies.get_dict()
        with ThreadPoolExecutor(4) as pool:
            codes = list(pool.map(post, [url] * 4, [answer] * 4, [cookies] * 4))
        assert sorted(codes) == [200, 404, 404, 404]
        assert decisions(clinic, patient)[1:] == [("channel_optin", "refused", "link")]


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def post(url: str, answer: dict[str, str], cookies: dict[str, str]) -> int:
    with requests.Session() as session:
        session.trust_env = False
        return session.post(url, answer, cookies=cookies, timeout=PATIENCE).status_code


expect.set_options(timeout=PATIENCE * 1000)
