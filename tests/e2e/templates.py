"""The manager at her templates, reception that sends them, and what the patient's phone shows: seen from outside."""

from __future__ import annotations

import contextlib
import itertools
import json
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools import database, odoo, paths
from devtools.odoo import OdooServer
from devtools.rpc import Odoo
from devtools.simulator import SimulatorServer
from simulator.client import Phone

from .clinic import WABA, Clinic
from .conftest import ERRORS, MANY_CLIENTS
from .founding import found_clinic

TEMPLATE, ACCOUNT, WIZARD = "clinic.whatsapp.template", "clinic.whatsapp.account", "clinic.whatsapp.send.wizard"
MESSAGE, CONVERSATION = "clinic.whatsapp.message", "clinic.whatsapp.conversation"
READERS = Path(__file__).with_name("template_readers.py")
HEALTH = ("ir_cron_health",)
CREATE, UPDATE = 0, 1  # commands of a one2many field

Json = dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """A patient who may get any template of one purpose, and his phone."""

    id: int
    phone: Phone


class Desk:
    """The templates of the first branch's business account; ``boss`` writes them, ``reception`` sends them."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.meta = clinic.meta
        self.boss: Odoo = clinic.staff(clinic.manager)
        self.reception: Odoo = clinic.staff(clinic.a.reception)
        self.patient_model = clinic.staff("admin").ref("base.model_res_partner")
        self._readers = itertools.count(0)
        self._approved_at: dict[int, int] = {}  # Unix seconds, by template

    def calm_meta(self) -> None:
        """Let Meta approve, quickly, and make no trouble."""
        self.meta.clear_faults()
        self.meta.set_faults(webhook_delay_ms=[0, 20])
        self.meta.set_settings(review="approve", review_seconds=0.1, retry_first_seconds=0.5, retry_max_seconds=2.0)

    # People

    def readers(self, *wanted: tuple[str, str]) -> list[Reader]:
        """Register a patient for each pair of language (``tr_TR``, ``en_US``) and purpose."""
        answer = paths.log_file("e2e-readers").with_suffix(".json")
        first = next(itertools.islice(self._readers, len(wanted) - 1, None)) - len(wanted) + 1
        given = {
            "readers": [{"lang": lang, "purpose": purpose} for lang, purpose in wanted],
            "first": first,
            "answer": str(answer),
        }
        log = paths.log_file("e2e-readers")
        odoo.run_script(self.clinic.odoo.database, READERS, log=log, env={"CLINIC_E2E_READERS": json.dumps(given)})
        made = json.loads(answer.read_text())
        return [Reader(row["id"], self.clinic.phone(self.clinic.a, row["phone"])) for row in made]

    def reader(self, lang: str = "tr_TR", purpose: str = "appointment") -> Reader:
        return self.readers((lang, purpose))[0]

    # Templates

    def draft(
        self, name: str, body: str, *, samples: Sequence[str] = (), buttons: Sequence[Json] = (), **vals: Any
    ) -> int:
        """Write a template about a patient. The first variable of the text is his name, the others are typed."""
        variables = [{"index": index, "sample": sample, **source(index)} for index, sample in enumerate(samples, 1)]
        if "{{1}}" in vals.get("header_text", ""):
            variables.append({"place": "header", "index": 1, "source": "text", "sample": "24 Kasım"})
        return self.boss.create(
            TEMPLATE,
            name=name,
            body=body,
            account_id=self.clinic.a.account_id,
            model_id=self.patient_model,
            variable_ids=[[CREATE, 0, variable] for variable in variables],
            button_ids=[[CREATE, 0, {"sequence": place, **button}] for place, button in enumerate(buttons, 1)],
            **{"language": "tr", "category": "utility", **vals},
        )

    def submit(self, *templates: int) -> None:
        """Submit, and have Meta's review told."""
        self.boss.call(TEMPLATE, "action_submit", list(templates))
        self.settle()

    def approved(self, name: str, body: str, **vals: Any) -> int:
        """Write a template and wait until it was approved."""
        template = self.draft(name, body, **vals)
        self.get_approved(template)
        return template

    def get_approved(self, template: int) -> None:
        """Submit a template, and let Meta approve it once Odoo has noted that it is in review."""
        self.meta.set_settings(review="never")
        self.boss.call(TEMPLATE, "action_submit", [template])
        seen = self.look(template, "name", "language", "status")
        assert seen["status"] == "pending", seen
        self.wait_for_another_second(template)
        self.meta.change_template(seen["name"], seen["language"], WABA, status="APPROVED")
        self._approved_at[template] = int(time.time())
        self.meta.set_settings(review="approve")
        self.wait_for(template, status="approved")

    def wait_for_another_second(self, *templates: int) -> None:
        """Wait until Meta may approve these again: webhooks that say the same of one second are the same webhook."""
        last = max(self._approved_at.get(template, 0) for template in templates)
        self.clinic.wait(lambda: int(time.time()) > last, "time stands still")

    def settle(self) -> None:
        """Wait until all that Meta has to tell has arrived and was understood."""
        self.meta.settle(60)
        self.clinic.wait_for_inbox()

    def look(self, template: int, *names: str) -> Json:
        return self.boss.read(TEMPLATE, template, *names)

    def wait_for(self, template: int, **expected: object) -> None:
        """Wait until a template has these values."""

        def seen() -> Json:
            return {name: value for name, value in self.look(template, *expected).items() if name != "id"}

        self.clinic.wait(lambda: seen() == expected, lambda: f"{expected} expected: {seen()}")

    def remote(self, name: str, language: str = "tr") -> Json:
        return self.meta.template(name, language, WABA)

    def check_health(self) -> None:
        """Let Odoo ask Meta about its numbers, as it does every four hours."""
        self.clinic.let_crons_run(*HEALTH)

    def findings(self) -> Json:
        """What is wrong with the number, as the database has it."""
        query = "SELECT findings FROM clinic_whatsapp_account WHERE id = %s"
        return self.clinic.sql(query, self.clinic.a.account_id)[0][0] or {}

    def activities(self) -> int:
        """How many activities there ever were about the number."""
        query = "SELECT count(*) FROM mail_activity WHERE res_model = %s AND res_id = %s"
        return self.clinic.sql(query, ACCOUNT, self.clinic.a.account_id)[0][0]

    # Sending

    def offered(self, reader: Reader) -> set[int]:
        rows = self.reception.call(WIZARD, "get_templates", "res.partner", [reader.id])
        return {row["id"] for row in rows}

    def values(self, template: int, reader: Reader, typed: str) -> dict[str, str]:
        """What reception has to type: ``typed`` for whatever nothing else says."""
        draft = self.reception.call(WIZARD, "get_draft", "res.partner", [reader.id], template)
        return {str(it["index"]): typed for it in draft["variables"] if not it["value"] and not it["is_fixed"]}

    def send(self, template: int, reader: Reader, values: dict[str, str] | None = None) -> int:
        """Send a template from the list of patients; the message, whatever became of it."""
        begun = self.reception.call(
            WIZARD, "action_begin", "res.partner", [reader.id], template, values or {}, uuid.uuid4().hex
        )
        assert begun.get("id"), begun
        progress = self.reception.call(WIZARD, "action_continue", [begun["id"]])
        assert progress["done"] == progress["total"] == 1
        query = "SELECT max(id) FROM clinic_whatsapp_message WHERE partner_id = %s AND template_id IS NOT NULL"
        return self.clinic.sql(query, reader.id)[0][0]

    def deliver(self, template: int, reader: Reader, values: dict[str, str] | None = None) -> tuple[Json, Json]:
        """Send a template; what Odoo's thread shows of it, and what the phone shows."""
        message = self.send(template, reader, values)
        return self.arrived(message, reader)

    def arrived(self, message: int, reader: Reader) -> tuple[Json, Json]:
        """Wait until a message is on the phone; what Odoo's thread shows of it, and what the phone shows."""
        self.clinic.wait_for_states([message], "sent", "delivered", "read", "blocked", "failed")
        seen = self.boss.read(MESSAGE, message, "state", "problem", "conversation_id")
        assert seen["state"] not in ("blocked", "failed"), seen
        wamid = self.clinic.sql("SELECT wamid FROM clinic_whatsapp_message WHERE id = %s", message)[0][0]
        shown = reader.phone.wait_for_message(lambda it: it["id"] == wamid, 60)
        thread = self.reception.call(CONVERSATION, "get_thread", [seen["conversation_id"]])
        return next(bubble for bubble in thread["messages"] if bubble["id"] == message), shown


@contextlib.contextmanager
def at_desk(state: Path) -> Iterator[Desk]:
    """Found a clinic whose business account has no templates; an error in Odoo's log fails at the end."""
    with (
        database.temporary(database.addon_template(), "clinic_templates") as name,
        SimulatorServer(state=state) as simulator,
        OdooServer(name, options=MANY_CLIENTS) as odoo_server,
    ):
        yield Desk(found_clinic(odoo_server, simulator))
        assert ERRORS.findall(odoo_server.log.read_text(errors="replace")) == [], f"see {odoo_server.log}"


def outcome(desk: Desk, message: int) -> tuple[str, str]:
    """State and reason of a message that has left the queue."""
    query = "SELECT state, block_reason FROM clinic_whatsapp_message WHERE id = %s"
    desk.clinic.wait_for_states([message], "blocked", "sent", "delivered", "read", "failed")
    return desk.clinic.sql(query, message)[0]


def body(subject: str) -> str:
    """A text of its own, as Meta takes none twice: {{1}} is the name, {{2}} is typed."""
    return f"Sayın {{{{1}}}}, {subject} için {{{{2}}}} günü kliniğimizde görüşmek üzere."


def source(index: int) -> Json:
    return {"source": "helper", "helper": "patient_name"} if index == 1 else {"source": "text"}


def words(bubble: Json, shown: Json) -> tuple[Json, Json]:
    """The words of a bubble of Odoo (or of its editor) and of one on the phone, in the same form.

    Labels that the phone writes in its own language are left out of both.
    """
    own = {place for place, button in enumerate(shown["buttons"]) if not button["text"]}
    labels = [None if place in own else label for place, label in enumerate(bubble["buttons"])]
    ours = {**{part: bubble[part] for part in ("header", "body", "footer")}, "buttons": labels}
    theirs = {
        "header": shown["header"],
        "body": shown["text"],
        "footer": shown["footer"],
        "buttons": [button["text"] or None for button in shown["buttons"]],
    }
    return ours, theirs
