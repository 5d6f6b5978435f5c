"""Encrypted files that are read from anywhere, a piece at a time.

Guarantees: nobody without the key reads a byte; whoever changes, cuts, reorders or mixes up files is found out before
what he touched is handed out. A file is written and read chunk by chunk, so its size never decides about the memory
that it takes, and a range costs only the chunks that it lies in.

Format, all numbers big-endian::

    MAGIC (8 bytes)   chunk 0 … chunk n-1   trailer

Every chunk and the trailer is one Fernet token (AES-128-CBC, HMAC-SHA256), as bytes instead of base64. In clear each
begins with the random name of the file (16 bytes) and its place in it (8 bytes):

- chunk i: place i, then ``chunk_size`` bytes of the file; the last one holds what is left, at least one byte;
- trailer: place 2**64-1, then the length of the file (8 bytes) and ``chunk_size`` (4 bytes).

The name ties the tokens to one file, the place to their order. The length of a token follows from that of its content,
so the trailer, which is read first, says where every token lies and how long the whole must be: a file that was cut
or added to does not open. An empty file has no chunk. The whole file is written with one key, so the trailer tells
whether that is the newest one.
"""

import base64
import hashlib
import io
import secrets
import struct
from typing import BinaryIO, Protocol

from cryptography.fernet import InvalidToken

MAGIC = b"\x00CWFILE1"
CHUNK_SIZE = 256 * 1024
HEAD_SIZE = 2048  # what is looked at to tell the type of a file

_PREFIX = struct.Struct(">16sQ")
_TRAILER = struct.Struct(">QI")
_LAST_PLACE = 2**64 - 1


class BrokenFile(Exception):
    """The file was changed or cut, or none of the configured keys made it."""


class Cipher(Protocol):
    """A Fernet or a MultiFernet."""

    def encrypt(self, data: bytes) -> bytes: ...

    def decrypt(self, token: bytes) -> bytes: ...


def _token_size(size: int) -> int:
    """Return the length of a token around ``size`` bytes: version, time, vector, padded content, HMAC."""
    return 1 + 8 + 16 + (size // 16 + 1) * 16 + 32


_TRAILER_SIZE = _token_size(_PREFIX.size + _TRAILER.size)


class EncryptedWriter:
    """Encrypts what is added to it; the file is whole after :meth:`finish`.

    Meanwhile it learns what is said about the clear file: ``size``, ``sha256`` (hex) and ``head`` (its first bytes).
    """

    def __init__(self, target: BinaryIO, cipher: Cipher, *, chunk_size: int = CHUNK_SIZE) -> None:
        self.size = 0
        self.head = b""
        self._target, self._cipher, self._chunk_size = target, cipher, chunk_size
        self._name, self._place = secrets.token_bytes(16), 0
        self._pending, self._hash = bytearray(), hashlib.sha256()
        target.write(MAGIC)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def add(self, data: bytes) -> int:
        self.size += len(data)
        self.head += data[: HEAD_SIZE - len(self.head)]
        self._hash.update(data)
        self._pending += data
        while len(self._pending) >= self._chunk_size:
            self._put(self._place, bytes(self._pending[: self._chunk_size]))
            del self._pending[: self._chunk_size]
            self._place += 1
        return len(data)

    def finish(self) -> None:
        if self._pending:
            self._put(self._place, bytes(self._pending))
        self._put(_LAST_PLACE, _TRAILER.pack(self.size, self._chunk_size))

    def _put(self, place: int, content: bytes) -> None:
        token = self._cipher.encrypt(_PREFIX.pack(self._name, place) + content)
        self._target.write(base64.urlsafe_b64decode(token))


def encrypt_file(source: BinaryIO, target: BinaryIO, cipher: Cipher) -> EncryptedWriter:
    """Encrypt all that is left of ``source``; the writer knows size, hash and head of the clear file."""
    writer = EncryptedWriter(target, cipher)
    while data := source.read(CHUNK_SIZE):
        writer.add(data)
    writer.finish()
    return writer


class EncryptedReader(io.RawIOBase):
    """The clear bytes of an encrypted file; seekable. Closing it closes the file below.

    :param source: the encrypted file, seekable; an EncryptedReader is as little safe for several threads as that is
    :raise BrokenFile: when the file cannot be trusted, or a chunk of it when that is read
    """

    def __init__(self, source: BinaryIO, cipher: Cipher) -> None:
        super().__init__()
        self._source, self._cipher = source, cipher
        self._position, self._at_hand = 0, (-1, b"")  # (place, content) of the chunk that was read last
        self._name = b""
        self._open()

    def _open(self) -> None:
        total = self._source.seek(0, io.SEEK_END)
        if total < len(MAGIC) + _TRAILER_SIZE or self._raw(0, len(MAGIC)) != MAGIC:
            raise BrokenFile("This is not an encrypted file.")
        trailer = self._decrypt(_LAST_PLACE, self._raw(total - _TRAILER_SIZE, _TRAILER_SIZE))
        self.size, self._chunk_size = _TRAILER.unpack(trailer)
        full, rest = divmod(self.size, self._chunk_size)
        self._full_token = _token_size(_PREFIX.size + self._chunk_size)
        self._chunks = full + bool(rest)
        self._last_token = _token_size(_PREFIX.size + rest) if rest else self._full_token
        chunks = full * self._full_token + (self._last_token if rest else 0)
        if total != len(MAGIC) + chunks + _TRAILER_SIZE:
            raise BrokenFile("The file was cut, or added to.")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("A position before the beginning of the file")
        self._position = base + offset
        return self._position

    def readinto(self, buffer) -> int:
        place, offset = divmod(self._position, self._chunk_size)
        if place >= self._chunks:
            return 0
        piece = self._chunk(place)[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        return super().close()

    def _chunk(self, place: int) -> bytes:
        if self._at_hand[0] != place:
            size = self._last_token if place == self._chunks - 1 else self._full_token
            token = self._raw(len(MAGIC) + place * self._full_token, size)
            self._at_hand = place, self._decrypt(place, token)
        return self._at_hand[1]

    def _raw(self, position: int, size: int) -> bytes:
        self._source.seek(position)
        data = self._source.read(size)
        if len(data) != size:
            raise BrokenFile("The file was cut.")
        return data

    def _decrypt(self, place: int, token: bytes) -> bytes:
        try:
            clear = self._cipher.decrypt(base64.urlsafe_b64encode(token))
        except InvalidToken as error:
            raise BrokenFile("The file was changed, or its key is not configured.") from error
        name, found = _PREFIX.unpack_from(clear)
        self._name = self._name or name
        if (name, found) != (self._name, place):
            raise BrokenFile("The file was put together from pieces.")
        return clear[_PREFIX.size :]


def is_made_with(source: BinaryIO, cipher: Cipher) -> bool:
    """Tell whether this cipher opens an encrypted file, and close it."""
    try:
        with EncryptedReader(source, cipher):
            return True
    except BrokenFile:
        return False
