"""What patients send and what becomes of our messages, in all the forms that Meta has for it."""

import json
from datetime import datetime, timezone

import pytest
from cloud_api.errors import UNREADABLE, Policy
from cloud_api.webhook import BadPayload, parse_message, parse_status, split

AT = datetime(2025, 6, 15, 23, 27, 53, tzinfo=timezone.utc)
CONTACT = {"profile": {"name": "Ayşe"}, "wa_id": "905550000012", "user_id": "TR.1349"}
MEDIA = {"id": "77", "mime_type": "image/jpeg", "sha256": "x"}


def message(kind="text", contact=CONTACT, **more):
    """Parse one message, after the same way through ``split`` that a real one takes."""
    wire = {
        "id": "wamid.IN",
        "from": "905550000012",
        "from_user_id": "TR.1349",
        "timestamp": "1750030073",
        "type": kind,
        **more,
    }
    return parse_message(through_split({"messages": [drop_absent(wire)]}, contact))


def status(name="sent", contact=None, **more):
    wire = {
        "id": "wamid.OUT",
        "status": name,
        "timestamp": "1750030073",
        "recipient_id": "905550000012",
        **more,
    }
    return parse_status(through_split({"statuses": [drop_absent(wire)]}, contact))


def drop_absent(wire):
    return {key: part for key, part in wire.items() if part is not ...}


def through_split(value, contact):
    value = {**value, "contacts": [contact]} if contact else value
    change = {"field": "messages", "value": value}
    entry = {"id": "1", "changes": [change]}
    document = {"object": "whatsapp_business_account", "entry": [entry]}
    (item,) = split(json.dumps(document).encode())
    return item.payload


# -- who


def test_text_of_a_known_phone():
    read = message(text={"body": "Merhaba, yarın geliyorum 👍"})
    assert (read.wamid, read.type, read.wire_type) == ("wamid.IN", "text", "text")
    assert read.body == "Merhaba, yarın geliyorum 👍"
    assert read.sent_at == AT
    assert (read.wa_id, read.user_id) == ("905550000012", "TR.1349")
    assert read.profile_name == "Ayşe"
    assert (read.reply_to, read.button_payload) == (None, None)


@pytest.mark.parametrize("absent", [..., "", None])
def test_person_whose_phone_is_hidden_has_a_bsuid_only(absent):
    contact = drop_absent({"user_id": "TR.1349", "wa_id": absent, "profile": {"name": "@ayse"}})
    read = message(contact=contact, text={"body": "x"}, **{"from": absent})
    assert (read.wa_id, read.user_id) == (None, "TR.1349")


def test_person_without_bsuid_has_a_phone_only():
    read = message(contact=None, text={"body": "x"}, from_user_id=...)
    assert (read.wa_id, read.user_id, read.profile_name) == ("905550000012", None, None)


def test_identity_comes_from_the_contact_where_the_message_has_none():
    read = message(text={"body": "x"}, from_user_id=..., **{"from": ...})
    assert (read.wa_id, read.user_id) == ("905550000012", "TR.1349")


@pytest.mark.parametrize("contact", [None, {}, {"profile": None}, {"profile": {}}, {"wa_id": 5}])
def test_contact_may_be_anything(contact):
    assert message(contact=contact, text={"body": "x"}).profile_name is None


# -- text, quotes and buttons


def test_answer_names_the_quoted_message():
    read = message(text={"body": "Evet"}, context={"from": "905550000001", "id": "wamid.OUT"})
    assert read.reply_to == "wamid.OUT"


@pytest.mark.parametrize("context", [{"forwarded": True}, {"frequently_forwarded": True}, None, []])
def test_forwarded_text_quotes_nothing(context):
    assert message(text={"body": "x"}, context=context).reply_to is None


def test_text_after_a_click_on_an_advertisement_is_a_text():
    referral = {"source_type": "ad", "source_id": "1", "ctwa_clid": "x"}
    assert message(text={"body": "Bilgi"}, referral=referral).type == "text"


def test_text_is_cleaned_of_what_no_database_stores():
    assert message(text={"body": "a\x00b\ud800"}).body == "ab?"


@pytest.mark.parametrize("context", [..., {"from": "905550000001", "id": "wamid.OUT"}])
def test_template_button(context):
    read = message("button", button={"payload": "confirm:42", "text": "Onayla"}, context=context)
    assert (read.type, read.body, read.button_payload) == ("button", "Onayla", "confirm:42")
    assert read.reply_to == (None if context is ... else "wamid.OUT")


@pytest.mark.parametrize("kind", ["button_reply", "list_reply"])
def test_reply_button_and_list(kind):
    reply = {"id": "slot:1", "title": "09:00", "description": "Dr A"}
    read = message("interactive", interactive={"type": kind, kind: reply})
    assert (read.type, read.wire_type) == ("interactive", "interactive")
    assert (read.body, read.button_payload) == ("09:00", "slot:1")


# -- the rest is stored, never lost


@pytest.mark.parametrize("flow_token", [{}, {"flow_token": "t"}])
def test_answer_to_a_form_is_unsupported_so_far(flow_token):
    answer = {"name": "flow", "body": "Sent", "response_json": json.dumps({"x": 1, **flow_token})}
    read = message("interactive", interactive={"type": "nfm_reply", "nfm_reply": answer})
    assert (read.type, read.wire_type, read.body) == ("unsupported", "nfm_reply", None)


UNSUPPORTED = {
    "image with url": ("image", {**MEDIA, "url": "https://lookaside.fbsbx.com/x"}),
    "image without url": ("image", {**MEDIA, "caption": "Rapor"}),
    "document": ("document", {**MEDIA, "filename": "rapor.pdf"}),
    "voice": ("audio", {**MEDIA, "voice": True}),
    "video": ("video", MEDIA),
    "sticker": ("sticker", {**MEDIA, "animated": False}),
    "location": ("location", {"latitude": 41.01, "longitude": 28.97}),
    "contacts": ("contacts", [{"origin": "contact_request", "phones": [{"wa_id": "9055"}]}]),
    "reaction": ("reaction", {"message_id": "wamid.OUT", "emoji": "👍"}),
    "reaction removed": ("reaction", {"message_id": "wamid.OUT"}),
    "reaction removed, old": ("reaction", {"message_id": "wamid.OUT", "emoji": ""}),
    "order": ("order", {"catalog_id": "1", "text": "x", "product_items": []}),
    "edit": ("edit", {"original_message_id": "wamid.A", "message": {"type": "text"}}),
    "revoke": ("revoke", {"original_message_id": "wamid.A"}),
    "welcome": ("request_welcome", {}),
    "of tomorrow": ("hologram", {"text": "x"}),
}


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_other_types_are_unsupported_and_keep_their_name(case):
    kind, content = UNSUPPORTED[case]
    read = message(kind, **{kind: content})
    assert (read.type, read.wire_type) == ("unsupported", kind)
    assert (read.body, read.button_payload) == (None, None)
    assert read.wa_id == "905550000012"


@pytest.mark.parametrize(
    "system",
    [
        {"type": "user_changed_number", "wa_id": "905550000013", "user_id": "TR.2"},
        {"type": "user_changed_user_id", "user_id": "TR.2", "previous_user_id": "TR.1349"},
        {"type": "customer_identity_changed", "identity": {"hash": "x"}},
    ],
)
def test_system_messages_have_no_contact(system):
    read = message("system", contact=None, system=system, from_user_id=..., **{"from": ...})
    assert (read.type, read.wire_type) == ("unsupported", "system")
    assert (read.wa_id, read.user_id) == (None, None)


def test_what_whatsapp_does_not_hand_over_is_named_more_closely():
    errors = [{"code": 131051, "title": "Message type unknown"}]
    read = message("unsupported", errors=errors, unsupported={"type": "poll_creation"})
    assert (read.type, read.wire_type) == ("unsupported", "poll_creation")
    assert message("unsupported", errors=errors).wire_type == "unsupported"


@pytest.mark.parametrize(
    ("kind", "more", "wire_type"),
    [
        ("text", {}, "text"),
        ("text", {"text": None}, "text"),
        ("text", {"text": {"body": ""}}, "text"),
        ("text", {"text": {"body": 5}}, "text"),
        ("button", {"button": {"payload": "x"}}, "button"),
        ("interactive", {}, "interactive"),
        ("interactive", {"interactive": {"type": "button_reply"}}, "button_reply"),
        ("interactive", {"interactive": {"button_reply": {"title": "x"}}}, "interactive"),
        (None, {}, "unknown"),
        (["text"], {}, "unknown"),
    ],
)
def test_type_whose_content_is_missing_is_unsupported(kind, more, wire_type):
    read = message(kind, **more)
    assert (read.type, read.wire_type, read.body) == ("unsupported", wire_type, None)


def test_text_in_a_group_is_not_taken_for_the_patients_own_message():
    read = message(text={"body": "DUR"}, group_id="g1")
    assert (read.type, read.wire_type, read.body) == ("unsupported", "group", None)


# -- time


@pytest.mark.parametrize("timestamp", ["1750030073", 1750030073])
def test_time_is_utc(timestamp):
    assert message(text={"body": "x"}, timestamp=timestamp).sent_at == AT


@pytest.mark.parametrize(
    "bad", [..., None, "", "x", "-1", "1.5", 1.5, "9" * 12, "٣", True, [], "1 "]
)
def test_message_without_a_time_is_bad(bad):
    with pytest.raises(BadPayload):
        message(text={"body": "x"}, timestamp=bad)


@pytest.mark.parametrize("payload", [{}, {"message": None}, {"message": {"timestamp": "1"}}])
def test_payload_without_its_message_is_bad(payload):
    with pytest.raises(BadPayload):
        parse_message(payload)


# -- statuses


def test_sent_with_price_and_reference():
    pricing = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
    read = status(contact=CONTACT, pricing=pricing, biz_opaque_callback_data="ref-1")
    assert (read.wamid, read.status, read.at) == ("wamid.OUT", "sent", AT)
    assert read.client_ref == "ref-1"
    assert (read.pricing_type, read.pricing_category) == ("regular", "utility")
    assert read.errors == ()


@pytest.mark.parametrize("name", ["sent", "delivered", "read", "played", "failed", "novel_status"])
def test_every_status_keeps_its_name(name):
    read = status(name)
    assert read.status == name
    assert (read.client_ref, read.pricing_type, read.pricing_category) == (None, None, None)


@pytest.mark.parametrize(
    ("pricing", "expected"),
    [
        ({"type": "free_customer_service", "category": "service"}, "service"),
        ({"type": "regular", "category": "authentication-international"}, None),
        ({"type": "regular", "category": "authentication_international"}, None),
        ({"type": "regular", "category": "something_new"}, "something_new"),
    ],
)
def test_price_categories_have_one_spelling(pricing, expected):
    read = status(pricing=pricing)
    assert read.pricing_type == pricing["type"]
    assert read.pricing_category == (expected or "authentication_international")


FAILED = {
    "code": 131049,
    "title": "This message was not delivered",
    "message": "This message was not delivered",
    "error_data": {"details": "In order to maintain a healthy ecosystem engagement"},
    "href": "https://developers.facebook.com/docs",
}


@pytest.mark.parametrize("contact", [None, {"wa_id": "905550000012"}, {"profile": {}}])
def test_failed_status_says_why(contact):
    read = status("failed", contact=contact, errors=[FAILED])
    (error,) = read.errors
    assert (error.code, error.http_status) == (131049, None)
    assert error.details.startswith("In order to maintain")
    assert error.meaning.policy is Policy.RETRY_LATER


@pytest.mark.parametrize("errors", [None, "x", {}, []])
def test_failed_status_without_readable_errors_has_none(errors):
    assert status("failed", errors=errors).errors == ()


def test_error_that_cannot_be_read_still_counts():
    read = status("failed", errors=[None, {"code": "131026"}])
    assert [error.code for error in read.errors] == [UNREADABLE, 131026]


def test_recipient_and_price_may_be_missing():
    read = status("read", recipient_id=..., pricing=None, recipient_user_id="TR.1349")
    assert read.status == "read"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"status": []},
        {"status": {"id": "wamid.X", "timestamp": "1"}},
        {"status": {"status": "x"}},
    ],
)
def test_payload_without_its_status_is_bad(payload):
    with pytest.raises(BadPayload):
        parse_status(payload)


def test_status_without_a_time_is_bad():
    with pytest.raises(BadPayload):
        status(timestamp=...)
