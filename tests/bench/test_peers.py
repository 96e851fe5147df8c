"""The envelopes of others, where it can be said what they must give."""

import numpy as np
import pytest
from peers import PEERS, RATE_HZ, Envelope, openbci, rc, upside_down_labs
from triggers import Signal

ALL = [pytest.param(envelope, id=f"{peer.name}, {name}") for peer in PEERS for name, envelope in peer.variants.items()]
SECONDS = 6
ON_S = 3


def burst() -> Signal:
    """Noise of 1, then of 100."""
    noise = np.random.default_rng(4).standard_normal(SECONDS * RATE_HZ)
    return np.where(np.arange(len(noise)) < ON_S * RATE_HZ, noise, 100 * noise)


@pytest.mark.parametrize("envelope", ALL)
def test_it_has_a_level_for_each_sample_and_rises_with_the_muscle(envelope: Envelope) -> None:
    signal = burst()
    level = envelope(signal)
    assert level.shape == signal.shape
    assert level[-RATE_HZ:].mean() > 2 * level[RATE_HZ : ON_S * RATE_HZ].mean()


@pytest.mark.parametrize("envelope", ALL)
def test_it_knows_nothing_of_the_future(envelope: Envelope) -> None:
    signal = burst()
    if getattr(envelope, "func", None) is openbci:
        pytest.skip("its scale in µV comes from the whole recording, which is to its advantage")
    cut = ON_S * RATE_HZ + 300
    np.testing.assert_allclose(envelope(signal[:cut]), envelope(signal)[:cut])


def step() -> Signal:
    """Nothing for a second, then 100 Hz for three, then nothing."""
    times = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    return np.where((times >= 1) & (times < 4), 1000 * np.sin(2 * np.pi * 100 * times), 0.0)


def test_the_mean_of_128_ms_has_forgotten_after_128_ms_and_the_ringing() -> None:
    level = upside_down_labs(step())
    full = level[3 * RATE_HZ]
    assert level[4 * RATE_HZ + round(0.1 * RATE_HZ)] > 0.1 * full
    assert level[4 * RATE_HZ + round(0.178 * RATE_HZ)] < 0.01 * full


def test_an_rc_is_at_63_percent_after_its_time_constant() -> None:
    level = rc(step(), hz=3.6)
    tau = round(RATE_HZ / (2 * np.pi * 3.6))
    assert level[RATE_HZ + tau] / level[4 * RATE_HZ - 1] == pytest.approx(0.63, abs=0.03)
