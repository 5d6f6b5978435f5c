"""Odoo is killed at the worst moments; after the restart nothing is sent twice, nothing lost, and nothing stuck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from .clinic import DISPATCH, PATIENCE, Clinic

AGE = "UPDATE clinic_whatsapp_message SET claimed_at = claimed_at - interval '11 minutes' WHERE id = %s RETURNING 1"


def test_killed_after_meta_accepted_a_message_arrives_once_and_is_settled_by_its_status(clinic: Clinic) -> None:
    phone, conversation = clinic.converse(clinic.a)
    clinic.meta.settle(PATIENCE)
    clinic.meta.set_faults(hang_next=1, webhook_paused=True)
    message = clinic.staff(clinic.a.reception).send_text(conversation, "Randevunuz hazır.")
    clinic.wait(lambda: clinic.accepted([message]) == [1], "Meta did not accept the message")
    clinic.odoo.kill()
    assert clinic.states([message]) == ["sending"]
    let_its_status_find_nobody(clinic, message)
    clinic.start_odoo()
    assert clinic.states([message]) == ["unknown"]
    clinic.meta.set_faults(webhook_paused=False)
    clinic.wait_for_states([message], "delivered")
    assert clinic.accepted([message]) == [1]
    assert [bubble["text"] for bubble in phone.messages() if bubble["from_business"]] == ["Randevunuz hazır."]


def let_its_status_find_nobody(clinic: Clinic, message: int) -> None:
    """Let Meta try to deliver the status of a message while Odoo is down; then hold the next try."""
    [[reference]] = clinic.sql("SELECT client_ref FROM clinic_whatsapp_message WHERE id = %s", message)
    [wamid] = (entry["wamid"] for entry in clinic.meta.log("accepted") if entry["client_ref"] == reference)
    clinic.meta.set_faults(webhook_paused=False)
    clinic.meta.wait_for_log(lambda e: e["ref"] == f"status:{wamid}:sent" and e["problem"], "webhook", PATIENCE)
    clinic.meta.set_faults(webhook_paused=True)


def test_killed_after_the_claim_and_before_the_call_nothing_is_sent_twice_and_a_person_is_asked(clinic: Clinic) -> None:
    phones = [clinic.phone(clinic.a) for _number in range(8)]
    conversations = clinic.converse_all(clinic.a, phones)
    receptionist = clinic.staff(clinic.a.reception)
    manager, account = clinic.staff(clinic.manager), clinic.a.account_id
    manager.write("clinic.whatsapp.account", account, messages_per_second=3)
    with leaving_together(clinic):
        ids = [receptionist.send_text(conversation, "Merhaba") for conversation in conversations]
    claimed, later = ids[:6], ids[6:]  # a batch is what may leave within two seconds
    clinic.kill_odoo_when(
        lambda: set(clinic.states(claimed)) == {"sending"} and 0 in clinic.accepted(claimed),
        "claimed messages that wait for their turn",
    )
    assert clinic.states(later) == ["queued"] * 2
    clinic.start_odoo()
    clinic.wait_for_states(later, "delivered")
    manager.write("clinic.whatsapp.account", account, messages_per_second=80)
    clinic.meta.settle(PATIENCE)
    clinic.wait_for_inbox()
    arrived = clinic.accepted(claimed)
    assert set(arrived) <= {0, 1} and 0 in arrived
    assert clinic.states(claimed) == [("unknown", "delivered")[times] for times in arrived]
    check_that_a_person_is_asked_once(clinic, claimed[arrived.index(0)])
    assert clinic.accepted(ids) == [*arrived, 1, 1]


def check_that_a_person_is_asked_once(clinic: Clinic, message: int) -> None:
    receptionist = clinic.staff(clinic.a.reception)
    conversation = receptionist.read("clinic.whatsapp.message", message, "conversation_id")["conversation_id"]
    mine = [["res_model", "=", "clinic.whatsapp.conversation"], ["res_id", "=", conversation]]
    assert receptionist.call("mail.activity", "search_count", mine) == 0
    assert clinic.sql(AGE, message)
    clinic.let_crons_run(*DISPATCH)
    clinic.let_crons_run(*DISPATCH)
    [activity] = receptionist.call("mail.activity", "search_read", mine, ["summary", "user_id"])
    assert "not confirmed" in activity["summary"]
    assert activity["user_id"][1] == clinic.a.reception
    assert clinic.states([message]) == ["unknown"]


def test_killed_in_the_middle_of_a_burst_every_inbound_message_is_stored_once(clinic: Clinic) -> None:
    phones = [clinic.phone(clinic.b) for _number in range(6)]
    clinic.converse_all(clinic.b, phones)
    written = [phone.send_text(f"satır {line}") for line in range(25) for phone in phones]
    clinic.kill_odoo_when(
        lambda: len(phones) < len(clinic.inbound(clinic.b, phones)) < len(written) and inbox_is_at_work(clinic),
        "the inbox in the middle of a burst",
    )
    stored = {wamid for wamid, _ in clinic.inbound(clinic.b, phones)}
    assert not stored >= set(written)
    clinic.start_odoo()
    clinic.meta.settle(PATIENCE)
    clinic.wait_for_inbox()
    times = Counter(wamid for wamid, _ in clinic.inbound(clinic.b, phones))
    assert {wamid: times[wamid] for wamid in written} == dict.fromkeys(written, 1)
    assert clinic.unread(clinic.b, phones) == [26] * 6


def inbox_is_at_work(clinic: Clinic) -> bool:
    """Whether a worker holds a number for itself and has events before it."""
    query = """
        SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
         WHERE locktype = 'advisory' AND objid = %s AND datname = %s
           AND EXISTS (SELECT 1 FROM clinic_whatsapp_event WHERE state = 'new')"""
    return bool(clinic.sql(query, clinic.b.account_id, clinic.odoo.database))


@contextmanager
def leaving_together(clinic: Clinic) -> Iterator[None]:
    """Let what reception writes pile up, so that it is claimed in one batch."""
    manager, account = clinic.staff(clinic.manager), clinic.a.account_id
    manager.call("clinic.whatsapp.account", "action_pause", [account])
    yield
    manager.call("clinic.whatsapp.account", "action_resume", [account])
