"""The archive as a whole: a folder with the raw logs of each band, their journals, and one index of them all."""

import errno
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from buzzband.archive.clock import Exact, Placement, Run, place
from buzzband.archive.disk import Disk
from buzzband.archive.facts import Facts, facts_of
from buzzband.archive.index import NAME as INDEX
from buzzband.archive.index import SIDE_FILE, Index, Row, row_of
from buzzband.archive.journal import NAME as JOURNAL
from buzzband.archive.journal import History, Journal, Kept, Listed
from buzzband.archive.raw import RawLog, RawLogs, sha256_of
from buzzband.errors import ArchiveUnusable
from buzzband.progress import Progress, no_progress

NEW_INDEX = f"{INDEX}.new"
KNOWN = frozenset((INDEX, SIDE_FILE, NEW_INDEX, f"{NEW_INDEX}-journal", JOURNAL))
"""Names of files of the archive that are no raw logs."""

COMPLETE = "complete"
CUT_OFF = "cut off"
UNFINISHED = "unfinished"
DAMAGED = "damaged"
UNREADABLE = "unreadable"

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_AT_ONCE = 64  # rows that are written in one step


@dataclass(frozen=True)
class Session:
    """A session in the archive. ``state``: one of those above; ``conflict``: the id has other content elsewhere."""

    row: Row
    when: Placement
    state: str
    conflict: bool = False


class Archive:
    """A folder with all that bands have recorded. All methods raise ArchiveError."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        """``disk``: what changes files, for tests."""
        self.folder = folder
        self.disk = disk or Disk()
        self.raw = RawLogs(folder, self.disk)
        self.index = Index(folder / INDEX)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Turn every OSError in the block into ArchiveUnusable."""
        try:
            yield
        except OSError as error:
            raise _unusable(self.folder, error) from error

    def journal(self, uid: str) -> Journal:
        """Return the journal of a band."""
        return Journal(self.raw.band_folder(uid) / JOURNAL, self.disk)

    def keep(self, uid: str, session_id: str, sha256: str, utc_ms: int) -> RawLog:
        """Make the copy that lies in ``raw.part_of`` a raw log, and enter it everywhere."""
        with self.in_use():
            log = self.raw.keep(uid, session_id, sha256)
            self._enter(log, _row(log), utc_ms)
        return log

    def enter(self, log: RawLog, utc_ms: int) -> None:
        """Enter a raw log wherever an interrupted ``keep`` has not."""
        with self.in_use():
            self._enter(log, self.index.row(log.key) or _row(log), utc_ms)

    def _enter(self, log: RawLog, row: Row, utc_ms: int) -> None:
        """Enter a raw log into journal and index, and let go of others that are only its beginning."""
        journal = self.journal(log.uid)
        if all(kept.sha256 != row.sha256 for kept in journal.read().kept):
            journal.note(Kept(utc_ms, log.session_id, row.sha256, log.size))
        shorter = self.raw.superseded(log)
        self.index.put([row], [one.key for one in shorter])
        for one in shorter:
            self.disk.remove(one.path)

    def refresh(self, progress: Progress = no_progress) -> int:
        """Let the index follow the raw logs. Returns how many it did not have."""
        with self.in_use():
            logs = {log.key: log for log in self._tidied()}
            known = {row.key for row in self.index.rows()}
            new = [log for key, log in logs.items() if key not in known]
            if new or known - set(logs):
                _fill(self.index, new, progress, sorted(known - set(logs)))
        return len(new)

    def rebuild(self, progress: Progress = no_progress) -> int:
        """Make the index anew from the raw logs, whatever it was. Returns how many there are."""
        with self.in_use():
            self.disk.make_folder(self.folder)
            new = self.folder / NEW_INDEX
            for path in (new, self.folder / f"{NEW_INDEX}-journal"):
                self.disk.remove(path)
            logs = self._tidied()
            _fill(Index(new), logs, progress)
            self.disk.settle(new)
            self.disk.remove(self.folder / SIDE_FILE)  # it would be played back into the new one
            self.disk.rename(new, self.folder / INDEX)
        return len(logs)

    def sessions(self, progress: Progress = no_progress) -> tuple[Session, ...]:
        """Return all sessions, the earliest first as far as that is known."""
        self.refresh(progress)
        with self.in_use():
            rows = self.index.rows()
            found = [
                session
                for uid in sorted({row.uid for row in rows})
                for session in _of_band([row for row in rows if row.uid == uid], self.journal(uid).read())
            ]
        return tuple(sorted(found, key=_order))

    def _tidied(self) -> tuple[RawLog, ...]:
        """Return the raw logs, once those have gone that are only the beginning of another."""
        logs = self.raw.logs()
        several = Counter((log.uid, log.session_id) for log in logs)
        spare = {one for log in logs if several[log.uid, log.session_id] > 1 for one in self.raw.superseded(log)}
        for one in spare:
            self.disk.remove(one.path)
        return tuple(log for log in logs if log not in spare)


def _fill(index: Index, logs: Sequence[RawLog], progress: Progress, gone: Sequence[tuple[str, str, str]] = ()) -> None:
    """Read raw logs into an index, some at a time: what is cut off goes on where it was."""
    index.put((), gone)
    for first in range(0, len(logs), _AT_ONCE):
        index.put([_row(log) for log in logs[first : first + _AT_ONCE]])
        progress(min(1.0, (first + _AT_ONCE) / len(logs)))


def _row(log: RawLog) -> Row:
    data = log.read()
    return row_of(log, sha256_of(data), *facts_of(data, log.uid, log.session_id))


def _of_band(rows: Sequence[Row], history: History) -> Iterator[Session]:
    listed, seen = history.last_listed(), history.seen()
    ids = Counter(row.session_id for row in rows)
    sizes = {row.session_id: row.size for row in sorted(rows, key=lambda row: row.size)}
    runs = [_run(row, *seen.get(row.session_id, (None, None))) for row in rows]
    for row, when in zip(rows, place(runs, history.marks), strict=True):
        state = _state(row.facts, listed.get(row.session_id), sizes[row.session_id])
        yield Session(row, when, state, ids[row.session_id] > 1)


def _run(row: Row, absent_ms: int | None, seen_ms: int | None) -> Run:
    facts, clocks = row.facts, row.clocks
    return Run(
        None if facts.boot < 0 else facts.boot,
        None if facts.start_t_ms < 0 else facts.start_t_ms,
        facts.duration_ms,
        clocks.inside,
        clocks.before,
        absent_ms,
        seen_ms,
    )


def _state(facts: Facts, listed: Listed | None, size: int) -> str:
    """Return how whole a session is. ``listed``: on the band, when it was last seen; ``size``: of the longest copy."""
    if facts.problem:
        return UNREADABLE
    if listed and (listed.running or listed.size > size):
        return UNFINISHED
    if facts.damaged or facts.missing:
        return DAMAGED
    return COMPLETE if facts.ended else CUT_OFF


def _order(session: Session) -> tuple[float, int, str]:
    """Return what sorts sessions by time: one that is not placed exactly stands where it is at the latest."""
    when, row = session.when, session.row
    if isinstance(when, Exact):
        return when.start_ms, 0, row.session_id
    latest = when.latest_ms if when.latest_ms is not None else when.earliest_ms
    return math.inf if latest is None else latest, row.facts.boot, row.session_id


def _unusable(folder: Path, error: OSError) -> ArchiveUnusable:
    reason = error.strerror or str(error)
    if error.errno in _FULL:
        return ArchiveUnusable(
            f"There is no room left for the archive in {folder}: {reason}.",
            "Make room there, or name another folder with --archive, and run the command again: what was copied so far "
            "counts, and nothing that is not safe was deleted on a band.",
        )
    if error.errno == errno.EBUSY:
        return ArchiveUnusable(
            f"Another program uses the index of the archive in {folder}.", "Wait for it, then run the command again."
        )
    where = error.filename or folder
    return ArchiveUnusable(f"The archive in {folder} cannot be used: {where}: {reason}.")
