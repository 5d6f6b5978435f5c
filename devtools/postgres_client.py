"""PostgreSQL's programs: finding them, and running psql, createdb and dropdb against a server."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devtools.errors import SetupError


@dataclass(frozen=True)
class Server:
    """How to reach a PostgreSQL server: the values of the PG* variables. The password stays in the environment."""

    host: str
    port: int
    user: str

    def environment(self) -> dict[str, str]:
        """Variables for psql, createdb and everything else that uses libpq."""
        return {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user}


def installations() -> Iterator[Path]:
    """Folders with the programs of a server: Debian's, newest version first, then the PATH's and pg_config's."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    candidates = sorted(versions, key=lambda path: int(path.parts[-3]), reverse=True)
    if found := shutil.which("postgres"):
        candidates.append(Path(found).resolve())
    if config := shutil.which("pg_config"):
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True)
        candidates.append(Path(answer.stdout.strip()) / "postgres")
    for path in candidates:
        if path.is_file() and (path.parent / "initdb").is_file():
            yield path.parent


def client(program: str) -> str:
    """Path of psql, createdb or dropdb."""
    for folder in installations():
        if (folder / program).is_file():
            return str(folder / program)
    found = shutil.which(program)
    if not found:
        raise SetupError(f"{program} is missing. Install it as root:\n\n    apt-get install postgresql-client")
    return found


def call(server: Server, program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's client programs and return its output."""
    done = subprocess.run(
        [client(program), *arguments],
        env={**os.environ, **server.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError(f"PostgreSQL at {server.host}: {done.stderr.strip()}")
    return done.stdout


def ask(server: Server, query: str, database: str = "postgres", **values: str) -> str:
    """Run a query with `:'name'` placeholders; the rows as lines, the columns separated by tabs."""
    settings = [part for name, value in values.items() for part in ("-v", f"{name}={value}")]
    done = subprocess.run(
        [client("psql"), "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", *settings, "-d", database, "-f", "-"],
        input=query,
        env={**os.environ, **server.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError(f"PostgreSQL at {server.host}: {done.stderr.strip()}")
    return done.stdout.strip()


def copy_database(server: Server, template: str, name: str) -> None:
    """Make a database as a copy of a template that nobody is connected to.

    Its files are copied, not its pages through the write-ahead log as is the default since PostgreSQL 15: after such a
    copy a crash before the next checkpoint sets sequences back behind the rows that were numbered with them.
    """
    version = int(ask(server, "SHOW server_version_num"))
    strategy = ("--strategy", "file_copy") if version >= 150000 else ()
    call(server, "createdb", "-T", template, *strategy, name)
