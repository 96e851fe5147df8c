"""Both envelopes: ``smooth``, averaged twice, and ``average``, averaged once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

import strategies
from builders import RATE_HZ
from buzzband_fw.core.envelope import average, new_average, new_state, smooth


def smoothed(samples, pieces=None):
    samples = [int(sample) for sample in samples]
    found, state = [], new_state()
    for length in [len(samples)] if pieces is None else pieces:
        envelope = [0] * length
        last = smooth(samples[len(found) : len(found) + length], length, state, envelope)
        found += envelope
        assert last == found[-1]
    return found


def averaged(samples, pieces=None):
    samples = [int(sample) for sample in samples]
    envelope, state, offset = [0] * len(samples), new_average(), 0
    for length in [len(samples)] if pieces is None else pieces:
        last = average(samples, offset, length, state, envelope)
        offset += length
        assert last == envelope[offset - 1]
    return envelope


EACH = pytest.mark.parametrize("of", [smoothed, averaged])


def reference(samples, constants):
    """First-order averages of so many samples each in a row, in floating point, in sixteenths."""
    values = 16 * np.asarray(samples, float)
    for constant in constants:
        values = lfilter([1 / constant], [1, 1 / constant - 1], values)
    return values


@EACH
@given(level=st.integers(0, 2**17))
@settings(max_examples=30)
def test_of_a_constant_it_is_16_times_that(of, level):
    assert of([level] * 2000)[-1] == pytest.approx(16 * level, abs=1)


@EACH
@given(before=st.integers(0, 2**17), level=st.integers(0, 2**17))
@settings(max_examples=30)
def test_of_a_constant_it_is_the_same_from_above_as_from_below(of, before, level):
    assert of([before] * 500 + [level] * 2500)[-1] == pytest.approx(16 * level, abs=1)


@EACH
@pytest.mark.parametrize("seed", range(5))
def test_of_a_periodic_signal_its_mean_is_16_times_the_mean_within_1(of, seed):
    period = np.random.default_rng(seed).integers(0, 4000, 24)
    settled = of(np.tile(period, 150))[-24 * 20 :]
    assert np.mean(settled) == pytest.approx(16 * period.mean(), abs=1)


@pytest.mark.parametrize(("of", "constants"), [(smoothed, (32, 64)), (averaged, (102.4,))])
def test_equals_its_averages_in_floating_point_within_2_sixteenths(of, constants):
    samples = np.abs(np.random.default_rng(1).normal(0, 2000, 6000)).round()
    assert np.abs(np.array(of(samples)) - reference(samples, constants)).max() <= 2


@EACH
@given(samples=st.lists(st.integers(0, 2**17), min_size=1, max_size=300))
@settings(max_examples=30)
def test_decays_to_exactly_zero(of, samples):
    assert of([*samples, *[0] * 2400])[-1] == 0


@pytest.mark.parametrize(("of", "constants_s"), [(smoothed, (0.0267, 0.0533)), (averaged, (0.0853,))])
def test_time_constants_are_27_and_53_ms_or_85_alone(of, constants_s):
    level = 2**16
    rising = np.array(of([level] * 3000)) / (16 * level)
    left = 1 - rising
    # Seen as the chance that a delay is longer: its mean is the sum of the time constants, its SD their hypotenuse.
    mean_s = left.sum() / RATE_HZ
    sd_s = (2 * (np.arange(len(left)) * left).sum() / RATE_HZ**2 - mean_s**2) ** 0.5
    one_sample_each = 2 / RATE_HZ
    assert mean_s == pytest.approx(sum(constants_s), abs=one_sample_each)
    assert sd_s == pytest.approx(np.hypot.reduce(constants_s), abs=one_sample_each)


def test_writes_no_more_than_it_was_given():
    envelope = [-1] * 10
    smooth([9] * 10, 4, new_state(), envelope)
    assert [index for index, value in enumerate(envelope) if value >= 0] == [0, 1, 2, 3]


def test_the_average_is_written_to_the_same_place_and_nowhere_else():
    envelope = [-1] * 10
    average([9] * 10, 3, 4, new_average(), envelope)
    assert [index for index, value in enumerate(envelope) if value >= 0] == [3, 4, 5, 6]


@EACH
@given(data=st.data())
@settings(max_examples=30)
def test_pieces_do_not_matter(of, data):
    samples = data.draw(strategies.noise(200, 0, 2**15))
    assert of(samples, data.draw(strategies.cuts(200))) == of(samples)


def test_both_begin_at_rest():
    assert list(new_state()) == [0, 0]
    assert list(new_average()) == [0]
