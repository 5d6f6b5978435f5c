"""Pictures of templates: the editor beside the phone, and a message that is about to go to several patients."""

from __future__ import annotations

from playwright.sync_api import Page

from devtools.studio import KADIKOY, MANAGER, Studio, settle

TEMPLATE = "clinic.whatsapp.template"
PUBLISHED = ("template", "template-values", "send-many")
REMINDER = [
    ["name", "=", "appt_reminder"],
    ["status", "=", "approved"],
    ["language", "=", "tr"],
    ["account_id.phone_number_id", "=", KADIKOY],
]
WORDS = "dakika önce geliniz"  # of the reminder


def take_editor(studio: Studio, page: Page, mark: str) -> None:
    """What a reminder is and says, then its values and buttons, each beside the phone."""
    reminder = studio.staff(MANAGER).find(TEMPLATE, REMINDER)
    studio.open(page, f"whatsapp-templates/{reminder}", ".o_clinic_phone_bubble")
    studio.take(page, f"template{mark}")
    page.locator(".o_clinic_button").last.scroll_into_view_if_needed()
    settle(page, ".o_clinic_phone_bubble")
    studio.take(page, f"template-values{mark}")


def take_many(studio: Studio, page: Page, mark: str) -> None:
    """All patients are ticked: who gets the reminder, and who does not and why. It is not sent."""
    studio.open(page, "patients", ".o_data_row")
    page.locator("thead .o_list_record_selector").click()
    page.locator("button[name=action_compose_template]").click()
    page.locator(".o_clinic_template_item", has_text=WORDS).click()
    settle(page, ".o_clinic_recipients_group")
    studio.take(page, f"send-many{mark}")
    page.keyboard.press("Escape")
    page.locator(".modal").wait_for(state="detached")
