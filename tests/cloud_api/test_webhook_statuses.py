"""What becomes of our messages, and what else Meta reports about people."""

import pytest
from cloud_api.errors import UNREADABLE, Policy
from cloud_api.webhook import (
    BadPayload,
    parse_errors,
    parse_marketing_choices,
    parse_status,
    parse_user_id_updates,
)

from .reading import AT, CONTACT, status

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


def test_failed_status_keeps_all_its_errors():
    read = status("failed", errors=[FAILED, {"code": 131026, "title": "Message undeliverable"}])
    assert [error.code for error in read.errors] == [131049, 131026]


def test_status_tells_whom_it_reached():
    read = status("read", contact=CONTACT, recipient_id=...)
    assert (read.wa_id, read.user_id) == ("905550000012", "TR.1349")
    read = status("failed", recipient_user_id="TR.2")
    assert (read.wa_id, read.user_id) == ("905550000012", "TR.2")


def test_status_of_a_group_tells_nothing_about_a_person():
    read = status("sent", recipient_type="group", recipient_user_id="TR.2")
    assert (read.wa_id, read.user_id) == (None, None)


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


# -- other changes


def test_errors_of_a_webhook_are_read():
    (error,) = parse_errors({"errors": [{"code": 130429, "title": "Rate limit hit"}]})
    assert (error.code, error.meaning.policy) == (130429, Policy.RETRY)
    assert parse_errors({"errors": "x"}) == parse_errors({}) == ()


def test_stopping_marketing_messages():
    choice = {"wa_id": "905550000012", "user_id": "TR.1", "category": "marketing_messages", "value": "stop",
              "timestamp": 1750030073}  # fmt: skip
    (read,) = parse_marketing_choices({"user_preferences": [choice]})
    assert (read.value, read.category, read.at) == ("stop", "marketing_messages", AT)
    assert (read.wa_id, read.user_id) == ("905550000012", "TR.1")


@pytest.mark.parametrize("value", [{}, {"user_preferences": None}, {"user_preferences": ["x"]}])
def test_preferences_of_nobody(value):
    assert parse_marketing_choices(value) == ()


def test_preference_without_a_time_is_bad():
    with pytest.raises(BadPayload):
        parse_marketing_choices({"user_preferences": [{"value": "stop"}]})


@pytest.mark.parametrize("listed", [True, False])
def test_new_user_ids_come_alone_or_in_a_list(listed):
    change = {"wa_id": "905550000012", "user_id": {"previous": "TR.1", "current": "TR.2"}}
    (read,) = parse_user_id_updates({"user_id_update": [change]} if listed else change)
    identity = read.identity
    assert (identity.previous_user_id, identity.new_user_id) == ("TR.1", "TR.2")
    assert read.wa_id == identity.new_wa_id == "905550000012"


@pytest.mark.parametrize("value", [{}, {"user_id": "TR.1"}, {"user_id_update": 5}])
def test_new_user_id_of_nobody(value):
    (read,) = parse_user_id_updates(value)
    assert read.identity.previous_user_id is None
