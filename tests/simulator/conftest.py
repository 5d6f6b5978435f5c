"""A simulator for all tests of this folder, empty for each of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from simulator.testing import Simulator

from .pages import WIDE
from .world import AYSE, REMINDER, Meta, Receiver

expect.set_options(timeout=20_000)  # milliseconds; the machine may be busy


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "e2e: drives a real browser")


@pytest.fixture(scope="session")
def running() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def sim(running: Simulator) -> Simulator:
    """An empty simulator with quick webhooks."""
    running.reset()
    running.set_faults(webhook_delay_ms=[0, 10])
    running.set_settings(retry_first_seconds=0.05, review_seconds=0.05)
    return running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def meta(sim: Simulator, receiver: Receiver) -> Meta:
    """A registered number with an approved template."""
    sim.register_number(webhook_url=receiver.url)
    sim.put_templates([REMINDER])
    return Meta(sim)


@pytest.fixture
def chat(sim: Simulator, meta: Meta, receiver: Receiver) -> Meta:
    """The same, and Ayşe has written, so that the window is open."""
    sim.phone(AYSE).profile(name="Ayşe Yılmaz")
    sim.phone(AYSE).send_text("Merhaba")
    sim.settle()
    receiver.posts.clear()
    return meta


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        # Chromium refuses to run its sandbox as root, as which tests may run in a container.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDE, locale="en-US")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []
