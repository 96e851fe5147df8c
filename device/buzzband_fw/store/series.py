"""Series: values at a steady rate, packed while they come. What lies in ACTIVATION and MOVEMENT: docs/log-format.md.

    block u32 | count u8 | first value u16 | bits, the highest of a byte first, 0 up to the end of the last byte

A value is a level, 0 to 1023, and 4 flags above bit 12. Each but the first is told by how far it is from where the last
two point to. Rice codes, whose parameter follows how far the last ones were off; runs of values that are not off, while
hardly any is; flags that change and what is far off as they are. host/buzzband/recordings/series.py reads it.
"""

from buzzband_fw.core.portable import const, int32s, micropython, ptr8, ptr32

HEAD = const(7)  # bytes before the bits
LEVEL_MAX = const(1023)
FLAGS_SHIFT = const(12)
COUNT_MAX = const(255)
VALUE_BITS_MAX = const(30)  # of one value: the run before it, and itself as it is

MEAN_START = const(64)  # sixteenths
MEAN_SHIFT = const(2)
RICE = const(24)  # sixteenths: the parameter is the first for which so many, shifted left by it, reach the mean
RUNS_BELOW = const(12)  # sixteenths
RUN_LENGTH_MAX = const(7)  # a whole run is of 1 << length values
ESCAPE = const(8)  # ones in a row: 10 bits of level and 4 of flags follow

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
_COUNT_MAX = const(10)
_AT_MAX = const(11)


def new_state(count_max, size):
    """Return the state for series of up to ``count_max`` values, at most 255, in buffers of ``size`` bytes."""
    return int32s((0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count_max, size - 5))


@micropython.viper
def begin(block: int, value: int, out: ptr8, state: ptr32):
    """Begin a series in ``out`` with its first value. ``block``: after which it was."""
    for i in range(4):
        out[i] = block >> 8 * i & 255
    out[5] = value & 255
    out[6] = value >> 8
    state[_COUNT] = 1
    state[_AT] = HEAD
    state[_HELD] = 0
    state[_HAVE] = 0
    state[_LAST] = value & 0xFFF
    state[_BEFORE] = value & 0xFFF
    state[_MEAN] = MEAN_START
    state[_FLAGS] = value >> FLAGS_SHIFT
    state[_RUN] = 0
    state[_LENGTH] = 0


@micropython.viper
def put(value: int, out: ptr8, state: ptr32) -> int:
    """Add a value; return 1 if it was the last that is sure to have room."""
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
    count = state[_COUNT] + 1
    state[_COUNT] = count
    at = state[_AT]
    held = state[_HELD]
    have = state[_HAVE]
    flags = value >> FLAGS_SHIFT
    rice = 0
    while RICE << rice < mean:
        rice += 1
    if flags != state[_FLAGS]:
        state[_FLAGS] = flags
        rice = 0
        off = ESCAPE + 1  # neither part of a run nor short enough for a code
    if mean < RUNS_BELOW:
        run = state[_RUN]
        length = state[_LENGTH]
        if off == 0:
            off = -1
            run += 1
            if run >> length:
                run = 0
                held = held << 1
                have += 1
                if length < RUN_LENGTH_MAX:
                    state[_LENGTH] = length + 1
        else:
            off -= 1
            held = (held << (length + 1)) | (1 << length) | run
            have += length + 1
            run = 0
            if length:
                state[_LENGTH] = length - 1
        state[_RUN] = run
        while have >= 8:
            have -= 8
            out[at] = held >> have & 255
            at += 1
        held &= (1 << have) - 1
    if off >= 0:
        ones = off >> rice
        if ones < ESCAPE:
            held = (held << (ones + 1 + rice)) | (((1 << ones) - 1) << (rice + 1)) | (off & ((1 << rice) - 1))
            have += ones + 1 + rice
        else:
            held = (held << 22) | (0xFF << 14) | (level << 4) | flags
            have += 22
        while have >= 8:
            have -= 8
            out[at] = held >> have & 255
            at += 1
        held &= (1 << have) - 1
    state[_AT] = at
    state[_HELD] = held
    state[_HAVE] = have
    if count >= state[_COUNT_MAX] or at >= state[_AT_MAX]:
        return 1
    return 0


@micropython.viper
def finish(out: ptr8, state: ptr32) -> int:
    """End the series; return its length in bytes. The next value begins another."""
    at = state[_AT]
    held = state[_HELD]
    have = state[_HAVE]
    if state[_RUN]:
        held = held << 1  # as if the run went on: the count tells that it does not
        have += 1
    if have:
        out[at] = held << (8 - have) & 255
        at += 1
    out[4] = state[_COUNT]
    state[_COUNT] = 0
    return at


@micropython.viper
def move(source: ptr8, start: int, target: ptr8, at: int, count: int):
    """Copy bytes; also to a place further down in the same buffer."""
    for i in range(count):
        target[at + i] = source[start + i]


class Series:
    """A series in the making. ``next``: the block of the value that continues it; -1 while there is none.

    ``buffer``: what ``finish`` has put together.
    """

    def __init__(self, step_blocks, count_max, size):
        """``step_blocks``: from one value to the next. ``count_max``, ``size``: see ``new_state``."""
        self.next = -1
        self.buffer = bytearray(size)
        self._step = step_blocks
        self._state = new_state(count_max, size)

    @micropython.native
    def add(self, block, value):
        """Take the value after ``block``, which is ``next`` unless the series begins; return whether it is full."""
        begins = self.next < 0
        self.next = block + self._step
        if begins:
            begin(block, value, self.buffer, self._state)
            return False
        return put(value, self.buffer, self._state) != 0

    @micropython.native
    def count(self):
        """Return how many values there are."""
        return self._state[_COUNT]

    def size(self):
        """Return at most how many bytes it has."""
        return self._state[_AT] + 2

    @micropython.native
    def finish(self):
        """End it; return its length in bytes."""
        self.next = -1
        return finish(self.buffer, self._state)
