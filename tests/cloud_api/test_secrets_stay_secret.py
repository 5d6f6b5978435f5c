"""No token, no text of a message and no whole phone number in an exception, a repr or a log."""

import io
import logging
import traceback

import pytest
from cloud_api.answers import Accepted, PhoneNumber, RemoteMedia
from cloud_api.client import BusinessProfile, CloudApiError
from cloud_api.errors import ApiError
from cloud_api.messages import (
    Audio,
    Buttons,
    ContactCard,
    ContactPhone,
    Contacts,
    CopyCode,
    Document,
    Flow,
    FlowButton,
    HeaderText,
    Image,
    InvalidMessage,
    LinkButton,
    ListMessage,
    Location,
    LocationRequest,
    Media,
    OutboundMessage,
    Parameter,
    QuickReply,
    Reaction,
    ReplyButton,
    Row,
    Section,
    Template,
    Text,
    UrlSuffix,
    Video,
    load,
)
from cloud_api.permit import Permit
from cloud_api.phone import InvalidPhone, mask, to_e164
from cloud_api.webhook import BadPayload, parse_message, parse_status, split

PRIVATE = "Gizli metin"
CALLBACK = f"https://klinik.example/{PRIVATE.replace(' ', '')}"
PIN = "481516"
PROOF = "bad6df0b858104754a0ffde2f0c05fe9731f1a5e141ee1bccf316d05f28d5135"


def assert_clean(text, tools):
    compact = PRIVATE.replace(" ", "")
    for secret in (tools.TOKEN, tools.SECRET, PROOF, PRIVATE, compact, PIN, "Merhaba", tools.PHONE[1:]):
        assert secret not in text


def everything_about(error):
    """As an error tracker would show it: with causes and contexts, suppressed or not."""
    parts = []
    while error is not None:
        parts += [str(error), repr(error), repr(error.args), repr(vars(error))]
        parts += traceback.format_exception(error)
        error = error.__cause__ or error.__context__
    return "\n".join(parts)


FAULTS = {
    "hang up": lambda tools: lambda *_: None,
    "reset": lambda tools: lambda _request, connection: tools.reset(connection),
    "html": lambda tools: lambda *_: tools.Reply(502, b"<html>"),
    "not json": lambda tools: lambda *_: tools.Reply(200, b"OK"),
    "echo": lambda tools: lambda request, _: tools.Reply(200, request.body or b"x"),
    "refused": lambda tools: (
        lambda *_: tools.answer(
            {"error": {"code": 100, "message": f"{PRIVATE} {tools.PHONE} {tools.TOKEN}"}}, 400
        )
    ),
}
CALLS = {
    "send": lambda api, message: api.send(message, Permit("ref-1")),
    "inspect_token": lambda api, message: api.inspect_token(),
    "phone_number": lambda api, message: api.phone_number(),
    "create_template": lambda api, message: api.create_template("x", "tr", "UTILITY", [PRIVATE]),
    "edit_template": lambda api, message: api.edit_template("1", components=[PRIVATE]),
    "upload_sample": lambda api, message: api.upload_sample(
        PRIVATE.encode(), f"{PRIVATE.replace(' ', '')}.pdf", "application/pdf"
    ),
    "mark_read": lambda api, message: api.mark_read(PRIVATE),
    "upload_media": lambda api, message: api.upload_media(
        io.BytesIO(PRIVATE.encode()), f"{PRIVATE}.pdf", "application/pdf"
    ),
    "download_media": lambda api, message: api.download_media(
        f"{api._credentials.api_url}/file?hash={PRIVATE.replace(' ', '')}", lambda piece: None, 0
    ),
    "media": lambda api, message: api.media("1"),
    "health": lambda api, message: api.health(),
    "register": lambda api, message: api.register(PIN),
    "override": lambda api, message: api.set_webhook_override(CALLBACK, PRIVATE),
    "app_subscription": lambda api, message: api.app_subscription(),
    "subscribe_app": lambda api, message: api.subscribe_app(CALLBACK, PRIVATE, ["messages"]),
    "update_profile": lambda api, message: api.update_profile(BusinessProfile(about=PRIVATE)),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", FAULTS)
def test_failures_show_no_secret(api, server, tools, message, caplog, fault, call):
    caplog.set_level(logging.DEBUG)
    server.handle = FAULTS[fault](tools)
    with pytest.raises(CloudApiError) as caught:
        CALLS[call](api, message)
    assert_clean(everything_about(caught.value), tools)
    assert_clean(caplog.text, tools)
    assert server.requests


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://graph.invalid", "http://[::bad"])
def test_unreachable_servers_show_no_secret(make_api, tools, message, caplog, url, call):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(CloudApiError) as caught:
        CALLS[call](make_api(url), message)
    assert_clean(everything_about(caught.value), tools)
    assert_clean(caplog.text, tools)


def test_successful_calls_log_no_secret(api, server, tools, message, permit, caplog):
    caplog.set_level(logging.DEBUG)
    api.send(message, permit)
    server.reply_with(tools.answer({"data": {"is_valid": True}}))
    api.inspect_token()
    assert_clean(caplog.text, tools)
    assert "debug_token" in caplog.text


def test_upload_session_and_name_of_the_file_stay_out_of_the_log(api, server, tools, caplog):
    caplog.set_level(logging.DEBUG)
    server.reply_with(tools.answer({"id": "upload:abc?sig=Gizlimetin"}), tools.answer({"h": "4::Gizlimetin"}))
    api.upload_sample(PRIVATE.encode(), "Gizlimetin.pdf", "application/pdf")
    assert_clean(caplog.text, tools)
    assert "upload:abc" in caplog.text


def test_wrong_message_shows_no_text(tools):
    with pytest.raises(InvalidMessage) as caught:
        Text(PRIVATE * 1000)
    assert_clean(everything_about(caught.value), tools)
    with pytest.raises(InvalidMessage) as caught:
        OutboundMessage("ref-1", Text("x"), to=tools.PHONE[1:])
    assert_clean(everything_about(caught.value), tools)


@pytest.mark.parametrize("typed", ["905550000012x", "9055500000123456"])
def test_wrong_phone_number_is_not_repeated(typed):
    with pytest.raises(InvalidPhone) as caught:
        to_e164(typed)
    assert "55500000" not in everything_about(caught.value)


def test_wrong_webhook_is_not_repeated(tools):
    for raw in (f'{{"object": "{PRIVATE}"}}', f"{PRIVATE}", f'{{"a": NaN, "b": "{PRIVATE}"}}'):
        with pytest.raises(BadPayload) as caught:
            split(raw.encode())
        assert PRIVATE not in everything_about(caught.value)


def test_reprs_show_no_secret(tools, api, credentials):
    button = ReplyButton("id", PRIVATE)
    row = Row(PRIVATE, PRIVATE, PRIVATE)
    link = Media(link=CALLBACK)
    card = ContactCard(
        PRIVATE, PRIVATE, PRIVATE, (ContactPhone(tools.PHONE, wa_id=tools.PHONE[1:]),), (PRIVATE,), PRIVATE
    )
    shown = [
        credentials,
        api,
        OutboundMessage("ref-1", Text(PRIVATE), to=tools.PHONE),
        Text(PRIVATE),
        Buttons(PRIVATE, (button,), header=PRIVATE, footer=PRIVATE),
        Template("x", "tr", (Parameter(PRIVATE),), (QuickReply(0, PRIVATE),)),
        Template(
            "x",
            "tr",
            buttons=(CopyCode(0, PRIVATE), FlowButton(1, PRIVATE, {"a": PRIVATE}), UrlSuffix(2, CALLBACK)),
            header=HeaderText(Parameter(PRIVATE)),
        ),
        Template("x", "tr", header=Location(41.5, 29, PRIVATE, PRIVATE)),
        Image(link, PRIVATE),
        Video(link, PRIVATE),
        Audio(link),
        Document(link, PRIVATE, PRIVATE),
        Location(41.5, 29, PRIVATE, PRIVATE),
        Contacts((card,)),
        Reaction("wamid.X", "👍"),
        ListMessage(PRIVATE, PRIVATE, (Section(PRIVATE, (row,)),), PRIVATE, PRIVATE),
        LinkButton(PRIVATE, PRIVATE, CALLBACK, header=Image(link)),
        LocationRequest(PRIVATE),
        Flow(PRIVATE, "1", PRIVATE, PRIVATE, "A", {"a": PRIVATE}, PRIVATE, PRIVATE),
        RemoteMedia("1", CALLBACK),
        Accepted("wamid.X", wa_id=tools.PHONE[1:]),
        PhoneNumber("1", display_phone_number=tools.PHONE),
        ApiError(1, title=PRIVATE, details=PRIVATE, user_title=PRIVATE, user_msg=PRIVATE),
        mask(tools.PHONE),
    ]
    for thing in shown:
        assert_clean(repr(thing), tools)


def test_reprs_keep_places_and_emoji_to_themselves():
    assert "41.5" not in repr(Location(41.5, 29))
    assert "👍" not in repr(Reaction("wamid.X", "👍"))


def test_stored_content_that_cannot_be_read_is_not_repeated(tools):
    for stored in ({"kind": PRIVATE}, {"kind": "text", PRIVATE: 1}, {"kind": "text", "body": [PRIVATE]}):
        with pytest.raises(InvalidMessage) as caught:
            load(stored)
        assert_clean(str(caught.value), tools)


def test_reprs_of_what_came_in_show_no_secret(tools):
    raw = """{"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{
        "field": "messages", "value": {
        "contacts": [{"profile": {"name": "Gizli metin"}, "wa_id": "905550000012"}],
        "messages": [{"id": "wamid.IN", "from": "905550000012", "timestamp": "1750030073",
            "type": "text", "text": {"body": "Gizli metin"}}],
        "statuses": [{"id": "wamid.OUT", "status": "failed", "timestamp": "1750030073",
            "recipient_id": "905550000012", "errors": [{"code": 1, "title": "Gizli metin"}]}]
        }}]}]}"""
    message, status = split(raw.encode())
    for thing in (message, status, parse_message(message.payload), parse_status(status.payload)):
        assert_clean(repr(thing), tools)
