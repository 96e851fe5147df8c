"""What a band must have felt, from what its log has kept of it: the input of the last stage, and an IMU's frames.

The log holds every second value of the free-running envelope, rounded. The two averages behind it are known, so the
input that leads from value to value is, too: 20 ms of one level each. Given to the core, it makes the free envelope of
the log, and an envelope that stands still at any other times than the log's did, as the core would have had it.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from buzzband.recordings.frames import FRAME_RATE_HZ, LSB_PER_DPS, LSB_PER_G
from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.chain import BLOCK_SAMPLES
from buzzband_fw.core.envelope import FRACTION_BITS
from buzzband_fw.store.records import ACTIVATION_STEP_BLOCKS, MOVEMENT_STEP_BLOCKS

_STEP_SAMPLES = BLOCK_SAMPLES * ACTIVATION_STEP_BLOCKS
_LEVEL_MAX = (1 << 17) - 1  # what the averages take
_FAST, _SLOW = 32, 64  # samples: the averages of buzzband_fw.core.envelope


def rectified(
    permille: NDArray[np.integer], valid: NDArray[np.bool_], rest: int, reference: int
) -> Iterator[list[int]]:
    """Yield blocks of 12 rectified samples at 1200 Hz whose envelope is that of the log.

    ``permille``, ``valid``: shape (n,), at 50 Hz; where there is no value, a straight line stands for it.
    """
    rest, span = new_scale(rest, reference)
    known = np.flatnonzero(valid)
    envelope = rest + np.interp(np.arange(len(permille)), known, permille[known]) * span / 1000
    left = 0.0  # what rounding takes from one sample the next one gets
    for level in _levels(envelope / (1 << FRACTION_BITS)):
        for _ in range(ACTIVATION_STEP_BLOCKS):
            block = []
            for _ in range(BLOCK_SAMPLES):
                sample = round(left := left + level)
                left -= sample
                block.append(sample)
            yield block


def _levels(envelope: NDArray[np.float64]) -> Iterator[float]:
    """Yield the levels, 20 ms each, that bring two averages at rest on the first value to each of the values."""
    (keep, of_fast, of_level), (fade, rise) = _responses()
    fast = slow = float(envelope[0])
    for wanted in envelope.tolist():
        level = (wanted - keep * slow - of_fast * fast) / of_level
        level = min(max(level, -_LEVEL_MAX), _LEVEL_MAX)
        slow = keep * slow + of_fast * fast + of_level * level
        fast = fade * fast + rise * level
        yield level


def _responses() -> tuple[tuple[float, float, float], tuple[float, float]]:
    """Return what is left after 20 ms of the second average, the first and the input: in the second; in the first."""
    columns = []
    for fast, slow, level in ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)):
        for _ in range(_STEP_SAMPLES):
            fast += (level - fast) / _FAST
            slow += (fast - slow) / _SLOW
        columns.append((slow, fast))
    (keep, _), (of_fast, fade), (of_level, rise) = columns
    return (keep, of_fast, of_level), (fade, rise)


def frames(degrees: NDArray[np.uint8], count: int) -> NDArray[np.int16]:
    """Return ``count`` frames at 100 Hz, shape (count, 6), of a limb that turns by the ``degrees`` of a log.

    A log has one angle every 80 ms, away from the pose of rest; the limb is taken to turn about one level axis.
    """
    ends = MOVEMENT_STEP_BLOCKS * np.arange(1, len(degrees) + 1)
    angle = np.interp(np.arange(1, count + 1), ends, degrees.astype(np.float64))
    radians = np.deg2rad(angle)
    felt = np.zeros((count, 6))
    felt[:, 0] = LSB_PER_G * np.cos(radians)
    felt[:, 1] = LSB_PER_G * np.sin(radians)
    felt[:, 5] = LSB_PER_DPS * FRAME_RATE_HZ * np.diff(angle, prepend=angle[:1])
    return np.clip(np.rint(felt), -32768, 32767).astype(np.int16)
