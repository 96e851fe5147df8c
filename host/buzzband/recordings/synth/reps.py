"""Repetitions: their phases, and the angle of the joint that moves through them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from buzzband.recordings.model import Samples
from buzzband.recordings.synth.activation import smooth_step


@dataclass(frozen=True)
class Tempo:
    """The phases of one repetition in seconds; ``pause_s`` is the rest after it."""

    concentric_s: float = 1.3
    hold_s: float = 0.3
    eccentric_s: float = 1.8
    pause_s: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what no limb can do."""
        if min(self.concentric_s, self.eccentric_s) <= 0 or min(self.hold_s, self.pause_s) < 0:
            raise ValueError("both movements of a repetition take time, and its hold and pause are not negative")

    @property
    def moving_s(self) -> float:
        """Return the time from the start of the first movement to the end of the second."""
        return self.concentric_s + self.hold_s + self.eccentric_s

    @property
    def cycle_s(self) -> float:
        """Return the time from the start of one repetition to the start of the next."""
        return self.moving_s + self.pause_s


@dataclass(frozen=True)
class Rep:
    """What really happened in one repetition; ``set_index`` counts from 0, ``peak`` is the highest activation.

    A curl lifts first, a squat lowers first (``lowers_first``); ``peak_s`` is when the joint gets to the far end.
    """

    set_index: int
    start_s: float
    tempo: Tempo
    peak: float
    range_deg: float = 120.0
    lowers_first: bool = False

    @property
    def peak_s(self) -> float:
        """Return the time of the turn: the end of the first movement, the start of the hold."""
        return self.start_s + (self.eccentric_s if self.lowers_first else self.concentric_s)

    @property
    def end_s(self) -> float:
        """Return the end of the second movement."""
        return self.start_s + self.tempo.moving_s

    @property
    def concentric_s(self) -> float:
        """Return the time it took to lift."""
        return self.tempo.concentric_s

    @property
    def hold_s(self) -> float:
        """Return the time spent at the turn."""
        return self.tempo.hold_s

    @property
    def eccentric_s(self) -> float:
        """Return the time it took to lower."""
        return self.tempo.eccentric_s


def swing_step(share: Samples) -> Samples:
    """Return half a cosine from 0 to 1 for ``share`` of its time, held outside 0..1: a limb that never stops."""
    step: Samples = (1 - np.cos(np.pi * np.clip(share, 0, 1))) / 2
    return step


def joint_angle(reps: Sequence[Rep], times_s: Samples, *, cyclic: bool = False) -> Samples:
    """Return the angle of a joint in degrees at rising ``times_s``, same shape: 0 at rest, a rep's range at its turn.

    Both ways are minimum-jerk movements, or halves of a cosine if the movement is ``cyclic``. Reps do not overlap.
    """
    step = swing_step if cyclic else smooth_step
    angle = np.zeros(len(times_s))
    for rep in reps:
        first, last = np.searchsorted(times_s, [rep.start_s, rep.end_s])
        times = times_s[first:last]
        turn_s = rep.peak_s + rep.hold_s
        there = step((times - rep.start_s) / (rep.peak_s - rep.start_s))
        back = step((times - turn_s) / (rep.end_s - turn_s))
        angle[first:last] = rep.range_deg * (there - back)
    return angle
