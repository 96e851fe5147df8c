"""CRC-32 (IEEE 802.3) that allocates nothing: ``binascii.crc32`` returns a big integer on the chip, for which the heap
would have to be open while the muscle is watched. Log records and link frames end in it.
"""

import sys
from array import array

from buzzband_fw.core.portable import const, micropython, ptr8, ptr32

SIZE = const(4)

_SEED = const(16)
_FOUND = const(17)  # not returned: from 2^30 on that would be a big integer
_POLYNOMIAL = const(0xEDB88320)


def _remainder(nibble):
    for _ in range(4):
        nibble = nibble >> 1 ^ (_POLYNOMIAL if nibble & 1 else 0)
    return nibble


def new_state(seed=0):
    """Return the state for a checksum that continues from ``seed``: the remainders of 16 nibbles, start, result."""
    return array("I", [_remainder(nibble) for nibble in range(16)] + [seed ^ 0xFFFFFFFF, 0])


if sys.platform == "rp2":
    from buzzband_fw.thumb import crc_32 as _run
else:

    def _run(span, state, buffer):
        """Run over ``buffer``. ``span``: where to begin, shifted left by 16, and where to end, one behind."""
        crc = state[_SEED]
        for at in range(span >> 16, span & 0xFFFF):
            crc ^= buffer[at]
            crc = crc >> 4 ^ state[crc & 15]
            crc = crc >> 4 ^ state[crc & 15]
        state[_FOUND] = crc


@micropython.viper
def seal(buffer: ptr8, start: int, end: int, state: ptr32):
    """Write the checksum of ``buffer[start:end]`` behind it, little-endian."""
    _run(start << 16 | end, state, buffer)
    crc = state[_FOUND]
    for i in range(SIZE):
        buffer[end + i] = (crc >> 8 * i & 255) ^ 255


@micropython.viper
def is_sealed(buffer: ptr8, start: int, end: int, state: ptr32) -> int:
    """Return 1 if ``buffer[start:end]`` ends in the checksum of what is before."""
    end -= SIZE
    if end < start:
        return 0
    _run(start << 16 | end, state, buffer)
    crc = state[_FOUND]
    for i in range(SIZE):
        if buffer[end + i] != (crc >> 8 * i & 255) ^ 255:
            return 0
    return 1
