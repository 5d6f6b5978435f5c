"""Who wrote what and when: texts, quotes and buttons."""

import pytest
from cloud_api.webhook import BadPayload, parse_message

from .reading import AT, drop_absent, message

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
