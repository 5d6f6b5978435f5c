"""A simulator for the length of a test, on a free port, in a thread of its own.

with Simulator() as sim:
    sim.register_number(webhook_url=…)
    sim.phone("905300000001").send_text("Merhaba")
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

from .client import SimulatorClient
from .server import Server

START_SECONDS = 20


class Simulator(SimulatorClient):
    """A SimulatorClient with a server behind it. ``faults`` and ``settings`` are set at the start.

    ``stop`` and ``start`` may be called by hand to see what a restart does.
    """

    def __init__(
        self,
        *,
        state: Path | None = None,
        seed: Path | None = None,
        port: int = 0,
        faults: dict[str, Any] | None = None,
        settings: dict[str, Any] | None = None,
    ) -> None:
        super().__init__("http://127.0.0.1")
        self._server_options = {"port": port, "state": state, "seed": seed}
        self._faults, self._settings = faults or {}, settings or {}
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Simulator:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()
        self.close()

    def start(self, port: int | None = None) -> None:
        """``port`` only to take the one of an earlier start again."""
        if port is not None:
            self._server_options["port"] = port
        self._ready = threading.Event()
        self._problem: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise TimeoutError("The simulator did not start.")
        if self._problem:
            raise self._problem
        if self._faults:
            self.set_faults(**self._faults)
        if self._settings:
            self.set_settings(**self._settings)

    def stop(self) -> None:
        """Stops as Ctrl-C does: the state file is written."""
        if self._thread and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        self._thread = None

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = Server(**self._server_options)
        try:
            await server.start()
        except (OSError, ValueError) as error:
            self._problem = error
            self._ready.set()
            await server.stop()
            return
        self.url = server.url
        self._ready.set()
        await self._stopping.wait()
        await server.stop()
