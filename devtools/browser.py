"""Chromium in the hands of staff and patients: for browser tests and for pictures."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from devtools.errors import SetupError

ZONE = "Europe/Istanbul"
WIDE, PHONE = (1400, 900), (390, 844)  # CSS pixels
PATIENCE = 40.0  # seconds; the first page of a fresh database waits for its asset bundle
LOADED = ".o_action_manager > .o_action"


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the machine, without a window, for the length of the block."""
    if not (program := shutil.which("chromium")):
        raise SetupError("There is no chromium; `make setup` installs it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def desk(browser: Browser, size: tuple[int, int] = WIDE, locale: str = "en-US", **options: object) -> BrowserContext:
    """A profile of its own in a clinic's time zone: whoever logs in here is nobody elsewhere."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale=locale, timezone_id=ZONE, **options
    )
    context.set_default_timeout(PATIENCE * 1000)
    return context


def handheld(browser: Browser, locale: str = "en-US", scale: float = 2) -> BrowserContext:
    """A telephone with a touch screen; `scale` is its device pixels in one CSS pixel."""
    return desk(browser, PHONE, locale, has_touch=True, is_mobile=True, device_scale_factor=scale)


def log_in(page: Page, url: str, login: str, password: str) -> None:
    """Fill in Odoo's login form and wait until the first screen is there."""
    page.goto(f"{url}/web/login")
    page.locator("input#login").fill(login)
    page.locator("input#password").fill(password)
    page.locator("form.oe_login_form button[type=submit]").click()
    page.locator(LOADED).first.wait_for()
