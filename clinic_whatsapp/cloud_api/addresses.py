"""Where files may be fetched from: our token goes to Meta's hosts and nowhere else.

The address of a file comes from outside (a webhook, an answer). Taken as it is, it could make this
server call its own network, or hand the access token to a stranger (cloud_api.md §3).
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from .exceptions import UnsafeAddress

META_HOSTS = ("fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net")

_HOST_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_PRINTABLE = re.compile(r"[!-~]+")
_PORTS = {"http": 80, "https": 443}


def safe_address(url: str, api_url: str) -> str:
    """Return the address to call for ``url``; it is put together anew from what was checked.

    Allowed are Meta's hosts over https on the usual port, by name, and the very origin of
    ``api_url`` whatever that is.

    :raise UnsafeAddress: for anything else
    """
    parts = _split(url)
    origin = _origin(parts)
    if origin != _origin(_split(api_url)):
        scheme, host, port = origin
        if (scheme, port) != ("https", 443) or not _is_metas(host):
            raise UnsafeAddress("The address of the file is not Meta's.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}{parts.path or '/'}{query}"


def _is_metas(host: str) -> bool:
    """A name, not an IP address, of Meta or below one of Meta's."""
    below = tuple(f".{known}" for known in META_HOSTS)
    return bool(_HOST_NAME.fullmatch(host)) and (host in META_HOSTS or host.endswith(below))


def _split(url: str) -> SplitResult:
    """Take the address apart; refuse what programs could read in different ways."""
    try:
        parts = urlsplit(url)
        if _PRINTABLE.fullmatch(url) and "\\" not in url and "@" not in parts.netloc and parts.hostname:
            return parts
    except ValueError:
        pass
    raise UnsafeAddress("The address of the file cannot be read.")


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    """Scheme, host and port; two addresses with the same belong to the same server."""
    try:
        port = parts.port
    except ValueError:  # not a number
        port = 0
    return parts.scheme, parts.hostname or "", _PORTS.get(parts.scheme) if port is None else port
