"""UF2, the format in which flash content goes onto the drive of a board in BOOTSEL: read with every check, and written.

The RP2040's boot ROM is a lenient reader: blocks that it does not like it passes over in silence, others make it start
anew, and it erases by number of block, not by address. So a file that is wrong anywhere is refused here, before a
board sees it. Format: microsoft/uf2; boot ROM: pico-bootrom-rp2040, virtual_disk.c.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from buzzband.errors import BadUf2

BLOCK_SIZE = 512
PAYLOAD_SIZE = 256  # the only one that the boot ROM takes: a page of flash
SECTOR_SIZE = 4096  # what flash erases at once
SECTOR_BLOCKS = SECTOR_SIZE // PAYLOAD_SIZE
FLASH_ADDRESS = 0x10000000
FLASH_SIZE = 2 << 20  # a Raspberry Pi Pico's
RP2040_FAMILY = 0xE48BFF56

MAGICS = (0x0A324655, 0x9E5D5157)
END_MAGIC = 0x0AB16F30
FAMILY_PRESENT = 0x2000  # the only flag that a block for flash may have
SIZE_MAX = FLASH_SIZE // PAYLOAD_SIZE * BLOCK_SIZE

_HEADER = struct.Struct("<8I")  # magics, flags, address, payload size, number, count, family
_END = struct.Struct("<I")
_END_AT = BLOCK_SIZE - _END.size
_FAMILIES = {0xE48BFF57: "any RP2350", 0xE48BFF59: "an RP2350", 0xE48BFF5A: "an RP2350 in RISC-V mode"}
_STAGE_2_SIZE = 252  # what the boot ROM starts, and in front of which CRC (datasheet, 2.8.1.3.1)
_CRC_POLYNOMIAL = 0x04C11DB7
_ERASED = b"\xff" * PAYLOAD_SIZE


@dataclass(frozen=True)
class Pages:
    """What a UF2 puts into flash: pages of 256 bytes by address, in the order of their blocks."""

    at: dict[int, bytes]

    @property
    def content(self) -> bytes:
        """Return the pages one behind the other."""
        return b"".join(self.at.values())

    def sectors(self) -> Iterator[tuple[int, bytes]]:
        """Yield whole sectors: offset from the begin of flash, and the pages in it, filled up with erased flash."""
        for address in sorted({address // SECTOR_SIZE * SECTOR_SIZE for address in self.at}):
            pages = (self.at.get(address + at, _ERASED) for at in range(0, SECTOR_SIZE, PAYLOAD_SIZE))
            yield address - FLASH_ADDRESS, b"".join(pages)

    def reaches(self, offset: int) -> bool:
        """Return whether anything goes to ``offset`` from the begin of flash, or behind it."""
        return any(address + PAYLOAD_SIZE > FLASH_ADDRESS + offset for address in self.at)


def read(data: bytes) -> Pages:
    """Return what a UF2 puts into the flash of a Pico. Raises BadUf2, which names the first block that is wrong.

    What is accepted is what the boot ROM takes whole, in order, into flash that it has erased, and can start.
    """
    count = _block_count(data)
    pages: dict[int, bytes] = {}
    for number in range(count):
        block = data[number * BLOCK_SIZE : (number + 1) * BLOCK_SIZE]
        address = _address(block, number, count)
        _require_place(address, number, pages)
        pages[address] = block[_HEADER.size : _HEADER.size + PAYLOAD_SIZE]
    _require_erased(list(pages))
    _require_start(pages.get(FLASH_ADDRESS))
    return Pages(pages)


def write(sectors: Iterable[tuple[int, bytes]]) -> bytes:
    """Return a UF2 of whole sectors: offset from the begin of flash, rising, and what is in them.

    Whole, because the boot ROM erases the sector of every sixteenth block. Raises ValueError.
    """
    pages = [page for offset, content in sectors for page in _pages(offset, content)]
    offsets = [offset for offset, _ in pages]
    if offsets != sorted(set(offsets)) or (offsets and offsets[-1] >= FLASH_SIZE):
        raise ValueError("sectors out of order, twice, or beyond flash")
    return b"".join(_block(number, len(pages), offset, page) for number, (offset, page) in enumerate(pages))


def crc32(data: bytes) -> int:
    """Return the CRC-32 that the RP2040's boot ROM wants behind the second stage: MPEG-2's, nothing reflected."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ _CRC_POLYNOMIAL if crc >> 31 else crc << 1) & 0xFFFFFFFF
    return crc


def _pages(offset: int, content: bytes) -> Iterator[tuple[int, bytes]]:
    if offset % SECTOR_SIZE or len(content) % SECTOR_SIZE:
        raise ValueError("no whole sectors")
    for at in range(0, len(content), PAYLOAD_SIZE):
        yield offset + at, content[at : at + PAYLOAD_SIZE]


def _block(number: int, count: int, offset: int, page: bytes) -> bytes:
    address = FLASH_ADDRESS + offset
    header = _HEADER.pack(*MAGICS, FAMILY_PRESENT, address, PAYLOAD_SIZE, number, count, RP2040_FAMILY)
    return (header + page).ljust(_END_AT, b"\0") + _END.pack(END_MAGIC)


def _block_count(data: bytes) -> int:
    if data[:8] != struct.pack("<2I", *MAGICS):
        raise BadUf2("This is no UF2: it does not begin as one.")
    if len(data) % BLOCK_SIZE:
        raise BadUf2(f"The UF2 is cut short or damaged: {len(data)} bytes are no whole blocks of {BLOCK_SIZE}.")
    if len(data) > SIZE_MAX:
        raise BadUf2(f"The UF2 holds more than the flash of a Pico: {len(data)} bytes, {SIZE_MAX} at most.")
    return len(data) // BLOCK_SIZE


def _address(block: bytes, number: int, count: int) -> int:
    """Return where a block goes, once all that stands in it is as it should be."""
    first, second, flags, address, size, its_number, its_count, family = _HEADER.unpack_from(block)
    if (first, second) != MAGICS or _END.unpack_from(block, _END_AT) != (END_MAGIC,):
        raise _wrong(number, "is damaged: its marks are not those of UF2")
    if flags != FAMILY_PRESENT or family != RP2040_FAMILY:
        raise _wrong(number, f"is not for the flash of an RP2040: {_meant_for(flags, family)}")
    if size != PAYLOAD_SIZE:
        raise _wrong(number, f"carries {size} bytes; the boot ROM takes {PAYLOAD_SIZE} only")
    if its_count != count:
        raise _wrong(number, f"says that there are {its_count} blocks; there are {count}")
    if its_number != number:
        raise _wrong(number, f"says that it is block {its_number}")
    return int(address)


def _meant_for(flags: int, family: int) -> str:
    if not flags & FAMILY_PRESENT:
        return f"it does not say what it is for (flags 0x{flags:x})"
    if family != RP2040_FAMILY:
        return f"it is for {_FAMILIES.get(family, 'another chip')} (family 0x{family:08x})"
    return f"it is no plain content (flags 0x{flags:x})"


def _require_place(address: int, number: int, pages: dict[int, bytes]) -> None:
    if address % PAYLOAD_SIZE:
        raise _wrong(number, f"goes to 0x{address:08x}, which is not the begin of a page of {PAYLOAD_SIZE} bytes")
    if not FLASH_ADDRESS <= address < FLASH_ADDRESS + FLASH_SIZE:
        raise _wrong(number, f"goes to 0x{address:08x}, which is not in the flash of a Pico")
    if address in pages:
        raise _wrong(number, f"goes to 0x{address:08x}, as block {list(pages).index(address)} does")
    if pages and address < next(reversed(pages)):
        raise _wrong(number, f"goes to 0x{address:08x}, which is in front of what the block before it writes")


def _require_erased(addresses: list[int]) -> None:
    """Refuse what the boot ROM would not erase, or erase again: it erases the sector of every sixteenth block."""
    erased = -1
    for number, address in enumerate(addresses):
        sector = address // SECTOR_SIZE
        if number % SECTOR_BLOCKS == 0:
            if sector == erased:
                raise _wrong(number, f"makes the boot ROM erase 0x{sector * SECTOR_SIZE:08x} a second time")
            erased = sector
        elif sector != erased:
            raise _wrong(number, f"goes to 0x{address:08x}, which the boot ROM would not erase")


def _require_start(page: bytes | None) -> None:
    """Refuse what the boot ROM would not start: it wants a second stage at the begin of flash, with its CRC."""
    if page is None:
        raise BadUf2("The UF2 holds no program: nothing goes to the begin of flash.")
    if struct.pack("<I", crc32(page[:_STAGE_2_SIZE])) != page[_STAGE_2_SIZE:]:
        raise _wrong(0, "holds no second stage that the boot ROM would start: its checksum is wrong")


def _wrong(number: int, what: str) -> BadUf2:
    return BadUf2(f"Block {number} of the UF2 {what}.")
