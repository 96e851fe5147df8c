"""A recording's movement as the band's IMU would have told it: frames of six int16 at 100 Hz."""

import numpy as np
import soxr
from numpy.typing import NDArray

from buzzband.recordings.labels import Motion, imu
from buzzband.recordings.model import Recording, Samples

FRAME_RATE_HZ = 100.0
LSB_PER_G = 4096.0  # ±8 g
LSB_PER_DPS = 32.8  # ±1000 °/s
FULL_SCALE = 32767

_FAR = 1 << 17  # LSB; so far beyond full scale, how far makes no difference


def frames_of(recording: Recording) -> tuple[NDArray[np.int16] | None, tuple[str, ...]]:
    """Return the frames, shape (n, 6), columns ax ay az gx gy gz, and the sensors that were not recorded.

    A sensor that was not recorded reads 0; without either, there are no frames. When one sensor was recorded for
    longer than the other, the frames end with the shorter one. Raises what ``labels.imu`` raises.
    """
    found = imu(recording)
    if found is None:
        return None, ("accelerometer", "gyroscope")
    sensors = {
        "accelerometer": _counts(found.accelerometer, LSB_PER_G),
        "gyroscope": _counts(found.gyroscope, LSB_PER_DPS),
    }
    n = min(len(counts) for counts in sensors.values() if counts is not None)
    nothing = np.zeros((n, 3), np.int16)
    frames = np.hstack([nothing if counts is None else counts[:n] for counts in sensors.values()])
    return frames, tuple(name for name, counts in sensors.items() if counts is None)


def _counts(motion: Motion | None, lsb_per_unit: float) -> NDArray[np.int16] | None:
    """Return the samples at 100 Hz in LSB, clipped to ±32767; shape (n, 3)."""
    if motion is None:
        return None
    signal = _resampled(np.clip(motion.samples * lsb_per_unit, -_FAR, _FAR), motion.rate_hz)
    return np.clip(np.rint(signal), -FULL_SCALE, FULL_SCALE).astype(np.int16)


def _resampled(signal: Samples, rate_hz: float) -> Samples:
    """Return the signal at 100 Hz; shape (n, 3) to (m, 3).

    Without the straight line from the first to the last sample, since a resampler takes what lies beyond the ends for
    zero and would ring.
    """
    if rate_hz == FRAME_RATE_HZ:
        return signal
    first, last = signal[0], signal[-1]

    def line(n: int, at_hz: float) -> Samples:
        share = np.minimum(np.arange(n) * rate_hz / at_hz / max(len(signal) - 1, 1), 1)
        straight: Samples = first + share[:, np.newaxis] * (last - first)
        return straight

    rest = soxr.resample(signal - line(len(signal), rate_hz), rate_hz, FRAME_RATE_HZ, quality="HQ")
    resampled: Samples = rest + line(len(rest), FRAME_RATE_HZ)
    return resampled
