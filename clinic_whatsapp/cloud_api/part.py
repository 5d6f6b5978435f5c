"""What the parts of the client share. Each part holds the calls about one subject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .credentials import Credentials
from .graph import Graph
from .limits import require_value
from .terms import _

_ID = re.compile(r"[0-9A-Za-z_-]{1,255}")


class Part:
    """Calls of the Graph API in the name of one number."""

    _credentials: Credentials
    _graph: Graph

    def _node(self, name: str) -> str:
        """Return the ID of that name; InvalidCredentials when the account has none."""
        self._credentials.need(name)
        return str(getattr(self._credentials, name))

    def _app_token(self) -> str:
        """The app's own token; it holds the app secret (cloud_api.md §1.3)."""
        self._credentials.need("app_id", "app_secret")
        return f"{self._credentials.app_id}|{self._credentials.app_secret}"


def as_path(reference: str) -> str:
    """Return an ID that came from outside, if it can be part of an address."""
    require_value(_ID.fullmatch(reference), _("This is not a reference of Meta."))
    return reference


def read_success(answer: Mapping[str, Any]) -> None:
    """Read the answer of a call that only succeeds or fails."""
    if answer.get("success") is not True:
        raise ValueError("no success")
