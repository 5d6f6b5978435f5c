"""A clinic at work, seen from outside: Odoo, PostgreSQL and the simulated Meta in processes of their own."""

from __future__ import annotations

import itertools
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg2

from devtools import database
from devtools.odoo import OdooServer
from devtools.postgres import Server
from devtools.rpc import Odoo
from devtools.simulator import SimulatorServer
from simulator.client import Phone, SimulatorClient, wait_until

Found = TypeVar("Found")

PASSWORD = "demo-password"
PATIENCE = 60.0  # seconds; the machine may be busy
WABA, APP = "200000000000001", "300000000000001"
APP_SECRET, VERIFY_TOKEN = "e2e-app-secret", "e2e-verify-token"
INBOX, DISPATCH = ("ir_cron_inbox",), ("ir_cron_dispatch", "ir_cron_dispatch_2")


@dataclass(frozen=True)
class Branch:
    """A branch with a connected number of its own."""

    company_id: int
    account_id: int
    phone_number_id: str
    webhook_url: str
    reception: str  # login


@dataclass
class Clinic:
    """Two branches, `a` and `b`, with one receptionist each; a manager; a patient who has agreed to messages."""

    odoo: OdooServer
    simulator: SimulatorServer
    root_id: int
    a: Branch
    b: Branch
    patient_id: int
    patient_phone: str  # digits
    manager: str = "manager"
    database_server: Server | None = None  # the one of all tests, unless it is to be shut down
    _phones: itertools.count[int] = field(default_factory=lambda: itertools.count(1000))
    _sessions: dict[str, Odoo] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.meta = SimulatorClient(self.simulator.url)

    # People

    def staff(self, login: str) -> Odoo:
        """A member of staff: `clinic.a.reception`, `clinic.b.reception`, `clinic.manager` or `admin`."""
        if login not in self._sessions:
            companies = (self.a.company_id, self.b.company_id, self.root_id) if login == self.manager else ()
            self._sessions[login] = log_in(self.odoo, login, companies)
        return self._sessions[login]

    def phone(self, branch: Branch, wa_id: str = "") -> Phone:
        """A patient's phone, talking to a branch; by default one that nobody has used."""
        return self.meta.phone(wa_id or f"90530000{next(self._phones)}", branch.phone_number_id)

    def converse(self, branch: Branch, phone: Phone | None = None) -> tuple[Phone, int]:
        """Let a patient write, so that the branch may answer; his phone and the conversation."""
        phone = phone or self.phone(branch)
        return phone, self.converse_all(branch, [phone])[0]

    def converse_all(self, branch: Branch, phones: Sequence[Phone]) -> list[int]:
        """The same for several patients at once; the conversations in their order."""
        for phone in phones:
            phone.send_text("Merhaba")
        query = """
            SELECT contact.wa_id, conversation.id
              FROM clinic_whatsapp_conversation conversation
              JOIN clinic_whatsapp_contact contact ON contact.id = conversation.contact_id
             WHERE conversation.account_id = %s AND contact.wa_id IN %s"""
        wanted = tuple(phone.wa_id for phone in phones)

        def look() -> dict[str, int] | None:
            found = dict(self.sql(query, branch.account_id, wanted))
            return found if len(found) == len(wanted) else None

        found = self.wait(look, f"conversations with {wanted}")
        return [found[phone.wa_id] for phone in phones]

    # The database, as an administrator at its console sees and changes it

    def wait_for_inbox(self) -> None:
        """Wait until every event is settled, and none of them badly."""
        query = "SELECT external_ref, attempts, error FROM clinic_whatsapp_event WHERE state = %s LIMIT 5"
        self.wait(lambda: not self.sql(query, "new"), lambda: f"waiting: {self.sql(query, 'new')}")
        assert not self.sql(query, "dead")

    def inbound(self, branch: Branch, phones: Sequence[Phone]) -> list[tuple[str, str]]:
        """WhatsApp id and sender of each stored message, in the order of the thread."""
        query = """
            SELECT message.wamid, contact.wa_id
              FROM clinic_whatsapp_message message
              JOIN clinic_whatsapp_conversation conversation ON conversation.id = message.conversation_id
              JOIN clinic_whatsapp_contact contact ON contact.id = conversation.contact_id
             WHERE message.direction = 'in' AND message.account_id = %s AND contact.wa_id IN %s
          ORDER BY message.id"""
        return self.sql(query, branch.account_id, tuple(phone.wa_id for phone in phones))

    def unread(self, branch: Branch, phones: Sequence[Phone]) -> list[int]:
        """The unread badges of these senders, as reception sees them; one for each conversation."""
        domain = [["contact_id.wa_id", "in", [phone.wa_id for phone in phones]]]
        found = self.staff(branch.reception).call(
            "clinic.whatsapp.conversation", "search_read", domain, ["unread_count"]
        )
        return [conversation["unread_count"] for conversation in found]

    def sql(self, query: str, *values: object, database_name: str = "") -> list[tuple[Any, ...]]:
        """Run one statement in a transaction of its own; its rows, if it has any."""
        server = self.database_server or database.server()
        name = database_name or self.odoo.database
        connection = psycopg2.connect(host=server.host, port=server.port, user=server.user, dbname=name)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def states(self, message_ids: Sequence[int]) -> list[str]:
        """The states of messages, in their order."""
        query = "SELECT id, state FROM clinic_whatsapp_message WHERE id IN %s"
        found = dict(self.sql(query, tuple(message_ids)))
        return [found[message_id] for message_id in message_ids]

    def accepted(self, message_ids: Sequence[int]) -> list[int]:
        """How often Meta has accepted each of these messages."""
        query = "SELECT id, client_ref FROM clinic_whatsapp_message WHERE id IN %s"
        references = dict(self.sql(query, tuple(message_ids)))
        times = Counter(entry["client_ref"] for entry in self.meta.log("accepted"))
        return [times[references[message_id]] for message_id in message_ids]

    def wait_for_states(self, message_ids: Sequence[int], *wanted: str) -> None:
        """Wait until every message is in one of these states."""
        self.wait(lambda: set(self.states(message_ids)) <= set(wanted), lambda: f"states: {self.states(message_ids)}")

    # Time and accidents

    def wait(
        self, look: Callable[[], Found | None], explain: str | Callable[[], str], timeout: float = PATIENCE
    ) -> Found:
        """What `look` returns as soon as it is true; TimeoutError with the explanation when it never is."""
        return wait_until(look, timeout, explain if callable(explain) else lambda: explain)

    def let_crons_run(self, *names: str) -> None:
        """Make crons due, as every minute does, and wait until each has run to its end."""
        query = """
            INSERT INTO ir_cron_trigger (cron_id, call_at)
            SELECT res_id, now() AT TIME ZONE 'UTC' - interval '1 second' FROM ir_model_data
             WHERE module = 'clinic_whatsapp' AND name IN %s RETURNING id"""
        due = tuple(row[0] for row in self.sql(query, names))

        def all_served() -> bool:
            self.sql("SELECT pg_notify('cron_trigger', %s)", self.odoo.database, database_name="postgres")
            return not self.sql("SELECT 1 FROM ir_cron_trigger WHERE id IN %s", due)

        self.wait(all_served, f"{names} did not run")

    def kill_odoo_when(self, moment: Callable[[], bool], explain: str) -> None:
        """SIGKILL all of Odoo at a certain moment. It stands still while one looks, so that the moment cannot pass."""
        child = self.odoo.child
        assert child

        def caught() -> bool:
            child.signal_group(signal.SIGSTOP)
            if moment():
                return True
            child.signal_group(signal.SIGCONT)
            return False

        try:
            self.wait(caught, f"never: {explain}")
        finally:
            self.odoo.kill()

    def start_odoo(self) -> None:
        """Bring Odoo up again after it was stopped or killed."""
        self.odoo.start()
        self.let_crons_run(*INBOX, *DISPATCH)


def access_token(phone_number_id: str) -> str:
    return f"EAAE2E{phone_number_id}"


def log_in(odoo: OdooServer, login: str, companies: Sequence[int] = ()) -> Odoo:
    password = "admin" if login == "admin" else PASSWORD
    return Odoo(odoo.url, odoo.database, login, password, tuple(companies))
