"""What a run of the core over a recording told: the common ground of services, report and ``--json``."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Calibration:
    """Envelopes that count as 0 and as 1000 permille, in the core's unit, and how they were found."""

    rest: int
    reference: int
    how: str


@dataclass(frozen=True)
class CueMark:
    """A word that the motor said."""

    t_s: float
    word: str


@dataclass(frozen=True)
class Rep:
    """One contraction. ``concentric_s`` + ``hold_s`` + ``eccentric_s`` is its length.

    ``hold_s``: how long the activation was within 10 % of the peak. ``source``: what it was found by.
    """

    start_s: float
    peak_s: float
    end_s: float
    concentric_s: float
    eccentric_s: float
    hold_s: float
    peak_permille: int
    mean_permille: int
    source: str


@dataclass(frozen=True)
class SetSpan:
    """Reps with less than 8 s between them; ``first`` is the index of the first one."""

    start_s: float
    end_s: float
    first: int
    reps: int


@dataclass(frozen=True)
class QualitySpan:
    """A time in which the band did not trust the signal: ``rail``, ``flat`` or ``hum``."""

    t_s: float
    end_s: float
    flag: str


@dataclass(frozen=True, eq=False)
class Outcome:
    """A whole run. ``permille``: activation from the free-running envelope, shape (n,), at ``rate_hz``.

    ``blanked``: shape (n,), true where the motor ran or had just run, so that vibration may be in the value.
    ``notes``: what the wearer should know about how the recording was read.
    """

    name: str
    engine: str
    sample_rate_hz: float
    duration_s: float
    mode: str
    target_permille: int
    mains_hz: int
    gain: float
    calibration: Calibration
    rate_hz: int
    permille: NDArray[np.int32]
    blanked: NDArray[np.bool_]
    cues: tuple[CueMark, ...]
    reps: tuple[Rep, ...]
    sets: tuple[SetSpan, ...]
    quality: tuple[QualitySpan, ...]
    notes: tuple[str, ...] = ()

    def cued(self, rep: Rep) -> bool:
        """Return whether the band buzzed in ``rep``."""
        return any(rep.start_s <= cue.t_s <= rep.end_s for cue in self.cues)
