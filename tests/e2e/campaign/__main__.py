"""Command line: `python -m tests.e2e.campaign [--rounds 2] [--seed 1] [--outage 60] [--only TEXT]`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from devtools.errors import run_main
from devtools.processes import signals_end_the_program

from .leaks import leaks
from .report import table
from .scenario import Scenario
from .scenarios import ALL
from .stage import Size, Stage, Unproven, stage


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.campaign", description="Harms a clinic at work.")
    parser.add_argument("--rounds", type=int, default=2, help="how often all scenarios are played (2)")
    parser.add_argument("--seed", type=int, default=1, help="of what people do and when (1)")
    parser.add_argument("--outage", type=float, default=60.0, help="seconds that Meta or the database stays away (60)")
    parser.add_argument("--patients", type=int, default=12, help="of each branch, in each scenario (12)")
    parser.add_argument("--only", default="", help="the scenarios with this text in their name")
    given = parser.parse_args()
    if not any(given.only in scenario.name for scenario in ALL):
        parser.error(f"no scenario is called so; there are: {'; '.join(scenario.name for scenario in ALL)}")
    return given


def play(stage: Stage, scenario: Scenario) -> list[str]:
    """Run one scenario and print its line at once; what it found wrong."""
    try:
        outcome = stage.run(scenario)
    except (Unproven, TimeoutError, AssertionError) as error:
        print(f"{scenario.name}: {error}", flush=True)
        stage.restore()
        return [f"{scenario.name}: {error}"]
    stage.outcomes.append(outcome)
    print(f"campaign: {outcome.scenario}, {outcome.seconds:.0f} s", flush=True)
    return [f"{scenario.name}: {mistake}" for mistake in outcome.tally.mistakes]


def main() -> int:
    given = arguments()
    chosen = [scenario for scenario in ALL if given.only in scenario.name]
    mistakes = []
    with signals_end_the_program(), tempfile.TemporaryDirectory() as folder:
        size = Size(given.patients, rounds=6, outage=given.outage)
        with stage(Path(folder) / "state.json", size, given.seed) as the_stage:
            for _round in range(given.rounds):
                for scenario in chosen:
                    mistakes += play(the_stage, scenario())
            mistakes += leaks(the_stage.logs, the_stage.clinic)
    print(f"\n{table(the_stage.outcomes)}\n")
    for mistake in mistakes:
        print(mistake)
    print(f"{len(the_stage.outcomes)} scenarios, {len(mistakes)} mistakes; logs: {the_stage.logs[0].parent}")
    return 1 if mistakes else 0


if __name__ == "__main__":
    run_main(main)
