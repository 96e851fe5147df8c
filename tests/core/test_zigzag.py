import numpy as np
import pytest

from buzzband_fw.core import zigzag
from buzzband_fw.core.motion import SOURCES
from buzzband_fw.core.room import new_history
from buzzband_fw.core.zigzag import AMPLITUDE, EXTREME_AT, FLOOR, HISTORY_STEPS, LAST, STRIDE, TURNED

FLOORS = [100] * SOURCES
REST_STEPS = 18


def ramp(*knots, slope=20):
    """Positions from 0 through ``knots``, ``slope`` a step."""
    found, here = [0], 0
    for there in knots:
        count = max(abs(there - here) // slope, 1)
        found += np.linspace(here, there, count + 1).astype(int)[1:].tolist()
        here = there
    return found


def followed(course, source=0, forget=0, floors=FLOORS):
    """The state, and (step, settled or turned) of what the source did; no other source moves."""
    state, history, told = zigzag.new_state(floors), new_history(), []
    for step, x in enumerate(course):
        positions = [x if other == source else 0 for other in range(SOURCES)]
        events = zigzag.follow(positions, 0, step, forget, state, history)
        told += [(step, "settled")] if events >> source & 1 else []
        told += [(step, "turned")] if events >> source & 1 << TURNED else []
        assert not events & ~(1 << source | 1 << source + TURNED)
    return state, told


def turned(course, **how):
    return [step for step, what in followed(course, **how)[1] if what == "turned"]


def settled(course, **how):
    return [step for step, what in followed(course, **how)[1] if what == "settled"]


@pytest.mark.parametrize("source", range(SOURCES))
def test_every_source_is_followed(source):
    assert len(turned(ramp(1000, 0, 1000, 0), source=source)) == 3


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("size", [300, 1000, 16_000])
def test_once_swings_are_known_one_turns_after_three_eighths_of_their_mean(size, sign):
    known = ramp(size, 0)
    back = size * 3 // 8
    up = [*known, size, size - back]
    assert len(turned([sign * x for x in up])) == 2
    assert len(turned([sign * x for x in [*up, size - back - 1]])) == 3


def test_the_first_swing_turns_after_the_floor():
    assert not turned([0, 1000, 900])
    assert turned([0, 1000, 899])


def test_what_is_smaller_than_the_floor_is_no_swing():
    assert not turned(ramp(*[99, 0] * 5))
    assert len(turned(ramp(*[150, 0] * 5))) == 9


def test_each_source_has_its_own_floor():
    floors = [100] * 4 + [400] * 5
    state = zigzag.new_state(floors)
    assert state[FLOOR::STRIDE] == floors
    assert len(turned(ramp(*[300, 0] * 3), floors=floors)) == 5
    assert not turned(ramp(*[300, 0] * 3), source=5, floors=floors)


def test_of_a_swing_that_has_turned_base_and_extreme_are_told_and_when():
    course = ramp(1000, 200, 1000)
    state, told = followed(course)
    assert [what for _, what in told].count("turned") == 2
    assert state[LAST : LAST + 4] == [1000, 50, 200, 90]


def test_a_swing_that_rests_at_its_end_settles_after_360_ms():
    assert settled(ramp(1000, slope=100) + [1000] * 40) == [10 + REST_STEPS]


def test_a_creep_by_less_than_a_sixteenth_is_a_rest():
    assert settled(ramp(1000, slope=100) + [1000 + step for step in range(40)]) == [10 + REST_STEPS]


def test_a_movement_that_goes_on_does_not_settle():
    assert not settled(ramp(4000))


def test_a_swing_settles_on_the_way_back_by_a_sixth_before_it_turns():
    there = ramp(1000, 0, 1000, slope=100)
    _, told = followed([*there, *range(980, 500, -20)])
    top = len(there) - 1
    assert [each for each in told if each[0] > top] == [(top + 9, "settled"), (top + 19, "turned")]


def test_a_swing_settles_once():
    assert len(settled(ramp(1000) + [1000] * 60 + [990] * 60)) == 1


def test_a_swing_of_less_than_five_eighths_turns_unsettled_and_lowers_the_mean_by_a_sixteenth():
    known = ramp(1600, 0)
    state, told = followed(known + ramp(900)[1:] + [900] * 30 + [0])
    assert [what for step, what in told if step > len(known) + 30] == ["turned"]
    assert state[AMPLITUDE] == 1500


def test_the_mean_follows_by_a_quarter():
    state, _ = followed(ramp(1000, 0, 1400, 0))
    assert state[AMPLITUDE] == 1000 + (1400 - 1000) // 4


@pytest.mark.parametrize(("forget", "fades"), [(1, True), (0, False)])
def test_the_mean_fades_after_2_s_without_a_new_extreme_if_it_may(forget, fades):
    known = ramp(1000, 0, 1000, 0)
    before = followed(known, forget=forget)[0][AMPLITUDE]
    quiet = followed([*known, *[5] * 100], forget=forget)[0][AMPLITUDE]
    later = followed([*known, *[5] * 160], forget=forget)[0][AMPLITUDE]
    assert quiet == before
    assert (later < before // 4) == fades


def test_where_it_begins_is_no_swing():
    assert not turned([5000] * 50)
    assert followed([5000] * 50)[0][EXTREME_AT] == 0


def test_the_history_holds_positions_and_the_activation_of_the_last_10_s():
    state, history = zigzag.new_state(FLOORS), new_history()
    for step in range(600):
        zigzag.follow([step - 300] * SOURCES, step, step, 0, state, history)
    for source in range(SOURCES):
        at = source * zigzag.HISTORY_STEPS + 599 % zigzag.HISTORY_STEPS
        assert history[at] - zigzag.OFFSET == 299
        assert history[source * zigzag.HISTORY_STEPS + 88] - zigzag.OFFSET == -212
    assert history[zigzag.ACTIVATION * zigzag.HISTORY_STEPS + 88] == 88


@pytest.mark.parametrize(("spreads", "floor"), [((80, 80), 100), ((80, 930), 100), ((930, 80), 100), ((80, 0), 55)])
def test_the_floor_is_five_quarters_of_the_lesser_spread_of_two(spreads, floor):
    state, history = zigzag.new_state(FLOORS), new_history()
    for spread in spreads:
        history[HISTORY_STEPS : HISTORY_STEPS + 5] = [900, 10, 10 + spread, 50, 20]
        history[HISTORY_STEPS + 3] = history[HISTORY_STEPS + 4] = 10
        zigzag.find_floor(history, 1, 5, 4, state, 175, 55)
    assert state[STRIDE + FLOOR] == floor


def test_the_floor_is_never_more_than_at_first():
    state, history = zigzag.new_state(FLOORS), new_history()
    history[HISTORY_STEPS : HISTORY_STEPS + 5] = [900, 10, -30 % 65536, 50, 20]
    zigzag.find_floor(history, 1, 5, 5, state, 175, 55)
    assert state[STRIDE + FLOOR] == 175
