"""A clinic to measure: a database of its own with numbers in it, and eyes on its queues from outside."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg2

from devtools import database, odoo, paths

PREPARE = Path(__file__).with_name("prepare_clinic.py")
POLL_SECONDS = 0.02


class WrongResult(Exception):
    """The work was not done as it must be; the figures would be worthless."""


@dataclass(frozen=True)
class Number:
    """A WhatsApp number with its patients, and texts that wait to be sent to them.

    The last `quiet` patients have an open conversation and no text; `kind` says who wrote the others theirs.
    """

    index: int
    patients: int = 0
    api_url: str = "http://127.0.0.1:9"
    quiet: int = 0
    kind: str = "reply"

    @property
    def phone_number_id(self) -> str:
        return f"10000000000{self.index:04d}"

    @property
    def webhook_key(self) -> str:
        return f"benchmark-{self.index}"

    @property
    def app_secret(self) -> str:
        return f"benchmark-secret-{self.index}"

    @property
    def access_token(self) -> str:
        return f"EAABENCH{self.index}"

    def wa_id(self, patient: int) -> str:
        """Invented digits; a patient has the same ones at all numbers."""
        return f"90530{patient:07d}"

    def as_json(self) -> dict[str, object]:
        derived = ("phone_number_id", "webhook_key", "app_secret", "access_token")
        return {
            **asdict(self),
            **{name: getattr(self, name) for name in derived},
            "wa_ids": [self.wa_id(patient) for patient in range(self.patients)],
        }


@contextlib.contextmanager
def prepared(*numbers: Number) -> Iterator[Clinic]:
    """A clinic with these numbers; its commits wait for the disk, as those of a real one."""
    with database.temporary(database.addon_template(), "clinic_bench", durable=True) as name:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as wanted:
            json.dump([number.as_json() for number in numbers], wanted)
            wanted.flush()
            given = {"CLINIC_BENCHMARK_NUMBERS": wanted.name}
            odoo.run_script(name, PREPARE, log=paths.log_file("benchmark-prepare"), env=given)
        with contextlib.closing(connect(name)) as connection:
            yield Clinic(name, connection)


def connect(name: str) -> psycopg2.extensions.connection:
    server = database.server()
    connection = psycopg2.connect(dbname=name, host=server.host, port=server.port, user=server.user)
    connection.autocommit = True
    return connection


class Clinic:
    def __init__(self, name: str, connection: psycopg2.extensions.connection) -> None:
        self.database = name
        self._connection = connection

    def ask(self, query: str, *values: object) -> Any:
        """The only value of the only row."""
        with self._connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchone()[0]

    def wait_until_none(self, query: str, *values: object, timeout: float) -> list[tuple[float, int]]:
        """Ask until a count is zero; returns every change of it as (seconds on the clock, count).

        The count must fall within `timeout` seconds each time, else WrongResult.
        """
        seen = [(time.monotonic(), self.ask(query, *values))]
        while seen[-1][1]:
            if time.monotonic() - seen[-1][0] > timeout:
                raise WrongResult(f"{seen[-1][1]} were left after {timeout:.0f} s: {query}")
            time.sleep(POLL_SECONDS)
            left = self.ask(query, *values)
            if left != seen[-1][1]:
                seen.append((time.monotonic(), left))
        return seen


def rate(seen: list[tuple[float, int]]) -> float:
    """How many a second went, from the first change on: what was done before it took an unknown time."""
    (first_at, first_left), (last_at, last_left) = seen[1], seen[-1]
    return (first_left - last_left) / (last_at - first_at)
