"""`make screenshots`: the documentation's pictures, taken anew from a copy of the demo.

Each picture is a view of the running demo after some conversation has happened; those of `docs/images` are reduced to
256 colours. Pictures beside each other (`at-work`, `on-a-phone`) are put together at the end.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Page

from devtools import automation_pictures, consent_pictures, inbox_pictures, paths, template_pictures
from devtools.browser import WIDE, chromium, desk, handheld, log_in
from devtools.demo_copy import demo_copy
from devtools.errors import run_main
from devtools.rpc import Odoo
from devtools.studio import KADIKOY, MANAGER, PASSWORD, RECEPTION, Studio, open_patient, settle
from simulator.client import wait_until
from simulator.client_phone import Phone

IMAGES = paths.REPO / "docs" / "images"
ELIF, BURAK, HATICE, ZEYNEP = "905300000003", "905300000013", "905300000009", "905300000005"
PDF = paths.REPO / "simulator" / "samples" / "report.pdf"
PATIENCE = 120.0  # seconds
PAPER = (238, 243, 241)  # behind pictures that stand beside each other
COLOURS = 256
NARROW = {"width": 1180, "height": 960}  # CSS pixels; beside a phone
LOW = {"width": 1180, "height": 620}  # CSS pixels; a screen with little on it
TALL = {"width": 820, "height": 1400}  # CSS pixels; for a thread with pictures
CORNER = 54  # pixels; radius of the phone's corners
PUBLISHED = (
    "at-work", "inbox", "inbox-tr", "inbox-template", "patient", "patient-tr", "conversations", "appointments",
    "appointment", "consent", "number", "media", "diagnostics", "on-a-phone", "on-a-phone-tr",
    *automation_pictures.PUBLISHED, *consent_pictures.PUBLISHED, *template_pictures.PUBLISHED,
)  # fmt: skip
GAP = 40  # pixels


def main() -> int:
    with demo_copy(story=True) as demo, chromium() as browser:
        studio = Studio(demo, browser, paths.state("screenshots", "pictures"))
        let_things_happen(studio)
        take_all(studio)
        speak_turkish(studio)
        take_all(studio, "-tr", "tr-TR")
    publish(studio.raw)
    return 0


# What is to be seen


def let_things_happen(studio: Studio) -> None:
    """Elif Kaya answers a reminder and chats; Burak Aslan asks for another time; Hatice Doğan cancels."""
    staff = studio.staff(RECEPTION)
    reminder_in = timedelta(seconds=20)
    for wa_id, start in (
        (ELIF, datetime.now(timezone.utc) + timedelta(days=1) + reminder_in),
        (BURAK, at_ten(days=3)),
        (HATICE, at_ten(days=4)),
    ):
        book(staff, wa_id, start)
    for wa_id, text, button in (
        (BURAK, "onaylandı", "Değiştir"),
        (HATICE, "onaylandı", "İptal et"),
        (ELIF, "hatırlatmak isteriz", "Geleceğim"),
    ):
        phone = studio.phone(wa_id)
        phone.press(phone.wait_for_message(text, PATIENCE)["id"], button)
    want_none_of_these(studio.phone(BURAK))
    conversation = staff.conversation_of(ELIF)
    confirmed = [["patient_id.whatsapp_phone", "=", f"+{ELIF}"], ["state", "=", "confirmed"]]
    wait_until(lambda: staff.find("clinic.appointment", confirmed), PATIENCE, lambda: "the answer did not arrive")
    staff.call("clinic.whatsapp.conversation", "action_mark_read", [conversation])
    staff.send_text(conversation, "Harika, yarın görüşmek üzere! 👋")
    elif_phone = studio.phone(ELIF)
    elif_phone.wait_for_message("yarın görüşmek", PATIENCE)
    elif_phone.open()
    elif_phone.send_text("Teşekkürler 🙏")
    studio.demo.meta.settle(PATIENCE)
    exchange_files(studio, staff)
    studio.demo.meta.send_webhook(without_time(), KADIKOY)


def want_none_of_these(phone: Phone) -> None:
    """Choose the last row of the list of free times: a colleague has to call."""
    offer = phone.wait_for_message(lambda message: bool(rows_of(message)), PATIENCE)
    phone.choose(offer["id"], rows_of(offer)[-1])


def rows_of(message: dict[str, Any]) -> list[str]:
    """Return the references of the rows of a list message."""
    sections = [section for button in message["buttons"] for section in button.get("sections", ())]
    return [row["id"] for section in sections for row in section["rows"]]


def exchange_files(studio: Studio, staff: Odoo) -> None:
    """Zeynep Şahin sends a picture, a voice message and where she is, and gets a document."""
    phone, conversation = studio.phone(ZEYNEP), staff.conversation_of(ZEYNEP)
    phone.open()
    phone.send_media("image", caption="Elimdeki en net görüntü bu")
    studio.demo.meta.settle(PATIENCE)
    phone.send_media("audio")
    studio.demo.meta.settle(PATIENCE)
    data = base64.b64encode(PDF.read_bytes()).decode()
    caption = "Teşekkürler! Kontrol öncesi bilgilendirme ekte."
    staff.call("clinic.whatsapp.conversation", "action_send_file", [conversation], "bilgilendirme.pdf", data, caption)
    phone.react(phone.wait_for_message("Kontrol öncesi", PATIENCE)["id"], "🙏")
    phone.send_location(40.9876, 29.0271, "Moda Sahili", "Caferağa, Kadıköy")
    for kind in ("reaction", "location"):
        sent = [["conversation_id", "=", conversation], ["message_type", "=", kind]]
        wait_until(lambda sent=sent: staff.find("clinic.whatsapp.message", sent), PATIENCE, lambda: "it did not arrive")
    staff.call("clinic.whatsapp.conversation", "action_mark_read", [conversation])


def without_time() -> dict[str, object]:
    """A webhook with a message that cannot be processed: it is parked."""
    message = {"from": ZEYNEP, "id": "wamid.parked", "type": "text", "text": {"body": "Merhaba"}}
    metadata = {"display_phone_number": "905550000001", "phone_number_id": KADIKOY}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "messages": [message]}
    change = {"field": "messages", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "200000000000100", "changes": [change]}]}


def at_ten(days: int) -> datetime:
    return datetime.now(timezone.utc).replace(hour=7, minute=0, second=0) + timedelta(days=days)


def book(staff: Odoo, wa_id: str, start: datetime) -> None:
    staff.create(
        "clinic.appointment",
        patient_id=staff.find("res.partner", [["whatsapp_phone", "=", f"+{wa_id}"]]),
        service_id=staff.find("clinic.service", [["name", "=", "Examination"]]),
        practitioner_id=staff.find("resource.resource", [["name", "=", "Dr. Leyla Ateş"]]),
        start=f"{start:%Y-%m-%d %H:%M:%S}",
    )


# Pictures


def take_all(studio: Studio, mark: str = "", locale: str = "en-US") -> None:
    """Every picture in the language that the staff has chosen; `mark` ends the names."""
    page = studio.desk_of(RECEPTION, locale)
    take_lists(studio, page, mark)
    inbox_pictures.take_desk(studio, page, mark)
    take_patient(studio, page, mark)
    take_files(studio, page, mark)
    template_pictures.take_many(studio, page, mark)
    boss = studio.desk_of(MANAGER, locale)
    automation_pictures.take_desk(studio, boss, mark)
    automation_pictures.take_timeline(studio, page, mark)
    take_manager(studio, boss, mark)
    consent_pictures.take_desk(studio, page, mark)
    consent_pictures.take_registers(studio, boss, mark)
    consent_pictures.take_pages(studio, mark, locale)
    take_on_a_phone(studio, mark, locale)


def take_lists(studio: Studio, page: Page, mark: str) -> None:
    studio.open(page, "whatsapp-conversations", ".o_data_row")
    studio.take(page, f"conversations{mark}")
    studio.open(page, "appointments", ".fc-event")
    studio.take(page, f"appointments{mark}")
    studio.open(page, "appointments?view_type=list", ".o_data_row")
    page.locator(".o_data_row.text-warning [name=patient_id]").first.click()
    settle(page, ".o-mail-Activity")
    studio.take(page, f"appointment{mark}")


def take_patient(studio: Studio, page: Page, mark: str) -> None:
    """The form of Elif Kaya, her conversation in the inbox, and her phone."""
    open_patient(studio, page, "Elif Kaya")
    settle(page, ".o_clinic_message")
    settle(page, ".o-mail-Message")
    studio.take(page, f"patient{mark}")
    page.set_viewport_size(NARROW)
    inbox_pictures.take_beside(studio, page, mark)
    page.set_viewport_size(dict(zip(("width", "height"), WIDE, strict=True)))
    phone = desk(studio.browser).new_page()
    phone.goto(f"{studio.demo.simulator.url}/?phone={ELIF}&number={KADIKOY}&lang={mark.strip('-') or 'en'}")
    settle(phone, "[data-testid=bubble]")
    studio.take(phone, f"phone-page{mark}")
    studio.take(phone.locator(".device"), f"phone{mark}")
    phone.context.close()


def take_files(studio: Studio, page: Page, mark: str) -> None:
    page.set_viewport_size(TALL)
    conversation = studio.staff(RECEPTION).conversation_of(ZEYNEP)
    studio.open(page, f"whatsapp-conversations/{conversation}", ".o_clinic_message")
    page.add_style_tag(content=".o_clinic_thread { max-height: none !important; }")
    settle(page, ".o_clinic_picture_loaded")
    settle(page, ".o_clinic_reactions")
    studio.take(page.locator(".o_clinic_thread"), f"media{mark}")
    page.set_viewport_size(dict(zip(("width", "height"), WIDE, strict=True)))


def take_manager(studio: Studio, page: Page, mark: str) -> None:
    companies = studio.staff(MANAGER).call("res.company", "search", [])
    page.context.add_cookies([{"name": "cids", "value": "-".join(map(str, companies)), "url": studio.demo.odoo.url}])
    number = studio.staff(MANAGER).find("clinic.whatsapp.account", [["phone_number_id", "=", KADIKOY]])
    studio.open(page, f"whatsapp-numbers/{number}", ".o_form_view")
    with page.expect_response("**/action_test_connection"):
        page.locator("button[name=action_test_connection]").click()
    settle(page, "button[name=action_test_connection]:not([disabled])")
    studio.take(page, f"number{mark}")
    template_pictures.take_editor(studio, page, mark)
    studio.open(page, "whatsapp-diagnostics", ".o_clinic_figure")
    page.set_viewport_size(LOW)
    studio.take(page, f"diagnostics{mark}")


def take_on_a_phone(studio: Studio, mark: str, locale: str) -> None:
    page = handheld(studio.browser, locale).new_page()
    log_in(page, studio.demo.odoo.url, RECEPTION, PASSWORD)
    inbox_pictures.take_on_a_phone(studio, page, mark)
    studio.open(page, "appointments", ".o_kanban_record")
    studio.take(page, f"small-appointments{mark}")


def speak_turkish(studio: Studio) -> None:
    for login in (RECEPTION, MANAGER):
        staff = studio.staff(login)
        staff.write("res.users", staff.find("res.users", [["login", "=", login]]), lang="tr_TR")


# Publishing


def publish(raw: Path) -> None:
    for mark in ("", "-tr"):
        round_corners(raw / f"phone{mark}.png")
        beside(raw, [f"inbox-narrow{mark}", f"phone{mark}"], f"at-work{mark}", width=1600)
        small = [f"small-{name}{mark}" for name in ("inbox", "conversation", "appointments")]
        beside(raw, small, f"on-a-phone{mark}", width=1200)
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name in PUBLISHED:
        picture = Image.open(raw / f"{name}.png").convert("RGB")
        reduced = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        reduced.save(IMAGES / f"{name}.png", optimize=True)
        print(f"screenshots: docs/images/{name}.png, {(IMAGES / f'{name}.png').stat().st_size // 1024} kB")


def round_corners(path: Path) -> None:
    """Lay paper around the phone."""
    picture = Image.open(path).convert("RGB")
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, picture.width - 1, picture.height - 1), CORNER, fill=255)
    Image.composite(picture, Image.new("RGB", picture.size, PAPER), mask).save(path)


def beside(raw: Path, names: Sequence[str], result: str, width: int) -> None:
    """Put pictures beside each other, with a margin all around, and scale the whole to a width."""
    pictures = [Image.open(raw / f"{name}.png").convert("RGB") for name in names]
    gap = GAP * pictures[0].height // 900
    size = (sum(each.width + gap for each in pictures) + gap, max(each.height for each in pictures) + 2 * gap)
    whole = Image.new("RGB", size, PAPER)
    left = gap
    for each in pictures:
        whole.paste(each, (left, (size[1] - each.height) // 2))
        left += each.width + gap
    whole.resize((width, size[1] * width // size[0]), Image.Resampling.LANCZOS).save(raw / f"{result}.png")


if __name__ == "__main__":
    run_main(main)
