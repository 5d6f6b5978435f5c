"""Webhooks of our simulator are read by pywa, another client, as we read them.

Each scene plays a real exchange: our client sends, the simulator's phone answers, and the bytes that
arrive at the webhook go to both readers. So pywa judges the simulator, and our reader with it.
"""

import httpx
import pytest
from cloud_api import messages as contents
from cloud_api.client import CloudApi
from cloud_api.media_rules import hex_digest
from cloud_api.permit import Permit
from cloud_api.webhook import (
    InboundMessage,
    parse_marketing_choices,
    parse_message,
    parse_status,
    split,
    verify_signature,
)
from pywa import WhatsApp, handlers

from simulator.client import DEFAULT_NUMBER, DEFAULT_NUMBER_ID
from simulator.testing import Simulator

AYSE = "905300000001"
TEMPLATE = {
    "name": "appt_reminder",
    "language": "tr",
    "category": "UTILITY",
    "components": [
        {"type": "BODY", "text": "Sayın {{1}}, yarın saat {{2}} için randevunuz var."},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Geleceğim"},
                {"type": "QUICK_REPLY", "text": "İptal et"},
            ],
        },
    ],
}
READ_BY_PYWA = (
    handlers.MessageHandler,
    handlers.CallbackButtonHandler,
    handlers.CallbackSelectionHandler,
    handlers.FlowCompletionHandler,
    handlers.EditedMessageHandler,
    handlers.DeletedMessageHandler,
    handlers.MessageStatusHandler,
    handlers.PhoneNumberChangeHandler,
    handlers.TemplateStatusUpdateHandler,
    handlers.TemplateQualityUpdateHandler,
    handlers.TemplateCategoryUpdateHandler,
    handlers.TemplateComponentsUpdateHandler,
    handlers.UserMarketingPreferencesHandler,
)


class Scene:
    """A number with a webhook, and what arrived there, as both readers understood it."""

    def __init__(self, sim, server, api):
        self.phone = sim.phone(AYSE)
        self.sim, self._server, self._api = sim, server, api
        self._sent = 0
        self.theirs = []
        self._pywa = WhatsApp(
            DEFAULT_NUMBER_ID,
            "EAATESTTOKEN",
            app_secret=DEFAULT_NUMBER["app_secret"],
            verify_token="x",
            server=None,
            session=httpx.Client(transport=httpx.MockTransport(self._no_network)),
        )
        for kind in READ_BY_PYWA:
            self._pywa.add_handlers(kind(lambda _client, update: self.theirs.append(update)))

    @staticmethod
    def _no_network(request):
        raise AssertionError("A reader asks nobody.")

    def send(self, content):
        self._sent += 1
        ref = f"ref-{self._sent}"
        message = contents.OutboundMessage(ref, content, to=f"+{AYSE}")
        wamid = self._api.send(message, Permit(ref)).wamid
        self.sim.settle()
        return wamid

    def open_window(self):
        self.phone.send_text("Merhaba")
        self.forget()

    def forget(self):
        """What arrived so far is not what the test is about."""
        self.sim.settle()
        self._server.requests.clear()

    def read(self):
        """Return [(what we understood, what pywa understood)] of all that arrived."""
        self.sim.settle()
        self.theirs.clear()
        ours = []
        for request in self._posts():
            signature = request.headers["x-hub-signature-256"]
            assert verify_signature(request.body, signature, DEFAULT_NUMBER["app_secret"])
            assert self._pywa.webhook_update_validator(request.body, signature) is None
            ours += [self._parse(item) for item in split(request.body)]
            assert self._pywa.webhook_update_handler(request.body) == ("ok", 200)
        assert len(ours) == len(self.theirs), "one of the readers saw nothing"
        return list(zip(ours, self.theirs, strict=True))

    def read_one(self):
        """The only message among what arrived; who answers has also read."""
        (both,) = [both for both in self.read() if isinstance(both[0], InboundMessage)]
        return both

    def _posts(self):
        return [request for request in self._server.requests if request.method == "POST"]

    @staticmethod
    def _parse(item):
        if item.kind == "other":
            return item
        return (parse_status if item.kind == "status" else parse_message)(item.payload)


@pytest.fixture(scope="module")
def running():
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def scene(running, server, make_api, tools):
    running.reset()
    running.set_faults(webhook_delay_ms=[0, 0])
    running.register_number(webhook_url=f"{server.url}/hook")
    running.put_templates([TEMPLATE])
    running.phone(AYSE).profile(name="Ayşe Yılmaz")
    server.reply_with(tools.answer({}))
    names = ("waba_id", "app_id", "app_secret", "access_token")
    values = {name: DEFAULT_NUMBER[name] for name in names}
    api = make_api(running.url, (5.0, 10.0), phone_number_id=DEFAULT_NUMBER_ID, **values)
    assert isinstance(api, CloudApi)
    return Scene(running, server, api)


def assert_same_envelope(ours, theirs):
    assert ours.wamid == theirs.id
    assert ours.sent_at == theirs.timestamp
    assert ours.user_id == theirs.from_user.bsuid
    assert ours.wa_id == theirs.from_user.wa_id
    assert ours.profile_name == theirs.from_user.name == "Ayşe Yılmaz"
    quoted = theirs.reply_to_message
    assert ours.reply_to == (quoted.id if quoted else None)


# -- what patients send


@pytest.mark.parametrize("text", ["Merhaba", "Çok teşekkürler 🙏 https://klinik.example/a?b=c", "a\nb"])
def test_text(scene, text):
    scene.phone.send_text(text)
    ours, theirs = scene.read_one()
    assert_same_envelope(ours, theirs)
    assert ours.type == theirs.type.value == "text"
    assert ours.body == theirs.text == text


def test_reply_to_our_message(scene):
    scene.open_window()
    wamid = scene.send(contents.Text("Nasılsınız?"))
    scene.forget()
    scene.phone.send_text("İyiyim", reply_to=wamid)
    ours, theirs = scene.read_one()
    assert_same_envelope(ours, theirs)
    assert ours.reply_to == wamid


def test_person_who_hides_the_number(scene):
    scene.phone.profile(hide_number=True)
    scene.phone.send_text("Merhaba")
    ours, theirs = scene.read_one()
    assert_same_envelope(ours, theirs)
    assert ours.wa_id is None


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
def test_media(scene, kind):
    named = {"document": {"filename": "sonuç.pdf", "caption": "Sonucum"}, "image": {"caption": "Bu"}}
    scene.phone.send_media(kind, **named.get(kind, {}))
    ours, theirs = scene.read_one()
    assert_same_envelope(ours, theirs)
    file = getattr(theirs, kind)
    assert ours.type == theirs.type.value == kind
    assert (ours.media.id, ours.media.mime_type) == (file.id, file.mime_type)
    assert hex_digest(ours.media.sha256) == hex_digest(file.sha256) != ""
    assert ours.body == getattr(file, "caption", None)
    assert (ours.media.filename or None) == file.filename
    assert ours.media.voice == bool(theirs.voice)


def test_location(scene):
    scene.phone.send_location(41.5, 29.25, "Ev", "Gül Sokak 1")
    ours, theirs = scene.read_one()
    assert_same_envelope(ours, theirs)
    place = ours.details["location"]
    assert (place["latitude"], place["longitude"]) == (theirs.location.latitude, theirs.location.longitude)
    assert (place["name"], place["address"]) == (theirs.location.name, theirs.location.address)


def test_contacts(scene):
    card = {
        "name": {"formatted_name": "Elif Kaya", "first_name": "Elif"},
        "phones": [{"phone": "+90 530 000 00 09", "type": "CELL", "wa_id": "905300000009"}],
        "org": {"company": "Gül Kliniği"},
    }
    scene.phone.send_contacts([card])
    ours, theirs = scene.read_one()
    assert_same_envelope(ours, theirs)
    (mine,), (other,) = ours.details["contacts"], theirs.contacts
    assert mine["name"] == other.name.formatted_name
    assert mine["phones"] == [phone.phone for phone in other.phones]
    assert mine["organization"] == other.org.company


def test_reaction_and_its_removal(scene):
    scene.open_window()
    wamid = scene.send(contents.Text("Geçmiş olsun"))
    scene.forget()
    scene.phone.react(wamid, "❤️")
    given, their_given = scene.read_one()
    scene.forget()
    scene.phone.react(wamid, "")
    taken, their_taken = scene.read_one()
    assert given.type == their_given.type.value == "reaction"
    assert (given.target, given.body) == (their_given.reaction.message_id, their_given.reaction.emoji)
    assert given.body == "❤️"
    assert their_taken.reaction.is_removed
    assert not taken.body
    assert taken.target == their_taken.reaction.message_id == wamid


def test_button_of_a_template(scene):
    values = (contents.Parameter("Ayşe"), contents.Parameter("10:30"))
    buttons = (contents.QuickReply(0, "confirm:42"), contents.QuickReply(1, "cancel:42"))
    wamid = scene.send(contents.Template("appt_reminder", "tr", values, buttons))
    scene.forget()
    scene.phone.press(wamid, "İptal et")
    ours, theirs = scene.read_one()
    assert_same_envelope(ours, theirs)
    assert ours.button_payload == theirs.data == "cancel:42"
    assert ours.body == theirs.title == "İptal et"
    assert ours.reply_to == wamid


def test_reply_button(scene):
    scene.open_window()
    buttons = (contents.ReplyButton("yes:42", "Evet"), contents.ReplyButton("no:42", "Hayır"))
    wamid = scene.send(contents.Buttons("Geliyor musunuz?", buttons))
    scene.forget()
    scene.phone.press(wamid, "Evet")
    ours, theirs = scene.read_one()
    assert_same_envelope(ours, theirs)
    assert ours.button_payload == theirs.data == "yes:42"
    assert ours.body == theirs.title == "Evet"


def test_row_of_a_list(scene):
    scene.open_window()
    rows = (contents.Row("slot:1", "09:00", "Dr. Ayşe"), contents.Row("slot:2", "10:00"))
    wamid = scene.send(contents.ListMessage("Saat seçin", "Saatler", (contents.Section("", rows),)))
    scene.forget()
    scene.phone.choose(wamid, "slot:1")
    ours, theirs = scene.read_one()
    assert_same_envelope(ours, theirs)
    assert ours.button_payload == theirs.data == "slot:1"
    assert ours.body == theirs.title == "09:00"
    assert ours.details["description"] == theirs.description == "Dr. Ayşe"


def test_answers_of_a_form(scene):
    scene.open_window()
    wamid = scene.send(contents.Flow("Onam formu", "123", "Başla", "t-1", screen="CONSENT"))
    scene.forget()
    scene.phone.answer_flow(wamid, {"kvkk": "evet"})
    ours, theirs = scene.read_one()
    assert_same_envelope(ours, theirs)
    assert ours.details["flow"]["token"] == theirs.token == "t-1"
    assert ours.details["flow"]["answers"] == theirs.response == {"kvkk": "evet"}


def test_edited_text(scene):
    wamid = scene.phone.send_text("Yarin")
    scene.forget()
    scene.phone.edit(wamid, "Yarın")
    ours, theirs = scene.read_one()
    assert ours.wamid == theirs.id
    assert ours.type == "edit"
    assert ours.target == theirs.original_message_id == wamid
    assert ours.body == theirs.message.text == "Yarın"


def test_deleted_message(scene):
    wamid = scene.phone.send_text("Yanlış")
    scene.forget()
    scene.phone.revoke(wamid)
    ours, theirs = scene.read_one()
    assert ours.type == "revoke"
    assert ours.wamid == theirs.id
    assert ours.target == theirs.original_message_id == wamid


def test_what_whatsapp_does_not_hand_over(scene):
    scene.phone.send_unsupported("poll_creation", 131051)
    ours, theirs = scene.read_one()
    assert_same_envelope(ours, theirs)
    assert ours.type == theirs.type.value == "unsupported"
    assert ours.details["errors"][0]["code"] == theirs.error.code == 131051


def test_number_that_changed(scene):
    scene.phone.send_text("Merhaba")
    scene.forget()
    scene.phone.change_number("905300000099")
    ours, theirs = next(both for both in scene.read() if both[0].type == "system")
    assert ours.wamid == theirs.id
    assert ours.identity.new_wa_id == theirs.new_wa_id == "905300000099"
    assert ours.identity.new_user_id == theirs.new_user_id


# -- what becomes of ours


def test_statuses(scene):
    scene.open_window()
    wamid = scene.send(contents.Text("Merhaba"))
    scene.phone.open()
    read = scene.read()
    assert sorted(ours.status for ours, _theirs in read) == ["delivered", "read", "sent"]
    for ours, theirs in read:
        assert ours.wamid == theirs.id == wamid
        assert ours.status == theirs.status.value
        assert ours.at == theirs.timestamp
        assert ours.client_ref == theirs.tracker
        assert ours.wa_id == theirs.from_user.wa_id == AYSE
        assert ours.user_id == theirs.from_user.bsuid
        price = theirs.pricing
        assert (ours.pricing_type, ours.pricing_category) == (
            (price.type.value, price.category.value) if price else (None, None)
        )
    assert any(ours.pricing_category == "service" for ours, _theirs in read)


# -- what Meta tells about templates and marketing


@pytest.mark.parametrize(
    ("change", "field", "facts"),
    [
        ({"status": "PAUSED"}, "message_template_status_update", {"event": "new_status"}),
        (
            {"quality": "RED"},
            "message_template_quality_update",
            {"new_quality_score": "new_quality_score", "previous_quality_score": "previous_quality_score"},
        ),
        (
            {"category": "MARKETING"},
            "template_category_update",
            {"new_category": "new_category", "previous_category": "previous_category"},
        ),
        (
            {"correct_category": "MARKETING"},
            "template_category_update",
            {"new_category": "new_category", "correct_category": "correct_category"},
        ),
        (
            {"components": [{"type": "BODY", "text": "Sayın {{1}}, saat {{2}} için bekliyoruz."}]},
            "message_template_components_update",
            {"message_template_element": "template_element"},
        ),
    ],
)
def test_changes_of_a_template(scene, change, field, facts):
    scene.forget()
    scene.sim.change_template("appt_reminder", **change)
    ((ours, theirs),) = scene.read()
    assert ours.field == field
    value = ours.payload["value"]
    assert str(value["message_template_id"]) == theirs.template_id
    assert value["message_template_name"] == theirs.template_name == "appt_reminder"
    assert value["message_template_language"] == theirs.template_language.value == "tr"
    assert {key: value[key] for key in facts} == {key: str(getattr(theirs, name)) for key, name in facts.items()}


def test_person_who_stops_marketing(scene):
    choice = {
        "wa_id": AYSE,
        "detail": "User requested to stop marketing messages",
        "category": "marketing_messages",
        "value": "stop",
        "timestamp": 1763900000,
    }
    contact = {"profile": {"name": "Ayşe Yılmaz"}, "wa_id": AYSE, "user_id": "TR.1349"}
    scene.forget()
    scene.sim.number_event("user_preferences", {"contacts": [contact], "user_preferences": [choice]})
    ((item, theirs),) = scene.read()
    (ours,) = parse_marketing_choices(item.payload["value"])
    assert ours.value == theirs.value.value == "stop"
    assert ours.category == theirs.category.value
    assert ours.at == theirs.timestamp
    assert ours.wa_id == theirs.from_user.wa_id
