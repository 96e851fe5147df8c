"""Outcomes made by hand, and from the truth of a synthetic session, for the tests of this folder."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from buzzband.outcome import Calibration, CueMark, Outcome, QualitySpan, Rep, SetSpan
from buzzband.recordings import synth

RATE_HZ = 100
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
        target_permille=TARGET,
        mains_hz=50,
        gain=120.5,
        calibration=Calibration(40, 900, "squeezes"),
        rate_hz=RATE_HZ,
        permille=np.full(1000, 20, np.int32),
        blanked=np.zeros(1000, np.bool_),
        cues=(),
        reps=(),
        sets=(),
        quality=(),
    )
    return replace(quiet, **changes)  # type: ignore[arg-type]


def lasting(seconds: float, **changes: object) -> Outcome:
    """As many quiet seconds as wanted."""
    n = round(seconds * RATE_HZ)
    held: dict[str, object] = {"permille": np.full(n, 20, np.int32), "blanked": np.zeros(n, np.bool_)}
    return outcome(duration_s=seconds, **{**held, **changes})


def rep(start_s: float, peak: int = 700, source: str = "emg") -> Rep:
    """A rep of 3 s with its peak in the middle."""
    return Rep(start_s, start_s + 1.5, start_s + 3, 1.2, 1.4, 0.4, peak, peak // 2, source)


def with_sets(*peaks_of_sets: tuple[int, ...], **changes: object) -> Outcome:
    """Sets of reps with those peaks, a rep every 4 s and 12 s between sets; each rep on target has its buzz."""
    reps: list[Rep] = []
    sets: list[SetSpan] = []
    clock_s = 3.0
    for peaks in peaks_of_sets:
        starts = [clock_s + 4 * index for index in range(len(peaks))]
        sets.append(SetSpan(starts[0], starts[-1] + 3, len(reps), len(peaks)))
        reps += [rep(start, peak) for start, peak in zip(starts, peaks, strict=True)]
        clock_s = sets[-1].end_s + 12
    cues = tuple(CueMark(one.start_s + 1.2, "on_target") for one in reps if one.peak_permille >= TARGET)
    given: dict[str, object] = {"reps": tuple(reps), "sets": tuple(sets), "cues": cues, **changes}
    return from_reps(lasting(clock_s, **given))


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
    reps = tuple(_measured(one, permille) for one in truth.reps)
    cues = tuple(CueMark(t_s, "on_target") for one in reps if (t_s := _first_at(permille, one)) is not None)
    first = np.cumsum([0, *(len(one.reps) for one in truth.sets)]).tolist()
    sets = tuple(SetSpan(one.start_s, one.end_s, first[one.index], len(one.reps)) for one in truth.sets)
    whole: dict[str, object] = {"reps": reps, "sets": sets, "cues": cues, "permille": permille}
    whole |= {"name": "synthetic session", "duration_s": len(level) / RATE_HZ, "blanked": blanks(cues, len(level))}
    return outcome(**{**whole, **changes})


def _measured(one: synth.Rep, permille: NDArray[np.int32]) -> Rep:
    inside = permille[round(one.start_s * RATE_HZ) : round(one.end_s * RATE_HZ)]
    peak_s = one.start_s + inside.argmax() / RATE_HZ
    peak, mean = int(inside.max()), int(inside.mean())
    return Rep(one.start_s, peak_s, one.end_s, one.concentric_s, one.eccentric_s, one.hold_s, peak, mean, "emg")


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
        calibration=replace(plain.calibration, how=text),
        cues=tuple(replace(cue, word=text) for cue in plain.cues),
        reps=tuple(replace(one, source=text) for one in plain.reps),
        quality=(QualitySpan(1.0, 2.0, text),),
        notes=(text,),
    )
