"""Every content refuses what Meta would refuse, and becomes the body that Meta expects."""

import json

import pytest
from cloud_api.messages import (
    Buttons,
    InvalidMessage,
    OutboundMessage,
    Parameter,
    QuickReply,
    ReplyButton,
    Template,
    Text,
)
from hypothesis import given
from hypothesis import strategies as st

PHONE = "+905550000012"
BSUID = "TR.13491208655302741918"
YES, NO = ReplyButton("confirm:42", "Onayla"), ReplyButton("cancel:42", "İptal")


def payload_of(content, **more):
    return OutboundMessage("ref-1", content, **{"to": PHONE, **more}).to_payload()


# -- what is sent


def test_text_payload():
    assert payload_of(Text("Merhaba https://klinik.example", preview_url=True)) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": PHONE,
        "type": "text",
        "text": {"body": "Merhaba https://klinik.example", "preview_url": True},
        "biz_opaque_callback_data": "ref-1",
    }


def test_person_without_phone_is_addressed_by_bsuid_alone():
    payload = payload_of(Text("Merhaba"), to=None, recipient=BSUID)
    assert payload["recipient"] == BSUID
    assert "to" not in payload


def test_quoted_message_travels_as_context():
    assert payload_of(Text("Evet"), reply_to="wamid.IN")["context"] == {"message_id": "wamid.IN"}


def test_buttons_payload():
    content = Buttons("Geliyor musunuz?", (YES, NO), header="Randevu", footer="Gül Kliniği")
    assert payload_of(content)["interactive"] == {
        "type": "button",
        "header": {"type": "text", "text": "Randevu"},
        "body": {"text": "Geliyor musunuz?"},
        "footer": {"text": "Gül Kliniği"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "confirm:42", "title": "Onayla"}},
                {"type": "reply", "reply": {"id": "cancel:42", "title": "İptal"}},
            ]
        },
    }


def test_empty_header_and_footer_are_left_out():
    assert set(payload_of(Buttons("?", (YES,)))["interactive"]) == {"type", "body", "action"}


def test_template_payload():
    content = Template(
        "appt_reminder",
        "tr",
        (Parameter("Ayşe"), Parameter("24 Kasım 10:30")),
        (QuickReply(0, "confirm:42"), QuickReply(2, "cancel:42")),
    )
    assert payload_of(content)["template"] == {
        "name": "appt_reminder",
        "language": {"code": "tr"},
        "components": [
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "text": "Ayşe"},
                    {"type": "text", "text": "24 Kasım 10:30"},
                ],
            },
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "0",
                "parameters": [{"type": "payload", "payload": "confirm:42"}],
            },
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "2",
                "parameters": [{"type": "payload", "payload": "cancel:42"}],
            },
        ],
    }


def test_template_without_variables_has_no_components():
    assert payload_of(Template("hello", "en_US"))["template"] == {
        "name": "hello",
        "language": {"code": "en_US"},
    }


def test_named_variables_carry_their_names():
    content = Template("hello", "tr", (Parameter("Ayşe", "first_name"),))
    (component,) = payload_of(content)["template"]["components"]
    assert component["parameters"] == [
        {"type": "text", "text": "Ayşe", "parameter_name": "first_name"}
    ]


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("24 Kasım\n10:30", "24 Kasım 10:30"),
        ("a\r\n\r\nb", "a b"),
        ("a\t\tb", "a b"),
        ("a     b", "a b"),
        ("a    b", "a    b"),
        ("  a \n b  ", "a   b"),
        ("a\u00a0b\u2028c\x0bd", "a b c d"),
    ],
)
def test_variables_lose_what_meta_refuses(written, sent):
    assert Parameter(written).text == sent


@given(st.text(alphabet=st.sampled_from("a \n\t\r\u2028\u00a0")))
def test_no_variable_keeps_a_line_break_or_five_spaces(written):
    try:
        text = Parameter(written).text
    except InvalidMessage:
        return
    assert not set(text) & set("\n\t\r\u2028")
    assert "     " not in text
    assert Parameter(text).text == text


@given(st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=600))
def test_any_allowed_text_becomes_valid_json(body, ref):
    try:
        message = OutboundMessage(ref, Text(body), to=PHONE)
    except InvalidMessage:
        return
    assert json.loads(json.dumps(message.to_payload()))["text"]["body"] == body


# -- what is refused

REFUSED = {
    "empty text": (lambda: Text(""), "empty"),
    "blank text": (lambda: Text(" \n"), "empty"),
    "long text": (lambda: Text("x" * 4097), "4,096"),
    "empty body": (lambda: Buttons("", (YES,)), "empty"),
    "long body": (lambda: Buttons("x" * 1025, (YES,)), "1,024"),
    "no button": (lambda: Buttons("?", ()), "one to three"),
    "four buttons": (
        lambda: Buttons("?", tuple(ReplyButton(str(i), str(i)) for i in range(4))),
        "one to three",
    ),
    "same titles": (lambda: Buttons("?", (YES, ReplyButton("other", "Onayla"))), "same label"),
    "same ids": (lambda: Buttons("?", (YES, ReplyButton("confirm:42", "X"))), "same reference"),
    "long header": (lambda: Buttons("?", (YES,), header="x" * 61), "header"),
    "long footer": (lambda: Buttons("?", (YES,), footer="x" * 61), "footer"),
    "empty title": (lambda: ReplyButton("id", " "), "no label"),
    "long title": (lambda: ReplyButton("id", "x" * 21), "20"),
    "empty id": (lambda: ReplyButton("", "Onayla"), "no reference"),
    "long id": (lambda: ReplyButton("x" * 257, "Onayla"), "256"),
    "empty variable": (lambda: Parameter(" \n "), "no value"),
    "wrong variable name": (lambda: Parameter("x", "First Name"), "small letters"),
    "negative index": (lambda: QuickReply(-1, "x"), "ten buttons"),
    "index too high": (lambda: QuickReply(10, "x"), "ten buttons"),
    "empty payload": (lambda: QuickReply(0, ""), "no reference"),
    "long payload": (lambda: QuickReply(0, "x" * 257), "256"),
    "template name": (lambda: Template("Appt Reminder", "tr"), "small letters"),
    "no template name": (lambda: Template("", "tr"), "small letters"),
    "template language": (lambda: Template("x", "tr-TR"), "tr"),
    "mixed variables": (
        lambda: Template("x", "tr", (Parameter("a"), Parameter("b", "first_name"))),
        "numbered or named",
    ),
    "same variable": (
        lambda: Template("x", "tr", (Parameter("a", "n"), Parameter("b", "n"))),
        "same name",
    ),
    "same button": (
        lambda: Template("x", "tr", (), (QuickReply(0, "a"), QuickReply(0, "b"))),
        "same button",
    ),
    "no reference": (lambda: OutboundMessage("", Text("x"), to=PHONE), "client reference"),
    "long reference": (lambda: OutboundMessage("x" * 513, Text("x"), to=PHONE), "512"),
    "no recipient": (lambda: OutboundMessage("r", Text("x")), "no recipient"),
    "two recipients": (
        lambda: OutboundMessage("r", Text("x"), to=PHONE, recipient=BSUID),
        "not to both",
    ),
    "phone without plus": (lambda: OutboundMessage("r", Text("x"), to=PHONE[1:]), "+9"),
    "phone with spaces": (lambda: OutboundMessage("r", Text("x"), to="+90 555"), "+9"),
    "phone as identity": (
        lambda: OutboundMessage("r", Text("x"), recipient=PHONE),
        "identity of the recipient",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_limit_is_named_before_anything_is_sent(case):
    make, expected = REFUSED[case]
    with pytest.raises(InvalidMessage) as caught:
        make()
    assert expected in caught.value.limit
    assert str(caught.value) == caught.value.limit


def test_the_limits_themselves_are_allowed():
    Text("x" * 4096)
    Buttons(
        "x" * 1024,
        tuple(ReplyButton(f"{i}".rjust(256, "x"), f"{i}".rjust(20, "x")) for i in range(3)),
        header="x" * 60,
        footer="x" * 60,
    )
    Template("x" * 512, "fil", buttons=(QuickReply(9, "x" * 256),))
    OutboundMessage("x" * 512, Text("x"), to=PHONE)
    OutboundMessage("x", Text("x"), recipient="TR.ENT.1181902394")
