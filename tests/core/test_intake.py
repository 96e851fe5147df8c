import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt, sosfreqz

import strategies
from builders import RATE_HZ, sine
from buzzband_fw.core.coefficients import HIGHPASS
from buzzband_fw.core.intake import CENTRE, MASK, RAIL_HIGH, RAIL_LOW, RAILED, SHARED, intake, new_state

B0, A1, A2 = (coefficient / 8192 for coefficient in HIGHPASS)
QUANTISED = np.array([[B0, -2 * B0, B0, 1, A1, A2]])
BUTTERWORTH = butter(2, 20, "highpass", fs=RATE_HZ, output="sos")


ADC_STEP = 4  # four raw samples of one step more


def filtered(raw, pieces=None, ring_samples=None, start=0):
    """What the intake makes of ``raw``, in pieces of so many outputs, from a ring written as it goes."""
    length = len(raw) // 4
    ring_samples = ring_samples or 1 << (len(raw) + start).bit_length()
    ring, state, done = [0] * ring_samples, new_state(ring_samples), []
    for piece in [length] if pieces is None else pieces:
        first = 4 * len(done)
        for n in range(first, first + 4 * piece):
            ring[(start + n) % ring_samples] = int(raw[n])
        block = [0] * piece
        intake(ring, start + first, block, piece, state)
        done += block
    return done, state


def raw_of(samples):
    """Raw samples, four of which make each of ``samples`` (-8192 to 8188)."""
    sums = np.asarray(samples).astype(int) + CENTRE
    return np.stack([(sums + n) // 4 for n in range(4)], axis=1).ravel().tolist()


def test_four_raw_samples_make_one_and_mid_scale_is_zero():
    assert filtered([2048] * 40)[0] == [0] * 10
    jump = filtered([2048, 2048, 2049, 2051, *[2048] * 4])[0]
    assert jump[0] == 4 * HIGHPASS[0] >> 13


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_equals_decimation_and_high_pass_in_floating_point_within_one_adc_step(seed):
    raw = np.random.default_rng(seed).integers(0, 4096, 40_000)
    error = filtered(raw)[0] - sosfilt(QUANTISED, raw.reshape(-1, 4).sum(axis=1) - CENTRE)
    assert np.abs(error).max() < ADC_STEP
    assert np.sqrt(np.mean(error**2)) < ADC_STEP / 4


def test_equals_scipys_butterworth_within_one_adc_step_for_a_strong_muscle():
    raw = np.random.default_rng(4).normal(2048, 250, 40_000).round().astype(int)
    error = filtered(raw)[0] - sosfilt(BUTTERWORTH, raw.reshape(-1, 4).sum(axis=1) - CENTRE)
    assert np.abs(error).max() < ADC_STEP
    assert np.sqrt(np.mean(error**2)) < ADC_STEP / 4


@pytest.mark.parametrize("hz", [5, 10, 15, 20, 25, 30, 50, 100, 200, 400, 550])
def test_frequency_response_is_within_0_3_db_of_scipys(hz):
    wave = sine(hz, 3, 8000, RATE_HZ).round()
    settled = np.array(filtered(raw_of(wave))[0][RATE_HZ:])
    gain_db = 10 * np.log10(np.mean(settled**2) / np.mean(wave[RATE_HZ:] ** 2))
    _, response = sosfreqz(BUTTERWORTH, [hz], fs=RATE_HZ)
    assert gain_db == pytest.approx(20 * np.log10(abs(response[0])), abs=0.3)


def test_a_constant_of_any_code_ends_at_exactly_zero():
    for code in range(4096):
        assert filtered([code] * 4 * 500)[0][-30:] == [0] * 30, code


@pytest.mark.parametrize("ones", [1, 2, 3])
def test_a_constant_between_two_codes_ends_at_exactly_zero(ones):
    for code in range(0, 4095, 61):
        raw = [code + 1] * ones + [code] * (4 - ones)
        assert filtered(raw * 500)[0][-30:] == [0] * 30, code


@given(st.data())
@settings(max_examples=50)
def test_pieces_do_not_matter(data):
    raw = data.draw(strategies.raw(4 * 120))
    assert filtered(raw, data.draw(strategies.cuts(120)))[0] == filtered(raw)[0]


@given(strategies.noise(4 * 100, 0, 4095), st.integers(0, 15).map(lambda n: 4 * n))
@settings(max_examples=25)
def test_a_small_ring_that_goes_round_gives_what_a_large_one_gives(raw, start):
    small = filtered(raw, pieces=[12] * 8 + [4], ring_samples=64, start=start)
    assert small[0] == filtered(raw)[0]


def test_a_position_beyond_the_ring_wraps():
    ring, far, near = strategies.square(64, 10, 0, 1000, 3000), [0] * 12, [0] * 12
    intake(ring, 48, near, 12, new_state(64))
    intake(ring, 48 + 64 * 1000, far, 12, new_state(64))
    assert near == far


def of_a_shared_ring(ring, channel, start=0, ring_samples=64):
    """What the intake makes of twelve samples of one channel of two."""
    block, state = [0] * 12, new_state(ring_samples)
    state[MASK] &= ~SHARED
    intake(ring, start + channel, block, 12, state)
    return block


@given(strategies.noise(64, 0, 4095), st.integers(0, 47).map(lambda n: 4 * n))
@settings(max_examples=50)
def test_of_a_ring_that_two_channels_share_each_one_counts_its_own_samples_twice(ring, start):
    for channel in (0, 1):
        own_twice = [0] * 64
        for n in range(64):
            own_twice[n] = ring[n // 2 * 2 + channel]
        alone = [0] * 12
        intake(own_twice, start, alone, 12, new_state(64))
        assert of_a_shared_ring(ring, channel, start) == alone


@pytest.mark.parametrize(
    ("total", "railed"),
    [(RAIL_LOW - 1, 1), (RAIL_LOW, 0), (RAIL_HIGH, 0), (RAIL_HIGH + 1, 1), (0, 1), (4 * 4095, 1), (CENTRE, 0)],
)
def test_counts_samples_within_1_percent_of_a_rail(total, railed):
    raw = [total // 4] * 3 + [total - total // 4 * 3]
    assert filtered(raw)[1][RAILED] == railed


def test_the_rails_are_1_percent_of_the_range():
    full_range = 4 * 4095
    assert round(100 * RAIL_LOW / full_range, 2) == 1
    assert full_range == RAIL_LOW + RAIL_HIGH
