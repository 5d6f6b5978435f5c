"""The calls that read, edit, delete and unpause templates, and upload the samples of their headers."""

from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit

import pytest
from cloud_api.client import InvalidCredentials, InvalidValue, Rejected, Unanswered, Unreachable
from cloud_api.errors import Policy

ROW = {
    "id": "77",
    "name": "appt_reminder",
    "language": "tr",
    "status": "APPROVED",
    "category": "MARKETING",
    "sub_category": "CUSTOM",
    "previous_category": "UTILITY",
    "correct_category": "",
    "quality_score": {"score": "YELLOW", "date": 1746169200},
    "message_send_ttl_seconds": 43200,
    "last_updated_time": "2026-11-23T10:30:00+0300",
    "components": [{"type": "BODY", "text": "Merhaba"}],
}
TEMPLATE_CALLS = {
    "list": lambda api: list(api.templates()),
    "read": lambda api: api.template("77"),
    "create": lambda api: api.create_template("x", "tr", "UTILITY", []),
    "edit": lambda api: api.edit_template("77", components=[]),
    "delete": lambda api: api.delete_template("x"),
    "unpause": lambda api: api.unpause_template("77"),
}
SESSION = "upload:MTphdHRhY2htZW50OjM2=?sig=ARZq-kG_CA"


def query_of(request):
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}


def path_of(request):
    return urlsplit(request.path).path


def refuse(tools, code, status=400, **more):
    return tools.answer({"error": {"code": code, "message": f"(#{code}) No", **more}}, status)


def rejection(call, api):
    with pytest.raises(Rejected) as caught:
        call(api)
    return caught.value.error


# -- reading


def test_listing_asks_for_all_that_is_shown(api, server, tools):
    server.reply_with(tools.answer({"data": [ROW]}))
    (template,) = api.templates()
    fields = set(query_of(server.requests[0])["fields"].split(","))
    assert {"quality_score", "previous_category", "sub_category", "message_send_ttl_seconds"} <= fields
    assert (template.quality, template.previous_category, template.sub_category) == ("YELLOW", "UTILITY", "CUSTOM")
    assert (template.correct_category, template.ttl_seconds) == (None, 43200)
    assert template.updated_at == datetime(2026, 11, 23, 7, 30, tzinfo=timezone.utc)


def test_one_template(api, server, tools):
    server.reply_with(tools.answer({"id": "77", "name": "x"}))
    template = api.template("77")
    assert path_of(server.requests[0]) == "/v26.0/77"
    assert (template.id, template.quality, template.previous_category, template.updated_at) == ("77", "", None, None)


@pytest.mark.parametrize("moment", [None, "", "yesterday", 10**18, {}, "9999-99-99T00:00:00+0000"])
def test_what_cannot_be_read_is_left_out(api, server, tools, moment):
    odd = {"id": "77", "last_updated_time": moment, "quality_score": "GREEN", "message_send_ttl_seconds": "x"}
    server.reply_with(tools.answer(odd))
    template = api.template("77")
    assert (template.updated_at, template.quality, template.ttl_seconds) == (None, "", None)


# -- writing


def test_new_template_with_time_to_live(api, server, tools):
    server.reply_with(tools.answer({"id": "77", "status": "PENDING", "category": "UTILITY"}))
    created = api.create_template("x", "tr", "UTILITY", [], ttl_seconds=600)
    assert server.requests[0].json["message_send_ttl_seconds"] == 600
    assert created.ttl_seconds == 600


def test_edit_sends_only_what_changes(api, server, tools):
    server.reply_with(tools.answer({"success": True}))
    components = [{"type": "BODY", "text": "Merhaba"}]
    api.edit_template("77", components=components)
    api.edit_template("77", category="marketing", ttl_seconds=43200)
    assert [(request.method, path_of(request)) for request in server.requests] == [("POST", "/v26.0/77")] * 2
    first, second = (request.json for request in server.requests)
    assert first == {"components": components}
    assert second == {"category": "MARKETING", "message_send_ttl_seconds": 43200}


def test_delete_one_language_or_all(api, server, tools):
    server.reply_with(tools.answer({"success": True}))
    api.delete_template("appt_reminder", "77")
    api.delete_template("appt_reminder")
    one, everything = server.requests
    assert (one.method, path_of(one)) == ("DELETE", "/v26.0/102290129340398/message_templates")
    assert (query_of(one)["name"], query_of(one)["hsm_id"]) == ("appt_reminder", "77")
    assert "hsm_id" not in query_of(everything)


def test_unpause(api, server, tools):
    server.reply_with(tools.answer({"success": True}))
    api.unpause_template("77")
    assert (server.requests[0].method, path_of(server.requests[0])) == ("POST", "/v26.0/77/unpause")


def test_metas_no_to_an_unpause_is_a_no_with_its_reason(api, server, tools):
    server.reply_with(tools.answer({"success": False, "reason": "Wait five minutes."}))
    error = rejection(TEMPLATE_CALLS["unpause"], api)
    assert (error.subcode, error.user_msg) == (2388039, "Wait five minutes.")
    server.reply_with(tools.answer({"reason": "?"}))
    with pytest.raises(Unanswered):
        api.unpause_template("77")


# -- refusals


@pytest.mark.parametrize("call", TEMPLATE_CALLS)
@pytest.mark.parametrize("code", [3, 10, 294, 131005])
def test_missing_scope_is_named(api, server, tools, call, code):
    server.reply_with(refuse(tools, code, 403))
    error = rejection(TEMPLATE_CALLS[call], api)
    assert "whatsapp_business_management" in error.meaning.advice
    assert error.meaning.policy is Policy.NEVER, "the number can go on sending"


@pytest.mark.parametrize("call", TEMPLATE_CALLS)
def test_account_that_the_token_does_not_know_stays_that(api, server, tools, call):
    server.reply_with(refuse(tools, 200, 403))
    assert "system user" in rejection(TEMPLATE_CALLS[call], api).meaning.advice


@pytest.mark.parametrize("call", ["read", "edit", "unpause"])
@pytest.mark.parametrize("code", [(100, 33), (33, None), (803, None)])
def test_template_that_is_gone_is_not_taken_for_the_number(api, server, tools, call, code):
    server.reply_with(refuse(tools, code[0], error_subcode=code[1]))
    error = rejection(TEMPLATE_CALLS[call], api)
    assert error.meaning.title == "Meta does not know this template."
    assert error.meaning.policy is Policy.NEVER


def test_wrong_account_is_not_taken_for_a_template(api, server, tools):
    server.reply_with(refuse(tools, 100, error_subcode=33))
    assert rejection(TEMPLATE_CALLS["list"], api).meaning.policy is Policy.STOP_ACCOUNT


@pytest.mark.parametrize("reference", ["", "7/7", "7?x=1", "../7"])
def test_reference_that_is_none_goes_nowhere(api, server, reference):
    for call in (api.template, api.edit_template, api.unpause_template):
        with pytest.raises(InvalidValue):
            call(reference)
    assert server.requests == []


# -- samples


class Uploads:
    """Meta's side of a resumable upload; each POST takes at most ``takes`` bytes, then the connection is cut."""

    def __init__(self, server, tools, takes=()):
        self.data, self.takes, self.tools = b"", list(takes), tools
        server.handle = self.handle

    def handle(self, request, _connection):
        if "/uploads" in request.path:
            self.size = int(query_of(request)["file_length"])
            return self.tools.answer({"id": SESSION})
        if request.method == "GET":
            return self.tools.answer({"id": SESSION, "file_offset": len(self.data)})
        assert request.headers["file_offset"] == str(len(self.data))
        taken = self.takes.pop(0) if self.takes else self.size
        self.data += request.body[:taken]
        return None if taken < self.size else self.tools.answer({"h": "4::handle"})


def test_sample_goes_up_in_the_name_of_the_app(api, server, tools):
    uploads = Uploads(server, tools)
    assert api.upload_sample(b"%PDF-1.7", "plan.pdf", "application/pdf") == "4::handle"
    assert uploads.data == b"%PDF-1.7"
    start, body = server.requests
    assert path_of(start) == "/v26.0/670843887433847/uploads"
    query = query_of(start)
    facts = {"file_name": "plan.pdf", "file_length": "8", "file_type": "application/pdf"}
    assert {name: query[name] for name in facts} == facts
    assert path_of(body) == "/v26.0/" + SESSION.partition("?")[0]
    assert query_of(body)["sig"] == "ARZq-kG_CA"
    assert body.headers["authorization"] == f"OAuth {tools.TOKEN}"
    assert (body.headers["file_offset"], body.headers["content-type"]) == ("0", "application/octet-stream")


@pytest.mark.parametrize("takes", [(3,), (3, 0, 2), (0, 0, 0)])
def test_cut_upload_goes_on_where_meta_stands(api, server, tools, takes):
    uploads = Uploads(server, tools, takes)
    assert api.upload_sample(b"0123456789", "a.png", "image/png") == "4::handle"
    assert uploads.data == b"0123456789"


def test_upload_that_is_cut_again_and_again_ends(api, server, tools):
    Uploads(server, tools, [1] * 9)
    with pytest.raises(Unanswered):
        api.upload_sample(b"0123456789", "a.png", "image/png")
    assert sum(request.method == "POST" for request in server.requests) == 5


def test_refused_upload_is_not_repeated(api, server, tools):
    server.reply_with(tools.answer({"id": SESSION}), refuse(tools, 190, 401))
    with pytest.raises(Rejected):
        api.upload_sample(b"x", "a.png", "image/png")
    assert len(server.requests) == 2


@pytest.mark.parametrize(("data", "mime_type"), [
    (b"x", "image/gif"), (b"x", "video/3gpp"), (b"", "image/png"), (b"x" * (5 * 1024 * 1024 + 1), "image/png"),
])
def test_what_cannot_be_a_sample_stays_here(api, server, data, mime_type):
    with pytest.raises(InvalidValue) as caught:
        api.upload_sample(data, "a", mime_type)
    assert caught.value.limit.endswith(".")
    assert server.requests == []


@pytest.mark.parametrize("session", ["", "upload:", "https://evil.example/", "upload:a/../../1", "upload:a?x y", 7])
def test_session_that_is_none_is_not_called(api, server, tools, session):
    server.reply_with(tools.answer({"id": session}))
    with pytest.raises(Unanswered):
        api.upload_sample(b"x", "a.png", "image/png")
    assert len(server.requests) == 1


@pytest.mark.parametrize("offset", [None, -1, 11, "x", True])
def test_offset_that_cannot_be_is_not_believed(api, server, tools, offset):
    start, said = tools.answer({"id": SESSION}), tools.answer({"file_offset": offset})
    replies = [start, None, said]
    server.handle = lambda *_: replies.pop(0)
    with pytest.raises(Unanswered):
        api.upload_sample(b"0123456789", "a.png", "image/png")


def test_sample_needs_an_app(server, make_api):
    with pytest.raises(InvalidCredentials, match="app_id"):
        make_api(server.url, app_id="").upload_sample(b"x", "a.png", "image/png")


def test_unreachable_server(make_api):
    with pytest.raises(Unreachable):
        make_api("http://127.0.0.1:9").upload_sample(b"x", "a.png", "image/png")
