"""Run inside `odoo shell` of a fresh database (with `env`): time the gate over many template messages."""

import json
import os
import sys
import time
from pathlib import Path

given = json.loads(os.environ["CLINIC_BENCHMARK_GATE"])

from odoo.addons.clinic_whatsapp.tests.common import ClinicMixin  # noqa: E402 - after Odoo has begun


class Founding:
    env = env  # noqa: F821 - odoo shell provides env

    @classmethod
    def setUpClass(cls):
        pass


class World(ClinicMixin, Founding):
    """The clinic of the addon's own tests."""


def queue(count):
    """Queue as many messages, to patients who have agreed; each gets one by one number."""
    env = World.env
    template = World.create_template()
    patients = env["res.partner"].create(
        [
            {"name": f"Hasta {n}", "phone": f"+9053{n:08}", "is_patient": True, "company_id": World.root.id}
            for n in range(given["patients"])
        ]
    )
    for patient in patients:
        World.opt_in(patient)
    purpose = env["clinic.consent.purpose"]._get("appointment", World.root)
    targets = [(patient, patient, World.account_a) for patient in patients]
    messages = env["clinic.whatsapp.message"]
    for _round in range(count // len(patients)):
        messages |= template._queue_messages(purpose, targets)
    return messages


def measure(messages):
    """Return the shortest time in ms, and the queries; each time nothing is in memory."""
    gate, cr, took = World.env["clinic.whatsapp.gate"], World.env.cr, []
    for _turn in range(3):
        World.env.flush_all()
        World.env.invalidate_all()
        queries, began = cr.sql_log_count, time.perf_counter()
        verdicts = gate._judge(messages)
        took.append(1000 * (time.perf_counter() - began))
        queries = cr.sql_log_count - queries
        if set(verdicts.values()) != {None}:
            sys.exit(f"The gate denied: {set(verdicts.values())}")
    return {"ms": min(took), "queries": queries}


World.setUpClass()
every = queue(given["messages"])
Path(given["answer"]).write_text(json.dumps({"few": measure(every[:100]), "many": measure(every)}))
