import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt, sosfreqz

import strategies
from builders import RATE_HZ, in_place, sine
from buzzband_fw.core.coefficients import LOWPASS
from buzzband_fw.core.lowpass import lowpass, new_state

BUTTERWORTH = butter(4, 140, fs=RATE_HZ, output="sos")
QUANTISED = np.array(
    [[b0 / 8192, 2 * b0 / 8192, b0 / 8192, 1, a1 / 8192, a2 / 8192] for b0, a1, a2 in (LOWPASS[:3], LOWPASS[3:])]
)


def passed(samples, pieces=None):
    return in_place(lowpass, samples, new_state(), pieces)


def gain_db(hz, amplitude=30_000):
    wave = sine(hz, 3, amplitude, RATE_HZ).round()
    settled = np.array(passed(wave)[RATE_HZ:], float)
    return 10 * np.log10(np.mean(settled**2) / np.mean(wave[RATE_HZ:] ** 2))


@pytest.mark.parametrize("hz", [5, 20, 50, 90, 120, 130, 140, 150, 175, 200, 235, 290, 350])
def test_frequency_response_is_within_0_3_db_of_scipys(hz):
    _, response = sosfreqz(BUTTERWORTH, [hz], fs=RATE_HZ)
    assert gain_db(hz) == pytest.approx(20 * np.log10(abs(response[0])), abs=0.3)


@pytest.mark.parametrize(("hz", "attenuation_db"), [(175, 9), (200, 14), (235, 21)])
def test_takes_off_a_motor_what_the_design_says(hz, attenuation_db):
    assert -gain_db(hz) == pytest.approx(attenuation_db, abs=0.7)


@pytest.mark.parametrize("seed", [1, 2])
def test_equals_the_magnitude_of_the_filter_in_floating_point_within_2(seed):
    samples = np.random.default_rng(seed).integers(-30_000, 30_000, 5000)
    assert np.abs(np.array(passed(samples)) - np.abs(sosfilt(QUANTISED, samples))).max() < 2


def test_equals_scipys_butterworth_within_2_for_a_strong_muscle():
    samples = np.random.default_rng(3).normal(0, 1000, 5000).round().astype(int)
    assert np.abs(np.array(passed(samples)) - np.abs(sosfilt(BUTTERWORTH, samples))).max() < 2


@given(st.lists(st.integers(-60_000, 60_000), min_size=1, max_size=200))
@settings(max_examples=50)
def test_decays_to_exactly_zero_after_a_burst(burst):
    assert passed([*burst, *[0] * 400])[-100:] == [0] * 100


@given(st.lists(st.integers(-60_000, 60_000), min_size=1, max_size=200))
@settings(max_examples=30)
def test_what_comes_out_is_never_negative(samples):
    assert min(passed(samples)) >= 0


@given(st.data())
@settings(max_examples=30)
def test_pieces_do_not_matter(data):
    samples = data.draw(strategies.noise(200, -(2**15), 2**15))
    assert passed(samples, data.draw(strategies.cuts(200))) == passed(samples)
