"""Calls of the Graph API: an answer that can be used, or one of three types of failure.

This is the only place that speaks HTTP. It repeats nothing and logs method, path and status only.
"""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import requests
import urllib3.exceptions

from .credentials import Credentials
from .download import receive
from .errors import NOT_GRAPH, ApiError
from .exceptions import Rejected, Unanswered, Unreachable
from .transport import CallerError, expect_request, open_session, request_left
from .upload import FileRest, MultipartFile

_logger = logging.getLogger(__name__)
_T = TypeVar("_T")

_TOO_MANY = (425, 429)
_GAVE_UP_WAITING = (408, 460, 499)  # some proxies say this when the server behind them is slow


_Body = Mapping[str, Any] | MultipartFile | FileRest | None


class _Token(requests.auth.AuthBase):
    """Sets the token last: ``requests`` would prefer a ``.netrc`` entry to a plain header."""

    def __init__(self, token: str, scheme: str = "Bearer") -> None:
        self._token = token
        self._scheme = scheme

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"{self._scheme} {self._token}"
        return request


class Graph:
    """The Graph API in the name of one app and one token. Safe in any thread."""

    def __init__(
        self, credentials: Credentials, timeout: tuple[float, float], pool_size: int
    ) -> None:
        self._credentials = credentials
        self._timeout = timeout
        self._session = open_session(pool_size)

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._session.close()

    def call(
        self,
        method: str,
        path: str,
        read: Callable[[Mapping[str, Any]], _T],
        *,
        params: Mapping[str, str] | None = None,
        body: _Body = None,
        as_app: bool = False,
        scheme: str = "Bearer",
        before_write: Callable[[], object] | None = None,
        after_write: Callable[[], object] | None = None,
    ) -> _T:
        """Call ``path`` and read the answer with ``read``, which may raise ValueError.

        :param as_app: ``params`` hold the app's own token, ours is not sent
        :param scheme: how our token is announced; resumable uploads want "OAuth"
        :param before_write: see :func:`.transport.expect_request`; what it raises is raised here
        :param after_write: see there
        """
        expect_request(before_write, after_write)
        auth = _Token("" if as_app else self._credentials.access_token, scheme)
        query = self._with_proof(dict(params or {}), as_app)
        response = self._exchange(method, path, query, body, auth)
        answer = _judge(response)
        try:
            return read(answer)
        except ValueError:
            raise Unanswered("the answer has not the expected form", response.status_code) from None

    def _exchange(
        self,
        method: str,
        path: str,
        params: dict[str, str],
        body: _Body,
        auth: _Token,
    ) -> requests.Response:
        credentials = self._credentials
        started = time.monotonic()
        outcome = self._request(
            method,
            f"{credentials.api_url.rstrip('/')}/{credentials.api_version}/{path}",
            params=params,
            auth=auth,
            **_body_options(body),
        )
        result = getattr(outcome, "status_code", type(outcome).__name__)
        shown, took = path.partition("?")[0], time.monotonic() - started
        _logger.debug("%s %s: %s, %.3f s", method, shown, result, took)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _with_proof(self, params: dict[str, str], as_app: bool) -> dict[str, str]:
        if self._credentials.app_secret and not as_app:
            params["appsecret_proof"] = self._credentials.appsecret_proof
        return params

    def download(self, address: str, write: Callable[[bytes], object], max_size: int) -> int:
        """Fetch ``address``, which must be one that may have our token; see ``download_media``."""
        expect_request()
        outcome = self._request(
            "GET",
            address,
            auth=_Token(self._credentials.access_token),
            headers={"Accept": "*/*", "Accept-Encoding": "identity"},
            stream=True,
        )
        if isinstance(outcome, Exception):
            raise outcome
        with outcome:
            return receive(outcome, write, max_size)

    def _request(self, method: str, url: str, **options: Any) -> requests.Response | Exception:
        """Return the answer, or what went wrong.

        Returned and not raised, so that the library's exception, which shows the address with its
        tokens, is not attached to ours.
        """
        try:
            return self._session.request(
                method, url, timeout=self._timeout, allow_redirects=False, **options
            )
        except CallerError as own:
            return own.reason
        except (OSError, urllib3.exceptions.HTTPError) as error:
            if not request_left():
                return Unreachable(_why_unreachable(error))
            reason = "no answer in time" if isinstance(error, requests.Timeout) else "no answer"
            return Unanswered(reason)


def _body_options(body: _Body) -> dict[str, Any]:
    if isinstance(body, FileRest):
        plain = {"Content-Type": "application/octet-stream", "file_offset": str(body.offset)}
        return {"data": body.data, "headers": plain}
    if isinstance(body, MultipartFile):
        return {"data": body, "headers": {"Content-Type": body.content_type}}
    return {"json": body}


def _judge(response: requests.Response) -> Mapping[str, Any]:
    """Return the JSON object of a good answer; raise what any other answer means.

    An error in Meta's own form is a no, whatever the HTTP status. Without it a 4xx still means that
    the request was refused, though not by Meta; anything else may come from a proxy after Meta has
    done its work.
    """
    status = response.status_code
    error = ApiError.from_response(status, response.content, response.headers)
    if error is not None:
        raise Rejected(error)
    if 400 <= status < 500 and status not in _GAVE_UP_WAITING:
        slower = status in _TOO_MANY
        raise Rejected(ApiError(code=NOT_GRAPH, http_status=status, is_transient=slower))
    answer = _json_object(response.content)
    if answer is None or not 200 <= status < 300:
        raise Unanswered("the answer is not from the Graph API", status)
    return answer


def _json_object(body: bytes) -> Mapping[str, Any] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _why_unreachable(error: Exception) -> str:
    """A key of UNREACHABLE_REASONS."""
    if isinstance(error, ValueError):
        return "address"  # MissingSchema, InvalidURL, …
    kinds: tuple[tuple[type[BaseException], str], ...] = (
        (requests.exceptions.ProxyError, "proxy"),
        (requests.exceptions.SSLError, "tls"),
        (requests.Timeout, "timeout"),
        (socket.gaierror, "name"),
        (ConnectionRefusedError, "refused"),
    )
    chain = list(_chain(error))
    for kind, reason in kinds:
        if any(isinstance(link, kind) for link in chain):
            return reason
    return "network"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what caused it; urllib3 keeps the cause in ``reason`` and ``args``."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        link = waiting.pop()
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
