"""What Meta takes as a picture, a document, an audio, a video or a sticker (cloud_api.md §2.6).

The bytes are looked at as well as the name of their type: a file that is not what it says is the most common reason
for 131053.
"""

from __future__ import annotations

from .errors import GraphError, bad_parameter

MB = 1024 * 1024
KB = 1024
_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, tuple[str, ...]] = {
    "image": ("image/jpeg", "image/png"),
    "video": ("video/mp4", "video/3gpp"),
    "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
    "document": (
        "text/plain",
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        f"{_OFFICE}wordprocessingml.document",
        f"{_OFFICE}spreadsheetml.sheet",
        f"{_OFFICE}presentationml.presentation",
    ),
    "sticker": ("image/webp",),
}
KIND_OF = {mime: kind for kind, mimes in KINDS.items() for mime in mimes}
LIMITS = {"image": 5 * MB, "video": 16 * MB, "audio": 16 * MB, "document": 100 * MB, "sticker": 500 * KB}
STATIC_STICKER = 100 * KB
LARGEST = max(LIMITS.values())

_MP4 = (4, (b"ftyp",))
_OLE = (0, (b"\xd0\xcf\x11\xe0",))
_ZIP = (0, (b"PK\x03\x04",))
_MAGIC: dict[str, tuple[int, tuple[bytes, ...]]] = {
    "image/jpeg": (0, (b"\xff\xd8\xff",)),
    "image/png": (0, (b"\x89PNG\r\n\x1a\n",)),
    "image/webp": (8, (b"WEBP",)),
    "video/mp4": _MP4,
    "video/3gpp": _MP4,
    "audio/mp4": _MP4,
    "audio/aac": (0, (b"\xff\xf1", b"\xff\xf9", b"ADIF")),
    "audio/amr": (0, (b"#!AMR",)),
    "audio/mpeg": (0, (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa")),
    "audio/ogg": (0, (b"OggS",)),
    "application/pdf": (0, (b"%PDF-",)),
    "application/msword": _OLE,
    "application/vnd.ms-excel": _OLE,
    "application/vnd.ms-powerpoint": _OLE,
    f"{_OFFICE}wordprocessingml.document": _ZIP,
    f"{_OFFICE}spreadsheetml.sheet": _ZIP,
    f"{_OFFICE}presentationml.presentation": _ZIP,
}


def base_type(mime_type: str) -> str:
    """``audio/ogg`` of ``audio/ogg; codecs=opus``."""
    return mime_type.partition(";")[0].strip().lower()


def check_upload(mime_type: str, data: bytes) -> None:
    """Raises GraphError 100 for a type Meta does not take, 131053 for a file that breaks its rules."""
    mime = base_type(mime_type)
    kind = KIND_OF.get(mime)
    if kind is None:
        known = ", ".join(KIND_OF)
        raise bad_parameter(
            f"Param file must be a file with one of the following types: {known}. Received file of type '{mime}'."
        )
    if not data:
        raise GraphError(131053, "The file is empty")
    if len(data) > limit_of(kind, data):
        raise GraphError(131053, f"The {kind} has {len(data)} bytes; at most {limit_of(kind, data)} are allowed")
    if not looks_like(mime, data):
        raise GraphError(131053, f"The file is not of the type {mime}")
    if mime == "audio/ogg" and not is_voice(data):
        raise GraphError(131053, "audio/ogg must be OPUS with one channel")


def check_use(kind: str, mime_type: str) -> None:
    """Raises GraphError 131053 when a stored file is sent as what it is not."""
    mime = base_type(mime_type)
    # A picture or any other file may go as a document; nothing else may change its kind.
    if mime not in KINDS[kind] and kind != "document":
        allowed = ", ".join(KINDS[kind])
        raise GraphError(131053, f"Unsupported {kind} mime type {mime}. Please use one of {allowed}")
    if kind == "document" and mime not in KIND_OF:
        raise GraphError(131053, f"Unsupported document mime type {mime}")


def limit_of(kind: str, data: bytes) -> int:
    return STATIC_STICKER if kind == "sticker" and not is_animated(data) else LIMITS[kind]


def looks_like(mime: str, data: bytes) -> bool:
    if mime == "text/plain":
        return b"\x00" not in data[:4096]
    at, starts = _MAGIC[mime]
    return data[at : at + 16].startswith(starts)


def is_animated(data: bytes) -> bool:
    """Whether a WebP picture moves: bit 1 of the flags of its extended header."""
    return data[12:16] == b"VP8X" and bool(data[20] & 0x02)


def is_voice(data: bytes) -> bool:
    """Whether an Ogg file is OPUS with one channel: its first packet says so."""
    head = data[:200].find(b"OpusHead")
    return head >= 0 and data[head + 9 : head + 10] == b"\x01"
