"""How many reps the band counts, of how many there were; how soon; and how many where there were none.

No one has lifted with the hardware yet: curls are synthetic, drawn at random, and the watch's sets are real, but
worn on the wrist. ``pytest -rP`` shows the figures.
"""

import functools
from dataclasses import replace

import numpy as np
import pytest

from builders import tell
from buzzband.recordings import synth
from buzzband.recordings.watch import REPS, watch_sets
from promises.lifters import (
    IMU_LOST,
    MUSCLE_LOST,
    NOTHING_LOST,
    confirmations_s,
    lifted,
    lifted_by_movement,
    miscounts,
    nearest_within,
    own_scale,
    reps_in,
    settings_from,
    shares,
    squeezed,
)

FIRST_SEED = 10_000  # 2 is what the thresholds were chosen with
FEW = range(FIRST_SEED, FIRST_SEED + 40)
MANY = range(FIRST_SEED, FIRST_SEED + 1000)
# What is lost, the least share of sets that is counted exactly, and to within one rep. By movement alone: in a strict
# curl the upper arm turns by 3 to 9°, and it sways and drifts by as much: 92 % of 640 sets, 88 % of these 40.
BARS = pytest.mark.parametrize(
    ("lost", "exact", "near"),
    [(NOTHING_LOST, 0.98, 1.0), (IMU_LOST, 0.9, 1.0), (MUSCLE_LOST, 0.85, 0.95)],
    ids=["both", "no IMU", "electrodes off"],
)
TURNING = [
    (synth.CURL_ON_FOREARM, "curl"),
    (synth.PULLDOWN, "pulldown"),
    (synth.PUSH_UP, "push-up"),
    (synth.RAISE, "raise"),
    (synth.SQUAT, "squat"),
]
CONFIRMED_WITHIN_S = 0.7  # 91 to 95 % by seed; 95 % were wanted


def counted(seeds, lost):
    miscounted = miscounts(seeds, lost)
    exact, near = shares(miscounted)
    tell(f"{len(miscounted)} sets of curls, {lost}: {exact:.1%} exact, {near:.1%} to within one rep")
    return exact, near


@BARS
def test_in_sets_of_curls_the_reps_are_counted(lost, exact, near):
    found = counted(FEW, lost)
    assert found[0] >= exact
    assert found[1] >= near


@pytest.mark.long
@pytest.mark.timeout(1200)
@BARS
def test_in_a_thousand_sets_of_curls_the_reps_are_counted(lost, exact, near):
    found = counted(MANY, lost)
    assert found[0] >= exact
    assert found[1] >= near


@functools.cache
def watch_shares(kept_back):
    """Return the shares of sets counted as 20, and as 19 to 21; every third was kept back when thresholds were set."""
    chosen = [made for index, made in enumerate(watch_sets()) if (index % 3 == 2) == kept_back]
    exact, near = shares([reps_in(lifted_by_movement(made)) - REPS for made in chosen])
    which = "kept back" if kept_back else "looked at"
    tell(f"{len(chosen)} sets of a watch, {which}: {exact:.1%} counted as 20, {near:.1%} as 19 to 21")
    return exact, near


@pytest.mark.real_data
@pytest.mark.parametrize("kept_back", [False, True], ids=["looked at", "kept back"])
def test_real_movement_at_the_wrist_is_counted_without_a_muscle(kept_back):
    exact, near = watch_shares(kept_back)
    assert exact >= 0.5
    assert near >= 0.9


def test_nine_reps_in_ten_are_confirmed_within_0_7_s_of_their_top_and_99_in_100_within_1_s(monkeypatch):
    late_s = []
    for made in synth.lifted_sets(60, FIRST_SEED):
        gain, settings = own_scale(made.recording)
        _, times_s = confirmations_s(monkeypatch, lambda: lifted(made, gain, settings))  # noqa: B023
        for rep in made.truth.reps:
            index = nearest_within(rep.peak_s, times_s, 1.5)
            late_s.append(np.inf if index is None else times_s[index] - rep.peak_s)
    limits_s = (0.3, 0.5, 0.7, 0.8, 1.0, 1.5)
    share = {limit_s: round(float(np.mean(np.array(late_s) <= limit_s)), 3) for limit_s in limits_s}
    tell(f"{len(late_s)} reps, share confirmed so many s after their top: {share}")
    assert share[CONFIRMED_WITHIN_S] >= 0.9
    assert share[1.0] >= 0.99


def phases_off_s(exercise, name, sets):
    """Return by how much both phases were mistold, shape (2, n), and the share of reps of which they were told."""
    off_s, there_were = [], 0
    for made in synth.lifted_sets(sets, FIRST_SEED, exercise=exercise):
        gain, settings = own_scale(made.recording)
        told = lifted(made, gain, replace(settings, exercise=name)).counted()
        starts_s = [rep.start_block / 100 for rep in told]
        there_were += len(made.truth.reps)
        for truth in made.truth.reps:
            index = nearest_within(truth.start_s, starts_s, 1.0)
            if index is not None and told[index].eccentric_ms:
                rep = told[index]
                off_s.append(
                    (rep.concentric_ms / 1000 - truth.concentric_s, rep.eccentric_ms / 1000 - truth.eccentric_s)
                )
    return np.array(off_s).T, len(off_s) / there_were


def spread(off_s):
    """Return the median error, and the median deviation from it, of each phase."""
    bias = np.median(off_s, axis=1)
    return bias, np.median(np.abs(off_s - bias[:, np.newaxis]), axis=1)


@pytest.mark.parametrize(("exercise", "name"), TURNING, ids=[name for _, name in TURNING])
def test_where_the_limb_turns_the_phases_are_told_to_within_50_ms(exercise, name):
    off_s, share = phases_off_s(exercise, name, 8)
    bias, deviation = spread(off_s)
    tell(f"{name}: phases of {share:.0%} of the reps, bias {bias.round(3)} s, deviation {deviation.round(3)} s")
    assert share > 0.9
    assert np.abs(bias).max() <= 0.05
    assert deviation.max() <= 0.05


def test_in_a_strict_curl_the_concentric_phase_is_told_only_roughly():
    off_s, share = phases_off_s(synth.CURL, "curl", 12)
    bias, deviation = spread(off_s)
    tell(f"strict curl: phases of {share:.0%} of the reps, bias {bias.round(3)} s, deviation {deviation.round(3)} s")
    assert deviation[0] <= 0.3
    assert deviation[1] <= 0.12


def false_reps_per_min(duration_s, seeds):
    gain, scale = squeezed(3)
    settings, rates = settings_from(scale, "curl"), {}
    for placement in (synth.UPPER_ARM, synth.FOREARM, synth.THIGH):
        made = [synth.build(synth.idle_session(duration_s, placement), seed) for seed in seeds]
        found = sum(reps_in(lifted(idle, gain, settings)) for idle in made)
        rates[placement.name] = found / len(made) / duration_s * 60
    tell(f"false reps a minute in {len(seeds) * duration_s / 60:g} min of life in the gym: {rates}")
    return np.mean(list(rates.values()))


def test_in_half_an_hour_without_reps_hardly_any_are_counted():
    assert false_reps_per_min(1800, [1]) <= 0.2


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_in_hours_without_reps_hardly_any_are_counted():
    assert false_reps_per_min(3600, [1, 2]) <= 0.2
