"""A held effort that fluctuates about the target is one effort: the band does not chatter."""

import numpy as np
import pytest

from builders import calibrated, codes, cue_times_s, decided, muscle, tell
from buzzband.engines.cpython import condition, decide
from buzzband.recordings import synth
from buzzband_fw.core import target

HOLD_S = 60
CUES_PER_S_MAX = 0.1


def held(seed):
    """A second of rest, then a minute at half of full effort with 30 % of fluctuation at 0.5 to 2 Hz."""
    hold = synth.hold(0.5, HOLD_S, np.random.default_rng(seed))
    return codes(muscle(synth.join(synth.constant(synth.REST, 1), hold), seed=1000 + seed))


def cues_per_s(seeds):
    settings = calibrated(50)
    counts = [len(cue_times_s(decided(held(seed), settings))) for seed in seeds]
    rate = sum(counts) / HOLD_S / len(counts)
    tell(f"holds at the target: {rate:.3f} cues/s over {len(counts)} min, {max(counts)} in the worst minute")
    return rate


def test_a_hold_at_the_target_gives_at_most_one_cue_in_10_s():
    assert 0 < cues_per_s(range(8)) <= CUES_PER_S_MAX


@pytest.mark.long
def test_a_hundred_holds_at_the_target_give_at_most_one_cue_in_10_s():
    assert 0 < cues_per_s(range(100)) <= CUES_PER_S_MAX


@pytest.mark.parametrize("level", [0.35, 0.8])
def test_a_steady_hold_well_off_the_target_gives_no_more_than_its_first_cue(level):
    steady = synth.join(
        synth.constant(synth.REST, 1), synth.hold(level, 20, np.random.default_rng(1), fluctuation=0.05)
    )
    assert len(cue_times_s(decided(codes(muscle(steady, seed=2)), calibrated(50)))) == (level > 0.5)


def test_the_rearm_time_is_what_keeps_it_so(monkeypatch):
    conditioned = [condition(held(seed), 50) for seed in range(8)]
    rates = []
    for rearm_ms in (200, 300, 400):
        monkeypatch.setattr(target, "REARM_MS", rearm_ms)
        rates.append(sum(len(cue_times_s(decide(minute, calibrated(50)))) for minute in conditioned) / HOLD_S / 8)
    tell(f"cues/s in holds when re-armed after 200, 300, 400 ms: {rates}")
    assert rates[0] > CUES_PER_S_MAX >= rates[1] >= rates[2]
