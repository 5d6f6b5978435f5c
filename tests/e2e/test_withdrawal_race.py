"""A withdrawal and a dispatch at the same moment: after the withdrawal is committed nothing leaves (legal.md LR-16).

Each scene runs in an Odoo shell, its transactions on connections of their own; Meta is the simulator. The scenes are in
`withdrawal_race.py`, one for each way in which the two can meet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devtools import database, odoo, paths
from devtools.simulator import SimulatorServer
from simulator.client import SimulatorClient

SCRIPT = Path(__file__).with_name("withdrawal_race.py")
HELLO = {
    "name": "hello",
    "language": "tr",
    "category": "UTILITY",
    "components": [
        {"type": "BODY", "text": "Sayın {{1}}, kliniğimizden size merhaba diyoruz!"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Tamam"}]},
    ],
}
NUMBER = "100000000000001"  # of the first branch in the addon's own tests, with its secrets
VALUES = {
    "waba_id": "200000000000001",
    "app_id": "300000000000001",
    "app_secret": "test_app_secret",
    "access_token": f"EAATESTTOKEN{NUMBER}",
    "verify_token": "test_verify_token",
}
Play = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def meta() -> Iterator[SimulatorClient]:
    with SimulatorServer() as server:
        client = SimulatorClient(server.url)
        client.register_number(NUMBER, **VALUES)
        client.put_templates([HELLO], VALUES["waba_id"])
        yield client


@pytest.fixture
def play(meta: SimulatorClient, tmp_path: Path) -> Iterator[Play]:
    """Play one scene in a database of its own; what it wrote down."""
    meta.clear_faults()
    meta.set_faults(webhook_paused=True)
    with database.temporary(database.addon_template(), "clinic_race") as name:

        def run(scene: str, *, patients: int = 1, seed: int = 0) -> dict[str, Any]:
            answer = tmp_path / "answer.json"
            given = {"scene": scene, "patients": patients, "seed": seed, "simulator": meta.url, "answer": str(answer)}
            log = paths.log_file("withdrawal-race")
            odoo.run_script(name, SCRIPT, log=log, env={"CLINIC_RACE": json.dumps(given)})
            return json.loads(answer.read_text())

        yield run


def outcomes(rows: list[list[str]]) -> list[tuple[str, str | None]]:
    return [(state, reason or None) for state, reason, _reference in rows]


def accepted(meta: SimulatorClient, reference: str) -> list[float]:
    """When Meta took the message of this reference."""
    return [entry["at"] for entry in meta.log("accepted") if entry["client_ref"] == reference]


def test_lr16_what_waits_is_blocked_with_the_withdrawal_itself(play: Play, meta: SimulatorClient) -> None:
    seen = play("ended_before_the_snapshot")
    assert outcomes(seen["at_once"]) == outcomes(seen["after"]) == [("blocked", "no_optin")]
    assert accepted(meta, seen["after"][0][2]) == []


def test_lr16_a_dispatcher_that_saw_the_state_before_the_withdrawal_is_refused_the_lock(
    play: Play, meta: SimulatorClient
) -> None:
    seen = play("ended_between_snapshot_and_lock")
    assert seen["refused"] == "SerializationFailure"
    assert outcomes(seen["after"]) == [("blocked", "no_optin")]
    assert accepted(meta, seen["after"][0][2]) == []


def test_lr16_a_dispatcher_that_meets_an_open_withdrawal_puts_the_message_back(
    play: Play, meta: SimulatorClient
) -> None:
    seen = play("ending_while_the_dispatcher_looks")
    assert outcomes(seen["meanwhile"]) == [("queued", None)]
    assert outcomes(seen["after"]) == [("blocked", "no_optin")]
    assert accepted(meta, seen["after"][0][2]) == []


def test_lr16_a_withdrawal_is_committed_only_after_what_was_under_way_has_ended(
    play: Play, meta: SimulatorClient
) -> None:
    meta.set_faults(latency_ms=[2000, 2000])
    seen = play("dispatched_first")
    first, later = seen["after"]
    assert outcomes(seen["waited"]) == [("sending", None)]
    assert seen["standing"] == [[0]], "the withdrawal was visible while the message was under way"
    [moment] = accepted(meta, first[2])
    assert moment <= seen["committed_at"]
    assert outcomes([first, later]) == [("sent", None), ("blocked", "no_optin")]
    assert accepted(meta, later[2]) == []


def test_lr16_a_withdrawal_waits_for_a_dispatcher_that_is_about_to_send(play: Play) -> None:
    assert play("dispatcher_judges_first")["standing"] == [[0]]


def test_lr16_a_dead_dispatcher_holds_up_no_withdrawal(play: Play) -> None:
    assert outcomes(play("dispatcher_dies")["after"]) == [("sending", None)]


@pytest.mark.parametrize("seed", [1, 2])
def test_lr16_no_message_leaves_after_the_withdrawal_was_committed(
    play: Play, meta: SimulatorClient, seed: int
) -> None:
    meta.set_faults(latency_ms=[0, 150])
    seen = play("everybody_at_once", patients=40, seed=seed)
    at = {entry["client_ref"]: entry["at"] for entry in meta.log("accepted")}
    for committed_at, references in zip(seen["committed"], seen["refs"], strict=True):
        assert [at[reference] for reference in references if at.get(reference, 0) > committed_at] == []
    states = [state for row in seen["states"] for state in row]
    assert set(states) == {"sent", "blocked"}, "nothing is left over, and both happened"
