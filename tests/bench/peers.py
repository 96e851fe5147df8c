"""What others make of EMG, sample by sample: the envelopes that have been published, with nothing from the future.

All of them get what Buzzband's chain gets, the 12 bits of its converter at 1200 Hz, so none has fewer digits or a lower
rate than where it comes from. What a device has fixed stays fixed; what a library or a paper leaves open is a variant.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.signal import butter, iirnotch, lfilter, sosfilt, tf2sos
from triggers import Signal

RATE_HZ = 1200
MAINS_HZ = 50

Envelope = Callable[[Signal], Signal]


@dataclass(frozen=True)
class Peer:
    """Somebody else's envelope. ``variants``: by what is left open; the best one is chosen on the training share."""

    name: str
    source: str
    variants: Mapping[str, Envelope]


def _band(signal: Signal, order: int, low_hz: float, high_hz: float | None = None) -> Signal:
    """Return what lies above ``low_hz``, and below ``high_hz`` if that is given."""
    kind = "highpass" if high_hz is None else "bandpass"
    edges = low_hz if high_hz is None else [low_hz, high_hz]
    return np.asarray(sosfilt(butter(order, edges, kind, fs=RATE_HZ, output="sos"), signal))


def _smooth(signal: Signal, order: int, hz: float) -> Signal:
    return np.asarray(sosfilt(butter(order, hz, fs=RATE_HZ, output="sos"), signal))


def _mean(signal: Signal, seconds: float) -> Signal:
    """Return the mean of the last so many seconds, what came before the first sample taken for 0."""
    width = round(seconds * RATE_HZ)
    return np.asarray(lfilter(np.full(width, 1 / width), 1.0, signal))


def _energy(signal: Signal) -> Signal:
    """Return the Teager-Kaiser energy x[n-1]² − x[n] x[n-2], a sample late, as it has to be."""
    energy = np.zeros_like(signal)
    energy[2:] = signal[1:-1] ** 2 - signal[2:] * signal[:-2]
    return energy


def upside_down_labs(signal: Signal) -> Signal:
    """Return the mean |x| of 128 ms, 74.5 to 149.5 Hz."""
    return _mean(np.abs(_band(signal, 4, 74.5, 149.5)), 0.128)


def openbci(signal: Signal, low_hz: float, high_hz: float, creep: float) -> Signal:
    """Return the widget's output: mean |x| of 1 s between two limits that creep after it, 30 times a second.

    Limits in µV: the strongest of the recording, 99.9 % of it, counts as 200, the widget's own limit.
    """
    notched = sosfilt(tf2sos(*iirnotch(MAINS_HZ, 10, RATE_HZ)), signal)
    banded = np.abs(_band(np.asarray(notched), 2, low_hz, high_hz))
    mean_uv = _mean(np.minimum(200 / np.percentile(banded, 99.9) * banded, 200), 1.0)
    frame = RATE_HZ // 30
    upper, lower, told = 25.0, 0.0, []
    for level in mean_uv[frame - 1 :: frame].tolist():
        upper = max(upper, level)
        if upper >= level + 10:
            upper *= creep
        lower = max(min(lower, level), 1.0)
        if lower <= level:
            lower /= 0.99999
        lower = max(lower, 6.0)
        upper = max(upper, lower + 10)
        told.append(max((level - lower) / (upper - lower), 0.0))
    held = np.repeat(np.concatenate(([0.0], told)), frame)
    return held[1 : len(signal) + 1] if len(held) > len(signal) else np.resize(held, len(signal))


def rc(signal: Signal, hz: float) -> Signal:
    """Return the rectified signal, 20 to 498 Hz, behind a resistor and a capacitor."""
    keep = float(np.exp(-2 * np.pi * hz / RATE_HZ))
    return np.asarray(lfilter([1 - keep], [1, -keep], np.abs(_band(signal, 1, 20, 498))))


def biosppy(signal: Signal, seconds: float) -> Signal:
    """Return the boxcar of |x|, high-pass 100 Hz."""
    return _mean(np.abs(_band(signal, 4, 100)), seconds)


def neurokit(signal: Signal, hz: float) -> Signal:
    """Return ``emg_clean``, then ``emg_amplitude``: energy, 10 to 400 Hz, |x|, low-pass."""
    return _smooth(np.abs(_band(_energy(_band(signal, 4, 100)), 2, 10, 400)), 2, hz)


def tkeo(signal: Signal, hz: float) -> Signal:
    """Return the rectified and smoothed energy, 30 to 300 Hz."""
    return _smooth(np.abs(_energy(_band(signal, 3, 30, 300))), 2, hz)


PEERS = (
    Peer(
        "Upside Down Labs",
        "Muscle-BioAmp firmware, EMG counter: 74.5 to 149.5 Hz, mean |x| of 128 ms",
        {"128 ms": upside_down_labs},
    ),
    Peer(
        "OpenBCI",
        "OpenBCI GUI, EMG widget: notch, mean |x| of 1 s, range that creeps",
        {
            f"{low} to {high} Hz, creep {creep:g}": partial(openbci, low_hz=low, high_hz=high, creep=creep)
            for low, high in ((5, 50), (20, 450))
            for creep in (0.9, 0.9999)
        },
    ),
    Peer(
        "RC",
        "analogue envelope as in MyoWare 2.0: 20 to 498 Hz, rectifier, first-order low-pass, 3.6 Hz there",
        {f"{hz:g} Hz": partial(rc, hz=hz) for hz in (3.6, 7.2, 14.4)},
    ),
    Peer(
        "BioSPPy, causal",
        "biosppy.signals.emg: high-pass 100 Hz, |x|, boxcar of 50 ms there; run forwards only",
        {f"{ms} ms": partial(biosppy, seconds=ms / 1000) for ms in (50, 100)},
    ),
    Peer(
        "NeuroKit2, causal",
        "emg_clean and emg_amplitude: high-pass 100 Hz, TKEO, 10 to 400 Hz, |x|, low-pass 8 Hz there; forwards only",
        {f"{hz} Hz": partial(neurokit, hz=hz) for hz in (8, 20)},
    ),
    Peer(
        "TKEO",
        "Solnik et al. 2008: 30 to 300 Hz, energy, rectified, low-pass 50 Hz there; forwards only",
        {f"{hz} Hz": partial(tkeo, hz=hz) for hz in (50, 20)},
    ),
)
