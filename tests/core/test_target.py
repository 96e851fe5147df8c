import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.envelope import average, new_average
from buzzband_fw.core.target import RISE_MS, STEP_MS, clear_ms, new_state, reached, retarget

REACH, REARM = 500, 300  # of a target of 500 permille on a scale on which permille and envelope are one
ARM = [0] * 30


def fired(envelopes, target_permille=500, scale=(0, 1000)):
    """The indices of the steps of 10 ms in which the target was reached."""
    state = new_state(new_scale(*scale), target_permille)
    told = [reached(envelope, state) for envelope in envelopes]
    assert set(told) <= {0, 1}
    return [step for step, one in enumerate(told) if one]


def clear_after(envelopes):
    """For how long the target cannot be reached after these."""
    state = new_state(new_scale(0, 1000), 500)
    for envelope in envelopes:
        reached(envelope, state)
    return clear_ms(envelopes[-1], state)


def test_the_first_crossing_fires_once():
    assert fired([*ARM, 400, 499, 500, 600, 700, 1000, 500, 400, 600]) == [32]


def test_equality_with_the_target_fires_and_one_less_does_not():
    assert fired([*ARM, REACH - 1]) == []
    assert fired([*ARM, REACH]) == [30]


def test_starts_disarmed():
    assert fired([900] * 100) == []
    assert fired([900, *[0] * 29, 900]) == []
    assert fired([900, *[0] * 30, 900]) == [31]


@pytest.mark.parametrize(("below_ms", "fires_again"), [(0, False), (10, False), (290, False), (300, True), (310, True)])
def test_rearms_after_300_ms_below_60_percent_of_the_target(below_ms, fires_again):
    below = [REARM - 1] * (below_ms // 10)
    assert fired([*ARM, 600, *below, 600]) == [30, 31 + len(below)][: 1 + fires_again]


def test_exactly_60_percent_of_the_target_is_not_below():
    assert fired([*ARM, 600, *[REARM] * 100, 600]) == [30]


def test_one_sample_at_60_percent_starts_the_300_ms_again():
    almost = [0] * 29
    assert fired([*ARM, 600, *almost, REARM, *almost, 600]) == [30]
    assert fired([*ARM, 600, *almost, REARM, *almost, 0, 600]) == [30, 91]


def test_once_armed_it_stays_armed_however_long_the_muscle_hovers_below_the_target():
    assert fired([*ARM, *[REACH - 1] * 1000, REACH]) == [1030]


def test_60_percent_counts_from_rest_not_from_zero():
    dipping = [*[100] * 30, 600, *[100 + 299] * 30, 600]
    assert fired(dipping, scale=(100, 1100)) == [30, 61]
    assert fired([step + (step == 399) for step in dipping], scale=(100, 1100)) == [30]


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 60)), max_size=30))
def test_is_the_rule_in_plain_words(runs):
    envelopes = [level for level, count in runs for _ in range(count)]
    wanted, below, armed = [], 0, False
    for step, envelope in enumerate(envelopes):
        if armed and envelope >= REACH:
            wanted.append(step)
            armed, below = False, 0
        elif not armed:
            below = below + 1 if envelope < REARM else 0
            armed = below >= 30
    assert fired(envelopes) == wanted


@pytest.mark.parametrize("steps", range(1, 30))
def test_until_it_is_armed_it_is_clear_for_the_rest_of_the_300_ms(steps):
    assert clear_after([REARM, *[0] * steps]) == 300 - 10 * steps


def test_what_is_not_below_60_percent_leaves_all_of_the_300_ms():
    assert clear_after([REARM]) == clear_after([*ARM, REACH]) == clear_after([*ARM, REACH, 0, REARM]) == 300


def test_armed_and_below_a_quarter_of_the_target_it_is_clear_for_20_ms_and_else_not_at_all():
    assert clear_after([*ARM, REACH // 4 - 1]) == 20
    assert clear_after([*ARM, REACH // 4]) == clear_after([*ARM, REACH - 1]) == 0


@pytest.mark.parametrize("level", [1, 10, 1000, 2**15])
def test_from_a_quarter_of_the_target_three_times_the_target_leads_to_it_after_that_time_and_not_within(level):
    state, ends = new_average(), []
    average([level] * 3000, 0, 3000, state, [0] * 3000)
    while not ends or ends[-1] < 16 * 4 * level:
        ends.append(average([12 * level] * 12, 0, 12, state, [0] * 12))
    assert len(ends) == RISE_MS // STEP_MS + 1


def test_another_target_keeps_it_armed():
    scale = new_scale(0, 1000)
    state = new_state(scale, 500)
    assert not any(reached(envelope, state) for envelope in ARM)
    retarget(state, scale, 700)
    assert [reached(envelope, state) for envelope in (699, 700)] == [0, 1]
    assert clear_ms(0, state) == 300


def test_begins_disarmed():
    assert list(new_state(new_scale(0, 1000), 500)) == [REACH, REARM, 0, 0]
