"""UF2 files: what is accepted is what the boot ROM takes whole, and starts; anything else is a BadUf2."""

import struct

from boot_rom import BootRom
from buzzband import uf2
from buzzband.errors import BadUf2

BYTES_MAX = 40 * uf2.BLOCK_SIZE


def one_input(data: bytes) -> None:
    """Read the input as it is, and as blocks whose fixed fields are right."""
    _read(data)
    _read(_mended(data))


def _read(data: bytes) -> None:
    try:
        pages = uf2.read(data)
    except BadUf2:
        return
    rom = BootRom().write(data)
    assert rom.starts()
    for address, page in pages.at.items():
        at = address - uf2.FLASH_ADDRESS
        assert rom.flash[at : at + uf2.PAYLOAD_SIZE] == page
    assert uf2.read(uf2.write(pages.sectors())).at.items() >= pages.at.items()


def _mended(data: bytes) -> bytes:
    """Return blocks with the input's addresses, one for each 4 bytes of it, and all else as it should be."""
    pages = [address for (address,) in struct.iter_unpack("<I", data[: len(data[:160]) // 4 * 4])]
    stage = bytes(252)
    first = stage + struct.pack("<I", uf2.crc32(stage))
    blocks = []
    for number, address in enumerate(pages):
        header = (*uf2.MAGICS, uf2.FAMILY_PRESENT, address, uf2.PAYLOAD_SIZE, number, len(pages), uf2.RP2040_FAMILY)
        page = first if address == uf2.FLASH_ADDRESS else bytes((number,)) * uf2.PAYLOAD_SIZE
        block = (struct.pack("<8I", *header) + page).ljust(uf2.BLOCK_SIZE - 4, b"\0")
        blocks.append(block + struct.pack("<I", uf2.END_MAGIC))
    return b"".join(blocks)
