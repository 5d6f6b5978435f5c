"""Headers and buttons of templates: what is sent, and what is refused before."""

import pytest
from cloud_api.messages import (
    PENDING,
    CopyCode,
    Document,
    FlowButton,
    HeaderText,
    Image,
    InvalidMessage,
    Location,
    Media,
    Parameter,
    QuickReply,
    Template,
    UrlSuffix,
    Video,
    with_media,
)

FILE = Media(id="1234567890")


def components(**parts):
    return Template("appt_reminder", "tr", **parts).to_payload()["template"]["components"]


# -- what is sent


@pytest.mark.parametrize(
    ("header", "parameter"),
    [
        (HeaderText(Parameter("Ayşe")), {"type": "text", "text": "Ayşe"}),
        (
            HeaderText(Parameter("Ayşe", "first_name")),
            {"type": "text", "text": "Ayşe", "parameter_name": "first_name"},
        ),
        (Image(FILE), {"type": "image", "image": {"id": FILE.id}}),
        (Video(FILE), {"type": "video", "video": {"id": FILE.id}}),
        (
            Document(FILE, "plan.pdf"),
            {"type": "document", "document": {"id": FILE.id, "filename": "plan.pdf"}},
        ),
        (
            Location(41.01, 28.97, "Klinik", "Gül Sokak 1"),
            {
                "type": "location",
                "location": {
                    "latitude": "41.01",
                    "longitude": "28.97",
                    "name": "Klinik",
                    "address": "Gül Sokak 1",
                },
            },
        ),
    ],
)
def test_header(header, parameter):
    assert components(header=header) == [{"type": "header", "parameters": [parameter]}]


@pytest.mark.parametrize(
    ("button", "form", "parameter"),
    [
        (QuickReply(0, "confirm:42"), "quick_reply", {"type": "payload", "payload": "confirm:42"}),
        (UrlSuffix(0, "a/42"), "url", {"type": "text", "text": "a/42"}),
        (CopyCode(0, "X25"), "copy_code", {"type": "coupon_code", "coupon_code": "X25"}),
        (FlowButton(0, "t-1"), "flow", {"type": "action", "action": {"flow_token": "t-1"}}),
        (
            FlowButton(0, "t-1", {"name": "Ayşe"}),
            "flow",
            {
                "type": "action",
                "action": {"flow_token": "t-1", "flow_action_data": {"name": "Ayşe"}},
            },
        ),
    ],
)
def test_button(button, form, parameter):
    assert components(buttons=(button,)) == [
        {"type": "button", "sub_type": form, "index": "0", "parameters": [parameter]}
    ]


def test_parts_come_in_the_order_of_the_template():
    parts = components(
        header=Image(FILE),
        body=(Parameter("Ayşe"),),
        buttons=(QuickReply(0, "a"), UrlSuffix(2, "b"), FlowButton(3, "c")),
    )
    assert [part["type"] for part in parts] == ["header", "body", "button", "button", "button"]
    assert [part.get("index") for part in parts] == [None, None, "0", "2", "3"]


def test_file_of_the_header_is_filled_in_after_its_upload():
    content = Template("plan", "tr", header=Document(PENDING, "plan.pdf"))
    with pytest.raises(InvalidMessage, match="not been handed"):
        content.to_payload()
    assert with_media(content, FILE).header == Document(FILE, "plan.pdf")


def test_the_same_name_may_stand_in_header_and_body():
    name = Parameter("Ayşe", "first_name")
    assert len(components(header=HeaderText(name), body=(name,))) == 2


# -- what is refused

REFUSED = {
    "long header": (lambda: HeaderText(Parameter("x" * 61)), "60"),
    "caption in a header": (lambda: Template("x", "tr", header=Image(FILE, "a")), "no caption"),
    "place without address": (
        lambda: Template("x", "tr", header=Location(41, 29, "Klinik")),
        "a name and an address",
    ),
    "place without name": (
        lambda: Template("x", "tr", header=Location(41, 29, address="Gül Sokak 1")),
        "a name and an address",
    ),
    "numbered header, named body": (
        lambda: Template(
            "x", "tr", (Parameter("a", "first_name"),), header=HeaderText(Parameter("b"))
        ),
        "numbered or named",
    ),
    "named header, numbered body": (
        lambda: Template("x", "tr", (Parameter("a"),), header=HeaderText(Parameter("b", "n"))),
        "numbered or named",
    ),
    "two buttons at one place": (
        lambda: Template("x", "tr", buttons=(QuickReply(1, "a"), UrlSuffix(1, "b"))),
        "same button",
    ),
    "empty end of a link": (lambda: UrlSuffix(0, " "), "no value"),
    "end of a link with a space": (lambda: UrlSuffix(0, "a b"), "no spaces"),
    "long end of a link": (lambda: UrlSuffix(0, "x" * 2001), "2,000"),
    "empty code": (lambda: CopyCode(0, ""), "no code"),
    "long code": (lambda: CopyCode(0, "x" * 21), "20"),
    "form without token": (lambda: FlowButton(0, " "), "needs a reference"),
    "data of a form that are no JSON": (lambda: FlowButton(0, "t", {"a": {1}}), "JSON"),
    "eleventh link": (lambda: UrlSuffix(10, "a"), "ten buttons"),
    "eleventh code": (lambda: CopyCode(10, "a"), "ten buttons"),
    "eleventh form": (lambda: FlowButton(10, "a"), "ten buttons"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_limit_is_named_before_anything_is_sent(case):
    make, expected = REFUSED[case]
    with pytest.raises(InvalidMessage) as caught:
        make()
    assert expected in caught.value.limit


def test_the_limits_themselves_are_allowed():
    HeaderText(Parameter("x" * 60))
    UrlSuffix(9, "x" * 2000)
    CopyCode(9, "x" * 20)
    FlowButton(9, "t")
