"""Sessions as they are exported: what their logs say, in seconds and by name."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buzzband.archive.clock import Exact, Placement
from buzzband.engines.job import BLOCKS_PER_S, Track
from buzzband.exports import take as export
from buzzband.exports.take import About, Start, Take, TakenAnswer, TakenFault, TakenRep, TakenSet
from buzzband.recordings.band_log import SessionLog
from buzzband.recordings.lifting import Lifting
from buzzband.services import analysis
from buzzband.services.sessions import Shown
from buzzband_fw.core import exercises
from buzzband_fw.core.cue import BLANKED
from buzzband_fw.store.records import ACTIVATION_UNIT
from buzzband_fw.store.schema import SCHEMA, is_valid

CUT_OFF = "cut_off"


def take_of(shown: Shown, log: SessionLog) -> Take:
    """Return what is exported of a session. ``log``: that of ``shown``."""
    lifting = log.lifting
    track = Track(log.permille.astype(np.int32), log.flags, tuple((cue.block, cue.word) for cue in log.cues))
    return Take(
        name=_name(shown),
        about=_about(shown, log),
        levels=log.permille // ACTIVATION_UNIT,
        valid=log.valid,
        flags=log.flags,
        degrees=lifting.degrees if lifting.degrees.any() else lifting.degrees[:0],
        sets=tuple(_sets(lifting)),
        reps=tuple(_reps(lifting)),
        holds=analysis.holds(lifting),
        cues=analysis.cue_marks(track),
        withheld=analysis.withheld_marks(track),
        quality=analysis.quality_spans(track),
        blanked=_spans(log.flags & BLANKED != 0),
        gaps=_spans(~log.valid),
        faults=tuple(TakenFault(_s(fault.block), fault.name, fault.value) for fault in log.faults),
        answers=tuple(_answers(log)),
        crossings=tuple((_s(one.block), one.rate_hz) for one in log.crossings),
        marks=tuple(_s(block) for block in log.marks),
        ended=log.end.name if log.end else CUT_OFF,
    )


def _name(shown: Shown) -> str:
    """Return a name for the files of a session: its id, and its hash where another has the same id."""
    row = shown.session.row
    return f"session-{row.session_id}" + (f"-{row.digest}" if shown.session.conflict else "")


def _about(shown: Shown, log: SessionLog) -> About:
    row, facts = shown.session.row, shown.session.row.facts
    return About(
        session_id=row.session_id,
        band="" if facts.source else row.uid,
        start=start_of(shown.session.when),
        wearer=facts.wearer,
        exercise=facts.exercise,
        mode=facts.mode or _usual_mode(facts.exercise),
        target_permille=facts.target_permille,
        mains_hz=_setting(log, "mains_hz"),
        load_kg=_setting(log, "load_kg"),
        app=facts.app,
        state=shown.session.state,
        source=log.header.get("source", {}),
    )


def start_of(placed: Placement) -> Start:
    """Return when a session began."""
    if isinstance(placed, Exact):
        return Start(_moment(placed.start_ms), placed.within_ms / 1000)
    return Start(None, earliest=_moment(placed.earliest_ms), latest=_moment(placed.latest_ms))


def _moment(utc_ms: int | None) -> datetime | None:
    return None if utc_ms is None else datetime.fromtimestamp(utc_ms / 1000, UTC)


def _setting(log: SessionLog, name: str) -> Any:
    """Return a setting of the session, the default where the header has none that can be."""
    told: Mapping[str, Any] = log.header.get("settings", {})
    return told[name] if name in told and is_valid(name, told[name]) else SCHEMA[name][0]


def _usual_mode(exercise: str) -> str:
    return str(exercises.named(exercise).mode) if exercise in exercises.NAMES else ""


def _set_numbers(lifting: Lifting) -> list[int]:
    """Return the numbers of the sets that hold anything, in the order of ``analysis.reps_and_sets``."""
    return sorted({*(one.number for one in lifting.counted_sets()), *(rep.set for rep in lifting.counted())})


def _sets(lifting: Lifting) -> Iterator[TakenSet]:
    _, spans = analysis.reps_and_sets(lifting)
    for number, span in zip(_set_numbers(lifting), spans, strict=True):
        yield TakenSet(number + 1, span)


def _reps(lifting: Lifting) -> Iterator[TakenRep]:
    reps, _ = analysis.reps_and_sets(lifting)
    for told, rep in zip(lifting.counted(), reps, strict=True):
        yield TakenRep(told.set + 1, told.number + 1, rep)


def _answers(log: SessionLog) -> Iterator[TakenAnswer]:
    for answer in log.answers:
        yield TakenAnswer(answer.set_number + 1, answer.felt, answer.actual)


def _spans(mask: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """Return start and end in seconds of each stretch of true values."""
    return tuple((first / export.RATE_HZ, end / export.RATE_HZ) for first, end in analysis.runs(mask))


def _s(block: int) -> float:
    return block / BLOCKS_PER_S
