"""Whatever Meta posts at once, twice and out of order: every message is there once, every status at its highest."""

from __future__ import annotations

import itertools
import random
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from .clinic import Branch, Clinic
from .webhooks import Storm, body, status, text

STORM_SECONDS = 180  # on a busy machine; some 40 on an idle one
LADDER = ("sent", "delivered", "read")


def test_eight_clients_posting_the_same_webhooks_leave_every_message_once(clinic: Clinic) -> None:
    phones = [clinic.phone(clinic.b) for _number in range(40)]
    run = uuid.uuid4().hex
    sent = {f"wamid.{run}.{number}": (phones[number % 40].wa_id, f"mesaj {number}") for number in range(200)}
    bodies = [body(clinic.b, messages=[text(wa_id, wamid, words)]) for wamid, (wa_id, words) in sent.items()]
    storm = Storm(clinic.b, clients=8, repeats=3)
    assert storm.post(bodies) == {200: 8 * 3 * 200}
    assert storm.seconds < STORM_SECONDS
    clinic.wait_for_inbox()
    assert Counter(clinic.inbound(clinic.b, phones)) == Counter((wamid, wa_id) for wamid, (wa_id, _) in sent.items())
    assert clinic.unread(clinic.b, phones) == [5] * 40
    first = phones[0].wa_id
    assert read_bodies(clinic, clinic.b, first) == {words for wa_id, words in sent.values() if wa_id == first}


def test_messages_of_one_patient_keep_their_order(clinic: Clinic) -> None:
    """Promised within a webhook, and from one that was answered to the next; whoever else writes meanwhile."""
    phones = [clinic.phone(clinic.b) for _number in range(8)]

    def write(wa_id: str) -> Counter[int | str]:
        bodies = [
            body(clinic.b, messages=[text(wa_id, f"wamid.{wa_id}.{first + step}", "…") for step in range(3)])
            for first in range(0, 15, 3)
        ]
        one_by_one, again = Storm(clinic.b, clients=1, repeats=1, shuffled=False), Storm(clinic.b, 2, 1)
        return one_by_one.post(bodies) + again.post(bodies)

    with ThreadPoolExecutor(len(phones)) as pool:
        assert sum(pool.map(write, [phone.wa_id for phone in phones]), Counter()) == {200: 8 * 5 * 3}
    clinic.wait_for_inbox()
    for phone in phones:
        wamids = [wamid for wamid, _ in clinic.inbound(clinic.b, [phone])]
        assert wamids == [f"wamid.{phone.wa_id}.{number}" for number in range(15)]


def test_statuses_end_at_their_highest(clinic: Clinic) -> None:
    """Every client bundles the same statuses differently, as Meta may when it repeats them."""
    phones = [clinic.phone(clinic.a) for _number in range(4)]
    conversations = clinic.converse_all(clinic.a, phones)
    clinic.meta.settle()
    clinic.meta.set_faults(webhook_paused=True)  # this test brings the statuses
    receptionist = clinic.staff(clinic.a.reception)
    ids = [receptionist.send_text(conversation, "Merhaba") for conversation in conversations for _ in range(10)]
    clinic.wait_for_states(ids, "sent")
    rows = clinic.sql("SELECT id, wamid, client_ref FROM clinic_whatsapp_message WHERE id IN %s", tuple(ids))
    highest = {message_id: LADDER[message_id % 3] for message_id in ids}
    statuses = [
        status(wamid, name, client_ref)
        for message_id, wamid, client_ref in rows
        for name in LADDER[: LADDER.index(highest[message_id]) + 1]
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda client: post_bundled(clinic.a, statuses, client), range(8))
        assert set(sum(answers, Counter())) == {200}
    clinic.wait_for_inbox()
    assert dict(zip(ids, clinic.states(ids), strict=True)) == highest
    query = "SELECT count(read_at), count(delivered_at) FROM clinic_whatsapp_message WHERE id IN %s"
    read = list(highest.values()).count("read")
    assert clinic.sql(query, tuple(ids)) == [(read, read + list(highest.values()).count("delivered"))]


def test_real_sending_survives_repeated_and_shuffled_webhooks(clinic: Clinic) -> None:
    phones = [clinic.phone(clinic.a) for _number in range(8)]
    conversations = clinic.converse_all(clinic.a, phones)
    clinic.meta.set_faults(duplicate_webhooks=3, shuffle_statuses=True, latency_ms=[0, 300])
    for phone in phones[1::2]:
        phone.profile(reads=False)  # blue ticks are off
    receptionist = clinic.staff(clinic.a.reception)
    ids = []
    for number in range(5):
        for phone, conversation in zip(phones, conversations, strict=True):
            ids.append(receptionist.send_text(conversation, f"{phone.wa_id}: cevap {number}"))
            phone.send_text(f"soru {number}")
    for phone in phones:
        phone.open()
    expected = [("read", "delivered")[number % 2] for number in range(8)] * 5
    clinic.wait(lambda: clinic.states(ids) == expected, lambda: f"states: {clinic.states(ids)}")
    clinic.meta.settle(60)
    clinic.wait_for_inbox()
    assert clinic.states(ids) == expected
    for phone in phones:
        texts = [message["text"] for message in phone.messages() if message["from_business"]]
        assert texts == [f"{phone.wa_id}: cevap {number}" for number in range(5)]
    assert clinic.accepted(ids) == [1] * len(ids)
    assert len(clinic.inbound(clinic.a, phones)) == 8 * 6


def post_bundled(branch: Branch, statuses: Sequence[dict[str, str]], seed: int) -> Counter[int | str]:
    order = list(statuses)
    random.Random(seed).shuffle(order)
    bundles = itertools.zip_longest(*[iter(order)] * 5)
    bodies = [body(branch, statuses=[entry for entry in bundle if entry]) for bundle in bundles]
    return Storm(branch, clients=1, repeats=1, seed=seed).post(bodies)


def read_bodies(clinic: Clinic, branch: Branch, wa_id: str) -> set[str]:
    """What reception reads of one sender."""
    domain = [["conversation_id.contact_id.wa_id", "=", wa_id]]
    found = clinic.staff(branch.reception).call("clinic.whatsapp.message", "search_read", domain, ["body"])
    return {message["body"] for message in found}
