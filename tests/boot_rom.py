"""What the RP2040's boot ROM makes of what is written to its drive: the oracle for UF2 files.

After virtual_disk.c and async_task.c of pico-bootrom-rp2040: what it passes over in silence, what makes it start
anew, how it erases, and when it reboots. Shares no code with buzzband.uf2.
"""

import struct
import zlib

BLOCK = 512
PAGE = 256
SECTOR = 4096
FLASH_SIZE = 2 << 20
FLASH_BASE = 0x10000000
RAM = ((0x20000000, 0x20042000), (0x15000000, 0x15004000))
RAM_BLOCKS_MAX = 1280
FLASH_BLOCKS_MAX = 123360  # what fits the bitmaps in 16 KB of cache
FAMILY = 0xE48BFF56


class BootRom:
    """A Pico in BOOTSEL with ``flash`` in its chip. ``rebooted``: it has seen every block, and takes no more."""

    def __init__(self, flash: bytes = b"\xff" * FLASH_SIZE) -> None:
        self.flash = bytearray(flash)
        self.rebooted = False
        self.erases = 0
        self.into_ram = False
        self._count = 0  # blocks of the transfer that is going on, 0: none
        self._seen: set[int] = set()
        self._cleared: set[int] = set()
        self._max = 0

    def write(self, sectors: bytes) -> "BootRom":
        """Take what a computer writes to the drive, 512 bytes at a time; what is no whole sector never comes."""
        for at in range(0, len(sectors) // BLOCK * BLOCK, BLOCK):
            self._take(sectors[at : at + BLOCK])
        return self

    def starts(self) -> bool:
        """Whether the chip, once rebooted, starts what is in flash: the checksum of the second stage is right."""
        # zlib reflects bits, the boot ROM does not
        turned = bytes(int(f"{byte:08b}"[::-1], 2) for byte in self.flash[:252])
        crc = int(f"{zlib.crc32(turned) ^ 0xFFFFFFFF:032b}"[::-1], 2)
        return self.rebooted and not self.into_ram and self.flash[252:256] == struct.pack("<I", crc)

    def _take(self, sector: bytes) -> None:
        first, second, flags, address, size, number, count, family = struct.unpack_from("<8I", sector)
        (end,) = struct.unpack_from("<I", sector, 508)
        if self.rebooted or (first, second, end) != (0x0A324655, 0x9E5D5157, 0x0AB16F30):
            return
        if not flags & 0x2000 or family != FAMILY or flags & 1 or size != PAGE:
            return
        if self._begun(address, number, count) and number not in self._seen:
            self._write_page(address, number, sector[32 : 32 + PAGE])

    def _begun(self, address: int, number: int, count: int) -> bool:
        """Whether a block belongs to the transfer that is going on; if not, that is given up."""
        ram = any(low <= address and address + 255 <= high for low, high in RAM)
        flash = address >= FLASH_BASE and address + 255 <= 0x20000000
        if not count or not (ram or flash) or (flash and address % PAGE):
            self._count = 0
            return False
        if count != self._count:
            self._count, self._seen, self._cleared, self.into_ram = 0, set(), set(), ram
            if count > (RAM_BLOCKS_MAX if ram else FLASH_BLOCKS_MAX):
                return False
            self._count = count
        if ram != self.into_ram or number >= count:
            self._count = 0
            return False
        return True

    def _write_page(self, address: int, number: int, page: bytes) -> None:
        if not self.into_ram:
            at = (address - FLASH_BASE) % FLASH_SIZE  # the chip does not know the address lines above
            group = number * PAGE // SECTOR
            if group not in self._cleared:
                self._cleared.add(group)
                self.erases += 1
                start = at // SECTOR * SECTOR
                self.flash[start : start + SECTOR] = b"\xff" * SECTOR
            was = self.flash[at : at + PAGE]
            self.flash[at : at + PAGE] = bytes(old & new for old, new in zip(was, page, strict=True))
        self._seen.add(number)
        self.rebooted = len(self._seen) == self._count
