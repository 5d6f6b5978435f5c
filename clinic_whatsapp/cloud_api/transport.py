"""Knows whether a request began to leave this host.

After a failed call the one question that matters is: may Meta have received it? Exceptions cannot
tell: a time-out in the middle of the TLS handshake looks like one while the answer was awaited, and
one connection reset looks like another. So the connections set a mark, for the thread that uses
them, at the moment when the request line is about to be written:

- no mark: nothing of the request left, whatever went wrong. Safe to try again.
- mark: it may have arrived, even if the first write already failed. A connection that was kept
  alive and that Meta closed just then falls here: its first bytes may have been taken.

To keep that last case rare, a connection is not used again after ``IDLE_SECONDS``; one that Meta
closed earlier is noticed by urllib3 and replaced before anything is written. Nothing here retries
and nothing follows a redirect.

Between the open connection and the mark stands the caller's own ``before_write``: the last moment
at which a message can wait for its turn, or be withdrawn.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

IDLE_SECONDS = 20.0

_SECRETS_IN_URL = re.compile(
    r"((?:access_token|input_token|appsecret_proof|verify_token|hash|sig|file_name)=)[^&\s\"']+"
)
_thread = threading.local()


class CallerError(Exception):
    """Not the network failed but something of the caller's: ``before_write``, or the file to send.

    Wraps what it raised, since the libraries would take some exceptions for failures of their own.
    """

    def __init__(self, reason: Exception) -> None:
        super().__init__(type(reason).__name__)
        self.reason = reason


def expect_request(
    before_write: Callable[[], object] | None = None,
    after_write: Callable[[], object] | None = None,
) -> None:
    """Wipe the mark of this thread, before a call.

    :param before_write: called in this thread when the connection is open and the request is about
        to be written; may wait, and may raise to withdraw the request
    :param after_write: called in this thread when the head of the request has been written
    """
    _thread.left = False
    _thread.before_write = before_write
    _thread.after_write = after_write


def request_left() -> bool:
    """Whether something of this thread's request may have left since :func:`expect_request`."""
    return bool(getattr(_thread, "left", True))


class _Marking:
    """Mixed into urllib3's connections: marks the thread, and counts the idle time."""

    _used_at: float | None = None

    def endheaders(self, *args: Any, **kwargs: Any) -> None:
        """Open the connection first, so that the mark stands for the request alone."""
        reused = self.sock is not None  # type: ignore[has-type]
        if not reused:
            self.connect()  # type: ignore[attr-defined]
        self._await_turn(reused)
        _thread.left = True
        self._used_at = time.monotonic()
        super().endheaders(*args, **kwargs)  # type: ignore[misc]
        if after_write := getattr(_thread, "after_write", None):
            after_write()

    def _await_turn(self, reused: bool) -> None:
        """Let the caller wait or withdraw; a connection that died or aged meanwhile is replaced."""
        before_write = getattr(_thread, "before_write", None)
        if before_write is None:
            return
        started = time.monotonic()
        try:
            before_write()
        except Exception as error:
            raise CallerError(error) from None
        aged = time.monotonic() - started >= IDLE_SECONDS
        if aged or (reused and not self.is_connected):
            self.sock.close()
            self.sock = None
            self.connect()  # type: ignore[attr-defined]

    @property
    def is_connected(self) -> bool:
        """Asked by the pool before it uses a connection again."""
        idle = 0.0 if self._used_at is None else time.monotonic() - self._used_at
        return idle < IDLE_SECONDS and super().is_connected  # type: ignore[misc]


class _MarkingHTTPConnection(_Marking, HTTPConnection):
    pass


class _MarkingHTTPSConnection(_Marking, HTTPSConnection):
    pass


class _MarkingHTTPPool(HTTPConnectionPool):
    ConnectionCls = _MarkingHTTPConnection


class _MarkingHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _MarkingHTTPSConnection


_POOLS = {"http": _MarkingHTTPPool, "https": _MarkingHTTPSPool}


class MarkingAdapter(HTTPAdapter):
    """A ``requests`` adapter whose connections set the mark, through a proxy, too."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def open_session(pool_size: int) -> requests.Session:
    """Return a session for up to ``pool_size`` threads, without cookies, retries or redirects."""
    session = requests.Session()
    adapter = MarkingAdapter(pool_connections=4, pool_maxsize=pool_size, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(_NoCookies())
    return session


class _NoCookies(DefaultCookiePolicy):
    """Cookies are of no use to the API, and a shared jar is not safe in many threads."""

    def set_ok(self, cookie: Any, request: Any) -> bool:
        return False


class _HideSecrets(logging.Filter):
    """urllib3 logs whole addresses at level DEBUG, and ``debug_token`` has tokens in its own."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _SECRETS_IN_URL.sub(r"\1…", arg) if isinstance(arg, str) else arg
                for arg in record.args
            )
        return True


for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_HideSecrets())
