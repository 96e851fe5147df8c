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
_SORTED = 1 << 31  # of how many there are before: whether those of the pool are in order


def names_in(image: bytes) -> dict[str, int]:
    """Return the identifiers among the names in an image of the flash, with their numbers."""
    found = {}
    for at in range(0, len(image) - _HEADER.size, 4):
        found.update({name: number for number, name in _pool(image, at) if name.isidentifier()})
    return found


def _pool(image: bytes, at: int) -> list[tuple[int, str]]:
    """Return the numbers and names of the pool at ``at``; none if there is no pool."""
    before, first, _, count, hashes, lengths = _HEADER.unpack_from(image, at)
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
        texts.append(((first & ~_SORTED) + number, text[:-1].decode("latin-1")))
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
    found, known = names_in(flash_of(path.read_bytes())), naming.rom_names()
    for name in sorted(found.keys() | known.keys()):
        if found.get(name) != known.get(name):
            print(f"{name}: {known.get(name)}, now {found.get(name)}")
    if write:
        lines = [f"{number} {name}\n" for name, number in sorted(found.items(), key=lambda item: item[1])]
        Path(naming.__file__).with_name("rom_names.txt").write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--write" in sys.argv[2:])
