"""Series of values as a band packs them while they come: buzzband_fw.store.series writes what this reads.

A session has some hundred thousand values, and none can be read before the one before it: hence one loop, over the bits
as text, in which the end of a code is found at once.
"""

import struct

from buzzband_fw.store import series
from buzzband_fw.store.series import ESCAPE, LEVEL_MAX, MEAN_SHIFT, RUN_LENGTH_MAX, RUNS_BELOW

_FLAGS_BITS = 4
_AS_IT_IS = ESCAPE + 10 + _FLAGS_BITS  # bits of a value that no code tells: ones, level, flags
_RICE = bytes(series.RICE + 1) + b"".join(bytes((rice,)) * (series.RICE << rice - 1) for rice in range(1, 12))
"""For each mean how many bits a code has behind its ones and its zero."""


def unpack(payload: bytes) -> tuple[int, list[int], list[int]]:
    """Return the block of the first value, the levels, and their flags. Raises ValueError for what is no series."""
    if len(payload) < series.HEAD:
        raise ValueError("too short for a series")
    block, count, first = struct.unpack_from(series.HEAD_FORMAT, payload)
    flag, level = divmod(first, 1 << series.FLAGS_SHIFT)
    if not count or level > LEVEL_MAX:
        raise ValueError("no level")
    bits = bin(int.from_bytes(b"\x01" + payload[series.HEAD :]))[3:]  # with the zeros that it begins with
    try:
        return block, *_values(bits, count, level, flag)
    except (IndexError, ValueError) as error:
        raise ValueError("a series that ends early") from error


def _values(bits: str, count: int, level: int, flag: int) -> tuple[list[int], list[int]]:
    """Return ``count`` levels and their flags, the first of them given.

    Raises ValueError for a level that cannot be, and that or IndexError if there are not so many bits.
    """
    levels, flags = [level], [flag]
    find, end = bits.find, len(bits)
    before, mean = level, series.MEAN_START
    at = length = zeros = 0  # where the next bit is; of runs: log2 of the next whole one, values left of this one
    least = 0  # 1: this run ends with a value that is off
    while len(levels) < count:
        guess = level + (level - before >> 1)
        before = level
        level = guess if guess > 0 else 0
        if mean < RUNS_BELOW and not zeros and not least:
            least = int(bits[at])
            at += 1
            if least:
                zeros = int("0" + bits[at : at + length], 2)
                at += length
                length = max(length - 1, 0)
            else:
                zeros = 1 << length
                length = min(length + 1, RUN_LENGTH_MAX)
        if zeros:
            zeros -= 1
            mean += -mean >> MEAN_SHIFT
        else:
            zero = find("0", at, at + ESCAPE)
            if zero >= 0:
                rice = _RICE[mean]
                off = least + (zero - at << rice)
                at = zero + 1 + rice
                if rice:
                    off += int(bits[zero + 1 : at], 2)
                level += -(off + 1 >> 1) if off & 1 else off >> 1
            else:
                told, flag = divmod(int(bits[at + ESCAPE : at + _AS_IT_IS], 2), 1 << _FLAGS_BITS)
                at += _AS_IT_IS
                off = 2 * (told - level) if told >= level else 2 * (level - told) - 1
                level = told
            least = 0
            mean += 16 * off - mean >> MEAN_SHIFT
        if level > LEVEL_MAX or level < 0 or at > end:
            raise ValueError("no level")
        levels.append(level)
        flags.append(flag)
    return levels, flags
