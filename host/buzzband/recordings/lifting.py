"""What a band understood of the movement: reps, sets, holds, as its log and the engines tell them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from buzzband_fw.core import tempo
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.core.exercises import PACES
from buzzband_fw.core.reps import STEADY
from buzzband_fw.names import SOURCES
from buzzband_fw.store.records import MOVEMENT_STEP_BLOCKS, SILENT

MOVEMENT_RATE_HZ = 1000 / (BLOCK_MS * MOVEMENT_STEP_BLOCKS)


@dataclass(frozen=True)
class Rep:
    """A rep as it was told. The first phase begins at ``start_block`` of 10 ms each.

    ``revision``: 1 once the band had changed its mind about the reps of the set, else 0. Phases in ms, activation in
    permille. ``source`` and ``flags``: those of buzzband_fw.core.
    """

    set: int
    number: int
    revision: int
    source: int
    flags: int
    start_block: int
    concentric_ms: int
    hold_ms: int
    eccentric_ms: int
    peak_permille: int
    concentric_permille: int
    eccentric_permille: int

    @property
    def length_ms(self) -> int:
        """Return how long it took, from the start of its first phase to the end of its second."""
        return self.concentric_ms + self.hold_ms + self.eccentric_ms

    @property
    def complete(self) -> bool:
        """Return whether both phases were seen: a weight may be dropped at the end of a set."""
        return self.concentric_ms > 0 and self.eccentric_ms > 0

    @property
    def source_name(self) -> str:
        """Return what it was found by: ``tilt``, ``turn`` or ``emg``."""
        return _named(SOURCES, self.source)

    @property
    def muscle_off(self) -> bool:
        """Return whether it moved, but the muscle was off."""
        return bool(self.flags & tempo.MUSCLE_OFF)

    @property
    def too_fast(self) -> bool:
        """Return whether a phase was shorter than the exercise asks for."""
        return bool(self.flags & tempo.TOO_FAST)

    @property
    def lowers_first(self) -> bool:
        """Return whether it began with its eccentric phase."""
        return bool(self.flags & tempo.LOWERS_FIRST)

    @property
    def approximate(self) -> bool:
        """Return whether its phases are told by the muscle alone, and so vague."""
        return bool(self.flags & tempo.APPROXIMATE)


@dataclass(frozen=True)
class Set:
    """A set as it was told at its end. ``reps``: of ``revision``; 0 takes them all back. ``cycle_ms``: their mean.

    ``pace``: with SILENT of buzzband_fw.store.records beside it, the band was to keep silent in it.
    """

    number: int
    revision: int
    source: int
    pace: int
    reps: int
    start_block: int
    end_block: int
    cycle_ms: int

    @property
    def pace_name(self) -> str:
        """Return how its work is told: ``reps`` or ``steady``."""
        return _named(PACES, self.pace & ~SILENT)

    @property
    def steady(self) -> bool:
        """Return whether it was work without single reps, as on a bike: ``reps`` are cycles."""
        return self.pace & ~SILENT == STEADY

    @property
    def silent(self) -> bool:
        """Return whether the band was to keep silent in it, to compare it with others."""
        return bool(self.pace & SILENT)


@dataclass(frozen=True)
class Hold:
    """A time in which muscle and limb stood still under load."""

    start_block: int
    duration_ms: int
    mean_permille: int


@dataclass(frozen=True, eq=False)
class Lifting:
    """All that was told of the movement. ``reps`` and ``sets``: in the order in which they were told.

    ``degrees``: how far the limb was from its pose of rest, shape (n,), every 80 ms; 0 without an IMU.
    """

    reps: tuple[Rep, ...]
    sets: tuple[Set, ...]
    holds: tuple[Hold, ...]
    degrees: NDArray[np.uint8]

    def counted(self) -> tuple[Rep, ...]:
        """Return the reps that count, in order: of a set that has ended, what its end says; else what was told."""
        ends = {one.number: one for one in self.sets}
        told = {(rep.set, rep.number): rep for rep in self.reps if _counts(rep, ends.get(rep.set))}
        return tuple(told[key] for key in sorted(told))

    def counted_sets(self) -> tuple[Set, ...]:
        """Return the sets that hold anything, in order."""
        return tuple(one for one in sorted(self.sets, key=lambda one: one.number) if one.reps)

    def until(self, blocks: int) -> "Lifting":
        """Return what began within the first ``blocks`` blocks, and what takes reps back."""
        return Lifting(
            tuple(rep for rep in self.reps if rep.start_block < blocks),
            tuple(one for one in self.sets if one.start_block < blocks or not one.reps),
            tuple(hold for hold in self.holds if hold.start_block < blocks),
            self.degrees[: blocks // MOVEMENT_STEP_BLOCKS],
        )


def _counts(rep: Rep, end: Set | None) -> bool:
    return end is None or (rep.revision == end.revision and rep.number < end.reps)


def _named(names: tuple[str, ...], number: int) -> str:
    return names[number] if number < len(names) else f"number {number}"


NO_LIFTING = Lifting((), (), (), np.zeros(0, np.uint8))
