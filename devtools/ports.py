"""TCP ports on this machine: find a free one, or say clearly that a wanted one is taken."""

from __future__ import annotations

import socket

from devtools.errors import SetupError

LOCALHOST = "127.0.0.1"


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        return probe.getsockname()[1]


def is_taken(port: int) -> bool:
    """Whether a program listens on the port, on any of this machine's addresses."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return True
    return False


def demand(port: int, variable: str, target: str) -> int:
    """Return the port if it is free; else say how to choose another one."""
    if not 0 < port < 65536:
        raise SetupError(f"{variable}={port} is not a port; choose one between 1024 and 65535.")
    if is_taken(port):
        raise SetupError(
            f"Port {port} is taken by another program; stop it or run `make {target} {variable}=…` "
            f"with another port, for example {variable}={free_port()}."
        )
    return port
