"""The flash chip: how long its operations take, and what is left of one during which power fails.

While it erases or programs, the processor waits; converter, DMA, timers and the rest go on. Only PIO stands still.
"""

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from buzzband.defaults import ERASE_MS
from buzzband.twin.chip import Chip

PAGE_SIZE = 256
SECTOR_SIZE = 4096
BLOCK_SIZE = 65536
BLOCK_SECTORS_TIME = 150 / 45  # how much longer than a sector's erase a block's takes (W25Q16JV, typical)

PROGRAM_US = 400.0  # a page, typical; 3000 at the most
UID = bytes.fromhex("e6612483cb000001")

_MILLI, _MICRO = 1e6, 1e3  # in ns
_PAGE_PROGRAM = 0x02
_SECTOR_ERASE = 0x20
_BLOCK_ERASE = 0xD8
_READ_UID = 0x4B
_ERASE_SIZES = {_SECTOR_ERASE: SECTOR_SIZE, _BLOCK_ERASE: BLOCK_SIZE}
_HEADER = 4  # command and address
_UID_AT = 5  # command and four bytes of nothing come first


class Tear(StrEnum):
    """What is left of the operation during which power fails."""

    NOTHING = "nothing"  # it has not begun
    HALF = "half"  # the first half of the bytes is as it should be, the other as before
    BITS = "bits"  # of the bits that were to change, each has or has not
    NOISE = "noise"  # erase: any content; program: any bits of the page cleared
    WHOLE = "whole"  # it is complete, but nothing after it


@dataclass(frozen=True)
class Operation:
    """An erase or a program. ``address`` from the start of flash; ``data``: what is programmed, b"" for an erase."""

    at_s: float
    address: int
    size: int
    data: bytes = b""

    @property
    def is_erase(self) -> bool:
        """Return whether it is an erase."""
        return not self.data

    def result(self, old: bytes) -> bytes:
        """Return what stands at the address afterwards. Programming only clears bits."""
        return bytes(a & b for a, b in zip(old, self.data, strict=True)) if self.data else b"\xff" * self.size

    def torn(self, old: bytes, tear: Tear, rng: random.Random) -> bytes:
        """Return what stands there if power fails meanwhile."""
        new, noise = self.result(old), rng.randbytes(self.size)
        if tear is Tear.NOTHING:
            return old
        if tear is Tear.HALF:
            return new[: self.size // 2] + old[self.size // 2 :]
        if tear is Tear.BITS:
            return bytes(a & ~n & 255 | b & n for a, b, n in zip(old, new, noise, strict=True))
        if tear is Tear.NOISE:
            return noise if self.is_erase else bytes(a & n for a, n in zip(old, noise, strict=True))
        return new


class Flash:
    """The flash chip of ``chip``.

    ``erase_ms``: a 4 KB sector; ``program_us``: a page of 256 bytes. 0: in no time. Both may be changed at any time.
    ``erases`` and ``programs`` count; with ``keep_journal``, ``journal`` keeps the operations themselves.
    """

    def __init__(
        self, chip: Chip, *, erase_ms: float = ERASE_MS, program_us: float = PROGRAM_US, uid: bytes = UID
    ) -> None:
        self.erase_ms = erase_ms
        self.program_us = program_us
        self.erases = 0
        self.programs = 0
        self.keep_journal = False
        self.journal: list[Operation] = []
        self._chip = chip
        self._uid = uid
        self._until_cut = 0  # operations, the one that is cut included
        self._tear = Tear.NOTHING
        self._rng = random.Random()
        self._ssi: Any = chip.mcu.ssi
        self._apply = self._ssi._apply_command
        self._shift = self._ssi._shift_byte
        self._ssi._apply_command = self._on_command
        self._ssi._shift_byte = self._on_byte

    @property
    def operations(self) -> int:
        """Return how many erases and programs there have been."""
        return self.erases + self.programs

    def cut_at(self, index: int, tear: Tear = Tear.NOTHING, seed: int = 0) -> None:
        """Let power fail in the ``index``-th operation from now, 0 being the next. ``seed``: for what is random."""
        with self._chip.turn():
            self._until_cut = index + 1
            self._tear = tear
            self._rng = random.Random(seed)

    def _on_byte(self, byte: int) -> int:
        answer: int = self._shift(byte)
        sent = self._ssi._tx_buffer
        if sent[0] == _READ_UID and len(sent) > _UID_AT:
            return self._uid[(len(sent) - 1 - _UID_AT) % len(self._uid)]
        return answer

    def _on_command(self) -> None:
        operation = self._operation(bytes(self._ssi._tx_buffer))
        if operation is None:
            self._apply()
            return
        self._count(operation)
        if self._until_cut:
            self._until_cut -= 1
            if not self._until_cut:
                self._fail(operation)
                return
        self._apply()
        with self._chip.undivided():
            self._chip.clock.tick(self._nanos(operation))

    def _operation(self, command: bytes) -> Operation | None:
        if not self._ssi._write_enabled or len(command) < _HEADER:
            return None
        address = int.from_bytes(command[1:_HEADER])
        at_s = self._chip.seconds
        if size := _ERASE_SIZES.get(command[0]):
            return Operation(at_s, address & -size, size)
        data = command[_HEADER : _HEADER + PAGE_SIZE]
        return Operation(at_s, address, len(data), data) if command[0] == _PAGE_PROGRAM and data else None

    def _count(self, operation: Operation) -> None:
        if operation.is_erase:
            self.erases += 1
        else:
            self.programs += 1
        if self.keep_journal:
            self.journal.append(operation)

    def _fail(self, operation: Operation) -> None:
        place = slice(operation.address, operation.address + operation.size)
        flash = self._chip.mcu.flash
        flash[place] = operation.torn(bytes(flash[place]), self._tear, self._rng)
        self._chip.cut()

    def _nanos(self, operation: Operation) -> float:
        if not operation.is_erase:
            return self.program_us * _MICRO
        return self.erase_ms * _MILLI * (BLOCK_SECTORS_TIME if operation.size == BLOCK_SIZE else 1.0)
