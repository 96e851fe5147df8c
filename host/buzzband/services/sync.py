"""``buzzband sync``: brings what bands have recorded into the archive, and then frees them of it.

A session is copied beside the archive by offset, compared with the band's own hash, made safe on the disk, renamed into
the archive, read and entered into the index, and only then deleted on the band, which compares the hash once more.
Whatever stops it, the next run goes on: nothing is lost, and nothing is there twice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from buzzband.archive import Archive
from buzzband.archive.archive import Session
from buzzband.archive.clock import Mark
from buzzband.archive.journal import Gone, Inventory, Listed
from buzzband.archive.raw import FILE_MAX, RawLog, is_id, sha256_of
from buzzband.errors import ArchiveError, BuzzbandError, Garbled, LinkError, PortError, Refused
from buzzband.progress import Progress, no_progress
from buzzband.recordings.band_log import intact_records
from buzzband.transports.link import Link
from buzzband_fw.link import messages

COPIED = "copied"
KNOWN = "known"
UNFINISHED = "unfinished"
FAILED = "failed"

FLASH_MAX = 16 << 20  # bytes: no RP2040 has more
_GOES_ON = "it has not ended yet; the rest comes with the next sync"
_ATTEMPTS = 2  # to copy a session; what came otherwise than the band has it is thrown away
_FAILURES_MAX = 3  # sessions in a row, then the band is left alone


OpenLink = Callable[[str, float], AbstractContextManager[Link]]


@dataclass(frozen=True)
class Synced:
    """What became of one session. ``how``: one of those above. ``log``: None if it failed.

    ``resumed_bytes``: of it that were there from before. ``deleted``: on the band; ``stays``: why not, in words.
    """

    session_id: str
    how: str
    size: int
    log: RawLog | None = None
    resumed_bytes: int = 0
    deleted: bool = False
    stays: str = ""


@dataclass(frozen=True)
class Vanished:
    """A session that an earlier inventory had, that is not on the band any more, and was never copied whole.

    ``saved_bytes``: how much of it the archive has.
    """

    session_id: str
    size: int
    saved_bytes: int


@dataclass
class BandSync:
    """What became of one band. ``failure``: what ended it early, or the first session that failed."""

    port: str
    uid: str = ""
    app: str = ""
    sessions: list[Synced] = field(default_factory=list)
    vanished: list[Vanished] = field(default_factory=list)
    left: int = 0
    failure: BuzzbandError | None = None


@dataclass(frozen=True)
class SyncDone:
    """What became of all bands. ``sessions``: all that the archive holds, by the keys of their raw logs."""

    archive: Path
    keep: bool
    bands: tuple[BandSync, ...]
    sessions: Mapping[tuple[str, str, str], Session]

    def require_whole(self) -> None:
        """Raise the first failure, if there was one."""
        for band in self.bands:
            if band.failure:
                raise band.failure


def sync(
    ports: Sequence[str],
    archive: Archive,
    *,
    open_link: OpenLink,
    now_ms: Callable[[], int],
    patience_s: float,
    keep: bool = False,
    progress: Progress = no_progress,
) -> SyncDone:
    """Bring the sessions of the bands at these ports into the archive. What fails stands in what is returned.

    ``now_ms``: UTC, in ms since 1970. ``keep``: leave all on the bands. A band that fails does not keep others from
    their turn; an archive that cannot be written does.
    """
    bands: list[BandSync] = []
    for number, port in enumerate(ports):
        band = BandSync(port)
        bands.append(band)
        try:
            with open_link(port, patience_s) as link:
                _Sync(link, archive, band, now_ms, keep, _part_of(progress, number, len(ports))).run()
        except (PortError, LinkError) as error:
            band.failure = error
        except ArchiveError as error:
            band.failure = error
            break
    return SyncDone(archive.folder, keep, tuple(bands), _sessions(archive, bands))


def _sessions(archive: Archive, bands: Sequence[BandSync]) -> dict[tuple[str, str, str], Session]:
    """Return what the archive holds, nothing if it cannot tell."""
    try:
        return {session.row.key: session for session in archive.sessions()}
    except ArchiveError as error:
        bands[-1].failure = bands[-1].failure or error
        return {}


def _part_of(progress: Progress, number: int, count: int) -> Progress:
    return lambda share: progress((number + share) / count)


@dataclass
class _Sync:
    """One band, from greeting to the last deletion."""

    link: Link
    archive: Archive
    band: BandSync
    now_ms: Callable[[], int]
    keep: bool
    progress: Progress
    done_bytes: int = 0
    all_bytes: int = 1

    def run(self) -> None:
        """Do it all. Raises LinkError and ArchiveError."""
        hello = self.link.hello()
        if not is_id(hello.uid):
            raise Garbled("The band does not say who it is.")
        self.band.uid, self.band.app = hello.uid, hello.app
        with self.archive.in_use():
            self.archive.disk.make_folder(self.archive.raw.band_folder(hello.uid))
            self._note_time()
            entries = self._inventory()
        self.band.left, self.all_bytes = len(entries), sum(entry.size for entry in entries) or 1
        failures = 0
        for entry in entries:
            before = self.done_bytes
            failures = 0 if self._try(entry) else failures + 1
            if failures == _FAILURES_MAX:
                break
            self.band.left -= 1
            self.done_bytes = before + entry.size
            self._tell()

    def _note_time(self) -> None:
        mark = self.link.tell_time(self.now_ms())
        self.archive.journal(self.band.uid).note(Mark(mark.boot, mark.t_ms, mark.utc_ms, mark.round_trip_ms))

    def _inventory(self) -> tuple[Listed, ...]:
        """Return what the band has, once it is noted and compared with what it had before."""
        entries = tuple(Listed(entry.session_id, entry.size, entry.running) for entry in self.link.sessions())
        ids = [entry.session_id for entry in entries]
        if not all(map(is_id, ids)) or len(set(ids)) < len(ids):
            raise Garbled("The band lists sessions whose ids cannot be.")
        if any(not 0 <= entry.size <= FILE_MAX for entry in entries) or sum(e.size for e in entries) > FLASH_MAX:
            raise Garbled("The band lists more than any flash holds.")
        journal = self.archive.journal(self.band.uid)
        self.band.vanished = self._vanished(journal.read().last_listed(), set(ids))
        journal.note(Inventory(self.now_ms(), entries))
        for one in self.band.vanished:
            journal.note(Gone(self.now_ms(), one.session_id))
        return entries

    def _vanished(self, listed: dict[str, Listed], there: set[str]) -> list[Vanished]:
        found = []
        for one in listed.values():
            if one.session_id not in there:
                self._rescue(one.session_id)
                saved = max((log.size for log in self._logs(one.session_id)), default=0)
                if saved < one.size or one.running:
                    found.append(Vanished(one.session_id, one.size, saved))
        return found

    def _try(self, entry: Listed) -> bool:
        """Bring one session over; return whether that went well. What ends the whole sync is raised."""
        try:
            self.band.sessions.append(self._brought(entry))
        except (Refused, Garbled) as error:
            self.band.sessions.append(Synced(entry.session_id, FAILED, entry.size, stays=str(error)))
            self.band.failure = self.band.failure or error
            return False
        return True

    def _brought(self, entry: Listed) -> Synced:
        if entry.running and not entry.size:
            return Synced(entry.session_id, UNFINISHED, 0, stays=_GOES_ON)
        with self.archive.in_use():
            self._rescue_longer(entry)
            log, resumed = self._found(entry), 0
            if log is None:
                sha256, resumed = self._copied(entry)
        if log is None:
            how, log = COPIED, self.archive.keep(self.band.uid, entry.session_id, sha256, self.now_ms())
        else:
            how = KNOWN
            self.archive.enter(log, self.now_ms())
        if entry.running:
            return Synced(entry.session_id, UNFINISHED, entry.size, log, resumed, stays=_GOES_ON)
        deleted, stays = self._deleted(entry, log)
        return Synced(entry.session_id, how, entry.size, log, resumed, deleted, stays)

    def _found(self, entry: Listed) -> RawLog | None:
        """Return the raw log that is, or begins with, what the band has."""
        known = [log for log in self._logs(entry.session_id) if log.size >= entry.size]
        if not known:
            return None
        sha256 = self.link.hash(entry.session_id, entry.size)
        return next((log for log in known if sha256_of(log.read()[: entry.size]) == sha256), None)

    def _copied(self, entry: Listed) -> tuple[str, int]:
        """Copy a session to its part; return its SHA-256, which is the band's, and where the copy went on from."""
        part = self._part(entry.session_id)
        for _ in range(_ATTEMPTS):
            start = self._start(entry, part)
            if start < entry.size or not part.exists():
                self.link.read_session(entry.session_id, start, entry.size, self._taker(part, entry.size - start))
            data = part.read_bytes() if part.exists() else b""
            sha256 = sha256_of(data)
            if len(data) == entry.size and self.link.hash(entry.session_id, entry.size) == sha256:
                return sha256, start
            self.archive.disk.remove(part)
        raise Garbled(f"Session {entry.session_id} came {_ATTEMPTS} times, but never as the band has it.")

    def _taker(self, part: Path, room: int) -> Callable[[bytes], None]:
        """Return what puts a piece of a session behind the others; never more than ``room`` bytes."""
        self.archive.disk.append(part, b"")
        taken = 0

        def take(data: bytes) -> None:
            nonlocal taken
            taken += len(data)
            if taken > room:
                raise Garbled("The band sends more of a session than it has.")
            self.archive.disk.append(part, data)
            self._tell(taken)

        return take

    def _start(self, entry: Listed, part: Path) -> int:
        """Return from which byte on a session is to be copied: the part begins as the band's does, or is not there."""
        data = part.read_bytes() if part.exists() else b""
        for beginning in self._beginnings(entry, data):
            if 0 < len(beginning) <= entry.size and self._is_beginning(entry, beginning):
                if beginning != data:
                    self.archive.disk.remove(part)
                    self.archive.disk.append(part, beginning)
                return len(beginning)
        self._rescue(entry.session_id)
        return 0

    def _beginnings(self, entry: Listed, data: bytes) -> Iterator[bytes]:
        """Yield what a session may begin with: the part, what of it is whole, and an earlier copy of less."""
        yield data
        whole = _whole(data, entry.session_id)
        if whole < len(data):
            yield data[:whole]
        shorter = [log for log in self._logs(entry.session_id) if log.size < entry.size]
        if shorter:
            yield max(shorter, key=lambda log: log.size).read()

    def _is_beginning(self, entry: Listed, data: bytes) -> bool:
        return self.link.hash(entry.session_id, len(data)) == sha256_of(data)

    def _deleted(self, entry: Listed, log: RawLog) -> tuple[bool, str]:
        """Delete a session on the band, unless it is to stay; return whether it has gone, and else why not."""
        if self.keep:
            return False, ""
        with self.archive.in_use():
            sha256 = sha256_of(log.read()[: entry.size])
        try:
            self.link.delete(entry.session_id, entry.size, sha256)
        except Refused as refusal:
            if refusal.reason != messages.NO_SUCH_SESSION:  # else it has gone, and only the answer was lost
                return False, str(refusal)
        return True, ""

    def _rescue_longer(self, entry: Listed) -> None:
        """Keep a part that has more of the session than the band has now."""
        part = self._part(entry.session_id)
        if part.exists() and part.stat().st_size > entry.size:
            self._rescue(entry.session_id)

    def _rescue(self, session_id: str) -> None:
        """Keep a part that will not be completed, if anything in it can be read."""
        part = self._part(session_id)
        data = part.read_bytes() if part.exists() else b""
        if any(intact_records(data, session_id)):
            self.archive.keep(self.band.uid, session_id, sha256_of(data), self.now_ms())
        else:
            self.archive.disk.remove(part)

    def _part(self, session_id: str) -> Path:
        return self.archive.raw.part_of(self.band.uid, session_id)

    def _logs(self, session_id: str) -> tuple[RawLog, ...]:
        return self.archive.raw.logs(self.band.uid, session_id)

    def _tell(self, of_this: int = 0) -> None:
        self.progress(min(1.0, (self.done_bytes + of_this) / self.all_bytes))


def _whole(data: bytes, session_id: str) -> int:
    """Return how many bytes from the start on are intact records."""
    end = 0
    for record in intact_records(data, session_id):
        if record.start != end:
            break
        end = record.end
    return end
