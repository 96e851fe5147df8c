"""The engine that is always there: the core on this very interpreter.

It conditions a recording once and keeps the result, so that calibration and any number of targets cost little more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.job import Blocks, Progress, Settings, block_count, no_progress
from buzzband_fw.core.chain import BLOCK_RAW, BLOCK_SAMPLES, COUNTS, Chain
from buzzband_fw.core.cue import BLANKED, Cue
from buzzband_fw.core.quality import WINDOW_BLOCKS

_WINDOW_RAW = WINDOW_BLOCKS * BLOCK_RAW
_WINDOW_SAMPLES = WINDOW_BLOCKS * BLOCK_SAMPLES
_RING_SAMPLES = 1 << 11  # the smallest power of two that holds a window


@dataclass(frozen=True, eq=False)
class Conditioned:
    """A recording after the chain: what no setting but the mains changes.

    ``rectified`` and ``envelope``: shape (blocks, 12), at 1200 Hz. ``counts``: shape (whole windows, 3), for the flags.
    """

    mains_hz: int
    rectified: NDArray[np.int32]
    envelope: NDArray[np.int32]
    counts: NDArray[np.int32]


def condition(raw: NDArray[np.uint16], mains_hz: int, progress: Progress = no_progress) -> Conditioned:
    """Run the chain over ``raw``, shape (n,), 12-bit samples at 4800 S/s."""
    blocks = block_count(raw)
    rectified = np.empty((blocks, BLOCK_SAMPLES), np.int32)
    envelope = np.empty((blocks, BLOCK_SAMPLES), np.int32)
    counts = np.zeros((blocks // WINDOW_BLOCKS, COUNTS), np.int32)
    chain = Chain(_RING_SAMPLES, mains_hz, capacity=_WINDOW_SAMPLES)
    drained = [0] * COUNTS
    for window, first in enumerate(range(0, blocks, WINDOW_BLOCKS)):
        length = min(WINDOW_BLOCKS, blocks - first)
        ring = raw[first * BLOCK_RAW : (first + length) * BLOCK_RAW].tolist()
        chain.condition(ring, 0, length * BLOCK_SAMPLES)
        shape = (length, BLOCK_SAMPLES)
        rectified[first : first + length] = np.reshape(chain.block[: length * BLOCK_SAMPLES], shape)
        envelope[first : first + length] = np.reshape(chain.envelope[: length * BLOCK_SAMPLES], shape)
        if length == WINDOW_BLOCKS:
            chain.drain(drained)
            counts[window] = drained
        progress((first + length) / blocks)
    return Conditioned(mains_hz, rectified, envelope, counts)


def decide(conditioned: Conditioned, settings: Settings, *, trace: bool = False) -> Blocks:
    """Run the cue policy over what ``condition`` gave for the same mains."""
    cue = Cue(settings.rest, settings.reference, settings.target_permille, capacity=_WINDOW_SAMPLES)
    blocks = len(conditioned.rectified)
    told: list[tuple[int, int, int]] = []
    gated = np.empty((blocks, BLOCK_SAMPLES), np.int32) if trace else None
    last: Sequence[int] = [0] * BLOCK_SAMPLES
    for window, first in enumerate(range(0, blocks, WINDOW_BLOCKS)):
        block = conditioned.rectified[first : first + WINDOW_BLOCKS].ravel().tolist()
        for index, offset in enumerate(range(0, len(block), BLOCK_SAMPLES), first):
            word = cue.step(block, offset)
            flags = cue.flags
            told.append((cue.gated, flags, word))
            if gated is not None:
                if not flags & BLANKED:
                    last = cue.samples[offset : offset + BLOCK_SAMPLES]
                gated[index] = last
        if window < len(conditioned.counts):
            cue.judge(conditioned.counts[window].tolist())
    return _blocks(conditioned.envelope, told, gated)


def _blocks(envelope: NDArray[np.int32], told: list[tuple[int, int, int]], gated: NDArray[np.int32] | None) -> Blocks:
    columns = np.array(told, np.int32).reshape(-1, 3)
    return Blocks(
        envelope=envelope[:, -1].copy(),
        gated=columns[:, 0],
        flags=columns[:, 1].astype(np.uint8),
        word=columns[:, 2].astype(np.uint8),
        samples=None if gated is None else np.stack((envelope, gated), axis=1),
    )


class CPython:
    """The core on this interpreter."""

    name = "cpython"

    def run(
        self, raw: NDArray[np.uint16], settings: Settings, *, trace: bool = False, progress: Progress = no_progress
    ) -> Blocks:
        """See ``Engine.run``."""
        return decide(condition(raw, settings.mains_hz, progress), settings, trace=trace)
