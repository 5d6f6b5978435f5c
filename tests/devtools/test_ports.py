"""A taken port is named, with the way out."""

from __future__ import annotations

import socket

import pytest

from devtools import ports
from devtools.errors import SetupError


def test_free_port_can_be_bound() -> None:
    with socket.socket() as server:
        server.bind((ports.LOCALHOST, ports.free_port()))


def test_taken_port_is_named_with_the_variable_that_changes_it() -> None:
    with socket.socket() as server:
        server.bind((ports.LOCALHOST, 0))
        server.listen()
        port = server.getsockname()[1]
        with pytest.raises(SetupError, match=f"Port {port} is taken .* `make demo DEMO_HTTP_PORT="):
            ports.demand(port, "DEMO_HTTP_PORT", "demo")


def test_port_out_of_range_is_refused() -> None:
    with pytest.raises(SetupError, match="is not a port"):
        ports.demand(99999, "DEMO_HTTP_PORT", "demo")
