import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzband.recordings import synth

TEMPO = synth.Tempo(concentric_s=1.0, hold_s=0.5, eccentric_s=2.0, pause_s=0.5)
TIMES = np.arange(600) / 100


def angle(*, lowers_first=False, **options):
    rep = synth.Rep(0, 1.0, TEMPO, 0.7, 120.0, lowers_first)
    return synth.joint_angle([rep], TIMES, **options)


def test_the_angle_is_0_at_rest_and_full_at_the_turn():
    found = angle()
    assert found[[0, 50, 100, 450, 599]] == pytest.approx(0, abs=1e-9)
    assert found[200:251] == pytest.approx(120)
    assert found.max() <= 120


def test_the_angle_is_half_way_in_the_middle_of_each_phase():
    assert angle()[[150, 350]] == pytest.approx([60, 60])


def test_the_angle_rises_on_the_way_there_and_falls_on_the_way_back():
    found = angle()
    assert (np.diff(found[100:201]) > 0).all()
    assert (np.diff(found[251:450]) < 0).all()


def test_what_lowers_first_gets_to_its_turn_with_the_eccentric_phase():
    found = angle(lowers_first=True)
    assert found[[200, 400]] == pytest.approx([60, 60])
    assert found[300:351] == pytest.approx(120)


def test_a_cyclic_movement_is_a_cosine_without_a_stop():
    turns = [synth.Rep(0, index * 0.8, synth.Tempo(0.4, 0, 0.4, 0), 0.5, 45.0) for index in range(7)]
    times = TIMES[:560]
    expected = 45 * (1 - np.cos(2 * np.pi * times / 0.8)) / 2
    assert synth.joint_angle(turns, times, cyclic=True) == pytest.approx(expected, abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.floats(0.2, 6), st.floats(0, 30), st.floats(0.2, 6), st.floats(5, 150), st.floats(0, 2), st.booleans())
def test_any_tempo_gives_a_smooth_angle_within_its_range(concentric, hold, eccentric, range_deg, start_s, lowers_first):
    rep = synth.Rep(0, start_s, synth.Tempo(concentric, hold, eccentric), 0.5, range_deg, lowers_first)
    found = synth.joint_angle([rep], np.arange(round(100 * (rep.end_s + 1))) / 100)
    steepest = range_deg * 1.875 / min(concentric, eccentric) / 100  # a minimum-jerk movement peaks at 15/8 of its mean
    assert found.min() >= -1e-9
    assert found.max() <= range_deg + 1e-9
    assert np.abs(np.diff(found)).max() <= steepest * 1.001


@pytest.mark.parametrize("phases", [(0, 0, 1), (1, 0, 0), (1, -0.1, 1)])
def test_a_tempo_that_no_limb_can_do_is_refused(phases):
    with pytest.raises(ValueError, match="repetition"):
        synth.Tempo(*phases)
