"""Run inside `odoo shell` (with `env`): several planners queue reminders of families while reception cancels visits.

Each acts on a connection of its own, and tries again after a conflict as Odoo does. Founds the clinic of the addon's
own tests, lets all of them work at once, and writes down who was told what.
"""

import json
import os
import random
import threading
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg2
from dateutil.relativedelta import relativedelta
from odoo import api, fields
from odoo.addons.clinic_whatsapp.models.automation import due_queue
from odoo.addons.clinic_whatsapp.tests.common import ClinicMixin
from odoo.fields import Command

given = json.loads(os.environ["CLINIC_RACE"])
registry = env.registry  # noqa: F821 - odoo shell provides env
PATIENCE = 60  # seconds
COURT_ORDER = (b"%PDF-1.4 court order", "order.pdf", "application/pdf")
due_queue.BATCH = 1  # so that the planners meet: each claims one row, and the family of it


class Founding:
    env = env  # noqa: F821

    @classmethod
    def setUpClass(cls):
        pass


class World(ClinicMixin, Founding):
    """The clinic of the addon's own tests, committed."""

    @classmethod
    def found(cls, families):
        """Return the ids of the visits: in each family two children come tomorrow, and the reminder is due."""
        cls.setUpClass()
        cls.appointment_purpose.write({"quiet_from": 0, "quiet_to": 24})
        cls.write_reminder()
        start = fields.Datetime.now() + timedelta(hours=23)
        visits = cls.env["clinic.appointment"].create(
            [
                {"patient_id": child.id, "company_id": cls.branch_a.id, "start": start}
                for number in range(families)
                for child in cls.create_children(number)
            ]
        )
        cls.env.flush_all()
        cls.env.cr.execute(  # as if they had been booked some days ago
            """UPDATE clinic_whatsapp_scheduled
                  SET state = 'planned', skip_reason = NULL, due_at = anchor - interval '24 hours'"""
        )
        cls.env.cr.commit()
        cls.env.invalidate_all()
        return visits.ids

    @classmethod
    def write_reminder(cls):
        own, family = (cls.approve(f"template_appt_reminder{kind}_tr") for kind in ("", "_family"))
        cls.env["clinic.whatsapp.automation"].create(
            {
                "name": "Families",
                "trigger": "before",
                "company_id": cls.root.id,
                "window_from": 0,
                "window_to": 24,
                "one_for_family": True,
                "step_ids": [
                    Command.create({"offset_value": 1, "template_id": own.id, "family_template_id": family.id})
                ],
            }
        )

    @classmethod
    def approve(cls, starter):
        vals = {"account_id": cls.account_a.id, "company_id": cls.branch_a.id}
        template = cls.env.ref(f"clinic_whatsapp.{starter}").copy(vals)
        template.status = "approved"
        return template

    @classmethod
    def create_children(cls, number):
        mother = cls.env["res.partner"].create(
            {"name": f"Anne {number}", "phone": f"+9053400{number:05}", "company_id": cls.root.id}
        )
        for name in (f"Ali{number:03}", f"Ece{number:03}"):
            child = cls.create_patient(
                f"{name} Ak",
                False,
                birth_date=fields.Date.today() - relativedelta(years=10),
                guardian_id=mother.id,
                guardian_relation="mother",
            )
            cls.deliver_notice(child)
            cls.env["clinic.consent"]._record(
                child,
                cls.appointment_purpose,
                "granted",
                method="spoken",
                company=cls.branch_a,
                authority=COURT_ORDER,
            )
            yield child


@contextmanager
def transaction(user=None):
    """A connection of its own; committed when the block ends well."""
    with registry.cursor() as cr:
        yield api.Environment(cr, user or api.SUPERUSER_ID, {"tracking_disable": True})


def trying(action, *arguments):
    """Do it in a transaction, again and again while others are quicker."""
    for _attempt in range(1000):
        try:
            return action(*arguments)
        except psycopg2.extensions.TransactionRollbackError:
            continue
    raise AssertionError("it never came through")


def queue():
    with transaction() as env:
        env["clinic.whatsapp.scheduled"]._queue_due()


def cancel(visit_id):
    with transaction(World.user_a.id) as env:
        env["clinic.appointment"].browse(visit_id).action_cancel()


def keep_queueing(over):
    while not over.is_set():
        trying(queue)


def keep_cancelling(visit_ids):
    for visit_id in visit_ids:
        trying(cancel, visit_id)


def read(visit_ids):
    """Return of each visit whether it is ahead, and how many messages that are going to leave name its patient."""
    with transaction() as env:
        waiting = env["clinic.whatsapp.message"].search([("direction", "=", "out"), ("state", "=", "queued")])
        bodies = waiting.mapped("body")
        return [
            {
                "ahead": visit.state == "booked",
                "told": sum(visit.patient_id.name.split()[0] in body for body in bodies),
                "rows": [
                    [row.state, row.skip_reason, row.message_id.state] for row in visit.scheduled_ids
                ],
            }
            for visit in env["clinic.appointment"].browse(visit_ids)
        ], sum("Ali" in body and "Ece" in body for body in bodies)


visit_ids = World.found(given["families"])
over, errors = threading.Event(), []
threading.excepthook = lambda failure: errors.append(repr(failure.exc_value))
planners = [threading.Thread(target=keep_queueing, args=[over]) for _number in range(3)]
chosen = random.Random(given["seed"]).sample(visit_ids, len(visit_ids) // 3)
reception = [threading.Thread(target=keep_cancelling, args=[chosen[part::2]]) for part in range(2)]
for thread in (*planners, *reception):
    thread.start()
for thread in reception:
    thread.join(PATIENCE)
over.set()
for thread in planners:
    thread.join(PATIENCE)
trying(queue)
visits, together = read(visit_ids)
Path(given["answer"]).write_text(json.dumps({"errors": errors, "visits": visits, "together": together}))
