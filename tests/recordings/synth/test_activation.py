import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import periodogram

from buzzband.recordings import synth

LEVELS = st.floats(0.0, 1.0)


def generator(seed=0):
    return np.random.default_rng(seed)


def test_band_noise_has_unit_sd_and_lies_inside_its_band():
    noise = synth.band_noise(60_000, 100, (0.5, 2.0), generator())
    frequency, power = periodogram(noise, 100)
    inside = power[(frequency >= 0.45) & (frequency <= 2.05)].sum() / power.sum()
    assert np.std(noise) == pytest.approx(1, rel=0.05)
    assert inside > 0.99


@pytest.mark.parametrize("band", [(0.0, 2.0), (3.0, 2.0), (1.0, 51.0)])
def test_band_noise_refuses_a_band_that_does_not_fit(band):
    with pytest.raises(ValueError, match="band"):
        synth.band_noise(100, 100, band, generator())


def test_hold_fluctuates_by_the_share_asked_for_about_its_level():
    held = synth.hold(0.4, 600, generator(), fluctuation=0.3)
    assert held.level.mean() == pytest.approx(0.4, rel=0.03)
    assert held.level.std() / held.level.mean() == pytest.approx(0.3, rel=0.08)


def test_hold_without_fluctuation_is_constant():
    assert np.ptp(synth.hold(0.4, 5, generator(), fluctuation=0).level) == 0


def test_contractions_last_as_long_as_they_should_and_reach_their_peaks():
    course = synth.contractions([0.3, 0.9], on_s=2, off_s=3, rise_s=0.5)
    assert course.duration_s == pytest.approx(3 + 2 * (2 + 3))
    assert course.at([1.0, 4.0, 6.5, 9.0, 12.0]) == pytest.approx([synth.REST, 0.3, synth.REST, 0.9, synth.REST])


def test_contractions_refuse_a_rise_longer_than_half_of_them():
    with pytest.raises(ValueError, match="rise"):
        synth.contractions([0.5], on_s=1, rise_s=0.6)


@settings(deadline=None, max_examples=50)
@given(st.lists(LEVELS, max_size=5), st.floats(0.5, 5), st.floats(0.1, 5), st.floats(0.02, 0.25))
def test_contractions_stay_between_rest_and_the_highest_peak(peaks, on_s, off_s, rise_s):
    course = synth.contractions(peaks, on_s, off_s, rise_s)
    assert course.level.max() <= max([*peaks, synth.REST]) + 1e-9
    assert course.level.min() >= min([*peaks, synth.REST]) - 1e-9


@settings(deadline=None, max_examples=30)
@given(LEVELS, st.floats(0.1, 30), st.floats(0, 0.5), st.integers(0, 1000))
def test_a_hold_is_an_activation_whatever_its_fluctuation(level, duration_s, fluctuation, seed):
    held = synth.hold(level, duration_s, generator(seed), fluctuation=fluctuation)
    assert len(held.level) == round(duration_s * held.rate_hz)
    assert held.level.min() >= 0
    assert held.level.max() <= 1


def test_join_puts_parts_one_after_the_other():
    joined = synth.join(synth.constant(0.2, 1), synth.constant(0.6, 2))
    assert joined.duration_s == 3
    assert joined.at([0.5, 2.5]) == pytest.approx([0.2, 0.6])


def test_join_refuses_parts_of_different_rates():
    with pytest.raises(ValueError, match="rates"):
        synth.join(synth.constant(0.2, 1, rate_hz=50), synth.constant(0.6, 1))


def test_through_refuses_knots_out_of_order():
    with pytest.raises(ValueError, match="order"):
        synth.through([(1.0, 0.0), (0.0, 1.0)], 2.0)


@pytest.mark.parametrize("levels", [[], [1.1], [-0.1], [np.nan], [[0.5]]])
def test_an_activation_refuses_levels_that_no_muscle_has(levels):
    with pytest.raises(ValueError, match="activation"):
        synth.Activation(np.array(levels, dtype=np.float64))
