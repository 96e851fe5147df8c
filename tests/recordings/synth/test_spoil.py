import itertools
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import welch

from buzzband.recordings import synth

RATE = 1000
MINUTE = 60 * RATE

SPOILERS = [
    synth.sensor_noise,
    synth.hum,
    synth.baseline_wander,
    partial(synth.electrode_pops, per_minute=20),
    lambda n, rate_hz, rng: synth.movement_artefact(np.linspace(0, 90, n) ** 1.2, rate_hz, rng),
]


def generator(seed=0):
    return np.random.default_rng(seed)


def power_between(signal, low, high):
    frequency, power = welch(signal, RATE, nperseg=10 * RATE)
    return power[(frequency >= low) & (frequency <= high)].sum() / power.sum()


def rms(signal):
    return np.sqrt(np.mean(signal**2))


@pytest.mark.parametrize("spoiler", SPOILERS)
def test_the_seed_decides_all(spoiler):
    one, same, other = (spoiler(MINUTE, RATE, generator(seed)) for seed in (1, 1, 2))
    assert len(one) == MINUTE
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("spoiler", "tolerance"), [(synth.sensor_noise, 0.02), (synth.baseline_wander, 0.2), (synth.hum, 0.01)]
)
def test_amplitude_is_rms(spoiler, tolerance):
    extra = {"harmonics": (1.0,)} if spoiler is synth.hum else {}
    assert rms(spoiler(MINUTE, RATE, generator(), amplitude=0.3, **extra)) == pytest.approx(0.3, rel=tolerance)


def test_noise_is_white():
    noise = synth.sensor_noise(MINUTE, RATE, generator())
    assert power_between(noise, 0, 250) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("hz", [50.0, 60.0, 50.2])
def test_hum_without_drift_has_all_its_power_at_its_frequency(hz):
    signal = synth.hum(MINUTE, RATE, generator(), hz=hz, drift_hz=0, harmonics=(1.0,))
    spectrum = np.abs(np.fft.rfft(signal))
    assert np.fft.rfftfreq(MINUTE, 1 / RATE)[spectrum.argmax()] == pytest.approx(hz, abs=0.01)
    assert power_between(signal, hz - 0.3, hz + 0.3) > 0.999


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_third_harmonic_has_the_share_asked_for(share):
    signal = synth.hum(MINUTE, RATE, generator(), drift_hz=0, harmonics=(1.0, 0.0, share))
    third = power_between(signal, 149, 151) / power_between(signal, 49, 51)
    assert third == pytest.approx(share**2, abs=0.001)


def test_a_harmonic_above_half_the_rate_is_left_out_not_folded():
    signal = synth.hum(MINUTE, 250, generator(), drift_hz=0, harmonics=(1.0, 0.0, 1.0), amplitude=1)
    assert rms(signal) == pytest.approx(1, rel=0.01)


@settings(deadline=None, max_examples=30)
@given(st.floats(0, 1), st.integers(0, 10_000))
def test_drift_stays_within_its_bounds(drift_hz, seed):
    frequency = synth.mains_frequency(600 * 10, 10, generator(seed), hz=50, drift_hz=drift_hz)
    assert frequency[0] == 50
    assert np.abs(frequency - 50).max() <= drift_hz + 1e-9


def test_drift_uses_its_bounds_over_ten_minutes():
    frequency = synth.mains_frequency(600 * 10, 10, generator(), hz=50, drift_hz=0.2)
    assert np.abs(frequency - 50).max() > 0.1
    assert np.abs(np.diff(frequency)).max() < 0.01


def test_wander_stays_below_2_hz():
    assert power_between(synth.baseline_wander(MINUTE, RATE, generator()), 0.0, 2.1) > 0.99


def test_a_limb_that_is_still_makes_no_artefact():
    assert not synth.movement_artefact(np.full(RATE, 30.1), RATE, generator()).any()


def test_a_moving_limb_makes_an_artefact_below_20_hz_of_the_amplitude_asked_for():
    angle = 60 * np.sin(2 * np.pi * 0.3 * np.arange(MINUTE) / RATE)
    artefact = synth.movement_artefact(angle, RATE, generator(), amplitude=0.2)
    assert rms(artefact) == pytest.approx(0.2, rel=0.2)
    assert power_between(artefact, 0, 20) > 0.99


def test_a_pop_is_a_step_that_falls_to_37_per_cent_in_its_time():
    signal = synth.pop(2 * RATE, RATE, at_s=0.5, height=4, decay_s=0.2)
    assert not signal[:500].any()
    assert signal[500] == pytest.approx(4)
    assert signal[700] == pytest.approx(4 / np.e)
    assert abs(signal[500 + 8 * 200 - 1 : 2 * RATE]).max(initial=0) < 0.01


def test_pops_come_as_often_as_said_and_decay_within_their_range():
    signal = synth.electrode_pops(60 * MINUTE, RATE, generator(), per_minute=2, height=5, decay_s=(0.05, 0.3))
    onsets = np.flatnonzero(np.abs(np.diff(signal)) > 1)
    assert len(onsets) == pytest.approx(120, abs=4 * np.sqrt(120))
    alone = [at + 1 for at, following in itertools.pairwise(onsets) if following - at > 4 * RATE]
    fallen = np.array([signal[at + 50] / signal[at] for at in alone])
    assert ((fallen > np.exp(-1) - 0.01) & (fallen < np.exp(-1 / 6) + 0.01)).all()


def test_no_pops_a_minute_means_none():
    assert not synth.electrode_pops(MINUTE, RATE, generator(), per_minute=0).any()


def test_clip_cuts_at_its_limit_and_leaves_the_rest():
    signal = np.array([-3.0, -0.5, 0.0, 0.9, 2.0])
    assert synth.clip(signal, 1.0).tolist() == [-1.0, -0.5, 0.0, 0.9, 1.0]
