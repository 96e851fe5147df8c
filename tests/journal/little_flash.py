"""The flash of a simulated band as a littlefs: every erase and program takes its time, and is kept in a journal."""

from collections.abc import Callable, Iterator
from typing import Any

from littlefs import LittleFS, LittleFSError, lfs

from buzzband.bundle import FLASH_BLOCK_COUNT, FLASH_BLOCK_SIZE
from buzzband.defaults import ERASE_MS
from buzzband.engines.band import VirtualBand
from buzzband.engines.layer.world import World
from buzzband.twin import Operation
from buzzband.twin.flash import PROGRAM_US
from journal.journal import Journal, Memory, contents, file_system

US_PER_S = 1e6
_CALL_US = 10
_FOLDER = 2  # of littlefs's types
_NEW = lfs.LFSFileFlag.wronly | lfs.LFSFileFlag.creat
_FLAGS = {"r": lfs.LFSFileFlag.rdonly, "w": _NEW | lfs.LFSFileFlag.trunc, "a": _NEW | lfs.LFSFileFlag.append}


class TimedMemory(Memory):
    """Keeps a journal of what is done, one after the other."""

    def __init__(self, image: bytes, world: World, erase_ms: float) -> None:
        super().__init__(image)
        self.journal: list[Operation] = []
        self.erase_ms = erase_ms
        self._busy_us = 0.0
        self._world = world

    def apply(self, operation: Operation) -> None:
        """See ``Memory.apply``."""
        super().apply(operation)
        at_s = (self._world.now_us + self._busy_us) / US_PER_S
        self.journal.append(Operation(at_s, operation.address, operation.size, operation.data))
        self._busy_us += 1000 * self.erase_ms if operation.is_erase else PROGRAM_US

    def take_busy_us(self) -> float:
        """Return how long what was done since the last call takes."""
        busy_us, self._busy_us = self._busy_us, 0.0
        return busy_us


class LittleFlash:
    """What ``engines.layer.flash.Flash`` is to the firmware, on ``image``.

    ``touched``: (start, end) in µs of each call that has erased or programmed.
    """

    def __init__(self, world: World, image: bytes, erase_ms: float = ERASE_MS) -> None:
        self.memory = TimedMemory(image, world, erase_ms)
        self.touched: list[tuple[int, int]] = []
        self._world = world
        self.mounted = file_system(self.memory)
        self.mounted.mount()
        self._fs = self.mounted.fs
        self._open: list[Any] = []  # littlefs writes to these

    @property
    def erase_ms(self) -> float:
        """How long an erase takes."""
        return self.memory.erase_ms

    @erase_ms.setter
    def erase_ms(self, erase_ms: float) -> None:
        self.memory.erase_ms = erase_ms

    def call(self, function: Any, *arguments: Any) -> Any:
        """Return what a function of littlefs returns, after the time that it takes. Raises OSError, ChipReset."""
        try:
            return function(self._fs, *arguments)
        except LittleFSError as error:
            raise OSError(-error.code) from error
        finally:
            self._take_time()

    def open(self, path: str, mode: str = "r") -> "LittleFile":
        """See MicroPython."""
        return LittleFile(self, path, mode)

    def opened(self, path: str, mode: str) -> Any:
        """Return a file of littlefs."""
        handle = self.call(lfs.file_open, path, _FLAGS[mode[0]])
        self._open.append(handle)
        return handle

    def close(self, handle: Any) -> None:
        """Close a file of littlefs."""
        self._open.remove(handle)
        self.call(lfs.file_close, handle)

    def listdir(self, path: str = "/") -> list[str]:
        """See MicroPython."""
        try:
            return list(self.mounted.listdir(path))
        except LittleFSError as error:
            raise OSError(-error.code) from error
        finally:
            self._take_time()

    def ilistdir(self, path: str = "/") -> Iterator[tuple[str]]:
        """See MicroPython; of each entry only the name."""
        return iter([(name,) for name in self.listdir(path)])

    def stat(self, path: str) -> tuple[int, ...]:
        """See MicroPython."""
        found = self.call(lfs.stat, path)
        kind = 0x4000 if found.type == _FOLDER else 0x8000
        return (kind, 0, 0, 0, 0, 0, found.size, 0, 0, 0)

    def statvfs(self, _path: str) -> tuple[int, ...]:
        """See MicroPython."""
        free = FLASH_BLOCK_COUNT - self.call(lfs.fs_size)
        return (FLASH_BLOCK_SIZE, FLASH_BLOCK_SIZE, FLASH_BLOCK_COUNT, free, free, 0, 0, 0, 0, 255)

    def mkdir(self, path: str) -> None:
        """See MicroPython."""
        self.call(lfs.mkdir, path)

    def remove(self, path: str) -> None:
        """See MicroPython."""
        self.call(lfs.remove, path)

    def rename(self, old: str, new: str) -> None:
        """See MicroPython."""
        self.call(lfs.rename, old, new)

    def urandom(self, count: int) -> bytes:
        """See MicroPython; every run gives the same."""
        return self._world.random_bytes(count)

    def _take_time(self) -> None:
        start_us, busy_us = self._world.now_us, round(self.memory.take_busy_us())
        self._world.spend(_CALL_US + busy_us)
        if busy_us:
            self.touched.append((start_us, start_us + busy_us))


class LittleFile:
    """A file as MicroPython has it. What no ``flush`` has seen through is lost with the power."""

    def __init__(self, flash: LittleFlash, path: str, mode: str) -> None:
        self._flash = flash
        self._is_text = "b" not in mode
        self._handle = flash.opened(path, mode)

    def read(self, size: int = -1) -> Any:
        """Return what is there, at most ``size`` bytes."""
        wanted = self._flash.call(lfs.file_size, self._handle) if size < 0 else size
        data = self._flash.call(lfs.file_read, self._handle, wanted)
        return data.decode() if self._is_text else data

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer``; return with how many bytes."""
        data = self._flash.call(lfs.file_read, self._handle, len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go on from there."""
        return int(self._flash.call(lfs.file_seek, self._handle, offset, whence))

    def tell(self) -> int:
        """Return where it goes on."""
        return int(self._flash.call(lfs.file_tell, self._handle))

    def write(self, data: Any, length: int | None = None) -> int:
        """Take ``data``, or its first ``length`` bytes."""
        taken = data.encode() if isinstance(data, str) else bytes(memoryview(data)[:length])
        return int(self._flash.call(lfs.file_write, self._handle, taken))

    def flush(self) -> None:
        """See through what was written."""
        self._flash.call(lfs.file_sync, self._handle)

    def close(self) -> None:
        """Flush, and let go of it."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            self._flash.close(handle)

    def __enter__(self) -> "LittleFile":
        return self

    def __exit__(self, _kind: Any, _error: Any, _trace: Any) -> None:
        self.close()


class JournalBand(VirtualBand):
    """A band whose flash is ``image``: that of MicroPython's file system, with a journal."""

    def __init__(self, image: bytes, codes: Any = (), *, erase_ms: float = ERASE_MS, **options: Any) -> None:
        super().__init__(codes, **options)
        self.image = image
        self.flash = LittleFlash(self.world, image, erase_ms)
        self.world.flash = self.flash

    def journal(self) -> Journal:
        """Return what has happened to flash since the journal begins."""
        return Journal(self.image, tuple(self.flash.memory.journal), self.now_s)

    def meddle(self, deed: Callable[[LittleFS], object]) -> None:
        """Do something to the file system between two turns of the app, in no time."""
        deed(self.flash.mounted)
        self.flash.memory.take_busy_us()

    def begin_journal(self) -> None:
        """Let the journal begin now."""
        self.image = bytes(self.flash.memory.buffer)
        self.flash.memory.journal.clear()

    def files(self) -> dict[str, bytes]:
        """Return what is in flash: not what waits for a flush."""
        return contents(Memory(bytes(self.flash.memory.buffer)))
