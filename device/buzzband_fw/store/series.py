"""Series: values at a steady rate, packed while they come. What lies in ACTIVATION and MOVEMENT: docs/log-format.md.

    block u32 | count u8 | first value u16 | bits, the highest of a byte first, 0 up to the end of the last byte

A value is a level, 0 to 1023, and 4 flags above bit 12. Each but the first is told by how far it is from where the last
two point to. Rice codes, whose parameter follows how far the last ones were off; runs of values that are not off, while
hardly any is; flags that change and what is far off as they are. host/buzzband/recordings/series.py reads it.
"""

import struct

from buzzband_fw.core.portable import const, int32s, micropython, ptr8, ptr32

HEAD_FORMAT = "<IBH"
HEAD = const(7)  # bytes
LEVEL_MAX = const(1023)  # as the caller sees to it
FLAGS_SHIFT = const(12)

MEAN_START = const(64)  # sixteenths
MEAN_SHIFT = const(2)
RICE = const(24)  # sixteenths: the parameter is the first for which so many, shifted left by it, reach the mean
RUNS_BELOW = const(12)  # sixteenths
RUN_LENGTH_MAX = const(7)  # a whole run is of 1 << length values
ESCAPE = const(8)  # ones in a row: 10 bits of level and 4 of flags follow

TAKEN = const(0)  # what put returns
FULL = const(1)  # taken, and there may be no room for another
NO_PART = const(2)  # not taken: it does not continue the series

_COUNT = const(0)
_AT = const(1)  # where in the buffer the next whole byte goes
_HELD = const(2)  # bits that make no whole byte yet, and how many
_HAVE = const(3)
_LAST = const(4)
_BEFORE = const(5)
_MEAN = const(6)
_FLAGS = const(7)
_RUN = const(8)
_LENGTH = const(9)
_NEXT = const(10)  # block
_STEP = const(11)
_COUNT_MAX = const(12)
_AT_MAX = const(13)

_VALUE_MAX = const(5)  # bytes of a value: a run of 8 bits, 22 as it is, and what was held


class Series:
    """A series in the making. ``buffer`` and ``state`` are for ``put``; ``state[0]`` is how many values there are."""

    def __init__(self, steps, length_max, capacity):
        """``steps``: blocks from one value to the next. ``length_max``: values, 255 at most. ``capacity``: bytes."""
        self.buffer = bytearray(capacity)
        self.state = int32s((0,) * _STEP + (steps, length_max, capacity - _VALUE_MAX))

    def begin(self, block, value):
        """Begin anew with the value after ``block``."""
        struct.pack_into(HEAD_FORMAT, self.buffer, 0, block, 1, value)
        state = self.state
        for slot in range(_HELD, _NEXT):
            state[slot] = 0
        state[_COUNT] = 1
        state[_AT] = HEAD
        state[_LAST] = state[_BEFORE] = value & 0xFFF
        state[_MEAN] = MEAN_START
        state[_FLAGS] = value >> FLAGS_SHIFT
        state[_NEXT] = block + state[_STEP]

    def size(self):
        """Return at most how many bytes it has."""
        return self.state[_AT] + 2

    def finish(self):
        """End it; return its length in bytes."""
        state = self.state
        at = state[_AT]
        held = state[_HELD]
        have = state[_HAVE]
        if state[_RUN]:
            held <<= 1  # as if the run went on: the count tells that it does not
            have += 1
        if have:
            self.buffer[at] = held << (8 - have)
            at += 1
        self.buffer[HEAD - 3] = state[_COUNT]
        state[_COUNT] = 0
        state[_NEXT] = -1
        return at


@micropython.viper
def put(value: int, block: int, out: ptr8, state: ptr32) -> int:
    """Add the value after ``block`` to the series in ``out``; return what has become of it."""
    if block != state[_NEXT]:
        return NO_PART
    state[_NEXT] = block + state[_STEP]
    level = value & 0xFFF
    last = state[_LAST]
    guess = last + ((last - state[_BEFORE]) >> 1)
    if guess < 0:
        guess = 0
    state[_BEFORE] = last
    state[_LAST] = level
    off = (level - guess) << 1
    if off < 0:
        off = 0 - off - 1
    mean = state[_MEAN]
    state[_MEAN] = mean + (((off << 4) - mean) >> MEAN_SHIFT)
    flags = value >> FLAGS_SHIFT
    rice = 0
    while RICE << rice < mean:
        rice += 1
    if flags != state[_FLAGS]:
        state[_FLAGS] = flags
        rice = 0
        off = ESCAPE + 1  # no part of a run, and too far for a code
    held = state[_HELD]
    have = state[_HAVE]
    if mean < RUNS_BELOW:
        run = state[_RUN]
        length = state[_LENGTH]
        if off == 0:
            run += 1
            if run >> length:
                run = 0
                held = held << 1
                have += 1
                if length < RUN_LENGTH_MAX:
                    state[_LENGTH] = length + 1
        else:
            held = (held << (length + 1)) | (1 << length) | run
            have += length + 1
            run = 0
            if length:
                state[_LENGTH] = length - 1
        state[_RUN] = run
        off -= 1  # -1: the run has told it
    code = 0
    width = 0
    if off >= 0:
        ones = off >> rice
        if ones < ESCAPE:
            width = ones + 1 + rice
            code = (((1 << ones) - 1) << (rice + 1)) | (off & ((1 << rice) - 1))
        else:
            width = 22
            code = (0xFF << 14) | (level << 4) | flags
    at = state[_AT]
    while have >= 8 or width:
        if have < 8:
            held = (held << width) | code
            have += width
            width = 0
        else:
            have -= 8
            out[at] = held >> have & 255
            at += 1
            held &= (1 << have) - 1
    state[_AT] = at
    state[_HELD] = held
    state[_HAVE] = have
    count = state[_COUNT] + 1
    state[_COUNT] = count
    if count >= state[_COUNT_MAX] or at >= state[_AT_MAX]:
        return FULL
    return TAKEN


@micropython.viper
def move(source: ptr8, start: int, target: ptr8, at: int, count: int):
    """Copy bytes; also to a place further down in the same buffer."""
    for i in range(count):
        target[at + i] = source[start + i]
