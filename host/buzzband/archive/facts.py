"""What a raw log says, in the few numbers that a list of sessions shows, and that stand in the index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buzzband.archive.clock import WRAP_MS, Mark
from buzzband.errors import UnknownFormat
from buzzband.recordings.band_log import SessionLog, read_log
from buzzband.recordings.lifting import Rep
from buzzband.wording import one_line
from buzzband_fw.core import quality, words
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.store.records import ACTIVATION_STEP_BLOCKS
from buzzband_fw.store.schema import SCHEMA

_NOT_TRUSTED = quality.RAIL | quality.FLAT | quality.HUM
_BOOT_MAX = 1 << 32
_U63 = 1 << 63
_TEXT_MAX = 64


@dataclass(frozen=True)
class Facts:
    """A session in numbers. ``problem``: why nothing of it can be read; then nothing else means anything.

    ``ended``: by what, empty if it was cut off. ``damaged``: stretches of the file that are no records; ``missing``:
    records that are not there. ``hits``: reps whose peak reached the target. ``cues``: words that it was on target,
    said or withheld. ``good_permille``: share of the activation that is there and was trusted. ``boot``,
    ``start_t_ms``: its power-on and the band's clock at its start, -1 where unknown. ``foreign``: what the header says
    of another band or session. ``grade``: of the calibration, 0 without one. ``source``: the file that an imported
    one was made of.

    ``load_kg``: 0 where none was set. ``good``: reps on target, whole, neither too fast nor with the muscle off, with a
    signal that was trusted throughout. ``peaks_permille``: the peaks of all reps, added up. ``complete``: reps with
    both phases, whose times are added up: ``concentric_ms``, ``pause_ms`` between the two, ``eccentric_ms``.
    ``work_ms``: time in reps and in sets of cycles. ``held_ms``: time in holds.
    """

    problem: str = ""
    ended: str = ""
    damaged: int = 0
    missing: int = 0
    duration_ms: int = 0
    sets: int = 0
    reps: int = 0
    cycles: int = 0
    hits: int = 0
    holds: int = 0
    cues: int = 0
    faults: int = 0
    good_permille: int = 0
    target_permille: int = 0
    grade: int = 0
    exercise: str = ""
    mode: str = ""
    wearer: str = ""
    app: str = ""
    boot: int = -1
    reset: str = ""
    start_t_ms: int = -1
    foreign: str = ""
    source: str = ""
    load_kg: int = 0
    good: int = 0
    too_fast: int = 0
    muscle_off: int = 0
    peaks_permille: int = 0
    complete: int = 0
    concentric_ms: int = 0
    pause_ms: int = 0
    eccentric_ms: int = 0
    work_ms: int = 0
    held_ms: int = 0


@dataclass(frozen=True)
class Clocks:
    """The time marks in a raw log: those that it recorded itself, and the last that the band knew when it began."""

    inside: tuple[Mark, ...] = ()
    before: Mark | None = None


NAMES = tuple(field.name for field in fields(Facts))


def facts_of(data: bytes, uid: str, session_id: str) -> tuple[Facts, Clocks]:
    """Return what a raw log of that band and session says. Whatever is in it, this raises nothing."""
    try:
        log = read_log(data, session_id)
    except UnknownFormat as error:
        return Facts(problem=str(error)), Clocks()
    boot = _number(log.boot, _BOOT_MAX)
    facts = Facts(
        ended=log.end.name if log.end else "",
        damaged=log.damaged,
        missing=sum(map(len, log.missing)),
        duration_ms=round(1000 * log.duration_s),
        **_work(log),
        **_settings(log.header),
        boot=boot,
        reset=_text(log.reset),
        start_t_ms=_start_t_ms(log),
        foreign=_foreign(log, uid, session_id),
        source=_text(log.header.get("source", {}).get("name")),
    )
    return facts, _clocks(log, boot)


def _work(log: SessionLog) -> dict[str, Any]:
    target = _setting(log.header, "target_permille")
    reps, sets = log.lifting.counted(), log.lifting.counted_sets()
    trusted = log.valid & (log.flags & _NOT_TRUSTED == 0)
    cycled_ms = sum((one.end_block - one.start_block) * BLOCK_MS for one in sets if one.steady)
    return {
        **_tempo(reps),
        "good": sum(_is_good(rep, target, trusted) for rep in reps),
        "too_fast": sum(rep.too_fast for rep in reps),
        "muscle_off": sum(rep.muscle_off for rep in reps),
        "peaks_permille": sum(rep.peak_permille for rep in reps),
        "work_ms": sum(rep.length_ms for rep in reps) + cycled_ms,
        "held_ms": sum(hold.duration_ms for hold in log.lifting.holds),
        "sets": len(sets),
        "reps": len(reps),
        "cycles": sum(one.reps for one in sets if one.steady),
        "hits": sum(rep.peak_permille >= target for rep in reps),
        "holds": len(log.lifting.holds),
        "cues": sum(cue.word & words.WORD_MASK == words.ON_TARGET for cue in log.cues),
        "faults": len(log.faults),
        "good_permille": int(1000 * np.mean(trusted)) if len(trusted) else 0,
    }


def _tempo(reps: Sequence[Rep]) -> dict[str, int]:
    complete = [rep for rep in reps if rep.complete]
    return {
        "complete": len(complete),
        "concentric_ms": sum(rep.concentric_ms for rep in complete),
        "pause_ms": sum(rep.hold_ms for rep in complete),
        "eccentric_ms": sum(rep.eccentric_ms for rep in complete),
    }


def _is_good(rep: Rep, target_permille: int, trusted: NDArray[np.bool_]) -> bool:
    if rep.peak_permille < target_permille or not rep.complete or rep.too_fast or rep.muscle_off:
        return False
    first = rep.start_block // ACTIVATION_STEP_BLOCKS
    end = -(-(rep.start_block * BLOCK_MS + rep.length_ms) // (ACTIVATION_STEP_BLOCKS * BLOCK_MS))
    return bool(trusted[first:end].all())


def _settings(header: Mapping[str, Any]) -> dict[str, Any]:
    calibration = header.get("calibration", {})
    return {
        "target_permille": _setting(header, "target_permille"),
        "load_kg": _setting(header, "load_kg") or 0,
        "grade": max(0, _number(calibration.get("grade"), 10)),
        "exercise": _text(_setting(header, "exercise")),
        "mode": _text(_setting(header, "mode")),
        "wearer": _text(_setting(header, "wearer")),
        "app": _text(header.get("app")),
    }


def _setting(header: Mapping[str, Any], name: str) -> Any:
    """Return a setting of the session: the default where the header has none that makes sense."""
    value = header.get("settings", {}).get(name)
    default, least, greatest, _ = SCHEMA[name]
    if type(least) is int and type(greatest) is int:
        return value if type(value) is int and least <= value <= greatest else default
    return value if type(value) is str else default


def _start_t_ms(log: SessionLog) -> int:
    """Return what the band's clock said at the start of the session, -1 if nothing tells."""
    if log.t_ms is not None:
        return log.t_ms % WRAP_MS
    return next(((time.t_ms - time.block * BLOCK_MS) % WRAP_MS for time in log.times), -1)


def _clocks(log: SessionLog, boot: int) -> Clocks:
    inside = tuple(Mark(boot, time.t_ms, time.utc_ms, time.round_trip_ms) for time in log.times)
    told = log.told
    if told is None or min(told.boot, told.t_ms, told.utc_ms) < 0 or max(told.boot, told.t_ms, told.utc_ms) >= _U63:
        return Clocks(inside)
    return Clocks(inside, Mark(told.boot, told.t_ms, told.utc_ms))


def _foreign(log: SessionLog, uid: str, session_id: str) -> str:
    told = log.header.get("uid", uid)
    parts = [f"session {log.session_id}"] if log.session_id != session_id else []
    return ", ".join([*parts, f"band {_text(told)}"] if told != uid else parts)


def _number(value: Any, limit: int) -> int:
    return value if type(value) is int and 0 <= value < limit else -1


def _text(value: Any) -> str:
    return str(one_line(value[:_TEXT_MAX])) if type(value) is str else ""
