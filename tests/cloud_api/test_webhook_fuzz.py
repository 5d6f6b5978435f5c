"""Whatever is done to the webhooks of the checklist, reading them fails in one way only."""

import json

import pytest
from cloud_api.webhook import (
    BadPayload,
    parse_errors,
    parse_marketing_choices,
    parse_message,
    parse_status,
    parse_user_id_updates,
    split,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from .mutations import SAMPLES, spoilt

TYPES = {
    "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "button", "interactive",
    "reaction", "edit", "revoke", "order", "system", "unsupported", "unknown",
}  # fmt: skip


def assert_storable(text):
    assert "\x00" not in (text or "")
    (text or "").encode()


def read(item):
    """Read one item in all the ways in which the inbox may read it; return what was read."""
    if item.kind == "message":
        message = parse_message(item.payload)
        assert message.type in TYPES
        for text in (message.body, message.button_payload, message.profile_name, message.wire_type, message.target):
            assert_storable(text)
        for text in (message.wa_id, message.user_id, message.reply_to):
            assert_storable(text)
        details = json.dumps(message.details, allow_nan=False)
        assert "\\u0000" not in details and "\\ud800" not in details
        if message.media:
            for text in (message.media.id, message.media.mime_type, message.media.filename):
                assert_storable(text)
            assert len(message.media.sha256) in (0, 64)
        return message
    if item.kind == "status":
        return parse_status(item.payload)
    value = item.payload["value"]
    return parse_errors(value), parse_user_id_updates(value), parse_marketing_choices(value)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_checklist_itself_is_read_whole(name):
    for item in split(json.dumps(SAMPLES[name]).encode()):
        read(item)


@settings(max_examples=800)
@given(spoilt())
def test_spoilt_webhooks_are_read_or_bad(document):
    raw = json.dumps(document).encode()
    try:
        items = split(raw)
    except BadPayload:
        return
    assert len({(item.kind, item.external_ref) for item in items}) <= len(items)
    for item in items:
        json.dumps(item.payload, allow_nan=False)
        try:
            read(item)
        except BadPayload:
            continue


@settings(max_examples=300)
@given(spoilt(), st.data())
def test_spoilt_bytes_are_split_or_bad(document, data):
    raw = bytearray(json.dumps(document, ensure_ascii=data.draw(st.booleans())).encode("utf-8", "surrogatepass"))
    for _spot in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    try:
        for item in split(bytes(raw)):
            read(item)
    except BadPayload:
        return


@given(spoilt())
def test_the_same_bytes_always_make_the_same_items(document):
    raw = json.dumps(document).encode()
    try:
        assert split(raw) == split(raw)
    except BadPayload:
        return
