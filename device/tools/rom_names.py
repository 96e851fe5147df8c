"""Write the names that the pinned MicroPython has in a Pico's flash into ``host/buzzband/compact/rom_names.txt``.

python device/tools/rom_names.py UF2           print what differs
python device/tools/rom_names.py UF2 --write   take it over

MicroPython keeps its names in pools (``qstr_pool_t``, py/qstr.h): the pool before, how many names all before it hold,
room, count, where hashes and lengths lie, and then the addresses of the texts.
"""

import struct
import sys
from pathlib import Path

from buzzband import uf2
from buzzband.compact import naming

_HEADER = struct.Struct("<6I")
_NAMES_MAX = 5000


def names_in(image: bytes) -> set[str]:
    """Return the identifiers among the names in an image of the flash."""
    return {name for at in range(0, len(image) - _HEADER.size, 4) for name in _pool(image, at) if name.isidentifier()}


def _pool(image: bytes, at: int) -> list[str]:
    """Return the names of the pool at ``at``; none if there is no pool."""
    before, _, _, count, hashes, lengths = _HEADER.unpack_from(image, at)
    texts_at = at + _HEADER.size
    if not 0 < count < _NAMES_MAX or texts_at + 4 * count > len(image):
        return []
    places = struct.unpack_from(f"<{count}I", image, texts_at)
    if not all(_is_in(image, place) for place in (hashes, lengths, before or hashes, *places)):
        return []
    texts = []
    for number, place in enumerate(places):
        start = place - uf2.FLASH_ADDRESS
        text = image[start : start + image[lengths - uf2.FLASH_ADDRESS + number] + 1]
        if text.find(0) != len(text) - 1:
            return []
        texts.append(text[:-1].decode("latin-1"))
    return texts


def _is_in(image: bytes, address: int) -> bool:
    return uf2.FLASH_ADDRESS <= address < uf2.FLASH_ADDRESS + len(image)


def flash_of(data: bytes) -> bytes:
    """Return the flash as a UF2 fills it."""
    image = bytearray()
    for address, page in uf2.read(data).at.items():
        start = address - uf2.FLASH_ADDRESS
        image.extend(b"\xff" * (start + len(page) - len(image)))
        image[start : start + len(page)] = page
    return bytes(image)


def main(path: Path, write: bool) -> None:
    """Print every name that differs, and write them if asked to."""
    found = sorted(names_in(flash_of(path.read_bytes())), key=lambda name: (len(name), name))
    for name in sorted(set(found) ^ set(naming.rom_names())):
        print(f"{'new' if name in found else 'gone'}: {name}")
    if write:
        Path(naming.__file__).with_name("rom_names.txt").write_text("\n".join(found) + "\n", encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--write" in sys.argv[2:])
