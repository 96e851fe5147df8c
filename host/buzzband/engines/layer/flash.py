"""Flash: a folder of the host as a littlefs. What ``flush`` or ``close`` have not seen through is lost with the power.

What is committed takes ``erase_ms``, in which samples go on, also where a littlefs would get by without an erase. To
make or to remove a file takes what it takes to note that, reading takes no time.
"""
# ruff: noqa: PTH102, PTH104, PTH107, PTH116, PTH208  (MicroPython has no pathlib)

import os
from typing import Any

BLOCK_SIZE = 4096
BLOCK_COUNT = 352

_NOTE_US = 2000  # a few pages of a folder
_NO_SPACE = 28  # ENOSPC
_open = open


class Flash:
    """The file system. ``touched``: (start, end) in µs of each commit. ``flash_error``: an errno that commits raise."""

    def __init__(self, world: Any, folder: str, erase_ms: int, free_bytes: int) -> None:
        self.erase_ms = erase_ms
        self.free_bytes = free_bytes
        self.flash_error = 0
        self.touched: list[tuple[int, int]] = []
        self._world = world
        self._folder = folder

    def path(self, path: str) -> str:
        """Return where a file of the band lies on the host."""
        return self._folder + "/" + path.lstrip("/")

    def open(self, path: str, mode: str = "r") -> Any:
        """See MicroPython: modes r, rb, w, wb, ab."""
        self._world.spend(10)
        self._world.open_heap()
        try:
            if mode != "r" and mode != "rb":
                return WrittenFile(self._world, self, self.path(path), "ab" if mode == "ab" else "wb")
            file = _open(self.path(path), mode)
            self._world.opened(file)
            return file
        finally:
            self._world.shut_heap()

    def note(self) -> None:
        """Take the time of a change in a folder. Raises OSError, ChipReset."""
        self._world.spend(_NOTE_US)
        if self.flash_error:
            raise OSError(self.flash_error)

    def commit(self, size: int = 0) -> None:
        """Take the time that flash takes, and ``size`` bytes of it. Raises OSError, ChipReset."""
        start_us = self._world.now_us
        self._world.spend(self.erase_ms * 1000)
        if self.flash_error:
            raise OSError(self.flash_error)
        if size > self.free_bytes:
            raise OSError(_NO_SPACE)
        self.free_bytes -= size
        self.touched.append((start_us, self._world.now_us))

    def listdir(self, path: str = "") -> list[str]:
        """See MicroPython."""
        self._world.spend(10)
        return os.listdir(self.path(path))

    def ilistdir(self, path: str = "") -> Any:
        """See MicroPython; of each entry only the name."""
        return iter([(name,) for name in self.listdir(path)])

    def remove(self, path: str) -> None:
        """See MicroPython."""
        size = os.stat(self.path(path))[6]
        self.note()
        os.remove(self.path(path))
        self.free_bytes += size

    def stat(self, path: str) -> Any:
        """See MicroPython."""
        self._world.spend(10)
        return os.stat(self.path(path))

    def statvfs(self, _path: str) -> tuple[int, ...]:
        """See MicroPython."""
        self._world.spend(10)
        free = self.free_bytes // BLOCK_SIZE
        return (BLOCK_SIZE, BLOCK_SIZE, BLOCK_COUNT, free, free, 0, 0, 0, 0, 255)

    def mkdir(self, path: str) -> None:
        """See MicroPython."""
        self.commit()
        os.mkdir(self.path(path))

    def rename(self, old: str, new: str) -> None:
        """See MicroPython; a file that has the new name goes."""
        self.commit()
        os.rename(self.path(old), self.path(new))

    def urandom(self, count: int) -> bytes:
        """See MicroPython; every run gives the same."""
        return bytes(self._world.random_bytes(count))


class WrittenFile:
    """A file that is being written; an older one of that name stays as it is until the first commit."""

    def __init__(self, world: Any, flash: Flash, path: str, mode: str) -> None:
        self._world = world
        self._flash = flash
        self._path = path
        self._mode = mode
        self._pending = bytearray()
        try:
            os.stat(path)
        except OSError:
            flash.note()
            _open(path, "wb").close()

    def write(self, data: Any, length: int | None = None) -> int:
        """Take ``data``, or its first ``length`` bytes; text as UTF-8. Nothing reaches flash yet."""
        self._world.spend(10)
        self._world.open_heap()
        taken = data.encode() if isinstance(data, str) else bytes(memoryview(data)[:length])
        self._pending.extend(taken)
        self._world.shut_heap()
        return len(taken)

    def flush(self) -> None:
        """See through what was written. Raises OSError, ChipReset."""
        if self._pending:
            self._save()

    def close(self) -> None:
        """Flush."""
        self.flush()

    def _save(self) -> None:
        self._world.open_heap()
        try:
            self._flash.commit(len(self._pending))
            with _open(self._path, self._mode) as file:
                file.write(self._pending)
            self._mode = "ab"
            self._pending = bytearray()
        finally:
            self._world.shut_heap()

    def __enter__(self) -> "WrittenFile":
        return self

    def __exit__(self, _kind: Any, _error: Any, _trace: Any) -> None:
        self.close()
