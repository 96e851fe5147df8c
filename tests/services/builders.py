"""Small signals, recordings and runs for the tests of the services and of the command line."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from buzzband.engines.job import Track
from buzzband.outcome import Outcome
from buzzband.recordings import synth
from buzzband.recordings.model import Channel, Recording, Samples
from buzzband.services.notes import of_movement
from buzzband.services.simulate import Options, simulate

NO_IMU = of_movement(("accelerometer", "gyroscope"))  # the notes of every recording without movement
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


def imu(
    seconds: float, *, sensors: tuple[str, ...] = ("Acc", "Gyr"), units: tuple[str, ...] = ("g", "deg/s")
) -> list[Channel]:
    """The channels of an IMU that lies still, z upwards."""
    n = round(seconds * 100)
    return [
        channel(np.full(n, float((sensor, axis) == ("Acc", "Z"))), 100, sensor + axis, unit)
        for sensor, unit in zip(sensors, units, strict=False)
        for axis in "XYZ"
    ]


def ran(of: Recording | None = None, **options: object) -> Outcome:
    """What ``simulate`` tells of a recording, or of three bursts."""
    return simulate(of or recording(), Options(**options))  # type: ignore[arg-type]


def flat(seconds: float = 10.0, level: float = 1.2345, rate_hz: float = 1000.0) -> Recording:
    """A sensor that delivers one value."""
    return recording(channel(np.full(round(seconds * rate_hz), level), rate_hz))


def course(*stretches: tuple[int, int]) -> NDArray[np.int32]:
    """An activation at 50 Hz from stretches of (permille, steps of 20 ms)."""
    return np.repeat([level for level, _ in stretches], [length for _, length in stretches]).astype(np.int32)


def tracked(length: int, cues: tuple[tuple[int, int], ...] = (), flags: Mapping[int, int] | None = None) -> Track:
    """So many steps of 20 ms at rest, with these flags in some of them, and these words after blocks."""
    up = np.zeros(length, np.uint8)
    for index, value in (flags or {}).items():
        up[index] = value
    return Track(np.zeros(length, np.int32), up, cues)
