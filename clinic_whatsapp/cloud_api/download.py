"""A file on its way from Meta (cloud_api.md §3): in pieces, never more than is wanted."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import requests

from .errors import ApiError
from .exceptions import CloudApiError, Rejected, TooLarge, Unanswered, UnsafeAddress

_PIECE = 64 * 1024
_ERROR_SIZE = 64 * 1024
NOT_AVAILABLE = 131052


def receive(response: requests.Response, write: Callable[[bytes], object], max_size: int) -> int:
    """Hand the body of ``response`` to ``write`` in pieces and return its size in bytes."""
    _judge(response)
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > max_size:
        raise TooLarge("The file is larger than allowed.")
    size = 0
    for piece in _pieces(response):
        size += len(piece)
        if size > max_size:
            raise TooLarge("The file is larger than allowed.")
        write(piece)
    return size


def _judge(response: requests.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    if 300 <= status < 400:
        raise UnsafeAddress("The address of the file leads somewhere else.")
    body = b"".join(itertools.islice(_pieces(response), _ERROR_SIZE // _PIECE))
    error = ApiError.from_response(status, body, response.headers)
    if error is not None:
        raise Rejected(error)
    if 400 <= status < 500:
        raise Rejected(ApiError(code=NOT_AVAILABLE, http_status=status))
    raise Unanswered("the file was not handed over", status)


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """Yield the body; a failure is returned by a helper and raised here, without its address."""
    pieces = response.iter_content(_PIECE)
    while True:
        piece = _next(pieces)
        if isinstance(piece, CloudApiError):
            raise piece
        if not piece:
            return
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes | CloudApiError:
    try:
        return next(pieces, b"")
    except OSError:  # what requests raises of its own is one, too
        return Unanswered("the file broke off")
