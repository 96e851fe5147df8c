"""What a run of the core over a recording told: the common ground of services, report and ``--json``."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from buzzband_fw import names
from buzzband_fw.core import words

ON_TARGET = names.WORDS[words.ON_TARGET]
MISSING = "missing"
_HAIR = 1e-6  # so that 0.1 s is five times 0.02 s


@dataclass(frozen=True)
class Calibration:
    """Envelopes that count as 0 and as 1000 permille, in the core's unit, and how they were found.

    A ``reference`` of 0 is not known.
    """

    rest: int
    reference: int
    how: str


@dataclass(frozen=True)
class CueMark:
    """A word that the motor said; among those that are withheld, one that it would have."""

    t_s: float
    word: str


@dataclass(frozen=True)
class Rep:
    """One rep: up and down again, or down and up where ``lowers_first``. The phases and the hold add up to its length.

    ``set``: index of its set. ``peak_s``: end of the concentric phase. ``source``: what it was found by, ``tilt``,
    ``turn`` or ``emg``. ``muscle_off``: the limb moved, the muscle did not work. ``approximate``: the phases are those
    of the muscle, not of the limb.
    """

    set: int
    start_s: float
    peak_s: float
    end_s: float
    concentric_s: float
    eccentric_s: float
    hold_s: float
    peak_permille: int
    mean_permille: int
    concentric_permille: int
    eccentric_permille: int
    source: str
    lowers_first: bool = False
    muscle_off: bool = False
    too_fast: bool = False
    approximate: bool = False

    @property
    def tempo_s(self) -> tuple[float, float, float]:
        """Return how long the first phase, the hold and the second phase took."""
        if self.lowers_first:
            return self.eccentric_s, self.hold_s, self.concentric_s
        return self.concentric_s, self.hold_s, self.eccentric_s

    @property
    def complete(self) -> bool:
        """Return whether both phases were seen: a weight may be dropped at the end of a set."""
        return self.concentric_s > 0 and self.eccentric_s > 0


def mean_tempo_s(reps: Iterable[Rep]) -> tuple[float, float, float] | None:
    """Return the mean tempo of the reps of which both phases were seen; None if there are none."""
    tempos = [rep.tempo_s for rep in reps if rep.complete]
    if not tempos:
        return None
    first, hold, second = (sum(times) / len(tempos) for times in zip(*tempos, strict=True))
    return first, hold, second


@dataclass(frozen=True)
class SetSpan:
    """Work without a long pause. ``pace``: ``reps``, or ``steady`` as on a bike, where ``reps`` counts cycles.

    ``cycle_s``: their mean, pauses included; 0 of a single rep.
    """

    start_s: float
    end_s: float
    reps: int
    pace: str = "reps"
    cycle_s: float = 0.0

    @property
    def steady(self) -> bool:
        """Return whether its work is told in cycles, not rep by rep."""
        return self.pace == "steady"

    @property
    def cadence_rpm(self) -> float | None:
        """Return the cycles a minute; None where single reps are told."""
        return 60 / self.cycle_s if self.steady and self.cycle_s else None


@dataclass(frozen=True)
class Hold:
    """A time in which muscle and limb stood still under load."""

    start_s: float
    end_s: float
    mean_permille: int


@dataclass(frozen=True)
class QualitySpan:
    """A time in which the band did not trust the signal: ``rail``, ``flat`` or ``hum``; or has none: ``missing``."""

    t_s: float
    end_s: float
    flag: str


@dataclass(frozen=True)
class Changed:
    """A setting that is not what it was in the session."""

    setting: str
    then: bool | int | str | None
    now: bool | int | str | None


@dataclass(frozen=True)
class Said:
    """A word of the session, and when the same one comes now; None if it does not within half a second."""

    t_s: float
    word: str
    again_s: float | None


@dataclass(frozen=True)
class RepWords:
    """The words from the start of a rep to that of the next, or to what is said of the whole set."""

    then: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True)
class SetHits:
    """How many reps of a set reached the target: that of the session, and that of now."""

    then: int
    now: int


@dataclass(frozen=True)
class ClipAgain:
    """A clip of raw EMG, run again with the settings of the session.

    ``activation``, ``flags``, ``words``: whether they come out as the band has logged them, bit for bit; ``exact``: all
    of them.
    """

    number: int
    t_s: float
    duration_s: float
    reason: str
    activation: bool
    flags: bool
    words: bool
    exact: bool


@dataclass(frozen=True)
class Replay:
    """What a band did in a session, beside what it would do now.

    ``cues``, ``withheld``: of the session. ``reps``, ``sets``: one for each of the outcome's. ``torn_clips``: how many
    clips are not whole.
    """

    session_id: str
    changed: tuple[Changed, ...]
    target_permille: int
    cues: tuple[Said, ...]
    withheld: tuple[Said, ...]
    reps: tuple[RepWords, ...]
    sets: tuple[SetHits, ...]
    clips: tuple[ClipAgain, ...] = ()
    torn_clips: int = 0


@dataclass(frozen=True)
class Answer:
    """How many reps of a set the wearer felt to be on target, None if he did not say, and how many the band counted.

    ``set``: index of the set.
    """

    set: int
    felt: int | None
    actual: int


@dataclass(frozen=True)
class Crossings:
    """Zero crossings of the EMG a second in the contractions of the rep that was over by ``t_s``."""

    t_s: float
    rate_hz: int


@dataclass(frozen=True)
class Logged:
    """What only a band's log tells of a session. ``about``, ``settings``: name, value, meaning, in words.

    ``faults``: when, and what went wrong, in words. ``marks_s``: moments that the wearer marked.
    """

    session_id: str
    about: tuple[tuple[str, str, str], ...] = ()
    settings: tuple[tuple[str, str, str], ...] = ()
    answers: tuple[Answer, ...] = ()
    crossings: tuple[Crossings, ...] = ()
    faults: tuple[tuple[float, str], ...] = ()
    marks_s: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Outcome:
    """A whole run. ``permille``: activation from the free-running envelope, shape (n,), at ``rate_hz``; value i is that
    at (i + 1) / ``rate_hz`` seconds, and 0 in those quality spans that are named ``missing``.

    ``blanked``: shape (n,), true where the motor ran or had just run, so that vibration may be in the value.
    ``movement``: degrees away from the pose of rest, shape (m,), at ``movement_rate_hz``; empty without an IMU.
    ``exercise``: what the band was told to expect. ``imu``: whether it could feel the movement. ``notes``: what the
    wearer should know about how the recording was read. ``replay``: None unless it is a session once more; then
    ``sample_rate_hz`` and ``gain`` are None, because its log holds activation. ``logged``: None without a band's log.
    """

    name: str
    engine: str
    sample_rate_hz: float | None
    duration_s: float
    mode: str
    exercise: str
    target_permille: int
    mains_hz: int
    gain: float | None
    calibration: Calibration
    rate_hz: int
    permille: NDArray[np.int32]
    blanked: NDArray[np.bool_]
    imu: bool
    movement_rate_hz: float
    movement: NDArray[np.uint8]
    cues: tuple[CueMark, ...]
    reps: tuple[Rep, ...]
    sets: tuple[SetSpan, ...]
    holds: tuple[Hold, ...]
    quality: tuple[QualitySpan, ...]
    notes: tuple[str, ...] = ()
    withheld: tuple[CueMark, ...] = ()
    replay: Replay | None = None
    logged: Logged | None = None

    @property
    def cycles(self) -> int:
        """Return how many cycles there were in the steady sets."""
        return sum(one.reps for one in self.sets if one.steady)

    @property
    def on_target(self) -> tuple[CueMark, ...]:
        """Return the cues that said that the target was reached, or in ``hold`` and ``tempo`` that time is up."""
        return tuple(cue for cue in self.cues if cue.word == ON_TARGET)

    @property
    def other_words(self) -> Counter[str]:
        """Return how often each of the other words was said, in the order in which they first were."""
        return Counter(cue.word for cue in self.cues if cue.word != ON_TARGET)

    def between(self, start_s: float, end_s: float) -> slice:
        """Return which values of ``permille`` are later than ``start_s`` and no later than ``end_s``."""
        first, end = (math.floor(time_s * self.rate_hz + _HAIR) for time_s in (start_s, end_s))
        return slice(max(0, first), max(0, end))

    def is_there(self) -> NDArray[np.bool_]:
        """Return of which moments there is an activation, shape (n,): those that are not ``missing``."""
        there = np.ones(len(self.permille), np.bool_)
        for span in self.quality:
            if span.flag == MISSING:
                there[self.between(span.t_s, span.end_s)] = False
        return there

    def cued(self, rep: Rep) -> bool:
        """Return whether the band said in ``rep`` that it was on target."""
        return any(rep.start_s <= cue.t_s <= rep.end_s for cue in self.on_target)

    def reps_of(self, index: int) -> tuple[Rep, ...]:
        """Return the reps of a set."""
        return tuple(rep for rep in self.reps if rep.set == index)
