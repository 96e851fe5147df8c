"""What the core makes of the movement, run on this interpreter as the app runs it: a step every two blocks."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.cores import PLAIN, Core
from buzzband.engines.job import Frames, Settings
from buzzband.recordings.lifting import Hold, Lifting, Rep, Set
from buzzband_fw.core.exercises import named
from buzzband_fw.core.motion import STEP_BLOCKS, STEP_MS, STEP_VALUES
from buzzband_fw.core.sets import HOLD, REP, SET, Sets
from buzzband_fw.store.records import MOVEMENT_STEP_BLOCKS

_WORK_PER_STEP = 2
_SHOWN = MOVEMENT_STEP_BLOCKS // STEP_BLOCKS


Listen = Callable[[int, Sets], None]
"""Is told an event of core/sets.py."""


def nobody(_event: int, _sets: Sets) -> None:
    """Listen to nothing."""


def lift(gated: NDArray[np.int32], flags: NDArray[np.uint8], settings: Settings, frames: Frames | None) -> Lifting:
    """Return what is told of envelopes that the target saw, and flags, both one per block, with ``frames`` if any."""
    ends = slice(STEP_BLOCKS - 1, None, STEP_BLOCKS)
    lifter = Lifter(settings, len(gated) // STEP_BLOCKS, frames)
    for envelope, flag in zip(gated[ends].tolist(), flags[ends].tolist(), strict=True):
        lifter.step(envelope, flag)
    return lifter.finish()


class Lifter:
    """The movement of a recording, step by step. Frames that end too early go on lying still."""

    def __init__(
        self, settings: Settings, steps: int, frames: Frames | None, *, keep: bool = True, core: Core = PLAIN
    ) -> None:
        """``steps``: how many there will be. ``keep``: what is told, for ``finish``."""
        self._scale = core.module("activation").new_scale(settings.rest, settings.reference)
        self._permille = core.module("activation").permille
        room = core.module("room").new_room()
        self.sets: Sets = core.module("sets").Sets(named(settings.exercise), settings.target_permille, room)
        self._indexed = core.indexed
        self._told = _Told(self.sets)
        self._keep = keep
        self._felt = _steps(frames, steps)
        self._imu = bool(len(self._felt))
        self._frames = STEP_BLOCKS if self._imu else 0
        self._nothing = [0] * STEP_VALUES
        self._step = 0

    def step(self, gated: int, flags: int, listen: Listen = nobody) -> None:
        """Take the gated envelope and the flags after two blocks; ``listen`` is told the events that this leads to."""
        sets, step = self.sets, self._step
        frames = self._indexed(self._felt[step]) if self._imu else self._nothing
        left = sets.step(frames, self._frames, self._permille(gated, self._scale), flags, self._imu)
        self._step = step = step + 1
        if step % _SHOWN == 0:
            sets.look()
            if self._keep:
                self._told.degrees.append(sets.degrees)
        if left:
            self._work(listen)

    def _work(self, listen: Listen) -> None:
        for _ in range(_WORK_PER_STEP):
            event = self.sets.work()
            if event:
                if self._keep:
                    self._told.take(event)
                listen(event, self.sets)

    def finish(self) -> Lifting:
        """End the recording; return all that was told."""
        self.sets.finish()
        while not self.sets.finished():
            self._told.take(self.sets.work())
        return self._told.lifting(imu=self._imu)


def _steps(frames: Frames | None, steps: int) -> Frames:
    """Return two frames in a row for every step, shape (steps, 12); (0, 12) without an IMU."""
    if frames is None or not len(frames):
        return np.zeros((0, STEP_VALUES), np.int16)
    missing = max(STEP_BLOCKS * steps - len(frames), 0)
    still = np.concatenate((frames[-1, :3], np.zeros(3, np.int16)))
    whole = np.concatenate((frames, np.tile(still, (missing, 1))))[: STEP_BLOCKS * steps]
    return whole.reshape(steps, STEP_VALUES)


@dataclass
class _Told:
    """Collects what the core tells."""

    sets: Sets
    reps: list[Rep] = field(default_factory=list)
    ends: list[Set] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    degrees: list[int] = field(default_factory=list)

    def take(self, event: int) -> None:
        """Take what ``Sets.work`` has returned."""
        sets = self.sets
        if event == REP:
            rep = sets.rep
            self.reps.append(
                Rep(
                    sets.number,
                    rep.number,
                    rep.revision,
                    rep.source,
                    rep.flags,
                    _block(rep.start),
                    rep.concentric_ms,
                    rep.hold_ms,
                    rep.eccentric_ms,
                    rep.peak,
                    rep.concentric,
                    rep.eccentric,
                )
            )
        elif event == HOLD:
            self.holds.append(Hold(_block(sets.hold.start), sets.hold.steps * STEP_MS, sets.hold.permille))
        elif event == SET:
            self.ends.append(
                Set(
                    sets.number,
                    sets.revision,
                    sets.source,
                    sets.exercise.pace,
                    sets.count,
                    _block(sets.start),
                    _block(sets.end),
                    sets.cycle_ms,
                )
            )

    def lifting(self, imu: bool) -> Lifting:
        """Return all of it."""
        degrees = self.degrees if imu else []
        return Lifting(tuple(self.reps), tuple(self.ends), tuple(self.holds), np.array(degrees, np.uint8))


def _block(step: int) -> int:
    return max(step, 0) * STEP_BLOCKS
