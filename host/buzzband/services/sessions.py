"""Sessions: those on a band, and those in the archive."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from buzzband.archive import Archive
from buzzband.archive.archive import Session
from buzzband.engines.recorded import Recorded, pull_session
from buzzband.errors import NoSuchSession, SeveralSessions
from buzzband.progress import Progress, no_progress
from buzzband.recordings.band_log import SessionLog, read_log
from buzzband.services import session_words as words
from buzzband.services.analysis import word_name
from buzzband.transports.link import Link
from buzzband.transports.replies import Entry, Hello
from buzzband.wording import count
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.core.words import WITHHELD

SCHEMA = "buzzband/sessions/1"

_BLOCKS_PER_S = 1000 // BLOCK_MS
_LISTED = 12  # of those that an id might mean
_NAME = re.compile(r"[0-9a-f]{0,16}(\.[0-9a-f]{0,16})?")


@dataclass(frozen=True)
class SessionList:
    """A band and its sessions, in its order."""

    band: Hello
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Archived:
    """The sessions in an archive, the earliest first."""

    archive: Path
    sessions: tuple[Session, ...]


@dataclass(frozen=True, eq=False)
class Shown:
    """One session of the archive: what the index knows, and all that its raw log says; None if that cannot be read."""

    session: Session
    log: SessionLog | None


def list_sessions(link: Link) -> SessionList:
    """Return who the band is and which sessions it has. Raises LinkError."""
    return SessionList(link.hello(), link.sessions())


def pull_sessions(
    link: Link, session_ids: Sequence[str] | None = None, progress: Progress = no_progress
) -> tuple[Recorded, ...]:
    """Copy these sessions, or all that the band has. Raises what ``pull_session`` raises."""
    wanted = [entry.session_id for entry in link.sessions()] if session_ids is None else session_ids

    def progress_from(done: int) -> Progress:
        return lambda share: progress((done + share) / len(wanted))

    return tuple(pull_session(link, session_id, progress_from(done)) for done, session_id in enumerate(wanted))


def archived(archive: Archive, progress: Progress = no_progress) -> Archived:
    """Return the sessions in the archive. Raises ArchiveError."""
    return Archived(archive.folder, archive.sessions(progress))


def show(archive: Archive, wanted: str, progress: Progress = no_progress) -> Shown:
    """Return the session whose id begins so. Raises NoSuchSession, SeveralSessions and other ArchiveErrors.

    ``wanted``: the beginning of an id; of two that share their id, with a dot and the beginning of the hash behind it.
    """
    return opened(archive, _meant(archive.sessions(progress), wanted))


def latest(archive: Archive, progress: Progress = no_progress) -> Shown:
    """Return the latest session of which anything can be read: of those that nobody can place, the last power-on's.

    Raises NoSuchSession and other ArchiveErrors.
    """
    readable = [session for session in archive.sessions(progress) if not session.row.facts.problem]
    if not readable:
        raise NoSuchSession(f"There are no sessions in the archive {archive.folder}.")
    placed = [session for session in readable if words.latest_ms(session.when) is not None]
    return opened(archive, (placed or readable)[-1])


def opened(archive: Archive, session: Session) -> Shown:
    """Return a session of the archive with all that its raw log says. Raises ArchiveError."""
    row = session.row
    with archive.in_use():
        (log,) = (log for log in archive.raw.logs(row.uid, row.session_id) if log.digest == row.digest)
        data = log.read()
    return Shown(session, None if row.facts.problem else read_log(data, row.session_id))


def _meant(sessions: Sequence[Session], wanted: str) -> Session:
    start = wanted.strip().lower()
    found = [one for one in sessions if _NAME.fullmatch(start) and _name(one).startswith(start)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise NoSuchSession(f"No session in the archive has an id that begins with {wanted[:40]!r}.")
    lines = [f"\n  {_name(one)}  {words.when(one.when)}" for one in found[:_LISTED]]
    more = f"\n  and {count(len(found) - _LISTED, 'other')}" if len(found) > _LISTED else ""
    raise SeveralSessions(f"{count(len(found), 'session')} begin so:{''.join(lines)}{more}")


def _name(session: Session) -> str:
    return f"{session.row.session_id}.{session.row.digest}"


def archived_text(found: Archived) -> str:
    """Return what ``buzzband sessions`` prints."""
    if not found.sessions:
        return f"There are no sessions in the archive {found.archive}. Plug a band in and run buzzband sync."
    rows = words.lines(found.sessions)
    total = f"{count(len(found.sessions), 'session')} in {found.archive}."
    vague = any(words.is_vague(session) for session in found.sessions)
    note = " Where only bounds are told, the band's clock began anew before a computer had told it the time."
    return "\n".join([*rows, total + (note if vague else "")])


def archived_document(found: Archived) -> dict[str, Any]:
    """Return the document that ``buzzband sessions --json`` prints."""
    sessions = [words.document(session) for session in found.sessions]
    return {"schema": SCHEMA, "archive": str(found.archive), "sessions": sessions}


def shown_document(shown: Shown) -> dict[str, Any]:
    """Return the document that ``buzzband sessions show --json`` prints."""
    found = {"schema": SCHEMA, "session": words.document(shown.session)}
    return found if shown.log is None else found | _log_document(shown.log)


def _log_document(log: SessionLog) -> dict[str, Any]:
    return {
        "source": log.header.get("source"),
        "settings": log.header.get("settings"),
        "calibration": log.header.get("calibration"),
        "supply_mv": log.header.get("supply_mv"),
        "micropython": log.header.get("micropython"),
        "sets": [
            {
                "number": one.number,
                "start_s": one.start_block / _BLOCKS_PER_S,
                "end_s": one.end_block / _BLOCKS_PER_S,
                "reps": one.reps,
                "pace": one.pace_name,
                "silent": one.silent,
            }
            for one in log.lifting.counted_sets()
        ],
        "reps": [
            {"start_s": rep.start_block / _BLOCKS_PER_S, **asdict(rep), "source": rep.source_name}
            for rep in log.lifting.counted()
        ],
        "holds": [asdict(hold) | {"start_s": hold.start_block / _BLOCKS_PER_S} for hold in log.lifting.holds],
        "cues": [
            {"t_s": cue.block / _BLOCKS_PER_S, "word": word_name(cue.word), "withheld": bool(cue.word & WITHHELD)}
            for cue in log.cues
        ],
        "faults": [
            {"t_s": fault.block / _BLOCKS_PER_S, "fault": fault.name, "value": fault.value} for fault in log.faults
        ],
        "answers": [asdict(answer) for answer in log.answers],
        "marks": [block / _BLOCKS_PER_S for block in log.marks],
    }
