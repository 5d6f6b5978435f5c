"""A patient writes in the very moment in which somebody answers or closes: he is not forgotten.

Each scene runs in an Odoo shell, its transactions on connections of their own. The scenes are in `waiting_race.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devtools import database, odoo, paths

SCRIPT = Path(__file__).with_name("waiting_race.py")
Play = Callable[..., dict[str, Any]]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """Play one scene in a database of its own; what it wrote down."""
    with database.temporary(database.addon_template(), "clinic_race") as name:

        def run(scene: str, *, patients: int = 1, seed: int = 0) -> dict[str, Any]:
            answer = tmp_path / "answer.json"
            given = {"scene": scene, "patients": patients, "seed": seed, "answer": str(answer)}
            odoo.run_script(name, SCRIPT, log=paths.log_file("waiting-race"), env={"CLINIC_RACE": json.dumps(given)})
            return json.loads(answer.read_text())

        yield run


@pytest.mark.parametrize("scene", ["answering", "closing"])
def test_whoever_is_overtaken_by_a_message_begins_anew_and_knows_of_it(play: Play, scene: str) -> None:
    seen = play(scene)
    assert seen["attempts"] == [1, 2], "the second time two messages were there"
    [after] = seen["after"]
    assert after["listed"] == after["true"]


def test_closing_what_was_seen_leaves_open_what_came_meanwhile(play: Play) -> None:
    seen = play("closing_what_was_seen")
    assert seen["attempts"] == [1, 2]
    assert seen["after"] == [{"listed": True, "state": "open", "true": True}]


@pytest.mark.parametrize("seed", [1, 2])
def test_in_whatever_order_all_of_them_act_the_list_tells_the_truth(play: Play, seed: int) -> None:
    seen = play("everybody_at_once", patients=6, seed=seed)
    assert seen["errors"] == []
    assert seen["stored"] == 6 + 60
    assert [row["listed"] for row in seen["after"]] == [row["true"] for row in seen["after"]]
    assert all(row["state"] != "closed" for row in seen["after"] if row["true"])
