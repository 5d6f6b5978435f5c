"""What `make demo` promises, in a browser: reception of Kadıköy at its desk, patients with phones in the next tab.
Reception of Çankaya must see nothing of it.

Every test brings a patient of its own. Pictures of the screens lie in the cache's folder `screenshots/story`. The first
test books what the reminder's test needs, so that its time runs while the others are at work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from devtools.browser import ZONE, chromium
from devtools.demo_copy import demo_copy
from devtools.rpc import Refused

from .browser import (
    CANKAYA,
    Stage,
    bubble,
    choose,
    hear_bus,
    heard,
    open_chat,
    open_patient,
    phone_bubble,
    text_clinic,
    ticks,
    write,
)  # fmt: skip

A, B = "reception.kadikoy", "reception.cankaya"
ELIF = "905300000003"
REMINDER = "hatırlatmak isteriz"
INBOX = ".o_clinic_inbox"
CRON_MINUTE = 90.0  # seconds; Odoo looks every minute for what is due, at the latest
BLUE = "rgb(11, 131, 196)"  # of the ticks of a message that was read
SOON = timedelta(seconds=15)


@pytest.fixture(scope="module")
def theatre() -> Iterator[Stage]:
    with demo_copy() as demo, chromium() as browser:
        demo.meta.set_faults(webhook_delay_ms=[0, 100])
        yield Stage(demo, browser)


@pytest.fixture
def stage(theatre: Stage, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The demo, running. A mistake in a browser's console fails the test; a failed test leaves evidence."""
    failed = request.session.testsfailed
    yield theatre
    mistakes = list(theatre.mistakes)
    if mistakes or request.session.testsfailed > failed:
        print(f"evidence: {theatre.keep_evidence(request.node.name)}")
    theatre.clear()
    assert not mistakes, "JavaScript mistakes:\n" + "\n".join(mistakes)


@pytest.fixture(scope="module")
def due(theatre: Stage) -> datetime:
    """Reception books a visit of Elif Kaya for tomorrow; when the reminder, one day before, has to leave."""
    page = theatre.staff(A, "appointments/new")
    choose(page, "patient_id", "Elif Kaya")
    choose(page, "service_id", "Examination")
    due = datetime.now(timezone.utc).replace(microsecond=0) + SOON
    type_start(page, f"{tomorrow(due):%m/%d/%Y %I:%M:%S %p}")
    page.locator(".o_form_button_save").click()
    expect(page.get_by_role("button", name="Cancel appointment"), "the appointment is saved").to_be_visible()
    theatre.picture(page, "1-appointment-booked")
    return due


def tomorrow(due: datetime) -> datetime:
    """The start of the appointment on the branch's clock."""
    return due.astimezone(ZoneInfo(ZONE)) + timedelta(days=1)


def type_start(page: Page, text: str) -> None:
    field = page.locator(".o_field_widget[name=start]")
    field.locator("input, button").first.click()
    field.locator("input").first.fill(text)
    field.locator("input").first.press("Tab")


def test_booking_is_confirmed_at_once(stage: Stage, due: datetime) -> None:
    phone = stage.patients_phone(stage.phone(ELIF), A)
    open_chat(phone)
    confirmation = phone_bubble(phone, "onaylandı")
    expect(confirmation, "in Turkish, by name").to_contain_text("Sayın Elif Kaya")
    expect(confirmation, "with the time on the branch's clock").to_contain_text(f"saat {tomorrow(due):%H:%M}")


def test_reception_and_patient_write_to_each_other_live(stage: Stage) -> None:
    reception = stage.staff(A, "patients")
    phone = stage.patients_phone(stage.phone("905300000005"), A)
    open_patient(reception, "Zeynep Şahin")
    open_chat(phone)
    text_clinic(phone, "Günaydın, otoparkınız var mı?")
    expect(bubble(reception, "otoparkınız var mı?"), "the question appears in the open form").to_be_visible()
    phone.get_by_test_id("chat-back").click()

    write(reception, "Evet, binanın arkasında 🙂")
    answer = ticks(reception, "binanın arkasında")
    expect(answer, "the answer reaches the phone, which has not shown it").to_have_attribute("data-state", "delivered")
    stage.picture(reception, "2-answer-delivered")
    open_chat(phone)
    expect(phone_bubble(phone, "binanın arkasında"), "the patient reads the answer").to_be_visible()
    expect(answer, "the ticks say so").to_have_attribute("data-state", "read")
    expect(answer, "in blue").to_have_css("color", BLUE)

    text_clinic(phone, "Teşekkürler!")
    expect(bubble(reception, "Teşekkürler!"), "an open conversation goes on").to_be_visible()
    stage.picture(reception, "2-conversation-read")
    stage.picture(phone, "2-conversation-on-the-phone")


def test_wish_to_move_puts_an_activity_on_the_receptionist(stage: Stage) -> None:
    appointment = book_over_rpc(stage, "Hatice Doğan", days=9)
    reception = stage.staff(A, "whatsapp-conversations")
    phone = stage.patients_phone(stage.phone("905300000009"), A)
    open_chat(phone)
    phone_bubble(phone, "onaylandı").get_by_role("button", name="Değiştir").click()
    phone.locator("[data-testid=bubble-button][data-kind=list]").click()
    phone.get_by_test_id("list-row").last.click()  # none of the times suits

    counter = reception.locator(".o-mail-ActivityMenu-counter")
    expect(counter, "reception is told without reloading").to_have_text("1")
    reception.goto(f"{stage.demo.odoo.url}/odoo/appointments/{appointment}")
    expect(reception.get_by_text("The patient asked over WhatsApp for another time. Change")).to_be_visible()
    activity = reception.locator(".o-mail-Activity", has_text="Patient asks for another time")
    expect(activity, "the activity is on the appointment").to_be_visible()
    expect(activity, "of the receptionist of the branch").to_contain_text("Seda Güneş")
    expect(reception.locator(".o_arrow_button_current"), "nothing else was changed").to_have_text("Booked")
    stage.picture(reception, "3-activity")


def book_over_rpc(stage: Stage, patient: str, days: int) -> int:
    """An appointment whose confirmation leaves at once and whose reminder is far away."""
    staff = stage.at_work(A)
    start = datetime.now(timezone.utc).replace(hour=8, minute=0, second=0) + timedelta(days=days)
    return staff.create(
        "clinic.appointment",
        patient_id=staff.find("res.partner", [["name", "=", patient]]),
        start=f"{start:%Y-%m-%d %H:%M:%S}",
    )


def test_stop_word_ends_all_messages_after_one_confirmation(stage: Stage) -> None:
    reception = stage.staff(A, "patients")
    phone = stage.patients_phone(stage.phone("905300000015"), A)
    open_patient(reception, "Okan Yıldız")
    open_chat(phone)
    text_clinic(phone, "Merhaba")
    expect(bubble(reception, "Merhaba"), "the conversation is open").to_be_visible()
    expect(reception.locator(".o_clinic_composer_textarea"), "and may be answered").to_be_enabled()
    expect(phone_bubble(phone, "Aydınlatma metni"), "the first message is answered by the notice").to_be_visible()
    stage.demo.meta.settle()
    answers = phone.locator("[data-testid=bubble][data-from=clinic]")
    before = answers.count()

    text_clinic(phone, "DUR")
    expect(answers, "the stop is confirmed").to_have_count(before + 1)
    lock = reception.locator(".o_clinic_composer_lock")
    expect(lock, "the composer says why it is locked").to_contain_text("Patient asked to stop")
    expect(reception.locator(".o_clinic_composer_textarea"), "and takes no text").to_be_disabled()
    stage.picture(reception, "4-composer-locked")

    text_clinic(phone, "Dur!")
    expect(bubble(reception, "Dur!"), "a second stop arrives").to_be_visible()
    book_over_rpc(stage, "Okan Yıldız", days=10)
    expect(bubble(reception, "The text was not kept."), "a confirmation is stopped").to_contain_text("to stop")
    stage.demo.meta.settle()
    expect(answers, "the phone got the confirmation of the stop and nothing after it").to_have_count(before + 1)

    reception.reload()
    reception.get_by_role("tab", name="Consent").click()
    consent = reception.locator(".o_clinic_consent_badge[data-purpose=appointment]")
    expect(consent, "the consent is withdrawn").to_have_attribute("data-state", "withdrawn")
    entry = reception.locator(".o_clinic_consent_event").first
    expect(entry, "the ledger says how").to_contain_text("WhatsApp")
    stage.picture(reception, "4-consent-withdrawn")


def test_reminder_leaves_on_schedule_and_its_answer_confirms_the_appointment(stage: Stage, due: datetime) -> None:
    phone = stage.patients_phone(stage.phone(ELIF), A)
    reception = stage.staff(A, "patients")
    open_patient(reception, "Elif Kaya")
    arrived = int(stage.phone(ELIF).wait_for_message(REMINDER, timeout=CRON_MINUTE)["timestamp"])
    assert arrived >= int(due.timestamp()), "the reminder left too early"
    delivered = ticks(reception, REMINDER)
    expect(delivered, "reception sees that the phone has it").to_have_attribute("data-state", "delivered")

    open_chat(phone)
    reminder = phone_bubble(phone, REMINDER)
    expect(reminder, "it speaks Turkish and names the patient").to_contain_text("Sayın Elif Kaya")
    expect(reminder, "and the time on the branch's clock").to_contain_text(f"saat {tomorrow(due):%H:%M}")
    buttons = reminder.get_by_test_id("bubble-button")
    expect(buttons, "it has its three buttons").to_have_text(["Geleceğim", "Ertelemek istiyorum", "İptal et"])
    expect(delivered, "the ticks follow without reloading").to_have_attribute("data-state", "read")
    stage.picture(phone, "1-reminder-on-the-phone")

    reminder.get_by_role("button", name="Geleceğim").click()
    answer = bubble(reception, "Geleceğim").last
    expect(answer, "the answer appears on the patient form").to_have_class(re.compile("o_clinic_message_in"))
    pressed = reception.locator(".o_clinic_bubble_button_pressed")
    expect(pressed, "and the button that was pressed is marked").to_contain_text("Geleceğim")
    stage.picture(reception, "1-history-on-the-patient-form")
    reception.locator("button[name=action_open_appointments]").click()
    appointment = reception.locator(".o_data_row", has_text=f"{tomorrow(due):%b} {tomorrow(due).day},")
    expect(appointment.get_by_text("Confirmed"), "the appointment is confirmed").to_be_visible()
    expect(appointment.get_by_text("Read"), "with the state of its reminder").to_be_visible()
    stage.picture(reception, "1-appointment-confirmed")


def test_other_branch_sees_nothing_of_it(stage: Stage) -> None:
    wa_id, name, secret = "905300000013", "Burak Aslan", "Bunu yalnız Kadıköy görsün"
    ours, theirs = stage.staff(A, "patients"), stage.staff(B, "patients")
    open_patient(ours, name)
    open_patient(theirs, "Mehmet Demir")
    hear_bus(theirs)

    stage.phone(wa_id).send_text(secret)
    expect(bubble(ours, secret), "our branch reads it").to_be_visible()
    conversation = stage.at_work(A).conversation_of(wa_id)
    appointment = book_over_rpc(stage, name, days=12)
    expect(bubble(ours, "onaylandı"), "our branch sees the confirmation").to_be_visible()
    stage.phone("905300000002", CANKAYA).send_text("Bu Çankaya için")
    expect(bubble(theirs, "Bu Çankaya için"), "their own patient's message arrives").to_be_visible()
    told = {news["company_id"] for news in heard(theirs)}
    assert told == {stage.at_work(B).find("res.company", [["name", "=", "Çankaya"]])}, f"their bus told of {told}"

    look_everywhere(stage, theirs, name)
    for path in (f"whatsapp-conversations/{conversation}", f"appointments/{appointment}"):
        theirs.goto(f"{stage.demo.odoo.url}/odoo/{path}")
        refusal = theirs.get_by_role("dialog")
        expect(refusal, f"{path} is refused").to_contain_text("Access Error")
        expect(refusal, f"the refusal of {path} does not name the patient").not_to_contain_text(name)
    stage.picture(theirs, "5-other-branch-is-refused")
    demand_walls(stage, conversation, appointment)


def look_everywhere(stage: Stage, page: Page, name: str) -> None:
    """Search each list for a patient of the other branch, then open his form, which both branches share."""
    for path in ("whatsapp-conversations", "whatsapp-messages", "appointments?view_type=list"):
        page.goto(f"{stage.demo.odoo.url}/odoo/{path}")
        expect(page.locator(".o_list_renderer"), f"{path} is on screen").to_be_visible()
        page.get_by_role("searchbox").fill(name)
        page.locator(".o_searchview_autocomplete .o-dropdown-item", has_text=name).first.click()
        expect(page.locator(".o_searchview_facet", has_text=name), f"{path} is searched").to_be_visible()
        expect(page.locator(".o_view_nocontent"), f"{path} finds nothing").to_be_visible()
    page.goto(f"{stage.demo.odoo.url}/odoo/patients")
    open_patient(page, name)
    expect(page.get_by_text("No WhatsApp conversation yet"), "the patient's form shows no message").to_be_visible()
    stage.picture(page, "5-other-branch-sees-nothing")


def demand_walls(stage: Stage, conversation: int, appointment: int) -> None:
    """What no screen offers, the calls behind the screens refuse too."""
    staff = stage.at_work(B)
    for model, record in (("clinic.whatsapp.conversation", conversation), ("clinic.appointment", appointment)):
        assert not staff.find(model, [["id", "=", record]]), f"{model} can be found"
        with pytest.raises(Refused) as refusal:
            staff.read(model, record, "display_name")
        assert "AccessError" in refusal.value.kind, refusal.value
    with pytest.raises(Refused) as refusal:
        staff.call("clinic.whatsapp.conversation", "get_thread", [conversation])
    assert "AccessError" in refusal.value.kind, refusal.value


def test_every_screen_opens_without_an_error(stage: Stage) -> None:
    page = stage.staff("manager", "whatsapp-conversations")
    menus = page.evaluate("() => odoo.__WOWL_DEBUG__.root.env.services.menu.getAll()")
    app = next(menu["appID"] for menu in menus if menu["actionPath"] == "whatsapp-conversations")
    actions = {menu["name"]: menu["actionID"] for menu in menus if menu["appID"] == app and menu["actionID"]}
    assert len(actions) > 20, actions
    for name, action in actions.items():
        page.evaluate(f"odoo.__WOWL_DEBUG__.root.env.services.action.doAction({action}, {{clearBreadcrumbs: true}})")
        screen = page.locator(f".modal .o_form_view, .o_breadcrumb, {INBOX}").filter(visible=True)
        expect(screen.first, f"{name} opens").to_be_visible()
        if page.locator(".modal").count():
            page.keyboard.press("Escape")
            expect(page.locator(".modal"), f"{name} closes").to_have_count(0)
        elif not page.locator(INBOX).count():
            see_all_views(page, name)


def see_all_views(page: Page, path: str) -> None:
    """Switch to each view of an action; then open the first record of its list."""
    expect(page.locator(".o_view_controller"), f"{path} opens").to_be_visible()
    switches = page.locator(".o_cp_switch_buttons .o_switch_view")
    for index in reversed(range(switches.count())):
        switches.nth(index).click()
        expect(switches.nth(index), f"{path} shows view {index}").to_have_class(re.compile("active"))
    cells = ".o_data_cell:not(.o_handle_cell, .o_boolean_toggle_cell, .o_list_button)"
    row = page.locator(f".o_list_view:not(:has(.o_view_sample_data)) .o_data_row {cells}").first
    current = "odoo.__WOWL_DEBUG__.root.env.services.action.currentController"
    if "form" in page.evaluate(f"() => {current}.action.views.map(([, type]) => type)") and row.count():
        row.click()
        expect(page.locator(".o_form_view, .o_selected_row").first, f"a record of {path} opens").to_be_visible()
