import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

import strategies
from builders import RATE_HZ
from buzzband_fw.core.envelope import new_state, smooth


def smoothed(samples, pieces=None):
    samples = [int(sample) for sample in samples]
    envelope, state, offset = [0] * len(samples), new_state(), 0
    for length in [len(samples)] if pieces is None else pieces:
        last = smooth(samples, offset, length, state, envelope)
        offset += length
        assert last == envelope[offset - 1]
    return envelope


def reference(samples):
    """Two first-order averages in floating point, in sixteenths."""
    once = lfilter([1 / 32], [1, -31 / 32], 16 * np.asarray(samples, float))
    return lfilter([1 / 64], [1, -63 / 64], once)


@given(st.integers(0, 2**17))
@settings(max_examples=30)
def test_of_a_constant_it_is_16_times_that(level):
    assert smoothed([level] * 2000)[-1] == pytest.approx(16 * level, abs=1)


@given(st.integers(0, 2**17), st.integers(0, 2**17))
@settings(max_examples=30)
def test_of_a_constant_it_is_the_same_from_above_as_from_below(before, level):
    assert smoothed([before] * 500 + [level] * 2500)[-1] == pytest.approx(16 * level, abs=1)


@pytest.mark.parametrize("seed", range(5))
def test_of_a_periodic_signal_its_mean_is_16_times_the_mean_within_1(seed):
    period = np.random.default_rng(seed).integers(0, 4000, 24)
    settled = smoothed(np.tile(period, 150))[-24 * 20 :]
    assert np.mean(settled) == pytest.approx(16 * period.mean(), abs=1)


def test_equals_two_averages_in_floating_point_within_2_sixteenths():
    samples = np.abs(np.random.default_rng(1).normal(0, 2000, 6000)).round()
    assert np.abs(np.array(smoothed(samples)) - reference(samples)).max() <= 2


@given(st.lists(st.integers(0, 2**17), min_size=1, max_size=300))
@settings(max_examples=30)
def test_decays_to_exactly_zero(samples):
    assert smoothed([*samples, *[0] * 2400])[-1] == 0


def test_time_constants_are_27_and_53_ms():
    level = 2**16
    rising = np.array(smoothed([level] * 3000)) / (16 * level)
    left = 1 - rising
    # Seen as the chance that a delay is longer: its mean is the sum of the time constants, its SD their hypotenuse.
    mean_s = left.sum() / RATE_HZ
    sd_s = (2 * (np.arange(len(left)) * left).sum() / RATE_HZ**2 - mean_s**2) ** 0.5
    one_sample_each = 2 / RATE_HZ
    assert mean_s == pytest.approx(0.0267 + 0.0533, abs=one_sample_each)
    assert sd_s == pytest.approx(np.hypot(0.0267, 0.0533), abs=one_sample_each)


def test_writes_to_the_same_place_and_nowhere_else():
    envelope = [-1] * 10
    smooth([9] * 10, 3, 4, new_state(), envelope)
    assert [index for index, value in enumerate(envelope) if value >= 0] == [3, 4, 5, 6]


@given(st.data())
@settings(max_examples=30)
def test_pieces_do_not_matter(data):
    samples = data.draw(strategies.noise(200, 0, 2**15))
    assert smoothed(samples, data.draw(strategies.cuts(200))) == smoothed(samples)


def test_begins_at_rest():
    assert list(new_state()) == [0, 0]
