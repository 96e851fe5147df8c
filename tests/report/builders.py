"""Outcomes made by hand, and from the truth of a synthetic session, for the tests of this folder."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from buzzband.outcome import Calibration, CueMark, Outcome, QualitySpan, Rep, SetSpan
from buzzband.recordings import synth

RATE_HZ = 100
MOVEMENT_RATE_HZ = 12.5
TARGET = 600
BLANK_S = 0.24
_SHAPE = ((0, 0.03), (0.4, 1), (0.6, 1), (1, 0.03))  # of a rep: share of its time, share of its peak


def outcome(**changes: object) -> Outcome:
    """Ten quiet seconds without anything in them, but for ``changes``."""
    quiet = Outcome(
        name="quiet",
        engine="cpython",
        sample_rate_hz=1000.0,
        duration_s=10.0,
        mode="reach",
        exercise="curl",
        target_permille=TARGET,
        mains_hz=50,
        gain=120.5,
        calibration=Calibration(40, 900, "squeezes"),
        rate_hz=RATE_HZ,
        permille=np.full(1000, 20, np.int32),
        blanked=np.zeros(1000, np.bool_),
        imu=False,
        movement_rate_hz=MOVEMENT_RATE_HZ,
        movement=np.zeros(0, np.uint8),
        cues=(),
        reps=(),
        sets=(),
        holds=(),
        quality=(),
    )
    return replace(quiet, **changes)  # type: ignore[arg-type]


def lasting(seconds: float, **changes: object) -> Outcome:
    """As many quiet seconds as wanted."""
    n = round(seconds * RATE_HZ)
    held: dict[str, object] = {"permille": np.full(n, 20, np.int32), "blanked": np.zeros(n, np.bool_)}
    return outcome(duration_s=seconds, **{**held, **changes})


def rep(start_s: float, peak: int = 700, **changes: object) -> Rep:
    """A rep of 3 s: 1.2 s up, 0.4 s held, 1.4 s down."""
    told = Rep(
        set=0,
        start_s=start_s,
        peak_s=start_s + 1.2,
        end_s=start_s + 3,
        concentric_s=1.2,
        eccentric_s=1.4,
        hold_s=0.4,
        peak_permille=peak,
        mean_permille=peak // 2,
        concentric_permille=peak * 3 // 5,
        eccentric_permille=peak * 2 // 5,
        source="turn",
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def with_sets(*peaks_of_sets: tuple[int, ...], **changes: object) -> Outcome:
    """Sets of reps with those peaks, a rep every 4 s and 12 s between sets; each rep on target has its buzz."""
    reps: list[Rep] = []
    sets: list[SetSpan] = []
    clock_s = 3.0
    for peaks in peaks_of_sets:
        starts = [clock_s + 4 * index for index in range(len(peaks))]
        reps += [rep(start, peak, set=len(sets)) for start, peak in zip(starts, peaks, strict=True)]
        sets.append(SetSpan(starts[0], starts[-1] + 3, len(peaks), cycle_s=4.0))
        clock_s = sets[-1].end_s + 12
    cues = tuple(CueMark(one.start_s + 1.2, "on_target") for one in reps if one.peak_permille >= TARGET)
    given: dict[str, object] = {"reps": tuple(reps), "sets": tuple(sets), "cues": cues, **changes}
    return from_reps(lasting(clock_s, **given))


def steady(cycles: int = 90, cycle_s: float = 0.75, **changes: object) -> Outcome:
    """A set of cycles from 10 s on, at 30 % activation."""
    end_s = 10 + cycles * cycle_s
    told = lasting(end_s + 10, sets=(SetSpan(10.0, end_s, cycles, "steady", cycle_s),), **changes)
    told.permille[10 * RATE_HZ : round(end_s * RATE_HZ)] = 300
    return told


def moving(told: Outcome, degrees: int = 60) -> Outcome:
    """The same with an IMU that swings so far and back every 4 s."""
    times = np.arange(int(told.duration_s * MOVEMENT_RATE_HZ)) / MOVEMENT_RATE_HZ
    swing = degrees * (1 - np.cos(np.pi / 2 * times)) / 2
    return replace(told, imu=True, movement=swing.astype(np.uint8))


def from_reps(bare: Outcome) -> Outcome:
    """The same with an activation that has its reps in it, and with blanks after its cues."""
    knots = [(one.start_s + share * 3, one.peak_permille * top) for one in bare.reps for share, top in _SHAPE]
    times = np.arange(len(bare.permille)) / RATE_HZ
    course = np.interp(times, [at for at, _ in knots], [level for _, level in knots])
    return replace(bare, permille=course.astype(np.int32), blanked=blanks(bare.cues, len(times)))


def blanks(cues: tuple[CueMark, ...], n: int) -> NDArray[np.bool_]:
    """True from each cue to 240 ms after."""
    times = np.arange(n) / RATE_HZ
    marked = np.zeros(n, np.bool_)
    for cue in cues:
        marked |= (times >= cue.t_s) & (times < cue.t_s + BLANK_S)
    return marked


def synthetic(session: synth.Session | None = None, seed: int = 1, **changes: object) -> Outcome:
    """What a perfect band would have said of a synthetic session, with the wobble that an envelope has."""
    rng = np.random.default_rng(seed)
    truth = synth.plan(session or synth.demo_session(), rng)
    level = truth.activation.level
    wobble = np.convolve(rng.standard_normal(len(level)), np.hanning(12) / np.sqrt((np.hanning(12) ** 2).sum()), "same")
    permille = np.asarray(1000 * level * (1 + 0.05 * wobble), np.int32)
    reps = tuple(_measured(rep, one.index, permille) for one in truth.sets for rep in one.reps)
    cues = tuple(CueMark(t_s, "on_target") for one in reps if (t_s := _first_at(permille, one)) is not None)
    sets = tuple(SetSpan(one.start_s, one.end_s, len(one.reps), cycle_s=4.0) for one in truth.sets)
    whole: dict[str, object] = {"reps": reps, "sets": sets, "cues": cues, "permille": permille}
    whole |= {"name": "synthetic session", "duration_s": len(level) / RATE_HZ, "blanked": blanks(cues, len(level))}
    return moving(outcome(**{**whole, **changes}))


def _measured(one: synth.Rep, index: int, permille: NDArray[np.int32]) -> Rep:
    inside = permille[round(one.start_s * RATE_HZ) : round(one.end_s * RATE_HZ)]
    return rep(
        one.start_s,
        int(inside.max()),
        set=index,
        peak_s=one.start_s + one.concentric_s,
        end_s=one.end_s,
        concentric_s=one.concentric_s,
        eccentric_s=one.eccentric_s,
        hold_s=one.hold_s,
        mean_permille=int(inside.mean()),
    )


def _first_at(permille: NDArray[np.int32], one: Rep) -> float | None:
    inside = permille[round(one.start_s * RATE_HZ) : round(one.end_s * RATE_HZ)] >= TARGET
    return one.start_s + float(inside.argmax()) / RATE_HZ if inside.any() else None


def an_hour() -> Outcome:
    """Thirty sets of ten reps in an hour, most with a buzz, and a doubtful second each minute."""
    sets = tuple(synth.Set(reps=10, peaks=(0.5 + 0.01 * index, 0.75)) for index in range(30))
    quality = tuple(QualitySpan(60.0 * index + 5, 60.0 * index + 6, ("hum", "rail")[index % 2]) for index in range(60))
    return synthetic(synth.Session(sets, rest_s=70.0), quality=quality, name="an hour")


def hostile(text: str) -> Outcome:
    """A whole session with ``text`` wherever a recording or its reader can put text."""
    plain = with_sets((700, 500))
    return replace(
        plain,
        name=text,
        engine=text,
        mode=text,
        exercise=text,
        calibration=replace(plain.calibration, how=text),
        cues=tuple(replace(cue, word=text) for cue in plain.cues),
        reps=tuple(replace(one, source=text) for one in plain.reps),
        quality=(QualitySpan(1.0, 2.0, text),),
        notes=(text,),
    )
