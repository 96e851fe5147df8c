import pytest

from buzzband_fw.core.hold import STILL_DPS, Hold
from buzzband_fw.core.motion import SPEED_PER_DPS

TARGET = 500
LEVEL = 400
STILL = 24 * SPEED_PER_DPS
MOVING = 25 * SPEED_PER_DPS


def held(*parts, target=TARGET):
    """The hold after parts of (steps, permille, speed), and the steps at which one ended that is worth telling."""
    hold, now, ended = Hold(target), 0, []
    for steps, permille, speed in parts:
        for _ in range(steps):
            now += 1
            if hold.step(now, permille, speed):
                ended.append(now)
    return hold, ended


@pytest.mark.parametrize(("steps", "on"), [(24, False), (25, True)])
def test_a_hold_is_on_after_half_a_second(steps, on):
    assert held((steps, LEVEL, STILL))[0].on == on


@pytest.mark.parametrize(
    ("permille", "speed", "on"), [(LEVEL, MOVING - 1, True), (LEVEL - 1, MOVING - 1, False), (LEVEL, MOVING, False)]
)
def test_it_takes_effort_and_stillness(permille, speed, on):
    assert held((400, permille, speed))[0].on == on


def test_a_hold_of_5_s_is_told_with_start_length_and_effort():
    hold, ended = held((100, 0, 0), (150, 500, 0), (150, 700, STILL), (50, 0, 0))
    assert ended == [411]
    assert (hold.start, hold.steps, hold.permille) == (100, 300, 600)
    assert not hold.on


@pytest.mark.parametrize(("steps", "told"), [(249, 0), (250, 1)])
def test_a_shorter_one_belongs_to_a_rep(steps, told):
    assert len(held((steps, LEVEL, 0), (20, 0, 0))[1]) == told


@pytest.mark.parametrize(("missed", "whole"), [(10, True), (11, False)])
def test_effort_may_fail_for_200_ms(missed, whole):
    hold, _ = held((200, 500, 0), (missed, 0, 0), (200, 500, 0), (20, 0, 0))
    assert hold.steps == (400 + missed if whole else 200)


def test_end_ends_it_at_once():
    hold, _ = held((300, 500, 0))
    assert hold.end(300)
    assert (hold.start, hold.steps, hold.on) == (0, 300, False)
    assert not hold.end(300)


def test_a_target_of_0_still_wants_some_effort():
    assert not held((100, 0, 0), target=0)[0].on


def test_before_the_first_hold_there_is_none():
    hold = Hold(TARGET)
    assert (hold.on, hold.start, hold.steps, hold.permille, hold.held) == (False, 0, 0, 0, 0)
    assert hold.level == LEVEL


def test_still_is_less_than_25_degrees_a_second():
    assert STILL_DPS == 25


def test_effort_that_fails_and_comes_back_counts_for_the_mean_as_it_came_back():
    hold, _ = held((100, 500, 0), (5, 0, 0), (1, 1000, 0), (20, 0, 0))
    assert (hold.steps, hold.permille) == (106, (100 * 500 + 6 * 1000) // 106)


def test_what_has_been_held_is_known_while_it_lasts():
    assert held((30, LEVEL, 0))[0].held == 30
    assert held((30, LEVEL, 0), (5, 0, 0), (1, LEVEL, 0))[0].held == 36
    assert held((30, LEVEL, 0), (20, 0, 0))[0].held == 0
