"""Run inside `odoo shell` of a fresh database (with `env`): time the planner over a full book."""

import json
import os
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.fields import Command

given = json.loads(os.environ["CLINIC_BENCHMARK_AUTOMATION"])

from odoo.addons.clinic_whatsapp.tests.common import ClinicMixin  # noqa: E402 - after Odoo has begun

PATIENTS = 500
BATCH = 500  # rows, as the planner takes them


class Founding:
    env = env  # noqa: F821 - odoo shell provides env

    @classmethod
    def setUpClass(cls):
        pass


class World(ClinicMixin, Founding):
    """The clinic of the addon's own tests."""


World.setUpClass()
env = World.env
scheduled, cr = env["clinic.whatsapp.scheduled"], env.cr
env["clinic.whatsapp.automation"].with_context(active_test=False).search([]).active = False
# Whatever the time of day is, what is due may leave.
env["clinic.consent.purpose"].search([("code", "=", "appointment")]).write({"quiet_from": 0, "quiet_to": 24})


def timed(act):
    """Return how many seconds something takes, with nothing in memory before and everything written after."""
    env.flush_all()
    env.invalidate_all()
    began = time.perf_counter()
    act()
    env.flush_all()
    return time.perf_counter() - began


def create_patients():
    patients = env["res.partner"].create(
        [
            {"name": f"Hasta {n}", "phone": f"+9053{n:08}", "is_patient": True, "company_id": World.root.id}
            for n in range(PATIENTS)
        ]
    )
    for patient in patients:
        World.opt_in(patient)
    return patients


def fill_book(count, first, step):
    """Insert appointments behind the planner's back, one every so many seconds from a moment on."""
    cr.execute(
        """
        INSERT INTO clinic_appointment (
            patient_id, company_id, start, stop, duration, state, booked_at, create_uid, write_uid, create_date,
            write_date)
        SELECT (%(patients)s)[1 + n %% %(known)s], %(branch)s, %(first)s + n * %(step)s,
               %(first)s + n * %(step)s + interval '30 minutes', 30, 'booked', %(now)s, 1, 1, %(now)s, %(now)s
          FROM generate_series(0, %(count)s - 1) AS n""",
        {
            "patients": patients.ids,
            "known": len(patients),
            "branch": World.branch_a.id,
            "first": first,
            "step": step,
            "count": count,
            "now": now,
        },
    )
    cr.execute("ANALYZE clinic_appointment")
    env.invalidate_all()


def forget_rows():
    """Plan from nothing again: without the dead rows of the run before."""
    cr.execute("DELETE FROM clinic_whatsapp_scheduled")
    cr.commit()
    cr._cnx.autocommit = True
    cr.execute("VACUUM ANALYZE clinic_whatsapp_scheduled")
    cr._cnx.autocommit = False
    automation._plan_again()
    env.flush_all()
    cr.commit()


def plan():
    scheduled._cron_plan()
    if automation.needs_planning:
        sys.exit("The planner has not finished.")


def expect(state, count):
    found = scheduled.search_count([("state", "=", state)])
    if found != count:
        sys.exit(f"{found} rows are {state}, not {count}")


def count_queries(size):
    """Return the queries for one batch of as many due rows."""
    env.flush_all()
    env.invalidate_all()
    rows = scheduled.search(scheduled._get_due_domain(), order="due_at, id", limit=size)
    before = cr.sql_log_count
    rows._queue()
    env.flush_all()
    return cr.sql_log_count - before


now = fields.Datetime.now()
patients = create_patients()
template = World.create_template(name="benchmark", language="en")
automation = env["clinic.whatsapp.automation"].create(
    {
        "name": "Reminders",
        "trigger": "before",
        "company_id": World.root.id,
        "window_from": 0,
        "window_to": 24,
        "step_ids": [
            Command.create({"offset_value": value, "offset_unit": unit, "template_id": template.id})
            for value, unit in ((1, "days"), (2, "hours"))
        ],
    }
)
plan()
half = given["appointments"] // 2
spread = timedelta(days=60) / given["appointments"]
fill_book(half, now + timedelta(days=10), spread)
forget_rows()
seen = {"half": timed(plan)}
expect("planned", 2 * half)
fill_book(half, now + timedelta(days=10) + half * spread, spread)
forget_rows()
seen["whole"] = timed(plan)
expect("planned", 4 * half)
cr.execute("ANALYZE clinic_whatsapp_scheduled")
seen["idle"] = min(timed(scheduled._cron_plan) for _turn in range(3))

visits = env["clinic.appointment"].search([], limit=11)
moves = [timed(lambda visit=visit: visit.write({"start": visit.start + timedelta(hours=1)})) for visit in visits]
seen["change"] = 1000 * statistics.median(moves[1:])
cr.commit()

# Their reminder of the day before falls due within the hour that has just passed, or has by the time it is measured.
due, batches = given["due"], BATCH + BATCH // 2
automation.step_ids.filtered(lambda step: step.offset_unit == "hours").unlink()
now = fields.Datetime.now()
fill_book(due + batches, now + timedelta(days=1, seconds=90), timedelta(seconds=0))
plan()
while fields.Datetime.now() < now + timedelta(seconds=95):
    time.sleep(1)
seen["queries_half"] = count_queries(BATCH // 2)
seen["queries"] = count_queries(BATCH)
cr.commit()
seen["queue"] = timed(scheduled._queue_due)
expect("queued", due + batches)
Path(given["answer"]).write_text(json.dumps(seen))
