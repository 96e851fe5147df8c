"""The engine that is always there: the core on this very interpreter.

It conditions a recording once and keeps the result, so that calibration and any number of targets cost little more.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.job import Blocks, Frames, Settings, Track, block_count, track
from buzzband.engines.lifting import Lifter
from buzzband.progress import Progress, no_progress
from buzzband_fw.core import modes
from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.chain import BLOCK_RAW, BLOCK_SAMPLES, COUNTS, Chain
from buzzband_fw.core.cue import BLANKED, Cue
from buzzband_fw.core.fatigue import Fatigue
from buzzband_fw.core.motion import STEP_BLOCKS
from buzzband_fw.core.quality import WINDOW_BLOCKS

_WINDOW_RAW = WINDOW_BLOCKS * BLOCK_RAW
_WINDOW_SAMPLES = WINDOW_BLOCKS * BLOCK_SAMPLES
_RING_SAMPLES = 1 << 11  # the smallest power of two that holds a window


@dataclass(frozen=True, eq=False)
class Conditioned:
    """A recording after the chain: what no setting but the mains changes.

    ``rectified``: shape (blocks, 12), at 1200 Hz. ``envelope``: the free-running one at the end of each block.
    ``counts``: shape (whole windows, 3), for the flags. ``samples``: the envelope at 1200 Hz, (blocks, 12), if traced.
    """

    rectified: NDArray[np.int32]
    envelope: NDArray[np.int32]
    counts: NDArray[np.int32]
    samples: NDArray[np.int32] | None


def condition(
    raw: NDArray[np.uint16], mains_hz: int, *, trace: bool = False, progress: Progress = no_progress
) -> Conditioned:
    """Run the chain over ``raw``, shape (n,), 12-bit samples at 4800 S/s, a quality window at a time."""
    blocks = block_count(raw)
    rectified, envelope, samples, counts = array("i"), array("i"), array("i"), array("i")
    chain = Chain(_RING_SAMPLES, mains_hz, capacity=_WINDOW_SAMPLES)
    drained = [0] * COUNTS
    for first in range(0, blocks * BLOCK_RAW, _WINDOW_RAW):
        ring = raw[first : first + min(_WINDOW_RAW, blocks * BLOCK_RAW - first)].tolist()
        length = len(ring) * BLOCK_SAMPLES // BLOCK_RAW
        chain.condition(ring, 0, length)
        rectified.extend(chain.block[:length])
        envelope.extend(chain.envelope[BLOCK_SAMPLES - 1 : length : BLOCK_SAMPLES])
        if trace:
            samples.extend(chain.envelope[:length])
        if length == _WINDOW_SAMPLES:
            chain.drain(drained)
            counts.extend(drained)
        progress((first + len(ring)) / (blocks * BLOCK_RAW))
    return Conditioned(
        _table(rectified, BLOCK_SAMPLES),
        np.frombuffer(envelope, np.int32),
        _table(counts, COUNTS),
        _table(samples, BLOCK_SAMPLES) if trace else None,
    )


def _table(values: "array[int]", columns: int) -> NDArray[np.int32]:
    return np.frombuffer(values, np.int32).reshape(-1, columns)


def decide(conditioned: Conditioned, settings: Settings, frames: Frames | None = None) -> Blocks:
    """Run cue and movement over what ``condition`` gave for the same mains, block by block; traced if that was."""
    cue = new_cue(settings)
    lifter = Lifter(settings, len(conditioned.rectified) // STEP_BLOCKS, frames)
    told: list[tuple[int, int, int]] = []
    gated = array("i")
    last: Sequence[int] = [0] * BLOCK_SAMPLES
    traced = conditioned.samples is not None
    odd = 0
    for window, first in enumerate(range(0, len(conditioned.rectified), WINDOW_BLOCKS)):
        block = conditioned.rectified[first : first + WINDOW_BLOCKS].ravel().tolist()
        for offset in range(0, len(block), BLOCK_SAMPLES):
            word = cue.step(block, offset)
            flags = cue.flags
            told.append((cue.gated, flags, word))
            if traced:
                if not flags & BLANKED:
                    last = cue.samples[offset : offset + BLOCK_SAMPLES]
                gated.extend(last)
            if offset == len(block) - BLOCK_SAMPLES and window < len(conditioned.counts):
                cue.judge(conditioned.counts[window].tolist())
            if odd:
                lifter.step(cue.gated, flags, cue.told)
            odd ^= 1
    blocks = _blocks(conditioned, told, _table(gated, BLOCK_SAMPLES))
    return replace(blocks, lifting=lifter.finish())


def new_cue(settings: Settings, leak_permille: int = 0) -> Cue:
    """Return the cue that a band with these settings has, on the scale of a window.

    ``leak_permille``: what the electrodes hear of the motor.
    """
    scale = new_scale(settings.rest, settings.reference)
    mode = modes.chosen(settings, scale, leak_permille)
    cue = Cue(settings.rest, settings.reference, settings.target_permille, capacity=_WINDOW_SAMPLES, mode=mode)
    cue.fatigue = Fatigue(scale, settings.target_permille, settings.fatigue)
    return cue


def _blocks(conditioned: Conditioned, told: list[tuple[int, int, int]], gated: NDArray[np.int32]) -> Blocks:
    columns = np.array(told, np.int32).reshape(-1, 3)
    return Blocks(
        envelope=conditioned.envelope,
        gated=columns[:, 0],
        flags=columns[:, 1].astype(np.uint8),
        word=columns[:, 2].astype(np.uint8),
        samples=None if conditioned.samples is None else np.stack((conditioned.samples, gated), axis=1),
    )


def run_core(
    raw: NDArray[np.uint16],
    settings: Settings,
    *,
    trace: bool = False,
    progress: Progress = no_progress,
    frames: Frames | None = None,
) -> Blocks:
    """Run the core over ``raw``: ``condition``, then ``decide``."""
    return decide(condition(raw, settings.mains_hz, trace=trace, progress=progress), settings, frames)


class CPython:
    """The core on this interpreter: no app around it, and the fastest."""

    name = "cpython"

    def run(
        self,
        raw: NDArray[np.uint16],
        settings: Settings,
        progress: Progress = no_progress,
        frames: Frames | None = None,
    ) -> Track:
        """See ``Engine.run``."""
        return track(run_core(raw, settings, progress=progress, frames=frames), settings)
