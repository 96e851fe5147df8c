"""What a cut of power must not take: every image of a journal is held against what had been felt and committed."""

import functools
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from buzzband.recordings.band_log import RATE_HZ, SessionLog, intact_records, read_log
from buzzband.twin import Tear
from buzzband_fw.core.chain import BLOCK_MS
from journal.journal import Cut, Journal, Memory, contents, file_system
from session_files import PART, session_files

LOST_MOST_S = 5.0
BOOTS_FILE = "boots.bin"  # which every start rewrites


Files = Mapping[str, bytes]
Key = tuple[int, int, bytes]  # sequence, kind, payload


@dataclass(frozen=True)
class Felt:
    """A session as it was felt. ``begins_s``: its first block does; None if that was before the journal.

    ``forgotten_from``: the operation with which it begins to be deleted.
    """

    session_id: str
    begins_s: float | None
    forgotten_from: int | None = None


@dataclass
class Found:
    """What a journal has shown. ``lost_s``: the most activation that an image lacked; ``late_s``: the oldest record.

    ``states``: an image for each content that the files had, by a digest of it.
    """

    operations: int = 0
    erases: int = 0
    images: int = 0
    lost_s: float = 0.0
    late_s: float = 0.0
    states: dict[bytes, bytes] = field(default_factory=dict, repr=False)

    def add(self, other: "Found") -> None:
        """Add what another journal has shown."""
        self.operations += other.operations
        self.erases += other.erases
        self.images += other.images
        self.lost_s = max(self.lost_s, other.lost_s)
        self.late_s = max(self.late_s, other.late_s)
        self.states |= other.states

    def figures(self) -> dict[str, float]:
        """Return it as numbers."""
        return {
            "operations": self.operations,
            "erases": self.erases,
            "images": self.images,
            "states": len(self.states),
            "activation_lost_s": round(self.lost_s, 2),
            "record_lost_s": round(self.late_s, 2),
        }


@functools.lru_cache(maxsize=4096)
def records_in(data: bytes, session_id: str) -> Mapping[Key, float]:
    """Return the intact records of a session, and when each was sealed, in s of the chip's clock."""
    found = intact_records(data, session_id)
    return {(record.sequence, record.kind, record.payload): record.t_ms / 1000 for record in found}


@functools.lru_cache(maxsize=4096)
def log_of(data: bytes, session_id: str) -> SessionLog:
    """Return what the reader makes of a session."""
    return read_log(data, session_id)


def _digest(files: Files) -> bytes:
    state = hashlib.sha256()
    for path, data in sorted(files.items()):
        state.update(f"{path} {len(data)} ".encode() + data)
    return state.digest()


class Check:
    """Holds every image that a cut of power could leave against what must be in it.

    Each mounts, and can be written to. Of every session all is there but the last five seconds, whatever kind of
    record; what was there at the end of an operation is there from then on; and nothing that never was. No other file
    is touched, but those in ``changing``: they are as before or as in the end, and beside them may be what replaces
    them.
    """

    def __init__(self, journal: Journal, felt: Iterable[Felt], changing: Iterable[str] = ()) -> None:
        self._journal = journal
        self._felt = {each.session_id: each for each in felt}
        self._changing = (BOOTS_FILE, *changing)
        self._before, self._after = contents(journal.image), contents(journal.last)
        self._all: dict[str, dict[Key, float]] = {name: {} for name in self._felt}
        self._committed: dict[str, set[Key]] = {name: set() for name in self._felt}
        self._ends_s: dict[str, float] = {}
        for cut in journal.cuts():
            if cut.tear is Tear.WHOLE:
                self._learn(cut)

    def run(self, seed: int = 0) -> Found:
        """Look at them all. Raises AssertionError, LittleFSError."""
        found = Found(len(self._journal.operations), sum(each.is_erase for each in self._journal.operations))
        for name, data in session_files(self._before).items():
            self._committed[name] = set(records_in(data, name))
        for cut in self._journal.cuts(seed):
            files = contents(cut.memory)
            found.images += 1
            if (digest := _digest(files)) not in found.states:
                found.states[digest] = cut.image
            self._check_others(cut, files)
            self._check_sessions(cut, session_files(files), found)
            self._check_writable(cut, files)
        return found

    def _learn(self, cut: Cut) -> None:
        """Take note of the records that there are, and when a session ended."""
        for name, data in session_files(contents(cut.memory)).items():
            assert name in self._felt, f"a session that never was, at {cut}"
            self._all[name].update(records_in(data, name))
            begins_s = self._felt[name].begins_s
            if data and begins_s is not None and (end := log_of(data, name).end):
                self._ends_s[name] = begins_s + end.blocks * BLOCK_MS / 1000

    def _check_others(self, cut: Cut, files: Files) -> None:
        """Every file is as it was, or in a way that it may be in between."""
        for path in {*files, *self._before}:
            data, before = files.get(path), self._before.get(path)
            if data != before and not PART.fullmatch(path):
                assert data in self._passing(path, before), f"{path} at {cut}"

    def _passing(self, path: str, before: bytes | None) -> set[bytes | None]:
        """Return what else a file may hold: what it will in the end; or in the making nothing, or what it replaces."""
        if path in self._changing:
            return {self._after.get(path), before or b""}
        beside = [each for each in self._changing if each.partition(".")[0] == path.partition(".")[0]]
        versions = (content.get(each) for content in (self._before, self._after) for each in beside)
        return {None, b"", *versions} if beside else set()

    def _check_sessions(self, cut: Cut, sessions: Files, found: Found) -> None:
        for name, felt in self._felt.items():
            held = records_in(sessions.get(name, b""), name)
            assert held.keys() <= self._all[name].keys(), f"a record that never was, at {cut}"
            if felt.forgotten_from is not None and cut.index >= felt.forgotten_from:
                assert not held or held.keys() >= self._committed[name], f"half of a session is deleted, at {cut}"
                continue
            gone = self._committed[name] - held.keys()
            assert not gone, f"committed records are gone at {cut}: {sorted(gone)[:3]}"
            if cut.tear is Tear.WHOLE:
                self._committed[name] |= held.keys()
            if felt.begins_s is not None and cut.at_s > felt.begins_s:
                self._check_age(cut, name, sessions.get(name, b""), found)

    def _check_age(self, cut: Cut, name: str, data: bytes, found: Found) -> None:
        """Nothing is missing that was felt more than five seconds ago."""
        begins_s = self._felt[name].begins_s or 0.0
        felt_s = min(cut.at_s, self._ends_s.get(name, cut.at_s)) - begins_s
        known_s = 0.0
        if data:
            log = log_of(data, name)
            assert (log.damaged, log.missing) == (0, ()), f"{cut}"
            known_s = float(log.valid.sum()) / RATE_HZ
        missing = self._all[name].keys() - records_in(data, name).keys()
        late_s = max((cut.at_s - self._all[name][key] for key in missing), default=0.0)
        found.lost_s = max(found.lost_s, felt_s - known_s)
        found.late_s = max(found.late_s, late_s)
        assert felt_s - known_s <= LOST_MOST_S, f"{felt_s - known_s:.2f} s of activation are lost at {cut}"
        assert late_s <= LOST_MOST_S, f"a record {late_s:.2f} s old is lost at {cut}"

    def _check_writable(self, cut: Cut, files: Files) -> None:
        """What was torn is mended by the next write, which takes nothing."""
        memory = Memory(cut.image)
        mounted = file_system(memory)
        mounted.mount()
        mounted.fs_mkconsistent()
        with mounted.open("mended", "wb", buffering=0) as file:
            file.write(b"mended")
        assert contents(memory) == {**files, "mended": b"mended"}, f"{cut}"
