"""Where the documentation's pictures are taken: a running copy of the demo, and a browser in which people log in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from devtools.browser import desk, log_in
from devtools.demo_copy import DemoCopy
from devtools.rpc import Odoo
from simulator.client import Phone

RECEPTION, MANAGER, PASSWORD = "reception.kadikoy", "manager", "demo"
KADIKOY = "100000000000101"  # phone number id


@dataclass(frozen=True)
class Studio:
    """The demo, a browser, and where the raw pictures lie."""

    demo: DemoCopy
    browser: Browser
    raw: Path

    def staff(self, login: str) -> Odoo:
        return Odoo(self.demo.odoo.url, self.demo.odoo.database, login, PASSWORD)

    def phone(self, wa_id: str) -> Phone:
        return self.demo.meta.phone(wa_id, KADIKOY)

    def desk_of(self, login: str, locale: str) -> Page:
        """A page of somebody who is logged in."""
        page = desk(self.browser, locale=locale).new_page()
        log_in(page, self.demo.odoo.url, login, PASSWORD)
        return page

    def open(self, page: Page, path: str, wanted: str) -> None:
        """Load a page of Odoo and wait until something on it is there."""
        page.goto(f"{self.demo.odoo.url}/odoo/{path}")
        settle(page, wanted)

    def take(self, what: Page | Locator, name: str) -> None:
        what.screenshot(path=self.raw / f"{name}.png", animations="disabled", caret="hide")
        print(f"screenshots: {name}", flush=True)


def open_patient(studio: Studio, page: Page, name: str) -> None:
    studio.open(page, "patients", ".o_data_row")
    page.get_by_role("cell", name=name, exact=True).click()
    settle(page, ".o_form_view")


def settle(page: Page, wanted: str) -> None:
    """Wait until something is there, all pictures are loaded and nothing moves any more."""
    page.locator(wanted).first.wait_for()
    page.wait_for_function("() => document.fonts.status === 'loaded' && [...document.images].every((i) => i.complete)")
    page.wait_for_function(
        "() => document.getAnimations().every((a) => a.playState !== 'running' || a.effect.getTiming().iterations > 9)"
    )
