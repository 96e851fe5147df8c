"""Whole training sessions: what was done, as plain data, and the recording that a band would have made of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from buzzband.recordings.model import Annotation, Channel, Recording, Samples
from buzzband.recordings.synth.activation import RATE_HZ, REST, Activation, through
from buzzband.recordings.synth.movement import IMU_RATE_HZ, TYPICAL, UPPER_ARM, Imu, Placement, Tempo, imu, joint_angle
from buzzband.recordings.synth.muscle import emg
from buzzband.recordings.synth.spoil import USUAL, Spoiler, movement_artefact

FULL_EFFORT_MV = 1.0  # RMS of the EMG at activation 1: the order of a biceps under surface electrodes
FULL_AT = 0.6  # of the concentric phase: from here on the peak activation is held to the top
ECCENTRIC = 0.6  # of the peak: what lowering the same load takes
EASING = 0.25  # of the eccentric phase: the way down to its plateau, and from it to rest
JITTER_LIMIT = 2.5  # SD

Knots = list[tuple[float, float]]


@dataclass(frozen=True)
class Set:
    """One set of repetitions.

    ``peaks`` are the peak activations, spread evenly over the repetitions with straight lines between: one value for
    all, two for a trend, or one for each. ``tempo_jitter`` and ``peak_jitter`` are the SD, relative, of phases and
    peaks from one repetition to the next. ``load`` is in words ("12 kg").
    """

    reps: int = 8
    peaks: tuple[float, ...] = (0.7,)
    tempo: Tempo = Tempo()  # noqa: RUF009 - frozen
    load: str = ""
    tempo_jitter: float = 0.08
    peak_jitter: float = 0.03

    def __post_init__(self) -> None:
        """Refuse a set that cannot be done."""
        if self.reps < 1 or not self.peaks or not all(0 <= peak <= 1 for peak in self.peaks):
            raise ValueError("a set has at least one repetition, and peak activations within 0..1")
        if not (0 <= self.tempo_jitter < 1 / JITTER_LIMIT and 0 <= self.peak_jitter < 1 / JITTER_LIMIT):
            raise ValueError(f"a jitter of {1 / JITTER_LIMIT} or more could turn time back")


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

    The default ``lead_out_s`` is long enough for a band to see that the last set has ended (8 s).
    """

    sets: tuple[Set, ...]
    rest_s: float = 13.0
    lead_in_s: float = 3.0
    lead_out_s: float = 10.0
    squeezes: Squeezes | None = None
    placement: Placement = UPPER_ARM
    range_deg: float = 120.0


@dataclass(frozen=True)
class Rep:
    """What really happened in one repetition; ``set_index`` counts from 0, ``peak_s`` is when the top is reached."""

    set_index: int
    start_s: float
    tempo: Tempo
    peak: float

    @property
    def peak_s(self) -> float:
        """Return the time of the top: the end of the concentric phase, the start of the hold."""
        return self.start_s + self.tempo.concentric_s

    @property
    def end_s(self) -> float:
        """Return the end of the eccentric phase."""
        return self.start_s + self.tempo.moving_s

    @property
    def concentric_s(self) -> float:
        """Return the time it took to lift."""
        return self.tempo.concentric_s

    @property
    def hold_s(self) -> float:
        """Return the time spent at the top."""
        return self.tempo.hold_s

    @property
    def eccentric_s(self) -> float:
        """Return the time it took to lower."""
        return self.tempo.eccentric_s


@dataclass(frozen=True)
class SetTruth:
    """What really happened in one set, from the start of its first repetition to the end of its last."""

    index: int
    reps: tuple[Rep, ...]
    load: str

    @property
    def start_s(self) -> float:
        """Return the start of the first repetition."""
        return self.reps[0].start_s

    @property
    def end_s(self) -> float:
        """Return the end of the last repetition."""
        return self.reps[-1].end_s


@dataclass(frozen=True, eq=False)
class Truth:
    """What a session's recording was made from. ``squeezes``: (start, end) in s; ``angle``: of the joint, in deg."""

    activation: Activation
    angle: Channel
    squeezes: tuple[tuple[float, float], ...]
    sets: tuple[SetTruth, ...]

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
        *imu(truth.angle.samples, imu_rng, placement=session.placement, errors=errors, rate_hz=truth.angle.rate_hz),
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
    clock = session.lead_in_s
    squeezes = _place_squeezes(session.squeezes, clock)
    if squeezes:
        clock = squeezes[-1][1] + session.rest_s
    sets = []
    for index, one in enumerate(session.sets):
        sets.append(SetTruth(index, _place_reps(one, index, clock, rng), one.load))
        clock = sets[-1].end_s + session.rest_s
    end_s = max([session.lead_in_s, *(end for _, end in squeezes), *(one.end_s for one in sets)])
    duration_s = end_s + session.lead_out_s
    reps = [rep for one in sets for rep in one.reps]
    angle = joint_angle([(rep.start_s, rep.tempo) for rep in reps], duration_s, range_deg=session.range_deg)
    activation = _activation(session.squeezes, squeezes, reps, duration_s)
    return Truth(activation, Channel("Angle", IMU_RATE_HZ, angle, "deg"), squeezes, tuple(sets))


def _place_squeezes(squeezes: Squeezes | None, start_s: float) -> tuple[tuple[float, float], ...]:
    if squeezes is None:
        return ()
    starts = [start_s + index * (squeezes.on_s + squeezes.off_s) for index in range(squeezes.count)]
    return tuple((start, start + squeezes.on_s) for start in starts)


def _place_reps(one: Set, index: int, start_s: float, rng: np.random.Generator) -> tuple[Rep, ...]:
    """Return the repetitions of a set from ``start_s`` on, each as a person would vary it."""
    peaks = np.interp(np.linspace(0, 1, one.reps), np.linspace(0, 1, len(one.peaks)), one.peaks)
    vary = np.clip(rng.standard_normal((one.reps, 5)), -JITTER_LIMIT, JITTER_LIMIT)
    reps = []
    for planned, (concentric, hold, eccentric, pause, strength) in zip(peaks.tolist(), vary.tolist(), strict=True):
        tempo = Tempo(
            one.tempo.concentric_s * (1 + one.tempo_jitter * concentric),
            one.tempo.hold_s * (1 + one.tempo_jitter * hold),
            one.tempo.eccentric_s * (1 + one.tempo_jitter * eccentric),
            one.tempo.pause_s * (1 + one.tempo_jitter * pause),
        )
        peak = min(1.0, planned * (1 + one.peak_jitter * strength))
        reps.append(Rep(index, start_s, tempo, peak))
        start_s = reps[-1].end_s + tempo.pause_s
    return tuple(reps)


def _activation(
    squeezes: Squeezes | None, placed: Sequence[tuple[float, float]], reps: Sequence[Rep], duration_s: float
) -> Activation:
    """Return the activation of a session: squeezes, then repetitions, and the rest level in between."""
    knots: Knots = [(0.0, REST)]
    if squeezes is not None:
        for start_s, end_s in placed:
            knots += [(start_s, REST), (start_s + squeezes.rise_s, squeezes.level)]
            knots += [(end_s - squeezes.rise_s, squeezes.level), (end_s, REST)]
    for rep in reps:
        knots += _rep_knots(rep)
    return through([*knots, (duration_s, REST)], duration_s, RATE_HZ)


def _rep_knots(rep: Rep) -> Knots:
    """Return the activation within one repetition: up while lifting, kept through the hold, less while lowering."""
    down_s = rep.peak_s + rep.hold_s
    return [
        (rep.start_s, REST),
        (rep.start_s + FULL_AT * rep.concentric_s, rep.peak),
        (down_s, rep.peak),
        (down_s + EASING * rep.eccentric_s, ECCENTRIC * rep.peak),
        (rep.end_s - EASING * rep.eccentric_s, ECCENTRIC * rep.peak),
        (rep.end_s, REST),
    ]


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
