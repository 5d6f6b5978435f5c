"""Lists, links, forms and headers: what is sent, and what is refused before."""

import pytest
from cloud_api.messages import (
    PENDING,
    Buttons,
    Document,
    Flow,
    Image,
    InvalidMessage,
    LinkButton,
    ListMessage,
    Location,
    LocationRequest,
    Media,
    ReplyButton,
    Row,
    Section,
    Video,
    media_of,
    with_media,
)

FILE = Media(id="1234567890")
YES = ReplyButton("confirm:42", "Onayla")
URL = "https://klinik.example/hazirlik"
BODY = {"body": {"text": "Merhaba"}}


def rows(count, section=0):
    return tuple(Row(f"slot:{section}:{number}", f"{number}:00") for number in range(count))


def interactive(content):
    payload = content.to_payload()
    assert payload["type"] == content.wire_type == "interactive"
    return payload["interactive"]


# -- what is sent


def test_list_payload():
    content = ListMessage(
        "Saat seçin",
        "Saatler",
        (
            Section("Pazartesi", (Row("slot:1", "09:00", "Dr. Ayşe"), Row("slot:2", "10:00"))),
            Section("Salı", (Row("slot:3", "11:00"),)),
        ),
        header="Randevu",
        footer="Gül Kliniği",
    )
    assert interactive(content) == {
        "type": "list",
        "header": {"type": "text", "text": "Randevu"},
        "body": {"text": "Saat seçin"},
        "footer": {"text": "Gül Kliniği"},
        "action": {
            "button": "Saatler",
            "sections": [
                {
                    "title": "Pazartesi",
                    "rows": [
                        {"id": "slot:1", "title": "09:00", "description": "Dr. Ayşe"},
                        {"id": "slot:2", "title": "10:00"},
                    ],
                },
                {"title": "Salı", "rows": [{"id": "slot:3", "title": "11:00"}]},
            ],
        },
    }


def test_the_only_section_needs_no_title():
    content = ListMessage("Merhaba", "Saatler", (Section("", rows(1)),))
    assert interactive(content)["action"]["sections"] == [
        {"rows": [{"id": "slot:0:0", "title": "0:00"}]}
    ]


def test_link_payload():
    assert interactive(LinkButton("Merhaba", "Aç", URL)) == {
        "type": "cta_url",
        **BODY,
        "action": {"name": "cta_url", "parameters": {"display_text": "Aç", "url": URL}},
    }


def test_location_request_payload():
    assert interactive(LocationRequest("Merhaba")) == {
        "type": "location_request_message",
        **BODY,
        "action": {"name": "send_location"},
    }


def test_flow_that_begins_with_a_screen():
    content = Flow("Merhaba", "123", "Başla", "t-1", screen="CONSENT", data={"name": "Ayşe"})
    assert interactive(content)["action"] == {
        "name": "flow",
        "parameters": {
            "flow_message_version": "3",
            "flow_id": "123",
            "flow_cta": "Başla",
            "flow_token": "t-1",
            "mode": "published",
            "flow_action": "navigate",
            "flow_action_payload": {"screen": "CONSENT", "data": {"name": "Ayşe"}},
        },
    }


def test_flow_that_asks_our_endpoint_first():
    parameters = interactive(Flow("Merhaba", "123", "Başla", "t-1", draft=True))["action"]["parameters"]
    assert parameters["flow_action"] == "data_exchange"
    assert parameters["mode"] == "draft"
    assert "flow_action_payload" not in parameters


def test_flow_without_data_sends_no_empty_data():
    """Meta refuses an empty object."""
    parameters = interactive(Flow("Merhaba", "1", "Başla", "t", screen="A"))["action"]["parameters"]
    assert parameters["flow_action_payload"] == {"screen": "A"}


def test_data_of_a_flow_cannot_be_changed_afterwards():
    data = {"names": ["Ayşe"]}
    content = Flow("Merhaba", "1", "Başla", "t", screen="A", data=data)
    data["names"].append("Elif")
    assert content.data == {"names": ["Ayşe"]}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Randevu", {"type": "text", "text": "Randevu"}),
        (Image(FILE), {"type": "image", "image": {"id": FILE.id}}),
        (Video(FILE), {"type": "video", "video": {"id": FILE.id}}),
        (
            Document(FILE, "plan.pdf"),
            {"type": "document", "document": {"id": FILE.id, "filename": "plan.pdf"}},
        ),
    ],
)
def test_headers_of_buttons_and_links(header, expected):
    assert interactive(Buttons("?", (YES,), header=header))["header"] == expected
    assert interactive(LinkButton("?", "Aç", URL, header=header))["header"] == expected


def test_file_of_a_header_is_filled_in_after_its_upload():
    content = Buttons("?", (YES,), header=Image(PENDING))
    with pytest.raises(InvalidMessage, match="not been handed"):
        content.to_payload()
    assert media_of(content) is PENDING
    assert with_media(content, FILE) == Buttons("?", (YES,), header=Image(FILE))


# -- what is refused

ONE = (Section("", rows(1)),)
REFUSED = {
    "list without text": (lambda: ListMessage(" ", "Aç", ONE), "empty"),
    "long list": (lambda: ListMessage("x" * 4097, "Aç", ONE), "4,096"),
    "list without button": (lambda: ListMessage("?", " ", ONE), "no label"),
    "long button of a list": (lambda: ListMessage("?", "x" * 21, ONE), "20"),
    "long header of a list": (lambda: ListMessage("?", "Aç", ONE, header="x" * 61), "header"),
    "picture over a list": (lambda: ListMessage("?", "Aç", ONE, header=Image(FILE)), "is text"),
    "long footer of a list": (lambda: ListMessage("?", "Aç", ONE, footer="x" * 61), "footer"),
    "no section": (lambda: ListMessage("?", "Aç", ()), "one to ten sections"),
    "eleven sections": (
        lambda: ListMessage("?", "Aç", tuple(Section(str(n), rows(1, n)) for n in range(11))),
        "one to ten sections",
    ),
    "eleven rows in two sections": (
        lambda: ListMessage("?", "Aç", (Section("a", rows(5, 1)), Section("b", rows(6, 2)))),
        "ten rows",
    ),
    "two sections without titles": (
        lambda: ListMessage("?", "Aç", (Section("", rows(1, 1)), Section("b", rows(1, 2)))),
        "needs a title",
    ),
    "rows with the same reference": (
        lambda: ListMessage("?", "Aç", (Section("a", rows(1)), Section("b", rows(1)))),
        "same reference",
    ),
    "section without rows": (lambda: Section("a", ()), "section of the list is empty"),
    "long title of a section": (lambda: Section("x" * 25, rows(1)), "24"),
    "row without reference": (lambda: Row(" ", "a"), "no reference"),
    "long reference of a row": (lambda: Row("x" * 201, "a"), "200"),
    "row without title": (lambda: Row("a", " "), "no title"),
    "long title of a row": (lambda: Row("a", "x" * 25), "24"),
    "long description of a row": (lambda: Row("a", "a", "x" * 73), "72"),
    "link without text": (lambda: LinkButton("", "Aç", URL), "empty"),
    "long text over a link": (lambda: LinkButton("x" * 1025, "Aç", URL), "1,024"),
    "long label of a link": (lambda: LinkButton("?", "x" * 21, URL), "20"),
    "link without scheme": (lambda: LinkButton("?", "Aç", "klinik.example"), "http://"),
    "script as link": (lambda: LinkButton("?", "Aç", "javascript:alert(1)"), "http://"),
    "long header over a link": (lambda: LinkButton("?", "Aç", URL, header="x" * 61), "header"),
    "long footer of a link": (lambda: LinkButton("?", "Aç", URL, footer="x" * 61), "footer"),
    "request for nothing": (lambda: LocationRequest(" "), "empty"),
    "long request": (lambda: LocationRequest("x" * 1025), "1,024"),
    "flow without text": (lambda: Flow("", "1", "Başla", "t"), "empty"),
    "long text over a flow": (lambda: Flow("x" * 1025, "1", "Başla", "t"), "1,024"),
    "flow without form": (lambda: Flow("?", " ", "Başla", "t"), "no form"),
    "flow without label": (lambda: Flow("?", "1", "", "t"), "no label"),
    "long label of a flow": (lambda: Flow("?", "1", "x" * 21, "t"), "20"),
    "emoji on a flow": (lambda: Flow("?", "1", "Başla 👍", "t"), "no emoji"),
    "flow without token": (lambda: Flow("?", "1", "Başla", ""), "needs a reference"),
    "data without screen": (lambda: Flow("?", "1", "Başla", "t", data={"a": 1}), "first screen"),
    "data that is no JSON": (
        lambda: Flow("?", "1", "Başla", "t", screen="A", data={"a": object()}),
        "JSON",
    ),
    "endless number": (
        lambda: Flow("?", "1", "Başla", "t", screen="A", data={"a": float("inf")}),
        "JSON",
    ),
    "place as header": (lambda: Buttons("?", (YES,), header=Location(1, 1)), "picture, a video"),
    "caption in a header": (lambda: Buttons("?", (YES,), header=Image(FILE, "a")), "no caption"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_limit_is_named_before_anything_is_sent(case):
    make, expected = REFUSED[case]
    with pytest.raises(InvalidMessage) as caught:
        make()
    assert expected in caught.value.limit


def test_the_limits_themselves_are_allowed():
    ten = tuple(
        Section(str(n).rjust(24, "x"), (Row(str(n).rjust(200, "x"), "x" * 24, "x" * 72),))
        for n in range(10)
    )
    ListMessage("x" * 4096, "x" * 20, ten, header="x" * 60, footer="x" * 60)
    LinkButton("x" * 1024, "x" * 20, URL, header="x" * 60, footer="x" * 60)
    LocationRequest("x" * 1024)
    Flow("x" * 1024, "1", "N° 5 © x" + "x" * 12, "t", header="x" * 60, footer="x" * 60)
