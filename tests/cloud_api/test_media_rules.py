"""Files that WhatsApp would refuse are refused before they are uploaded."""

import base64
import hashlib

import pytest
from cloud_api.media_rules import (
    MAX_INBOUND,
    MAX_SIZES,
    TYPES,
    check_media,
    clean_type,
    hex_digest,
    kind_of,
)
from cloud_api.messages import InvalidMessage

KB, MB = 1024, 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument"

RULES = {
    "image": (("image/jpeg", "image/png"), 5 * MB, "5 MB"),
    "video": (("video/mp4", "video/3gpp"), 16 * MB, "16 MB"),
    "audio": (
        ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
        16 * MB,
        "16 MB",
    ),
    "document": (
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            f"{OFFICE}.wordprocessingml.document",
            f"{OFFICE}.spreadsheetml.sheet",
            f"{OFFICE}.presentationml.presentation",
        ),
        100 * MB,
        "100 MB",
    ),
    "sticker": (("image/webp",), 500 * KB, "500 KB"),
}
EACH = [(kind, mime_type) for kind, (types, *_rest) in RULES.items() for mime_type in types]


def test_every_kind_has_its_types_and_its_size():
    assert {kind: (types, most) for kind, (types, most, _named) in RULES.items()} == {
        kind: (RULES[kind][0], MAX_SIZES[kind]) for kind in MAX_SIZES
    }
    assert {kind: set(types) for kind, (types, *_rest) in RULES.items()} == TYPES
    assert MAX_INBOUND == 100 * MB


@pytest.mark.parametrize(("kind", "mime_type"), EACH)
def test_a_file_of_the_largest_size_passes_and_one_byte_more_does_not(kind, mime_type):
    _types, most, named = RULES[kind]
    assert kind_of(mime_type) == kind
    check_media(kind, mime_type, 1)
    check_media(kind, mime_type, most)
    with pytest.raises(InvalidMessage, match=named):
        check_media(kind, mime_type, most + 1)
    with pytest.raises(InvalidMessage, match="empty"):
        check_media(kind, mime_type, 0)


@pytest.mark.parametrize("kind", RULES)
def test_a_type_of_another_kind_is_refused_with_those_that_fit(kind):
    other = "application/pdf" if kind != "document" else "image/png"
    with pytest.raises(InvalidMessage, match="WhatsApp takes"):
        check_media(kind, other, 1)


@pytest.mark.parametrize(
    "mime_type",
    ["application/zip", "text/csv", "text/html", "image/svg+xml", "image/gif", "image/heic",
     "video/quicktime", "application/octet-stream", "application/x-msdownload", "", "image", "x/y"],
)
def test_other_types_are_refused_with_those_that_whatsapp_takes(mime_type):
    with pytest.raises(InvalidMessage, match="JPEG, PNG"):
        kind_of(mime_type)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("audio/ogg; codecs=opus", "audio/ogg"),
        ("IMAGE/JPEG", "image/jpeg"),
        ("image/jpg", "image/jpeg"),
        ("audio/mp3", "audio/mpeg"),
        (" text/plain ; charset=utf-8", "text/plain"),
    ],
)
def test_types_are_understood_as_people_and_browsers_write_them(written, meant):
    assert clean_type(written) == meant
    assert kind_of(written) == kind_of(meant)


def test_a_voice_message_is_ogg():
    check_media("audio", "audio/ogg; codecs=opus", 1, voice=True)
    with pytest.raises(InvalidMessage, match="OPUS"):
        check_media("audio", "audio/mpeg", 1, voice=True)


def test_a_sticker_that_does_not_move_is_smaller():
    check_media("sticker", "image/webp", 100 * KB, animated=False)
    check_media("sticker", "image/webp", 500 * KB, animated=True)
    with pytest.raises(InvalidMessage, match="100 KB"):
        check_media("sticker", "image/webp", 100 * KB + 1, animated=False)


def test_hashes_are_compared_in_either_spelling():
    digest = hashlib.sha256(b"x")
    assert hex_digest(base64.b64encode(digest.digest()).decode()) == digest.hexdigest()
    assert hex_digest(digest.hexdigest().upper()) == digest.hexdigest()


@pytest.mark.parametrize("written", ["", "x", "ş", "abcd", "=" * 44, "A" * 43, "a" * 63])
def test_what_is_no_hash_is_none(written):
    assert hex_digest(written) == ""
