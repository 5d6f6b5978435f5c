"""Pictures of the inbox: the screen that reception keeps open all day, and its template dialog."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from devtools.studio import Studio, settle

INBOX = "whatsapp-inbox"
WRITES, LOCKED = "Elif Kaya", "Hatice Doğan"  # one who wrote lately, and one to whom only templates may go


def take_desk(studio: Studio, page: Page, mark: str) -> None:
    """Three panes with a conversation, and a template that is about to be sent."""
    open_conversation(studio, page, WRITES)
    settle(page, ".o_clinic_consent_badge")
    studio.take(page, f"inbox{mark}")
    open_conversation(studio, page, LOCKED)
    page.locator(".o_clinic_composer_templates").click()
    page.locator(".o_clinic_template_item").nth(1).click()
    settle(page, ".o_clinic_template_preview .o_clinic_bubble_text")
    studio.take(page, f"inbox-template{mark}")
    page.keyboard.press("Escape")
    page.locator(".modal").wait_for(state="detached")


def take_beside(studio: Studio, page: Page, mark: str) -> None:
    """What stands beside the patient's phone."""
    open_conversation(studio, page, WRITES)
    studio.take(page, f"inbox-narrow{mark}")


def take_on_a_phone(studio: Studio, page: Page, mark: str) -> None:
    open_list(studio, page)
    studio.take(page, f"small-inbox{mark}")
    row(page, WRITES).click()
    settle(page, ".o_clinic_message")
    studio.take(page, f"small-conversation{mark}")


def open_conversation(studio: Studio, page: Page, name: str) -> None:
    open_list(studio, page)
    row(page, name).click()
    settle(page, ".o_clinic_message")


def open_list(studio: Studio, page: Page) -> None:
    studio.open(page, INBOX, ".o_clinic_row")
    page.locator(".o_clinic_inbox_tab[data-view=open]").click()
    row(page, LOCKED).wait_for()


def row(page: Page, name: str) -> Locator:
    return page.locator(".o_clinic_row", has_text=name)
