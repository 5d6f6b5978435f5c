"""A file on its way to Meta: a form (cloud_api.md §3), or the rest of it as it is (§4.7).

``requests`` would hold the whole file in memory, twice. Here it is read piece by piece while it is
written to the network, so that 100 MB cost nothing.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from urllib3.fields import RequestField
from urllib3.filepost import choose_boundary

from .transport import CallerError

_PIECE = 64 * 1024


@dataclass(frozen=True)
class FileRest:
    """The body of one try of a resumable upload: what is still missing, and from which byte on."""

    data: bytes = field(repr=False)
    offset: int = 0


class MultipartFile:
    """The body of an upload: some fields, then one file, which is read from where it stands.

    Has what ``requests`` and ``http.client`` want of a body: a length, and ``read``.
    """

    def __init__(self, fields: dict[str, str], file: BinaryIO, name: str, mime_type: str) -> None:
        boundary = choose_boundary()
        self.content_type = f"multipart/form-data; boundary={boundary}"
        part = RequestField("file", b"", filename=name)
        part.make_multipart(content_type=mime_type)
        head = b"".join(_field(boundary, key, value) for key, value in fields.items())
        head += f"--{boundary}\r\n{part.render_headers()}".encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        self._parts: list[BinaryIO] = [io.BytesIO(head), file, io.BytesIO(tail)]
        self._length = len(head) + _rest_of(file) + len(tail)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(_PIECE), b"")

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, none at the end."""
        wanted = _PIECE if size is None or size < 0 else size
        while self._parts:
            if piece := _read(self._parts[0], wanted):
                return piece
            self._parts.pop(0)
        return b""


def _read(file: BinaryIO, size: int) -> bytes:
    try:
        return file.read(size)
    except Exception as error:
        raise CallerError(error) from None


def _field(boundary: str, name: str, value: str) -> bytes:
    field = RequestField(name, value)
    field.make_multipart()
    return f"--{boundary}\r\n{field.render_headers()}{value}\r\n".encode()


def _rest_of(file: BinaryIO) -> int:
    position = file.tell()
    length = file.seek(0, os.SEEK_END) - position
    file.seek(position)
    return length
