"""The demo's name, ports, logins and files. Run as a program it only checks that the ports are free."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devtools import paths, ports
from devtools.errors import SetupError, run_main

DATABASE = "clinic_demo"


@dataclass(frozen=True)
class Login:
    """An account that a visitor may try."""

    who: str
    login: str
    password: str


LOGINS = (
    Login("Reception, Kadıköy", "reception.kadikoy", "demo"),
    Login("Reception, Çankaya", "reception.cankaya", "demo"),
    Login("Manager of all branches", "manager", "demo"),
    Login("Administrator", "admin", "admin"),
)


@dataclass(frozen=True)
class Settings:
    """The demo's ports, from the environment."""

    http_port: int
    simulator_port: int

    @classmethod
    def from_environment(cls) -> Settings:
        return cls(
            http_port=port_of("DEMO_HTTP_PORT", 8069),
            simulator_port=port_of("DEMO_SIMULATOR_PORT", 8070),
        )

    def demand_ports(self) -> None:
        """Fail before anything is started when a port is taken."""
        ports.demand(self.http_port, "DEMO_HTTP_PORT", "demo")
        ports.demand(self.simulator_port, "DEMO_SIMULATOR_PORT", "demo")
        if self.http_port == self.simulator_port:
            raise SetupError("DEMO_HTTP_PORT and DEMO_SIMULATOR_PORT are the same port; change one of them.")


def port_of(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isdecimal():
        raise SetupError(f"{variable}={text} is not a port; choose one between 1024 and 65535.")
    return int(text)


def folder() -> Path:
    """Where the demo keeps its logs and the simulator's memory."""
    return paths.state("demo")


def simulator_state() -> Path:
    return folder() / "simulator.json"


def fresh_log(name: str) -> Path:
    """A log file below the demo's folder, without what an earlier run wrote."""
    path = folder() / f"{name}.log"
    path.unlink(missing_ok=True)
    return path


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Hold the demo for ourselves; SetupError when it runs in another terminal."""
    with (folder() / "running.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SetupError("The demo runs already, in another terminal; stop it there first.") from error
        yield


def say(text: str) -> None:
    print(f"demo: {text}", flush=True)


def main() -> int:
    Settings.from_environment().demand_ports()
    return 0


if __name__ == "__main__":
    run_main(main)
