"""The engine that is always there: the core on this very interpreter.

It conditions a recording once and keeps the result, so that calibration and any number of targets cost little more.
Long recordings run on the core of machine code, if it is there: see cores.py. Nothing else depends on it.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.cores import PLAIN, Core, core_for
from buzzband.engines.job import Blocks, Frames, Settings, Track, block_count, track
from buzzband.engines.lifting import Lifter, Listen, nobody
from buzzband.progress import Progress, no_progress
from buzzband_fw.core.chain import BLOCK_RAW, BLOCK_SAMPLES, COUNTS
from buzzband_fw.core.cue import BLANKED, Cue
from buzzband_fw.core.motion import STEP_BLOCKS
from buzzband_fw.core.quality import FLAT, HUM, RAIL, WINDOW_BLOCKS
from buzzband_fw.core.sets import Sets

FAULTS = RAIL | FLAT | HUM

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
    raw: NDArray[np.uint16],
    mains_hz: int,
    *,
    trace: bool = False,
    progress: Progress = no_progress,
    core: Core | None = None,
) -> Conditioned:
    """Run the chain over ``raw``, shape (n,), 12-bit samples at 4800 S/s, a quality window at a time.

    ``core``: None for the one that is done first.
    """
    blocks = block_count(raw)
    core = core or core_for(blocks)
    rectified, envelope, samples, counts = array("i"), array("i"), array("i"), array("i")
    chain = core.module("chain").Chain(_RING_SAMPLES, mains_hz, capacity=_WINDOW_SAMPLES)
    drained = [0] * COUNTS
    for first in range(0, blocks * BLOCK_RAW, _WINDOW_RAW):
        ring = core.indexed(raw[first : first + min(_WINDOW_RAW, blocks * BLOCK_RAW - first)])
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


class Decider:
    """Cue and movement over what ``condition`` gave for the same mains. ``cue``: as it is now; ``sets``: the core's.

    ``listen``: is told what the movement leads to, after the cue.
    """

    def __init__(self, conditioned: Conditioned, settings: Settings, lifter: Lifter, core: Core = PLAIN) -> None:
        self.cue = new_cue(settings, core=core)
        self.sets = lifter.sets
        self._core = core
        self._conditioned = conditioned
        self._lifter = lifter
        self.listen: Listen = nobody

    def words(self) -> Iterator[int]:
        """Yield the word of each block. What comes of the block besides has its turn when the next is asked for."""
        rectified, counts = self._conditioned.rectified, self._conditioned.counts
        for window, first in enumerate(range(0, len(rectified), WINDOW_BLOCKS)):
            block = self._core.indexed(rectified[first : first + WINDOW_BLOCKS].ravel())
            for number, offset in enumerate(range(0, len(block), BLOCK_SAMPLES), first):
                yield self.cue.step(block, offset)
                flags = self.cue.flags
                if offset == len(block) - BLOCK_SAMPLES and window < len(counts):
                    self.cue.judge(counts[window].tolist())
                if number % STEP_BLOCKS:
                    self._lifter.step(self.cue.gated, flags, self._hear)

    def envelope(self, block: int) -> int:
        """Return the free-running envelope at the end of a block."""
        return int(self._conditioned.envelope[block])

    def choose(self, settings: Settings) -> None:
        """Go by another target or mode from the next block on; reps are counted as before."""
        self.cue = successor(self.cue, settings, core=self._core)

    def _hear(self, event: int, sets: Sets) -> None:
        self.cue.told(event, sets)
        self.listen(event, sets)


def decide(
    conditioned: Conditioned, settings: Settings, frames: Frames | None = None, core: Core | None = None
) -> Blocks:
    """Run cue and movement over what ``condition`` gave for the same mains, block by block; traced if that was.

    ``core``: None for the one that is done first.
    """
    core = core or core_for(len(conditioned.rectified))
    lifter = Lifter(settings, len(conditioned.rectified) // STEP_BLOCKS, frames, core=core)
    decider = Decider(conditioned, settings, lifter, core)
    cue = decider.cue
    told: list[tuple[int, int, int]] = []
    gated = array("i")
    last: Sequence[int] = [0] * BLOCK_SAMPLES
    traced = conditioned.samples is not None
    for block, word in enumerate(decider.words()):
        told.append((cue.gated, cue.flags, word))
        if traced:
            if not cue.flags & BLANKED:
                offset = block % WINDOW_BLOCKS * BLOCK_SAMPLES
                last = cue.samples[offset : offset + BLOCK_SAMPLES]
            gated.extend(last)
    blocks = _blocks(conditioned, told, _table(gated, BLOCK_SAMPLES))
    return replace(blocks, lifting=lifter.finish())


def new_cue(settings: Settings, leak_permille: int = 0, core: Core = PLAIN) -> Cue:
    """Return the cue that a band with these settings has, on the scale of a window.

    ``leak_permille``: what the electrodes hear of the motor.
    """
    scale = core.module("activation").new_scale(settings.rest, settings.reference)
    mode = core.module("modes").chosen(settings, scale, leak_permille)
    rest, reference, target_permille = settings.rest, settings.reference, settings.target_permille
    cue: Cue = core.module("cue").Cue(rest, reference, target_permille, capacity=_WINDOW_SAMPLES, mode=mode)
    cue.fatigue = core.module("fatigue").Fatigue(scale, target_permille, settings.fatigue)
    return cue


def successor(last: Cue, settings: Settings, leak_permille: int = 0, core: Core = PLAIN) -> Cue:
    """Return a cue of other settings that goes on where ``last`` stands: with its envelope and what it trusts."""
    cue = new_cue(settings, leak_permille, core)
    cue.succeed(last)
    cue.believe(last.flags & FAULTS)
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
