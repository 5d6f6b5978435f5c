"""Meta is not there for a while; what may have left is not repeated, what has not left leaves once."""

from __future__ import annotations

import pytest

from .clinic import DISPATCH, PATIENCE, Clinic

TRIED = """
    SELECT id FROM clinic_whatsapp_message
     WHERE id IN %s AND state = 'queued' AND attempts > 0 AND next_attempt_at IS NOT NULL"""


@pytest.mark.parametrize("down", ["reset", "html502"])
def test_what_left_while_meta_was_down_is_unknown_and_the_next_messages_arrive_once(clinic: Clinic, down: str) -> None:
    phones = [clinic.phone(clinic.a) for _number in range(3)]
    conversations = clinic.converse_all(clinic.a, phones)
    receptionist = clinic.staff(clinic.a.reception)
    clinic.meta.set_faults(down=down)
    lost = [receptionist.send_text(conversation, "Belki") for conversation in conversations]
    clinic.wait_for_states(lost, "unknown")
    clinic.meta.set_faults(down="")
    arrived = [receptionist.send_text(conversation, "Şimdi") for conversation in conversations]
    clinic.wait_for_states(arrived, "delivered")
    clinic.let_crons_run(*DISPATCH)
    assert clinic.states(lost) == ["unknown"] * 3
    assert clinic.accepted(lost + arrived) == [0] * 3 + [1] * 3


def test_while_nobody_listens_messages_wait_and_leave_once_when_meta_is_back(clinic: Clinic) -> None:
    phones = [clinic.phone(clinic.a) for _number in range(3)]
    conversations = clinic.converse_all(clinic.a, phones)
    receptionist = clinic.staff(clinic.a.reception)
    clinic.simulator.stop()
    try:
        ids = [receptionist.send_text(conversation, "Birazdan") for conversation in conversations]
        clinic.wait(lambda: len(clinic.sql(TRIED, tuple(ids))) == 3, lambda: f"states: {clinic.states(ids)}")
    finally:
        clinic.simulator.start()
    later = f"{TRIED} AND next_attempt_at > now() AT TIME ZONE 'UTC'"
    clinic.wait(lambda: not clinic.sql(later, tuple(ids)), "the next attempt is not due")
    clinic.let_crons_run(*DISPATCH)
    clinic.wait_for_states(ids, "delivered")
    clinic.meta.settle(PATIENCE)
    assert clinic.accepted(ids) == [1] * 3
    for phone in phones:
        assert [bubble["text"] for bubble in phone.messages() if bubble["from_business"]] == ["Birazdan"]
