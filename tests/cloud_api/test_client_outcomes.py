"""A call ends in exactly one of four ways, and the difference decides whether a patient gets a
message twice. Everything here runs over real sockets."""

import json

import pytest
from cloud_api.client import Accepted, NotPermitted, Rejected, Unanswered
from cloud_api.errors import NOT_GRAPH, Policy
from cloud_api.messages import OutboundMessage, Text
from cloud_api.permit import Permit


def graph_error(code, **more):
    return {"error": {"message": f"(#{code}) Refused", "code": code, "fbtrace_id": "A1", **more}}


# -- accepted


def test_accepted_to_a_phone_gives_wamid_and_wa_id(api, message, permit):
    assert api.send(message, permit) == Accepted("wamid.OUT", "905550000012", None, None)


def test_accepted_to_a_bsuid_gives_user_id(api, server, permit, tools):
    contact = {"input": "TR.13491208655302741918", "user_id": "TR.13491208655302741918"}
    server.reply_with(tools.answer({**tools.ACCEPTED, "contacts": [contact]}))
    accepted = api.send(
        OutboundMessage("ref-1", Text("Merhaba"), recipient="TR.13491208655302741918"), permit
    )
    assert (accepted.wa_id, accepted.user_id) == (None, "TR.13491208655302741918")
    assert "to" not in server.requests[0].json


def test_template_held_back_is_accepted_with_its_status(api, server, message, permit, tools):
    held = {"id": "wamid.OUT", "message_status": "held_for_quality_assessment"}
    server.reply_with(tools.answer({"messages": [held]}))
    accepted = api.send(message, permit)
    assert accepted.message_status == "held_for_quality_assessment"
    assert accepted.wa_id is None


def test_what_is_sent_is_the_envelope_of_the_cloud_api(api, server, message, permit, tools):
    api.send(message, permit)
    (request,) = server.requests
    assert request.method == "POST"
    path, _question, query = request.path.partition("?")
    assert path == "/v26.0/106540352242922/messages"
    assert query == (
        "appsecret_proof=bad6df0b858104754a0ffde2f0c05fe9731f1a5e141ee1bccf316d05f28d5135"
    )
    assert request.headers["authorization"] == f"Bearer {tools.TOKEN}"
    assert request.headers["content-type"] == "application/json"
    assert request.json == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": tools.PHONE,
        "type": "text",
        "text": {"body": tools.BODY, "preview_url": False},
        "biz_opaque_callback_data": "ref-1",
    }


def test_without_app_secret_no_proof_is_sent(server, make_api, message, permit):
    make_api(server.url, app_secret="").send(message, permit)
    assert "?" not in server.requests[0].path


def test_netrc_of_the_server_never_replaces_the_token(
    api, server, message, permit, tools, tmp_path, monkeypatch
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    api.send(message, permit)
    assert server.requests[0].headers["authorization"] == f"Bearer {tools.TOKEN}"


# -- permit


@pytest.mark.parametrize("permit", [None, True, Permit("ref-2"), "ref-1"])
def test_nothing_is_sent_without_the_permit_of_this_message(api, server, message, permit):
    with pytest.raises(NotPermitted):
        api.send(message, permit)
    assert server.requests == []


# -- rejected


@pytest.mark.parametrize(
    ("status", "error", "policy"),
    [
        (400, graph_error(131047), Policy.CLOSE_WINDOW),
        (400, graph_error(131056), Policy.RETRY_RECIPIENT),
        (400, graph_error(130429), Policy.RETRY),
        (401, graph_error(190, error_subcode=463), Policy.STOP_ACCOUNT),
        (400, graph_error(131042), Policy.STOP_ACCOUNT),
        (404, graph_error(132001), Policy.NEVER),
        (400, graph_error(100, error_subcode=2388299), Policy.NEVER),
        (400, graph_error(131026, error_data="plain text"), Policy.SUPPRESS_RECIPIENT),
        (500, graph_error(131000), Policy.RETRY),
        (200, graph_error(131026), Policy.SUPPRESS_RECIPIENT),
    ],
)
def test_an_error_of_meta_is_rejected(api, server, message, permit, tools, status, error, policy):
    server.reply_with(tools.answer(error, status))
    with pytest.raises(Rejected) as caught:
        api.send(message, permit)
    assert caught.value.policy is policy
    assert caught.value.error.http_status == status
    assert caught.value.error.fbtrace_id == "A1"
    assert len(server.requests) == 1


def test_plain_text_error_data_becomes_the_details(api, server, message, permit, tools):
    server.reply_with(tools.answer(graph_error(131026, error_data="Not on WhatsApp"), 400))
    with pytest.raises(Rejected) as caught:
        api.send(message, permit)
    assert caught.value.error.details == "Not on WhatsApp"


def test_usage_header_delays_the_retry(api, server, message, permit, tools):
    usage = json.dumps({"102290129340398": [{"estimated_time_to_regain_access": 42}]})
    reply = tools.answer(graph_error(80007), 400, **{"X-Business-Use-Case-Usage": usage})
    server.reply_with(reply)
    with pytest.raises(Rejected) as caught:
        api.send(message, permit)
    assert caught.value.error.retry_after == 42 * 60
    assert caught.value.error.retry_delay(1, random=lambda: 0.0) == 42 * 60


@pytest.mark.parametrize(
    ("status", "policy"),
    [(403, Policy.STOP_ACCOUNT), (404, Policy.STOP_ACCOUNT), (429, Policy.RETRY)],
)
def test_a_refusal_that_is_not_metas_is_rejected_too(
    api, server, message, permit, tools, status, policy
):
    server.reply_with(tools.Reply(status, b"<html>Forbidden by the proxy</html>"))
    with pytest.raises(Rejected) as caught:
        api.send(message, permit)
    assert caught.value.error.code == NOT_GRAPH
    assert caught.value.policy is policy


# -- unanswered: it may have been sent


def test_no_answer_in_time_is_unanswered(server, make_api, message, permit):
    server.handle = lambda *_: server.released.wait(10) and None
    with pytest.raises(Unanswered) as caught:
        make_api(server.url, timeout=(1.0, 0.2)).send(message, permit)
    assert caught.value.http_status is None
    assert len(server.requests) == 1


def test_reset_after_sending_is_unanswered(api, server, message, permit, tools):
    server.handle = lambda _request, connection: tools.reset(connection)
    with pytest.raises(Unanswered):
        api.send(message, permit)
    assert len(server.requests) == 1


def test_hang_up_after_sending_is_unanswered(api, server, message, permit):
    server.handle = lambda *_: None
    with pytest.raises(Unanswered):
        api.send(message, permit)
    assert len(server.requests) == 1


def test_answer_that_breaks_off_is_unanswered(api, server, message, permit, tools):
    reply = tools.answer(tools.ACCEPTED, **{"Content-Length": "9999"})
    reply.close = True
    server.reply_with(reply)
    with pytest.raises(Unanswered):
        api.send(message, permit)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, b"<html><h1>502 Bad Gateway</h1></html>"),
        (503, b""),
        (500, b'{"error": "not an object"}'),
        (200, b"OK"),
        (200, b""),
        (200, b"[]"),
        (200, b"\xff\xfe\x00"),
        (200, b"{}"),
        (200, b'{"messages": []}'),
        (200, b'{"messages": [{"id": ""}]}'),
        (200, b'{"messages": "wamid"}'),
        (200, b"[" * 100_000),
        (302, b""),
        (408, b"<html>Request Timeout</html>"),
    ],
)
def test_answer_that_nobody_can_read_is_unanswered(
    api, server, message, permit, tools, status, body
):
    headers = {"Location": f"{server.url}/elsewhere"} if status == 302 else {}
    server.reply_with(tools.Reply(status, body, headers))
    with pytest.raises(Unanswered) as caught:
        api.send(message, permit)
    assert caught.value.http_status == status
    assert len(server.requests) == 1
