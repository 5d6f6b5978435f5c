"""The rate of a number is kept, however many threads share it."""

import threading
import time

import pytest
from cloud_api.pace import TokenBucket
from hypothesis import given
from hypothesis import strategies as st


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_burst_goes_at_once_and_the_rest_at_the_rate():
    bucket = TokenBucket(10, burst=3, clock=Clock())
    waits = [bucket.reserve() for _ in range(6)]
    assert waits == pytest.approx([0, 0, 0, 0.1, 0.2, 0.3])


def test_a_pause_refills_no_more_than_the_burst():
    clock = Clock()
    bucket = TokenBucket(10, burst=2, clock=clock)
    for _ in range(4):
        bucket.reserve()
    clock.now += 3600
    assert [bucket.reserve() for _ in range(3)] == pytest.approx([0, 0, 0.1])


def test_burst_is_the_rate_unless_told():
    assert TokenBucket(80).burst == 80
    assert TokenBucket(0.5).burst == 1


def test_a_clock_that_runs_backwards_gives_nothing_away():
    clock = Clock()
    bucket = TokenBucket(1, burst=1, clock=clock)
    bucket.reserve()
    clock.now -= 500
    assert bucket.reserve() == pytest.approx(1)
    clock.now += 500
    assert bucket.reserve() == pytest.approx(2)


@pytest.mark.parametrize(("rate", "burst"), [(0, None), (-1, None), (1, 0), (1, -1)])
def test_impossible_rates_are_refused(rate, burst):
    with pytest.raises(ValueError):
        TokenBucket(rate, burst)


@given(
    st.floats(0.5, 1000),
    st.floats(1, 100),
    st.lists(st.floats(0, 2), min_size=1, max_size=60),
)
def test_no_span_of_time_holds_more_than_burst_and_rate_allow(rate, burst, pauses):
    clock = Clock()
    bucket = TokenBucket(rate, burst, clock)
    due = []
    for pause in pauses:
        clock.now += pause
        due.append(clock.now + bucket.reserve())
    assert due == sorted(due)
    for first in range(len(due)):
        for last in range(first, len(due)):
            allowed = burst + rate * (due[last] - due[first])
            assert last - first + 1 <= allowed + 1 + 1e-6


def test_threads_share_one_rate():
    clock = Clock()
    bucket = TokenBucket(100, burst=1, clock=clock)
    waits = []
    gate = threading.Barrier(8)

    def work():
        gate.wait(5)
        waits.extend(bucket.reserve() for _ in range(25))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert sorted(waits) == pytest.approx([number / 100 for number in range(200)])


def test_acquire_waits_for_its_turn():
    bucket = TokenBucket(50, burst=1)
    started = time.monotonic()
    for _ in range(6):
        bucket.acquire()
    assert time.monotonic() - started >= 0.1
