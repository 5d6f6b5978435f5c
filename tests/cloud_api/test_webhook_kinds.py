"""Every kind of message that patients send, in all the forms that Meta has for it."""

import base64
import json

import pytest
from cloud_api.webhook import split

from .reading import MEDIA, message

# -- files


@pytest.mark.parametrize("url", [{}, {"url": "https://lookaside.fbsbx.com/x"}])
def test_picture_with_caption(url):
    read = message("image", image={**MEDIA, "caption": "Rapor", **url})
    assert (read.type, read.wire_type, read.body) == ("image", "image", "Rapor")
    assert (read.media.id, read.media.mime_type) == ("77", "image/jpeg")


def test_document_has_its_name():
    read = message("document", document={**MEDIA, "filename": "rapor.pdf"})
    assert (read.type, read.media.filename, read.body) == ("document", "rapor.pdf", None)


@pytest.mark.parametrize("voice", [True, False])
def test_voice_note_is_a_sound_that_says_so(voice):
    read = message("audio", audio={"id": "77", "mime_type": "audio/ogg; codecs=opus", "voice": voice})
    assert (read.type, read.media.voice) == ("audio", voice)
    assert read.media.mime_type == "audio/ogg; codecs=opus"


def test_sticker_and_video():
    assert message("sticker", sticker={**MEDIA, "animated": True}).media.animated
    assert message("video", video=MEDIA).type == "video"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (base64.b64encode(bytes(range(32))).decode(), bytes(range(32)).hex()),
        (bytes(range(32)).hex().upper(), bytes(range(32)).hex()),
        ("x", ""),
        ("%%%", ""),
        ("ş", ""),
        (None, ""),
        (5, ""),
        ("AAAA", ""),
    ],
)
def test_hash_of_a_file_is_hex_however_meta_writes_it(written, read):
    assert message("image", image={**MEDIA, "sha256": written}).media.sha256 == read


# -- places, cards, orders, forms


def test_location():
    place = {"latitude": 41.01, "longitude": "28.97", "name": "Papatya", "url": "https://x"}
    read = message("location", location=place)
    assert read.type == "location"
    assert read.details["location"] == {**place, "longitude": 28.97}


@pytest.mark.parametrize(
    "place", [{}, {"latitude": 91, "longitude": 0}, {"latitude": 10**400, "longitude": 0},
              {"latitude": "nan", "longitude": 0}, {"latitude": True, "longitude": 0}, None, []]
)  # fmt: skip
def test_impossible_location_is_not_handed_over(place):
    read = message("location", location=place)
    assert (read.type, read.wire_type) == ("unsupported", "location")
    assert "location" not in read.details


def test_contact_cards():
    cards = [
        {"origin": "contact_request", "phones": [{"wa_id": "905550000012"}]},
        {
            "origin": "other",
            "name": {"formatted_name": "Ali Örnek", "first_name": "Ali"},
            "phones": [{"phone": "+90 555 000 00 13", "type": "CELL"}, {"type": "HOME"}, None],
            "emails": [{"email": "ali@example.com"}, {}],
            "org": {"company": "Papatya"},
        },
        "junk",
    ]
    first, second = message("contacts", contacts=cards).details["contacts"]
    assert first == {"name": "", "phones": ["+905550000012"], "emails": [], "organization": "",
                     "origin": "contact_request"}  # fmt: skip
    assert second == {"name": "Ali Örnek", "phones": ["+90 555 000 00 13"], "emails": ["ali@example.com"],
                      "organization": "Papatya", "origin": "other"}  # fmt: skip


def test_order():
    items = [{"product_retailer_id": "krem", "quantity": 2, "item_price": 9.5, "currency": "TRY"}]
    read = message("order", order={"catalog_id": "1", "text": "İki tane", "product_items": items})
    assert (read.type, read.body) == ("order", "İki tane")
    assert read.details["order"]["items"] == [
        {"id": "krem", "quantity": "2", "price": "9.5", "currency": "TRY"}
    ]


@pytest.mark.parametrize("token", [{}, {"flow_token": "t"}])
def test_answer_to_a_form(token):
    answer = {"name": "flow", "body": "Sent", "response_json": json.dumps({"date": "2026-12-01", "n": 1, **token})}
    read = message("interactive", interactive={"type": "nfm_reply", "nfm_reply": answer})
    assert (read.type, read.wire_type, read.body) == ("interactive", "nfm_reply", "Sent")
    assert read.details["flow"]["answers"] == {"date": "2026-12-01", "n": "1"}
    assert read.details["flow"].get("token") == token.get("flow_token")


@pytest.mark.parametrize("written", ["", "{", "[1]", "5", None, "[" * 5000])
def test_form_whose_answers_cannot_be_read_is_kept_as_it_came(written):
    answer = {"name": "flow", "body": "Sent", "response_json": written}
    read = message("interactive", interactive={"type": "nfm_reply", "nfm_reply": answer})
    assert read.type == "interactive"
    assert read.details["flow"].get("unread", "") == (written or "")


# -- about other messages


@pytest.mark.parametrize("emoji", [{"emoji": "👍"}, {"emoji": ""}, {}])
def test_reaction_and_its_removal_in_both_styles(emoji):
    read = message("reaction", reaction={"message_id": "wamid.OUT", **emoji})
    assert (read.type, read.target) == ("reaction", "wamid.OUT")
    assert read.body == (emoji.get("emoji") or None)


def test_edit_brings_the_new_text():
    edit = {"original_message_id": "wamid.A", "message": {"type": "text", "text": {"body": "yeni"}}}
    read = message("edit", edit=edit)
    assert (read.type, read.target, read.body, read.media) == ("edit", "wamid.A", "yeni", None)


def test_edit_of_a_caption_brings_the_file_too():
    edit = {"original_message_id": "wamid.A", "message": {"type": "image", "image": {**MEDIA, "caption": "yeni"}}}
    read = message("edit", edit=edit)
    assert (read.body, read.media.id) == ("yeni", "77")


@pytest.mark.parametrize("new", [{"type": "edit", "edit": {}}, {"type": "hologram"}, {"type": "text"}, None])
def test_edit_that_is_not_understood_keeps_its_object(new):
    read = message("edit", edit={"original_message_id": "wamid.A", "message": new})
    assert (read.type, read.target, read.body) == ("edit", "wamid.A", None)
    assert read.details.get("raw") == new


def test_revoke():
    read = message("revoke", revoke={"original_message_id": "wamid.A"})
    assert (read.type, read.target, read.body) == ("revoke", "wamid.A", None)


@pytest.mark.parametrize("kind", ["reaction", "edit", "revoke"])
def test_reaction_edit_or_revoke_of_nothing_is_not_handed_over(kind):
    assert message(kind, **{kind: {}}).type == "unsupported"


# -- about the person


@pytest.mark.parametrize(
    ("system", "change"),
    [
        (
            {"type": "user_changed_number", "wa_id": "905550000013", "user_id": "TR.2", "previous_user_id": "TR.1349"},
            ("user_changed_number", "TR.2", "TR.1349", "905550000013"),
        ),
        (
            {"type": "user_changed_user_id", "user_id": "TR.2", "previous_user_id": "TR.1349"},
            ("user_changed_user_id", "TR.2", "TR.1349", None),
        ),
        (
            {"type": "customer_identity_changed", "identity": {"hash": "x"}},
            ("customer_identity_changed", None, None, None),
        ),
        (
            {"type": "customer_changed_number", "new_wa_id": "905550000013"},
            ("customer_changed_number", None, None, "905550000013"),
        ),
    ],
)
def test_system_messages_have_no_contact(system, change):
    read = message("system", contact=None, system=system, from_user_id=..., **{"from": ...})
    assert (read.type, read.wire_type, read.wa_id, read.user_id) == ("system", "system", None, None)
    identity = read.identity
    assert (identity.kind, identity.new_user_id, identity.previous_user_id, identity.new_wa_id) == change


def test_change_of_identity_waits_for_what_the_old_identity_wrote():
    system = {"type": "user_changed_user_id", "user_id": "TR.2", "previous_user_id": "TR.1349"}
    wire = {"id": "wamid.S", "timestamp": "1", "type": "system", "system": system}
    change = {"field": "messages", "value": {"messages": [wire]}}
    document = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    (item,) = split(json.dumps(document).encode())
    assert item.ordering_key == "TR.1349"


# -- what surrounds a message


def test_referral_and_forwarding_are_kept():
    referral = {"source_url": "https://x", "source_type": "ad", "source_id": "1", "headline": "İndirim",
                "body": "Gelin", "ctwa_clid": "c"}  # fmt: skip
    read = message(text={"body": "Bilgi"}, referral=referral, context={"frequently_forwarded": True})
    assert read.details["forwarded"] and read.details["frequently_forwarded"]
    assert read.details["referral"] == {"headline": "İndirim", "body": "Gelin", "url": "https://x",
                                        "source_type": "ad", "source_id": "1", "ctwa_clid": "c"}  # fmt: skip


def test_plain_text_has_no_details():
    assert message(text={"body": "x"}, context={"id": "wamid.OUT"}).details == {}


# -- the rest is stored, never lost


@pytest.mark.parametrize("kind", ["hologram", "request_welcome", "unknown"])
def test_types_that_are_not_known_keep_their_object(kind):
    read = message(kind, **{kind: {"text": "x", "deep": [{"a\x00": "b\ud800"}]}})
    assert (read.type, read.wire_type, read.body) == ("unknown", kind, None)
    assert read.details["raw"] == {kind: {"text": "x", "deep": [{"a": "b?"}]}}


def test_interactive_answer_of_tomorrow_keeps_its_object():
    inner = {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}}
    read = message("interactive", interactive=inner)
    assert (read.type, read.wire_type) == ("unknown", "call_permission_reply")
    assert read.details["raw"] == inner


def test_what_whatsapp_does_not_hand_over_is_named_more_closely():
    errors = [{"code": 131051, "title": "Message type unknown", "error_data": {"details": "Poll"}}]
    read = message("unsupported", errors=errors, unsupported={"type": "poll_creation"})
    assert (read.type, read.wire_type) == ("unsupported", "poll_creation")
    assert read.details["errors"] == [{"code": 131051, "title": "Message type unknown", "details": "Poll"}]
    assert message("unsupported", errors=errors).wire_type == "unsupported"


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("text", {}, ("unsupported", "text")),
        ("text", {"text": None}, ("unsupported", "text")),
        ("text", {"text": {"body": ""}}, ("unsupported", "text")),
        ("text", {"text": {"body": 5}}, ("unsupported", "text")),
        ("image", {"image": {"mime_type": "image/jpeg"}}, ("unsupported", "image")),
        ("contacts", {"contacts": []}, ("unsupported", "contacts")),
        ("button", {"button": {"payload": "x"}}, ("unsupported", "button")),
        ("interactive", {}, ("unsupported", "interactive")),
        ("interactive", {"interactive": {"type": "button_reply"}}, ("unsupported", "button_reply")),
        ("interactive", {"interactive": {"type": "nfm_reply"}}, ("unsupported", "nfm_reply")),
        ("interactive", {"interactive": {"button_reply": {"title": "x"}}}, ("unsupported", "interactive")),
        ("system", {"system": {}}, ("unsupported", "system")),
        (None, {}, ("unknown", "unknown")),
        (["text"], {}, ("unknown", "unknown")),
    ],
)
def test_type_whose_content_is_missing_was_not_handed_over(kind, more, expected):
    read = message(kind, **more)
    assert (read.type, read.wire_type, read.body) == (*expected, None)


def test_text_in_a_group_is_not_taken_for_the_patients_own_message():
    read = message(text={"body": "DUR"}, group_id="g1")
    assert (read.type, read.wire_type, read.body, read.details) == ("unsupported", "group", None, {})
