"""Our client and the simulator understand each other: every call, and every content."""

import hashlib
import io

import pytest
from cloud_api import messages as contents
from cloud_api.client import BusinessProfile, Rejected, TooLarge
from cloud_api.messages import PENDING, Media, with_media
from cloud_api.permit import Permit

from simulator.client import DEFAULT_NUMBER, DEFAULT_NUMBER_ID
from simulator.inbound_content import sample
from simulator.testing import Simulator

AYSE = "905300000001"
URL = "https://klinik.example/hazirlik"
BUTTONS = [
    {"type": "QUICK_REPLY", "text": "Geleceğim"},
    {"type": "URL", "text": "Detay", "url": "https://klinik.example/a/{{1}}", "example": ["https://klinik.example/a/b"]},
]
TEMPLATES = [
    {
        "name": "reminder",
        "language": "tr",
        "category": "UTILITY",
        "components": [
            {"type": "BODY", "text": "Sayın {{1}}, randevunuz var."},
            {"type": "BUTTONS", "buttons": BUTTONS},
        ],
    },
    {
        "name": "picture",
        "language": "tr",
        "category": "UTILITY",
        "components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
            {"type": "BODY", "text": "Bizi böyle bulursunuz."},
        ],
    },
]
TYPES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/ogg", "document": "application/pdf",
         "sticker": "image/webp"}

CONTENTS = {
    "text": contents.Text("Merhaba"),
    "image": contents.Image(PENDING, "Harita"),
    "video": contents.Video(PENDING, "Egzersiz"),
    "audio": contents.Audio(PENDING),
    "voice": contents.Audio(PENDING, voice=True),
    "document": contents.Document(PENDING, "plan.pdf", "Plan"),
    "sticker": contents.Sticker(PENDING),
    "location": contents.Location(41.01, 28.97, "Klinik", "Gül Sokak 1"),
    "contacts": contents.Contacts(
        (contents.ContactCard("Klinik", phones=(contents.ContactPhone("+905550000001", "WORK"),)),)
    ),
    "buttons": contents.Buttons("?", (contents.ReplyButton("a", "Evet"),), "Randevu", "Gül Kliniği"),
    "buttons under a picture": contents.Buttons(
        "?", (contents.ReplyButton("a", "Evet"),), header=contents.Image(PENDING)
    ),
    "list": contents.ListMessage(
        "Saat", "Saatler", (contents.Section("Pazartesi", (contents.Row("a", "09:00", "Dr. Ayşe"),)),)
    ),
    "link": contents.LinkButton("Hazırlık", "Aç", URL),
    "location request": contents.LocationRequest("Neredesiniz?"),
    "flow": contents.Flow("Form", "123", "Başla", "t-1", screen="A", data={"name": "Ayşe"}),
    "flow of an endpoint": contents.Flow("Form", "123", "Başla", "t-1"),
    "template": contents.Template(
        "reminder",
        "tr",
        (contents.Parameter("Ayşe"),),
        (contents.QuickReply(0, "confirm:42"), contents.UrlSuffix(1, "42")),
    ),
    "template with a picture": contents.Template("picture", "tr", header=contents.Image(PENDING)),
}


@pytest.fixture(scope="module")
def running():
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def sim(running, server, tools):
    running.reset()
    server.reply_with(tools.answer({}))
    running.register_number(webhook_url=f"{server.url}/hook")
    running.put_templates(TEMPLATES)
    running.phone(AYSE).send_text("Merhaba")
    return running


@pytest.fixture
def api(sim, make_api):
    names = ("waba_id", "app_id", "app_secret", "access_token")
    values = {name: DEFAULT_NUMBER[name] for name in names}
    return make_api(sim.url, (5.0, 10.0), phone_number_id=DEFAULT_NUMBER_ID, **values)


def send(api, content, ref="ref-1"):
    message = contents.OutboundMessage(ref, content, to=f"+{AYSE}")
    return api.send(message, Permit(ref)).wamid


def kind_of_file(content):
    holder = getattr(content, "header", None) or content
    return holder.wire_type


@pytest.mark.parametrize("case", CONTENTS)
def test_every_content_reaches_the_phone(api, sim, case):
    content = CONTENTS[case]
    if contents.media_of(content):
        kind = kind_of_file(content)
        media_id = api.upload_media(io.BytesIO(sample(kind)), f"file.{kind}", TYPES[kind])
        content = with_media(content, Media(id=media_id))
    wamid = send(api, content)
    sim.settle()
    assert wamid in [message["id"] for message in sim.phone(AYSE).messages()]


def test_reaction_comes_and_goes(api, sim):
    theirs = sim.phone(AYSE).send_text("Teşekkürler")
    send(api, contents.Reaction(theirs, "❤️"))
    send(api, contents.Reaction(theirs, ""), ref="ref-2")


def test_read_receipt(api, sim):
    api.mark_read(sim.phone(AYSE).send_text("Orada mısınız?"), typing=True)


def test_file_goes_up_down_and_away(api, sim):
    data = sample("document")
    media_id = api.upload_media(io.BytesIO(data), "plan.pdf", "application/pdf")
    media = api.media(media_id)
    assert (media.mime_type, media.size) == ("application/pdf", len(data))
    assert media.sha256 == hashlib.sha256(data).hexdigest()
    received = io.BytesIO()
    assert api.download_media(media.url, received.write, len(data)) == len(data)
    assert received.getvalue() == data
    with pytest.raises(TooLarge):
        api.download_media(media.url, received.write, len(data) - 1)
    api.delete_media(media_id)
    with pytest.raises(Rejected) as caught:
        api.media(media_id)
    assert caught.value.error.code == 131052


def test_expired_address_asks_for_a_new_one(api, sim):
    media_id = api.upload_media(io.BytesIO(sample("image")), "a.jpg", "image/jpeg")
    url = api.media(media_id).url
    sim.expire_media_urls()
    with pytest.raises(Rejected) as caught:
        api.download_media(url, lambda piece: None, 10**6)
    assert caught.value.error.http_status == 404
    assert api.download_media(api.media(media_id).url, lambda piece: None, 10**6) > 0


def test_number_tells_about_itself(api):
    number = api.phone_number()
    assert (number.id, number.status) == (DEFAULT_NUMBER_ID, "CONNECTED")
    assert number.throughput == "STANDARD"
    health = api.health()
    assert health.can_send == "AVAILABLE"
    assert (health.waba_id, health.app_id) == (DEFAULT_NUMBER["waba_id"], DEFAULT_NUMBER["app_id"])


def test_profile_is_written_and_read(api):
    profile = BusinessProfile("Randevu", "Gül Sokak 1", "Diş kliniği", "info@klinik.example", (URL,), "HEALTH")
    api.update_profile(profile)
    assert api.profile() == BusinessProfile(**{**vars(profile), "picture_url": api.profile().picture_url})


def test_registration(api):
    api.register("123456")
    assert api.phone_number().status == "CONNECTED"


@pytest.fixture
def callback(server, tools):
    """A webhook that answers Meta's challenge."""

    def handle(request, _connection):
        challenge = request.path.partition("hub.challenge=")[2].partition("&")[0]
        return tools.Reply(200, challenge.encode())

    server.handle = handle
    return f"{server.url}/hook"


def test_webhook_address_of_the_number(api, callback):
    api.set_webhook_override(callback, DEFAULT_NUMBER["verify_token"])
    assert api.phone_number().number_callback == callback
    api.clear_webhook_override()
    assert api.phone_number().number_callback == ""


def test_subscription_of_the_app(api, callback):
    api.subscribe_app(callback, DEFAULT_NUMBER["verify_token"], ["messages", "security"])
    subscription = api.app_subscription()
    assert subscription.callback_url == callback
    assert {"messages", "security"} <= subscription.fields
    api.subscribe()
    assert DEFAULT_NUMBER["app_id"] in api.subscribed_app_ids()
