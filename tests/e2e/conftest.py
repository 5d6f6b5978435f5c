"""One clinic for all tests of this folder; every test begins with Odoo running and Meta without faults."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from devtools import database
from devtools.odoo import OdooServer
from devtools.simulator import SimulatorServer

from .clinic import Clinic
from .founding import found_clinic

MANY_CLIENTS = {"db_maxconn": 64}  # a request uses two connections, a scheduled action up to four
# The database layer also calls it an error when a transaction loses against another one; whoever began it begins anew.
ERRORS = re.compile(r"^\S+ \S+ \d+ (?:ERROR|CRITICAL) \S+ (?!odoo\.sql_db:).*", re.MULTILINE)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """The clinic, founded once; use `clinic`."""
    state = tmp_path_factory.mktemp("simulator") / "state.json"
    template = database.addon_template()
    with (
        database.temporary(template, "clinic_e2e") as name,
        SimulatorServer(state=state) as simulator,
        OdooServer(name, options=MANY_CLIENTS) as odoo,
    ):
        yield found_clinic(odoo, simulator)


@pytest.fixture
def clinic(founded: Clinic) -> Iterator[Clinic]:
    """The clinic at work. Tests share it: each brings patients of its own (`clinic.phone(clinic.a)`).

    A test that leaves an error in Odoo's log has failed, whatever else it saw.
    """
    founded.meta.clear_faults()
    founded.meta.set_faults(webhook_delay_ms=[0, 50])
    founded.meta.set_settings(retry_first_seconds=0.5, retry_max_seconds=2.0, retry_attempts=100)
    if not founded.odoo.alive():
        founded.start_odoo()
    already = founded.odoo.log.stat().st_size
    yield founded
    with founded.odoo.log.open(errors="replace") as log:
        log.seek(already)
        assert ERRORS.findall(log.read()) == [], f"see {founded.odoo.log}"
