"""What a file is and how a browser gets it: by what is in it, not by what its sender says."""

import mimetypes
import re

from odoo.tools.mimetypes import guess_mimetype

from ...cloud_api.media_rules import clean_type

UNKNOWN = "application/octet-stream"
# Shown in the page. None of these can hold a script that a browser runs, as long as it is told not to look for itself.
INLINE = frozenset(
    {
        "image/jpeg", "image/png", "image/gif", "image/webp",
        "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/webm",
        "video/mp4", "video/3gpp", "video/webm", "video/ogg",
        "application/pdf",
    }
)  # fmt: skip
_ACTIVE = re.compile(r"html|xml(?!formats)|svg|script|flash|java|hta|msdownload")
_ZIPPED = re.compile(r"application/(zip|vnd\.openxmlformats|vnd\.oasis)")
_OLE = re.compile(r"application/(cdfv2|x-ole-storage|msword|vnd\.ms-)")
_MAX_NAME = 200
_EXTENSIONS = {"audio/ogg": ".ogg", "audio/amr": ".amr", "audio/aac": ".aac", "image/webp": ".webp"}


def judge_type(declared: str, head: bytes) -> str:
    """Return the MIME type to keep: the declared one, unless the first bytes of the file say something else."""
    guessed = "application/zip" if head.startswith(b"PK\x03\x04") else guess_mimetype(head or b"\0").lower()
    plain = clean_type(declared or UNKNOWN)
    return declared.strip().lower() if declared and _agree(plain, guessed) else guessed


def _agree(declared: str, guessed: str) -> bool:
    if guessed in (declared, UNKNOWN):
        return True
    if declared.startswith(("audio/", "video/")):  # many containers and names, easily mistaken; a player runs nothing
        return not (guessed.startswith("text/") or _ACTIVE.search(guessed))
    if guessed.startswith("text/"):
        return declared.startswith("text/") and not _ACTIVE.search(guessed)
    return any(family.match(declared) and family.match(guessed) for family in (_ZIPPED, _OLE))


def served_type(kept: str) -> tuple[str, bool]:
    """Return (content type to serve, whether a browser may show it); what could run a script is only ever saved."""
    plain = clean_type(kept or UNKNOWN)
    if plain in INLINE:
        return plain, True
    return (UNKNOWN if _ACTIVE.search(plain) else plain), False


def clean_name(name: str, mime_type: str, kind: str) -> str:
    """Return a name to save a file under: the given one without folders and control characters, or one of the kind."""
    plain = clean_type(mime_type or UNKNOWN)
    base = re.split(r"[/\\]", name or "")[-1]
    base = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", base).strip(" .")
    if not base:
        base = kind + (_EXTENSIONS.get(plain) or mimetypes.guess_extension(plain) or "")
    if len(base) > _MAX_NAME:
        stem, dot, extension = base.rpartition(".")
        base = stem[: _MAX_NAME - len(extension) - 1] + dot + extension if len(extension) < 10 else base[:_MAX_NAME]
    return base
