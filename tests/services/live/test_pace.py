"""Real time for a recording."""

import threading

import pytest

from buzzband.services.live.pace import Pace
from services.live.builders import FakeClock


@pytest.mark.parametrize("speed", [0.5, 1, 20])
def test_an_hour_takes_an_hour_over_the_speed_and_nothing_adds_up(speed: float) -> None:
    clock, stop = FakeClock(), threading.Event()
    pace = Pace(speed, clock, clock.wait)
    for step in range(180_000):
        assert not pace.until((step + 1) / 50, stop)
        clock.now += 0.0001  # of work
    assert clock.now - 100 == pytest.approx((3600 - 0.02) / speed, abs=0.001)


def test_work_that_takes_long_is_made_up_for() -> None:
    clock, stop = FakeClock(), threading.Event()
    pace = Pace(1, clock, clock.wait)
    pace.until(0.0, stop)
    clock.now += 0.5
    for step in range(50):
        pace.until(step / 50, stop)
    assert clock.now == pytest.approx(100.98)


def test_after_a_long_sleep_it_goes_on_from_there() -> None:
    clock, stop = FakeClock(), threading.Event()
    pace = Pace(1, clock, clock.wait)
    pace.until(0.0, stop)
    clock.now += 3600
    pace.until(0.02, stop)
    pace.until(1.02, stop)
    assert clock.now == pytest.approx(3701)


def test_a_stop_ends_the_wait() -> None:
    stop = threading.Event()
    pace = Pace(1)
    pace.until(0.0, stop)
    stop.set()
    assert pace.until(3600.0, stop)
