"""`make demo`: a clinic to try out, with Odoo, PostgreSQL and the simulated phone, until Ctrl-C.

The database and the simulator's memory stay from run to run; `make demo-reset` forgets both.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence

from devtools import database, demo_data, demo_story
from devtools.demo_settings import DATABASE, LOGINS, Settings, folder, fresh_log, only_one, say, simulator_state
from devtools.errors import SetupError, run_main
from devtools.odoo import OdooServer
from devtools.processes import signals_end_the_program
from devtools.server import LocalServer
from devtools.simulator import SimulatorServer


def run() -> int:
    settings = Settings.from_environment()
    settings.demand_ports()
    started = time.monotonic()
    say("starting PostgreSQL …")
    database.server()
    simulator = SimulatorServer(settings.simulator_port, state=simulator_state(), log=fresh_log("simulator"))
    server = OdooServer(DATABASE, settings.http_port, log=fresh_log("odoo"))
    with brought_up(server, simulator):
        say(f"ready after {time.monotonic() - started:.0f} s")
        show(server, simulator)
        with contextlib.suppress(KeyboardInterrupt):
            watch([server, simulator])
    return 0


@contextlib.contextmanager
def brought_up(server: OdooServer, simulator: SimulatorServer) -> Iterator[None]:
    """Database, simulator and Odoo, in line with each other and running."""
    wanted = demo_data.Note(database.source_hash(), server.url, simulator.url)
    have = demo_data.load_note()
    if have is None:
        demo_data.create()
    elif have.sources != wanted.sources:
        demo_data.update()
    with stopping(simulator):
        if have != wanted:
            demo_data.prepare(server.url, simulator.url)
        say("starting Odoo …")
        with stopping(server):
            if have is None:
                say("letting patients write and reception answer …")
                demo_story.tell(server.url, simulator.url, DATABASE)
            wanted.save()
            yield


@contextlib.contextmanager
def stopping(server: LocalServer) -> Iterator[None]:
    """Start a server; stop it at the end, and say so."""
    with server:
        try:
            yield
        finally:
            say(f"stopping {server.name} …")


def show(server: OdooServer, simulator: SimulatorServer) -> None:
    """Print where to look and how to log in."""
    width = max(len(login.who) for login in LOGINS)
    lines = [
        "",
        f"  Odoo             {server.url}",
        f"  Patient's phone  {simulator.url}",
        "",
        *(f"  {login.who:<{width}}  {login.login} / {login.password}" for login in LOGINS),
        "",
        f"  Logs: {folder()}",
        "  Ctrl-C stops the demo; `make demo` continues with the same data, `make demo-reset` forgets it.",
    ]
    print("\n".join(lines), flush=True)


def watch(servers: Sequence[LocalServer]) -> None:
    """Wait until the program is told to end; a server that ends by itself is an error."""
    while all(server.alive() for server in servers):
        time.sleep(0.5)
    ended = next(server for server in servers if not server.alive())
    raise SetupError(f"{ended.name.capitalize()} ended unexpectedly; see {ended.log}")


def reset() -> int:
    demo_data.forget_all()
    say("the demo's database and the simulator's memory are gone")
    return 0


def main() -> int:
    with signals_end_the_program(), only_one():
        return reset() if sys.argv[1:] == ["reset"] else run()


if __name__ == "__main__":
    run_main(main)
