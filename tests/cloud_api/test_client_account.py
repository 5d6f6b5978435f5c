"""The calls about the account: number, token, webhooks and templates."""

from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit

import pytest
from cloud_api.client import InvalidCredentials, Rejected, Unanswered


def query_of(request):
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}


def path_of(request):
    return urlsplit(request.path).path


# -- number


def test_phone_number_tells_name_quality_and_state(api, server, tools):
    server.reply_with(
        tools.answer(
            {
                "id": "106540352242922",
                "display_phone_number": "+90 555 000 00 01",
                "verified_name": "Gül Kliniği",
                "quality_rating": "GREEN",
                "status": "CONNECTED",
                "name_status": "APPROVED",
                "code_verification_status": "VERIFIED",
                "whatsapp_business_manager_messaging_limit": "TIER_2K",
            }
        )
    )
    number = api.phone_number()
    assert path_of(server.requests[0]) == "/v26.0/106540352242922"
    assert "verified_name" in query_of(server.requests[0])["fields"]
    assert number.id == "106540352242922"
    assert number.display_phone_number == "+90 555 000 00 01"
    assert number.verified_name == "Gül Kliniği"
    assert (number.status, number.quality_rating) == ("CONNECTED", "GREEN")
    assert number.messaging_limit == "TIER_2K"


def test_fields_that_meta_leaves_out_are_empty(api, server, tools):
    server.reply_with(tools.answer({"id": "106540352242922", "throughput": {"level": "STANDARD"}}))
    assert api.phone_number().status == ""


# -- token


def test_valid_token_shows_its_rights_and_never_expires(api, server, tools):
    data = {
        "app_id": "670843887433847",
        "type": "SYSTEM_USER",
        "is_valid": True,
        "expires_at": 0,
        "scopes": ["whatsapp_business_messaging", "whatsapp_business_management"],
    }
    server.reply_with(tools.answer({"data": data}))
    info = api.inspect_token()
    assert info.is_valid
    assert info.expires_at is None
    assert info.scopes == {"whatsapp_business_messaging", "whatsapp_business_management"}
    assert info.app_id == "670843887433847"
    assert info.error is None


def test_token_is_inspected_in_the_name_of_the_app(api, server, tools):
    server.reply_with(tools.answer({"data": {"is_valid": True}}))
    api.inspect_token()
    (request,) = server.requests
    assert path_of(request) == "/v26.0/debug_token"
    assert query_of(request) == {
        "input_token": tools.TOKEN,
        "access_token": f"670843887433847|{tools.SECRET}",
    }
    assert "authorization" not in request.headers


def test_expired_token_says_so(api, server, tools):
    data = {
        "is_valid": False,
        "expires_at": 1767225600,
        "error": {"code": 190, "message": "Session has expired", "subcode": 463},
    }
    server.reply_with(tools.answer({"data": data}))
    info = api.inspect_token()
    assert not info.is_valid
    assert info.expires_at == datetime(2026, 1, 1, tzinfo=timezone.utc)
    assert info.error.code == 190
    assert info.error.subcode == 463
    assert info.error.meaning.title == "The access token has expired."


# -- webhooks


def test_subscribed_apps_are_listed_by_id(api, server, tools):
    entries = [
        {"whatsapp_business_api_data": {"id": "670843887433847", "name": "Clinic"}},
        {"whatsapp_business_api_data": {"id": 12}},
        {"something": "else"},
        None,
    ]
    server.reply_with(tools.answer({"data": entries}))
    assert api.subscribed_app_ids() == {"670843887433847", "12"}


def test_subscribe_posts_without_body_and_wants_success(api, server, tools):
    server.reply_with(tools.answer({"success": True}), tools.answer({"success": False}))
    api.subscribe()
    (request,) = server.requests
    assert (request.method, path_of(request)) == ("POST", "/v26.0/102290129340398/subscribed_apps")
    assert request.body == b""
    with pytest.raises(Unanswered):
        api.subscribe()


def test_mark_read_names_the_message(api, server, tools):
    server.reply_with(tools.answer({"success": True}))
    api.mark_read("wamid.IN")
    assert server.requests[0].json == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.IN",
    }


# -- templates


def template(number, **more):
    return {
        "id": str(number),
        "name": f"template_{number}",
        "language": "tr",
        "status": "APPROVED",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Merhaba"}],
        **more,
    }


def page(rows, after=None):
    return {"data": rows, "paging": {"cursors": {"before": "b", "after": after}} if after else {}}


def test_templates_of_all_pages_come_once(api, server, tools):
    pages = {
        None: page([template(1), template(2)], "p2"),
        "p2": page([template(2), template(3)], "p3"),
        "p3": page([], "p3"),
    }
    server.handle = lambda request, _: tools.answer(pages[query_of(request).get("after")])
    assert [found.id for found in api.templates()] == ["1", "2", "3"]
    assert [query_of(request).get("after") for request in server.requests] == [None, "p2", "p3"]


def test_a_cursor_that_repeats_ends_the_listing(api, server, tools):
    server.reply_with(tools.answer(page([template(1)], "p2")))
    assert [found.id for found in api.templates()] == ["1"]
    assert len(server.requests) == 2


def test_a_cursor_that_meta_forgot_restarts_the_listing_once(api, server, tools):
    invalid = tools.answer({"error": {"code": 131059, "message": "Invalid cursor"}}, 400)
    first = tools.answer(page([template(1)], "p2"))
    server.reply_with(first, invalid, first, tools.answer(page([template(2)])))
    assert [found.id for found in api.templates()] == ["1", "2"]
    server.reply_with(invalid)
    with pytest.raises(Rejected):
        list(api.templates())


def test_template_is_read_as_meta_has_it(api, server, tools):
    row = template(
        1689556908129835,
        language="en-US",
        status="REJECTED",
        rejected_reason="INVALID_FORMAT",
        parameter_format="NAMED",
        correct_category="MARKETING",
    )
    server.reply_with(tools.answer(page([row, template(2, rejected_reason="NONE")])))
    rejected, fine = api.templates()
    assert rejected.language == "en_US"
    assert rejected.rejected_reason == "INVALID_FORMAT"
    assert (rejected.parameter_format, rejected.correct_category) == ("NAMED", "MARKETING")
    assert rejected.components == ({"type": "BODY", "text": "Merhaba"},)
    assert (fine.rejected_reason, fine.parameter_format) == (None, "POSITIONAL")


def test_created_template_has_the_category_that_meta_chose(api, server, tools):
    answer = {"id": "77", "status": "PENDING", "category": "MARKETING"}
    server.reply_with(tools.answer(answer))
    components = [{"type": "BODY", "text": "Merhaba"}]
    created = api.create_template("appt_reminder", "tr", "utility", components)
    assert server.requests[0].json == {
        "name": "appt_reminder",
        "language": "tr",
        "category": "UTILITY",
        "parameter_format": "POSITIONAL",
        "components": components,
    }
    assert (created.id, created.status, created.category) == ("77", "PENDING", "MARKETING")
    assert (created.name, created.language) == ("appt_reminder", "tr")


def test_reason_of_a_refused_template_comes_from_the_subcode(api, server, tools):
    error = {
        "code": 100,
        "message": "Invalid parameter",
        "error_subcode": 2388299,
        "error_user_title": "Leading or trailing params",
        "error_user_msg": "Variables can't be at the start or end of the template.",
    }
    server.reply_with(tools.answer({"error": error}, 400))
    with pytest.raises(Rejected) as caught:
        api.create_template("x", "tr", "UTILITY", [])
    assert "begins or ends with a variable" in caught.value.error.meaning.title
    assert caught.value.error.user_title == "Leading or trailing params"


@pytest.mark.parametrize("document", [{}, {"data": {}}, {"data": [{"name": "no id"}]}, {"data": 1}])
def test_listing_that_cannot_be_read_is_unanswered(api, server, tools, document):
    server.reply_with(tools.answer(document))
    with pytest.raises(Unanswered):
        list(api.templates())


# -- credentials


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"phone_number_id": "12/../34"}, "phone_number_id"),
        ({"waba_id": "12?x"}, "waba_id"),
        ({"access_token": "EAAşifre"}, "access_token"),
        ({"access_token": "EAA\r\nX-Evil: 1"}, "access_token"),
        ({"app_secret": "with space"}, "app_secret"),
        ({"api_url": "graph.facebook.com"}, "api_url"),
        ({"api_url": "ftp://graph.facebook.com"}, "api_url"),
        ({"api_url": "https://user:secret@graph.facebook.com"}, "api_url"),
        ({"api_version": "latest"}, "api_version"),
    ],
)
def test_impossible_credentials_are_refused_without_being_shown(tools, change, named):
    with pytest.raises(InvalidCredentials) as caught:
        tools.credentials_for("http://127.0.0.1", **change)
    assert named in str(caught.value)
    assert next(iter(change.values())) not in str(caught.value)


@pytest.mark.parametrize(
    ("missing", "call"),
    [
        ("phone_number_id", lambda api: api.phone_number()),
        ("waba_id", lambda api: api.subscribed_app_ids()),
        ("waba_id", lambda api: list(api.templates())),
        ("app_secret", lambda api: api.inspect_token()),
        ("app_id", lambda api: api.inspect_token()),
        ("access_token", lambda api: api.inspect_token()),
    ],
)
def test_missing_credentials_are_named_before_any_call(server, make_api, missing, call):
    with pytest.raises(InvalidCredentials, match=missing):
        call(make_api(server.url, **{missing: ""}))
    assert server.requests == []


def test_slash_after_the_address_does_no_harm(server, make_api, tools):
    server.reply_with(tools.answer({"id": "106540352242922"}))
    make_api(f"{server.url}/").phone_number()
    assert path_of(server.requests[0]) == "/v26.0/106540352242922"
