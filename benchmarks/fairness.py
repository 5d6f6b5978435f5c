"""How long a receptionist's reply waits while a thousand reminders of the same number leave.

The reminders wait on a paused number; a manager resumes it, and while the dispatcher is busy with them a receptionist
writes to patients who have none of them, one reply after the other. Measured is the time from just before she presses
*Send* until the request is at the simulator. In the end everything must have been accepted exactly once.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

from benchmarks.clinic import Clinic, Number, WrongResult, prepared
from benchmarks.figures import Budget, Figure, Section
from benchmarks.inbound import CONVERSATIONS, percentile
from benchmarks.sending import PATIENCE, WAITING, open_windows, register, resume
from devtools.odoo import OdooServer
from devtools.rpc import Odoo
from devtools.simulator import SimulatorServer
from simulator.client import SimulatorClient

REMINDERS = 1000
SIZES = {"small": 12, "full": 40}  # replies
PAUSE = 0.5  # seconds between two replies
WAIT = Budget(1.0, at_most=True)
LATENCY_MS = (100, 250)
REFERENCE = "SELECT client_ref FROM clinic_whatsapp_message WHERE id = %s"


def run(size_name: str) -> Section:
    replies = SIZES[size_name]
    reminders = max(REMINDERS, int(replies * PAUSE * 160))  # enough to last
    with SimulatorServer() as server:
        meta = SimulatorClient(server.url)
        number = Number(1, reminders + replies, server.url, quiet=replies, kind="automatic")
        register(meta, number)
        open_windows(server.http_port, number)
        with prepared(number) as clinic, OdooServer(clinic.database) as odoo:
            meta.set_faults(latency_ms=list(LATENCY_MS))
            waited, left = write_replies(clinic, odoo, meta, number)
            ours = (clinic.ask("SELECT id FROM clinic_whatsapp_account"),)
            clinic.wait_until_none(WAITING, ours, timeout=PATIENCE)
            check(meta, reminders + replies)
    return Section(f"Fairness: replies among {reminders:,} reminders of one number", tuple(figures(waited, left)))


def write_replies(
    clinic: Clinic, odoo: OdooServer, meta: SimulatorClient, number: Number
) -> tuple[list[float], list[int]]:
    """Seconds until each reply was at Meta, and how many reminders still waited then."""
    receptionist = Odoo(odoo.url, odoo.database, "admin", "admin")
    places = clinic.ask(CONVERSATIONS)
    account = clinic.ask("SELECT id FROM clinic_whatsapp_account")
    resume(odoo, [account])
    meta.wait_for_log(bool, "accepted", PATIENCE)
    pressed, left = {}, []
    for patient in range(number.patients - number.quiet, number.patients):
        moment = time.time()
        message = receptionist.send_text(places[number.wa_id(patient)], "Bizi arayabilirsiniz.")
        pressed[clinic.ask(REFERENCE, message)] = moment
        left.append(clinic.ask(WAITING, (account,)))
        time.sleep(PAUSE)
    if not left[-1]:
        raise WrongResult("The reminders had left before the last reply: it had nothing to overtake.")
    clinic.wait_until_none(WAITING, (account,), timeout=PATIENCE)
    arrived = {entry["client_ref"]: entry["received_at"] for entry in meta.log("accepted")}
    return [arrived[reference] - moment for reference, moment in pressed.items()], left


def figures(waited: list[float], left: list[int]) -> Iterator[Figure]:
    yield Figure("reply to Meta, p50", percentile(waited, 0.5), "s")
    yield Figure("reply to Meta, p95", percentile(waited, 0.95), "s", WAIT)
    yield Figure("reply to Meta, longest", max(waited), "s")
    yield Figure("messages that waited when the first reply was written", left[0])
    yield Figure("messages that waited when the last reply was written", left[-1])


def check(meta: SimulatorClient, total: int) -> None:
    accepted = Counter(entry["client_ref"] for entry in meta.log("accepted"))
    if len(accepted) != total or max(accepted.values()) > 1:
        raise WrongResult(
            f"{total} messages waited, Meta accepted {len(accepted)}, the most often {max(accepted.values())} times."
        )
