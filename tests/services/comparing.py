"""Sessions with a plan: cued and silent sets of somebody whom cues help by so much."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buzzband.archive.archive import COMPLETE, Session
from buzzband.archive.clock import Between, Exact
from buzzband.archive.facts import Clocks, Facts
from buzzband.archive.index import Row
from buzzband.recordings.band_log import Cue, End, SessionLog
from buzzband.recordings.lifting import Lifting, Rep, Set
from buzzband.services import plan as planning
from buzzband.services.pairs import Pair, pairs_of
from buzzband_fw.core.cue import BLANKED
from buzzband_fw.core.words import ON_TARGET, WITHHELD
from buzzband_fw.store import records
from recordings.log_builder import SESSION, LogWriter
from services.fake_link import UID

NOW_MS = 1_763_000_000_000
CURL: Mapping[str, Any] = MappingProxyType({"exercise": "curl", "target_permille": 500, "load_kg": 20})
REP_SAMPLES = 150  # 3 s
LIFT_SAMPLES = 60
BLANK_SAMPLES = 12
LEAK_PERMILLE = 120.0
REST_SAMPLES = 400


@dataclass(frozen=True)
class Lifter:
    """How a muscle varies. SD of logarithms: ``by_set`` from one set of a session to the next, with tails as heavy as
    Student's t with 6 degrees of freedom has, ``by_rep`` within a set, ``by_session`` of the calibration, ``helped`` of
    what cues do from pair to pair. ``tiring``: how much more the muscle does in each set than in the last.

    Bursts of one session differ by 9 to 20 % in squats and runs (Colyer and McGuigan 2018, J Sports Sci Med 17:101).
    """

    effect: float = 0.0
    by_set: float = 0.08
    by_rep: float = 0.12
    by_session: float = 0.3
    helped: float = 0.03
    tiring: float = 0.02
    peak_permille: float = 620.0


def levels(lifter: Lifter, silent: Sequence[bool], rng: np.random.Generator) -> NDArray[np.float64]:
    """The peak activation of each set of a session, in permille."""
    by_set = lifter.by_set * rng.standard_t(6, len(silent)) / np.sqrt(1.5)
    helped = np.repeat(np.log1p(lifter.effect) + lifter.helped * rng.standard_normal(len(silent) // 2), 2)
    tiring = lifter.tiring * np.arange(len(silent))
    own = lifter.by_session * rng.standard_normal()
    made: NDArray[np.float64] = lifter.peak_permille * np.exp(own + by_set + tiring + helped * ~np.array(silent))
    return made


def session_log(
    lifter: Lifter, silent: Sequence[bool], rng: np.random.Generator, reps: int = 8, **settings: Any
) -> SessionLog:
    """The log of a session with these sets: the motor shakes it; both kinds are blanked where a word is due."""
    told, ends, cues, parts, flags = [], [], [], [], []
    at = 0
    for number, (level, is_silent) in enumerate(zip(levels(lifter, silent, rng), silent, strict=True)):
        first = at
        for rep in range(reps):
            peak = level * float(np.exp(lifter.by_rep * rng.standard_normal()))
            felt, blanked, due = _rep(peak, shaken=not is_silent)
            told.append(Rep(number, rep, 0, 3, 0, 2 * at, 20 * LIFT_SAMPLES, 0, 1200, int(felt.max()), 400, 300))
            cues += [Cue(2 * (at + when), ON_TARGET | (WITHHELD if is_silent else 0)) for when in due]
            parts.append(felt)
            flags.append(blanked)
            at += REP_SAMPLES
        pace = records.SILENT if is_silent else 0
        ends.append(Set(number, 0, 3, pace, reps, 2 * first, 2 * at - 60, 3000))
        parts.append(np.full(REST_SAMPLES, 8.0))
        flags.append(np.zeros(REST_SAMPLES, np.uint8))
        at += REST_SAMPLES
    bits = sum(1 << number for number, one in enumerate(silent) if one)
    header = {"session": SESSION, "uid": UID, "settings": {**CURL, "silent_sets": bits, **settings}}
    permille = (np.rint(np.concatenate(parts) / 4) * 4).astype(np.int16)
    return SessionLog(
        SESSION,
        header,
        permille,
        np.ones(at, np.bool_),
        np.concatenate(flags),
        tuple(cues),
        (),
        Lifting(tuple(told), tuple(ends), (), np.zeros(0, np.uint8)),
        *((), (), (), ()),
        t_ms=0,
        end=End(2 * at, records.BY_BUTTON),
        damaged=0,
        missing=(),
    )


def _rep(peak: float, *, shaken: bool) -> tuple[NDArray[np.float64], NDArray[np.uint8], list[int]]:
    """What is felt of a rep, where it is blanked, and when a word is due: once the target is reached."""
    phase = np.minimum(np.arange(1, REP_SAMPLES + 1) / (2 * LIFT_SAMPLES), 1.0)
    felt = np.minimum(8 + peak * np.sin(np.pi * phase), 4000)
    flags = np.zeros(REP_SAMPLES, np.uint8)
    reached = np.flatnonzero(felt >= CURL["target_permille"])
    if not len(reached):
        return felt, flags, []
    when = int(reached[0])
    flags[when : when + BLANK_SAMPLES] = BLANKED
    if shaken:
        felt = felt + LEAK_PERMILLE * (flags > 0)
    return felt, flags, [when]


def session(session_id: str = SESSION, start_ms: int | None = NOW_MS, wearer: str = "") -> Session:
    """What the index says of a session."""
    when = Between(None, None) if start_ms is None else Exact(start_ms, 1)
    facts = Facts(exercise="curl", wearer=wearer, ended="button")
    return Session(Row(UID, session_id, "d" * 16, "d" * 64, 1, Clocks(), facts), when, COMPLETE)


def drawn_pairs(lifter: Lifter, sessions: int, rng: np.random.Generator, pairs: int = 4) -> tuple[Pair, ...]:
    """The pairs of so many sessions, each with a plan of its own."""
    return tuple(_pairs(lifter, sessions, rng, pairs))


def _pairs(lifter: Lifter, sessions: int, rng: np.random.Generator, pairs: int) -> Iterator[Pair]:
    for number in range(sessions):
        silent = planning.drawn(pairs, int(rng.integers(1 << 31))).silent
        found = list(pairs_of(session(f"{number:016x}"), session_log(lifter, silent, rng)))
        assert len(found) == pairs
        yield from (one for one in found if isinstance(one, Pair))


def written(log: SessionLog, session_id: str = SESSION, **header: Any) -> bytes:
    """The file of a session."""
    made = LogWriter(session_id).header(**{**log.header, "session": session_id, **header})
    for first in range(0, len(log.permille), 100):
        part = slice(first, first + 100)
        made.values(1 + 2 * first, (log.permille[part] // 4 | log.flags[part].astype(np.int32) << 12).tolist())
    for cue in log.cues:
        made.cue(cue.block, cue.word)
    for rep in log.lifting.reps:
        made.rep(rep)
    for one in log.lifting.sets:
        made.set(one)
    return made.end(2 * len(log.permille)).bytes()
