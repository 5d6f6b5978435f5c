"""A PostgreSQL server that runs while somebody uses it: the one that PGHOST (and PGPORT) name, else a private one."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import pwd
from collections.abc import Iterator

from devtools.errors import SetupError
from devtools.postgres_client import Server, ask, call, copy_database
from devtools.postgres_cluster import Cluster

__all__ = ["Server", "ask", "call", "copy_database", "ensure_running", "running"]


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A server that answers for the length of the block; stopped afterwards if nobody else uses it."""
    if os.environ.get("PGHOST"):
        yield named_server()
        return
    cluster = Cluster()
    with cluster.used():
        yield cluster.server


@functools.cache
def ensure_running() -> Server:
    """The same for the rest of the process: the server is let go when the process exits."""
    stack = contextlib.ExitStack()
    server = stack.enter_context(running())
    atexit.register(stack.close)
    return server


def named_server() -> Server:
    """The server that PGHOST names; fails with the server's own words when it cannot be used."""
    environment = os.environ
    server = Server(
        host=environment["PGHOST"],
        port=int(environment.get("PGPORT") or 5432),
        user=environment.get("PGUSER") or pwd.getpwuid(os.geteuid()).pw_name,
    )
    may_create = ask(server, "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
    if may_create != "t":
        raise SetupError(f"The database user {server.user} of {server.host} may not create databases (CREATEDB).")
    if server.user == "postgres":
        raise SetupError("Odoo refuses to work as the database user postgres; set PGUSER to another one.")
    return server
