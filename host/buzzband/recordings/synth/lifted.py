"""Sets and sessions drawn at random: what a count over many of them is made with."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from buzzband.recordings.synth.exercises import CURL, Exercise
from buzzband.recordings.synth.form import Form
from buzzband.recordings.synth.life import GYM
from buzzband.recordings.synth.placement import UPPER_ARM, Placement, mounted_by_hand
from buzzband.recordings.synth.reps import Tempo
from buzzband.recordings.synth.session import Session, Synthetic, build
from buzzband.recordings.synth.sets import Set
from buzzband.recordings.synth.spoil import Spoiler, baseline_wander, hum, sensor_noise

REPS = (5, 15)
PAUSED = 0.3  # of the sets have one pause, of so many seconds:
PAUSE_S = (2.0, 4.0)


def lifted_sets(count: int, seed: int, *, exercise: Exercise = CURL, rate_hz: float = 1000.0) -> Iterator[Synthetic]:
    """Yield ``count`` recordings of one set each, no two alike: 5 to 15 reps, a few seconds of rest on both sides.

    Tempo, range, effort, form, pauses, mounting and noise are drawn for each. The set of a seed and an index is always
    the same, up to rounding, as long as NumPy's generators stay what they are.
    """
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        session = Session(
            (drawn_set(exercise, rng),),
            lead_in_s=rng.uniform(3, 6),
            lead_out_s=10.0,
            mounting=mounted_by_hand(rng),
            form=Form(stray_deg=rng.uniform(0.5, 2), sway_deg=rng.uniform(0.1, 0.5), drift_deg=rng.uniform(0.5, 3)),
        )
        build_seed, noise, artefact = int(rng.integers(1 << 32)), drawn_noise(rng), rng.uniform(0.02, 0.1)
        yield build(session, build_seed, rate_hz, spoil=noise, artefact=artefact)


def drawn_set(exercise: Exercise, rng: np.random.Generator) -> Set:
    """Return a set of an exercise as someone might do it."""
    reps = int(rng.integers(REPS[0], REPS[1] + 1))
    usual = exercise.tempo
    pace = float(np.exp(rng.normal(0, 0.25)))
    tempo = Tempo(
        usual.concentric_s * pace * rng.uniform(0.8, 1.25),
        usual.hold_s * rng.uniform(0, 2),
        usual.eccentric_s * pace * rng.uniform(0.8, 1.25),
        usual.pause_s * rng.uniform(0.2, 2),
    )
    exceptions = {}
    if rng.uniform() < PAUSED:
        exceptions[int(rng.integers(reps - 1))] = replace(tempo, pause_s=rng.uniform(*PAUSE_S))
    peak = rng.uniform(0.35, 0.9)
    return Set(
        reps=reps,
        peaks=(peak, min(1.0, peak * rng.uniform(0.9, 1.2))),
        tempo=tempo,
        tempo_jitter=0.1,
        peak_jitter=0.06,
        exercise=exercise,
        range_jitter=0.05,
        exceptions=exceptions,
        fatigue=rng.uniform(0, 0.06),
    )


def drawn_noise(rng: np.random.Generator) -> tuple[Spoiler, ...]:
    """Return noise, hum and wander from hardly any to three times the usual."""
    return (
        partial(sensor_noise, amplitude=rng.uniform(0.005, 0.03)),
        partial(hum, amplitude=rng.uniform(0, 0.09)),
        partial(baseline_wander, amplitude=rng.uniform(0, 0.15)),
    )


def idle_session(duration_s: float = 3600.0, placement: Placement = UPPER_ARM) -> Session:
    """Return a stay in the gym without a single repetition: standing, fidgeting, walking, re-racking, drinking."""
    return Session((), lead_in_s=3.0, lead_out_s=duration_s - 3.0, placement=placement, life=GYM)
