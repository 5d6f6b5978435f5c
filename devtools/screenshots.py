"""`make screenshots`: the documentation's pictures, taken anew from a copy of the demo.

Each picture is a view of the running demo after some conversation has happened; those of `docs/images` are reduced to
256 colours. Pictures beside each other (`at-work`, `on-a-phone`) are put together at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page

from devtools import paths
from devtools.browser import LOADED, chromium, desk, handheld, log_in
from devtools.demo_copy import DemoCopy, demo_copy
from devtools.errors import run_main
from devtools.rpc import Odoo
from simulator.client import Phone, wait_until

IMAGES = paths.REPO / "docs" / "images"
RECEPTION, MANAGER, PASSWORD = "reception.kadikoy", "manager", "demo"
KADIKOY = "100000000000101"  # phone number id
ELIF, BURAK, HATICE = "905300000003", "905300000013", "905300000009"
PATIENCE = 120.0  # seconds
PAPER = (238, 243, 241)  # behind pictures that stand beside each other
COLOURS = 256
NARROW = {"width": 1180, "height": 960}  # CSS pixels; beside a phone
CORNER = 54  # pixels; radius of the phone's corners
PUBLISHED = (
    "at-work", "patient", "patient-tr", "conversations", "appointments", "appointment", "consent", "automation",
    "template", "number", "on-a-phone",
)  # fmt: skip
GAP = 40  # pixels


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

    def open(self, page: Page, path: str) -> None:
        page.goto(f"{self.demo.odoo.url}/odoo/{path}")
        page.locator(LOADED).first.wait_for()
        settle(page)

    def take(self, what: Page | Locator, name: str) -> None:
        what.screenshot(path=self.raw / f"{name}.png", animations="disabled", caret="hide")
        print(f"screenshots: {name}", flush=True)


def main() -> int:
    with demo_copy(story=True) as demo, chromium() as browser:
        studio = Studio(demo, browser, paths.state("screenshots", "pictures"))
        let_things_happen(studio)
        take_reception(studio)
        take_manager(studio)
        take_on_a_phone(studio)
        take_in_turkish(studio)
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


def take_reception(studio: Studio) -> None:
    page = desk(studio.browser).new_page()
    log_in(page, studio.demo.odoo.url, RECEPTION, PASSWORD)
    studio.open(page, "whatsapp-conversations")
    settle(page, ".o_data_row")
    studio.take(page, "conversations")
    studio.open(page, "appointments")
    settle(page, ".fc-event")
    studio.take(page, "appointments")
    studio.open(page, "appointments?view_type=list")
    page.get_by_role("cell", name="Burak Aslan").first.click()
    settle(page, ".o-mail-Activity")
    studio.take(page, "appointment")
    take_patient(studio, page, "patient")
    studio.open(page, "patients")
    page.get_by_role("cell", name="Gizem Aksoy").click()
    page.get_by_role("tab", name="Patient").click()
    page.get_by_role("button", name="Record consent").click()
    settle(page, ".modal-body .o_form_view")
    studio.take(page, "consent")


def take_patient(studio: Studio, page: Page, name: str) -> None:
    """The form of Elif Kaya, and her phone."""
    studio.open(page, "patients")
    page.get_by_role("cell", name="Elif Kaya").click()
    settle(page, ".o_clinic_message")
    settle(page, ".o-mail-Message")
    studio.take(page, name)
    page.set_viewport_size(NARROW)
    page.locator(".o_clinic_thread_scroller").evaluate("(thread) => thread.scrollTo(0, thread.scrollHeight)")
    settle(page)
    studio.take(page, f"{name}-narrow")
    phone = desk(studio.browser).new_page()
    phone.goto(f"{studio.demo.simulator.url}/?phone={ELIF}&number={KADIKOY}&lang=en")
    settle(phone, "[data-testid=bubble]")
    studio.take(phone, "phone-page")
    studio.take(phone.locator(".device"), "phone")
    round_corners(studio.raw / "phone.png")
    phone.close()


def take_manager(studio: Studio) -> None:
    page = desk(studio.browser).new_page()
    log_in(page, studio.demo.odoo.url, MANAGER, PASSWORD)
    companies = studio.staff(MANAGER).call("res.company", "search", [])
    page.context.add_cookies([{"name": "cids", "value": "-".join(map(str, companies)), "url": studio.demo.odoo.url}])
    for path, cells, name in (
        ("whatsapp-automations", ("Reminder one day before",), "automation"),
        ("whatsapp-templates", ("appt_reminder", "Turkish", "Reception Kadıköy"), "template"),
        ("whatsapp-numbers", ("Reception Kadıköy",), "number"),
    ):
        studio.open(page, path)
        row = page.locator(".o_data_row")
        for text in cells:
            row = row.filter(has_text=text)
        row.locator(".o_data_cell", has_text=cells[0]).click()
        settle(page, ".o_form_view")
        if name == "number":
            page.get_by_role("button", name="Test connection").click()
            settle(page, ".o_field_widget[name=connection_report] .fa")
        studio.take(page, name)


def take_on_a_phone(studio: Studio) -> None:
    page = handheld(studio.browser).new_page()
    log_in(page, studio.demo.odoo.url, RECEPTION, PASSWORD)
    studio.open(page, "whatsapp-conversations")
    settle(page, ".o_kanban_record")
    studio.take(page, "small-conversations")
    page.get_by_text("Elif Kaya").first.click()
    settle(page, ".o_clinic_message")
    page.locator(".o_clinic_composer").scroll_into_view_if_needed()
    studio.take(page, "small-conversation")
    studio.open(page, "appointments")
    settle(page, ".o_kanban_record")
    studio.take(page, "small-appointments")


def take_in_turkish(studio: Studio) -> None:
    staff = studio.staff(RECEPTION)
    user = staff.find("res.users", [["login", "=", RECEPTION]])
    staff.write("res.users", user, lang="tr_TR")
    page = desk(studio.browser, locale="tr-TR").new_page()
    log_in(page, studio.demo.odoo.url, RECEPTION, PASSWORD)
    take_patient(studio, page, "patient-tr")


def settle(page: Page, wanted: str = LOADED) -> None:
    """Wait until something is there, all pictures are loaded and nothing moves any more."""
    page.locator(wanted).first.wait_for()
    page.wait_for_function("() => document.fonts.status === 'loaded' && [...document.images].every((i) => i.complete)")
    page.wait_for_function(
        "() => document.getAnimations().every((a) => a.playState !== 'running' || a.effect.getTiming().iterations > 9)"
    )


# Publishing


def publish(raw: Path) -> None:
    beside(raw, ("patient-narrow", "phone"), "at-work", width=1600)
    beside(raw, ("small-conversations", "small-conversation", "small-appointments"), "on-a-phone", width=1200)
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
