"""Whatever arrives, splitting loses nothing and fails in one way only."""

import json

from cloud_api.webhook import BadPayload, parse_message, parse_status, split
from hypothesis import given, settings
from hypothesis import strategies as st

from .webhooks import envelope, status, text

TYPES = (
    "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "button", "interactive",
    "reaction", "edit", "revoke", "order", "system", "unsupported", "unknown",
)  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
sender = ("id", "from", "from_user_id", "timestamp", "type", "context", "group_id")
content = ("text", "button", "interactive", "unsupported", "errors", "status", "pricing")
keys = st.sampled_from(sender + content)
things = anything | st.dictionaries(keys, anything, max_size=6) | st.builds(text, st.integers())
values = st.fixed_dictionaries(
    {},
    optional={
        "messages": st.lists(things, max_size=4),
        "statuses": st.lists(things | st.builds(status, st.integers()), max_size=4),
        "errors": st.lists(things, max_size=2),
        "contacts": st.lists(things, max_size=3) | anything,
        "metadata": anything,
    },
)


def assert_storable(item):
    """Fit for a database: valid JSON, text without NUL and half characters, short keys."""
    json.dumps(item.payload, allow_nan=False)
    columns = (item.external_ref, item.ordering_key, item.field, item.waba_id, item.phone_number_id)
    for column in columns:
        if column is not None:
            column.encode()
            assert "\x00" not in column
            assert len(column) < 1200


@given(st.binary())
def test_any_bytes_are_split_or_bad(raw):
    try:
        split(raw)
    except BadPayload:
        return


@given(anything.map(json.dumps))
def test_any_json_is_split_or_bad(raw):
    try:
        split(raw.encode())
    except BadPayload:
        return


@given(st.lists(anything, max_size=4))
def test_any_entry_leaves_its_trace(entries):
    raw = json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()
    items = split(raw)
    for item in items:
        assert_storable(item)
    kept = [item.payload["value"].get("entry") for item in items]
    broken = [
        entry
        for entry in entries
        if not (isinstance(entry, dict) and isinstance(entry.get("changes"), list))
    ]
    assert [json.dumps(entry) for entry in kept] == [json.dumps(entry) for entry in broken]


@settings(max_examples=300)
@given(st.lists(values, max_size=3))
def test_every_message_status_and_error_is_in_exactly_one_item(several):
    items = list(split(envelope(*several)))
    for item in items:
        assert_storable(item)
    for value in several:
        parts = [
            (key, part) for key in ("messages", "statuses", "errors") for part in value.get(key, ())
        ]
        for key, part in parts:
            item = items.pop(0)
            own = item.payload.get("message", item.payload.get("status"))
            kept = own if item.kind != "other" else item.payload["value"][key][0]
            assert json.dumps(kept) == json.dumps(part)
        if not parts:
            assert items.pop(0).payload["value"] == value
    assert items == []


@settings(max_examples=300)
@given(st.lists(values, max_size=2))
def test_every_item_can_be_read_or_is_bad(several):
    for item in split(envelope(*several)):
        try:
            if item.kind == "message":
                read = parse_message(item.payload)
                assert read.type in TYPES
                json.dumps(read.details, allow_nan=False).encode()
                shown = [read.body, read.profile_name, read.wa_id, read.user_id, read.reply_to]
            elif item.kind == "status":
                read = parse_status(item.payload)
                shown = [read.status, read.client_ref, read.pricing_type]
            else:
                continue
        except BadPayload:
            continue
        for text_ in shown:
            assert text_ is None or (text_.encode() and "\x00" not in text_)
