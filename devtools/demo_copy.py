"""A copy of the demo in a database of its own and on free ports: for browser tests and for pictures."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from devtools import database, demo_data, demo_story, odoo, paths
from devtools.odoo import OdooServer
from devtools.simulator import SimulatorServer
from simulator.client import SimulatorClient


@dataclass(frozen=True)
class DemoCopy:
    """Odoo and the simulator, running; `meta` sets the simulator up."""

    odoo: OdooServer
    simulator: SimulatorServer
    meta: SimulatorClient


@contextlib.contextmanager
def demo_copy(*, story: bool = False) -> Iterator[DemoCopy]:
    """Run a fresh copy for the length of the block; with `story` patients have already written, as in `make demo`."""
    template = database.addon_template(demo=True)
    with database.temporary(template, "clinic_demo_copy") as name, SimulatorServer() as simulator:
        server = OdooServer(name)
        env = {"CLINIC_SIMULATOR_URL": simulator.url, "CLINIC_DEMO_URL": server.url}
        odoo.run_script(name, demo_data.PREPARE, log=paths.log_file(f"prepare-{name}"), env=env)
        with server:
            if story:
                demo_story.tell(server.url, simulator.url, name)
            yield DemoCopy(server, simulator, SimulatorClient(simulator.url))
