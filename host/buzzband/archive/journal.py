"""What a host and a band told each other at each sync, line by line, in ``marks.jsonl``: time marks and inventories.

Lines are only appended. One that was cut off by a power cut is passed over, and so is one that makes no sense.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from buzzband.archive.clock import EARLIEST_MS, LATEST_MS, Mark
from buzzband.archive.disk import Disk
from buzzband.archive.raw import is_id

NAME = "marks.jsonl"
CUT_OFF = b" (cut off)"  # ends a line that was not written to its end
_LISTED_MAX = 4096


@dataclass(frozen=True)
class Listed:
    """A session in an inventory of a band. ``size``: bytes that were safe in flash."""

    session_id: str
    size: int
    running: bool


@dataclass(frozen=True)
class Inventory:
    """The sessions that a band had at a moment."""

    utc_ms: int
    sessions: tuple[Listed, ...]


@dataclass(frozen=True)
class Kept:
    """A session came into the archive."""

    utc_ms: int
    session_id: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Gone:
    """A session was on the band, and is not any more, without having been copied whole."""

    utc_ms: int
    session_id: str


Entry = Mark | Inventory | Kept | Gone


@dataclass(frozen=True)
class History:
    """All that the journal of a band holds, in order.

    ``damaged``: how many lines make no sense. Those that a sync was cut off in do not count: nobody relied on them yet.
    """

    entries: tuple[Entry, ...] = ()
    damaged: int = 0

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Return the time marks."""
        return tuple(entry for entry in self.entries if isinstance(entry, Mark))

    @property
    def kept(self) -> tuple[Kept, ...]:
        """Return what came into the archive."""
        return tuple(entry for entry in self.entries if isinstance(entry, Kept))

    def last_listed(self) -> dict[str, Listed]:
        """Return of each session how it was listed last; without those that were told to have disappeared since."""
        found: dict[str, Listed] = {}
        for entry in self.entries:
            if isinstance(entry, Inventory):
                found.update((one.session_id, one) for one in entry.sessions)
            elif isinstance(entry, Gone):
                found.pop(entry.session_id, None)
        return found

    def seen(self) -> dict[str, tuple[int | None, int]]:
        """Return of each session when the last inventory without it was, if any, and when the first with it was."""
        found: dict[str, tuple[int | None, int]] = {}
        before: int | None = None
        for entry in self.entries:
            if isinstance(entry, Inventory) and entry.utc_ms >= EARLIEST_MS:
                for one in entry.sessions:
                    found.setdefault(one.session_id, (before, entry.utc_ms))
                before = entry.utc_ms
        return found


@dataclass
class Journal:
    """The ``marks.jsonl`` of a band. Raises OSError."""

    path: Path
    disk: Disk = field(default_factory=Disk)

    def note(self, entry: Entry) -> None:
        """Append a line, and return when it is safe."""
        self.disk.make_folder(self.path.parent)
        start = b"" if self._ends_whole() else CUT_OFF + b"\n"
        self.disk.append(self.path, start + json.dumps(_document(entry)).encode() + b"\n")
        self.disk.settle(self.path)

    def read(self) -> History:
        """Return what the journal holds; a band without one has no history."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return History()
        *lines, _ = data.split(b"\n")
        found = [_entry(line) for line in lines if not line.endswith(CUT_OFF)]
        entries = tuple(entry for entry in found if entry)
        return History(entries, len(found) - len(entries))

    def _ends_whole(self) -> bool:
        if not self.path.exists() or not self.path.stat().st_size:
            return True
        with self.path.open("rb") as file:
            file.seek(-1, 2)
            return file.read() == b"\n"


def _document(entry: Entry) -> dict[str, Any]:
    if isinstance(entry, Mark):
        return {"kind": "mark", **asdict(entry)}
    if isinstance(entry, Inventory):
        sessions = [{"id": one.session_id, "size": one.size, "running": one.running} for one in entry.sessions]
        return {"kind": "inventory", "utc_ms": entry.utc_ms, "sessions": sessions}
    if isinstance(entry, Kept):
        told = {"session": entry.session_id, "sha256": entry.sha256, "size": entry.size}
        return {"kind": "kept", "utc_ms": entry.utc_ms, **told}
    return {"kind": "gone", "utc_ms": entry.utc_ms, "session": entry.session_id}


def _entry(line: bytes) -> Entry | None:
    """Return what a line says, or None if it makes no sense."""
    try:
        told = json.loads(line)
        return _READERS[told["kind"]](told)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _mark(told: Mapping[str, Any]) -> Mark:
    return Mark(_number(told["boot"]), _number(told["t_ms"]), _utc_ms(told["utc_ms"]), _number(told["round_trip_ms"]))


def _inventory(told: Mapping[str, Any]) -> Inventory:
    return Inventory(_utc_ms(told["utc_ms"]), tuple(_listed(told["sessions"])))


def _listed(sessions: Any) -> Iterator[Listed]:
    for one in sessions[:_LISTED_MAX]:
        yield Listed(_id(one["id"]), _number(one["size"]), one["running"] is True)


def _kept(told: Mapping[str, Any]) -> Kept:
    return Kept(_utc_ms(told["utc_ms"]), _id(told["session"]), str(told["sha256"]), _number(told["size"]))


def _gone(told: Mapping[str, Any]) -> Gone:
    return Gone(_utc_ms(told["utc_ms"]), _id(told["session"]))


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise ValueError(value)
    return value


def _utc_ms(value: Any) -> int:
    if _number(value) > LATEST_MS:
        raise ValueError(value)
    return int(value)


def _id(value: Any) -> str:
    if not is_id(value):
        raise ValueError(value)
    return str(value)


_READERS: dict[str, Callable[[Mapping[str, Any]], Entry]] = {
    "mark": _mark,
    "inventory": _inventory,
    "kept": _kept,
    "gone": _gone,
}
