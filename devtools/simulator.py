"""The Cloud API simulator as a context manager."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from devtools import odoo, paths
from devtools.server import LocalServer, responds


class SimulatorServer(LocalServer):
    """`python -m simulator` in a process of its own.

        with SimulatorServer() as simulator:
            account.api_url = simulator.url

    `state` is the file that it keeps its data in over a restart; without one it forgets.
    """

    name = "the simulator"

    def __init__(self, http_port: int | None = None, *, state: Path | None = None, log: Path | None = None) -> None:
        super().__init__(http_port, log or paths.log_file("simulator"))
        self.state = state

    def _command(self) -> list[str]:
        state = ["--state", str(self.state)] if self.state else []
        return [str(paths.python()), "-m", "simulator", "--port", str(self.http_port), *state]

    def _environment(self) -> Mapping[str, str]:
        return odoo.environment()

    def _answers(self) -> bool:
        return responds(f"{self.url}/_sim/faults")
