"""A receptionist's reply does not wait for the bulk that was queued before it."""

from __future__ import annotations

from .campaign.load import register
from .clinic import Clinic

BULK, REPLIES = 90, 3
PER_SECOND = 6
PATIENTS_OF_BULK = 45
BETWEEN = 4 * PER_SECOND  # what may leave meanwhile: a second's, generously, since the machine may be busy
AUTOMATIC = "UPDATE clinic_whatsapp_message SET kind = 'automatic' WHERE id IN %s"


def test_a_reply_overtakes_the_bulk_of_its_number(clinic: Clinic) -> None:
    phones = [clinic.phone(clinic.a) for _number in range(PATIENTS_OF_BULK + REPLIES)]
    receptionist, manager = clinic.staff(clinic.a.reception), clinic.staff(clinic.manager)
    for phone in phones[:PATIENTS_OF_BULK]:
        register(receptionist, phone)  # to nobody else anything leaves by itself
    conversations = clinic.converse_all(clinic.a, phones)
    account = clinic.a.account_id
    manager.call("clinic.whatsapp.account", "action_pause", [account])
    crowd = conversations[:PATIENTS_OF_BULK]
    bulk = [receptionist.send_text(conversation, "Hatırlatma") for conversation in crowd for _ in range(2)]
    assert clinic.states(bulk) == ["queued"] * BULK
    clinic.sql(AUTOMATIC, tuple(bulk))  # as if an automation had queued them
    manager.write("clinic.whatsapp.account", account, messages_per_second=PER_SECOND)
    try:
        manager.call("clinic.whatsapp.account", "action_resume", [account])
        clinic.wait(lambda: sum(clinic.accepted(bulk)) > PER_SECOND, "the bulk does not leave")
        for conversation in conversations[PATIENTS_OF_BULK:]:
            before = sum(clinic.accepted(bulk))
            reply = receptionist.send_text(conversation, "Buyurun, dinliyorum.")
            clinic.wait(lambda reply=reply: clinic.accepted([reply]) == [1], "the reply does not leave")
            overtaken_by = accepted_before(clinic, reply, bulk) - before
            assert overtaken_by <= BETWEEN, f"{overtaken_by} of the bulk left before the reply"
        assert sum(clinic.accepted(bulk)) < BULK, "nothing was left to overtake"
    finally:
        manager.write("clinic.whatsapp.account", account, messages_per_second=80)
    clinic.wait_for_states(bulk, "delivered")
    assert clinic.accepted(bulk) == [1] * BULK


def accepted_before(clinic: Clinic, reply: int, bulk: list[int]) -> int:
    """How many of the bulk stand before the reply in Meta's log."""
    query = "SELECT client_ref FROM clinic_whatsapp_message WHERE id IN %s"
    [[own]] = clinic.sql(query, (reply,))
    others = {reference for [reference] in clinic.sql(query, tuple(bulk))}
    log = [entry["client_ref"] for entry in clinic.meta.log("accepted")]
    return sum(reference in others for reference in log[: log.index(own)])
