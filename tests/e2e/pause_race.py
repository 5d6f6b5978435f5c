"""Run inside `odoo shell` (with `env`): a manager pauses a branch while reminders are queued and sent, again and again.

Each acts on a connection of its own, and tries again after a conflict as Odoo does. Founds the clinic of the addon's
own tests, lets all of them work at once, and writes down what left when, and what became of every visit.
"""

import json
import os
import threading
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg2
from odoo import api, fields
from odoo.addons.clinic_whatsapp.models.automation import due_queue, pause
from odoo.addons.clinic_whatsapp.tests.common import ClinicMixin
from odoo.fields import Command

given = json.loads(os.environ["CLINIC_RACE"])
registry = env.registry  # noqa: F821 - odoo shell provides env
PATIENCE = 120  # seconds
due_queue.BATCH = pause.BATCH = 2  # so that the manager meets the planner and the dispatcher at work


class Founding:
    env = env  # noqa: F821

    @classmethod
    def setUpClass(cls):
        pass


class World(ClinicMixin, Founding):
    """The clinic of the addon's own tests, committed."""

    @classmethod
    def found(cls, visits):
        """Return the ids of so many visits of tomorrow, each with a reminder that is due."""
        cls.setUpClass()
        cls.appointment_purpose.write({"quiet_from": 0, "quiet_to": 24})
        cls.write_reminder()
        start = fields.Datetime.now() + timedelta(hours=23)
        patients = [cls.create_patient(f"Hasta {n}", f"+9053500{n:05}") for n in range(visits)]
        for patient in patients:
            cls.opt_in(patient)
        booked = cls.env["clinic.appointment"].create(
            [{"patient_id": patient.id, "company_id": cls.branch_a.id, "start": start} for patient in patients]
        )
        cls.env.flush_all()
        cls.env.cr.execute(  # as if they had been booked some days ago
            """UPDATE clinic_whatsapp_scheduled
                  SET state = 'planned', skip_reason = NULL, due_at = anchor - interval '24 hours'"""
        )
        cls.env.cr.commit()
        cls.env.invalidate_all()
        return booked.ids

    @classmethod
    def write_reminder(cls):
        vals = {"account_id": cls.account_a.id, "company_id": cls.branch_a.id}
        template = cls.env.ref("clinic_whatsapp.template_appt_reminder_tr").copy(vals)
        template.status = "approved"
        cls.env["clinic.whatsapp.automation"].create(
            {
                "name": "Reminders",
                "trigger": "before",
                "company_id": cls.root.id,
                "window_from": 0,
                "window_to": 24,
                "step_ids": [Command.create({"offset_value": 1, "template_id": template.id})],
            }
        )


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


def plan():
    with transaction() as env:
        env["clinic.whatsapp.scheduled"]._cron_plan()


def send_one():
    """Let WhatsApp take one message, as the dispatcher has it: claimed, committed, sent."""
    may_send.wait(PATIENCE)
    with transaction() as env:
        account = env["clinic.whatsapp.account"].browse(World.account_a.id)
        claimed = env["clinic.whatsapp.message"]._claim({account: 1})
    if claimed:
        trying(settle, claimed.ids)


def settle(message_ids):
    with transaction() as env:
        messages = env["clinic.whatsapp.message"].browse(message_ids)
        messages.write({"state": "sent", "sent_at": fields.Datetime.now()})
        messages._on_settled()


def turn(is_paused):
    with transaction(World.manager_a.id) as env:
        automations = env["clinic.whatsapp.automation"].with_context(allowed_company_ids=World.branch_a.ids)
        automations.action_pause_branch(World.branch_a.id, is_paused)


def count():
    """Return {state: messages that go out}."""
    with transaction() as env:
        groups = env["clinic.whatsapp.message"]._read_group([("direction", "=", "out")], ["state"], ["__count"])
        return dict(groups)


class Worker(threading.Thread):
    """Does one thing over and over, and knows how often it has done it."""

    def __init__(self, action):
        super().__init__()
        self._action = action
        self._done = threading.Condition()
        self.rounds = 0

    def run(self):
        while not over.is_set():
            trying(self._action)
            with self._done:
                self.rounds += 1
                self._done.notify_all()

    def wait_for(self, rounds):
        """Wait for so many more rounds; the first of them may have begun already."""
        with self._done:
            enough = self.rounds + rounds
            if not self._done.wait_for(lambda: self.rounds >= enough, PATIENCE):
                raise AssertionError("it has stopped working")


def pause_and_go_on():
    """Pause while messages wait and are being sent.

    :return: what waited right before, what was sent when the pause had begun and a while later, and what waited then
    """
    may_send.clear()
    planner.wait_for(2)
    waiting = count().get("queued", 0)
    may_send.set()
    trying(turn, True)
    planner.wait_for(2)
    sender.wait_for(2)
    before = count()
    planner.wait_for(2)
    sender.wait_for(5)
    after = count()
    may_send.clear()
    trying(turn, False)
    sent = [before.get("sent", 0), after.get("sent", 0)]
    return {"before": waiting, "sent": sent, "waiting": after.get("queued", 0)}


def read(visit_ids):
    """Return of each visit the states of its messages, and of its rows."""
    with transaction() as env:
        visits = env["clinic.appointment"].browse(visit_ids)
        messages = env["clinic.whatsapp.message"].search([("res_model", "=", visits._name)]).grouped("res_id")
        return [
            {"messages": messages[visit.id].mapped("state"), "rows": visit.scheduled_ids.mapped("state")}
            for visit in visits
        ]


visit_ids = World.found(given["visits"])
over, may_send, errors = threading.Event(), threading.Event(), []
threading.excepthook = lambda failure: errors.append(repr(failure.exc_value))
planner, sender = Worker(plan), Worker(send_one)
for worker in (planner, sender):
    worker.start()
try:
    pauses = [pause_and_go_on() for _again in range(given["pauses"])]
    planner.wait_for(2)
    may_send.set()
    sender.wait_for(given["visits"] + 5)
finally:
    over.set()
    may_send.set()
    for worker in (planner, sender):
        worker.join(PATIENCE)
answer = {"errors": errors, "pauses": pauses, "visits": read(visit_ids)}
Path(given["answer"]).write_text(json.dumps(answer))
