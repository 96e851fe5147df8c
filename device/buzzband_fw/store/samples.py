"""Samples: raw EMG, packed. What lies in CLIP: docs/log-format.md. Imported only where clips are kept.

A sample is the sum of four conversions, 0 to 16380, as core/intake.py makes it before it centres it. Each is told by
how far it is from the one before, the first from ``CENTRE``: Rice codes, whose parameter follows how far the last ones
were off, and what is far off as it is. Bits come the highest of a byte first.
host/buzzband/recordings/samples.py reads it.
"""

from buzzband_fw.core.portable import const, int32s, micropython, ptr8, ptr16, ptr32

CENTRE = const(8192)
MEAN_START = const(1024)  # sixteenths
MEAN_SHIFT = const(3)
RICE = const(
    24
)  # sixteenths: the parameter is the first for which so many, shifted left by it, reach the mean: 15 at most
ESCAPE = const(8)  # ones in a row: 14 bits of sample follow
SAMPLE_BITS = const(14)

_AT = const(0)  # where the next whole byte goes
_HELD = const(1)  # bits that make no whole byte yet, and how many
_HAVE = const(2)
_LAST = const(3)
_MEAN = const(4)
_MASK = const(5)  # of the ring, as in core/intake.py
_RAW_PER_SAMPLE = const(4)


def new_state(ring_mask):
    """Return what ``put`` needs. ``ring_mask``: that of the chain's intake."""
    return int32s((0, 0, 0, 0, 0, ring_mask))


def begin(at, state):
    """Begin anew; the first byte goes to ``at``."""
    state[_AT] = at
    state[_HELD] = state[_HAVE] = 0
    state[_LAST] = CENTRE
    state[_MEAN] = MEAN_START


def end(out, state):
    """Fill up the last byte with zeros; return where the next one would go."""
    at = state[_AT]
    if state[_HAVE]:
        out[at] = state[_HELD] << (8 - state[_HAVE])
        at += 1
    return at


@micropython.viper
def put(ring: ptr16, position: int, count: int, out: ptr8, state: ptr32):
    """Add ``count`` samples, of which the first begins at ``position`` of the ring."""
    mask = state[_MASK]
    step = mask >> 1 & 1
    at = state[_AT]
    held = state[_HELD]
    have = state[_HAVE]
    last = state[_LAST]
    mean = state[_MEAN]
    position &= mask
    for _ in range(count):
        j = position + step
        x = ring[position] + ring[j] + ring[position + 2] + ring[j + 2]
        position = position + _RAW_PER_SAMPLE & mask
        off = (x - last) << 1
        if off < 0:
            off = 0 - off - 1
        last = x
        rice = 0
        while RICE << rice < mean:
            rice += 1
        mean += ((off << 4) - mean) >> MEAN_SHIFT
        ones = off >> rice
        if ones < ESCAPE:
            have += ones + 1 + rice
            held = (held << (ones + 1 + rice)) | (((1 << ones) - 1) << (rice + 1)) | (off & ((1 << rice) - 1))
        else:
            have += ESCAPE + SAMPLE_BITS
            held = (held << (ESCAPE + SAMPLE_BITS)) | (((1 << ESCAPE) - 1) << SAMPLE_BITS) | x
        while have >= 8:
            have -= 8
            out[at] = held >> have & 255
            at += 1
            held &= (1 << have) - 1
    state[_AT] = at
    state[_HELD] = held
    state[_HAVE] = have
    state[_LAST] = last
    state[_MEAN] = mean


@micropython.viper
def put_numbers(values: ptr32, count: int, out: ptr8, at: int, end: int) -> int:
    """Write integers within ±2^29 to ``out[at:]``: each folded, 0, -1, 1, -2 becoming 0, 1, 2, 3, then seven bits a
    byte, the lowest first, with 128 beside all but the last. Returns where the next byte goes; a number that would
    begin beyond ``end``, and all behind it, are left out.
    """
    for i in range(count):
        if at > end:
            return at
        value = values[i] << 1
        if value < 0:
            value = 0 - (value + 1)
        while value > 127:
            out[at] = value & 127 | 128
            at += 1
            value >>= 7
        out[at] = value
        at += 1
    return at
