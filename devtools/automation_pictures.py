"""Pictures of the automations: their list, the form that reads like a sentence, and the looks before switching on."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from devtools import odoo, paths
from devtools.browser import handheld, log_in
from devtools.studio import MANAGER, PASSWORD, Studio, open_patient, settle

AUTOMATIONS, PLANS = "whatsapp-automations", "whatsapp-plans"
LOOK = ".o_clinic_look"
SCENE = Path(__file__).parent / "followup_scene.py"
PUBLISHED = (
    "automation", "automation-preview", "automation-forecast", "automation-history", "treatment-plan", "followup",
)  # fmt: skip


def take_desk(studio: Studio, page: Page, mark: str) -> None:
    """What a manager sees at a desk."""
    prepare(studio)
    companies = studio.staff(MANAGER).call("res.company", "search", [])
    page.context.add_cookies([{"name": "cids", "value": "-".join(map(str, companies)), "url": studio.demo.odoo.url}])
    studio.open(page, AUTOMATIONS, ".o_data_row")
    studio.take(page, f"automations{mark}")
    open_reminder(studio, page)
    studio.take(page, f"automation{mark}")
    take_looks(studio, page, mark)
    page.locator("button[name=action_open_scheduled]").first.click()
    page.locator(".o_facet_remove").click()  # what is planned is only a part of it
    settle(page, ".o_data_row:has(.text-bg-success)")
    studio.take(page, f"automation-history{mark}")
    plan = studio.staff(MANAGER).find("clinic.whatsapp.automation", [["trigger", "=", "followup"]])
    studio.open(page, f"{PLANS}/{plan}", ".o_form_view")
    studio.take(page, f"treatment-plan{mark}")


def take_timeline(studio: Studio, page: Page, mark: str) -> None:
    """What reception sees of a treatment plan on the patient."""
    open_patient(studio, page, "Elif Kaya")
    page.locator(".o_notebook .nav-link[name=clinic_followup]").click()
    settle(page, ".o_clinic_followup_step")
    studio.take(page.locator(".o_form_sheet"), f"followup{mark}")


def take_looks(studio: Studio, page: Page, mark: str) -> None:
    if not page.locator("button[name=action_preview]").first.is_visible():  # a narrow screen keeps it in a menu
        page.locator(".o_statusbar_buttons .dropdown-toggle, .o_form_statusbar .o-dropdown").first.click()
    page.locator("button[name=action_preview]").first.click()
    settle(page, f"{LOOK} .o_clinic_phone_bubble")
    studio.take(page, f"automation-preview{mark}")
    page.locator(f"{LOOK} [data-tab=forecast]").click()
    settle(page, f"{LOOK} .o_clinic_look_figure")
    studio.take(page, f"automation-forecast{mark}")
    page.keyboard.press("Escape")
    page.locator(LOOK).wait_for(state="detached")


def take_on_a_phone(studio: Studio, mark: str, locale: str) -> None:
    page = handheld(studio.browser, locale).new_page()
    log_in(page, studio.demo.odoo.url, MANAGER, PASSWORD)
    studio.open(page, AUTOMATIONS, ".o_kanban_record")
    studio.take(page, f"small-automations{mark}")
    open_reminder(studio, page)
    page.screenshot(path=studio.raw / f"small-automation{mark}.png", full_page=True)
    take_looks(studio, page, f"-small{mark}")


def prepare(studio: Studio) -> None:
    """Enter prices, so that the forecast tells what it costs; put a patient on a treatment plan."""
    odoo.run_script(studio.demo.odoo.database, SCENE, log=paths.log_file("followup-scene"))
    boss = studio.staff(MANAGER)
    for account in boss.call("clinic.whatsapp.account", "search", []):
        boss.write("clinic.whatsapp.account", account, price_utility=0.2, price_marketing=1.1)


def open_reminder(studio: Studio, page: Page) -> None:
    reminder = studio.staff(MANAGER).find("clinic.whatsapp.automation", [["trigger", "=", "before"]])
    studio.open(page, f"{AUTOMATIONS}/{reminder}", ".o_form_view")
