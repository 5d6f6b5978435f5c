"""Run inside `odoo shell` (with `env`): let patients, receptionists and failing answers meet in the same conversations.

Each acts on a connection of its own, and tries again after a conflict as Odoo does. Founds the clinic of the addon's
own tests, plays the scene that is asked for, and writes down what was seen.
"""

import json
import os
import random
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from odoo import api
from odoo.addons.clinic_whatsapp.tests.common import ClinicMixin

given = json.loads(os.environ["CLINIC_RACE"])
registry = env.registry  # noqa: F821 - odoo shell provides env
PATIENCE = 60  # seconds


class Founding:
    env = env  # noqa: F821

    @classmethod
    def setUpClass(cls):
        pass


class World(ClinicMixin, Founding):
    """The clinic of the addon's own tests, committed."""


@contextmanager
def transaction(user=None):
    """A connection of its own; committed when the block ends well."""
    with registry.cursor() as cr:
        yield api.Environment(cr, user or api.SUPERUSER_ID, {"tracking_disable": True})


def trying(action, *arguments):
    """Do it in a transaction, again and again while others are quicker; return how often it was tried."""
    ends = time.monotonic() + PATIENCE
    for attempt in range(1, 1000):
        try:
            action(*arguments)
        except psycopg2.extensions.TransactionRollbackError:
            assert time.monotonic() < ends, "it never came through"
            time.sleep(random.random() * 0.02)
        else:
            return attempt


def phone(number):
    return f"+9053300{number:05}"


def found(count):
    """Return the ids of conversations whose patients wrote once."""
    World.setUpClass()
    patients = [World.create_patient(f"Hasta {number}", phone(number)) for number in range(count)]
    for patient in patients:
        World.deliver_notice(patient)
        World.open_conversation(World.account_a, patient)
    World.env.cr.commit()
    for number in range(count):
        let_arrive(number, f"first.{number}")
    process()
    with transaction() as env:
        return [conversation.id for conversation in env["clinic.whatsapp.conversation"].search([], order="id")]


def let_arrive(number, wamid):
    split = sys.modules["odoo.addons.clinic_whatsapp.cloud_api.webhook"].split
    message = {
        "from": phone(number)[1:],
        "id": f"wamid.{wamid}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": "Merhaba"},
    }
    metadata = {"display_phone_number": "905550000001", "phone_number_id": World.account_a.phone_number_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "messages": [message]}
    entry = {"id": "200000000000001", "changes": [{"field": "messages", "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()

    def store():
        with transaction() as env:
            account = env["clinic.whatsapp.account"].browse(World.account_a.id)
            env["clinic.whatsapp.event"]._enqueue(account, split(body))

    trying(store)


def process():
    with transaction() as env:
        env["clinic.whatsapp.event"]._cron_inbox()


def act(conversation_id, method, *arguments):
    with transaction(World.user_a.id) as env:
        getattr(env["clinic.whatsapp.conversation"].browse(conversation_id), method)(*arguments)


def fail(message_id):
    with transaction() as env:
        message = env["clinic.whatsapp.message"].browse(message_id)
        message.state = "failed"
        message._on_settled()


def ask(query, *values):
    with registry.cursor() as cr:
        cr.execute(query, values)
        return cr.fetchall()


def read(conversation_ids):
    """Return what the list says, what the messages say, and the state of each conversation."""
    query = """
        SELECT conversation.waiting_since IS NOT NULL, conversation.state,
               EXISTS (
                   SELECT 1 FROM clinic_whatsapp_message heard
                    WHERE heard.conversation_id = conversation.id AND heard.direction = 'in' AND heard.id > GREATEST(
                        COALESCE(conversation.dismissed_id, 0),
                        (SELECT COALESCE(MAX(said.id), 0) FROM clinic_whatsapp_message said
                          WHERE said.conversation_id = conversation.id AND said.kind = 'reply'
                            AND said.state != 'failed')))
          FROM clinic_whatsapp_conversation conversation WHERE id = ANY(%s) ORDER BY id"""
    rows = ask(query, conversation_ids)
    return [{"listed": listed, "state": state, "true": true} for listed, state, true in rows]


# Scenes


def a_message_comes_while_somebody(do, conversation_ids):
    """The receptionist has begun; the patient's message is stored before she has finished."""
    [conversation_id] = conversation_ids
    begun, stored, attempts = threading.Event(), threading.Event(), []

    def work():
        with transaction(World.user_a.id) as env:
            conversation = env["clinic.whatsapp.conversation"].browse(conversation_id)
            assert conversation.waiting_since
            attempts.append(conversation.unread_count)
            begun.set()
            stored.wait(PATIENCE)
            do(conversation)

    thread = threading.Thread(target=trying, args=[work])
    thread.start()
    begun.wait(PATIENCE)
    let_arrive(0, "second")
    process()
    stored.set()
    thread.join(PATIENCE)
    return {"attempts": attempts, "after": read(conversation_ids)}


def answering(conversation_ids):
    return a_message_comes_while_somebody(lambda c: c.action_send_text("Buyurun"), conversation_ids)


def closing(conversation_ids):
    return a_message_comes_while_somebody(lambda c: c.action_close(), conversation_ids)


def closing_what_was_seen(conversation_ids):
    """As the screen does it: it names the newest message that stands on it."""
    with transaction() as env:
        seen = env["clinic.whatsapp.conversation"].browse(conversation_ids)._get_newest_ids().popitem()[1]
    return a_message_comes_while_somebody(
        lambda c: c.with_context(clinic_whatsapp_seen_id=seen).action_close(), conversation_ids
    )


WORK = [("action_send_text", "Buyurun"), ("action_close",), ("action_no_answer_needed",), ("action_mark_read",)]


def keep_processing(over):
    while not over.is_set():
        process()
        time.sleep(0.005)


def keep_writing(conversation_ids, chance):
    for turn in range(60):
        let_arrive(turn % len(conversation_ids), f"storm.{turn}")
        time.sleep(chance.random() * 0.02)


def keep_working(conversation_ids, chance):
    for _turn in range(25):
        method, *arguments = chance.choice(WORK)
        trying(act, chance.choice(conversation_ids), method, *arguments)
        time.sleep(chance.random() * 0.02)


def keep_failing():
    """Let answers that have not left yet fail."""
    for _turn in range(15):
        [(message_id,)] = ask("SELECT max(id) FROM clinic_whatsapp_message WHERE kind = 'reply' AND state = 'queued'")
        if message_id:
            trying(fail, message_id)
        time.sleep(0.03)


def everybody_at_once(conversation_ids):
    over, errors = threading.Event(), []
    threading.excepthook = lambda failure: errors.append(repr(failure.exc_value))
    worker = threading.Thread(target=keep_processing, args=[over])
    writing, *working = (random.Random(f"{given['seed']}.{number}") for number in range(3))
    others = [threading.Thread(target=keep_writing, args=[conversation_ids, writing])]
    others += [threading.Thread(target=keep_working, args=[conversation_ids, chance]) for chance in working]
    others.append(threading.Thread(target=keep_failing))
    for thread in (worker, *others):
        thread.start()
    for thread in others:
        thread.join(2 * PATIENCE)
    over.set()
    worker.join(PATIENCE)
    process()
    [(stored,)] = ask("SELECT count(*) FROM clinic_whatsapp_message WHERE direction = 'in'")
    return {"errors": errors, "stored": stored, "after": read(conversation_ids)}


SCENES = {scene.__name__: scene for scene in (answering, closing, closing_what_was_seen, everybody_at_once)}
seen = SCENES[given["scene"]](found(given["patients"]))
Path(given["answer"]).write_text(json.dumps(seen))
