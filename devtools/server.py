"""What the servers of tests and demo have in common: start and wait until it answers, stop, or die as in a crash."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from devtools import paths, ports
from devtools.errors import SetupError
from devtools.processes import Child, log_tail

Self = TypeVar("Self", bound="LocalServer")


class LocalServer(ABC):
    """An HTTP server on this machine, in a process group of its own, for the length of a `with` block."""

    name: str

    def __init__(self, http_port: int | None, log: Path) -> None:
        self.http_port = http_port or ports.free_port()
        self.log = log
        self.child: Child | None = None

    @abstractmethod
    def _command(self) -> list[str]:
        """The program and its arguments."""

    @abstractmethod
    def _environment(self) -> Mapping[str, str]:
        """All of its variables."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether it can be used."""

    @property
    def url(self) -> str:
        return f"http://{ports.LOCALHOST}:{self.http_port}"

    @property
    def pid(self) -> int:
        """Process id of the leader of its group."""
        assert self.child, f"{self.name} was not started"
        return self.child.pid

    def start(self: Self, timeout: float = 120.0) -> Self:
        """Start it and wait until it can be used; SetupError with the log's end when it cannot."""
        self.child = Child(self._command(), log=self.log, env=self._environment(), cwd=paths.REPO)
        try:
            self._wait(timeout)
        except BaseException:
            self.kill()
            raise
        return self

    def _wait(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not self._answers():
            if not self.alive():
                ended = f"{self.name.capitalize()} ended while starting"
                raise SetupError(f"{ended}:\n\n{log_tail(self.log)}\n\nThe whole log: {self.log}")
            if time.monotonic() > deadline:
                raise SetupError(f"{self.name.capitalize()} did not answer within {timeout:.0f} s; see {self.log}")
            time.sleep(0.1)

    def alive(self) -> bool:
        return self.child is not None and self.child.alive()

    def stop(self) -> None:
        """End it in order: requests in progress may finish."""
        if self.child:
            self.child.stop()

    def kill(self) -> None:
        """SIGKILL it with all that it started, as a power cut would. `start()` brings it up again on its port."""
        if self.child:
            self.child.kill()

    def __enter__(self: Self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def responds(url: str, patience: float = 5.0) -> bool:
    """Whether a GET of the address gives a good answer within `patience` seconds. No proxy is asked."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=patience) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False
