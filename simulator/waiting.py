"""Waiting for something to be there, never for a time to pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

POLL_SECONDS = 0.02


def wait_until(
    look: Callable[[], Found | None], timeout: float, explain: Callable[[], str]
) -> Found:
    """What ``look`` returns as soon as it is true."""
    deadline = time.monotonic() + timeout
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not within {timeout} s; {explain()}")
        time.sleep(POLL_SECONDS)
