"""The client's call that uploads the sample of a template's header (cloud_api.md §4.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .answers import text
from .exceptions import Unanswered
from .limits import require_value
from .media_rules import check_media, clean_type, kind_of
from .part import Part
from .terms import _
from .upload import FileRest

SAMPLE_TYPES = frozenset({"image/jpeg", "image/png", "video/mp4", "application/pdf"})

_TRIES = 4
_SESSION = re.compile(r"upload:[\w.:+=%~-]+(?:\?[\w.:+=%~&-]+)?", re.ASCII)


class UploadCalls(Part):
    """Files that are samples for Meta's reviewers, not messages."""

    def upload_sample(self, data: bytes, name: str, mime_type: str) -> str:
        """Upload a file in the name of the app; return the handle for a MediaHeader.

        Such an upload can be taken up again: when the connection is cut, Meta is asked how much it
        has, and only the rest is sent, up to four times in all. Raises InvalidMessage, which names
        the limit, when WhatsApp takes no such file as a sample.

        :param name: with the ending that fits the type
        :param mime_type: one of ``SAMPLE_TYPES``
        """
        kind = clean_type(mime_type)
        require_value(
            kind in SAMPLE_TYPES, _("The sample must be a picture (JPEG, PNG), an MP4 or a PDF.")
        )
        check_media(kind_of(kind), kind, len(data))
        session = self._start(name, len(data), kind)
        return self._send_all(session, data)

    def _start(self, name: str, size: int, mime_type: str) -> str:
        params = {"file_name": name, "file_length": str(size), "file_type": mime_type}
        path = f"{self._node('app_id')}/uploads"
        return self._graph.call("POST", path, _read_session, params=params)

    def _send_all(self, session: str, data: bytes) -> str:
        offset = 0
        for _try in range(_TRIES - 1):
            try:
                return self._send(session, data, offset)
            except Unanswered:
                offset = self._received(session, len(data))
        return self._send(session, data, offset)

    def _send(self, session: str, data: bytes, offset: int) -> str:
        rest = FileRest(data[offset:], offset)
        return self._graph.call("POST", session, _read_handle, body=rest, scheme="OAuth")

    def _received(self, session: str, size: int) -> int:
        """How many bytes Meta has; all of them when only its answer was lost."""

        def read(answer: Mapping[str, Any]) -> int:
            offset = text(answer.get("file_offset"))
            if not (offset.isascii() and offset.isdigit() and int(offset) <= size):
                raise ValueError("no offset")
            return int(offset)

        return self._graph.call("GET", session, read, scheme="OAuth")


def _read_session(answer: Mapping[str, Any]) -> str:
    session = text(answer.get("id"))
    if not _SESSION.fullmatch(session):
        raise ValueError("no upload session")
    return session


def _read_handle(answer: Mapping[str, Any]) -> str:
    handle = text(answer.get("h"))
    if not handle:
        raise ValueError("no handle")
    return handle
