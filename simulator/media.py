"""The files at Meta: what the business uploaded and what patients sent, each under an id for a limited time.

Bytes are held up to ``MOST_BYTES``; beyond that the oldest files lose theirs, as if they had expired. With a folder
(the one beside the state file) they are kept there, and read from there after a restart. A download address is
signed and dated and so needs no memory; ``forget_urls`` makes all of those that were handed out useless.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from .media_rules import base_type
from .options import Settings
from .state import new_object_id, now

MOST_BYTES = 256 * 1024 * 1024
MOST_FILES = 20_000
DOWNLOAD_PATH = "/media-download/"


@dataclass(slots=True)
class Media:
    """A file at Meta. ``origin`` is ``upload`` or ``inbound``; ``sha256`` is the digest in hex."""

    id: str
    phone_number_id: str
    origin: str
    mime_type: str
    size: int
    sha256: str
    filename: str
    expires_at: float

    @property
    def sha256_base64(self) -> str:
        """The digest as webhooks carry it (cloud_api.md §3)."""
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()


class MediaStore:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.files: OrderedDict[str, Media] = OrderedDict()
        self._bytes: OrderedDict[str, bytes] = OrderedDict()
        self._held = 0
        self._key = secrets.token_bytes(16)
        self.folder: Path | None = None

    def add(self, phone_number_id: str, origin: str, data: bytes, mime_type: str, filename: str = "") -> Media:
        inbound = origin == "inbound"
        life = self._settings.inbound_media_seconds if inbound else self._settings.uploaded_media_seconds
        media = Media(
            id=new_object_id(),
            phone_number_id=phone_number_id,
            origin=origin,
            mime_type=mime_type,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            filename=filename,
            expires_at=now() + life,
        )
        self.files[media.id] = media
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / media.id).write_bytes(data)
        self._hold(media.id, data)
        while len(self.files) > MOST_FILES:
            self.remove(next(iter(self.files)))
        return media

    def _hold(self, media_id: str, data: bytes) -> None:
        self._bytes[media_id] = data
        self._held += len(data)
        while self._held > MOST_BYTES and len(self._bytes) > 1:
            self._held -= len(self._bytes.popitem(last=False)[1])

    def find(self, media_id: str) -> Media | None:
        """The file if Meta still has it."""
        media = self.files.get(media_id)
        return media if media and media.expires_at > now() and self.has_bytes(media_id) else None

    def has_bytes(self, media_id: str) -> bool:
        return media_id in self._bytes or bool(self.folder and (self.folder / media_id).is_file())

    def read(self, media_id: str) -> bytes | None:
        """The bytes, also of a file that has expired: the phone has its own copy."""
        if media_id not in self._bytes and self.folder and media_id in self.files:
            with contextlib.suppress(FileNotFoundError):
                self._hold(media_id, (self.folder / media_id).read_bytes())
        return self._bytes.get(media_id)

    def remove(self, media_id: str) -> None:
        if self.files.pop(media_id, None) is None:
            return
        self._held -= len(self._bytes.pop(media_id, b""))
        if self.folder:
            (self.folder / media_id).unlink(missing_ok=True)

    def expire(self, media_id: str = "") -> None:
        """Ends the life of one id, or of all."""
        for media in [self.files[media_id]] if media_id else self.files.values():
            media.expires_at = 0.0

    def url(self, origin: str, media: Media) -> str:
        """A download address that is valid for ``media_url_seconds``."""
        until = str(int((now() + self._settings.media_url_seconds) * 1000))
        query = urlencode({"mid": media.id, "ext": until, "hash": self._sign(media.id, until)})
        return f"{origin}{DOWNLOAD_PATH}?{query}"

    def of_url(self, media_id: str, until: str, signature: str) -> Media | None:
        """The file of an address that has not run out."""
        right = hmac.compare_digest(self._sign(media_id, until).encode(), signature.encode())
        alive = until.isdecimal() and int(until) > now() * 1000
        return self.find(media_id) if right and alive else None

    def forget_urls(self) -> None:
        self._key = secrets.token_bytes(16)

    def _sign(self, media_id: str, until: str) -> str:
        return hmac.new(self._key, f"{media_id}:{until}".encode(), hashlib.sha256).hexdigest()[:32]

    def clear(self) -> None:
        for media_id in list(self.files):
            self.remove(media_id)
        self.forget_urls()

    def restore(self, rows: list[dict[str, Any]]) -> None:
        """Takes up what the state file tells; files of the folder that it does not tell of are left over and go."""
        self.files.update((row["id"], Media(**row)) for row in rows)
        if self.folder and self.folder.is_dir():
            for path in self.folder.iterdir():
                if path.name.isdecimal() and path.name not in self.files:
                    path.unlink()


EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/pdf": "pdf",
    "text/plain": "txt",
    "video/mp4": "mp4",
}


def file_name(media: Media) -> str:
    """A name for a file that has none."""
    return media.filename or f"{media.id}.{EXTENSIONS.get(base_type(media.mime_type), 'bin')}"
