"""The fault campaign, briefly: most of its scenarios once. `make campaign` plays all of them at length."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .campaign.leaks import leaks
from .campaign.report import table
from .campaign.scenario import Scenario
from .campaign.scenarios import ALL
from .campaign.stage import Size, Stage, stage

SEED = 20261123
BRIEF = Size(patients=4, rounds=1, outage=1.0)


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("simulator") / "state.json", BRIEF, SEED) as the_stage:
        yield the_stage
    print(f"\n{table(the_stage.outcomes)}")


@pytest.mark.parametrize("scenario", [each for each in ALL if each.is_brief], ids=lambda scenario: scenario.__name__)
def test_nothing_is_lost_and_nothing_is_sent_twice_when(theatre: Stage, scenario: type[Scenario]) -> None:
    outcome = theatre.run(scenario())
    theatre.outcomes.append(outcome)
    assert outcome.tally.mistakes == [], f"see {theatre.clinic.odoo.log}"


def test_the_logs_of_all_that_hold_no_secret_no_text_and_no_phone_number(theatre: Stage) -> None:
    assert theatre.outcomes, "nothing was played"
    assert list(leaks(theatre.logs, theatre.clinic)) == []
