"""Lag and r, where both are known."""

import envelopes
import numpy as np
import pytest

RATE_HZ = 500


def wave(seconds: float) -> np.ndarray:
    """A signal that resembles itself at no other lag."""
    noise = np.random.default_rng(2).standard_normal(round(seconds * RATE_HZ))
    return np.convolve(noise, np.hanning(50), "same")


@pytest.mark.parametrize("lag_ms", [0, 20, 90, 400])
def test_a_signal_that_is_late_has_that_lag_and_r_of_1(lag_ms: int) -> None:
    reference = wave(20)
    late = np.concatenate([np.zeros(lag_ms * RATE_HZ // 1000), 3 * reference + 7])
    r, found_ms = envelopes.best_lag(late, reference, RATE_HZ)
    assert r == pytest.approx(1.0)
    assert found_ms == lag_ms


def test_a_signal_with_as_much_noise_has_less_r() -> None:
    reference = wave(20)
    noisy = reference + np.random.default_rng(3).permutation(reference)
    r, _ = envelopes.best_lag(noisy, reference, RATE_HZ)
    assert r == pytest.approx(np.sqrt(0.5), abs=0.05)


@pytest.mark.parametrize("name", sorted(set(envelopes.CONDITIONS) - {"clean", "motor"}))
def test_what_is_added_is_as_large_as_full_effort(name: str) -> None:
    rng = np.random.default_rng(4)
    effort = np.where(np.arange(60_000) // 2000 % 2, 200.0, 1.0) * rng.standard_normal(60_000)
    added = envelopes.CONDITIONS[name](effort, rng) - effort
    assert np.sqrt(np.mean(added**2)) == pytest.approx(200, rel=0.2)
