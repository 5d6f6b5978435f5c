"""A copy of the database, neutralised as Odoo does it, cannot reach anybody, whatever its users try."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from devtools import database, odoo, paths
from devtools.odoo import OdooServer
from devtools.rpc import Odoo, Refused

from .clinic import APP_SECRET, DISPATCH, Clinic, access_token, log_in
from .webhooks import Storm, body, text

ACCOUNT, CONVERSATION = "clinic.whatsapp.account", "clinic.whatsapp.conversation"


@pytest.fixture(scope="module")
def waiting(founded: Clinic) -> Iterator[int]:
    """A message in the queue of the original, which leaves in the end."""
    if not founded.odoo.alive():
        founded.start_odoo()
    _phone, conversation = founded.converse(founded.a)
    founded.meta.settle()
    founded.staff(founded.manager).call(ACCOUNT, "action_pause", [founded.a.account_id])
    message = founded.staff(founded.a.reception).send_text(conversation, "Yarın görüşmek üzere.")
    assert founded.states([message]) == ["queued"]
    yield message
    founded.staff(founded.manager).call(ACCOUNT, "action_resume", [founded.a.account_id])
    founded.wait_for_states([message], "delivered")


@pytest.fixture(scope="module")
def copy(founded: Clinic, waiting: int) -> Iterator[OdooServer]:
    """A running server on a neutralised copy; the original stands still while it is made."""
    with ExitStack() as stack:
        founded.odoo.stop()
        try:
            name = stack.enter_context(database.temporary(founded.odoo.database, "clinic_copy"))
        finally:
            founded.start_odoo()
        odoo.check_odoo("neutralize", "-d", name, log=paths.log_file(name), what="Neutralising")
        yield stack.enter_context(OdooServer(name))


def test_a_neutralised_copy_has_no_credentials_and_nothing_to_send(clinic: Clinic, copy: OdooServer) -> None:
    def look(query: str) -> list[tuple[object, ...]]:
        return clinic.sql(query, database_name=copy.database)

    secrets = "SELECT DISTINCT access_token, app_secret, verify_token, state FROM clinic_whatsapp_account"
    assert look(secrets) == [(None, None, None, "disabled")]
    assert look("SELECT count(*) FROM clinic_whatsapp_message WHERE state IN ('queued', 'sending')") == [(0,)]
    assert look("SELECT count(*) FROM clinic_whatsapp_message WHERE state = 'cancelled'") == [(1,)]
    storm = Storm(clinic.a, clients=1, repeats=1)
    storm.url = clinic.a.webhook_url.replace(clinic.odoo.url, copy.url)
    assert storm.post([body(clinic.a, messages=[text("905300000999", "wamid.copy", "Merhaba")])]) == {403: 1}


def test_nothing_that_a_user_does_in_the_copy_reaches_meta(clinic: Clinic, copy: OdooServer, waiting: int) -> None:
    before = clinic.meta.totals()
    admin = log_in(copy, "admin", [clinic.a.company_id, clinic.root_id])
    secrets = {"access_token": access_token(clinic.a.phone_number_id), "app_secret": APP_SECRET}
    admin.write(ACCOUNT, clinic.a.account_id, state="connected", **secrets)
    with pytest.raises(Refused, match="copy of the database"):
        admin.call(ACCOUNT, "action_test_connection", [clinic.a.account_id])
    conversation = admin.read("clinic.whatsapp.message", waiting, "conversation_id")["conversation_id"]
    written = admin.call(CONVERSATION, "action_send_text", [conversation], "Deneme")
    assert written["state"] == "blocked" and "copy" in written["problem"].lower(), written
    clinic.sql(f"UPDATE clinic_whatsapp_message SET state = 'queued' WHERE id = {waiting}", database_name=copy.database)
    run_by_hand(admin)
    query = f"SELECT state FROM clinic_whatsapp_message WHERE id = {waiting}"
    assert clinic.sql(query, database_name=copy.database) == [("queued",)]
    assert clinic.meta.totals() == before


def run_by_hand(admin: Odoo) -> None:
    """The button “Run Manually” of the scheduled actions, which does not ask whether they are switched on."""
    for name in DISPATCH:
        admin.call("ir.cron", "method_direct_trigger", [admin.ref(f"clinic_whatsapp.{name}")])
