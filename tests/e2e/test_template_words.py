"""Templates on the patient's phone: files, places, buttons, and that it reads as in Odoo, character by character."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from devtools.browser import chromium
from devtools.browser import desk as desk_of

from .templates import CREATE, TEMPLATE, Desk, Reader, at_desk, body, outcome, words

SAMPLES = Path(__file__).parents[2] / "simulator" / "samples"
PAGE = "https://www.papatya-klinik.com"
BUTTON, VARIABLE = f"{TEMPLATE}.button", f"{TEMPLATE}.variable"
CONFIRMATION = "optin_confirmation"  # leaves by itself when somebody agrees
LANGS = {"tr": "tr_TR", "en": "en_US"}


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


@pytest.mark.parametrize(("kind", "name"), [("image", "photo.jpg"), ("document", "report.pdf"), ("video", "video.mp4")])
def test_the_file_of_a_header_survives_a_cut_upload_and_reaches_the_phone(
    desk: Desk, reader: Reader, kind: str, name: str
) -> None:
    data = (SAMPLES / name).read_bytes()
    desk.meta.set_faults(cut_upload_next=1)
    template = desk.approved(
        f"with_{kind}",
        body(kind),
        samples=("Ayşe", "salı"),
        header_type=kind,
        header_file=base64.b64encode(data).decode(),
        header_filename=name,
    )
    assert desk.meta.faults()["cut_upload_next"] == 0, "the upload was cut"
    sample = desk.meta.samples()[-1]
    assert (sample["size"], sample["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    bubble, shown = desk.deliver(template, reader, {"2": "salı"})
    assert shown["media"] == bubble["media"]["kind"] == kind
    assert desk.meta.media_bytes(shown["media_url"].rsplit("/", 1)[-1]) == data
    assert desk.reception.get(bubble["media"]["url"]) == data
    assert words(bubble, shown)[0] == words(bubble, shown)[1]


def test_the_place_of_the_branch_stands_above_the_text(desk: Desk) -> None:
    template = desk.approved("our_place", body("buluşma"), samples=("Ayşe", "salı"), header_type="location")
    reader = desk.reader()
    missing = desk.send(template, reader, {"2": "salı"})
    assert outcome(desk, missing) == ("blocked", "missing_value")
    admin = desk.clinic.staff("admin")
    branch = admin.read("res.company", desk.clinic.a.company_id, "partner_id")["partner_id"]
    admin.write("res.partner", branch, street="Moda Cad. 5", city="İstanbul")
    admin.write("res.partner", branch, partner_latitude=40.9876, partner_longitude=29.0271)
    bubble, shown = desk.deliver(template, reader, {"2": "salı"})
    for place in (bubble["location"], shown["location"]):
        assert (place["latitude"], place["longitude"]) == (40.9876, 29.0271)
        assert (place["name"], "Moda Cad. 5" in place["address"]) == ("Kadıköy", True)
    assert bubble["location"]["address"] == shown["location"]["address"]


def test_buttons_of_every_kind_do_on_the_phone_what_they_say(desk: Desk) -> None:
    reader = desk.reader()
    suffix = {"place": "button", "index": 1, "source": "text", "sample": "a1"}
    address = "https://www.papatya-klinik.com/plan/{{1}}"
    buttons = (
        {"text": "Geleceğim"},
        {"kind": "url", "text": "Planı gör", "url": address, "variable_ids": [[CREATE, 0, suffix]]},
        {"kind": "url", "text": "Yol tarifi", "url": "https://www.papatya-klinik.com/yol"},
        {"kind": "phone", "text": "Bizi arayın", "phone_number": "+90 216 555 01 01"},
        {"kind": "copy_code", "code": "PAPATYA25"},
    )
    template = desk.approved("all_buttons", body("düğmeler"), samples=("Ayşe", "salı"), buttons=buttons)
    bubble, shown = desk.deliver(template, reader, {"2": "salı", "button:2": "b2 ç/7"})
    reply, plan, way, call, code = shown["buttons"]
    assert plan["url"] == "https://www.papatya-klinik.com/plan/b2%20%C3%A7/7"
    assert way["url"] == "https://www.papatya-klinik.com/yol"
    assert call["phone"].replace(" ", "") == "+902165550101"
    assert code["code"] == "PAPATYA25"
    assert words(bubble, shown)[0] == words(bubble, shown)[1]
    reader.phone.press(shown["id"], reply["text"])
    desk.settle()
    conversation = desk.reception.conversation_of(reader.phone.wa_id)
    thread = desk.reception.call("clinic.whatsapp.conversation", "get_thread", [conversation])
    assert (thread["messages"][-1]["direction"], thread["messages"][-1]["body"]) == ("in", "Geleceğim")


# The words of the starter set


def add_starters(desk: Desk) -> dict[tuple[str, str], dict]:
    """Add the starter texts to the number, say where the clinic's pages are, and have all of them approved."""
    account = desk.clinic.a.account_id
    desk.boss.call("clinic.whatsapp.account", "action_add_starter_templates", [account])
    shipped = desk.boss.call(TEMPLATE, "search_read", [["account_id", "=", False]], ["name"])
    names = sorted({row["name"] for row in shipped})
    ours = [["account_id", "=", account], ["name", "in", names], ["category", "!=", "service"]]
    held = desk.boss.call(TEMPLATE, "search", [*ours, ["status", "=", "draft"]])
    for button in desk.boss.call(BUTTON, "search_read", [["template_id", "in", held], ["kind", "=", "url"]], ["url"]):
        desk.boss.write(BUTTON, button["id"], url=button["url"].replace("https://www.example.com", PAGE))
    desk.submit(*held)
    desk.clinic.wait(
        lambda: not desk.boss.call(TEMPLATE, "search", [*ours, ["status", "!=", "approved"]]), "some were not approved"
    )
    facts = ["name", "language", "purpose_code", "bubble"]
    return {(row["name"], row["language"]): row for row in desk.boss.call(TEMPLATE, "search_read", ours, facts)}


@pytest.fixture(scope="module")
def starters(desk: Desk) -> dict[tuple[str, str], dict]:
    desk.calm_meta()
    return add_starters(desk)


def test_every_starter_text_reads_on_the_phone_as_in_odoo(desk: Desk, starters: dict[tuple[str, str], dict]) -> None:
    """With the values of patients, in the thread; with the samples as values, in the preview beside the editor."""
    sendable = {key: row for key, row in starters.items() if key[0] != CONFIRMATION}
    wanted = [
        (LANGS[language], row["purpose_code"]) for (_name, language), row in sendable.items() for _turn in range(2)
    ]
    readers = iter(desk.readers(*wanted))
    for (name, language), row in sendable.items():
        reader = next(readers)
        assert row["id"] in desk.offered(reader), f"{name} in {language}"
        bubble, shown = desk.deliver(row["id"], reader, desk.values(row["id"], reader, "1’inci değer"))
        ours, theirs = words(bubble, shown)
        assert ours == theirs, f"{name} in {language}, in the thread"
        bubble, shown = desk.deliver(row["id"], next(readers), samples(desk, row["id"]))
        ours, theirs = words(row["bubble"], shown)
        assert ours == theirs, f"{name} in {language}, in the preview"
        assert "{{" not in shown["text"]


def samples(desk: Desk, template: int) -> dict[str, str]:
    """The samples of a template, as they are typed."""
    draft = desk.boss.call(TEMPLATE, "read", [template], ["variable_ids"], load=None)[0]
    rows = desk.boss.call(VARIABLE, "read", draft["variable_ids"], ["place", "index", "sample"], load=None)
    return {str(row["index"]) if row["place"] == "body" else "button:1": row["sample"] for row in rows}


@pytest.mark.parametrize("language", ["tr", "en"])
def test_what_was_agreed_is_confirmed_in_the_patients_language(
    desk: Desk, starters: dict[tuple[str, str], dict], language: str
) -> None:
    reader = desk.reader(LANGS[language])
    query = "SELECT max(id) FROM clinic_whatsapp_message WHERE partner_id = %s AND kind = 'grant_confirm'"
    bubble, shown = desk.arrived(desk.clinic.sql(query, reader.id)[0][0], reader)
    ours, theirs = words(bubble, shown)
    assert ours == theirs
    beginnings = {"tr": "Sayın İrem Çağlar-Öğüt, ", "en": "Dear Seán O’Brien & Daughters, "}
    assert shown["text"].startswith(beginnings[language])


# Rendering, on the screens

SHOWN = {
    "tr": (
        "Merhaba {{1}}, *önemli İŞ* ve _eğik ğüşöçı_ ile ~iptal edilen~ satırlar.\n\n"
        "“Tırnak” – {{2}} 😊 & <b>etiket</b>, ```kod 10:30```; ayrıntılar: https://www.papatya-klinik.com/yol?a=1. "
        "Sevgiler.",
        ("Ayşe *Öztürk*", "24 Kasım Salı saat 10:30"),
        "Randevu: {{1}}",
        "Papatya Klinik – İstanbul",
        ("Geleceğim", "Ertelemek istiyorum"),
    ),
    "en": (
        "Hello {{1}}, *bold words* and _slanted_ and ~struck~ ones, *_both_*.\n"
        "It’s {{2}} & <i>no tag</i>: ```code```, see https://www.papatya-klinik.com/a_b_c, 5*3*2, snake_case_word. "
        "Best regards.",
        ("Seán O’Brien", "Tuesday, November 24 at 10:30"),
        "Visit: {{1}}",
        "Papatya Clinic",
        ("I’m coming", "Please move it"),
    ),
}
PIECES = """(root) => {
    const pieces = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode, parent = node.parentElement, style = getComputedStyle(parent);
        let struck = false;
        for (let it = parent; it !== root.parentElement; it = it.parentElement) {
            struck ||= getComputedStyle(it).textDecorationLine.includes("line-through");
        }
        const marks = [
            style.fontWeight > 400 && "bold",
            style.fontStyle === "italic" && "italic",
            struck && "struck",
            /mono/i.test(style.fontFamily) && "mono",
        ].filter(Boolean).join(" ");
        const last = pieces.at(-1);
        if (last && last[1] === marks) {
            last[0] += node.data;
        } else if (node.data) {
            pieces.push([node.data, marks]);
        }
    }
    return pieces;
}"""
ON_PHONE = (".bubble-header", "[data-testid=bubble-text]", ".bubble-footer", "[data-testid=bubble-button]")
IN_THREAD = (".o_clinic_bubble_header", ".o_clinic_bubble_text", ".o_clinic_bubble_footer", ".o_clinic_bubble_button")
IN_EDITOR = (".o_clinic_phone_header", ".o_clinic_phone_text", ".o_clinic_phone_footer", ".o_clinic_phone_button")


@pytest.mark.parametrize("language", ["tr", "en"])
def test_thread_and_editor_look_like_the_phone(desk: Desk, language: str) -> None:
    """The same words with the same marks: bold, italic, struck through, of one width."""
    text, values, header, footer, replies = SHOWN[language]
    template = desk.approved(
        f"shown_{language}",
        text,
        samples=values,
        language=language,
        header_type="text",
        header_text=header,
        footer=footer,
        buttons=[{"text": reply} for reply in replies],
    )
    reader = desk.reader(LANGS[language])
    _bubble, shown = desk.deliver(template, reader, {"1": values[0], "2": values[1], "header": "24 Kasım"})
    conversation = desk.reception.conversation_of(reader.phone.wa_id)
    number = desk.clinic.a.phone_number_id
    with chromium() as browser:
        page = desk_of(browser).new_page()
        page.goto(f"{desk.meta.url}/?phone={reader.phone.wa_id}&number={number}&lang={language}")
        phone = parts(page.locator(f"[data-message-id='{shown['id']}']"), ON_PHONE)
        context = desk_of(browser)
        context.add_cookies([{"name": "session_id", "value": desk.boss.session_id, "url": desk.clinic.odoo.url}])
        page = context.new_page()
        page.goto(f"{desk.clinic.odoo.url}/odoo/whatsapp-conversations/{conversation}")
        thread = parts(page.locator(".o_clinic_message_out").last, IN_THREAD)
        page.goto(f"{desk.clinic.odoo.url}/odoo/whatsapp-templates/{template}")
        editor = parts(page.locator(".o_clinic_phone_preview").first, IN_EDITOR)
    assert thread == phone
    assert editor == phone


def parts(bubble: Locator, selectors: tuple[str, ...]) -> list[object]:
    """Header, text in pieces with their marks, footer and buttons of a bubble."""
    header, text, footer, buttons = (bubble.locator(selector) for selector in selectors)
    footer.wait_for()
    return [
        header.inner_text(),
        text.evaluate(PIECES),
        footer.inner_text(),
        [it.strip() for it in buttons.all_inner_texts()],
    ]
