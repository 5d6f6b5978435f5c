"""The story's stage: staff at their desks, patients with their phones, and evidence of what was on the screens."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from devtools import paths
from devtools.browser import LOADED, PATIENCE, desk, log_in
from devtools.demo_copy import DemoCopy
from devtools.processes import log_tail
from devtools.rpc import Odoo
from simulator.client import Phone

PASSWORD = "demo"
KADIKOY, CANKAYA = "100000000000101", "100000000000202"  # phone number ids


class Stage:
    """Everybody who takes part, in one browser. Each login has a profile of its own, which its tabs share."""

    def __init__(self, demo: DemoCopy, browser: Browser) -> None:
        self.demo = demo
        self.browser = browser
        self.folder = paths.state("screenshots", "story")
        self.mistakes: list[str] = []
        self._desks: dict[str, BrowserContext] = {}
        self._pages: list[Page] = []
        for old in self.folder.iterdir():
            old.unlink()

    # People

    def staff(self, login: str, path: str = "") -> Page:
        """A tab of somebody who is logged in, on a page of Odoo (`patients`, `appointments/5` …)."""
        page = self._tab(login)
        if path:
            page.goto(f"{self.demo.odoo.url}/odoo/{path}")
            page.locator(LOADED).first.wait_for()
        return page

    def _tab(self, login: str) -> Page:
        if login in self._desks:
            return self._watched(self._desks[login].new_page(), login)
        self._desks[login] = desk(self.browser)
        page = self._watched(self._desks[login].new_page(), login)
        log_in(page, self.demo.odoo.url, login, PASSWORD)
        return page

    def patients_phone(self, phone: Phone, login: str) -> Page:
        """The simulator's page in another tab of the same browser as `login`, with the list of chats on the screen."""
        page = self._watched(self._desks[login].new_page(), f"phone of {phone.wa_id}")
        page.goto(f"{self.demo.simulator.url}/?phone={phone.wa_id}&lang=en")
        return page

    def phone(self, wa_id: str, number: str = KADIKOY) -> Phone:
        """The same phone without a screen."""
        return self.demo.meta.phone(wa_id, number)

    def at_work(self, login: str) -> Odoo:
        """The same member of staff over the calls of the web client."""
        return Odoo(self.demo.odoo.url, self.demo.odoo.database, login, PASSWORD)

    # Evidence

    def _watched(self, page: Page, whose: str) -> Page:
        page.on("pageerror", lambda error: self.mistakes.append(f"{whose}, {page.url}: {error}"))
        page.on("console", lambda message: self._listen(whose, page, message))
        self._pages.append(page)
        return page

    def _listen(self, whose: str, page: Page, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.mistakes.append(f"{whose}, {page.url}: {message.text}")

    def picture(self, page: Page, name: str) -> None:
        page.screenshot(path=self.folder / f"{name}.png", animations="disabled")

    def keep_evidence(self, name: str) -> Path:
        """Save what every tab shows, and the end of Odoo's log; where it lies."""
        for index, page in enumerate(self._pages):
            page.screenshot(path=self.folder / f"failed-{name}-{index}.png")
            (self.folder / f"failed-{name}-{index}.html").write_text(page.content())
        (self.folder / f"failed-{name}.log").write_text(log_tail(self.demo.odoo.log, 200))
        return self.folder

    def clear(self) -> None:
        """Close all tabs; whoever is logged in stays so."""
        for page in self._pages:
            page.close()
        self._pages.clear()
        self.mistakes.clear()


# What is found on the pages

def open_patient(page: Page, name: str) -> None:
    """From the list of patients to the form of one."""
    page.get_by_role("cell", name=name, exact=True).click()
    expect(page.get_by_role("tab", name="WhatsApp"), f"the form of {name} has the conversation").to_be_visible()


def bubble(page: Page, text: str) -> Locator:
    """A message in Odoo's thread."""
    return page.locator(".o_clinic_message", has_text=text)


def ticks(page: Page, text: str) -> Locator:
    """The ticks of a message in Odoo's thread."""
    return bubble(page, text).locator(".o_clinic_ticks")


def write(page: Page, text: str) -> None:
    """Type into the composer of Odoo's thread and press Enter."""
    box = page.locator(".o_clinic_composer_textarea")
    box.fill(text)
    box.press("Enter")


def phone_bubble(phone: Page, text: str) -> Locator:
    """A message on the patient's screen."""
    return phone.get_by_test_id("bubble").filter(has_text=text)


def open_chat(phone: Page, number: str = KADIKOY) -> None:
    """Tap the clinic in the phone's list of chats."""
    phone.locator(f"[data-testid=chat-row][data-number='{number}']").click()
    expect(phone.get_by_test_id("chat"), "the chat opens on the phone").to_be_visible()


def text_clinic(phone: Page, text: str) -> None:
    """Type into the open chat of the phone and send."""
    phone.get_by_test_id("composer-input").fill(text)
    phone.get_by_test_id("composer-send").click()


def choose(page: Page, field: str, text: str) -> None:
    """Pick a record in a many2one field of a form by its name."""
    box = page.locator(f".o_field_widget[name={field}] input").first
    box.fill(text)
    page.locator(".o-autocomplete--dropdown-item", has_text=text).first.click()
    expect(box, f"{field} is chosen").to_have_value(text)


def hear_bus(page: Page) -> None:
    """From now on note what the bus says about conversations; `heard` returns it."""
    page.evaluate(
        """() => {
            window.heardOnBus = [];
            const bus = odoo.__WOWL_DEBUG__.root.env.services.bus_service;
            bus.subscribe("clinic_whatsapp/update", (news) => window.heardOnBus.push(news));
        }"""
    )


def heard(page: Page) -> list[dict[str, object]]:
    return page.evaluate("window.heardOnBus")


expect.set_options(timeout=PATIENCE * 1000)
