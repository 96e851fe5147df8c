"""How near a causal envelope comes to what offline analysis makes of the same muscle, and how much later.

The references are the packages themselves, as they come, on the recording as it is. Each causal envelope, and each
package once more, then gets the recording with something on top. r is the highest correlation over lags of 0 to 400 ms.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np
from peers import PEERS
from takes import RATE_HZ, centred
from triggers import Signal

from buzzband.engines.cpython import condition, decide
from buzzband.engines.job import BLOCKS_PER_S, Settings
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.catalogue import EXAMPLES
from buzzband.recordings.examples import example
from buzzband.recordings.model import Channel
from buzzband.services import calibration
from buzzband_fw.core import words

LAG_MAX_MS = 400
COMMON_HZ = 500  # what is compared: envelopes hold nothing above 50 Hz
SETTLED_S = 1.0
MAINS_HZ = 50
TARGET_PERMILLE = 300
FULL_S = 0.5
PACKAGE_HZ = 1000

Make = Callable[[Signal], Signal]
Spoil = Callable[[Signal, np.random.Generator], Signal]


def measure() -> dict[str, Any]:
    """Return r and lag of each envelope against each package, by what is on top of the recordings."""
    packages = dict(_packages())
    recordings = [example(entry.name).channels[0].samples for entry in EXAMPLES]
    references = [{name: make(clean) for name, make in packages.items()} for clean in recordings]
    found = {}
    for condition_name, spoil in CONDITIONS.items():
        spoiled = [spoil(clean, np.random.default_rng(seed)) for seed, clean in enumerate(recordings)]
        found[condition_name] = _compared(packages, spoiled, references)
    return {"packages": {name: version(name) for name in packages}, "conditions": found}


def _compared(packages: dict[str, Make], spoiled: list[Signal], references: list[dict[str, Signal]]) -> dict[str, Any]:
    """Return by envelope and reference: the mean over the recordings of r and lag."""
    scores: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for signal, reference in zip(spoiled, references, strict=True):
        for name, envelope, rate_hz in _envelopes(packages, signal):
            for of, wanted in reference.items():
                pair = _sampled(envelope, rate_hz), _sampled(wanted, PACKAGE_HZ)
                scores.setdefault(name, {}).setdefault(of, []).append(best_lag(*pair, COMMON_HZ))
    return {
        name: {of: dict(zip(("r", "lag_ms"), np.mean(each, axis=0).tolist(), strict=True)) for of, each in one.items()}
        for name, one in scores.items()
    }


def _envelopes(packages: dict[str, Make], signal: Signal) -> Iterator[tuple[str, Signal, float]]:
    """Yield name, envelope and rate: the causal ones as published, then the packages."""
    raw = digitise(Channel("EMG", PACKAGE_HZ, signal)).raw
    own = condition(raw, MAINS_HZ, trace=True).samples
    assert own is not None
    yield "Buzzband", own.ravel().astype(np.float64), RATE_HZ
    heard = centred(raw)
    for peer in PEERS:
        yield peer.name, next(iter(peer.variants.values()))(heard), RATE_HZ
    for name, make in packages.items():
        yield f"{name}, offline", make(signal), PACKAGE_HZ


def _sampled(envelope: Signal, rate_hz: float) -> Signal:
    """Return the envelope at the common rate, from where filters have settled."""
    times_s = np.arange(SETTLED_S, len(envelope) / rate_hz, 1 / COMMON_HZ)
    return np.asarray(np.interp(times_s, np.arange(1, len(envelope) + 1) / rate_hz, envelope))


def best_lag(late: Signal, reference: Signal, rate_hz: float) -> tuple[float, float]:
    """Return the highest correlation over lags up to ``LAG_MAX_MS``, and its lag in ms."""
    length = min(len(late), len(reference))
    lags = range(round(LAG_MAX_MS * rate_hz / 1000) + 1)
    found = [(float(np.corrcoef(late[lag:length], reference[: length - lag])[0, 1]), lag) for lag in lags]
    r, lag = max(found, key=lambda one: one[0])
    return r, 1000 * lag / rate_hz


def full_effort(signal: Signal) -> float:
    """Return the highest RMS over 500 ms, which stands for full effort."""
    width = round(FULL_S * PACKAGE_HZ)
    power = np.convolve((signal - signal.mean()) ** 2, np.full(width, 1 / width), "valid")
    return float(np.sqrt(power.max()))


def _clean(signal: Signal, rng: np.random.Generator) -> Signal:
    return signal


def _hum(signal: Signal, rng: np.random.Generator) -> Signal:
    return signal + full_effort(signal) * synth.hum(len(signal), PACKAGE_HZ, rng, amplitude=1.0)


def _drift(signal: Signal, rng: np.random.Generator) -> Signal:
    return signal + full_effort(signal) * synth.baseline_wander(len(signal), PACKAGE_HZ, rng, amplitude=1.0)


def _motor(signal: Signal, rng: np.random.Generator) -> Signal:
    """A motor of 175 Hz, 40 % of full effort, after each cue that the core gives on the clean recording."""
    conditioned = condition(digitise(Channel("EMG", PACKAGE_HZ, signal)).raw, MAINS_HZ)
    scale = calibration.from_recording(conditioned.envelope, None, None)
    blocks = decide(conditioned, Settings(MAINS_HZ, scale.rest, scale.reference, TARGET_PERMILLE))
    on = np.zeros(len(signal), np.bool_)
    for cue in (np.flatnonzero(blocks.word == words.ON_TARGET) + 1) * PACKAGE_HZ // BLOCKS_PER_S:
        on[cue : cue + words.duration_ms(words.ON_TARGET) * PACKAGE_HZ // 1000] = True
    return signal + full_effort(signal) * synth.vibration(on, PACKAGE_HZ, amplitude=0.4)


CONDITIONS: dict[str, Spoil] = {"clean": _clean, "hum": _hum, "drift": _drift, "motor": _motor}
"""Hum: as large as full effort, within 0.2 Hz of 50 Hz, with harmonics. Drift: as large, 0.1 to 2 Hz."""


def _packages() -> Iterator[tuple[str, Make]]:
    """Yield the packages that are installed."""
    for name, make in (("neurokit2", _neurokit), ("biosppy", _biosppy), ("pyemgpipeline", _pyemgpipeline)):
        try:
            import_module(name)
        except ImportError:
            continue
        yield name, make


def _neurokit(signal: Signal) -> Signal:
    nk = import_module("neurokit2")
    return np.asarray(nk.emg_amplitude(nk.emg_clean(signal, sampling_rate=1000)))


def _biosppy(signal: Signal) -> Signal:
    """Return what its onsets are found in: high-pass, |x|, window of 50 ms, both ways."""
    filtered = import_module("biosppy.signals.emg").emg(signal, 1000.0, show=False)["filtered"]
    smoother = import_module("biosppy.signals.tools").smoother
    return np.asarray(smoother(np.abs(filtered), kernel="boxzen", size=50, mirror=True)["signal"])


def _pyemgpipeline(signal: Signal) -> Signal:
    measurement = import_module("pyemgpipeline.wrappers").EMGMeasurement(signal, hz=1000)
    measurement.apply_dc_offset_remover()
    measurement.apply_bandpass_filter(bf_order=4, bf_cutoff_fq_lo=10, bf_cutoff_fq_hi=450)
    measurement.apply_full_wave_rectifier()
    measurement.apply_linear_envelope(le_order=4, le_cutoff_fq=6)
    return np.asarray(measurement.data)
