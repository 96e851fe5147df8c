"""Top: from swings that are made up, which of them is told and how long ago it was over."""

from types import SimpleNamespace

import pytest

from buzzband_fw.core.motion import DELAY_STEPS, MUSCLE, STEP_MS
from buzzband_fw.core.swings import DURATION, MEAN, PEAK, ROW, START
from buzzband_fw.core.top import LATE_STEPS, Top, are_alike

LEADER = 3
SWINGS = 8  # room for so many of each source
LATE_MS = 2000  # what was over longer ago is told because the set is


def made_up(means, ended_ago=10, now=5000, muscle_told=True):
    """Reps with so many swings of LEADER, the last with ``means[-1]``; its peak is a thousand times its number."""
    reps = SimpleNamespace(
        now=now, leader=LEADER, found=[0] * 9, rows=[0] * (9 * SWINGS * ROW), muscle_told=muscle_told
    )
    reps.row = lambda source, index: (source * SWINGS + index % SWINGS) * ROW
    reps.found[LEADER] = len(means) - 1
    for index, mean in enumerate(means):
        ago = ended_ago + 40 * (len(means) - 1 - index)
        swing(reps, LEADER, index, ago, mean, 1000 * index)
    return reps


def swing(reps, source, index, ended_ago, mean, peak, steps=30):
    """Write a swing of so many steps that was over ``ended_ago`` steps before now."""
    row = reps.row(source, index)
    reps.rows[row + START] = (reps.now - ended_ago - steps) & 0xFFFF
    reps.rows[row + DURATION] = 2 * steps  # in 10 ms
    reps.rows[row + MEAN] = mean
    reps.rows[row + PEAK] = peak


def told(reps, number=1):
    top = Top()
    top.fill(number, reps)
    return top


def ago_ms(steps):
    """What is told of a swing that was over so many steps ago: motion.py's averages are late by DELAY_STEPS."""
    return (steps + DELAY_STEPS) * STEP_MS


def test_nothing_is_told_before_the_first():
    top = Top()
    assert (top.number, top.peak, top.lift_peak, top.ago_ms) == (0, 0, 0, 0)


def test_the_last_swing_is_told_with_its_number_peak_and_age():
    top = told(made_up([400, 200, 400, 200, 400], ended_ago=7), number=3)
    assert (top.number, top.peak, top.lift_peak, top.ago_ms) == (3, 4000, 4000, ago_ms(7))


def test_the_lift_is_the_swing_before_where_that_was_harder():
    top = told(made_up([200, 400, 200, 400, 200], ended_ago=7))
    assert (top.peak, top.lift_peak, top.ago_ms) == (4000, 3000, ago_ms(47))


@pytest.mark.parametrize(("there", "back", "lift"), [(800, 900, 4), (800, 901, 3), (799, 900, 3), (801, 900, 4)])
def test_harder_is_by_more_than_an_eighth_in_the_mean_of_two_swings_each_way(there, back, lift):
    means = [0, back - 100, there - 50, 100, 50]
    assert told(made_up(means)).lift_peak == 1000 * lift


@pytest.mark.parametrize(("means", "lift"), [([0, 900, 0], 2), ([0, 900, 0, 0], 3), ([900, 0, 900, 0], 2)])
def test_three_swings_before_it_are_needed_to_tell_which_is_the_lift(means, lift):
    assert told(made_up(means)).lift_peak == 1000 * lift


def test_without_the_muscle_the_last_swing_is_the_lift():
    assert told(made_up([200, 400, 200, 400, 200], muscle_told=False)).lift_peak == 4000


@pytest.mark.parametrize("ended_ago", [LATE_MS // STEP_MS - DELAY_STEPS, LATE_MS // STEP_MS - DELAY_STEPS + 1])
def test_the_muscles_swing_is_told_where_the_leaders_was_over_for_more_than_2_s(ended_ago):
    reps = made_up([400], ended_ago)
    reps.found[MUSCLE] = 5
    swing(reps, MUSCLE, 5, 2, 400, 123)
    assert told(reps).peak == (123 if ago_ms(ended_ago) > LATE_MS else 0)
    assert LATE_STEPS * STEP_MS == LATE_MS


@pytest.mark.parametrize("now", [5, 65535, 65536, 70000])
def test_steps_are_counted_modulo_65536(now):
    assert told(made_up([400], ended_ago=9, now=now)).ago_ms == ago_ms(9)


@pytest.mark.parametrize(
    ("first", "found", "permille", "alike"),
    [(0, 8, 149, True), (0, 8, 150, False), (0, 9, 150, True), (0, 9, 349, True), (0, 9, 350, False),
     (2, 10, 150, False), (2, 11, 150, True)],
)  # fmt: skip
def test_reps_are_alike_below_35_percent_and_fewer_than_9_swings_below_15(first, found, permille, alike):
    asked = []
    reps = SimpleNamespace(leader=LEADER, found=[0, 0, 0, found], first=lambda source: first)
    reps.irregularity = lambda *arguments: asked.append(arguments) or permille
    assert are_alike(reps) == alike
    assert asked == [(LEADER, first, found - first)]
