"""What ``buzzband sessions show`` prints: one session in plain words."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from buzzband.recordings.band_log import Fault, SessionLog
from buzzband.recordings.lifting import Rep, Set
from buzzband.services import session_words as words
from buzzband.services import settings
from buzzband.services.analysis import word_name
from buzzband.services.sessions import Shown
from buzzband.wording import clock, count, cycles, length, listed, percent, tempo
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.core.words import WITHHELD
from buzzband_fw.store.schema import SCHEMA, is_valid

_MOTOR = (
    "motor fault 0",
    "the motor's driver does not answer",
    "the motor's bus fails",
    "the motor draws too much",
    "the motor's driver has lost its power",
)
_ALWAYS = ("exercise", "mode", "target_permille")
_BAND_ONLY = ("signature", "motor_calibration")
_SHOWN = 40  # holds, cues, faults


def shown_text(shown: Shown) -> str:
    """Return the session in plain words."""
    return "\n".join(_lines(shown))


def _lines(shown: Shown) -> Iterator[str]:
    session, row = shown.session, shown.session.row
    of_what = f"imported from {row.facts.source}" if row.facts.source else f"of band {row.uid}"
    yield f"Session {row.session_id} {of_what}"
    yield f"When: {words.when(session.when)}"
    yield f"How long: {length(row.facts.duration_ms / 1000)}"
    yield words.whole(session)
    if session.conflict:
        yield "Another session in the archive has the same id and other content: both are kept."
    if row.facts.foreign:
        yield f"It says of itself that it is of {row.facts.foreign}: somebody copied it onto the band."
    if shown.log:
        yield from _of_log(shown.log, row.facts.target_permille)
    yield ""
    yield f"Raw log: {row.uid}/{row.session_id}.{row.digest}.bbl, {words.size(row.size)}, SHA-256 {row.sha256}"


def _of_log(log: SessionLog, target_permille: int) -> Iterator[str]:
    yield ""
    yield from _source(log.header["source"]) if "source" in log.header else _band(log.header)
    yield f"Calibration: {calibration_told(log.header.get('calibration'))}"
    yield from _settings(log.header.get("settings", {}))
    yield ""
    yield from _sets(log, target_permille)
    yield from _some("Holds", [_hold(hold) for hold in log.lifting.holds])
    yield from _cues(log)
    yield from _some("Marked by the wearer", [_at(block) for block in log.marks])
    yield from _some("Faults", [f"{_at(fault.block)}  {fault_told(fault)}" for fault in log.faults])


def _band(header: Mapping[str, Any]) -> Iterator[str]:
    parts = [f"app {header['app']}"] if "app" in header else []
    parts += [f"MicroPython {header['micropython']}"] if "micropython" in header else []
    parts += [f"battery {header['supply_mv'] / 1000:.2f} V"] if "supply_mv" in header else []
    parts += [f"power-on {header['boot']}"] if "boot" in header else []
    parts += [f"started after: {header['reset'].replace('_', ' ')}"] if "reset" in header else []
    yield f"Band: {', '.join(parts)}" if parts else "Band: the header is lost, so nobody knows its settings"


def _source(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield of what a session was made that no band has recorded."""
    rate_hz = told.get("rate_hz")
    rate = f" at {rate_hz:g} Hz" if type(rate_hz) in (int, float) else ""
    yield f"Recording: channel {told.get('channel')}{rate}, SHA-256 of the file {told.get('sha256')}"
    yield "No band was worn: what its motor would have said is told as withheld."


def calibration_told(made: Mapping[str, Any] | None) -> str:
    """Return how the band was calibrated."""
    if not made:
        return "none in this session; rest and reference are those that the band knew from before"
    parts = [str(made.get("how", "made"))]
    if made.get("wearer"):
        parts.append(f"of {made['wearer']}")
    if type(made.get("grade")) is int:
        parts.append(f"grade {made['grade']} of 3")
    if type(made.get("contrast_tenths")) is int:
        parts.append(f"squeezed, {made['contrast_tenths'] / 10:g} times rest")
    if type(made.get("leak_permille")) is int:
        parts.append(f"the motor alone looks like {percent(made['leak_permille'])}")
    return ", ".join(parts)


def _settings(told: Mapping[str, Any]) -> Iterator[str]:
    yield "Settings that are not the default, and what was trained:"
    for name, (default, *_) in SCHEMA.items():
        value = told.get(name, default)
        if name in _ALWAYS or (name not in _BAND_ONLY and value != default):
            yield f"  {name} = {settings.shown(name, value) if is_valid(name, value) else 'what makes no sense'}"


def _sets(log: SessionLog, target_permille: int) -> Iterator[str]:
    sets, reps = log.lifting.counted_sets(), log.lifting.counted()
    if not sets and not reps:
        yield "No sets."
        return
    ended = {one.number: one for one in sets}
    for number in sorted({*ended, *(rep.set for rep in reps)}):
        of_set = [rep for rep in reps if rep.set == number]
        yield f"Set {number + 1}: {_set(ended.get(number), of_set, target_permille)}{_answer(log, number)}"
        yield from (f"  {_rep(rep, target_permille)}" for rep in of_set)


def _set(one: Set | None, reps: Sequence[Rep], target_permille: int) -> str:
    if one and one.steady:
        rpm = 60_000 / one.cycle_ms if one.cycle_ms else None
        return f"{_at(one.start_block)} to {_at(one.end_block)}, {cycles(one.reps, rpm)}"
    when = f"{_at(one.start_block)} to {_at(one.end_block)}" if one else "cut off"
    hits = sum(rep.peak_permille >= target_permille for rep in reps)
    silent = ", silent to compare" if one and one.silent else ""
    return f"{when}, {count(one.reps if one else len(reps), 'rep')}, {hits} on target{silent}"


def _answer(log: SessionLog, number: int) -> str:
    """Return what the wearer answered when he was asked how many reps of a set had been on target."""
    told = next((answer for answer in log.answers if answer.set_number == number), None)
    if told is None:
        return ""
    felt = "the wearer did not say how many" if told.felt is None else f"the wearer felt {told.felt}"
    return f"; asked how many were on target, {felt}, the band counted {told.actual}"


def _rep(rep: Rep, target_permille: int) -> str:
    phases = [rep.concentric_ms, rep.hold_ms, rep.eccentric_ms]
    if rep.lowers_first:
        phases.reverse()
    flags = {"muscle off": rep.muscle_off, "too fast": rep.too_fast, "about": rep.approximate}
    parts = [
        f"{rep.number + 1:>3}  {_at(rep.start_block):>6}  peak {percent(rep.peak_permille):>6}",
        tempo(ms / 1000 for ms in phases),
        "on target" if rep.peak_permille >= target_permille else "",
        *(name for name, is_so in flags.items() if is_so),
    ]
    return "  ".join(filter(None, parts))


def _hold(hold: Any) -> str:
    return f"{_at(hold.start_block)}  {length(hold.duration_ms / 1000)}, mean {percent(hold.mean_permille)}"


def _cues(log: SessionLog) -> Iterator[str]:
    said = Counter(word_name(cue.word) for cue in log.cues if not cue.word & WITHHELD)
    withheld = Counter(word_name(cue.word) for cue in log.cues if cue.word & WITHHELD)
    yield ""
    yield f"Said: {_counted(said)}."
    if withheld:
        why = "no band was worn" if "source" in log.header else "withheld by the mode"
        yield f"Due, but {why}: {_counted(withheld)}."


def _counted(found: Counter[str]) -> str:
    return listed([f"{word.replace('_', ' ')} {count(number, 'time')}" for word, number in found.items()]) or "nothing"


def _some(title: str, rows: Sequence[str]) -> Iterator[str]:
    if rows:
        yield f"{title}:"
        yield from (f"  {row}" for row in rows[:_SHOWN])
        if len(rows) > _SHOWN:
            yield f"  and {len(rows) - _SHOWN} more; --json has them all"


def _at(block: int) -> str:
    return clock(block * BLOCK_MS / 1000)


def fault_told(fault: Fault) -> str:
    """Return what went wrong, in words."""
    told = _FAULTS.get(fault.name)
    return told(fault.value) if told else f"{fault.name}, {fault.value}"


_FAULTS: dict[str, Callable[[int], str]] = {
    "overrun": lambda value: f"{length(value * BLOCK_MS / 1000)} of signal lost: the app was too slow",
    "converter_fifo": lambda _: "samples lost in the converter",
    "cue_late": lambda value: f"a word was dropped, it would have come {value} ms late",
    "exception": lambda _: "a fault of the app ended the session",
    "imu_absent": lambda _: "no movement sensor answers; the muscle alone counts from here on",
    "imu_unknown": lambda value: f"the movement sensor is an unknown chip, {value:#x}; the muscle alone counts",
    "imu_bus": lambda value: f"the movement sensor's bus fails, error {value}; the muscle alone counts",
    "imu_overflow": lambda _: "some of the movement was lost",
    "imu_frozen": lambda value: f"the movement sensor stood still for {length(value / 1000)}",
    "imu_back": lambda value: f"the movement sensor is back, after {length(value / 1000)}",
    "motor": lambda value: _MOTOR[value] if value < len(_MOTOR) else f"motor fault {value}",
    "battery": lambda value: f"battery low, {value / 1000:.2f} V",
    "no_room": lambda _: "no clips of raw EMG: too little RAM",
}
