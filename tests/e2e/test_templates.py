"""Templates between Odoo and Meta: review, what Meta does to them, editing, deleting, import, and missing rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from devtools.rpc import Refused

from .clinic import WABA, access_token
from .templates import ACCOUNT, CREATE, TEMPLATE, UPDATE, Desk, Reader, at_desk, body, outcome

REPLIES = ({"text": "Geleceğim"}, {"text": "Ertelemek istiyorum"})
IMPORTED = (
    ("named_values", "UTILITY", [{"type": "BODY", "text": "Sayın {{ad}}, sizi bekliyoruz."}], "NAMED"),
    ("plain_words", "UTILITY", [{"type": "BODY", "text": "Yarın açığız, iyi günler."}], "POSITIONAL"),
    ("with_values", "UTILITY", [{"type": "BODY", "text": "Sayın {{1}}, sizi bekliyoruz."}], "POSITIONAL"),
    (
        "with_form",
        "UTILITY",
        [
            {"type": "BODY", "text": "Formu doldurabilirsiniz."},
            {"type": "BUTTONS", "buttons": [{"type": "FLOW", "text": "Formu aç", "flow_id": "1"}]},
        ],
        "POSITIONAL",
    ),
    ("from_tomorrow", "UTILITY", [{"type": "BODY", "text": "Merhaba."}, {"type": "HOLOGRAM"}], "POSITIONAL"),
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A clinic of these tests' own, at work; an error in Odoo's log fails them at the end."""
    with at_desk(tmp_path_factory.mktemp("simulator") / "state.json") as desk:
        yield desk


@pytest.fixture(autouse=True)
def good_weather(desk: Desk) -> None:
    """Every test begins with a Meta that approves, and without faults."""
    desk.calm_meta()


@pytest.fixture(scope="module")
def reader(desk: Desk) -> Reader:
    """A patient who reads Turkish and has agreed to messages about appointments."""
    return desk.reader()


# The life of a template


def test_what_meta_decides_about_a_template_is_told_by_webhook(desk: Desk) -> None:
    desk.meta.set_settings(review="never")
    text = body("ilk görüşme")
    template = desk.draft("visit_soon", text, samples=("Ayşe", "salı"), buttons=REPLIES)
    desk.boss.call(TEMPLATE, "action_submit", [template])
    assert desk.look(template, "status")["status"] == "pending"
    remote = desk.remote("visit_soon")
    assert remote["components"][0] == {
        "type": "BODY",
        "text": text,
        "example": {"body_text": [["Ayşe", "salı"]]},
    }
    desk.meta.change_template("visit_soon", waba_id=WABA, status="APPROVED")
    desk.wait_for(template, status="approved", remote_id=remote["id"], status_reason=False)
    desk.meta.rate_template("visit_soon", "YELLOW", waba_id=WABA)
    desk.wait_for(template, status="approved", quality="yellow")


def test_a_rejected_template_says_what_meta_says_and_can_be_mended(desk: Desk) -> None:
    desk.meta.set_settings(review="reject")
    template = desk.draft("rejected_once", body("tanışmak"), samples=("Ayşe", "salı"))
    desk.submit(template)
    desk.wait_for(template, status="rejected")
    assert "Set the review to approve" in desk.look(template, "status_reason")["status_reason"]
    desk.meta.set_settings(review="approve")
    desk.boss.write(TEMPLATE, template, body=body("buluşmak"))
    assert desk.look(template, "status")["status"] == "draft"
    desk.get_approved(template)
    desk.wait_for(template, status_reason=False)
    assert "buluşmak" in desk.remote("rejected_once")["components"][0]["text"]


def test_what_meta_would_refuse_is_refused_on_save_and_meta_never_hears_of_it(desk: Desk) -> None:
    before = len(desk.meta.templates(WABA))
    with pytest.raises(Refused) as refused:
        desk.draft("too_eager", "{{1}} günü bekliyoruz.", samples=("salı",))
    assert "Meta would refuse “too_eager”" in str(refused.value)
    assert len(desk.meta.templates(WABA)) == before


def test_an_approved_template_is_edited_once_a_day_and_says_from_when_on_again(desk: Desk) -> None:
    template = desk.approved("edited_once", body("bilgi almak"), samples=("Ayşe", "salı"))
    desk.boss.write(TEMPLATE, template, footer="Papatya Klinik")
    desk.get_approved(template)
    assert desk.remote("edited_once")["components"][-1] == {"type": "FOOTER", "text": "Papatya Klinik"}
    with pytest.raises(Refused, match="once in 24 hours"):
        desk.boss.write(TEMPLATE, template, footer="Papatya")
    desk.wait_for(template, status="approved", footer="Papatya Klinik")


def test_an_approval_that_comes_while_others_are_submitted_is_not_lost(desk: Desk) -> None:
    """Meta is slow to answer and quick to review, so that it tells about the first before the second is there."""
    names = ("quick_review_1", "quick_review_2", "quick_review_3")
    templates = [desk.approved(name, body(f"sıra {name[-1]}"), samples=("Ayşe", "salı")) for name in names]
    for template in templates:
        desk.boss.write(TEMPLATE, template, footer="Papatya Klinik")
    desk.wait_for_another_second(*templates)
    desk.meta.set_settings(review_seconds=0.0)
    desk.meta.set_faults(latency_ms=[700, 700], webhook_delay_ms=[0, 0])
    desk.submit(*templates)
    for name, template in zip(names, templates, strict=True):
        desk.wait_for(template, status="approved")
        assert desk.remote(name)["components"][-1]["type"] == "FOOTER"


def test_a_paused_template_stops_what_uses_it_and_the_manager_is_told_once(desk: Desk, reader: Reader) -> None:
    template = desk.approved("booked_text", body("randevunuz"), samples=("Ayşe", "salı"))
    variable = desk.boss.read(TEMPLATE, template, "variable_ids")["variable_ids"][1]
    desk.boss.write(TEMPLATE, template, variable_ids=[[UPDATE, variable, {"text": "salı"}]])
    automation = desk.boss.create(
        "clinic.whatsapp.automation",
        name="Welcome",
        trigger="booked",
        window_from=0.0,
        window_to=24.0,
        step_ids=[[CREATE, 0, {"offset_value": 0, "offset_unit": "minutes", "template_id": template}]],
    )
    told = desk.activities()
    desk.meta.pause_template("booked_text", waba_id=WABA)
    desk.wait_for(template, status="paused")
    assert f"template_stopped:{template}" in desk.findings()
    desk.check_health()
    desk.check_health()
    assert desk.activities() == told + 1
    assert template not in desk.offered(reader)
    blocked = book(desk, reader, day=3)
    assert blocked == [("blocked", "template_not_approved")]
    desk.meta.end_pause("booked_text", waba_id=WABA)
    desk.wait_for(template, status="approved")
    assert f"template_stopped:{template}" not in desk.findings()
    book(desk, reader, day=4)
    reader.phone.wait_for_message("randevunuz için salı günü", 60)
    desk.settle()
    desk.boss.write("clinic.whatsapp.automation", automation, active=False)


def book(desk: Desk, reader: Reader, day: int) -> list[tuple[str, str | None]]:
    """Book an appointment; state and reason of what the automation made of it."""
    visit = desk.reception.create("clinic.appointment", patient_id=reader.id, start=f"2030-01-{day:02} 09:00:00")
    query = (
        "SELECT message.state, message.block_reason FROM clinic_whatsapp_message message "
        "JOIN clinic_whatsapp_scheduled row ON row.message_id = message.id WHERE row.res_model = %s AND row.res_id = %s"
    )
    return desk.clinic.wait(
        lambda: desk.clinic.sql(query, "clinic.appointment", visit), "the automation made no message"
    )


def test_a_template_that_becomes_marketing_is_announced_and_then_sent_no_more(desk: Desk, reader: Reader) -> None:
    template = desk.approved("category_moves", body("belgeler"), samples=("Ayşe", "salı"))
    desk.meta.recategorise_template("category_moves", "MARKETING", waba_id=WABA)
    desk.wait_for(template, category="utility", pending_category="marketing")
    assert desk.look(template, "category_changes_at")["category_changes_at"]

    def move() -> None:
        desk.meta.recategorise_template("category_moves", "MARKETING", waba_id=WABA, at_once=True)
        desk.wait_for(template, category="marketing", pending_category=False, status="approved")

    waiting = while_paused(desk, lambda: desk.send(template, reader, {"2": "salı"}), move)
    assert outcome(desk, waiting) == ("blocked", "category_mismatch")


def test_a_text_that_was_changed_at_meta_is_noticed_and_never_filled_with_the_wrong_values(
    desk: Desk, reader: Reader
) -> None:
    """Nothing but the order of the variables changes, and no webhook tells: Meta would take the old values."""
    text = body("evrak")
    template = desk.approved("changed_elsewhere", text, samples=("Ayşe", "salı"))
    moved = {"type": "BODY", "text": "Bu {{1}} günü evrak için sizi bekliyoruz, Sayın {{2}}!"}

    def change() -> None:
        desk.meta.set_faults(webhook_paused=True)
        desk.meta.change_template("changed_elsewhere", waba_id=WABA, components=[moved])
        desk.check_health()
        desk.wait_for(template, is_changed_at_meta=True, body=text)

    waiting = while_paused(desk, lambda: desk.send(template, reader, {"2": "salı"}), change)
    assert outcome(desk, waiting) == ("blocked", "template_not_approved")
    assert template not in desk.offered(reader)
    desk.boss.call(ACCOUNT, "action_refresh_templates", [desk.clinic.a.account_id])
    desk.wait_for(template, is_changed_at_meta=False, must_check_values=True, body=moved["text"])
    assert template not in desk.offered(reader), "nobody has said that the values are right"
    desk.boss.call(TEMPLATE, "action_confirm_values", [template])
    assert template in desk.offered(reader)
    assert desk.clinic.accepted([waiting]) == [0]
    desk.meta.clear_faults()
    desk.settle()


def while_paused(desk: Desk, queue: Callable[[], int], and_then: Callable[[], object]) -> int:
    """Queue a message while the number is paused, let something happen, and let the number go on; the message."""
    account = desk.clinic.a.account_id
    desk.boss.call(ACCOUNT, "action_pause", [account])
    message = queue()
    assert desk.clinic.states([message]) == ["queued"]
    and_then()
    desk.boss.call(ACCOUNT, "action_resume", [account])
    return message


def test_one_language_is_deleted_at_meta_and_the_others_stay(desk: Desk) -> None:
    both = [
        desk.approved("two_languages", text, samples=("Ayşe", "salı"), language=language)
        for language, text in (("tr", body("iki dil")), ("en", "Dear {{1}}, we expect you on {{2}} at our clinic."))
    ]
    desk.boss.call(TEMPLATE, "action_delete_at_meta", both[:1])
    assert [(it["name"], it["language"]) for it in desk.meta.templates(WABA) if it["name"] == "two_languages"] == [
        ("two_languages", "en")
    ]
    assert not desk.look(both[0], "active")["active"]
    assert desk.look(both[1], "status")["status"] == "approved"


def test_a_template_that_somebody_deletes_at_meta_is_not_sent_any_more(desk: Desk, reader: Reader) -> None:
    template = desk.approved("deleted_elsewhere", body("veda"), samples=("Ayşe", "salı"))
    assert template in desk.offered(reader)
    branch = desk.clinic.a
    gone = requests.delete(
        f"{desk.meta.url}/v25.0/{WABA}/message_templates",
        params={"name": "deleted_elsewhere"},
        headers={"Authorization": f"Bearer {access_token(branch.phone_number_id)}"},
        timeout=30,
    )
    assert gone.json() == {"success": True}
    desk.check_health()
    desk.wait_for(template, status="disabled", remote_id=False)
    assert template not in desk.offered(reader)


# Templates that exist at Meta


def test_templates_of_other_programs_are_imported_and_those_we_cannot_edit_are_only_shown(
    desk: Desk, reader: Reader
) -> None:
    desk.meta.put_templates(
        [
            {"name": name, "language": "tr", "category": category, "components": parts, "parameter_format": form}
            for name, category, parts, form in IMPORTED
        ],
        WABA,
    )
    desk.settle()
    desk.boss.call(ACCOUNT, "action_refresh_templates", [desk.clinic.a.account_id])
    names = [name for name, *_rest in IMPORTED]
    found = desk.boss.call(TEMPLATE, "search_read", [["name", "in", names]], ["name", "is_foreign", "status", "body"])
    rows = {row["name"]: row for row in found}
    assert {name: row["is_foreign"] for name, row in rows.items()} == {
        "named_values": True,
        "plain_words": False,
        "with_values": False,
        "with_form": True,
        "from_tomorrow": True,
    }
    assert {row["status"] for row in found} == {"approved"}
    assert rows["named_values"]["body"] == "Sayın {{ad}}, sizi bekliyoruz."
    with pytest.raises(Refused, match="edited in WhatsApp Manager"):
        desk.boss.write(TEMPLATE, rows["named_values"]["id"], body="Sayın {{1}}, bekliyoruz.")
    offered = desk.offered(reader)
    assert rows["named_values"]["id"] not in offered, "nobody here knows its values"
    assert {rows[name]["id"] for name in ("plain_words", "with_values")} <= offered
    bubble, shown = desk.deliver(rows["with_values"]["id"], reader, {"1": "Ayşe Hanım"})
    assert shown["text"] == bubble["body"] == "Sayın Ayşe Hanım, sizi bekliyoruz."


def test_a_token_without_the_right_says_which_one_is_missing(desk: Desk) -> None:
    template = desk.draft("no_right", body("hiç"), samples=("Ayşe", "salı"))
    numbers = [branch.phone_number_id for branch in (desk.clinic.a, desk.clinic.b)]
    for number in numbers:
        desk.meta.change_number(number, token_scopes=["whatsapp_business_messaging"])
    try:
        with pytest.raises(Refused, match="whatsapp_business_management"):
            desk.boss.call(TEMPLATE, "action_submit", [template])
        with pytest.raises(Refused, match="whatsapp_business_management"):
            desk.boss.call(ACCOUNT, "action_refresh_templates", [desk.clinic.a.account_id])
    finally:
        for number in numbers:
            desk.meta.change_number(
                number, token_scopes=["whatsapp_business_messaging", "whatsapp_business_management"]
            )
    assert desk.look(template, "status")["status"] == "draft"
