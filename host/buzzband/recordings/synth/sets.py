"""Sets: repetitions one after the other, as a person varies them, and what they make of joint, segment and muscle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from buzzband.recordings.model import Samples
from buzzband.recordings.synth.activation import smooth_step
from buzzband.recordings.synth.exercises import BIKE, CURL, RUN, Exercise
from buzzband.recordings.synth.form import Form
from buzzband.recordings.synth.movement import Motion
from buzzband.recordings.synth.reps import Rep, Tempo, joint_angle
from buzzband.recordings.synth.rotation import rotations

JITTER_LIMIT = 2.5  # SD
SETTLE_S = 1.5  # what getting into the position of an exercise takes, and out of it
RECOVERY_S = 20.0  # time constant with which a tired muscle lets go after the set


@dataclass(frozen=True)
class Set:
    """One set of repetitions.

    ``peaks`` are the peak activations and ``ranges`` the shares of the exercise's range, spread evenly over the
    repetitions with straight lines between: one value for all, two for a trend, or one for each. ``tempo`` is the
    exercise's own unless given; ``exceptions`` are the tempos of single repetitions, by their index from 0, and taken
    as they are: a grind, a long hold, a pause. The jitters are SD, relative, from one repetition to the next.
    ``fatigue``: the activation that the muscle no longer falls below at the end. ``load`` is in words ("12 kg").
    """

    reps: int = 8
    peaks: tuple[float, ...] = (0.7,)
    tempo: Tempo | None = None
    load: str = ""
    tempo_jitter: float = 0.08
    peak_jitter: float = 0.03
    exercise: Exercise = CURL
    ranges: tuple[float, ...] = (1.0,)
    range_jitter: float = 0.0
    exceptions: Mapping[int, Tempo] = field(default_factory=dict)
    fatigue: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a set that cannot be done."""
        if self.reps < 1 or not self.peaks or not all(0 <= peak <= 1 for peak in (*self.peaks, self.fatigue)):
            raise ValueError("a set has at least one repetition, and activations within 0..1")
        if not self.ranges or min(self.ranges) <= 0:
            raise ValueError("every repetition of a set has a range")
        if not all(0 <= jitter < 1 / JITTER_LIMIT for jitter in self.jitters):
            raise ValueError(f"a jitter of {1 / JITTER_LIMIT} or more could turn time back")

    @property
    def jitters(self) -> tuple[float, float, float]:
        """Return those of tempo, peak and range."""
        return self.tempo_jitter, self.peak_jitter, self.range_jitter


@dataclass(frozen=True)
class SetTruth:
    """One set as it happened, from the start of its first repetition to the end of its last."""

    index: int
    reps: tuple[Rep, ...]
    load: str
    exercise: Exercise = CURL
    fatigue: float = 0.0

    @property
    def start_s(self) -> float:
        """Return the start of the first repetition."""
        return self.reps[0].start_s

    @property
    def end_s(self) -> float:
        """Return the end of the last repetition."""
        return self.reps[-1].end_s


def place_reps(one: Set, index: int, start_s: float, rng: np.random.Generator) -> tuple[Rep, ...]:
    """Return the repetitions of a set from ``start_s`` on, each as a person would vary it."""
    vary = np.clip(rng.standard_normal((one.reps, 5)), -JITTER_LIMIT, JITTER_LIMIT)
    reach = np.clip(rng.spawn(1)[0].standard_normal(one.reps), -JITTER_LIMIT, JITTER_LIMIT)
    peaks = np.minimum(1, _spread(one.peaks, one.reps) * (1 + one.peak_jitter * vary[:, 4]))
    ranges = one.exercise.range_deg * _spread(one.ranges, one.reps) * (1 + one.range_jitter * reach)
    reps = []
    for number, (peak, range_deg) in enumerate(zip(peaks.tolist(), ranges.tolist(), strict=True)):
        tempo = one.exceptions.get(number) or _varied(one, vary[number])
        reps.append(Rep(index, start_s, tempo, peak, range_deg, one.exercise.lowers_first))
        start_s = reps[-1].end_s + tempo.pause_s
    return tuple(reps)


def _spread(values: Sequence[float], count: int) -> Samples:
    """Return ``count`` values through the given ones at even distances."""
    spread: Samples = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(values)), values)
    return spread


def _varied(one: Set, vary: Samples) -> Tempo:
    tempo = one.tempo or one.exercise.tempo
    phases = (tempo.concentric_s, tempo.hold_s, tempo.eccentric_s, tempo.pause_s)
    return Tempo(*(phase * (1 + one.tempo_jitter * by) for phase, by in zip(phases, vary[:4].tolist(), strict=True)))


def angle_of(one: SetTruth, times_s: Samples) -> Samples:
    """Return the angle of the joint in degrees, same shape as ``times_s``."""
    return joint_angle(one.reps, times_s, cyclic=one.exercise.cyclic)


def motion_of(one: SetTruth, times_s: Samples, form: Form, rng: np.random.Generator) -> Motion:
    """Return how the segment gets into its position, through the set, and back to hanging."""
    worn = one.exercise.worn
    angle = angle_of(one, times_s)
    share = angle / one.exercise.range_deg
    stray_deg = form.stray_deg * rng.standard_normal((len(one.reps), 3))
    turned_deg = worn.share * one.exercise.range_deg * np.array(one.exercise.axis) + stray_deg
    current = np.searchsorted([rep.start_s for rep in one.reps[1:]], times_s, side="right")
    settled = smooth_step((times_s - one.start_s) / SETTLE_S + 1) - smooth_step((times_s - one.end_s) / SETTLE_S)
    turn = share[:, np.newaxis] * turned_deg[current] + settled[:, np.newaxis] * np.array(worn.rest_deg)
    path = -worn.pivot_m * (rotations(turn)[:, :, 0] - [1.0, 0.0, 0.0])
    path[:, 0] -= 4 * one.exercise.bounce_m * share * (1 - share)
    return Motion(turn, path)


def tiring(one: SetTruth, times_s: Samples) -> Samples:
    """Return the activation below which the muscle does not fall, same shape: it rises in the set, and fades after."""
    rising = np.interp(times_s, [one.start_s, one.end_s], [0.0, 1.0])
    floor: Samples = one.fatigue * rising * np.exp(-np.maximum(times_s - one.end_s, 0) / RECOVERY_S)
    return floor


def partials(reps: int, last: int, share: float) -> tuple[float, ...]:
    """Return the ``ranges`` of a set whose ``last`` repetitions only get to ``share`` of the range."""
    return (1.0,) * (reps - last) + (share,) * last


def cycling(duration_s: float, rpm: float = 80.0, level: float = 0.5) -> Set:
    """Return so long on a bike, without a stop; its repetitions are turns of the crank, with a burst in each."""
    return _continuous(BIKE, duration_s, 60 / rpm, level)


def running(duration_s: float, steps_per_minute: float = 162.0, level: float = 0.5) -> Set:
    """Return so long a run; its repetitions are strides, of two steps each."""
    return _continuous(RUN, duration_s, 120 / steps_per_minute, level)


def _continuous(exercise: Exercise, duration_s: float, cycle_s: float, level: float) -> Set:
    tempo = Tempo(cycle_s / 2, 0.0, cycle_s / 2, 0.0)
    reps = max(1, round(duration_s / cycle_s))
    return Set(reps, (level,), tempo, tempo_jitter=0.03, peak_jitter=0.1, exercise=exercise, range_jitter=0.03)
