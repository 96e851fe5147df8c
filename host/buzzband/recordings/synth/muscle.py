"""Surface EMG from motor units, after Fuglevand, Winter & Patla 1993 (J Neurophysiol 70:2470).

An excitation recruits units in the order of their thresholds; each fires faster as the excitation grows; each
discharge adds the unit's own action potential. Sizes and shapes are chosen so that the spectrum resembles that of a
biceps.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from buzzband.recordings.model import Samples
from buzzband.recordings.synth.activation import Activation

CONTROL_HZ = 100.0  # the activation is followed at this rate: no muscle is driven faster
GRID = 2000  # points of the table from excitation to level
SHORTEST_INTERVAL = 0.2  # of the mean one; four SD below it at the usual variation, and never backwards
REACH = 4.0  # action potentials end this many widths from their middle: exp(−16)
CHUNK = 1 << 16  # samples per FFT


@dataclass(frozen=True)
class Muscle:
    """A pool of motor units. What has no source is a choice; ``potentials`` is fitted.

    The fit: biceps recordings have 24 % of their power at 20-50 Hz, 46 at 50-100, 10 at 100-140 and 7 at 140-260.
    """

    units: int = 100
    threshold_range: float = 30.0  # last over first recruited, exponentially spread (Fuglevand 1993)
    size_range: float = 10.0  # of the potentials; the 100 of the twitch forces would let a few units drown the rest
    first_hz: float = 8.0  # firing rate at recruitment (Fuglevand 1993)
    peak_hz: tuple[float, float] = (35.0, 30.0)  # highest rate of the first and of the last unit
    gain: float = 1.0  # impulses/s per unit of excitation above the threshold (Fuglevand 1993)
    interval_cv: float = 0.2  # of the intervals between discharges (Fuglevand 1993)
    # (order, λ in ms) of the action potentials, which the units take in turn; the outer peaks are 1.4 λ (order 1) or
    # 2.4 λ (order 2) apart, and all that matters lies within 4 λ
    potentials: tuple[tuple[int, float], ...] = ((1, 2.2), (1, 3.0), (2, 4.0), (1, 4.4), (1, 5.2), (2, 6.2))

    @property
    def thresholds(self) -> Samples:
        """Return the excitation at which each unit is recruited, shape (units,); about 1 to ``threshold_range``."""
        thresholds: Samples = self.threshold_range ** (np.arange(1, self.units + 1) / self.units)
        return thresholds

    @property
    def sizes(self) -> Samples:
        """Return the energy of each unit's action potential as an amplitude, shape (units,), 1 to ``size_range``."""
        sizes: Samples = self.size_range ** np.linspace(0, 1, self.units)
        return sizes

    @property
    def peak_rates_hz(self) -> Samples:
        """Return the highest firing rate of each unit, shape (units,)."""
        span = (self.thresholds - self.thresholds[0]) / (self.thresholds[-1] - self.thresholds[0] + 1e-12)
        rates: Samples = self.peak_hz[0] + (self.peak_hz[1] - self.peak_hz[0]) * span
        return rates

    @property
    def highest_excitation(self) -> float:
        """Return the excitation at which the last unit reaches its highest rate."""
        return float(np.max(self.thresholds + (self.peak_rates_hz - self.first_hz) / self.gain))

    def firing_hz(self, excitation: Samples, unit: int) -> Samples:
        """Return the firing rate of one unit, same shape as ``excitation``: linear from the threshold to the peak."""
        above = excitation - self.thresholds[unit]
        rate = np.minimum(self.first_hz + self.gain * above, self.peak_rates_hz[unit])
        return np.where(above >= 0, rate, 0.0)


def potential(order: int, width_ms: float, rate_hz: float) -> Samples:
    """Return an action potential of unit energy (Σ m² = ``rate_hz``), shape (odd,), its middle at the centre.

    Hermite-Rodriguez functions (Lo Conte, Merletti & Sandri 1994, IEEE Trans Biomed Eng 41:1147) of first and second
    order, so derivatives of exp(−t²/λ²): no DC, one band. λ is ``width_ms``.
    """
    samples_wide = width_ms / 1000 * rate_hz
    half = max(2, math.ceil(REACH * samples_wide))
    t = np.arange(-half, half + 1) / samples_wide
    polynomial = 2 * t if order == 1 else 4 * t**2 - 2
    wave = polynomial * np.exp(-(t**2))
    return np.asarray(wave * math.sqrt(rate_hz / np.sum(wave**2)), dtype=np.float64)


BICEPS = Muscle()


def emg(activation: Activation, rate_hz: float, rng: np.random.Generator, muscle: Muscle = BICEPS) -> Samples:
    """Return the surface EMG of ``activation`` in multiples of full-effort RMS, shape (round(duration · rate_hz),).

    Activation 1 has RMS 1 and activation a has RMS a: independent discharges at rates r of potentials with energies
    s² have the power Σ r s² (Campbell's theorem), and the excitation that gives the power wanted is looked up.
    """
    n = round(activation.duration_s * rate_hz)
    times = np.arange(math.ceil(activation.duration_s * CONTROL_HZ) + 1) / CONTROL_HZ
    excitations, levels, full_rms = _excitation_table(muscle)
    excitation = np.interp(activation.at(times), levels, excitations)
    signal = np.zeros(n)
    for kind, (order, width_ms) in enumerate(muscle.potentials):
        samples, sizes = _discharges(kind, excitation, rate_hz, n, rng, muscle)
        train: Samples = np.bincount(samples, sizes, minlength=n).astype(np.float64, copy=False)
        _add_convolved(signal, train, potential(order, width_ms, rate_hz))
    signal /= full_rms
    return signal


def _excitation_table(muscle: Muscle) -> tuple[Samples, Samples, float]:
    """Return excitations, the share of the full RMS that each gives, and the full RMS."""
    excitations = np.linspace(0, muscle.highest_excitation, GRID)
    power = np.zeros(GRID)
    for unit, size in enumerate(muscle.sizes):
        power += muscle.firing_hz(excitations, unit) * size**2
    full_rms = math.sqrt(power[-1])
    return excitations, np.sqrt(power) / full_rms, full_rms


def _discharges(
    kind: int, excitation: Samples, rate_hz: float, n: int, rng: np.random.Generator, muscle: Muscle
) -> tuple[NDArray[np.int64], Samples]:
    """Return the sample index and the signed size of every discharge of the units with one kind of potential."""
    samples = [np.zeros(0, dtype=np.int64)]
    sizes = [np.zeros(0)]
    for unit in range(kind, muscle.units, len(muscle.potentials)):
        seconds = _discharge_times(muscle.firing_hz(excitation, unit), muscle.interval_cv, rng)
        nearest = np.rint(seconds * rate_hz).astype(np.int64)
        samples.append(nearest[nearest < n])
        side = rng.choice([-1.0, 1.0])  # of the end plate: it turns the potential over
        sizes.append(np.full(len(samples[-1]), side * muscle.sizes[unit]))
    return np.concatenate(samples), np.concatenate(sizes)


def _discharge_times(firing_hz: Samples, cv: float, rng: np.random.Generator) -> Samples:
    """Return the times in s at which a unit fires, given its rate at ``CONTROL_HZ``.

    Intervals are drawn in units of the mean interval and stretched by the running rate, so a rate that changes within
    an interval changes that interval too.
    """
    cycles = np.concatenate([[0.0], np.cumsum((firing_hz[1:] + firing_hz[:-1]) / (2 * CONTROL_HZ))])
    enough = math.ceil(cycles[-1] + 6 * cv * math.sqrt(cycles[-1]) + 10)
    intervals = np.maximum(rng.normal(1.0, cv, enough), SHORTEST_INTERVAL)
    due = np.cumsum(intervals) - rng.uniform()
    due = due[(due > 0) & (due < cycles[-1])]
    seconds: Samples = np.interp(due, cycles, np.arange(len(cycles)) / CONTROL_HZ)
    return seconds


def _add_convolved(signal: Samples, train: Samples, kernel: Samples) -> None:
    """Add ``train`` convolved with ``kernel``, centred, to ``signal`` in place: overlap-add by FFT."""
    n, half = len(signal), len(kernel) // 2
    size = 1 << math.ceil(math.log2(min(n, CHUNK) + len(kernel)))
    step = size - len(kernel) + 1
    response = np.fft.rfft(kernel, size)
    for start in range(0, n, step):
        piece = np.fft.irfft(np.fft.rfft(train[start : start + step], size) * response, size)
        begin = max(0, start - half)
        end = min(n, start - half + size)
        signal[begin:end] += piece[begin - start + half : end - start + half]
