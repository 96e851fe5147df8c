"""After a burst the envelope comes back to where it was: no offset, no limit cycle."""

import numpy as np
import pytest

from builders import FULL_EFFORT, RATE_HZ, RAW_RATE_HZ, chain_envelope, codes, effort, tell, white
from buzzband.recordings import synth

MAINS = pytest.mark.parametrize("mains_hz", [50, 60])


def burst_between(floor, seed):
    """Twelve seconds of ``floor``, a second that repeats, with 2 s of full effort from the 4th second on."""
    signal = np.tile(floor, 12)
    signal[4 * RAW_RATE_HZ : 6 * RAW_RATE_HZ] += effort(1.0, 2, seed)
    return signal


@MAINS
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_seconds_after_a_burst_the_envelope_is_back_at_its_floor(mains_hz, seed):
    # The floor repeats every second, so that it is the same before and after but for what the burst has left.
    floor = effort(synth.REST, 1, seed) + white(1, 2.0, seed)
    envelope = chain_envelope(codes(burst_between(floor, seed)), mains_hz).reshape(-1, RATE_HZ).mean(axis=1)
    before, during, after = envelope[[3, 5, 8]]
    tell(f"floor {before:.1f}, in the burst {during:.0f}, 2 s after it {after:.1f} ({after / before - 1:+.2%})")
    assert during > 20 * before
    assert after == pytest.approx(before, rel=0.05)


@MAINS
@pytest.mark.parametrize("offset", [-1500, -1, 0, 1, 700, 1500])
def test_without_noise_the_envelope_ends_at_exactly_zero(mains_hz, offset):
    signal = burst_between(np.zeros(RAW_RATE_HZ), seed=4) + offset
    envelope = chain_envelope(codes(signal), mains_hz)
    last = np.flatnonzero(envelope)[-1] / RATE_HZ
    tell(f"exactly 0 from {last - 6:.2f} s after the burst on")
    assert last < 6 + 2


@MAINS
def test_a_step_of_the_baseline_is_gone_after_a_second(mains_hz):
    step = np.repeat([0.0, 4 * FULL_EFFORT], 2 * RAW_RATE_HZ)
    envelope = chain_envelope(codes(step), mains_hz)
    assert envelope[2 * RATE_HZ : 3 * RATE_HZ].max() > 0
    assert envelope[4 * RATE_HZ - RATE_HZ // 2 :].max() == 0


@pytest.mark.long
@MAINS
def test_over_many_bursts_on_noise_that_never_repeats_the_floor_stays(mains_hz):
    before, after = [], []
    for seed in range(40):
        floor = white(12, 2.0, seed) + effort(synth.REST, 12, seed)
        floor[4 * RAW_RATE_HZ : 6 * RAW_RATE_HZ] += effort(1.0, 2, 100 + seed)
        envelope = chain_envelope(codes(floor), mains_hz).reshape(-1, RATE_HZ).mean(axis=1)
        before += [envelope[2:4].mean()]
        after += [envelope[8:10].mean()]
    tell(f"floor over 40 bursts: {np.mean(before):.1f} before, {np.mean(after):.1f} after")
    assert np.mean(after) == pytest.approx(np.mean(before), rel=0.05)
