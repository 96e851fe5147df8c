"""Journals of flash: what was erased and programmed, in order, and the images that cuts of power leave of it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from littlefs import LittleFS, UserContext

from buzzband.bundle import FLASH_BLOCK_COUNT, FLASH_BLOCK_SIZE
from buzzband.twin import Operation, Tear

PROGRAM_SIZE = 256
TEARS = tuple(Tear)


class Memory(UserContext):
    """A flash chip as littlefs sees it. It programs as flash does: bits are only cleared."""

    def __init__(self, image: bytes) -> None:
        super().__init__(buffer=bytearray(image))

    def read(self, _config: object, block: int, offset: int, size: int) -> bytearray:
        start = block * FLASH_BLOCK_SIZE + offset
        return self.buffer[start : start + size]

    def prog(self, _config: object, block: int, offset: int, data: bytes) -> int:
        start = block * FLASH_BLOCK_SIZE + offset
        for at in range(0, len(data), PROGRAM_SIZE):
            self.apply(Operation(0.0, start + at, PROGRAM_SIZE, bytes(data[at : at + PROGRAM_SIZE])))
        return 0

    def erase(self, _config: object, block: int) -> int:
        self.apply(Operation(0.0, block * FLASH_BLOCK_SIZE, FLASH_BLOCK_SIZE))
        return 0

    def apply(self, operation: Operation) -> None:
        """Do what an erase or a program does."""
        place = slice(operation.address, operation.address + operation.size)
        self.buffer[place] = operation.result(bytes(self.buffer[place]))


def file_system(memory: Memory, read_size: int = 32, cache_size: int = 4 * PROGRAM_SIZE) -> LittleFS:
    """Return the file system in ``memory``, not mounted yet: as MicroPython's ``vfs.VfsLfs2(flash, progsize=256)``."""
    return LittleFS(
        context=memory,
        mount=False,
        block_size=FLASH_BLOCK_SIZE,
        block_count=FLASH_BLOCK_COUNT,
        read_size=read_size,
        prog_size=PROGRAM_SIZE,
        cache_size=cache_size,
        lookahead_size=32,
        block_cycles=100,
    )


def contents(image: bytes | Memory) -> dict[str, bytes]:
    """Return the files in an image by path. Raises LittleFSError if there is no file system to be found."""
    memory = image if isinstance(image, Memory) else Memory(image)
    mounted = file_system(memory, FLASH_BLOCK_SIZE, FLASH_BLOCK_SIZE)  # few and long reads
    mounted.mount()
    found = {}
    for folder, _, names in mounted.walk("/"):
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            with mounted.open(path, "rb", buffering=0) as file:
                found[path.lstrip("/")] = file.readall()
    return found


@dataclass(frozen=True)
class Cut:
    """What is in flash when power fails in, or behind, operation ``index`` of a journal, at a time.

    ``memory`` is lent until the next cut is asked for; ``image`` is a copy.
    """

    index: int
    tear: Tear
    at_s: float
    memory: Memory = field(repr=False)

    @property
    def image(self) -> bytes:
        """Return the flash."""
        return bytes(self.memory.buffer)


@dataclass(frozen=True)
class Journal:
    """``operations`` on a file system that was ``image``, up to ``ended_s``. Their addresses are in the image."""

    image: bytes
    operations: Sequence[Operation]
    ended_s: float

    def cuts(self, seed: int = 0) -> Iterator[Cut]:
        """Yield what every operation leaves of flash in each of the five ways of being torn.

        One that has not begun, and one during which power fails, is cut when it begins; one that is whole when the next
        begins: the last moment at which nothing else has happened.
        """
        memory = Memory(self.image)
        begins_s = [*(operation.at_s for operation in self.operations), self.ended_s]
        for index, operation in enumerate(self.operations):
            place = slice(operation.address, operation.address + operation.size)
            old = bytes(memory.buffer[place])
            for tear in TEARS:
                rng = random.Random(f"{seed} {index} {tear}")
                memory.buffer[place] = operation.torn(old, tear, rng)
                yield Cut(index, tear, begins_s[index + (tear is Tear.WHOLE)], memory)
            memory.buffer[place] = operation.result(old)

    @property
    def last(self) -> bytes:
        """Return the flash as it is in the end."""
        memory = Memory(self.image)
        for operation in self.operations:
            memory.apply(operation)
        return bytes(memory.buffer)


def in_file_system(operations: Sequence[Operation], offset: int) -> tuple[Operation, ...]:
    """Return the operations on the file system that begins at ``offset``, with addresses from there."""
    size = FLASH_BLOCK_SIZE * FLASH_BLOCK_COUNT
    return tuple(
        replace(each, address=each.address - offset) for each in operations if offset <= each.address < offset + size
    )
