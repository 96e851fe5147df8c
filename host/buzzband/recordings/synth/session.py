"""Whole training sessions: what was done, as plain data, and the recording that a band would have made of it."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from buzzband.recordings.model import Annotation, Channel, Recording, Samples
from buzzband.recordings.synth.activation import RATE_HZ, REST, Activation, through
from buzzband.recordings.synth.exercises import Exercise, Knots
from buzzband.recordings.synth.form import USUAL_FORM, Form
from buzzband.recordings.synth.life import Activity, Doing, Scene, live
from buzzband.recordings.synth.movement import TYPICAL, Imu, Motion, imu
from buzzband.recordings.synth.muscle import emg
from buzzband.recordings.synth.placement import ALIGNED, UPPER_ARM, Mounting, Placement
from buzzband.recordings.synth.reps import Rep
from buzzband.recordings.synth.sets import SETTLE_S, Set, SetTruth, angle_of, motion_of, place_reps, tiring
from buzzband.recordings.synth.spoil import USUAL, Spoiler, movement_artefact

FULL_EFFORT_MV = 1.0  # RMS of the EMG at activation 1: the order of a biceps under surface electrodes


@dataclass(frozen=True)
class Squeezes:
    """Hard contractions without movement, from which a calibration takes its reference."""

    count: int = 3
    on_s: float = 1.5
    off_s: float = 1.5
    level: float = 1.0
    rise_s: float = 0.2

    def __post_init__(self) -> None:
        """Refuse squeezes that cannot be done."""
        if not 0 < 2 * self.rise_s <= self.on_s or self.off_s < 0 or self.count < 0:
            raise ValueError("a squeeze lasts at least its rise and its fall, and what follows it is not negative")


@dataclass(frozen=True)
class Session:
    """Rest, perhaps squeezes, then sets; ``rest_s`` lies between any two of these blocks.

    The default ``lead_out_s`` is long enough for a band to see that the last set has ended (8 s). ``life`` is what may
    be done between sets and in the lead-out; nothing unless given. ``placement`` is where the band sits in all sets,
    if not where each exercise has it.
    """

    sets: tuple[Set, ...]
    rest_s: float = 13.0
    lead_in_s: float = 3.0
    lead_out_s: float = 10.0
    squeezes: Squeezes | None = None
    placement: Placement | None = None
    mounting: Mounting = ALIGNED
    form: Form = USUAL_FORM
    life: tuple[Activity, ...] = ()

    def __post_init__(self) -> None:
        """Refuse exercises for which the band would have to be worn on several segments."""
        if len({one.exercise.worn.name for one in self.sets}) > 1 and self.placement is None:
            raise ValueError("in one session the band stays on one segment")

    @property
    def worn(self) -> Placement:
        """Return where the band sits, as the first set has it."""
        return self.placement or (self.sets[0].exercise.worn if self.sets else UPPER_ARM)

    def exercise(self, one: Set) -> Exercise:
        """Return the exercise of a set with the band where it sits."""
        return one.exercise.on(self.placement) if self.placement else one.exercise


@dataclass(frozen=True, eq=False)
class Truth:
    """What a session's recording was made from.

    ``squeezes``: (start, end) in s. ``angle``: of the joint in degrees; between sets, the sum of what the segment turns
    by. ``motion``: of the segment, sway and drift included, tremor not. ``doings``: what was done between the sets.
    """

    activation: Activation
    angle: Channel
    squeezes: tuple[tuple[float, float], ...]
    sets: tuple[SetTruth, ...]
    motion: Motion
    doings: tuple[Doing, ...] = ()

    @property
    def reps(self) -> tuple[Rep, ...]:
        """Return the repetitions of all sets in order of time."""
        return tuple(rep for one in self.sets for rep in one.reps)


@dataclass(frozen=True, eq=False)
class Synthetic:
    """A recording and the truth behind it."""

    recording: Recording
    truth: Truth


def build(
    session: Session,
    seed: int,
    rate_hz: float = 1000.0,
    *,
    spoil: Sequence[Spoiler] = USUAL,
    artefact: float = 0.05,
    errors: Imu = TYPICAL,
) -> Synthetic:
    """Return the session as a recording with EMG in mV at ``rate_hz`` and the IMU's six channels at 100 Hz.

    ``spoil`` is added to the EMG, and so is a ``movement_artefact`` of ``artefact``, both in multiples of full-effort
    RMS. Truth, EMG, IMU and spoilers draw from generators of their own: another ``spoil`` leaves the truth and the
    clean EMG as they were.
    """
    plan_rng, muscle_rng, imu_rng, spoil_rng, artefact_rng = np.random.default_rng(seed).spawn(5)
    truth = plan(session, plan_rng)
    signal = emg(truth.activation, rate_hz, muscle_rng)
    for add in spoil:
        signal += add(len(signal), rate_hz, spoil_rng)
    signal += movement_artefact(_angle_at(truth.angle, len(signal), rate_hz), rate_hz, artefact_rng, amplitude=artefact)
    channels = (
        Channel("EMG", rate_hz, FULL_EFFORT_MV * signal, "mV"),
        *imu(truth.motion, imu_rng, lever_m=session.worn.lever_m, mounting=session.mounting, errors=errors),
    )
    return Synthetic(Recording(f"synthetic session, seed {seed}", channels, _annotations(truth)), truth)


def demo_session() -> Session:
    """Return what `buzzband demo` shows: three squeezes, then three sets of curls with peaks on both sides of 60 %."""
    sets = (
        Set(reps=8, peaks=(0.68, 0.8), load="8 kg"),
        Set(reps=10, peaks=(0.42, 0.78), load="10 kg"),
        Set(reps=9, peaks=(0.8, 0.45), load="10 kg"),
    )
    return Session(sets, squeezes=Squeezes())


def plan(session: Session, rng: np.random.Generator) -> Truth:
    """Return the truth of a session without making its signals."""
    form_rng, life_rng = rng.spawn(2)
    squeezes = _place_squeezes(session.squeezes, session.lead_in_s)
    sets = _place_sets(session, squeezes[-1][1] + session.rest_s if squeezes else session.lead_in_s, rng)
    end_s = max([session.lead_in_s, *(end for _, end in squeezes), *(one.end_s for one in sets)])
    lived = _live(session, sets, end_s, life_rng)
    level = _level(session.squeezes, squeezes, sets, end_s + session.lead_out_s)
    times = np.arange(len(level)) / RATE_HZ
    motion = Motion(session.form.wander(len(times), form_rng), np.zeros((len(times), 3)))
    angle = np.zeros(len(times))
    for one in sets:
        angle += angle_of(one, times)
        np.maximum(level, tiring(one, times), out=level)
        _add(motion, motion_of(one, times, session.form, form_rng), slice(None))
    for doing, scene in lived:
        during = slice(first := round(doing.start_s * RATE_HZ), first + len(scene.level))
        angle[during] += scene.motion.turn_deg.sum(axis=1)
        np.maximum(level[during], scene.level, out=level[during])
        _add(motion, scene.motion, during)
    doings = tuple(doing for doing, _ in lived)
    return Truth(Activation(level, RATE_HZ), Channel("Angle", RATE_HZ, angle, "deg"), squeezes, sets, motion, doings)


def _add(motion: Motion, more: Motion, during: slice) -> None:
    motion.turn_deg[during] += more.turn_deg
    motion.path_m[during] += more.path_m


def _place_squeezes(squeezes: Squeezes | None, start_s: float) -> tuple[tuple[float, float], ...]:
    if squeezes is None:
        return ()
    starts = [start_s + index * (squeezes.on_s + squeezes.off_s) for index in range(squeezes.count)]
    return tuple((start, start + squeezes.on_s) for start in starts)


def _place_sets(session: Session, start_s: float, rng: np.random.Generator) -> tuple[SetTruth, ...]:
    sets = []
    for index, one in enumerate(session.sets):
        reps = place_reps(one, index, start_s, rng)
        sets.append(SetTruth(index, reps, one.load, session.exercise(one), one.fatigue))
        start_s = sets[-1].end_s + session.rest_s
    return tuple(sets)


def _live(
    session: Session, sets: Sequence[SetTruth], end_s: float, rng: np.random.Generator
) -> list[tuple[Doing, Scene]]:
    """Return what is done in the rests between sets and in the lead-out; nothing if the session has no life."""
    if not session.life:
        return []
    rests = [(one.end_s, following.start_s) for one, following in itertools.pairwise(sets)]
    rests.append((end_s, end_s + session.lead_out_s))
    free = [(start_s + SETTLE_S, stop_s - SETTLE_S) for start_s, stop_s in rests]
    return [done for start_s, stop_s in free for done in live(start_s, stop_s, session.life, session.worn.habit, rng)]


def _level(
    squeezes: Squeezes | None, placed: Sequence[tuple[float, float]], sets: Sequence[SetTruth], duration_s: float
) -> Samples:
    """Return the activation of a session: squeezes, then repetitions, and the rest level in between."""
    knots: Knots = [(0.0, REST)]
    if squeezes is not None:
        for start_s, end_s in placed:
            knots += [(start_s, REST), (start_s + squeezes.rise_s, squeezes.level)]
            knots += [(end_s - squeezes.rise_s, squeezes.level), (end_s, REST)]
    for one in sets:
        for rep in one.reps:
            knots += one.exercise.effort.knots(rep, REST)
    return through([*knots, (duration_s, REST)], duration_s, RATE_HZ).level


def _angle_at(angle: Channel, n: int, rate_hz: float) -> Samples:
    times = np.arange(len(angle.samples)) / angle.rate_hz
    samples: Samples = np.interp(np.arange(n) / rate_hz, times, angle.samples)
    return samples


def _annotations(truth: Truth) -> tuple[Annotation, ...]:
    squeezes = [Annotation(start_s, "squeeze", end_s - start_s) for start_s, end_s in truth.squeezes]
    sets = [
        Annotation(one.start_s, f"set {one.index + 1}" + (f": {one.load}" if one.load else ""), one.end_s - one.start_s)
        for one in truth.sets
    ]
    return (*squeezes, *sets)
