"""UF2 files: small ones that would start, and ways in which they get damaged."""

import random
import struct
from collections.abc import Callable

from buzzband import uf2

Rng = random.Random
HEADER_FIELDS = 8
SPOTS = (0, 1, 255, 256, 0x2001, 0x1000, 0x4000, 0xE48BFF56, 0xE48BFF59, 0x0A324655, 0x10000000, 0x20000000, 1 << 31)


def program(sectors: int, seed: int = 1) -> bytes:
    """Content for flash with a second stage that the boot ROM starts."""
    stage = random.Random(seed).randbytes(252)
    return stage + struct.pack("<I", uf2.crc32(stage)) + random.Random(seed).randbytes(sectors * 4096 - 256)


def small(sectors: int = 2) -> bytes:
    return uf2.write([(0, program(sectors)), (0xA0000, bytes(range(256)) * 16)])


def blocks(data: bytes) -> list[bytes]:
    return [data[at : at + 512] for at in range(0, len(data), 512)]


def with_field(data: bytes, number: int, field: int, value: int) -> bytes:
    """``data`` with another value in a field of a block's header; field 8 is the mark at its end."""
    at = number * 512 + (4 * field if field < HEADER_FIELDS else 508)
    return data[:at] + struct.pack("<I", value & 0xFFFFFFFF) + data[at + 4 :]


def a_bit(data: bytes, rng: Rng) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << rng.randrange(8),)) + data[at + 1 :]


def a_bit_of_a_header(data: bytes, rng: Rng) -> bytes:
    at = rng.randrange(len(data) // 512) * 512 + rng.choice((*range(32), 508, 509, 510, 511))
    return data[:at] + bytes((data[at] ^ 1 << rng.randrange(8),)) + data[at + 1 :]


def a_field(data: bytes, rng: Rng) -> bytes:
    count = len(data) // 512
    value = rng.choice((*SPOTS, rng.getrandbits(32), rng.randrange(count), count, count + 1, count - 1))
    return with_field(data, rng.randrange(count), rng.randrange(9), value)


def an_address(data: bytes, rng: Rng) -> bytes:
    step = rng.choice((256, -256, 4096, -4096, 128, 1 << 21))
    number = rng.randrange(len(data) // 512)
    return with_field(data, number, 3, struct.unpack_from("<I", data, number * 512 + 12)[0] + step)


def a_count_everywhere(data: bytes, rng: Rng) -> bytes:
    count = max(0, len(data) // 512 + rng.choice((-16, -1, 1, 7)))
    for number in range(len(data) // 512):
        data = with_field(data, number, 6, count)
    return data


def cut(data: bytes, rng: Rng) -> bytes:
    return data[: rng.choice((rng.randrange(len(data)), rng.randrange(len(data) // 512) * 512))]


def one_lost(data: bytes, rng: Rng) -> bytes:
    found = blocks(data)
    del found[rng.randrange(len(found))]
    return b"".join(found)


def one_twice(data: bytes, rng: Rng) -> bytes:
    found = blocks(data)
    found.insert(rng.randrange(len(found) + 1), rng.choice(found))
    return b"".join(found)


def one_for_another(data: bytes, rng: Rng) -> bytes:
    found = blocks(data)
    found[rng.randrange(len(found))] = rng.choice(found)
    return b"".join(found)


def two_swapped(data: bytes, rng: Rng) -> bytes:
    found = blocks(data)
    one, other = rng.randrange(len(found)), rng.randrange(len(found))
    found[one], found[other] = found[other], found[one]
    return b"".join(found)


def renumbered_without_one(data: bytes, rng: Rng) -> bytes:
    """A gap that only the erasing tells: numbers and counts are right again."""
    found = blocks(one_lost(data, rng))
    for number in range(len(found)):
        found[number] = with_field(with_field(found[number], 0, 5, number), 0, 6, len(found))
    return b"".join(found)


def something_behind(data: bytes, rng: Rng) -> bytes:
    return data + rng.choice((b"\0" * 512, data[:512], data, rng.randbytes(rng.randrange(1, 600))))


def a_page_of_noise(data: bytes, rng: Rng) -> bytes:
    at = rng.randrange(len(data) // 512) * 512 + 32
    return data[:at] + rng.randbytes(256) + data[at + 256 :]


def a_sector_of_the_drive_lost(data: bytes, rng: Rng) -> bytes:
    at = rng.randrange(len(data) // 512) * 512
    return data[:at] + b"\0" * 512 + data[at + 512 :]


DAMAGE: tuple[Callable[[bytes, Rng], bytes], ...] = (
    a_bit,
    a_bit_of_a_header,
    a_field,
    an_address,
    a_count_everywhere,
    cut,
    one_lost,
    one_twice,
    one_for_another,
    two_swapped,
    renumbered_without_one,
    something_behind,
    a_page_of_noise,
    a_sector_of_the_drive_lost,
)


def damaged(data: bytes, seed: int) -> bytes:
    """``data`` with one, two or three things wrong with it."""
    rng = random.Random(seed)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(DAMAGE)(data, rng) if len(data) >= 512 else data
    return data
