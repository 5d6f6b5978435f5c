"""Which files WhatsApp takes, and how large (cloud_api.md §2.6).

A file is judged by its MIME type and size before it is uploaded: Meta would refuse it only after
the message was accepted (131053), when nobody looks any more.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from types import MappingProxyType

from .limits import require
from .terms import _

KB = 1024
MB = 1024 * KB

MAX_INBOUND = 100 * MB
VOICE_TYPE = "audio/ogg"
VOICE_PLAYED_AT_ONCE = 512 * KB
"""A larger voice message is shown with a download icon in place of the play button."""

_OFFICE = "application/vnd.openxmlformats-officedocument."

TYPES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "image": frozenset({"image/jpeg", "image/png"}),
        "video": frozenset({"video/mp4", "video/3gpp"}),
        "audio": frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
        "sticker": frozenset({"image/webp"}),
        "document": frozenset(
            {
                "text/plain",
                "application/pdf",
                "application/msword",
                "application/vnd.ms-excel",
                "application/vnd.ms-powerpoint",
                f"{_OFFICE}wordprocessingml.document",
                f"{_OFFICE}spreadsheetml.sheet",
                f"{_OFFICE}presentationml.presentation",
            }
        ),
    }
)
MAX_SIZES: Mapping[str, int] = MappingProxyType(
    {
        "image": 5 * MB,
        "video": 16 * MB,
        "audio": 16 * MB,
        "document": 100 * MB,
        "sticker": 500 * KB,  # an animated one; one that does not move has 100 KB
    }
)
MAX_STILL_STICKER = 100 * KB

_TOO_LARGE: Mapping[str, str] = {
    "image": _("A picture may have 5 MB at most."),
    "video": _("A video may have 16 MB at most."),
    "audio": _("A sound may have 16 MB at most."),
    "document": _("A document may have 100 MB at most."),
    "sticker": _("A sticker may have 500 KB at most, 100 KB when it does not move."),
}
_WRONG_TYPE: Mapping[str, str] = {
    "image": _("WhatsApp takes pictures as JPEG or PNG only."),
    "video": _("WhatsApp takes videos as MP4 or 3GP only."),
    "audio": _("WhatsApp takes sound as AAC, AMR, MP3, M4A or OGG only."),
    "document": _("WhatsApp takes documents as PDF, text, Word, Excel or PowerPoint only."),
    "sticker": _("WhatsApp takes stickers as WebP only."),
}
_KINDS = {mime_type: kind for kind, types in TYPES.items() for mime_type in types}
_OTHER_NAMES = {"image/jpg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/x-m4a": "audio/mp4"}


def kind_of(mime_type: str) -> str:
    """Return how a file of this type travels: "image", "video", "audio", "document", "sticker".

    :raise InvalidMessage: when WhatsApp takes no file of this type
    """
    kind = _KINDS.get(clean_type(mime_type), "")
    require(
        kind,
        _(
            "WhatsApp does not take files of this type. Send a picture (JPEG, PNG), a video (MP4), "
            "a sound (MP3, M4A, OGG) or a document (PDF, text, Word, Excel, PowerPoint)."
        ),
    )
    return kind


def check_media(
    kind: str, mime_type: str, size: int, *, voice: bool = False, animated: bool = True
) -> None:
    """Check a file before it is uploaded.

    :param kind: as :func:`kind_of` gives it
    :param size: in bytes
    :param voice: it is to be shown as a voice message
    :param animated: of a sticker, whether it moves, where that is known
    :raise InvalidMessage: names the limit that it breaks
    """
    found = clean_type(mime_type)
    require(found in TYPES[kind], _WRONG_TYPE[kind])
    require(not voice or found == VOICE_TYPE, _("A voice message must be an OGG file with OPUS."))
    require(size > 0, _("The file is empty."))
    most = MAX_SIZES[kind] if animated or kind != "sticker" else MAX_STILL_STICKER
    require(size <= most, _TOO_LARGE[kind])


def clean_type(mime_type: str) -> str:
    """Return the type without parameters and in Meta's spelling: "audio/ogg; codecs=opus"."""
    plain = mime_type.partition(";")[0].strip().lower()
    return _OTHER_NAMES.get(plain, plain)


def hex_digest(written: str) -> str:
    """Return a SHA-256 in hexadecimal: webhooks write it in base64, ``GET /{media_id}`` in hex.

    "" when it is neither (cloud_api.md §3).
    """
    if re.fullmatch(r"[0-9a-fA-F]{64}", written):
        return written.lower()
    try:
        digest = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return digest.hex() if len(digest) == 32 else ""
