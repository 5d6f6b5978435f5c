"""The proof that a message passed the gate. ``CloudApi.send`` refuses to work without one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Permit:
    """Allows one message, named by its client reference, to be sent.

    Only the gate creates permits, after it has checked purpose, consent, window and the rest.
    """

    client_ref: str
