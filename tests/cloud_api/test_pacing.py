"""The rate of a number is kept, however many threads share it; urgent messages go first."""

import threading
import time

import pytest
from cloud_api.pace import Pace
from hypothesis import given
from hypothesis import strategies as st


class Time:
    """A clock on which sleeping takes no time, and always a little more than asked for."""

    def __init__(self, late: float = 0.0):
        self.now = 1000.0
        self.late = late

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds + self.late


def turns(pace: Pace, clock: Time, pauses: list[float]) -> list[float]:
    moments = []
    for pause in pauses:
        clock.now += pause
        take_turn(pace)
        moments.append(clock.now)
    return moments


def take_turn(pace: Pace, urgent: bool = False) -> None:
    pace.begin_turn(urgent)
    pace.end_turn()


def busiest_second(moments: list[float]) -> int:
    return max(sum(first <= moment < first + 1.0 for moment in moments) for first in moments)


@given(
    st.integers(1, 200),
    st.lists(st.floats(0, 0.5), min_size=1, max_size=400),
    st.sampled_from([0.0, 0.001, 0.02]),
)
def test_no_second_has_more_turns_than_the_limit(limit, pauses, late):
    clock = Time(late)
    moments = turns(Pace(limit, clock.clock, clock.sleep), clock, pauses)
    assert moments == sorted(moments)
    assert busiest_second(moments) <= limit


@pytest.mark.parametrize("limit", [1, 3, 20, 80, 1000])
def test_a_busy_number_comes_close_to_its_limit(limit):
    clock = Time()
    moments = turns(Pace(limit, clock.clock, clock.sleep), clock, [0.0] * 10 * limit)
    assert (len(moments) - 1) / (moments[-1] - moments[0]) >= 0.975 * limit


def test_what_the_machine_delays_by_less_than_a_turn_is_made_up_for():
    clock = Time(late=0.002)
    moments = turns(Pace(80, clock.clock, clock.sleep), clock, [0.0] * 800)
    assert (len(moments) - 1) / (moments[-1] - moments[0]) >= 78


def test_a_pause_is_not_made_up_for():
    clock = Time()
    moments = turns(Pace(10, clock.clock, clock.sleep), clock, [0.0, 3600, 0.0, 0.0, 0.0])
    assert moments[-1] - moments[1] > 0.19


def test_a_new_pace_does_not_start_with_a_turn_in_hand():
    clock = Time()
    began = clock.now
    take_turn(Pace(10, clock.clock, clock.sleep))
    assert clock.now - began == pytest.approx(0.1, rel=0.05)


def test_too_fast_halves_the_pace_which_recovers_within_a_minute():
    clock = Time()
    pace = Pace(80, clock.clock, clock.sleep)
    usual = pace.interval
    pace.slow_down()
    assert pace.interval == pytest.approx(2 * usual)
    clock.now += 30
    assert pace.interval == pytest.approx(usual)


def test_the_answers_to_one_burst_count_once():
    clock = Time()
    pace = Pace(80, clock.clock, clock.sleep)
    usual = pace.interval
    for _answer in range(20):
        pace.slow_down()
        clock.now += 0.01
    assert pace.interval == pytest.approx(2 * usual, rel=0.01)


def test_the_pace_never_comes_to_a_halt():
    clock = Time()
    pace = Pace(80, clock.clock, clock.sleep)
    usual = pace.interval
    for _second in range(100):
        clock.now += 1.0
        pace.slow_down()
    assert pace.interval <= 16 * usual


@pytest.mark.parametrize("limit", [0, -1])
def test_impossible_limits_are_refused(limit):
    with pytest.raises(ValueError, match="at least 1"):
        Pace(limit)


def test_an_urgent_turn_comes_before_all_that_wait():
    asleep, wake = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        asleep.set()
        assert wake.wait(10)
        time.sleep(seconds)

    pace = Pace(100, sleep=sleep)
    order: list[str] = []

    def take(name: str, urgent: bool) -> None:
        pace.begin_turn(urgent)
        order.append(name)
        pace.end_turn()

    names = [("first", False), ("bulk 1", False), ("bulk 2", False), ("reply", True)]
    threads = []
    for name, urgent in names:
        thread = threading.Thread(target=take, args=(name, urgent))
        thread.start()
        threads.append(thread)
        assert asleep.wait(10)
        wait_until_queued(pace, len(threads) - 1)
    wake.set()
    for thread in threads:
        thread.join(10)
    assert order == ["first", "reply", "bulk 1", "bulk 2"]


def wait_until_queued(pace: Pace, count: int) -> None:
    """The one in front waits for its time, the others in the queue."""
    until = time.monotonic() + 10
    while len(pace._waiting) < count:
        assert time.monotonic() < until
        time.sleep(0.001)


def test_threads_share_one_limit():
    pace = Pace(200)
    moments: list[float] = []

    def work() -> None:
        for _turn in range(20):
            take_turn(pace)
            moments.append(time.monotonic())

    threads = [threading.Thread(target=work) for _ in range(8)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(moments) == 160
    assert time.monotonic() - started >= 160 / 200


def test_nobody_gets_a_turn_while_another_message_is_leaving():
    pace = Pace(1000)
    pace.begin_turn()
    other = threading.Thread(target=take_turn, args=(pace,))
    other.start()
    other.join(0.05)
    assert other.is_alive()
    pace.end_turn()
    other.join(10)
    assert not other.is_alive()


def test_a_message_that_took_long_to_leave_delays_the_next_one():
    clock = Time()
    pace = Pace(10, clock.clock, clock.sleep)
    pace.begin_turn()
    clock.now += 5
    pace.end_turn()
    left = clock.now
    take_turn(pace)
    take_turn(pace)
    assert clock.now - left > 0.09
