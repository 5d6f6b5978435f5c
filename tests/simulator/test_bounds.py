"""Limits in time and in memory, with a clock that the test moves."""

from __future__ import annotations

import pytest

from simulator import log, state
from simulator.errors import GraphError
from simulator.hub import QUEUE_SIZE, Hub
from simulator.limits import Limits
from simulator.options import Settings, change

NUMBER, USER = "100", "905300000001"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def limits(clock: Clock, **settings: str) -> Limits:
    chosen = Settings()
    change(chosen, settings)
    return Limits(chosen, clock)


def pair_is_refused(tested: Limits) -> bool:
    try:
        tested.check_pair(NUMBER, USER)
    except GraphError as error:
        assert error.code == 131056
        return True
    return False


def test_throughput_comes_back_with_time() -> None:
    clock = Clock()
    tested = limits(clock)
    for _ in range(80):
        tested.check_number(NUMBER, 80)
    with pytest.raises(GraphError, match="130429"):
        tested.check_number(NUMBER, 80)
    clock.now += 0.5
    for _ in range(40):
        tested.check_number(NUMBER, 80)
    with pytest.raises(GraphError):
        tested.check_number(NUMBER, 80)


def test_throughput_counts_by_arrival_in_whatever_order_answers_are_worked_out() -> None:
    clock = Clock()
    tested = limits(clock)
    arrivals = [clock.now + n / 80 for n in range(400)]
    for _ in range(80):
        tested.check_number(NUMBER, 80, clock.now)
    for pair in zip(arrivals[2::2], arrivals[1::2], strict=False):
        for arrived in pair:
            tested.check_number(NUMBER, 80, arrived + 1 / 80)
    with pytest.raises(GraphError, match="130429"):
        tested.check_number(NUMBER, 80, arrivals[-2])


def test_inbound_messages_use_throughput_too() -> None:
    tested = limits(Clock())
    for _ in range(80):
        tested.count_inbound(NUMBER, 80)
    with pytest.raises(GraphError):
        tested.check_number(NUMBER, 80)


def test_pair_is_served_once_in_six_seconds_after_its_burst() -> None:
    clock = Clock()
    tested = limits(clock)
    assert not any(pair_is_refused(tested) for _ in range(45))
    assert pair_is_refused(tested)
    clock.now += 6
    assert not pair_is_refused(tested)
    assert pair_is_refused(tested)


def test_literal_pair_rate_waits_for_the_whole_burst() -> None:
    clock = Clock()
    tested = limits(clock, pair_rate="literal")
    assert not any(pair_is_refused(tested) for _ in range(20))
    clock.now += 119
    assert pair_is_refused(tested)
    clock.now += 1
    assert not pair_is_refused(tested)


def test_pair_rate_can_be_switched_off() -> None:
    tested = limits(Clock(), pair_rate="off")
    assert not any(pair_is_refused(tested) for _ in range(200))


def test_log_is_bounded_and_its_totals_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "SIZE", 10)
    tested = log.Log(lambda entry: None)
    for _ in range(25):
        tested.add("accepted")
    assert [e["seq"] for e in tested.read(after=22)] == [23, 24, 25]
    assert len(tested.read()) == 10
    assert tested.totals["accepted"] == 25


def test_oldest_messages_leave_the_world(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "HISTORY", 3)
    world = state.World()
    for number in range(5):
        message = state.Message(f"m{number}", NUMBER, USER, True, "text", {}, float(number))
        world.add_message(message)
    assert list(world.messages) == ["m2", "m3", "m4"]


def test_page_that_cannot_keep_up_loads_afresh() -> None:
    hub = Hub()
    with hub.listen(USER) as queue:
        for number in range(QUEUE_SIZE + 1):
            hub.publish(USER, {"event": "message", "number": number})
        assert queue.qsize() == 1 and queue.get_nowait() == {"event": "reload"}
    hub.publish(USER, {"event": "message"})
    assert queue.empty()
