"""Run inside `odoo shell` (with `env`): time the dispatcher's claim from a queue of the length that is asked for.

Works on the database of `prepare_clinic.py`: one number, each patient with one waiting message.
"""

import json
import os
import re
import statistics
import time
from pathlib import Path

messages = env["clinic.whatsapp.message"]  # noqa: F821 - odoo shell provides env
given = json.loads(os.environ["CLINIC_BENCHMARK_CLAIM"])
account = messages.env["clinic.whatsapp.account"].search([], limit=1)
cr = messages.env.cr
ROOM = account.messages_per_second * 2  # what the dispatcher takes at once, at the most
INDEX = re.compile(r"(?:Index (?:Only )?Scan(?: Backward)? using|Bitmap Index Scan on) (\w+)")
SCAN = re.compile(r"Seq Scan on clinic_whatsapp_message")


def fill_queue(wanted):
    """Copy what waits, in the order of the patients, until that many wait; or cancel what is too much."""
    cr.execute(
        """SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
            WHERE table_name = 'clinic_whatsapp_message' AND column_name NOT IN ('id', 'client_ref')"""
    )
    columns = cr.fetchone()[0]
    cr.execute("UPDATE clinic_whatsapp_message SET state = 'queued' WHERE state = 'cancelled'")
    cr.execute("SELECT count(*) FROM clinic_whatsapp_message WHERE state = 'queued'")
    waiting = cr.fetchone()[0]
    cr.execute(
        f"""INSERT INTO clinic_whatsapp_message (client_ref, {columns})
            SELECT replace(gen_random_uuid()::text, '-', ''), {columns}
              FROM clinic_whatsapp_message, generate_series(2, %s) turn ORDER BY turn, id LIMIT %s""",
        [wanted // waiting + 2, max(0, wanted - waiting)],
    )
    cr.execute(
        """UPDATE clinic_whatsapp_message SET state = 'cancelled'
            WHERE id IN (SELECT id FROM clinic_whatsapp_message WHERE state = 'queued' ORDER BY id OFFSET %s)""",
        [wanted],
    )
    cr.execute(
        "UPDATE clinic_whatsapp_message SET kind = 'reply' WHERE id IN (SELECT max(id) FROM "
        "clinic_whatsapp_message WHERE state = 'queued' GROUP BY conversation_id ORDER BY 1 DESC LIMIT 5)"
    )
    cr.commit()
    messages.env.invalidate_all()


def show_plans():
    """Let PostgreSQL report each statement's plan to us; only a superuser may."""
    cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if cr.fetchone()[0]:
        cr.execute("LOAD 'auto_explain'")
        cr.execute("SET auto_explain.log_min_duration = 0; SET client_min_messages = log")
        return True
    return False


def hide_plans():
    cr.execute("SET auto_explain.log_min_duration = -1; SET client_min_messages = notice")


def measure(claim):
    times = []
    for _turn in range(given["claims"]):
        began = time.perf_counter()
        claimed = len(claim())
        times.append(1000 * (time.perf_counter() - began))
        cr.rollback()
        messages.env.invalidate_all()
    answer = {"ms": statistics.median(times), "longest_ms": max(times), "claimed": claimed}
    plans = ""
    if shown := show_plans():
        cr._cnx.notices.clear()
        claim()
        plans = "".join(cr._cnx.notices)
        hide_plans()
        cr.rollback()
    indexes = sorted({name for name in INDEX.findall(plans) if name.startswith("clinic_whatsapp_message")})
    return {**answer, "indexes": indexes, "scans": len(SCAN.findall(plans)) if shown else None}


def run():
    fill_queue(given["queued"])
    if given["analyze"]:
        cr.execute("ANALYZE clinic_whatsapp_message")
        cr.commit()
    methods = {"claim": lambda: messages._claim({account: ROOM})}
    if hasattr(messages, "_claim_urgent"):
        methods["claim of replies"] = lambda: messages._claim_urgent({account: ROOM})
    answer = {name: measure(claim) for name, claim in methods.items()}
    Path(given["answer"]).write_text(json.dumps(answer))


run()
