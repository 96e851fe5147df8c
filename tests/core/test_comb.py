import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

import strategies
from builders import RATE_HZ, in_place, sine
from buzzband_fw.core.comb import KEPT, REMOVED, comb, new_state

MAINS = pytest.mark.parametrize("mains_hz", [50, 60])


def combed(samples, mains_hz, pieces=None):
    return in_place(comb, samples, new_state(mains_hz), pieces)


def reference(samples, mains_hz):
    period = RATE_HZ // mains_hz
    forward, back = np.zeros(period + 1), np.zeros(period + 1)
    forward[0], forward[-1], back[0], back[-1] = 1, -1, 1, -0.75
    return lfilter(forward, back, samples)


@MAINS
def test_is_the_equation_within_one_unit(mains_hz):
    samples = np.random.default_rng(1).integers(-(2**15), 2**15, 4000)
    assert np.abs(np.array(combed(samples, mains_hz)) - reference(samples, mains_hz)).max() <= 1.5


@MAINS
@pytest.mark.parametrize("harmonic", [1, 2, 3, 4, 5, 7, 9])
def test_takes_the_mains_and_every_harmonic_down_by_40_db_and_more(mains_hz, harmonic):
    wave = sine(mains_hz * harmonic, 2, 8000, RATE_HZ).round()
    settled = np.array(combed(wave, mains_hz)[RATE_HZ:])
    assert np.sqrt(np.mean(settled**2)) <= 0.01 * np.sqrt(np.mean(wave**2))


@MAINS
def test_a_strictly_periodic_hum_ends_at_exactly_zero(mains_hz):
    one_period = np.random.default_rng(2).integers(-8000, 8000, RATE_HZ // mains_hz).tolist()
    assert combed(one_period * 80, mains_hz)[-300:] == [0] * 300


@pytest.mark.parametrize("shift_hz", [-0.2, 0.2])
@MAINS
def test_takes_a_mains_that_is_0_2_hz_off_down_to_a_tenth(mains_hz, shift_hz):
    wave = sine(mains_hz + shift_hz, 10, 8000, RATE_HZ).round()
    settled = np.array(combed(wave, mains_hz)[RATE_HZ:])
    assert np.sqrt(np.mean(settled**2)) <= 0.102 * np.sqrt(np.mean(wave**2))


@MAINS
def test_between_two_harmonics_it_changes_nothing_much(mains_hz):
    wave = sine(1.5 * mains_hz, 2, 8000, RATE_HZ).round()
    settled = np.array(combed(wave, mains_hz)[RATE_HZ:])
    assert 10 * np.log10(np.mean(settled**2) / np.mean(wave[RATE_HZ:] ** 2)) == pytest.approx(1.16, abs=0.1)


@MAINS
@given(burst=st.lists(st.integers(-(2**15), 2**15), min_size=1, max_size=100))
@settings(max_examples=50)
def test_decays_to_exactly_zero_after_a_burst(mains_hz, burst):
    samples = burst + [0] * RATE_HZ * 3
    assert combed(samples, mains_hz)[-100:] == [0] * 100


@MAINS
@given(st.data())
@settings(max_examples=30)
def test_pieces_do_not_matter(mains_hz, data):
    samples = data.draw(strategies.noise(200, -(2**15), 2**15))
    assert combed(samples, mains_hz, data.draw(strategies.cuts(200))) == combed(samples, mains_hz)


@MAINS
@pytest.mark.parametrize("most", [1, 2000])
def test_counts_what_it_took_out_and_what_it_kept_in_eighths(mains_hz, most):
    period = RATE_HZ // mains_hz
    samples = np.random.default_rng(3).integers(-most, most + 1, 900).tolist()
    eighths = [0] * period + [8 * sample for sample in samples]
    kept = [0] * period
    for at in range(period, len(eighths)):
        kept.append(eighths[at] - eighths[at - period] + kept[at - period] - (kept[at - period] >> 2))
    state = new_state(mains_hz)
    in_place(comb, samples, state)
    assert state[KEPT] == sum(map(abs, kept))
    assert state[REMOVED] == sum(abs(x - y) for x, y in zip(eighths, kept, strict=True))


@MAINS
def test_begins_with_nothing_in_two_periods_and_nothing_counted(mains_hz):
    period = RATE_HZ // mains_hz
    assert list(new_state(mains_hz)) == [period, 4, 0, 0, *[0] * 2 * period]


def test_all_of_a_hum_is_counted_as_removed_once_it_has_settled():
    state = new_state(50)
    wave = sine(50, 2, 8000, RATE_HZ).round()
    in_place(comb, wave[:RATE_HZ], state)
    state[REMOVED] = state[KEPT] = 0
    in_place(comb, wave[RATE_HZ:], state)
    assert state[KEPT] < 0.001 * state[REMOVED]
