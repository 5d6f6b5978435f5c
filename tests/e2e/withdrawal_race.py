"""Run inside `odoo shell` (with `env`): let withdrawals and dispatchers meet, each on a connection of its own.

Founds a clinic with a number on the simulator, plays the scene that is asked for, and writes down what was seen.
"""

import json
import os
import random
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from odoo import api, fields
from odoo.addons.clinic_whatsapp.models.messaging.in_flight import SPACE, InFlight
from odoo.addons.clinic_whatsapp.tests.common import ClinicMixin

given = json.loads(os.environ["CLINIC_RACE"])
registry = env.registry  # noqa: F821 - odoo shell provides env
PATIENCE = 60


class Founding:
    env = env  # noqa: F821

    @classmethod
    def setUpClass(cls):
        pass


class World(ClinicMixin, Founding):
    """The clinic of the addon's own tests, committed."""


@contextmanager
def transaction():
    """A connection of its own; committed when the block ends well."""
    with registry.cursor() as cr:
        yield api.Environment(cr, api.SUPERUSER_ID, {"no_reset_password": True, "tracking_disable": True})


def found():
    World.setUpClass()
    World.account_a.api_url = given["simulator"]
    World.env.cr.commit()


def create_patients(count):
    """Return the ids of patients who have agreed to messages, each with a template message in the queue."""
    template = World.create_template()
    patients = [World.create_patient(f"Hasta {number}", f"+9053300{number:05}") for number in range(count)]
    for patient in patients:
        World.opt_in(patient)
    World.env.cr.commit()
    return [patient.id for patient in patients], template.id


def queue(patient_ids, template_id):
    with transaction() as env:
        partners = env["res.partner"].browse(patient_ids)
        account = env["clinic.whatsapp.account"].browse(World.account_a.id)
        template = env["clinic.whatsapp.template"].browse(template_id)
        messages = partners._whatsapp_send_template(template, purpose="appointment", account=account)
        return messages.ids


def withdraw(env, patient_id):
    partner = env["res.partner"].browse(patient_id)
    purpose = env["clinic.consent.purpose"]._get("appointment", World.branch_a.with_env(env))
    branch = World.branch_a.with_env(env)
    env["clinic.consent"]._record(partner, purpose, "withdrawn", method="staff", company=branch)


def dispatch():
    with transaction() as env:
        env["clinic.whatsapp.message"]._cron_dispatch()


def read(message_ids):
    with transaction() as env:
        messages = env["clinic.whatsapp.message"].browse(message_ids)
        return [(message.state, message.block_reason, message.client_ref) for message in messages]


def in_thread(function, *arguments):
    """Run a function beside; its result, or what it raised, is in `.outcome`."""

    def run():
        try:
            thread.outcome = function(*arguments)
        except BaseException as error:
            thread.outcome = error

    thread = threading.Thread(target=run)
    thread.outcome = None
    thread.start()
    return thread


def end(thread):
    thread.join(PATIENCE)
    assert not thread.is_alive(), "a thread hangs"
    if isinstance(thread.outcome, BaseException):
        raise thread.outcome
    return thread.outcome


def ask(query, *values):
    with registry.cursor() as cr:
        cr.execute(query, values)
        return cr.fetchall()


def wait_until(condition, what):
    ends = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < ends, what
        time.sleep(0.01)
    return found


def is_somebody_waiting(kind):
    """Whether a connection waits for a lock of this kind: `advisory` or `transactionid`."""
    query = """
        SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE NOT granted AND locktype = %s AND datname = current_database()"""
    return bool(ask(query, kind))


def is_under_way():
    """Whether a dispatcher holds the lock of a contact for its session."""
    query = """
        SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
         WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted AND classid = %s
           AND datname = current_database()"""
    return bool(ask(query, SPACE % 2**32))


def end_and_commit(patient_id):
    """Withdraw and commit; when that was done."""
    with transaction() as env:
        withdraw(env, patient_id)
        env.cr.commit()
    return time.time()


# Scenes


def ended_before_the_snapshot(patient_ids, template_id):
    [message] = queue(patient_ids, template_id)
    end_and_commit(patient_ids[0])
    at_once = read([message])  # before any dispatcher looked
    dispatch()
    return {"at_once": at_once, "after": read([message])}


def ended_between_snapshot_and_lock(patient_ids, template_id):
    [message_id] = queue(patient_ids, template_id)
    with transaction() as env:
        messages = env["clinic.whatsapp.message"]
        account = env["clinic.whatsapp.account"].browse(World.account_a.id)
        claimed = messages._claim({account: 10})  # the snapshot is taken
        assert claimed.ids == [message_id]
        end_and_commit(patient_ids[0])
        try:
            InFlight(env.cr).lock_contacts(claimed)
        except psycopg2.errors.SerializationFailure as error:
            refused = type(error).__name__
        else:
            refused = None
        env.cr.rollback()
    dispatch()
    return {"refused": refused, "after": read([message_id])}


def ending_while_the_dispatcher_looks(patient_ids, template_id):
    [message_id] = queue(patient_ids, template_id)
    with transaction() as env:
        withdraw(env, patient_ids[0])
        env.flush_all()
        dispatch()  # ends: it waits for nobody
        meanwhile = read([message_id])
        env.cr.commit()
    dispatch()
    return {"meanwhile": meanwhile, "after": read([message_id])}


def dispatched_first(patient_ids, template_id):
    [message_id] = queue(patient_ids, template_id)
    sending = in_thread(dispatch)
    wait_until(is_under_way, "nothing is under way")
    ending = in_thread(end_and_commit, patient_ids[0])
    wait_until(lambda: is_somebody_waiting("advisory"), "the withdrawal does not wait")
    waited = read([message_id])
    standing = ask("SELECT count(*) FROM clinic_consent WHERE status = 'withdrawn'")
    committed_at = end(ending)
    end(sending)
    [later] = queue(patient_ids, template_id)
    dispatch()
    return {"waited": waited, "standing": standing, "committed_at": committed_at, "after": read([message_id, later])}


def dispatcher_judges_first(patient_ids, template_id):
    """The dispatcher has locked the row and not committed: the withdrawal waits for that, too."""
    [message_id] = queue(patient_ids, template_id)
    with transaction() as env:
        account = env["clinic.whatsapp.account"].browse(World.account_a.id)
        claimed = env["clinic.whatsapp.message"]._claim({account: 10})
        in_flight = InFlight(env.cr)
        assert in_flight.lock_contacts(claimed) == claimed
        in_flight.begin(claimed._judge_and_block())
        ending = in_thread(end_and_commit, patient_ids[0])
        wait_until(lambda: is_somebody_waiting("transactionid"), "the withdrawal does not wait for the row")
        env.cr.commit()
        wait_until(lambda: is_somebody_waiting("advisory"), "the withdrawal does not wait for the message")
        standing = ask("SELECT count(*) FROM clinic_consent WHERE status = 'withdrawn'")
        in_flight.keep_only(set())
        end(ending)
    return {"standing": standing, "after": read([message_id])}


def dispatcher_dies(patient_ids, template_id):
    """Whoever waits for a dispatcher that dies waits no longer."""
    [message_id] = queue(patient_ids, template_id)
    cr = registry.cursor()
    env = api.Environment(cr, api.SUPERUSER_ID, {})
    account = env["clinic.whatsapp.account"].browse(World.account_a.id)
    claimed = env["clinic.whatsapp.message"]._claim({account: 10})
    in_flight = InFlight(cr)
    in_flight.begin(in_flight.lock_contacts(claimed))
    cr.execute("SELECT pg_backend_pid()")
    [(pid,)] = cr.fetchall()
    cr.commit()
    ending = in_thread(end_and_commit, patient_ids[0])
    wait_until(lambda: is_somebody_waiting("advisory"), "the withdrawal does not wait")
    ask("SELECT pg_terminate_backend(%s)", pid)
    end(ending)
    return {"after": read([message_id])}


def everybody_at_once(patient_ids, template_id):
    """Withdrawals at random moments while two dispatchers send; when each was committed, and what became of each."""
    chance = random.Random(given["seed"])
    ids = [queue(patient_ids, template_id) for _round in range(3)]
    order = chance.sample(patient_ids, len(patient_ids))
    committed = {}
    over = threading.Event()

    def keep_dispatching():
        while not over.is_set():
            dispatch()
            time.sleep(0.01)

    def keep_withdrawing(mine):
        for patient_id in mine:
            time.sleep(chance.random() * 0.05)
            for _attempt in range(50):
                try:
                    committed[patient_id] = end_and_commit(patient_id)
                    break
                except psycopg2.extensions.TransactionRollbackError:  # Odoo tries again
                    time.sleep(chance.random() * 0.05)

    dispatchers = [in_thread(keep_dispatching) for _number in range(2)]
    withdrawers = [in_thread(keep_withdrawing, order[number::3]) for number in range(3)]
    for thread in withdrawers:
        end(thread)
    over.set()
    for thread in dispatchers:
        end(thread)
    states = [read(batch) for batch in ids]
    return {
        "committed": [committed[patient_id] for patient_id in patient_ids],
        "refs": [[batch[index][2] for batch in states] for index in range(len(patient_ids))],
        "states": [[batch[index][0] for batch in states] for index in range(len(patient_ids))],
    }


SCENES = {
    scene.__name__: scene
    for scene in (
        ended_before_the_snapshot,
        ended_between_snapshot_and_lock,
        ending_while_the_dispatcher_looks,
        dispatched_first,
        dispatcher_judges_first,
        dispatcher_dies,
        everybody_at_once,
    )
}
found()
Path(given["answer"]).write_text(
    json.dumps(SCENES[given["scene"]](*create_patients(given["patients"])), default=fields.Datetime.to_string)
)
