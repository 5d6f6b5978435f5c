"""What an error means for the clinic, and when the message is tried again."""

import json
import random

import pytest
from cloud_api.errors import (
    ERRORS,
    NOT_GRAPH,
    UNREADABLE,
    WRONG_APP_SECRET,
    ApiError,
    Policy,
    meaning,
    retry_delay,
)
from cloud_api.usage import seconds_to_regain_access
from hypothesis import given
from hypothesis import strategies as st


def no_jitter():
    return 0.0


# -- the table


@pytest.mark.parametrize(
    ("policy", "codes"),
    [
        (Policy.RETRY, (1, 2, 130429, 131000, 131016, 131057, 133004)),
        (Policy.RETRY_LATER, (4, 80007, 131048, 131049, 131064)),
        (Policy.RETRY_RECIPIENT, (131056,)),
        (Policy.WAIT_TEMPLATE, (132015,)),
        (Policy.STOP_ACCOUNT, (0, 3, 10, 190, 200, 368, 131005, 131031, 131042, 133010)),
        (Policy.SUPPRESS_RECIPIENT, (131026,)),
        (Policy.STOP_MARKETING, (131050,)),
        (Policy.CLOSE_WINDOW, (131047,)),
        (Policy.NEVER, (100, 131008, 131009, 131051, 131053, 132000, 132001, 132012)),
    ],
)
def test_policies_follow_metas_list(policy, codes):
    assert {code: ERRORS[code].policy for code in codes} == dict.fromkeys(codes, policy)


@pytest.mark.parametrize("code", ERRORS)
def test_every_error_says_shortly_what_happened_and_what_to_do(code):
    found = ERRORS[code]
    assert found.code == code
    for text in (found.title, found.advice):
        assert 5 < len(text) <= 90
        assert text.endswith(".")
    assert found.max_attempts >= 1


def test_only_retried_errors_allow_more_than_one_attempt():
    for found in ERRORS.values():
        assert (found.max_attempts > 1) == (found.retry_delay(1) is not None), found.code


def test_no_two_entries_share_a_code():
    from cloud_api import error_table, setup_errors, template_errors

    groups = [
        entries
        for module in (error_table, template_errors)
        for entries in vars(module).values()
        if isinstance(entries, tuple) and entries and hasattr(entries[0], "policy")
    ]
    unique = {id(entries): entries for entries in groups}.values()
    assert sum(len(entries) for entries in unique) == len(ERRORS)
    assert set(setup_errors.SETUP) <= set(ERRORS.values())


def test_unknown_code_is_never_retried_and_shows_metas_text():
    found = meaning(987654, "Something quite new")
    assert (found.policy, found.title) == (Policy.NEVER, "Something quite new")
    assert meaning(987654).title.endswith("we do not know.")
    assert found.retry_delay(1) is None


def test_all_permission_errors_of_graph_stop_the_account():
    assert meaning(274).policy is Policy.STOP_ACCOUNT
    assert meaning(274).code == 274
    assert meaning(300).policy is Policy.NEVER


# -- delays


@pytest.mark.parametrize(
    ("policy", "delays"),
    [
        (Policy.RETRY, [2, 8, 32, 120, 600, None]),
        (Policy.RETRY_RECIPIENT, [1, 4, 16, 64, 256, 1024, None]),
        (Policy.RETRY_LATER, [900, 1800, 3600, None]),
        (Policy.WAIT_TEMPLATE, [10800, 21600, None]),
        (Policy.NEVER, [None]),
        (Policy.STOP_ACCOUNT, [None]),
        (Policy.SUPPRESS_RECIPIENT, [None]),
        (Policy.STOP_MARKETING, [None]),
        (Policy.CLOSE_WINDOW, [None]),
    ],
)
def test_delays_grow_until_the_sender_gives_up(policy, delays):
    tries = range(1, len(delays) + 1)
    assert [retry_delay(policy, attempt, random=no_jitter) for attempt in tries] == delays


@given(st.sampled_from(Policy), st.integers(-5, 50))
def test_jitter_only_ever_adds_and_stays_below_a_quarter(policy, attempt):
    least = retry_delay(policy, attempt, random=no_jitter)
    actual = retry_delay(policy, attempt, random=random.random)
    if least is None:
        assert actual is None
    else:
        assert least <= actual < least * 1.25


def test_attempts_below_one_count_as_the_first():
    assert retry_delay(Policy.RETRY, 0, random=no_jitter) == 2
    assert ERRORS[1].retry_delay(0, random=no_jitter) == 2


@pytest.mark.parametrize(
    ("code", "delays"),
    [
        (1, [2, None]),
        (131000, [2, 8, None]),
        (130429, [1, 2, 4, 8, 16, None]),
        (131057, [60, 60, 60, 120, 600, None]),
        (131049, [86400, None]),
        (133015, [300, None]),
        (133016, [259200, None]),
        (134101, [600, 600, 600, None]),
        (131047, [None]),
    ],
)
def test_codes_have_limits_of_their_own(code, delays):
    tries = range(1, len(delays) + 1)
    assert [ERRORS[code].retry_delay(attempt, random=no_jitter) for attempt in tries] == delays


@pytest.mark.parametrize("code", [4, 80007])
@pytest.mark.parametrize(("told", "delay"), [(None, 900), (3 * 60, 180), (90 * 60, 5400)])
def test_rate_limits_lift_when_meta_says(code, told, delay):
    """Without its word after a quarter of an hour (cloud_api.md §6.2)."""
    assert ApiError(code, retry_after=told).retry_delay(1, random=no_jitter) == delay


def test_meta_may_ask_for_a_longer_pause_but_not_for_a_shorter_one():
    assert ApiError(130429, retry_after=300).retry_delay(1, random=no_jitter) == 300
    assert ApiError(131049, retry_after=300).retry_delay(1, random=no_jitter) == 86400
    assert ApiError(131047, retry_after=300).retry_delay(1, random=no_jitter) is None


# -- reading an error


def body(**error):
    return json.dumps({"error": error}).encode()


def test_every_field_of_an_error_is_read():
    error = ApiError.from_response(
        400,
        body(
            message="(#131030) Not in allowed list",
            type="OAuthException",
            code=131030,
            error_subcode=2655007,
            error_data={"messaging_product": "whatsapp", "details": "Add the number"},
            is_transient=False,
            error_user_title="T",
            error_user_msg="M",
            fbtrace_id="A1",
        ),
    )
    assert error == ApiError(
        code=131030,
        subcode=2655007,
        title="(#131030) Not in allowed list",
        details="Add the number",
        http_status=400,
        is_transient=False,
        fbtrace_id="A1",
        user_title="T",
        user_msg="M",
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b"{}",
        b'{"error": null}',
        b'{"error": "invalid_request"}',
        b'{"error": {}}',
        b'{"error": {"code": "x"}}',
        b'{"error": {"code": true}}',
        b"\xff",
        b'{"error":' * 5000,
    ],
)
def test_what_is_not_metas_error_is_none(raw):
    assert ApiError.from_response(500, raw) is None


@given(st.binary() | st.recursive(st.none() | st.text(), lambda x: st.lists(x)).map(repr))
def test_no_body_makes_reading_fail(raw):
    ApiError.from_response(500, raw if isinstance(raw, bytes) else raw.encode())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
names = st.sampled_from(
    ["code", "message", "title", "error_subcode", "error_data", "is_transient", "fbtrace_id"]
)


@given(st.dictionaries(names, json_values))
def test_any_error_object_has_a_meaning(error):
    read = ApiError.from_dict(error)
    assert isinstance(read.code, int)
    assert read.meaning.title
    assert repr(read)


def test_error_of_a_webhook_has_title_and_details():
    error = ApiError.from_dict(
        {
            "code": 131049,
            "title": "Not delivered",
            "message": "Longer",
            "error_data": {"details": "To maintain healthy engagement"},
            "href": "https://developers.facebook.com/",
        }
    )
    assert (error.title, error.details) == ("Not delivered", "To maintain healthy engagement")
    assert error.http_status is None
    assert error.meaning is ERRORS[131049]


def test_error_without_number_is_readable_too():
    assert ApiError.from_dict({}).code == UNREADABLE
    assert ApiError.from_dict({"code": "131026"}).code == 131026


# -- what it means


@pytest.mark.parametrize(
    ("error", "policy"),
    [
        (ApiError(100, subcode=33), Policy.STOP_ACCOUNT),
        (ApiError(100, subcode=2388293), Policy.NEVER),
        (ApiError(100, is_transient=True), Policy.RETRY),
        (ApiError(190, is_transient=True), Policy.STOP_ACCOUNT),
        (ApiError(131047, is_transient=True), Policy.CLOSE_WINDOW),
        (ApiError(987654, http_status=500), Policy.RETRY),
        (ApiError(987654, http_status=400), Policy.NEVER),
        (ApiError(131008, http_status=500), Policy.NEVER),
        (ApiError(NOT_GRAPH, http_status=403), Policy.STOP_ACCOUNT),
        (ApiError(NOT_GRAPH, http_status=429, is_transient=True), Policy.RETRY),
    ],
)
def test_policy_of_an_error(error, policy):
    assert error.meaning.policy is policy


def test_hiccups_of_no_known_code_are_tried_three_times():
    error = ApiError(987654, http_status=503)
    assert [error.retry_delay(attempt, random=no_jitter) for attempt in (1, 2, 3)] == [2, 8, None]


@pytest.mark.parametrize(
    "text",
    [
        "Invalid appsecret_proof provided in the API argument",
        "API calls from the server require an appsecret_proof argument",
    ],
)
def test_wrong_app_secret_is_called_by_its_name(text):
    assert ApiError(100, title=text).meaning is ERRORS[WRONG_APP_SECRET]


# -- rate headers


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"X-App-Usage": '{"call_count": 10}'}, None),
        ({"X-App-Usage": '{"estimated_time_to_regain_access": 3}'}, 180),
        (
            {
                "X-Business-Use-Case-Usage": '{"1": [{"estimated_time_to_regain_access": 5},'
                ' {"estimated_time_to_regain_access": 9}], "2": []}'
            },
            540,
        ),
        ({"X-Business-Use-Case-Usage": '{"1": [{"estimated_time_to_regain_access": 0}]}'}, None),
        ({"X-Business-Use-Case-Usage": "nonsense"}, None),
        ({"X-Business-Use-Case-Usage": '{"1": [null, "x"], "2": 3}'}, None),
        ({"X-App-Usage": '{"estimated_time_to_regain_access": NaN}'}, None),
        ({"X-App-Usage": '{"estimated_time_to_regain_access": "5"}'}, None),
    ],
)
def test_longest_wait_of_the_rate_headers_counts(headers, seconds):
    assert seconds_to_regain_access(headers) == seconds
