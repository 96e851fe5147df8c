"""What a band must have felt, from what its log has kept of it: the input of the last stage, and an IMU's frames.

The log holds every second value of the free-running envelope, rounded. The two averages behind it are known. Of all
inputs that they lead from value to value with, in levels of 10 ms, the one with the least power is taken: the most
likely one, if nothing else is known. Given to the core, it makes the free envelope of the log, and comes near the gated
one of then, standing still at any other times than that did, as the core would have had it.
"""

import functools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from buzzband.recordings.frames import FRAME_RATE_HZ, LSB_PER_DPS, LSB_PER_G
from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.chain import BLOCK_SAMPLES
from buzzband_fw.core.envelope import FRACTION_BITS
from buzzband_fw.store.records import ACTIVATION_STEP_BLOCKS, MOVEMENT_STEP_BLOCKS

_LEVEL_MAX = (1 << 17) - 1  # what the averages take
_FAST, _SLOW = 32, 64  # samples: the averages of buzzband_fw.core.envelope
_AROUND = 12  # values on either side that a level hangs on: each next one weighs a third
_FORGOTTEN = 40  # values before those: what was felt by then has decayed


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
    for level in _levels(envelope / (1 << FRACTION_BITS)).tolist():
        block = []
        for _ in range(BLOCK_SAMPLES):
            sample = round(left := left + level)
            left -= sample
            block.append(sample)
        yield block


def _levels(envelope: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a level for each block, shape (2 n,), from the n values; before and after them nothing changes."""
    around = np.pad(envelope, _AROUND, mode="edge")
    levels = np.stack([np.correlate(around, weights, "valid") for weights in _weights()], axis=1).ravel()
    clipped: NDArray[np.float64] = np.clip(levels, -_LEVEL_MAX, _LEVEL_MAX)
    return clipped


@functools.cache
def _weights() -> NDArray[np.float64]:
    """Return what the values around weigh for each level of 20 ms: the rows of a pseudoinverse, shape (2, 25)."""
    values = 2 * _AROUND + 1
    rise = _response((_FORGOTTEN + values) * ACTIVATION_STEP_BLOCKS)
    ends = ACTIVATION_STEP_BLOCKS * np.arange(_FORGOTTEN + 1, _FORGOTTEN + values + 1)
    ago = ends[:, None] - np.arange(ends[-1])
    inverse = np.linalg.pinv(np.where(ago > 0, rise[np.maximum(ago, 1) - 1], 0.0))
    middle = ACTIVATION_STEP_BLOCKS * (_FORGOTTEN + _AROUND)
    return inverse[middle : middle + ACTIVATION_STEP_BLOCKS]


def _response(blocks: int) -> NDArray[np.float64]:
    """Return the envelope at the end of each block after a level of 1 in the first of them, and 0 from then on."""
    envelope = np.repeat((1.0, 0.0), (BLOCK_SAMPLES, BLOCK_SAMPLES * (blocks - 1)))
    for samples in (_FAST, _SLOW):
        envelope = lfilter([1 / samples], [1, 1 / samples - 1], envelope)
    return envelope[BLOCK_SAMPLES - 1 :: BLOCK_SAMPLES]


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
