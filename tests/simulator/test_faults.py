"""The faults that tests of the addon rely on."""

from __future__ import annotations

import json
import time
from collections import Counter

import pytest
import requests

from simulator.client import SimulatorError
from simulator.testing import Simulator

from .world import AYSE, MEHMET, Meta, Receiver, error, wamid

TEXT = {"type": "text", "text": {"body": "Merhaba"}}


def test_chosen_error_for_the_next_sends_only(sim: Simulator, chat: Meta) -> None:
    sim.set_faults(fail_next={"code": 131026, "count": 2})
    codes = [chat.send().status_code for _ in range(3)]
    assert codes == [400, 400, 200]
    assert [e["code"] for e in sim.log("refused")] == [131026, 131026]


def test_chosen_error_may_have_a_status_and_need_not_be_known(sim: Simulator, chat: Meta) -> None:
    sim.set_faults(fail_next={"code": 999123, "count": 1, "http_status": 418, "details": "boo"})
    answer = chat.send()
    assert (answer.status_code, error(answer)["code"]) == (418, 999123)
    assert error(answer)["error_data"]["details"] == "boo"


def test_minutes_to_wait_come_in_the_usage_header(sim: Simulator, chat: Meta) -> None:
    sim.set_faults(fail_next={"code": 80007, "regain_minutes": 7})
    usage = json.loads(chat.send().headers["X-Business-Use-Case-Usage"])
    assert [row["estimated_time_to_regain_access"] for rows in usage.values() for row in rows] == [7]
    assert "X-Business-Use-Case-Usage" not in chat.send().headers


def test_dropped_answer_was_accepted_and_is_delivered(
    sim: Simulator, chat: Meta, receiver: Receiver
) -> None:
    sim.set_faults(drop_answer_next=1)
    with pytest.raises(requests.ConnectionError):
        chat.send(biz_opaque_callback_data="ref-7", **TEXT)
    receiver.wait_for(2, "statuses")
    assert {s["biz_opaque_callback_data"] for s in receiver.statuses()} == {"ref-7"}
    assert [e["answer"] for e in sim.log("accepted")] == ["dropped"]
    assert chat.send().status_code == 200
    assert sim.faults()["drop_answer_next"] == 0


def test_hanging_answer_lasts_until_the_client_gives_up(
    sim: Simulator, chat: Meta, receiver: Receiver
) -> None:
    sim.set_faults(hang_next=1)
    url = f"{sim.url}/v26.0/100200300400500/messages"
    body = {"messaging_product": "whatsapp", "to": f"+{AYSE}", **TEXT}
    headers = {"Authorization": f"Bearer {chat.token}"}
    with pytest.raises(requests.ReadTimeout):
        requests.post(url, json=body, headers=headers, timeout=0.4)
    receiver.wait_for(2, "statuses")
    assert [e["answer"] for e in sim.log("accepted")] == ["hung"]


def test_error_page_instead_of_json(sim: Simulator, chat: Meta) -> None:
    sim.set_faults(down="html502")
    answer = chat.send()
    assert answer.status_code == 502 and "<html>" in answer.text
    sim.set_faults(down=None)
    assert chat.send().status_code == 200


def test_cut_connections(sim: Simulator, chat: Meta) -> None:
    sim.set_faults(down="reset")
    with pytest.raises(requests.ConnectionError):
        chat.send()
    assert not sim.log("accepted")


def test_latency(sim: Simulator, chat: Meta) -> None:
    sim.set_faults(latency_ms=[300, 300])
    started = time.monotonic()
    assert chat.send().status_code == 200
    assert time.monotonic() - started >= 0.3


def test_webhook_can_overtake_a_slow_answer(sim: Simulator, chat: Meta, receiver: Receiver) -> None:
    sim.set_faults(latency_ms=[400, 400], webhook_delay_ms=[0, 0])
    sent = wamid(chat.send())
    assert receiver.statuses(sent), "the status was there before the answer"


def test_duplicates_are_the_same_bytes(sim: Simulator, meta: Meta, receiver: Receiver) -> None:
    sim.set_faults(duplicate_webhooks=3)
    sim.phone(AYSE).send_text("Üç kere")
    receiver.wait_for(3)
    sim.settle()
    assert len(receiver.posts) == 3
    assert len({body for _, body in receiver.posts}) == 1


def test_shuffled_statuses_lose_their_order(sim: Simulator, meta: Meta, receiver: Receiver) -> None:
    sim.set_faults(shuffle_statuses=True, webhook_delay_ms=[0, 5])
    sim.phone(AYSE).open()
    for number in range(5):
        meta.send_template(f"Ayşe {number}", "10:30")
    receiver.wait_for(15, "statuses")
    sim.phone(AYSE).close()
    orders = {}
    for status in receiver.statuses():
        orders.setdefault(status["id"], []).append(status["status"])
    assert all(set(order) == {"sent", "delivered", "read"} for order in orders.values())
    assert all(order[0] != "sent" for order in orders.values())


def test_paused_webhooks_arrive_when_let_go(sim: Simulator, meta: Meta, receiver: Receiver) -> None:
    sim.set_faults(webhook_paused=True)
    for number in range(3):
        sim.phone(AYSE).send_text(f"Mesaj {number}")
    assert sim.state()["pending_webhooks"] == 3
    assert not receiver.posts
    sim.set_faults(webhook_paused=False)
    receiver.wait_for(3)
    sim.settle()


@pytest.mark.parametrize("status", [500, 201, 204, 302, 404])
def test_webhook_is_repeated_until_the_answer_is_200(
    sim: Simulator, meta: Meta, receiver: Receiver, status: int
) -> None:
    receiver.answers = [status, status, status]
    sim.phone(AYSE).send_text("Israrla")
    receiver.wait_for(4)
    sim.settle()
    assert len(receiver.posts) == 4
    assert [e["http_status"] for e in sim.log("webhook")] == [status] * 3 + [200]
    assert len({json.loads(body)["entry"][0]["id"] for _, body in receiver.posts}) == 1


def test_webhook_gives_up_in_the_end(sim: Simulator, meta: Meta) -> None:
    sim.set_settings(retry_attempts=3, retry_first_seconds=0.01)
    sim.change_number(webhook_url="http://127.0.0.1:9/nobody")
    sim.phone(AYSE).send_text("Kimse yok")
    sim.settle()
    entries = sim.log("webhook")
    assert [e["attempt"] for e in entries] == [1, 2, 3]
    assert "No connection" in entries[0]["problem"]


def test_late_refusals_come_as_failed_statuses(
    sim: Simulator, meta: Meta, receiver: Receiver
) -> None:
    sim.set_faults(late_refusals=True)
    closed_window = wamid(meta.send())
    sim.phone(MEHMET).profile(not_on_whatsapp=True)
    unreachable = wamid(meta.send_template(to=f"+{MEHMET}"))
    receiver.wait_for(2, "statuses")
    codes = {s["id"]: s["errors"][0]["code"] for s in receiver.statuses()}
    assert codes == {closed_window: 131047, unreachable: 131026}


@pytest.mark.parametrize(
    "values",
    [
        {"latency": [0, 1]},
        {"latency_ms": [5, 1]},
        {"latency_ms": "slow"},
        {"drop_answer_next": -1},
        {"drop_answer_next": True},
        {"down": "maybe"},
        {"webhook_paused": 1},
        {"fail_next": {"count": 2}},
        {"fail_next": {"code": 1, "cuont": 2}},
    ],
)
def test_misspelt_fault_is_an_error_and_changes_nothing(sim: Simulator, values: dict) -> None:
    before = sim.faults()
    with pytest.raises(SimulatorError):
        sim.set_faults(duplicate_webhooks=2, **values)
    assert sim.faults() == before


def test_faults_go_back_to_normal(sim: Simulator) -> None:
    normal = Simulator.clear_faults(sim)
    sim.set_faults(down="reset", duplicate_webhooks=3, fail_next={"code": 1})
    assert sim.clear_faults() == normal == sim.faults()


def test_burst_of_senders_is_counted_exactly(sim: Simulator, meta: Meta) -> None:
    sim.change_number(throughput=1000)
    sent = [wamid(meta.send_template(to=f"+9053000002{i:02d}")) for i in range(30)]
    assert Counter(e["wamid"] for e in sim.log("accepted")) == Counter(sent)
    assert sim.totals()["accepted"] == 30
