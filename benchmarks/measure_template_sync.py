"""Run inside `odoo shell` of a fresh database (with `env`): refresh the templates of three numbers, twice."""

import itertools
import json
import os
import sys
import time
from operator import itemgetter
from pathlib import Path

given = json.loads(os.environ["CLINIC_BENCHMARK_TEMPLATES"])

from odoo.addons.clinic_whatsapp.tests.common import (  # noqa: E402 - after Odoo has begun
    APP,
    APP_SECRET,
    VERIFY_TOKEN,
    ClinicMixin,
)

from simulator.client import SimulatorClient  # noqa: E402 - the tests' module has made it known

NUMBERS = 3
TURNS = 3  # of everything; the quickest counts, as this machine may have something else to do
TABLES = ("clinic_whatsapp_template", "clinic_whatsapp_template_variable", "clinic_whatsapp_template_button")
meta = SimulatorClient(given["simulator"])
digits = itertools.count(100000000009001)


class Founding:
    env = env  # noqa: F821 - odoo shell provides env

    @classmethod
    def setUpClass(cls):
        pass


class World(ClinicMixin, Founding):
    """The clinic of the addon's own tests."""


def connect(count):
    """Return a number of a business account with this many templates."""
    number = str(next(digits))
    waba, token = f"2{number[1:]}", f"EAABENCH{number}"
    branch = World.env["res.company"].create({"name": f"Şube {number}", "parent_id": World.root.id})
    secrets = {"app_secret": APP_SECRET, "access_token": token, "verify_token": VERIFY_TOKEN}
    meta.register_number(number, waba_id=waba, app_id=APP, **secrets)
    meta.put_templates([make(index) for index in range(count)], waba)
    return World.create_account(branch, number, waba_id=waba, access_token=token, api_url=meta.url)


def make(index):
    """Return a template as Meta has it; its kind goes by its number."""
    header = [
        {"type": "HEADER", "format": "TEXT", "text": "Randevu {{1}}", "example": {"header_text": ["salı"]}},
        {"type": "HEADER", "format": "LOCATION"},
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://files.example.com/1"]}},
        None,
    ][index % 4]
    body = f"Sayın {{{{1}}}}, {index} numaralı kaydınız için {{{{2}}}} günü sizi bekliyoruz."
    address = "https://www.example.com/plan/{{1}}"
    buttons = [
        {"type": "QUICK_REPLY", "text": "Geleceğim"},
        {"type": "QUICK_REPLY", "text": "Ertelemek istiyorum"},
        {"type": "URL", "text": "Planı gör", "url": address, "example": [address.replace("{{1}}", "a1")]},
        {"type": "PHONE_NUMBER", "text": "Arayın", "phone_number": "+902165550101"},
    ][index % 3 :]
    components = [
        header,
        {"type": "BODY", "text": body, "example": {"body_text": [["Ayşe", "salı"]]}},
        {"type": "FOOTER", "text": "Papatya Klinik"} if index % 2 else None,
        {"type": "BUTTONS", "buttons": buttons},
    ]
    if index % 10 == 9:  # one that can only be edited at Meta
        components = [{"type": "BODY", "text": f"Sayın {{{{ad}}}}, {index} numaralı kaydınız hazır."}]
    return {
        "name": f"bench_{index}",
        "language": ("tr", "en")[index % 2],
        "category": "UTILITY",
        "parameter_format": "NAMED" if index % 10 == 9 else "POSITIONAL",
        "components": [component for component in components if component],
        "quality": "GREEN",
    }


def refresh(accounts):
    """Return {seconds, work, queries} of one round over some numbers, commits included; nothing is in memory.

    ``work`` is the processor time of this process: what else the machine has to do does not count.
    """
    cr = World.env.cr
    World.env.invalidate_all()
    queries, began, worked = cr.sql_log_count, time.perf_counter(), time.process_time()
    for account in accounts:
        account.action_refresh_templates()
        World.env.flush_all()
        cr.commit()
    return {
        "seconds": time.perf_counter() - began,
        "work": time.process_time() - worked,
        "queries": cr.sql_log_count - queries,
    }


def photograph():
    """Return {table: {row: (when it was written, by which transaction)}}."""
    found = {}
    for table in TABLES:
        World.env.cr.execute(f"SELECT id, write_date, xmin::text FROM {table}")
        found[table] = {row[0]: row[1:] for row in World.env.cr.fetchall()}
    return found


def measure(count):
    """Return what importing and then refreshing this many templates for each number cost."""
    accounts = [connect(count) for _number in range(NUMBERS)]
    World.env.cr.commit()
    first, before = refresh(accounts), photograph()
    second, after = refresh(accounts), photograph()
    check(accounts, count)
    check_changes_are_seen(accounts[0])
    changed = sum(before[table].get(row) != facts for table in TABLES for row, facts in after[table].items())
    return {"first": first, "second": second, "changed": changed}


def check(accounts, count):
    """End when not all of them are here: quick work that is not done is worth nothing."""
    for account in accounts:
        found = World.env["clinic.whatsapp.template"].search([("account_id", "=", account.id)])
        shown = found.filtered(lambda template: template.is_foreign)
        if (len(found), len(shown), set(found.mapped("status"))) != (count, count // 10, {"approved"}):
            sys.exit(f"{len(found)} templates, {len(shown)} of them foreign, {set(found.mapped('status'))}")
        if any(found.mapped("is_changed_at_meta")):
            sys.exit("Templates differ from what was imported")


def check_changes_are_seen(account):
    """End when a text that was changed at Meta goes unnoticed."""
    body = {"type": "BODY", "text": "Sayın {{1}}, {{2}} günü yeni yerimizde bekliyoruz."}
    name, rest = "bench_3", [part for part in make(3)["components"] if part["type"] != "BODY"]
    meta.change_template(name, "en", account.waba_id, components=[body, *rest])
    account.action_refresh_templates()
    template = World.env["clinic.whatsapp.template"].search([("account_id", "=", account.id), ("name", "=", name)])
    if template.body != body["text"]:
        sys.exit("A changed text was not taken over")
    World.env.cr.commit()


def best(rounds):
    """Return the quickest of several rounds, and all the rows that any of them changed."""
    quickest = {name: min((it[name] for it in rounds), key=itemgetter("work")) for name in ("first", "second")}
    return {**quickest, "changed": sum(it["changed"] for it in rounds)}


World.setUpClass()
measure(20)
sizes = {"half": given["templates"] // 2, "all": given["templates"]}
rounds = [{name: measure(count) for name, count in sizes.items()} for _turn in range(TURNS)]
Path(given["answer"]).write_text(json.dumps({name: best([it[name] for it in rounds]) for name in sizes}))
