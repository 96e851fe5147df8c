"""Archives and syncs for tests."""

import os
import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from buzzband.archive import Archive
from buzzband.archive.disk import Disk
from buzzband.recordings.lifting import Rep, Set
from buzzband.services.sync import SyncDone, sync
from buzzband_fw.store import records
from recordings.log_builder import LogWriter
from services.fake_link import UID, FakeLink

NOW_MS = 1_763_000_000_000
IDS = ("00112233445566aa", "ffeeddccbbaa9988", "0123456789abcdef")


def log_of(session_id: str, sets: int = 2, *, end: bool = True, uid: str = UID, **header: object) -> bytes:
    """A session with so many sets of four reps, every other on target."""
    made = LogWriter(session_id).header(session=session_id, uid=uid, **({"boot": 3, "reset": "power_on"} | header))
    for number in range(sets):
        first = 1 + 400 * number
        made.activation(first, noise(number)).activation(first + 200, noise(~number))
        for rep in range(4):
            block, peak = first + 50 * rep, 600 if rep % 2 else 400
            made.rep(Rep(number, rep, 0, 0, 0, block, 200, 50, 200, peak, 300, 300)).cue(block + 20)
        made.set(Set(number, 0, 0, 0, 4, first, first + 220, 500))
    return (made.end(400 * sets) if end else made).bytes()


def noise(seed: int) -> list[int]:
    """Activations that no packing makes small."""
    chance = random.Random(seed)
    return [chance.randrange(1200) for _ in range(100)]


def band(count: int = 3, **options: Any) -> FakeLink:
    return FakeLink({one: log_of(one, 1 + number) for number, one in enumerate(IDS[:count])}, **options)


def run_sync(archive: Archive, *links: Any, now_ms: int = NOW_MS, **options: Any) -> SyncDone:
    """Sync these bands, one at each port."""
    by_port = {f"/dev/ttyFAKE{number}": link for number, link in enumerate(links)}
    return sync(
        tuple(by_port),
        archive,
        open_link=lambda port, _patience_s: nullcontext(by_port[port]),
        now_ms=lambda: now_ms,
        patience_s=1.0,
        **options,
    )


def contents(archive: Archive) -> dict[str, list[bytes]]:
    """What the archive holds of each session."""
    found: dict[str, list[bytes]] = {}
    for log in archive.raw.logs():
        found.setdefault(log.session_id, []).append(log.read())
    return found


class Stopped(Exception):
    """The host was killed."""


class FaultyDisk(Disk):
    """A disk that stops at the ``stop``-th change: before it, in the midst of it, or after it.

    With ``power`` it stops before, and what was not settled yet is gone.
    """

    def __init__(self, stop: int | None = None, how: str = "before", error: Callable[[], Exception] = Stopped) -> None:
        self.changes = 0
        self.stop = stop
        self.how = how
        self.error = error
        self.stays_broken = False
        self._settled: dict[Path, int] = {}  # sizes of files that have grown since

    def make_folder(self, path: Path) -> None:
        if not path.is_dir():
            self._change(lambda: super(FaultyDisk, self).make_folder(path))

    def append(self, path: Path, data: bytes) -> None:
        half = data[: len(data) // 2]
        self._settled.setdefault(path, path.stat().st_size if path.exists() else 0)
        self._change(lambda: Disk.append(self, path, data), lambda: Disk.append(self, path, half))

    def settle(self, path: Path) -> None:
        self._change(lambda: Disk.settle(self, path))
        self._settled.pop(path, None)

    def protect(self, path: Path) -> None:
        self._change(lambda: Disk.protect(self, path))

    def rename(self, path: Path, target: Path) -> None:
        assert path not in self._settled, "a file gets its name before it is safe"
        self._change(lambda: Disk.rename(self, path, target))

    def remove(self, path: Path) -> None:
        self._change(lambda: Disk.remove(self, path))
        self._settled.pop(path, None)

    def _change(self, do: Callable[[], None], do_half: Callable[[], None] | None = None) -> None:
        number, self.changes = self.changes, self.changes + 1
        if self.stop is None or number < self.stop or (number > self.stop and not self.stays_broken):
            do()
            return
        if self.how == "midst" and do_half:
            do_half()
        elif self.how == "after":
            do()
        elif self.how == "power":
            for path, size in self._settled.items():
                if path.exists():
                    os.truncate(path, size)
        raise self.error()


def damaged(data: bytes, at: int = 200) -> bytes:
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def header_only(session_id: str) -> bytes:
    return LogWriter(session_id).header(session=session_id).bytes()


def with_time(session_id: str, utc_ms: int, t_ms: int = 2000) -> bytes:
    """A session that a host told the time after 2 s."""
    made = LogWriter(session_id).header(session=session_id, boot=7)
    payload = (200).to_bytes(4, "little") + utc_ms.to_bytes(8, "little") + (10).to_bytes(2, "little")
    made.record(records.TIME, payload, t_ms)
    return made.end(400).bytes()


def all_of(found: Iterable[Sequence[bytes]]) -> list[bytes]:
    return sorted(one for several in found for one in several)
