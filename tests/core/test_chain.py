import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, lfilter, sosfilt

import strategies
from builders import RATE_HZ, codes, effort, run_chain, sine
from buzzband_fw.core.chain import BLOCK_MS, BLOCK_RAW, BLOCK_SAMPLES, COUNTS, RAW_RATE_HZ, Chain
from buzzband_fw.core.comb import comb
from buzzband_fw.core.comb import new_state as new_comb
from buzzband_fw.core.envelope import new_state as new_envelope
from buzzband_fw.core.envelope import smooth
from buzzband_fw.core.fatigue import CROSSINGS
from buzzband_fw.core.intake import intake
from buzzband_fw.core.intake import new_state as new_intake
from buzzband_fw.core.lowpass import lowpass
from buzzband_fw.core.lowpass import new_state as new_lowpass

MAINS = pytest.mark.parametrize("mains_hz", [50, 60])
RING = 4096


def envelope_of(raw, mains_hz=50, pieces=None):
    length = len(raw) // 4
    ring = 1 << len(raw).bit_length()
    return run_chain(Chain(ring, mains_hz, capacity=length), raw, [length] if pieces is None else pieces)


def float_envelope(raw, mains_hz):
    """The whole chain as scipy and floating point have it, with the filters as designed."""
    x = np.asarray(raw, float).reshape(-1, 4).sum(axis=1) - 8192
    period = RATE_HZ // mains_hz
    forward, back = np.zeros(period + 1), np.zeros(period + 1)
    forward[0], forward[-1], back[0], back[-1] = 1, -1, 1, -0.75
    combed = lfilter(forward, back, sosfilt(butter(2, 20, "highpass", fs=RATE_HZ, output="sos"), x))
    rectified = np.abs(sosfilt(butter(4, 140, fs=RATE_HZ, output="sos"), combed))
    return lfilter([1 / 64], [1, -63 / 64], lfilter([1 / 32], [1, -31 / 32], 16 * rectified))


@MAINS
@pytest.mark.parametrize("level", [0.1, 1.0])
def test_equals_the_chain_in_floating_point_within_half_a_percent(mains_hz, level):
    raw = codes(effort(level, 5, seed=1))
    wanted = float_envelope(raw, mains_hz)
    error = envelope_of(raw.tolist(), mains_hz) - wanted
    assert np.abs(error).max() < 0.005 * wanted.max() + 16


def test_is_its_stages_in_a_row():
    raw = strategies.square(4 * 500, 37, 5, 300, 3900)
    block, envelope = [0] * 500, [0] * 500
    intake(raw, 0, block, 500, new_intake(RING))
    comb(block, 500, new_comb(50))
    lowpass(block, 500, new_lowpass())
    smooth(block, 500, new_envelope(), envelope)
    chain = Chain(RING, 50, capacity=500)
    assert chain.condition(raw, 0, 500) == envelope[-1]
    assert chain.block == block
    assert chain.envelope == envelope


@MAINS
def test_a_constant_of_any_code_gives_an_envelope_of_exactly_zero(mains_hz):
    for code in range(0, 4096, 65):
        assert envelope_of([code] * 4 * 4000, mains_hz)[-1] == 0, code


@MAINS
@given(st.data())
@settings(max_examples=15)
def test_pieces_do_not_matter(mains_hz, data):
    raw = data.draw(strategies.raw(4 * 240))
    assert envelope_of(raw, mains_hz, data.draw(strategies.cuts(240))) == envelope_of(raw, mains_hz)


@given(strategies.noise(BLOCK_RAW * 30, 0, 4095))
@settings(max_examples=10)
def test_a_ring_that_goes_round_gives_what_a_straight_line_gives(raw):
    chain, ring, rounds = Chain(64, 50), [0] * 64, []
    for position in range(0, len(raw), BLOCK_RAW):
        for n in range(position, position + BLOCK_RAW):
            ring[n % 64] = raw[n]
        chain.condition(ring, position, BLOCK_SAMPLES)
        rounds += chain.envelope
    assert rounds == envelope_of(raw)


@MAINS
@pytest.mark.parametrize("channel", [0, 1])
def test_each_of_two_channels_has_the_envelope_that_it_has_alone(mains_hz, channel):
    raw = codes(effort(0.5, 4, seed=3))
    ring = 1 << len(raw).bit_length()
    other = codes(effort(1.0, 4, seed=4))
    mixed = np.where(np.arange(len(raw)) % 2 == channel, raw, other)
    shared = Chain(ring, mains_hz, capacity=len(raw) // 4)
    shared.share()
    shared.condition(np.pad(mixed, (0, ring - len(raw))).tolist(), channel, len(raw) // 4)
    alone = envelope_of(raw.tolist(), mains_hz)
    assert np.abs(np.array(shared.envelope) - alone).max() < 0.03 * max(alone)


def test_drain_gives_what_was_counted_since_the_last_time():
    chain, counts = Chain(64, 50), [0] * COUNTS
    chain.condition([0] * 64, 0, 12)
    chain.drain(counts)
    assert counts[0] == 12
    assert counts[2] > 0
    chain.drain(counts)
    assert counts == [0] * COUNTS


def test_the_counts_add_up_over_blocks():
    raw = strategies.square(BLOCK_RAW * 10, 96, 0, 0, 4095)
    at_once, in_blocks, counts = Chain(1024, 50, capacity=120), Chain(1024, 50), ([0] * COUNTS, [0] * COUNTS)
    at_once.condition(raw, 0, 120)
    for block in range(10):
        in_blocks.condition(raw, block * BLOCK_RAW, 12)
    at_once.drain(counts[0])
    in_blocks.drain(counts[1])
    assert counts[0] == counts[1]
    assert counts[0][0] == 120


def test_a_block_is_10_ms():
    assert BLOCK_SAMPLES * 1000 == BLOCK_MS * RATE_HZ
    assert BLOCK_RAW == 4 * BLOCK_SAMPLES


def test_4800_samples_come_in_a_second_four_to_one_that_is_filtered():
    assert RAW_RATE_HZ == 4 * RATE_HZ == 4800


def test_the_counts_are_those_at_a_rail_of_the_comb_and_the_zero_crossings():
    assert (COUNTS, CROSSINGS) == (4, 3)
    chain, counts = Chain(4096, 50, capacity=1024), [0] * COUNTS
    chain.condition(codes(sine(60, 1, 500, 4800)).tolist()[:4096], 0, 1024)
    chain.drain(counts)
    assert counts[CROSSINGS] == pytest.approx(2 * 60 * 1024 / RATE_HZ, abs=3)


def test_before_the_first_samples_there_is_nothing_in_as_much_room_as_was_asked_for():
    chain = Chain(64, 50, capacity=30)
    assert chain.block == chain.envelope == [0] * 30
    assert Chain(64, 50).block == [0] * BLOCK_SAMPLES
