"""What pywa, another client of the Cloud API, sends for the same message is what we send.

pywa's own requests are caught before they reach a network. Where the two spell the same thing in
different ways, :func:`plain` says so, and why Meta takes both.
"""

import email
import io
import json

import httpx
import pytest
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
    Sticker,
    Template,
    Text,
    UrlSuffix,
    Video,
)
from pywa import WhatsApp, types
from pywa.types import templates as forms
from pywa.types.flows import FlowActionType, FlowStatus

PHONE = "+905550000012"
BSUID = "TR.13491208655302741918"
NUMBER_ID = "106540352242922"
FILE_ID = "1234567890123456"
FILE = Media(id=FILE_ID)
LINK = "https://klinik.example/harita.png"
WAMID = "wamid.HBgMOTA1NTUwMDAwMDEy"
TURKISH = forms.TemplateLanguage.TURKISH
LOCATION = {"latitude": 41.01, "longitude": 28.97, "name": "Klinik", "address": "Gül Sokak 1"}


def parts_of(content_type, body):
    """{name: (file name, type of a file, content)} of a multipart body, read by the standard library."""
    message = email.message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    return {
        part.get_param("name", header="content-disposition"): (
            part.get_filename(),
            part.get_content_type() if part.get_filename() else None,
            part.get_payload(decode=True),
        )
        for part in message.get_payload()
    }


class Other:
    """pywa's client, and what it would have sent."""

    def __init__(self):
        self.sent = []
        session = httpx.Client(transport=httpx.MockTransport(self._catch))
        self.client = WhatsApp(NUMBER_ID, "EAATESTTOKEN", session=session)

    def _catch(self, request):
        uploaded = request.headers["content-type"].startswith("multipart/")
        body = parts_of(request.headers["content-type"], request.read()) if uploaded else json.loads(request.content)
        self.sent.append((request.method, request.url.path.partition("/v")[2].partition("/")[2], body))
        answer = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": PHONE, "wa_id": PHONE[1:]}],
            "messages": [{"id": WAMID, "message_status": "accepted"}],
            "success": True,
            "id": FILE_ID,
        }
        return httpx.Response(200, json=answer)


@pytest.fixture
def other():
    made = Other()
    with made.client.api._session:
        yield made


def plain(value):
    """The same thing said in one way.

    - pywa names what is absent with ``null`` or an empty list; we leave it out. To Graph both is
      "not given". An empty text stays: as emoji it takes a reaction away.
    - pywa writes the types of components in the capitals of the template API; to ``/messages``
      Meta's own samples write them small, as we do (cloud_api.md §2.4).
    - pywa writes the index of a button and degrees as numbers; Meta's samples, and we, as text.
      Both are accepted (cloud_api.md §2.2, §2.4).
    """
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    given = {key: item for key, item in value.items() if item is not None and item != []}
    return {key: _plain_entry(key, item) for key, item in given.items()}


def _plain_entry(key, item):
    if key in ("type", "sub_type") and item in ("HEADER", "BODY", "BUTTON", "URL", "QUICK_REPLY", "COPY_CODE", "FLOW"):
        return item.lower()
    if key in ("index", "latitude", "longitude"):
        return float(item)
    return plain(item)


def test_only_spelling_is_made_plain():
    """The comparison must not be blind: a missing, wrong or additional value stays visible."""
    assert plain({"a": None, "b": [], "c": "", "d": 0, "index": "1"}) == {"c": "", "d": 0, "index": 1.0}
    assert plain({"type": "CELL"}) == {"type": "CELL"}
    assert plain({"latitude": "41.01"}) == plain({"latitude": 41.01}) != plain({"latitude": 41.0})


# -- free-form messages

MESSAGES = {
    "text": (Text("Merhaba"), lambda wa: wa.send_message(PHONE, "Merhaba")),
    "text with preview": (
        Text("Bakın: https://klinik.example", preview_url=True),
        lambda wa: wa.send_message(PHONE, "Bakın: https://klinik.example", preview_url=True),
    ),
    "image": (
        Image(FILE, "Harita"),
        lambda wa: wa.send_image(PHONE, FILE_ID, caption="Harita"),
    ),
    "image by link": (Image(Media(link=LINK)), lambda wa: wa.send_image(PHONE, LINK)),
    "document": (
        Document(FILE, "reçete.pdf", "Reçeteniz"),
        lambda wa: wa.send_document(PHONE, FILE_ID, filename="reçete.pdf", caption="Reçeteniz"),
    ),
    "audio": (Audio(FILE), lambda wa: wa.send_audio(PHONE, FILE_ID)),
    "voice": (Audio(FILE, voice=True), lambda wa: wa.send_voice(PHONE, FILE_ID)),
    "video": (Video(FILE, "Egzersiz"), lambda wa: wa.send_video(PHONE, FILE_ID, caption="Egzersiz")),
    "sticker": (Sticker(FILE), lambda wa: wa.send_sticker(PHONE, FILE_ID)),
    "location": (
        Location(**LOCATION),
        lambda wa: wa.send_location(PHONE, **LOCATION),
    ),
    "bare location": (Location(41, 29), lambda wa: wa.send_location(PHONE, 41, 29)),
    "contacts": (
        Contacts(
            (
                ContactCard(
                    "Dr. Ayşe Gül",
                    "Ayşe",
                    "Gül",
                    (
                        ContactPhone("+905550000012"),
                        ContactPhone("+902120000000", "WORK", wa_id="902120000000"),
                    ),
                    ("ayse@klinik.example",),
                    "Gül Kliniği",
                ),
                ContactCard("Elif", "Elif"),
            )
        ),
        lambda wa: wa.send_contact(
            PHONE,
            [
                types.Contact(
                    name=types.Contact.Name("Dr. Ayşe Gül", first_name="Ayşe", last_name="Gül"),
                    phones=[
                        types.Contact.Phone("+905550000012", type="CELL"),
                        types.Contact.Phone("+902120000000", type="WORK", wa_id="902120000000"),
                    ],
                    emails=[types.Contact.Email("ayse@klinik.example")],
                    org=types.Contact.Org(company="Gül Kliniği"),
                ),
                types.Contact(name=types.Contact.Name("Elif", first_name="Elif")),
            ],
        ),
    ),
    "reaction": (Reaction(WAMID, "👍"), lambda wa: wa.send_reaction(PHONE, "👍", WAMID)),
    "reaction taken away": (Reaction(WAMID, ""), lambda wa: wa.remove_reaction(PHONE, WAMID)),
    "reply buttons": (
        Buttons(
            "Geliyor musunuz?",
            (ReplyButton("confirm:42", "Onayla"), ReplyButton("cancel:42", "İptal")),
            header="Randevu",
            footer="Gül Kliniği",
        ),
        lambda wa: wa.send_message(
            PHONE,
            "Geliyor musunuz?",
            header="Randevu",
            footer="Gül Kliniği",
            buttons=[types.Button("Onayla", "confirm:42"), types.Button("İptal", "cancel:42")],
        ),
    ),
    "reply buttons under a picture": (
        Buttons("Burası mı?", (ReplyButton("yes", "Evet"),), header=Image(FILE)),
        lambda wa: wa.send_image(
            PHONE, FILE_ID, caption="Burası mı?", buttons=[types.Button("Evet", "yes")]
        ),
    ),
    "reply buttons under a document": (
        Buttons("Onay", (ReplyButton("yes", "Evet"),), header=Document(FILE, "onam.pdf")),
        lambda wa: wa.send_document(
            PHONE, FILE_ID, "onam.pdf", "Onay", buttons=[types.Button("Evet", "yes")]
        ),
    ),
    "list": (
        ListMessage(
            "Saat seçin",
            "Saatler",
            (
                Section("Pazartesi", (Row("slot:1", "09:00", "Dr. Ayşe"), Row("slot:2", "10:00"))),
                Section("Salı", (Row("slot:3", "11:00"),)),
            ),
            header="Randevu",
            footer="Gül Kliniği",
        ),
        lambda wa: wa.send_message(
            PHONE,
            "Saat seçin",
            header="Randevu",
            footer="Gül Kliniği",
            buttons=types.SectionList(
                "Saatler",
                [
                    types.Section(
                        "Pazartesi",
                        [
                            types.SectionRow("09:00", "slot:1", "Dr. Ayşe"),
                            types.SectionRow("10:00", "slot:2"),
                        ],
                    ),
                    types.Section("Salı", [types.SectionRow("11:00", "slot:3")]),
                ],
            ),
        ),
    ),
    "link": (
        LinkButton("Hazırlık", "Aç", LINK, footer="Gül Kliniği"),
        lambda wa: wa.send_message(
            PHONE, "Hazırlık", footer="Gül Kliniği", buttons=types.URLButton("Aç", LINK)
        ),
    ),
    "link under a video": (
        LinkButton("Hazırlık", "Aç", LINK, header=Video(FILE)),
        lambda wa: wa.send_video(
            PHONE, FILE_ID, caption="Hazırlık", buttons=types.URLButton("Aç", LINK)
        ),
    ),
    "location request": (
        LocationRequest("Neredesiniz?"),
        lambda wa: wa.request_location(PHONE, "Neredesiniz?"),
    ),
    "flow that begins with a screen": (
        Flow("Onam formu", "123", "Başla", "t-1", screen="CONSENT", data={"name": "Ayşe"}),
        lambda wa: wa.send_message(
            PHONE,
            "Onam formu",
            buttons=types.FlowButton(
                "Başla",
                flow_id="123",
                flow_token="t-1",
                flow_message_version="3",
                flow_action_type=FlowActionType.NAVIGATE,
                flow_action_screen="CONSENT",
                flow_action_payload={"name": "Ayşe"},
            ),
        ),
    ),
    "draft of a flow that asks the endpoint": (
        Flow("Onam formu", "123", "Başla", "t-1", draft=True, footer="Gül Kliniği"),
        lambda wa: wa.send_message(
            PHONE,
            "Onam formu",
            footer="Gül Kliniği",
            buttons=types.FlowButton(
                "Başla",
                flow_id="123",
                flow_token="t-1",
                flow_message_version="3",
                flow_action_type=FlowActionType.DATA_EXCHANGE,
                mode=FlowStatus.DRAFT,
            ),
        ),
    ),
}

# -- templates

TEMPLATES = {
    "without values": ((), {}),
    "numbered values": (
        (forms.BodyText.params("Ayşe", "24 Kasım 10:30"),),
        {"body": (Parameter("Ayşe"), Parameter("24 Kasım 10:30"))},
    ),
    "named values": (
        (
            forms.HeaderText.params(day="24 Kasım"),
            forms.BodyText.params(first_name="Ayşe", hour="10:30"),
        ),
        {
            "header": HeaderText(Parameter("24 Kasım", "day")),
            "body": (Parameter("Ayşe", "first_name"), Parameter("10:30", "hour")),
        },
    ),
    "text header": (
        (forms.HeaderText.params("24 Kasım"),),
        {"header": HeaderText(Parameter("24 Kasım"))},
    ),
    "image header": ((forms.HeaderImage.params(image=FILE_ID),), {"header": Image(FILE)}),
    "image header by link": (
        (forms.HeaderImage.params(image=LINK),),
        {"header": Image(Media(link=LINK))},
    ),
    "video header": ((forms.HeaderVideo.params(video=FILE_ID),), {"header": Video(FILE)}),
    "document header": (
        (forms.HeaderDocument.params(document=FILE_ID, filename="plan.pdf"),),
        {"header": Document(FILE, "plan.pdf")},
    ),
    "location header": (
        (forms.HeaderLocation.params(lat=41.01, lon=28.97, name="Klinik", address="Gül Sokak 1"),),
        {"header": Location(**LOCATION)},
    ),
    "quick replies": (
        (
            forms.QuickReplyButton.params(callback_data="confirm:42", index=0),
            forms.QuickReplyButton.params(callback_data="cancel:42", index=1),
        ),
        {"buttons": (QuickReply(0, "confirm:42"), QuickReply(1, "cancel:42"))},
    ),
    "link": (
        (forms.URLButton.params(url_variable="a/42", index=2),),
        {"buttons": (UrlSuffix(2, "a/42"),)},
    ),
    "code": (
        (forms.CopyCodeButton.params(coupon_code="X25", index=0),),
        {"buttons": (CopyCode(0, "X25"),)},
    ),
    "form": (
        (forms.FlowButton.params(index=1, flow_token="t-1", flow_action_data={"name": "Ayşe"}),),
        {"buttons": (FlowButton(1, "t-1", {"name": "Ayşe"}),)},
    ),
    "form without data": (
        (forms.FlowButton.params(index=1, flow_token="t-1"),),
        {"buttons": (FlowButton(1, "t-1"),)},
    ),
    "everything": (
        (
            forms.HeaderImage.params(image=FILE_ID),
            forms.BodyText.params("Ayşe"),
            forms.QuickReplyButton.params(callback_data="confirm:42", index=0),
            forms.URLButton.params(url_variable="a/42", index=1),
        ),
        {
            "header": Image(FILE),
            "body": (Parameter("Ayşe"),),
            "buttons": (QuickReply(0, "confirm:42"), UrlSuffix(1, "a/42")),
        },
    ),
}
for _name, (_theirs, _ours) in TEMPLATES.items():
    MESSAGES[f"template: {_name}"] = (
        Template("appt_reminder", "tr", **_ours),
        lambda wa, params=_theirs: wa.send_template(PHONE, "appt_reminder", TURKISH, list(params)),
    )


def sent_by_us(content, **more):
    payload = OutboundMessage("ref-1", content, **{"to": PHONE, **more}).to_payload()
    return json.loads(json.dumps(payload))


@pytest.mark.parametrize("case", MESSAGES)
def test_same_message_same_json(other, case):
    content, send = MESSAGES[case]
    send(other.client)
    ((method, path, theirs),) = other.sent
    assert (method, path) == ("POST", f"{NUMBER_ID}/messages")
    ours = sent_by_us(content)
    assert ours.pop("biz_opaque_callback_data") == "ref-1"
    assert plain(ours) == plain(theirs)


def test_envelope_with_quote_reference_and_identity(other):
    other.client.send_message(BSUID, "Evet", reply_to_message_id="wamid.IN", tracker="ref-1")
    ((_method, _path, theirs),) = other.sent
    ours = sent_by_us(Text("Evet"), to=None, recipient=BSUID, reply_to="wamid.IN")
    assert plain(ours) == plain(theirs)


@pytest.mark.parametrize("typing", [False, True])
def test_read_receipt_and_typing(other, api, server, tools, typing):
    server.reply_with(tools.answer({"success": True}))
    api.mark_read(WAMID, typing=typing)
    if typing:
        other.client.indicate_typing(WAMID)
    else:
        other.client.mark_message_as_read(WAMID)
    ((_method, _path, theirs),) = other.sent
    assert server.requests[0].json == theirs


def test_upload(other, api, server, tools):
    """The parts may come in any order."""
    server.reply_with(tools.answer({"id": FILE_ID}))
    api.upload_media(io.BytesIO(b"%PDF-1.7"), "plan.pdf", "application/pdf")
    other.client.upload_media(b"%PDF-1.7", "application/pdf", "plan.pdf")
    (request,) = server.requests
    ((method, path, theirs),) = other.sent
    assert (method, path) == (request.method, f"{NUMBER_ID}/media")
    assert parts_of(request.headers["content-type"], request.body) == theirs
