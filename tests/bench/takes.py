"""What the detectors are tried on: EMG as the band's converter has it, and when its bursts began.

Real recordings have no truth: a zero-phase reference stands for it. ``COARSE_HZ`` finds the bursts, and finds as many
as an observer counts; ``FINE_HZ`` dates each: its onset comes after the last sample at which that envelope, on its way
up, was below ``ONSET_SHARE`` of the way from rest to the top of the coarse one. Synthetic muscles are told when to
begin, and that is the onset.
"""

from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
from measures import Burst
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt
from triggers import Signal

from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.catalogue import EXAMPLES
from buzzband.recordings.examples import example
from buzzband.recordings.model import Channel
from buzzband.services.analysis import runs
from buzzband_fw.core.chain import BLOCK_RAW

RATE_HZ = 1200
RAW_RATE_HZ = 4800
CENTRE = 8192

COARSE_HZ, FINE_HZ = 6, 20
BURST_SHARE = 0.3
ONSET_SHARE = 0.05
SHORTEST_S, PAUSE_S = 0.1, 0.5
SEARCH_S = 0.5  # before the coarse start, for the onset
EARLY_S = 0.1  # by which a cue may be earlier than the reference: hindsight is not that exact

BURSTS = 30
ON_S, OFF_S = 1.2, 1.8
RISES_S = (0.1, 0.2, 0.4)
SEEDS = (100, 200)
SYNTHETIC = {
    "synthetic, good signal": synth.USUAL,
    "synthetic, hum": (
        synth.sensor_noise,
        partial(synth.hum, amplitude=0.3),
        partial(synth.baseline_wander, amplitude=0.3),
    ),
}
"""Noise 1 %, hum 3 %, wander 5 % of full effort; and hum 30 %, up to 0.2 Hz off, wander 30 %."""


@dataclass(frozen=True, eq=False)
class Take:
    """``raw``: codes at 4800 S/s. ``early_s``: how much earlier than an onset its cue may be."""

    name: str
    kind: str
    raw: NDArray[np.uint16]
    bursts: tuple[Burst, ...]
    early_s: float = 0.0

    @property
    def signal(self) -> Signal:
        """Return it at 1200 Hz."""
        return centred(self.raw)

    @property
    def duration_s(self) -> float:
        """Return its length."""
        return len(self.raw) / RAW_RATE_HZ


def centred(raw: NDArray[np.uint16]) -> Signal:
    """Return codes at 4800 S/s as the core's intake sums them up before it filters, at 1200 Hz."""
    sums: Signal = raw[: len(raw) // 4 * 4].astype(np.float64).reshape(-1, 4).sum(axis=1) - CENTRE
    return sums


def hindsight(signal: Signal, hz: float) -> Signal:
    """Return the envelope that nobody has in time: 20 to 450 Hz, |x|, low-pass, all forwards and backwards."""
    band = sosfiltfilt(butter(2, [20, 450], "bandpass", fs=RATE_HZ, output="sos"), signal)
    return np.asarray(sosfiltfilt(butter(2, hz, fs=RATE_HZ, output="sos"), np.abs(band)))


def bursts_of(signal: Signal) -> tuple[Burst, ...]:
    """Return the bursts of a real recording at 1200 Hz, by hindsight."""
    coarse, fine = hindsight(signal, COARSE_HZ), hindsight(signal, FINE_HZ)
    rest = np.percentile(coarse, 10)
    best = np.convolve(coarse, np.full(RATE_HZ // 2, 2 / RATE_HZ), "valid").max()
    found: list[Burst] = []
    for start, end in _merged(coarse > rest + BURST_SHARE * (best - rest)):
        height = coarse[start:end].max() - rest
        up = start + int(np.argmax(fine[start:end] >= rest + 0.5 * height))
        first = max(start - round(SEARCH_S * RATE_HZ), round(found[-1].end_s * RATE_HZ) if found else 0)
        quiet = np.flatnonzero(fine[first:up] < rest + ONSET_SHARE * height)
        onset = first + int(quiet[-1]) + 1 if len(quiet) else start
        found.append(Burst(onset / RATE_HZ, end / RATE_HZ))
    return tuple(found)


def _merged(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return stretches of 100 ms and more, those with less than 500 ms between them as one."""
    merged: list[tuple[int, int]] = []
    for start, end in runs(mask):
        if merged and start - merged[-1][1] < PAUSE_S * RATE_HZ:
            merged[-1] = merged[-1][0], end
        else:
            merged.append((start, end))
    return [(start, end) for start, end in merged if end - start >= SHORTEST_S * RATE_HZ]


def real() -> list[Take]:
    """Return the real recordings. The first call downloads them."""
    takes = []
    for entry in EXAMPLES:
        raw = digitise(example(entry.name).channels[0]).raw
        take = Take(entry.name, "real", raw, (), EARLY_S)
        takes.append(Take(entry.name, "real", raw, bursts_of(take.signal), EARLY_S))
    return takes


def synthetic() -> list[Take]:
    """Return all synthetic ones. Those of a kind have their onsets in turns all over a block of the core.

    If all of them came with the begin of a block, the wait for its end would be the same for each.
    """
    plan = list(enumerate(product(SEEDS, RISES_S)))
    step = BLOCK_RAW // len(plan)
    return [contractions(kind, rise_s, seed, step * at) for kind in SYNTHETIC for at, (seed, rise_s) in plan]


def contractions(kind: str, rise_s: float, seed: int, early: int = 0) -> Take:
    """Return bursts of 30 to 90 % of full effort that take ``rise_s`` to rise, with what ``kind`` adds.

    ``early``: raw samples by which they come before the time at which a block begins.
    """
    rng = np.random.default_rng(seed)
    told = synth.contractions(rng.uniform(0.3, 0.9, BURSTS).tolist(), ON_S, OFF_S, rise_s)
    signal = synth.emg(told, RAW_RATE_HZ, rng)
    for spoil in SYNTHETIC[kind]:
        signal += spoil(len(signal), RAW_RATE_HZ, rng)
    starts = OFF_S + (ON_S + OFF_S) * np.arange(BURSTS) - early / RAW_RATE_HZ
    bursts = tuple(Burst(start, start + ON_S) for start in starts.tolist())
    raw = digitise(Channel("EMG", RAW_RATE_HZ, signal)).raw[early:]
    return Take(f"a rise of {rise_s:g} s, {seed}", kind, raw, bursts)
