"""Why the target re-arms after 300 ms below 60 % of it: what its neighbours do. ``pytest -rP`` shows the tables.

Real recordings ask for one cue in every contraction, holds for few, fast sets for a cue in every rep.
"""

import functools

import numpy as np
import pytest

from builders import calibrated, codes, cue_times_s, from_itself, muscle, tell
from buzzband.engines.cpython import condition, decide
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.catalogue import EXAMPLES
from buzzband.recordings.examples import example
from buzzband_fw.core import target

RULES = [(ms, percent) for ms in (200, 250, 300, 400) for percent in (50, 60, 65)]
CHOSEN = (300, 60)
TARGETS = range(20, 61, 5)
FAST_REPS = 30


@pytest.fixture
def count(monkeypatch):
    """Count the cues with another rule in force."""

    def cues(conditioned, settings, rule):
        monkeypatch.setattr(target, "REARM_MS", rule[0])
        monkeypatch.setattr(target, "REARM_PERCENT", rule[1])
        return len(cue_times_s(decide(conditioned, settings)))

    return cues


def test_the_rule_of_the_core_is_the_one_chosen_here():
    assert (target.REARM_MS, target.REARM_PERCENT) == CHOSEN


@functools.cache
def conditioned(name):
    return condition(digitise(example(name).channels[0]).raw, 50)


@pytest.mark.real_data
@pytest.mark.parametrize("entry", EXAMPLES, ids=lambda entry: entry.name)
def test_on_real_recordings_the_rule_never_gives_more_cues_than_contractions(entry, count):
    recording = conditioned(entry.name)
    for rule in RULES:
        counts = [count(recording, from_itself(recording, percent), rule) for percent in TARGETS]
        tell(f"{entry.name:8} {rule[0]} ms {rule[1]} %, targets 20, 25 .. 60 %: {counts}")
        if rule == CHOSEN:
            assert max(counts) == entry.contractions
            assert counts[TARGETS.index(30)] == counts[TARGETS.index(40)] == entry.contractions


@functools.cache
def fast_set(cycle_s):
    """Reps of 80 % of full effort, the muscle on for half of each cycle."""
    half = cycle_s / 2
    reps = synth.contractions([0.8] * FAST_REPS, on_s=half, off_s=half, rise_s=min(0.3, 0.49 * half))
    return condition(codes(muscle(synth.join(synth.constant(synth.REST, 1), reps), seed=7)), 50)


@pytest.mark.parametrize(("cycle_s", "least"), [(0.8, 0.9), (1.0, 1.0), (1.2, 1.0), (1.5, 1.0), (2.0, 1.0)])
def test_every_rep_gets_a_cue_down_to_a_rep_a_second_and_most_at_0_8_s(cycle_s, least, count):
    settings = calibrated(50)
    shares = {rule: count(fast_set(cycle_s), settings, rule) / FAST_REPS for rule in ((200, 60), CHOSEN)}
    tell(f"a rep every {cycle_s:g} s, share with a cue by rule: {shares}")
    assert least <= shares[CHOSEN] <= 1


def test_at_a_rep_every_0_6_s_the_rest_is_too_short_for_every_rep(count):
    settings = calibrated(50)
    shares = {rule: count(fast_set(0.6), settings, rule) / FAST_REPS for rule in ((200, 60), CHOSEN)}
    tell(f"a rep every 0.6 s, share with a cue by rule: {shares}")
    assert 0.25 < shares[CHOSEN] < shares[200, 60] < 1


@pytest.mark.long
def test_in_holds_the_rule_is_the_most_eager_of_its_level_within_one_cue_in_10_s(count):
    settings, rates = calibrated(50), {}
    holds = [
        condition(
            codes(
                muscle(
                    synth.join(synth.constant(synth.REST, 1), synth.hold(0.5, 60, np.random.default_rng(seed))), seed
                )
            ),
            50,
        )
        for seed in range(30)
    ]
    for rule in RULES:
        counts = [count(hold, settings, rule) for hold in holds]
        rates[rule] = sum(counts) / 60 / len(holds)
        tell(f"holds, {rule[0]} ms {rule[1]} %: {rates[rule]:.3f} cues/s, {max(counts)} in the worst minute")
    assert rates[CHOSEN] <= 0.1 < rates[250, 60] < rates[200, 60]
