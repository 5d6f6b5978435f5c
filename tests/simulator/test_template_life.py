"""What Meta does to templates: reviews, ratings, pauses, other categories; told by webhook each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.client import DEFAULT_NUMBER, SimulatorError
from simulator.testing import Simulator
from simulator.waiting import wait_until

from .world import REMINDER, Meta, Receiver, error

WABA = DEFAULT_NUMBER["waba_id"]
STATUS, QUALITY, CATEGORY = (
    "message_template_status_update",
    "message_template_quality_update",
    "template_category_update",
)
NAME = "appt_reminder"
NEW = {
    "name": "offer",
    "language": "tr",
    "category": "UTILITY",
    "message_send_ttl_seconds": 3600,
    "components": [{"type": "BODY", "text": "Bu ay diş taşı temizliği yarı fiyatına."}],
}


def told(receiver: Receiver, field: str, count: int) -> list[dict[str, Any]]:
    wait_until(lambda: len(receiver.changes(field)) >= count, 10, lambda: str(receiver.changes(field)))
    return receiver.changes(field)


def titles(receiver: Receiver) -> list[str]:
    return [value["other_info"]["title"] for value in receiver.changes(STATUS)]


def status(sim: Simulator) -> str:
    return sim.template(NAME)["status"]


class TestPauses:
    def test_bad_rating_pauses_for_three_hours_then_six_then_for_good(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        seen, statuses = [], []
        for count in (1, 3, 5):
            sim.rate_template(NAME, "RED")
            value = told(receiver, STATUS, count)[-1]
            seen.append(value["other_info"]["title"])
            statuses.append(value["event"])
            if status(sim) == "PAUSED":
                assert error(meta.send_template())["code"] == 132015
                sim.end_pause(NAME)
                over = told(receiver, STATUS, count + 1)[-1]
                assert (over["event"], over["other_info"]["title"]) == ("APPROVED", "UNPAUSE")
                assert meta.send_template().status_code == 200
            sim.rate_template(NAME, "YELLOW")
        assert seen == ["FIRST_PAUSE", "SECOND_PAUSE", "DISABLED"]
        assert statuses == ["PAUSED", "PAUSED", "DISABLED"]
        assert error(meta.send_template())["code"] == 132016
        assert receiver.changes(STATUS)[-1]["disable_info"]["disable_date"] > 1_700_000_000

    def test_rating_is_told_and_listed(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.rate_template(NAME, "GREEN")
        told(receiver, QUALITY, 1)
        sim.rate_template(NAME, "YELLOW")
        values = told(receiver, QUALITY, 2)
        pairs = [(v["previous_quality_score"], v["new_quality_score"]) for v in values]
        assert pairs == [("UNKNOWN", "GREEN"), ("GREEN", "YELLOW")]
        row = meta.call("GET", f"{WABA}/message_templates?fields=quality_score").json()["data"][0]
        assert row["quality_score"]["score"] == "YELLOW"
        assert status(sim) == "APPROVED"

    def test_pause_ends_by_itself(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.set_settings(first_pause_seconds=0.05)
        sim.pause_template(NAME)
        assert {v["event"] for v in told(receiver, STATUS, 2)} == {"PAUSED", "APPROVED"}

    def test_nobody_waits_for_the_end_of_a_pause(self, sim: Simulator, meta: Meta) -> None:
        sim.pause_template(NAME)
        sim.settle(timeout=5)
        assert status(sim) == "PAUSED"

    def test_pause_goes_on_after_a_restart(self, tmp_path: Path, receiver: Receiver) -> None:
        with Simulator(state=tmp_path / "state.json") as sim:
            sim.register_number(webhook_url=receiver.url)
            sim.put_templates([REMINDER])
            sim.set_settings(first_pause_seconds=1.0)
            sim.pause_template(NAME)
            sim.stop()
            sim.start()
            wait_until(lambda: "UNPAUSE" in titles(receiver), 10, lambda: str(titles(receiver)))

    def test_pause_by_pacing_is_ended_by_the_business_after_five_minutes(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        node = f"{sim.template(NAME)['id']}/unpause"
        assert meta.call("POST", node).json()["success"] is False
        sim.pause_template(NAME)
        assert meta.call("POST", node).json()["success"] is False, "a pause for its quality ends by itself"
        sim.end_pause(NAME)
        told(receiver, STATUS, 2)
        sim.pause_template(NAME, pacing=True)
        assert told(receiver, STATUS, 3)[-1]["other_info"]["title"] == "RATE_LIMITING_PAUSE"
        early = meta.call("POST", node).json()
        assert early["success"] is False and "five minutes" in early["reason"]
        sim.set_settings(unpause_wait_seconds=0)
        assert meta.call("POST", node).json() == {"success": True}
        assert meta.send_template().status_code == 200

    def test_what_cannot_happen_is_refused(self, sim: Simulator, meta: Meta) -> None:
        with pytest.raises(SimulatorError, match="not PAUSED"):
            sim.end_pause(NAME)
        with pytest.raises(SimulatorError, match="quality is one of"):
            sim.rate_template(NAME, "PURPLE")
        with pytest.raises(SimulatorError, match="no template"):
            sim.pause_template("nothing")
        sim.pause_template(NAME)
        with pytest.raises(SimulatorError, match="Only an approved"):
            sim.pause_template(NAME)


class TestCategory:
    def test_other_category_is_announced_and_comes_a_day_later(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        sim.change_template(NAME, ttl_seconds=600)
        sim.recategorise_template(NAME, "MARKETING")
        (announced,) = told(receiver, CATEGORY, 1)
        assert (announced["new_category"], announced["correct_category"]) == ("UTILITY", "MARKETING")
        assert "previous_category" not in announced
        fields = "category,correct_category,previous_category,message_send_ttl_seconds"
        row = meta.call("GET", f"{WABA}/message_templates?fields={fields}").json()["data"][0]
        assert (row["category"], row["correct_category"]) == ("UTILITY", "MARKETING")
        assert row["message_send_ttl_seconds"] == 600
        sim.set_settings(category_change_seconds=0.05)
        sim.recategorise_template(NAME, "MARKETING")
        changed = told(receiver, CATEGORY, 2)[-1]
        assert (changed["previous_category"], changed["new_category"]) == ("UTILITY", "MARKETING")
        row = meta.call("GET", f"{WABA}/message_templates?fields={fields}").json()["data"][0]
        assert (row["category"], row["previous_category"]) == ("MARKETING", "UTILITY")
        assert "message_send_ttl_seconds" not in row, "a change of category clears it"

    def test_warned_business_is_told_afterwards(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.recategorise_template(NAME, "MARKETING", at_once=True)
        (changed,) = told(receiver, CATEGORY, 1)
        assert (changed["previous_category"], changed["new_category"]) == ("UTILITY", "MARKETING")

    def test_review_takes_a_promotion_for_what_it_is(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.set_settings(review_category="MARKETING")
        assert meta.call("POST", f"{WABA}/message_templates", json=NEW).json()["category"] == "UTILITY"
        (value,) = told(receiver, STATUS, 1)
        assert (value["event"], value["message_template_category"]) == ("APPROVED", "MARKETING")
        template = sim.template("offer")
        assert (template["category"], template["previous_category"]) == ("MARKETING", "UTILITY")
        assert template["ttl_seconds"] is None
