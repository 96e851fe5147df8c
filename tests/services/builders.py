"""Small signals, recordings and runs for the tests of the services and of the command line."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from buzzband.engines.job import Blocks
from buzzband.outcome import Outcome, Rep
from buzzband.recordings import synth
from buzzband.recordings.model import Channel, Recording, Samples
from buzzband.services.simulate import Options, simulate

BURSTS = 3  # of 1.5 s at 80 %, each after 1.5 s of rest


def bursts(rate_hz: float = 1000.0, count: int = BURSTS, seed: int = 1) -> Samples:
    """EMG in mV with so many contractions that nobody could miss."""
    course = synth.contractions([0.8] * count, on_s=1.5, off_s=1.5)
    return synth.emg(course, rate_hz, np.random.default_rng(seed))


def channel(samples: ArrayLike, rate_hz: float = 1000.0, label: str = "EMG", unit: str = "mV") -> Channel:
    return Channel(label, rate_hz, np.asarray(samples, np.float64), unit)


def recording(*channels: Channel, name: str = "test") -> Recording:
    """A recording of these channels, or one with three bursts."""
    return Recording(name, channels or (channel(bursts()),))


def ran(of: Recording | None = None, **options: object) -> Outcome:
    """What ``simulate`` tells of a recording, or of three bursts."""
    return simulate(of or recording(), Options(**options))  # type: ignore[arg-type]


def flat(seconds: float = 10.0, level: float = 1.2345, rate_hz: float = 1000.0) -> Recording:
    """A sensor that delivers one value."""
    return recording(channel(np.full(round(seconds * rate_hz), level), rate_hz))


def course(*stretches: tuple[int, int]) -> NDArray[np.int32]:
    """An activation at 100 Hz from stretches of (permille, blocks of 10 ms)."""
    return np.repeat([level for level, _ in stretches], [length for _, length in stretches]).astype(np.int32)


def blocks(length: int, words: Mapping[int, int] | None = None, flags: Mapping[int, int] | None = None) -> Blocks:
    """So many blocks with an envelope of 0, and these words and flags in some of them."""
    still = np.zeros(length, np.int32)
    told = np.zeros((2, length), np.uint8)
    for row, given in zip(told, (words, flags), strict=True):
        for index, value in (given or {}).items():
            row[index] = value
    return Blocks(still, still, flags=told[1], word=told[0])


def rep(start_s: float, end_s: float) -> Rep:
    """A rep of 70 % whose times alone matter."""
    return Rep(start_s, start_s, end_s, 0.0, 0.0, end_s - start_s, 700, 500, "emg")
