import numpy as np
import pytest

from builders import course, lifts, steps_of, turning
from buzzband_fw.core import slight, slow
from buzzband_fw.core.exercises import named
from buzzband_fw.core.quality import RAIL
from buzzband_fw.core.room import new_room, new_tilt
from buzzband_fw.core.sets import Sets
from checked import check_everything, checked

PER_PLACE = 8  # of the tilt


def kept(tilt):
    """Room in which the tilt along the first axis is kept, in units of 0.11°, from place ``AFTER`` on."""
    room = new_tilt()
    for place, value in enumerate(tilt):
        checked(slow.keep)([value * PER_PLACE, 0, 0], place + slight.AFTER, room)
    return room


def levelled(tilt):
    room = kept(tilt)
    squares = checked(slight.level)(room, 0, slight.AFTER, slight.AFTER + len(tilt))
    return [value - 128 for value in room[: len(tilt)]], squares


def test_leveling_takes_a_steady_drift_away_however_far_it_gets():
    away, _ = levelled([3 * place for place in range(300)])
    assert set(away[9:-9]) == {0}


def test_leveling_leaves_what_is_faster_than_6_s():
    wave = [round(20 * np.sin(place * np.pi / 4)) for place in range(100)]
    away, squares = levelled(wave)
    assert np.abs(np.array(away) - wave)[9:-9].max() <= 4
    assert squares == sum(value * value for value in away)


def test_turns_are_where_the_tilt_comes_back_by_as_much_as_is_asked_for():
    room = bytearray([128, 128, 140, 150, 145, 150, 130, 120, 128, 140])
    found = [0] * 8
    assert checked(slight.turns)(room, 0, 0, 10, 10, found, 1) == 4
    assert found[1:5] == [0, 3, 7, 9]


def test_what_is_usual_is_the_mean_of_the_larger_swings():
    room = bytearray([100, 140, 100, 108, 100, 140])
    assert checked(slight.usual)(room, 0, 0, [0, 1, 2, 3, 4, 5], 0, 5) == 40


def test_a_long_swing_is_as_fast_as_its_fastest_1_3_s():
    room = bytearray([100, 99, 98, 96, 86, 76, 66, 65, 64])
    assert checked(slight.fastest)(room, 0, 0, 8) == 32
    assert checked(slight.fastest)(room, 0, 0, 2) == 2


def small_reps(drift_deg):
    """Ten lifts of 3 to 9°, over a drift."""
    legs = [leg for size in (9, 8, 3, 9, 8, 9, 2.9, 8, 9, 8) for leg in lifts(1, size)]
    degrees = course((4, 0), *legs, (10, 0))
    return degrees + drift_deg * np.sin(np.arange(len(degrees)) / len(degrees) * 9)


@pytest.mark.parametrize("drift_deg", [0, 3, 5])
def test_reps_of_a_limb_that_hardly_turns_are_found_when_the_set_is_over(drift_deg, monkeypatch):
    check_everything(monkeypatch)
    sets = Sets(named("curl"), 500, new_room())
    for frames in steps_of(turning(small_reps(drift_deg))):
        sets.step([value & 0xFFFF for value in frames], 2, 0, RAIL, True)
        sets.work()
        sets.work()
    sets.finish()
    while not sets.finished():
        sets.work()
    assert sets.count == 10
