"""The phone page for tests."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from simulator.client import DEFAULT_NUMBER_ID
from simulator.testing import Simulator

from .world import AYSE

WIDE = {"width": 1400, "height": 960}
NARROW = {"width": 390, "height": 844}


def open_chat(page: Page, sim: Simulator, number: str = DEFAULT_NUMBER_ID) -> None:
    page.goto(f"{sim.url}/?phone={AYSE}&number={number}")
    expect(page.get_by_test_id("chat")).to_be_visible()


def bubbles(page: Page, sender: str = "clinic") -> Locator:
    return page.locator(f"[data-testid=bubble][data-from={sender}]")
