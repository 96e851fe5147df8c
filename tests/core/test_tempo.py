import numpy as np
import pytest

from builders import course, lifted, lifts, working
from buzzband_fw.core.motion import MUSCLE
from buzzband_fw.core.quality import RAIL
from buzzband_fw.core.tempo import APPROXIMATE, HALF, LOWERS_FIRST, MUSCLE_OFF, TOO_FAST

LEAD, TAIL = (3.0, 0.0), (10.0, 0.0)


def reps(*legs, exercise="curl", permille=None, **how):
    degrees = course(LEAD, *legs, TAIL)
    return lifted(degrees, permille(degrees) if permille else None, exercise, **how).counted()


def flags(found):
    return [rep.flags for rep in found]


@pytest.mark.parametrize(
    ("up_s", "hold_s", "down_s"), [(1.0, 0.3, 1.2), (0.7, 0.0, 2.0), (2.0, 1.0, 1.1), (1.5, 0.5, 1.5)]
)
def test_phases_are_told_to_a_tenth_of_a_second(up_s, hold_s, down_s):
    for rep in reps(*lifts(6, up_s=up_s, hold_s=hold_s, down_s=down_s, pause_s=0.8)):
        assert [rep.concentric_ms, rep.eccentric_ms] == pytest.approx([1000 * up_s, 1000 * down_s], abs=100)
        assert rep.hold_ms == pytest.approx(1000 * hold_s, abs=120)
        assert rep.flags == 0


def test_a_rep_tells_when_it_began():
    starts_s = [rep.start_block / 100 for rep in reps(*lifts(6))]
    assert starts_s == pytest.approx([3.0 + 3.0 * number for number in range(6)], abs=0.1)


def test_where_a_rep_lowers_first_its_first_phase_is_the_eccentric_one():
    for rep in reps(*lifts(6, up_s=2.0, down_s=1.2, hold_s=0.4, pause_s=1.0), exercise="squat"):
        assert [rep.eccentric_ms, rep.concentric_ms] == pytest.approx([2000, 1200], abs=150)
        assert rep.flags == LOWERS_FIRST
        assert rep.concentric_permille > rep.eccentric_permille


def test_effort_is_told_for_the_peak_and_for_both_phases():
    for rep in reps(*lifts(6), permille=lambda degrees: working(degrees, 800)):
        assert rep.peak_permille == pytest.approx(800, abs=15)
        assert rep.eccentric_permille < 0.7 * rep.concentric_permille < 0.7 * rep.peak_permille


def test_an_effort_that_does_not_change_is_peak_and_mean():
    for rep in reps(*lifts(6), permille=lambda degrees: np.full(len(degrees), 600)):
        assert (rep.peak_permille, rep.concentric_permille, rep.eccentric_permille) == (600, 600, 600)


def test_a_rep_without_the_muscle_is_flagged():
    def fails_in_the_fourth(degrees):
        permille = working(degrees)
        permille[1200:1500] = 0
        return permille

    assert [flag & MUSCLE_OFF for flag in flags(reps(*lifts(8), permille=fails_in_the_fourth))] == [
        MUSCLE_OFF * (number == 3) for number in range(8)
    ]


def test_where_the_electrodes_cannot_tell_no_muscle_is_called_off():
    found = reps(*lifts(6), permille=lambda degrees: np.zeros(len(degrees)), flags=RAIL)
    assert flags(found) == [0] * 6


@pytest.mark.parametrize(
    ("up_s", "down_s", "exercise", "too_fast"),
    [(0.8, 1.2, "curl", 0), (0.45, 1.2, "curl", TOO_FAST), (0.8, 0.8, "curl", TOO_FAST), (0.45, 0.6, "custom", 0)],
)
def test_a_phase_that_takes_less_than_the_exercise_asks_for_is_too_fast(up_s, down_s, exercise, too_fast):
    assert flags(reps(*lifts(6, up_s=up_s, down_s=down_s), exercise=exercise)) == [too_fast] * 6


def test_a_rep_whose_way_back_was_not_seen_is_half():
    degrees = course(LEAD, *lifts(6), (1.0, 90.0), (1.0, 90.0))
    found = lifted(degrees, exercise="curl").counted()
    assert [flag & HALF for flag in flags(found)] == [0] * 6 + [HALF]
    assert found[-1].eccentric_ms == found[-1].hold_ms == found[-1].eccentric_permille == 0


def test_what_the_muscle_times_is_approximate_and_never_too_fast():
    found = reps(*lifts(6, up_s=0.45, down_s=0.5), imu=False)
    assert {(rep.source, rep.flags) for rep in found} == {(MUSCLE, APPROXIMATE)}


def test_an_angle_times_the_reps_that_the_muscle_counts():
    swaying = course(LEAD, *lifts(8, 14.0), TAIL)
    for rep in lifted(swaying, exercise="curl").counted():
        assert rep.flags & APPROXIMATE == 0
        assert rep.concentric_ms == pytest.approx(1000, abs=150)
