"""Packs: an app in one file, as the band keeps it in a slot. ``buzzband_fw.link.updating`` has the format."""

import binascii
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from buzzband_fw.link.updating import (
    DIGEST_SIZE,
    FOOTER_FORMAT,
    FOOTER_SIZE,
    MAGIC,
    PLACE_FORMAT,
    PLACE_SIZE,
)

PACK_MAX = 171_600  # bytes: 42 blocks of flash, so that both slots stay within 350 KB

_PREFIX, _SUFFIX = "buzzband_fw/", ".mpy"
_MODULES_MAX = 1000


@dataclass(frozen=True)
class Place:
    """Where a module lies in a pack. ``digest``: the first 8 bytes of its SHA-256."""

    name: str
    start: int
    size: int
    digest: bytes


@dataclass(frozen=True)
class Manifest:
    """What stands at the end of a pack. ``start``: where it begins. ``sha256``: of the modules, and of their places."""

    places: tuple[Place, ...]
    start: int
    sha256: bytes

    @property
    def size(self) -> int:
        """Return the size of the whole pack."""
        return self.start + len(self._names) + DIGEST_SIZE * len(self.places) + FOOTER_SIZE

    @property
    def by_name(self) -> dict[str, Place]:
        """Return where each module lies."""
        return {place.name: place for place in self.places}

    @property
    def _names(self) -> bytes:
        return _names(self.places)

    def pack(self) -> bytes:
        """Return it as it stands there."""
        names = self._names
        footer = struct.pack(FOOTER_FORMAT, MAGIC, self.start, len(names), len(self.places), self.sha256, 0)[:-4]
        crc = binascii.crc32(footer, binascii.crc32(names))
        return names + _digests(self.places) + footer + struct.pack("<I", crc)


def module_name(path: str) -> str:
    """Return the name in a pack of a module of the firmware, like ``core/comb``. Raises ValueError."""
    if not path.startswith(_PREFIX) or not path.endswith(_SUFFIX):
        raise ValueError(f"{path} is no compiled module of the firmware")
    return path.removeprefix(_PREFIX).removesuffix(_SUFFIX)


def digest(data: bytes) -> bytes:
    """Return what tells a module from another."""
    return sha256(data).digest()[:DIGEST_SIZE]


def manifest(places: Iterable[Place], start: int, modules: Mapping[str, bytes]) -> Manifest:
    """Return the manifest of modules that lie at ``places``. ``modules``: their contents by name."""
    found = tuple(sorted(places, key=lambda place: place.name))
    whole = sha256()
    for place in found:
        whole.update(modules[place.name])
    whole.update(_names(found) + _digests(found))
    return Manifest(found, start, whole.digest())


def new_pack(files: Mapping[str, bytes]) -> bytes:
    """Return a pack of compiled modules, by their paths as in ``buzzband.bundle.app_files``."""
    modules = {module_name(path): data for path, data in sorted(files.items())}
    places, start = [], 0
    for name, data in modules.items():
        places.append(Place(name, start, len(data), digest(data)))
        start += len(data)
    return b"".join(modules.values()) + manifest(places, start, modules).pack()


def read_footer(footer: bytes, size: int) -> int:
    """Return where the manifest begins of a pack of ``size`` bytes that ends in ``footer``. Raises ValueError."""
    magic, start, names_size, count, _, _ = _unpacked(footer)
    if magic != MAGIC or count > _MODULES_MAX or start + names_size + DIGEST_SIZE * count + FOOTER_SIZE != size:
        raise ValueError("no pack")
    return start


def read_manifest(data: bytes) -> Manifest:
    """Return the manifest that ``data`` is, from the names to the footer. Raises ValueError."""
    footer = data[-FOOTER_SIZE:]
    _, start, names_size, count, whole, crc = _unpacked(footer)
    names, digests = data[:names_size], data[names_size:-FOOTER_SIZE]
    if len(digests) != DIGEST_SIZE * count or binascii.crc32(footer[:-4], binascii.crc32(names)) != crc:
        raise ValueError("a manifest that is damaged")
    places, at = [], 0
    for number in range(count):
        end = names.index(b"\0", at + 1)
        where = names[end + 1 : end + 1 + PLACE_SIZE]
        places.append(_place(names[at + 1 : end], where, digests[DIGEST_SIZE * number :][:DIGEST_SIZE]))
        at = end + 1 + PLACE_SIZE
    return Manifest(tuple(places), start, whole)


def read_pack(data: bytes) -> dict[str, bytes]:
    """Return the modules of a pack by name. Raises ValueError if any of it is not as it should be."""
    found = read_manifest(data[read_footer(data[-FOOTER_SIZE:], len(data)) :])
    modules = {place.name: data[place.start : place.start + place.size] for place in found.places}
    if manifest(found.places, found.start, modules).sha256 != found.sha256:
        raise ValueError("a pack that is damaged")
    return modules


def _place(name: bytes, where: bytes, told_digest: bytes) -> Place:
    try:
        start, size = struct.unpack(PLACE_FORMAT, where)
    except struct.error as error:
        raise ValueError("a place that is damaged") from error
    return Place(name.decode(), start, size, told_digest)


def _unpacked(footer: bytes) -> tuple[bytes, int, int, int, bytes, int]:
    try:
        magic, start, names_size, count, whole, crc = struct.unpack(FOOTER_FORMAT, footer)
    except struct.error as error:
        raise ValueError("no footer") from error
    return magic, start, names_size, count, whole, crc


def _names(places: Iterable[Place]) -> bytes:
    return b"".join(
        b"\0" + place.name.encode() + b"\0" + struct.pack(PLACE_FORMAT, place.start, place.size) for place in places
    )


def _digests(places: Iterable[Place]) -> bytes:
    return b"".join(place.digest for place in places)
