"""Places, contact cards, reactions and files: what is sent, and what is refused before."""

import pytest
from cloud_api.messages import (
    PENDING,
    Audio,
    ContactCard,
    ContactPhone,
    Contacts,
    Document,
    Image,
    InvalidMessage,
    Location,
    Media,
    OutboundMessage,
    Reaction,
    Sticker,
    Text,
    Video,
    media_of,
    with_media,
)

FILE = Media(id="1234567890")
LINK = Media(link="https://klinik.example/harita.png")
NURSE = ContactCard("Hemşire Elif")

# -- what is sent

PAYLOADS = {
    "image": (
        Image(FILE, "Harita"),
        {"type": "image", "image": {"id": "1234567890", "caption": "Harita"}},
    ),
    "image by link": (Image(LINK), {"type": "image", "image": {"link": LINK.link}}),
    "document": (
        Document(FILE, "reçete.pdf", "Reçeteniz"),
        {
            "type": "document",
            "document": {"id": "1234567890", "filename": "reçete.pdf", "caption": "Reçeteniz"},
        },
    ),
    "audio": (Audio(FILE), {"type": "audio", "audio": {"id": "1234567890"}}),
    "voice": (
        Audio(FILE, voice=True),
        {"type": "audio", "audio": {"id": "1234567890", "voice": True}},
    ),
    "video": (
        Video(FILE, "Egzersiz"),
        {"type": "video", "video": {"id": "1234567890", "caption": "Egzersiz"}},
    ),
    "sticker": (Sticker(FILE), {"type": "sticker", "sticker": {"id": "1234567890"}}),
    "place": (
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
    "place without name": (
        Location(-90, 0.00000001),
        {"type": "location", "location": {"latitude": "-90", "longitude": "0.00000001"}},
    ),
    "contact card": (
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
            )
        ),
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": {
                        "formatted_name": "Dr. Ayşe Gül",
                        "first_name": "Ayşe",
                        "last_name": "Gül",
                    },
                    "phones": [
                        {"phone": "+905550000012", "type": "CELL"},
                        {"phone": "+902120000000", "type": "WORK", "wa_id": "902120000000"},
                    ],
                    "emails": [{"email": "ayse@klinik.example"}],
                    "org": {"company": "Gül Kliniği"},
                }
            ],
        },
    ),
    "contact card without parts of a name": (
        Contacts((NURSE,)),
        {
            "type": "contacts",
            "contacts": [
                {"name": {"formatted_name": "Hemşire Elif", "first_name": "Hemşire Elif"}}
            ],
        },
    ),
    "reaction": (
        Reaction("wamid.IN", "👍"),
        {"type": "reaction", "reaction": {"message_id": "wamid.IN", "emoji": "👍"}},
    ),
    "reaction taken away": (
        Reaction("wamid.IN", ""),
        {"type": "reaction", "reaction": {"message_id": "wamid.IN", "emoji": ""}},
    ),
}


@pytest.mark.parametrize("case", PAYLOADS)
def test_payload(case):
    content, expected = PAYLOADS[case]
    assert content.to_payload() == expected
    assert content.wire_type == expected["type"]


def test_a_reaction_quotes_nothing(tools):
    """It names its message itself; Meta refuses the other way on top (cloud_api.md §2.1)."""
    quoted = {"to": tools.PHONE, "reply_to": "wamid.IN"}
    assert "context" not in OutboundMessage("r", Reaction("wamid.IN", "👍"), **quoted).to_payload()
    assert "context" in OutboundMessage("r", Text("Evet"), **quoted).to_payload()


# -- files that are not uploaded yet


def test_a_file_that_waits_for_its_upload_is_checked_but_not_sent(tools):
    message = OutboundMessage("r", Image(PENDING, "Harita"), to=tools.PHONE)
    with pytest.raises(InvalidMessage, match="not been handed"):
        message.to_payload()
    sent = with_media(message.content, FILE)
    assert sent == Image(FILE, "Harita")
    assert media_of(sent) is FILE


def test_contents_without_a_file_have_none():
    assert media_of(Text("x")) is None
    with pytest.raises(ValueError, match="no file"):
        with_media(Text("x"), FILE)


# -- what is refused

REFUSED = {
    "no file": (lambda: Media(), "either by its reference"),
    "file named twice": (lambda: Media("1", "https://klinik.example"), "either by its reference"),
    "empty file name": (lambda: Media(id=""), "either by its reference"),
    "reference with a space": (lambda: Media(id="1 2"), "reference of the file"),
    "link without https": (lambda: Media(link="http://klinik.example/x.png"), "https://"),
    "link with a password": (lambda: Media(link="https://a:b@klinik.example/x.png"), "https://"),
    "link without host": (lambda: Media(link="https:///x.png"), "https://"),
    "link with a space": (lambda: Media(link="https://klinik.example/x y.png"), "https://"),
    "long caption of a picture": (lambda: Image(FILE, "x" * 1025), "1,024"),
    "long caption of a document": (lambda: Document(FILE, "a.pdf", "x" * 1025), "1,024"),
    "long caption of a video": (lambda: Video(FILE, "x" * 1025), "1,024"),
    "document without name": (lambda: Document(FILE, " "), "file name"),
    "document with a path": (lambda: Document(FILE, "../a.pdf"), "slashes"),
    "document with a line break": (lambda: Document(FILE, "a\n.pdf"), "slashes"),
    "latitude": (lambda: Location(90.1, 0), "latitude"),
    "longitude": (lambda: Location(0, -180.1), "longitude"),
    "no number": (lambda: Location(float("nan"), 0), "latitude"),
    "endless": (lambda: Location(0, float("inf")), "longitude"),
    "text as degrees": (lambda: Location("41", "29"), "latitude"),
    "no card": (lambda: Contacts(()), "257"),
    "258 cards": (lambda: Contacts((NURSE,) * 258), "257"),
    "card without name": (lambda: ContactCard(" "), "no name"),
    "card with empty phone": (lambda: ContactPhone(" "), "empty phone"),
    "card with empty address": (lambda: ContactCard("A", emails=("",)), "empty e-mail"),
    "reaction to nothing": (lambda: Reaction("", "👍"), "belongs to a message"),
    "reaction in words": (lambda: Reaction("wamid.IN", "ok"), "single emoji"),
    "reaction of two": (lambda: Reaction("wamid.IN", "👍👍"), "single emoji"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_limit_is_named_before_anything_is_sent(case):
    make, expected = REFUSED[case]
    with pytest.raises(InvalidMessage) as caught:
        make()
    assert expected in caught.value.limit


def test_the_limits_themselves_are_allowed():
    Image(FILE, "x" * 1024)
    Document(FILE, "a.pdf", "x" * 1024)
    Video(FILE, "x" * 1024)
    Contacts((NURSE,) * 257)
    Location(90, 180)
    Location(-90, -180)
    Media(link="HTTPS://klinik.example:8443/a?b=c#d")


@pytest.mark.parametrize(
    "emoji",
    ["👍", "❤️", "❤", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇹🇷", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "#️⃣", "✅", "‼️", "ℹ️", "🧑🏽‍⚕️", "❤️‍🔥"],
)
def test_composed_emoji_count_as_one(emoji):
    assert Reaction("wamid.IN", emoji).emoji == emoji


@pytest.mark.parametrize(
    "text", ["a", "1", "ş", " ", "👍 ", "👍a", "🇹🇷🇩🇪", "👍❤️", "\u200d", "👍\u200d", "\ufe0f", "!", "#"]
)
def test_all_else_is_no_emoji(text):
    with pytest.raises(InvalidMessage):
        Reaction("wamid.IN", text)
