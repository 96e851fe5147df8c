"""Band-limited Gaussian noise, the raw material of fluctuation, wander and tremor."""

import math

import numpy as np

from buzzband.recordings.model import Samples

PERIODS = 10  # of the lowest frequency, at least: a shorter piece would have no component inside the band


def band_noise(n: int, rate_hz: float, band_hz: tuple[float, float], rng: np.random.Generator) -> Samples:
    """Return Gaussian noise of unit expected SD, flat inside ``band_hz`` and nothing outside, shape (n,).

    The expected SD is 1, the SD of one short piece is not: noise at 0.5 Hz cut to 2 s may happen to be small.
    """
    low, high = band_hz
    if not 0 < low < high <= rate_hz / 2:
        raise ValueError(f"band {low}..{high} Hz does not fit a rate of {rate_hz} Hz")
    length = 1 << math.ceil(math.log2(max(n, PERIODS * rate_hz / low, PERIODS * rate_hz / (high - low), 2)))
    frequencies = np.fft.rfftfreq(length, 1 / rate_hz)
    first, last = np.searchsorted(frequencies, [low, high])
    bins = np.arange(first, min(last, length // 2))
    spectrum = np.zeros(len(frequencies), dtype=np.complex128)
    spectrum[bins] = rng.standard_normal(len(bins)) + 1j * rng.standard_normal(len(bins))
    # irfft gives each bin 2/length of its size, so its variance is 4/length² for parts of unit variance
    noise: Samples = np.fft.irfft(spectrum, length)[:n] * (length / (2 * math.sqrt(len(bins))))
    return noise


def band_noises(n: int, count: int, rate_hz: float, band_hz: tuple[float, float], rng: np.random.Generator) -> Samples:
    """Return ``count`` independent ``band_noise`` side by side, shape (n, count)."""
    return np.column_stack([band_noise(n, rate_hz, band_hz, rng) for _ in range(count)])
