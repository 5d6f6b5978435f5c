"""Pictures of everything about consent: at the desk, in the registers, and on the patient's own telephone."""

from __future__ import annotations

from playwright.sync_api import Page

from devtools.browser import WIDE, handheld
from devtools.studio import MANAGER, RECEPTION, Studio, open_patient, settle

PUBLISHED = (
    "consent-tab", "controller-file", "purposes", "texts", "text", "ledger", "signature-check", "words",
    "preferences-page", "signature-page",
)  # fmt: skip
REGISTERS = (  # name of the picture, address, what is there when it has come up
    ("controller-file", "action-clinic_whatsapp.action_privacy_controller", ".o_data_row"),
    ("purposes", "action-clinic_whatsapp.action_consent_purpose", ".o_data_row"),
    ("texts", "whatsapp-texts", ".o_data_row"),
    ("ledger", "whatsapp-consents", ".o_data_row"),
    ("words", "whatsapp-words", ".o_group_header"),
)
TO_CHECK = "action-clinic_whatsapp.action_consent_to_check"
READERS = {"": ("Thomas Weber", "Emily Carter"), "-tr": ("Gizem Aksoy", "Elif Kaya")}  # who signs, who has agreed
STROKES = 12


def take_desk(studio: Studio, page: Page, mark: str) -> None:
    """The patient's form, and the two clicks by which reception records what he said."""
    open_patient(studio, page, "Kerem Yılmaz")
    open_tab(page)
    studio.take(page, f"consent-tab{mark}")
    open_patient(studio, page, "Gizem Aksoy")
    open_tab(page)
    page.locator(".o_clinic_consent_badge[data-purpose=appointment] .o_clinic_consent_more").click()
    page.locator(".o-dropdown--menu button[name=action_give_consent]").click()
    settle(page, ".modal-body .o_form_view")
    studio.take(page, f"consent{mark}")


def open_tab(page: Page) -> None:
    page.locator(".o_notebook_headers [name=clinic_consent]").click()
    settle(page, ".o_clinic_consent_badge")


def take_registers(studio: Studio, page: Page, mark: str) -> None:
    """What the manager keeps in order, and the check of a signature by a second person."""
    page.set_viewport_size(dict(zip(("width", "height"), WIDE, strict=True)))
    for name, path, wanted in REGISTERS:
        studio.open(page, path, wanted)
        if name == "controller-file":
            page.locator(".o_data_row .o_data_cell").first.click()
            settle(page, ".o_form_view")
        studio.take(page, f"{name}{mark}")
    notice = [["document_type", "=", "notice"], ["state", "=", "published"], ["lang", "=", mark.strip("-") or "en"]]
    text = studio.staff(MANAGER).find("clinic.privacy.notice", notice)
    studio.open(page, f"whatsapp-texts/{text}", ".o_form_view")
    studio.take(page, f"text{mark}")
    studio.open(page, TO_CHECK, ".o_data_row")
    page.locator(".o_data_row .o_data_cell").first.click()
    settle(page, "button[name=action_check_signature]")
    page.locator("button[name=action_check_signature]").click()
    settle(page, ".modal-body .o_data_row")
    studio.take(page, f"signature-check{mark}")


def take_pages(studio: Studio, mark: str, locale: str) -> None:
    """What a patient sees who opens a link on his telephone."""
    signer, reader = READERS[mark]
    page = handheld(studio.browser, locale).new_page()
    page.goto(link(studio, reader, "action_preferences_link"))
    settle(page, "[data-purpose=appointment]")
    studio.take(page, f"preferences-page{mark}")
    page.goto(link(studio, signer, "action_consent_link", "appointment"))
    page.locator("form button[type=submit]").click()
    settle(page, "canvas.o_web_sign_signature")
    page.locator("input[name=signer]").fill(signer)
    draw(page)
    page.screenshot(path=studio.raw / f"signature-page{mark}.png", full_page=True, animations="disabled")
    page.context.close()


def link(studio: Studio, name: str, method: str, *arguments: str) -> str:
    """The address that reception would send to a patient."""
    staff = studio.staff(RECEPTION)
    patient = staff.find("res.partner", [["name", "=", name], ["is_patient", "=", True]])
    return staff.call("res.partner", method, [patient], *arguments)["params"]["url"]


def draw(page: Page) -> None:
    """Draw a line with the finger."""
    canvas = page.locator("canvas.o_web_sign_signature")
    canvas.scroll_into_view_if_needed()
    place = canvas.bounding_box()
    assert place
    left, top = place["x"] + 30, place["y"] + place["height"] / 2
    page.mouse.move(left, top)
    page.mouse.down()
    for step in range(STROKES):
        page.mouse.move(left + step * 18, top + (25 if step % 2 else -25), steps=3)
    page.mouse.up()
