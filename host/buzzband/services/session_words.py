"""Sessions of the archive in plain words, as ``buzzband sync`` and ``buzzband sessions`` tell them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from buzzband.archive import archive as states
from buzzband.archive.archive import Session
from buzzband.archive.clock import Between, Exact, Placement
from buzzband.archive.facts import Facts
from buzzband.wording import SPACE, count, length, listed, percent, work

SHORT = 10  # digits of an id that are shown
_CLEAR_MS = 120_000  # a time that is less certain is told with "about"


def lines(sessions: Sequence[Session]) -> list[str]:
    """Return each session in a line of its own."""
    width = max((len(when(session.when)) for session in sessions), default=0)
    return [_line(session, width) for session in sessions]


def _line(session: Session, width: int) -> str:
    row = session.row
    parts = [row.session_id[:SHORT], f"{when(session.when):{width}}"]
    if row.facts.problem:
        return "  ".join([*parts, "nothing in it can be read"])
    return "  ".join([*parts, f"{length(row.facts.duration_ms / 1000):>9}", done(row.facts), state(session)])


def done(facts: Facts) -> str:
    """Return what was lifted: 5 sets, 61 reps, 50 on target."""
    parts = [count(facts.sets, "set"), work(facts.reps, facts.cycles)]
    parts += [f"{facts.hits} on target"] if facts.reps else []
    parts += [count(facts.holds, "hold")] if facts.holds else []
    return ", ".join(parts)


def state(session: Session) -> str:
    """Return how whole a session is, and what else should be known."""
    facts = session.row.facts
    parts = [f"imported from {facts.source}" if facts.source else session.state]
    if facts.good_permille < 1000 and facts.duration_ms:
        parts.append(f"signal good {percent(facts.good_permille)} of the time")
    if session.conflict:
        parts.append("the same id has other content too")
    return ", ".join(parts)


def when(placed: Placement) -> str:
    """Return when a session was, in the time zone of this computer."""
    if isinstance(placed, Exact):
        about = "about " if placed.within_ms > _CLEAR_MS else ""
        return about + moment(placed.start_ms)
    earliest, latest = placed.earliest_ms, placed.latest_ms
    if earliest is not None and latest is not None:
        day, time = moment(latest).split()
        return f"{moment(earliest)} to {time if moment(earliest).startswith(day) else moment(latest)}"
    if latest is not None:
        return f"before {moment(latest)}"
    return "nobody knows when" if earliest is None else f"after {moment(earliest)}"


def latest_ms(placed: Placement) -> int | None:
    """Return when a session began at the latest, in ms since 1970; None if nobody knows."""
    return placed.start_ms if isinstance(placed, Exact) else placed.latest_ms


def moment(utc_ms: int) -> str:
    """Return a time of day with its date, in the time zone of this computer."""
    local = datetime.fromtimestamp(utc_ms / 1000, UTC).astimezone()
    return f"{local:%Y-%m-%d %H:%M}"


def whole(session: Session) -> str:
    """Return in a sentence how whole a session is."""
    facts = session.row.facts
    if facts.source and session.state == states.COMPLETE:
        return "It is complete: all of the recording."
    if session.state == states.COMPLETE:
        return f"It is complete; it was ended by {_ENDS.get(facts.ended, facts.ended)}."
    if session.state == states.CUT_OFF:
        return "It was cut off: the band stopped without an end, as when the battery is pulled. What is here is whole."
    if session.state == states.UNFINISHED:
        return "The band had more of it when it was last synced: run buzzband sync for the rest."
    if session.state == states.UNREADABLE:
        return f"Nothing in it can be read: {facts.problem}"
    parts = [count(facts.damaged, "damaged stretch", "damaged stretches")] if facts.damaged else []
    parts += [count(facts.missing, "missing record")] if facts.missing else []
    return f"It is damaged: {listed(parts)}. All that is intact is used, what is not there is left out."


def size(number: int) -> str:
    """Return a number of bytes: 812 bytes, 45 kB."""
    return count(number, "byte") if number < 1000 else f"{number / 1000:.0f}{SPACE}kB"


def when_document(placed: Placement) -> dict[str, Any]:
    """Return when a session was, for ``--json``: UTC as in ISO 8601, None where it is not known."""
    if isinstance(placed, Exact):
        return {"exact": True, "start": _iso(placed.start_ms), "within_s": placed.within_ms / 1000}
    return {"exact": False, "earliest": _iso(placed.earliest_ms), "latest": _iso(placed.latest_ms)}


def document(session: Session) -> dict[str, Any]:
    """Return a session for ``--json``."""
    row, facts = session.row, session.row.facts
    return {
        "id": row.session_id,
        "band": row.uid,
        "when": when_document(session.when),
        "state": session.state,
        "complete": session.state == states.COMPLETE,
        "conflict": session.conflict,
        "sha256": row.sha256,
        "size": row.size,
        "file": f"{row.uid}/{row.session_id}.{row.digest}.bbl",
        "problem": facts.problem or None,
        "duration_s": facts.duration_ms / 1000,
        "sets": facts.sets,
        "reps": facts.reps,
        "cycles": facts.cycles,
        "hits": facts.hits,
        "holds": facts.holds,
        "cues": facts.cues,
        "faults": facts.faults,
        "good_permille": facts.good_permille,
        "target_permille": facts.target_permille,
        "exercise": facts.exercise or None,
        "mode": facts.mode or None,
        "wearer": facts.wearer or None,
        "ended": facts.ended or None,
        "damaged": facts.damaged,
        "missing": facts.missing,
        "app": facts.app or None,
        "boot": None if facts.boot < 0 else facts.boot,
        "reset": facts.reset or None,
        "source": facts.source or None,
    }


def is_vague(session: Session) -> bool:
    """Return whether a session of a band is placed only between moments."""
    return isinstance(session.when, Between) and not session.row.facts.source


def _iso(utc_ms: int | None) -> str | None:
    return None if utc_ms is None else datetime.fromtimestamp(utc_ms / 1000, UTC).isoformat(timespec="milliseconds")


_ENDS = {
    "button": "the button",
    "host": "a computer",
    "usb_power": "USB power, with which no electrodes may be worn",
    "full_flash": "the band's full flash: sync it, then it records again",
    "exception": "a fault of the app",
    "low_battery": "the empty battery",
}
