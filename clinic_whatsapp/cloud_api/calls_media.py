"""The client's calls about files (cloud_api.md §3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

from .addresses import safe_address
from .answers import RemoteMedia, read_media, read_media_id
from .download import NOT_AVAILABLE
from .exceptions import Rejected
from .part import Part, as_path, read_success
from .upload import MultipartFile

_UNKNOWN_OBJECT = (33, 803)


class MediaCalls(Part):
    """Files up and down."""

    def upload_media(self, file: BinaryIO, name: str, mime_type: str) -> str:
        """POST /{phone_number_id}/media: return the reference of the file, good for 30 days.

        :param file: read from where it stands, in pieces; must be able to ``seek``
        :param name: with the ending that fits the type
        """
        fields = {"messaging_product": "whatsapp", "type": mime_type}
        body = MultipartFile(fields, file, name, mime_type)
        path = f"{self._node('phone_number_id')}/media"
        return self._graph.call("POST", path, read_media_id, body=body)

    def media(self, media_id: str) -> RemoteMedia:
        """GET /{media_id}: where a file can be fetched for the next five minutes.

        Files of patients live seven days, ours 30; one that is gone is Rejected with 131052.
        """
        params = {"phone_number_id": self._node("phone_number_id")}
        with _about_a_file():
            return self._graph.call("GET", as_path(media_id), read_media, params=params)

    def download_media(self, url: str, write: Callable[[bytes], object], max_size: int) -> int:
        """GET the file at ``url`` and hand it to ``write`` in pieces; return its size in bytes.

        Our token goes to Meta's hosts over https only, or to the origin of ``api_url``; nothing is
        redirected. Raises UnsafeAddress (nobody was called, or somewhere else was pointed to),
        TooLarge, or Rejected: after 404 ask :meth:`media` for a new address. What was written until
        an error is not the whole file.
        """
        address = safe_address(url, self._credentials.api_url)
        return self._graph.download(address, write, max_size)

    def delete_media(self, media_id: str) -> None:
        """DELETE /{media_id}: let Meta forget a file."""
        with _about_a_file():
            self._graph.call("DELETE", as_path(media_id), read_success)


@contextmanager
def _about_a_file() -> Iterator[None]:
    """What Graph says of any unknown object is here about the file, not about the number."""
    try:
        yield
    except Rejected as rejected:
        error = rejected.error
        unknown = error.code in _UNKNOWN_OBJECT or (error.code, error.subcode) == (100, 33)
        if not unknown:
            raise
    else:
        return
    raise Rejected(replace(error, code=NOT_AVAILABLE, subcode=None))
