"""A person decides about a message that WhatsApp did not confirm: once, whoever else clicks or reports meanwhile."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest

from devtools import database
from devtools.rpc import Odoo, Refused

from .clinic import Clinic, log_in

MESSAGE = "clinic.whatsapp.message"
CLICKS = 4


def leave_unconfirmed(clinic: Clinic, conversation: int, text: str) -> int:
    """Send a message whose answer is lost and whose status does not come; its id."""
    clinic.meta.settle()
    clinic.meta.set_faults(webhook_paused=True, drop_answer_next=1)
    message = clinic.staff(clinic.a.reception).send_text(conversation, text)
    clinic.wait_for_states([message], "unknown")
    return message


def managers(clinic: Clinic, count: int) -> list[Odoo]:
    """Sessions of a manager, as in several browsers."""
    companies = (clinic.a.company_id, clinic.b.company_id, clinic.root_id)
    return [log_in(clinic.odoo, clinic.manager, companies) for _number in range(count)]


def texts(clinic: Clinic, conversation: int) -> list[tuple[str, bool]]:
    """State of each message that was sent, and whether somebody has decided about it."""
    query = """
        SELECT state, settled_by_id IS NOT NULL
          FROM clinic_whatsapp_message
         WHERE conversation_id = %s AND direction = 'out'
      ORDER BY id"""
    return clinic.sql(query, conversation)


@pytest.mark.parametrize("method", ["action_send_again", "action_mark_sent"])
def test_of_clicks_at_the_same_time_one_counts(clinic: Clinic, method: str) -> None:
    phone, conversation = clinic.converse(clinic.a)
    message = leave_unconfirmed(clinic, conversation, f"tek karar {method}")

    def click(manager: Odoo) -> str:
        try:
            manager.call(MESSAGE, method, [message])
        except Refused as refused:
            return refused.kind
        return "done"

    with ThreadPoolExecutor(CLICKS) as pool:
        outcomes = Counter(pool.map(click, managers(clinic, CLICKS)))
    assert outcomes == {"done": 1, "odoo.exceptions.UserError": CLICKS - 1}
    clinic.meta.set_faults(webhook_paused=False)
    wanted = 2 if method == "action_send_again" else 1
    clinic.wait(
        lambda: (
            [state for state, _decided in texts(clinic, conversation)] in (["delivered"] * wanted, ["read"] * wanted)
        ),
        lambda: f"messages: {texts(clinic, conversation)}",
    )
    assert [decided for _state, decided in texts(clinic, conversation)] == [True, False][:wanted]
    received = [bubble["text"] for bubble in phone.messages() if bubble["from_business"]]
    assert received.count(f"tek karar {method}") == wanted


def test_a_status_that_comes_in_the_same_moment_wins(clinic: Clinic) -> None:
    _phone, conversation = clinic.converse(clinic.a)
    message = leave_unconfirmed(clinic, conversation, "aynı anda")
    [manager] = managers(clinic, 1)
    server = database.server()
    webhook = psycopg2.connect(host=server.host, port=server.port, user=server.user, dbname=clinic.odoo.database)
    try:
        with webhook, webhook.cursor() as cursor:
            cursor.execute("UPDATE clinic_whatsapp_message SET state = 'delivered' WHERE id = %s", [message])
            with pytest.raises(Refused, match="writing to this message right now"):
                manager.call(MESSAGE, "action_send_again", [message])
    finally:
        webhook.close()
    with pytest.raises(Refused, match="nothing to decide any more"):
        manager.call(MESSAGE, "action_send_again", [message])
    assert texts(clinic, conversation) == [("delivered", False)]
