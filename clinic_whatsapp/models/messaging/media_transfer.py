"""The threads that carry files. Protocol and encryption only: neither ORM nor cursor enters here.

A file is encrypted while it comes down and decrypted while it goes up, piece by piece: it never lies anywhere in clear,
and its size does not decide about the memory that it takes.
"""

import logging
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import BinaryIO

from ...cloud_api.client import CloudApi
from ...cloud_api.exceptions import CloudApiError, TooLarge
from ...encrypted_file import BrokenFile, Cipher, EncryptedReader, EncryptedWriter
from .failure import trace

_logger = logging.getLogger(__name__)

THREADS = 4


@dataclass(frozen=True)
class Fetched:
    """A file that came down: its ciphertext, what is known of the clear file, and what Meta says about it."""

    file: BinaryIO = field(repr=False)
    written: EncryptedWriter = field(repr=False)
    mime_type: str
    announced_hash: str


@dataclass(frozen=True)
class Uploaded:
    """A file that Meta has now."""

    media_id: str


Outcome = Fetched | Uploaded | CloudApiError | BrokenFile


@dataclass(frozen=True)
class Download:
    """One file to fetch. Meta is asked for its address each time: an address lives five minutes."""

    message_id: int
    api: CloudApi
    media_id: str
    cipher: Cipher
    spool: Callable[[], BinaryIO]
    most: int  # bytes

    def run(self) -> Fetched:
        remote = self.api.media(self.media_id)
        if (remote.size or 0) > self.most:
            raise TooLarge("WhatsApp announced a file that is too large.")
        file = self.spool()
        try:
            written = EncryptedWriter(file, self.cipher)
            self.api.download_media(remote.url, written.add, self.most)
            written.finish()
        except BaseException:
            file.close()
            raise
        return Fetched(file, written, remote.mime_type, remote.sha256)


@dataclass(frozen=True)
class Upload:
    """One file to bring to Meta."""

    message_id: int
    api: CloudApi
    file: EncryptedReader = field(repr=False)
    name: str = field(repr=False)
    mime_type: str

    def run(self) -> Uploaded:
        with self.file:
            return Uploaded(self.api.upload_media(self.file, self.name, self.mime_type))


def _carry(job: Download | Upload) -> Outcome:
    try:
        return job.run()
    except (CloudApiError, BrokenFile) as error:
        return error
    except Exception as error:  # pylint: disable=broad-except
        _logger.error(
            "The file of message %s could not be moved, for an unforeseen reason: %s", job.message_id, trace(error)
        )
        return CloudApiError(type(error).__name__)


class Carrier:
    """Moves the files it is given, while its owner does other things. As a context manager it ends when all is done."""

    def __init__(self):
        self._threads = ThreadPoolExecutor(THREADS, "whatsapp-media")
        self._under_way: dict[Future, int] = {}

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._threads.shutdown()

    def __bool__(self):
        return bool(self._under_way)

    @property
    def room(self) -> int:
        return THREADS - len(self._under_way)

    def give(self, jobs):
        for job in jobs:
            self._under_way[self._threads.submit(_carry, job)] = job.message_id

    def collect(self, seconds: float) -> dict[int, Outcome]:
        """Return {message id: outcome} of what is done, waiting these seconds at the most for the first one."""
        done, _not_done = wait(self._under_way, timeout=seconds, return_when=FIRST_COMPLETED)
        return {self._under_way.pop(future): future.result() for future in done}
