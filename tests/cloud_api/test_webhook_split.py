"""A body is split into items that stand on their own; nothing in it is ever lost."""

import json

import pytest
from cloud_api.webhook import BadPayload, parse_message, split

from .webhooks import METADATA, envelope, status, text

EMPTY = b'{"object":"whatsapp_business_account","entry":[]}'


def refs(raw):
    return [item.external_ref for item in split(raw)]


# -- bad payloads


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"{}",
        b'{"object":"page","entry":[]}',
        b'{"object":"whatsapp_business_account"}',
        b'{"object":"whatsapp_business_account","entry":{}}',
        b'{"object":"whatsapp_business_account","entry":[],"x":NaN}',
        b'{"object":"whatsapp_business_account","entry":[]}}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"object":"whatsapp_business_account","entry":[' + b"[" * 500 + b"]" * 500 + b"]}",
        b'{"object":"whatsapp_business_account","entry":[],"x":' + b"9" * 5000 + b"}",
    ],
)
def test_broken_json_and_wrong_shapes_are_bad_payloads(raw):
    with pytest.raises(BadPayload):
        split(raw)


def test_no_entry_is_no_item():
    assert split(EMPTY) == ()


# -- items


def test_message_item_is_self_contained():
    contact = {"profile": {"name": "Ayşe"}, "wa_id": "905550000012", "user_id": "TR.1349"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": METADATA,
        "contacts": [contact],
        "messages": [text()],
    }
    (item,) = split(envelope(value, time=1739321024))
    assert (item.kind, item.field) == ("message", "messages")
    assert item.external_ref == "message:wamid.IN1"
    assert item.ordering_key == "TR.1349"
    assert (item.waba_id, item.phone_number_id) == ("102290129340398", "106540352242922")
    assert item.payload == {
        "field": "messages",
        "metadata": METADATA,
        "time": 1739321024,
        "contact": contact,
        "message": text(),
    }


def test_status_item_is_self_contained():
    value = {"metadata": METADATA, "statuses": [status(name="delivered")]}
    (item,) = split(envelope(value))
    assert (item.kind, item.external_ref) == ("status", "status:wamid.OUT1:delivered")
    assert item.ordering_key == "wamid.OUT1"
    assert item.phone_number_id == "106540352242922"
    assert item.payload["status"] == status(name="delivered")
    assert item.payload["contact"] is None


def test_two_messages_and_two_statuses_in_one_body_are_four_items():
    value = {"messages": [text(1), text(2)], "statuses": [status(1), status(2)]}
    assert refs(envelope(value)) == [
        "message:wamid.IN1",
        "message:wamid.IN2",
        "status:wamid.OUT1:sent",
        "status:wamid.OUT2:sent",
    ]


def test_all_entries_and_changes_are_visited():
    document = json.loads(envelope({"messages": [text(1)]}, {"statuses": [status(1)]}))
    document["entry"].append(json.loads(envelope({"messages": [text(2)]}))["entry"][0])
    found = refs(json.dumps(document).encode())
    assert found == ["message:wamid.IN1", "status:wamid.OUT1:sent", "message:wamid.IN2"]


def test_a_thousand_updates_are_a_thousand_items():
    raw = envelope({"statuses": [status(number) for number in range(1000)]})
    assert len(set(refs(raw))) == 1000


def test_repeated_delivery_has_the_same_references():
    value = {"messages": [text()], "statuses": [status()], "errors": [{"code": 130429}]}
    assert refs(envelope(value)) == refs(envelope(value))


def test_reference_does_not_depend_on_the_order_of_keys():
    first = refs(envelope({"event": "PIN_CHANGED", "requester": "1"}, field="security"))
    assert refs(envelope({"requester": "1", "event": "PIN_CHANGED"}, field="security")) == first


def test_reference_does_not_depend_on_the_neighbours():
    alone = refs(envelope({"errors": [{"code": 130429}]}))
    together = refs(envelope({"messages": [text()], "errors": [{"code": 130429}]}))
    assert alone[0] in together


def test_each_status_of_a_message_is_its_own_item():
    names = ["sent", "delivered", "read", "played", "failed", "something_new"]
    raw = envelope({"statuses": [status(name=name) for name in names]})
    assert refs(raw) == [f"status:wamid.OUT1:{name}" for name in names]
    assert {item.ordering_key for item in split(raw)} == {"wamid.OUT1"}


def test_errors_of_the_number_are_other_items():
    errors = [{"code": 130429, "title": "Rate limit hit"}, {"code": 131000}]
    first, second = split(envelope({"metadata": METADATA, "errors": errors}))
    assert (first.kind, second.kind) == ("other", "other")
    assert first.payload["value"] == {"errors": [errors[0]]}
    assert first.external_ref.startswith("other:")
    assert first.external_ref != second.external_ref
    assert first.phone_number_id == "106540352242922"


ACCOUNT_FIELDS = {
    "message_template_status_update": {
        "event": "REJECTED",
        "message_template_id": 1689556908129835,
        "message_template_name": "x",
        "message_template_language": "en-US",
        "reason": "INVALID_FORMAT",
    },
    "message_template_quality_update": {"new_quality_score": "YELLOW", "message_template_id": 1},
    "message_template_components_update": {"message_template_buttons": [{}]},
    "template_category_update": {"new_category": "UTILITY", "message_template_language": "en-US"},
    "phone_number_quality_update": {"event": "ONBOARDING", "current_limit": "TIER_2K"},
    "phone_number_name_update": {"decision": "APPROVED", "rejection_reason": None},
    "business_capability_update": {"max_daily_conversations_per_business": -1},
    "account_update": {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": ["DISABLE"]}},
    "account_review_update": {"decision": "APPROVED"},
    "account_alerts": {"entity_type": "BUSINESS", "alert_info": {"alert_severity": "CRITICAL"}},
    "security": {"event": "PIN_CHANGED"},
    "business_username_update": {"username": "klinik", "status": "approved"},
    "business_username_updates": {"status": "deleted", "context": "revoked"},
    "user_preferences": {
        "metadata": METADATA,
        "user_preferences": [{"category": "marketing_messages", "value": "stop", "timestamp": 1}],
    },
    "smb_message_echoes": {"metadata": METADATA, "message_echoes": [{"id": "wamid.E"}]},
    "smb_app_state_sync": {"metadata": METADATA, "state_sync": [{"type": "contact"}]},
    "history": {"history": [{"threads": [{"id": "1", "messages": [text()]}]}]},
    "user_id_update": {"user_id": {"previous": "TR.1", "current": "TR.2"}},
    "a_field_of_tomorrow": {"messages": [{"id": "not ours to split"}]},
}


@pytest.mark.parametrize("field", ACCOUNT_FIELDS)
def test_every_other_field_is_one_item_with_its_whole_value(field):
    value = ACCOUNT_FIELDS[field]
    (item,) = split(envelope(value, field=field, time=1739321024))
    assert (item.kind, item.field) == ("other", field)
    assert item.payload["value"] == value
    assert item.payload["time"] == 1739321024
    assert item.phone_number_id == value.get("metadata", {}).get("phone_number_id")


def test_the_same_event_at_another_time_is_another_item():
    value = {"event": "PIN_CHANGED"}
    first = refs(envelope(value, field="security", time=1))
    assert refs(envelope(value, field="security", time=1)) == first
    assert refs(envelope(value, field="security", time=2)) != first


# -- nothing is lost


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "x",
        7,
        [],
        {},
        {"id": ""},
        {"id": None},
        {"id": ["x"]},
        {"id": "wamid\x00X"},
        {"id": "wamid.\ud800"},
        {"type": "text"},
    ],
)
@pytest.mark.parametrize("key", ["messages", "statuses"])
def test_bad_item_is_kept_and_does_not_cost_its_neighbours(key, bad):
    good = {"messages": text, "statuses": status}[key]
    first, other, last = split(envelope({key: [good(1), bad, good(2)]}))
    assert {first.kind, last.kind} == {"message" if key == "messages" else "status"}
    assert other.kind == "other"
    assert other.payload["value"] == {key: [bad]}


def test_status_without_a_name_is_kept():
    (item,) = split(envelope({"statuses": [{"id": "wamid.OUT", "timestamp": "1"}]}))
    assert item.kind == "other"


@pytest.mark.parametrize("bad", [None, "x", 7, [], {}, {"changes": None}, {"id": "1"}])
def test_bad_entry_is_kept_and_does_not_cost_its_neighbours(bad):
    document = json.loads(envelope({"messages": [text()]}))
    document["entry"].insert(0, bad)
    other, message = split(json.dumps(document).encode())
    assert (other.kind, other.payload["value"]) == ("other", {"entry": bad})
    assert message.kind == "message"


@pytest.mark.parametrize("bad", [None, "x", {}, {"field": "messages"}, {"value": [], "field": "x"}])
def test_bad_change_is_kept_and_does_not_cost_its_neighbours(bad):
    document = json.loads(envelope({"messages": [text()]}))
    document["entry"][0]["changes"].insert(0, bad)
    other, message = split(json.dumps(document).encode())
    assert (other.kind, other.payload["value"]) == ("other", {"change": bad})
    assert other.waba_id == "102290129340398"
    assert message.kind == "message"


@pytest.mark.parametrize(
    "value", [{}, {"messages": []}, {"metadata": METADATA}, {"contacts": [{"wa_id": "1"}]}]
)
def test_value_without_any_item_is_kept(value):
    (item,) = split(envelope(value))
    assert item.kind == "other"


def test_what_stands_beside_the_messages_is_kept_too():
    value = {"messages": [text()], "news": [1, 2], "statuses": {"not": "a list"}}
    message, other = split(envelope(value))
    assert message.kind == "message"
    assert other.payload["value"] == {"news": [1, 2], "statuses": {"not": "a list"}}


def test_infinite_numbers_stay_valid_json():
    raw = envelope({"messages": [text(x="HUGE")]}).replace(b'"HUGE"', b"1e999")
    (item,) = split(raw)
    assert json.loads(json.dumps(item.payload, allow_nan=False))["message"]["x"] == "1e999"


def test_endless_ids_are_cut_to_what_an_index_takes():
    first = split(envelope({"messages": [text(id="wamid." + "A" * 5000)]}))[0]
    second = split(envelope({"messages": [text(id="wamid." + "A" * 4999 + "B")]}))[0]
    assert first.kind == second.kind == "message"
    assert first.external_ref != second.external_ref
    assert len(first.external_ref) < 600
    assert parse_message(first.payload).wamid == "wamid." + "A" * 5000


# -- contacts


def contacts_of(value):
    return [item.payload["contact"] for item in split(envelope(value))]


AYSE = {"wa_id": "905550000012", "user_id": "TR.1", "profile": {"name": "Ayşe"}}
BORA = {"wa_id": "905550000013", "user_id": "TR.2", "profile": {"name": "Bora"}}


@pytest.mark.parametrize(
    ("sender", "contacts", "expected"),
    [
        ({"from_user_id": "TR.2"}, [AYSE, BORA], BORA),
        ({"from": "905550000013", "from_user_id": None}, [AYSE, BORA], BORA),
        ({"from_user_id": "TR.9", "from": "905550000012"}, [AYSE, BORA], AYSE),
        ({"from_user_id": "TR.9", "from": ""}, [AYSE, BORA], None),
        ({"from_user_id": "TR.9", "from": None}, [AYSE], None),
        ({"from_user_id": None, "from": None}, [AYSE], AYSE),
        ({"from_user_id": None, "from": None}, [AYSE, BORA], None),
        (
            {"from_user_id": "TR.9", "from": None},
            [{"profile": {"name": "A"}}],
            {"profile": {"name": "A"}},
        ),
        ({"from_user_id": "TR.1"}, None, None),
        ({"from_user_id": "TR.1"}, "broken", None),
        ({"from_user_id": "TR.1"}, [None, AYSE], AYSE),
    ],
)
def test_contact_is_that_of_the_sender_and_never_a_guess(sender, contacts, expected):
    assert contacts_of({"contacts": contacts, "messages": [text(**sender)]}) == [expected]


def test_contact_of_a_status_is_that_of_the_recipient():
    value = {"contacts": [AYSE, BORA], "statuses": [status(recipient_id="905550000013")]}
    assert contacts_of(value) == [BORA]


@pytest.mark.parametrize(
    ("sender", "contacts", "key"),
    [
        ({}, [], "TR.1349"),
        ({"from_user_id": ""}, [], "905550000012"),
        ({"from_user_id": None, "from": "905550000012"}, [AYSE], "TR.1"),
        ({"from_user_id": None, "from": None}, [], "wamid.IN1"),
    ],
)
def test_messages_of_one_person_are_ordered_by_bsuid_then_phone(sender, contacts, key):
    (item,) = split(envelope({"contacts": contacts, "messages": [text(**sender)]}))
    assert item.ordering_key == key
