"""Where the campaign takes place: the clinic on a cluster of its own, and one scenario after the other."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from devtools import paths
from devtools.odoo import OdooServer
from devtools.postgres_client import Server
from devtools.simulator import SimulatorServer
from simulator.client import Phone, wait_until

from ..clinic import DISPATCH, INBOX, Clinic, Found, log_in
from ..founding import found_clinic
from .audit import Audit, Tally
from .cluster import NAME, OwnCluster, own_cluster
from .ledger import Ledger
from .load import MARK, Load, Reception, Record

if TYPE_CHECKING:
    from .scenario import Scenario

SETTLES_WITHIN = 120.0  # seconds; the machine may be busy
CRONS = (*INBOX, *DISPATCH, "ir_cron_media")
META = {"retry_first_seconds": 0.2, "retry_max_seconds": 1.0, "retry_attempts": 1000, "review_seconds": 0.05}
CLAIMS = """
    CREATE TABLE campaign_claim (message_id integer, server text, at timestamptz);
    CREATE FUNCTION campaign_note_claim() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO campaign_claim VALUES (NEW.id, current_setting('application_name'), clock_timestamp());
        RETURN NULL;
    END $$;
    CREATE TRIGGER campaign_note_claim AFTER UPDATE OF state ON clinic_whatsapp_message
    FOR EACH ROW WHEN (NEW.state = 'sending' AND OLD.state <> 'sending') EXECUTE FUNCTION campaign_note_claim()"""
WAKE = """
    INSERT INTO ir_cron_trigger (cron_id, call_at)
    SELECT res_id, date_trunc('second', now() AT TIME ZONE 'UTC') FROM ir_model_data
     WHERE module = 'clinic_whatsapp' AND name IN %s
       AND NOT EXISTS (SELECT 1 FROM ir_cron_trigger due WHERE due.cron_id = res_id
                          AND due.call_at <= now() AT TIME ZONE 'UTC')"""
DUE_WAKE_UPS = """
    SELECT count(*) FROM ir_cron_trigger due
      JOIN ir_model_data ON res_id = due.cron_id AND model = 'ir.cron' AND module = 'clinic_whatsapp'
     WHERE name IN %s AND call_at <= now() AT TIME ZONE 'UTC'"""
NOW = "now() AT TIME ZONE 'UTC'"
DUE = (
    f"UPDATE clinic_whatsapp_event SET next_attempt_at = {NOW} WHERE state = 'new' AND next_attempt_at > {NOW}",
    f"UPDATE clinic_whatsapp_message SET next_attempt_at = {NOW} WHERE state = 'queued' AND next_attempt_at > {NOW}",
)
CODE = """
template = env['clinic.whatsapp.template'].sudo().search([('name', '=', 'campaign_note')], limit=1)
message = record._whatsapp_send_template(template, purpose='appointment')
action = {'type': 'ir.actions.act_window', 'res_model': message._name, 'res_id': message.id}"""  # of either branch
ERRORS = re.compile(r"^\S+ \S+ \d+ (?:ERROR|CRITICAL) \S+ (?!odoo\.sql_db:).*", re.MULTILINE)


class Unproven(Exception):
    """The scenario's fault did not happen, so its outcome says nothing."""


@dataclass(frozen=True)
class Size:
    """How much each scenario does: patients of each branch, rounds of messages, seconds that something stays away."""

    patients: int = 5
    rounds: int = 2
    outage: float = 2.0


@dataclass(frozen=True)
class Outcome:
    """One line of the table."""

    scenario: str
    tally: Tally
    evidence: str
    seconds: float


class Stage:
    """The clinic, Meta and the database, and the means to harm each of them."""

    def __init__(self, clinic: Clinic, cluster: OwnCluster, size: Size, seed: int) -> None:
        self.clinic = clinic
        self.cluster = cluster
        self.size = size
        self.seed = seed
        self.ledger = Ledger(clinic.meta)
        self.logs = [clinic.odoo.log]
        self.after = 0  # the last message of before the present scenario
        self.mark = 0  # the place in the ledger where it began
        self.record = Record()
        self.phones: list[Phone] = []
        self.outcomes: list[Outcome] = []
        self.chance = random.Random(seed)
        self._runs = 0
        self._reception = Reception(clinic, prepare_templates(clinic))
        clinic.sql(CLAIMS)

    def run(self, scenario: Scenario) -> Outcome:
        """Do harm while the clinic works, let everything settle, compare.

        :raise Unproven: when the harm cannot be shown
        """
        began = time.monotonic()
        self._runs += 1
        self._use_workers(scenario.workers)
        self.calm()
        desks = self._reception.open(self.size.patients)
        self.settle()
        self.after = self.ask("SELECT COALESCE(max(id), 0) FROM clinic_whatsapp_message")
        self.mark = len(self.ledger.read_on())
        log_begins = self.clinic.odoo.log.stat().st_size
        load = Load(desks, self.seed + self._runs, self.size.rounds)
        self.record = load.record
        self.phones = [phone for desk in desks for phone, _conversation in desk.patients]
        with load.at_work():
            evidence = scenario.harm(self)
        self.restore()
        self.settle()
        tally = self._audit(scenario)
        evidence = scenario.prove(self, tally) or evidence
        if not scenario.is_noisy:
            tally.mistakes += errors_in(self.clinic.odoo.log, log_begins)
        return Outcome(scenario.name, tally, evidence, time.monotonic() - began)

    def _audit(self, scenario: Scenario) -> Tally:
        entries = self.ledger.since(self.mark)
        answers_may_die = scenario.is_deadly
        audit = Audit(self.clinic, self.after, entries, self.record, answers_may_die=answers_may_die)
        tally = audit.tally()
        if tally.unknown and not scenario.loses_answers:
            tally.mistakes.append(f"{tally.unknown} messages are unknown, though every answer arrived")
        return tally

    def ask(self, query: str, *values: object) -> int:
        [[value]] = self.clinic.sql(query, *values)
        return value

    def wait(self, look: Callable[[], Found | None], explain: str | Callable[[], str]) -> Found:
        return self.clinic.wait(look, explain)

    # What the scenarios look at

    def sending(self) -> set[str]:
        """Our references of the messages that are on their way at this moment."""
        query = "SELECT client_ref FROM clinic_whatsapp_message WHERE state = 'sending' AND id > %s"
        return {row[0] for row in self.clinic.sql(query, self.after)}

    def seen_by_meta(self, kind: str = "accepted") -> list[dict]:
        return self.ledger.since(self.mark, kind)

    def claimed_by(self) -> dict[str, int]:
        """How many messages each server has claimed in this scenario."""
        query = "SELECT server, count(*) FROM campaign_claim WHERE message_id > %s GROUP BY server"
        return dict(self.clinic.sql(query, self.after))

    # Means of harm, and of mending

    def stop_meta(self) -> None:
        """End the simulator; all that it has accepted by then is in the ledger."""
        self.clinic.meta.set_faults(down="reset")
        self.ledger.read_on()
        self.clinic.simulator.stop()

    def start_meta(self) -> None:
        self.clinic.simulator.start()
        self.ledger.begin_anew()
        self.calm()

    def calm(self) -> None:
        """Meta without faults, quick."""
        self.clinic.meta.clear_faults()
        self.clinic.meta.set_faults(webhook_delay_ms=[0, 50])
        self.clinic.meta.set_settings(**META)

    def restore(self) -> None:
        """Everything is there again, as a service manager would see to it."""
        if not self.cluster.answers():
            self.cluster.start_again()
        if not self.clinic.simulator.alive():
            self.start_meta()
        self.calm()
        self.revive_odoo()

    def revive_odoo(self) -> None:
        if not self.clinic.odoo.alive() or not self.clinic.odoo._answers():
            self.clinic.odoo.kill()
            self.clinic.odoo.start()

    @contextmanager
    def second_server(self) -> Iterator[OdooServer]:
        """Another Odoo, as on another host, on the same database."""
        server = odoo_server("b", self.cluster.server)
        self.logs.append(server.log)
        with server:
            yield server

    def _use_workers(self, workers: int) -> None:
        odoo = self.clinic.odoo
        if odoo.options["workers"] != workers:
            odoo.stop()
            odoo.options.update(workers=workers, max_cron_threads=3)
            odoo.start()

    def settle(self) -> None:
        """Wait until nothing is on its way any more. What waits for its next try is made due: the harm is over."""
        wait_until(self._is_settled, SETTLES_WITHIN, self._explain)

    def _is_settled(self) -> bool:
        """Our own wake-ups have to be gone, too: whatever comes next must wake the crons by itself."""
        state = self.clinic.meta.state()
        if state["pending_webhooks"] or state["pending_steps"] or any(self._left().values()):
            self.hurry()
            return False
        return True

    def hurry(self) -> None:
        """Make due what waits for its next try, and wake the crons."""
        for query in DUE:
            self.clinic.sql(query)
        self.clinic.sql(WAKE, CRONS)
        self.clinic.sql("SELECT pg_notify('cron_trigger', %s)", NAME, database_name="postgres")
        time.sleep(0.2)

    def _left(self) -> dict[str, int]:
        return {
            "events": self.ask("SELECT count(*) FROM clinic_whatsapp_event WHERE state = 'new'"),
            "messages": self.ask("SELECT count(*) FROM clinic_whatsapp_message WHERE state IN ('queued', 'sending')"),
            "wake-ups": self.ask(DUE_WAKE_UPS, CRONS),
            "files": self.ask("SELECT count(*) FROM clinic_whatsapp_message WHERE media_state = 'pending'"),
        }

    def _explain(self) -> str:
        return f"not settled: {self._left()}, {self.clinic.meta.state()}; see {self.clinic.odoo.log}"


def errors_in(log: Path, begin: int) -> list[str]:
    with log.open(errors="replace") as lines:
        lines.seek(begin)
        return [f"an error in Odoo's log: {found[:300]}" for found in ERRORS.findall(lines.read())]


def odoo_server(letter: str, server: Server) -> OdooServer:
    """An Odoo that logs all that the addon has to say, and that PostgreSQL knows by its letter."""
    options = {
        "db_host": server.host,
        "db_port": server.port,
        "db_user": server.user,
        "db_app_name": f"odoo-{letter}",
        "log_handler": ":INFO,odoo.addons.clinic_whatsapp:DEBUG",
    }
    log = paths.log_file(f"campaign-odoo-{letter}")
    return OdooServer(NAME, env=server.environment(), options=options, log=log)


def prepare_templates(clinic: Clinic) -> int:
    """Let Meta approve a template; returns the server action that sends it to a patient, as an integrator would."""
    admin = log_in(clinic.odoo, "admin", [clinic.a.company_id, clinic.root_id])
    template = admin.create(
        "clinic.whatsapp.template",
        name="campaign_note",
        language="tr",
        category="utility",
        account_id=clinic.a.account_id,
        model_id=admin.ref("base.model_res_partner"),
        body=f"{MARK}: randevunuz için bilgiler hazır.",
    )
    clinic.meta.set_settings(**META)
    admin.call("clinic.whatsapp.template", "action_submit", [template])
    query = "SELECT 1 FROM clinic_whatsapp_template WHERE id = %s AND status = 'approved'"
    clinic.wait(lambda: clinic.sql(query, template), "the template was not approved")
    return admin.create(
        "ir.actions.server", name="Note", state="code", model_id=admin.ref("base.model_res_partner"), code=CODE
    )


@contextmanager
def stage(state: Path, size: Size, seed: int) -> Iterator[Stage]:
    """The clinic with all that belongs to it, for the length of the block.

    :param state: a file for what the simulator remembers over a restart
    """
    with (
        own_cluster() as cluster,
        SimulatorServer(state=state) as simulator,
        odoo_server("a", cluster.server) as odoo,
    ):
        clinic = found_clinic(odoo, simulator)
        clinic.database_server = cluster.server
        yield Stage(clinic, cluster, size, seed)
