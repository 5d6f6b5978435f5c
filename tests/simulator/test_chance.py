"""Faults by chance, several updates in one webhook, and the log as a referee."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from typing import Any

import pytest
import requests

from simulator.batching import merge
from simulator.client import DEFAULT_NUMBER_ID, SimulatorError
from simulator.testing import Simulator

from .world import AYSE, MEHMET, Meta, Receiver, error, wamid

MANY = 60


def outcomes(sim: Simulator, meta: Meta, count: int = MANY) -> list[str]:
    """What happens to so many sends, one after the other."""
    sim.change_number(throughput=10_000)
    return [outcome(meta, number) for number in range(count)]


def outcome(meta: Meta, number: int) -> str:
    named = {"to": f"+90531000{number:04d}", "biz_opaque_callback_data": f"ref-{number}"}
    try:
        answer = meta.send(type="template", template=TEMPLATE, **named)
    except requests.ConnectionError:
        return "dropped"
    if answer.status_code == 200:
        return "sent"
    is_page = "text/html" in answer.headers["Content-Type"]
    return f"page{answer.status_code}" if is_page else str(error(answer)["code"])


TEMPLATE = {
    "name": "appt_reminder",
    "language": {"code": "tr"},
    "components": [{"type": "body", "parameters": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}],
}


class TestShares:
    FAULTS: dict[str, Any] = {
        "fail_share": [{"share": 0.2, "http_status": 500}, {"share": 0.2, "code": 130429}],
        "drop_answer_share": 0.2,
    }

    def test_same_seed_gives_the_same_faults(self, sim: Simulator, meta: Meta) -> None:
        sim.set_faults(**self.FAULTS)
        runs = []
        for _ in range(2):
            sim.set_settings(random_seed=11)
            runs.append(outcomes(sim, meta))
        assert runs[0] == runs[1]
        assert set(runs[0]) == {"sent", "dropped", "page500", "130429"}

    def test_log_tells_every_outcome(self, sim: Simulator, meta: Meta) -> None:
        sim.set_faults(**self.FAULTS)
        sim.set_settings(random_seed=5)
        seen = dict(enumerate(outcomes(sim, meta)))
        logged = {e["client_ref"]: e for e in sim.log() if e["kind"] != "webhook"}
        assert len(logged) == MANY
        for number, what in seen.items():
            entry = logged[f"ref-{number}"]
            assert what == {"html500": "page500", "error": str(entry.get("code"))}.get(entry["answer"], entry["answer"])
            assert entry["kind"] == ("accepted" if what in ("sent", "dropped") else "refused")

    def test_dropped_answers_were_accepted(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.set_faults(drop_answer_share=1)
        assert set(outcomes(sim, meta, 3)) == {"dropped"}
        receiver.wait_for(6, "statuses")

    @pytest.mark.parametrize(
        "faults",
        [
            {"fail_share": {"share": 2}},
            {"fail_share": [{"share": 0.6}, {"share": 0.6}]},
            {"fail_share": {"code": 1}},
            {"fail_share": {"share": 0.1, "color": 1}},
            {"fail_share": {"share": 0.1, "code": -1}},
            {"drop_answer_share": 1.1},
        ],
    )
    def test_impossible_share_is_refused(self, sim: Simulator, faults: dict[str, Any]) -> None:
        with pytest.raises(SimulatorError, match="share"):
            sim.set_faults(**faults)

    def test_one_share_is_enough_and_can_be_taken_back(self, sim: Simulator, meta: Meta) -> None:
        sim.set_faults(fail_share={"share": 1, "code": 131000})
        assert outcomes(sim, meta, 2) == ["131000", "131000"]
        sim.set_faults(fail_share=None)
        assert outcomes(sim, meta, 1) == ["sent"]


class TestLog:
    def test_arrival_is_before_the_latency(self, sim: Simulator, meta: Meta) -> None:
        sim.set_faults(latency_ms=[400, 400])
        before, clock = time.time(), time.monotonic()
        outcome(meta, 1)
        after, clock_after = time.time(), time.monotonic()
        (entry,) = sim.log("accepted")
        assert before <= entry["received_at"] <= after - 0.39
        assert clock <= entry["received"] <= clock_after - 0.39
        assert entry["at"] >= entry["received_at"] + 0.19

    def test_arrivals_of_one_connection_are_told_apart(self, sim: Simulator, meta: Meta) -> None:
        sim.set_faults(latency_ms=[60, 60])
        url, headers = f"{sim.url}/v26.0/{DEFAULT_NUMBER_ID}/messages", {"Authorization": f"Bearer {meta.token}"}
        body = {"messaging_product": "whatsapp", "to": f"+{AYSE}", "type": "template", "template": TEMPLATE}
        with requests.Session() as session:
            for _ in range(3):
                assert session.post(url, json=body, headers=headers, timeout=5).status_code == 200
        times = [entry["received"] for entry in sim.log("accepted")]
        assert times[1] - times[0] >= 0.06 and times[2] - times[1] >= 0.06

    def test_at_the_same_time_each_has_its_own_moment(self, sim: Simulator, meta: Meta) -> None:
        sim.change_number(throughput=1000)
        sim.set_faults(latency_ms=[100, 250])
        threads = [threading.Thread(target=outcome, args=(meta, number)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        entries = sim.log("accepted")
        assert len(entries) == 20
        assert all(entry["at"] - entry["received_at"] >= 0.049 for entry in entries)

    @pytest.mark.parametrize(("down", "status"), [("html502", 502), ("reset", 0)])
    def test_sends_during_an_outage_are_named(self, sim: Simulator, meta: Meta, down: str, status: int) -> None:
        sim.set_faults(down=down)
        outcome(meta, 7)
        (entry,) = sim.log("refused")
        assert (entry["client_ref"], entry["answer"], entry["code"]) == ("ref-7", down, 0)
        assert entry["http_status"] == status and entry["received"] > 0

    def test_many_webhooks_do_not_push_out_a_send(self, sim: Simulator, meta: Meta) -> None:
        outcome(meta, 1)
        sim.settle()
        assert [e["seq"] for e in sim.log()] == sorted(e["seq"] for e in sim.log())
        assert {e["kind"] for e in sim.log()} == {"accepted", "webhook"}


class TestBatches:
    def test_all_updates_arrive_once_in_fewer_posts(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.change_number(throughput=1000)
        sim.set_faults(batch_webhooks=10)
        sent = [wamid(meta.send_template(to=f"+90531000{n:04d}")) for n in range(15)]
        texts = [sim.phone(phone).send_text(f"Mesaj {n}") for n in range(5) for phone in (AYSE, MEHMET)]
        sim.settle()
        assert len(receiver.posts) < 20
        assert Counter(m["id"] for m in receiver.messages()) == Counter(texts)
        assert Counter((s["id"], s["status"]) for s in receiver.statuses()) == Counter(
            (wamid_, status) for wamid_ in sent for status in ("sent", "delivered")
        )
        assert max(len(e["refs"]) for e in sim.log("webhook")) > 1
        receiver.check_signatures()

    def test_merged_body_is_repeated_as_a_whole(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.set_faults(batch_webhooks=2)
        receiver.answers = [500]
        for phone in (AYSE, MEHMET):
            sim.phone(phone).send_text("Merhaba")
        receiver.wait_for(2)
        sim.settle()
        first, second = (body for _, body in receiver.posts)
        assert first == second and len(receiver.messages()) == 4

    def test_lonely_update_does_not_wait_for_ever(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.set_faults(batch_webhooks=100)
        sim.phone(AYSE).send_text("Tek")
        sim.settle()
        assert len(receiver.messages()) == 1

    def test_second_tick_comes_for_each_message(self, sim: Simulator, meta: Meta) -> None:
        sim.set_faults(batch_webhooks=3)
        sent = [sim.phone(AYSE).send_text(f"{n}") for n in range(3)]
        for message in sent:
            sim.phone(AYSE).wait_for_tick(message, "delivered")

    def test_bodies_are_split_in_every_way(self) -> None:
        payloads = [_payload("1", "100", n) for n in range(4)] + [_payload("2", "200", n) for n in range(4)]
        shapes = set()
        for seed in range(200):
            body = merge(payloads, random.Random(seed))
            shapes.add(tuple(len(entry["changes"]) for entry in body["entry"]))
            ids = [m["id"] for e in body["entry"] for c in e["changes"] for m in c["value"]["messages"]]
            assert ids == [p["entry"][0]["changes"][0]["value"]["messages"][0]["id"] for p in payloads]
        assert {len(shape) for shape in shapes} >= {2, 3, 4} and max(max(shape) for shape in shapes) > 1
        assert json.dumps(payloads[0]) == json.dumps(_payload("1", "100", 0)), "the parts stay as they were"


def _payload(waba: str, number: str, serial: int) -> dict[str, Any]:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": number},
        "contacts": [{"user_id": f"TR.{serial}"}],
        "messages": [{"id": f"{number}-{serial}"}],
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": waba, "changes": [{"field": "messages", "value": value}]}],
    }
