"""Swings: what is kept of every swing of every source in a set, and how regular they are."""

from buzzband_fw.core.motion import MUSCLE, SOURCES
from buzzband_fw.core.portable import const, micropython, ptr16, zeros16
from buzzband_fw.core.zigzag import OFFSET

SWINGS_MAX = const(64)  # the last 32 reps
ROW = const(6)
START = const(0)  # step modulo 2^16
MIDDLE = const(1)
DURATION = const(2)  # 10 ms
MEAN = const(3)  # activation in permille
PEAK = const(4)
SIZE = const(5)  # in units of the source

UNKNOWN = const(20000)  # irregularity of what is too short to tell
SCORED_MIN = const(5)  # swings; fewer do not tell a rhythm
_STEP_MASK = const(0xFFFF)
_STEP_MS = const(20)
_STEPS = const(512)
_MASK = const(511)
_ACTIVATION = const(9)
_NO_VALUE = const(4096)
_SWINGS_MASK = const(63)
_ROW = const(6)
_MIDDLE = const(1)
_SIZE = const(5)
_MINIMUM_JERK_PERMILLE = const(3557)
_LINEAR_PERMILLE = const(1125)
_SMOOTHING = const(60800)  # half of 0.19 s², in sixteenths of a step squared
_SHORTEST = const(16)  # one step
_EARLIER = const(2)  # steps by which the activation is ahead of the positions: 4 behind the muscle, they are 6
_SMOOTHED_MIN = const(400)  # 0.5 s: the least that the averages leave of a sudden movement


def new_rows():
    """Return room for the swings of all sources."""
    return zeros16(SOURCES * SWINGS_MAX * ROW)


@micropython.viper
def crossing(history: ptr16, column: int, at: int, first: int, level: int, sign: int) -> int:
    """Return when a source was last below ``level``, looking back from step ``at``, not further than ``first``.

    In sixteenths of a step, by a straight line between two steps. ``sign``: -1 turns the source upside down.
    """
    above = history[column + (at & _MASK)] * sign
    if above < level:
        return at << 4
    while at > first:
        at -= 1
        below = history[column + (at & _MASK)] * sign
        if below < level:
            return (at << 4) + ((level - below) << 4) // (above - below)
        above = below
    return first << 4


@micropython.viper
def effort(history: ptr16, first: int, last: int) -> int:
    """Return the mean activation from step ``first`` to ``last``."""
    total = 0
    count = last + 1 - first
    while first <= last:
        value = history[_ACTIVATION * _STEPS + (first & _MASK)]
        first += 1
        if value < _NO_VALUE:
            total += value
        else:
            count -= 1
    if count <= 0:
        return 0
    return total // count


@micropython.viper
def peak_effort(history: ptr16, first: int, last: int) -> int:
    """Return the highest activation from step ``first`` to ``last``."""
    peak = 0
    while first <= last:
        value = history[_ACTIVATION * _STEPS + (first & _MASK)]
        first += 1
        if value > peak and value < _NO_VALUE:
            peak = value
    return peak


@micropython.native
def measure(history, source, state, at, now, row, rows):
    """Measure the swing at ``state[at:at + 4]`` (base, when, extreme, when) and write it as ``rows[row:row + ROW]``.

    Where it crosses a quarter and three quarters of its size is hardly touched by sway and tremor; a movement of
    minimum jerk takes 3.557 times as long for all of it (Flash and Hogan 1985). What the two averages of motion.py add,
    0.19 s² to the square of that, is taken off again. The muscle knows no such law: a tenth and nine tenths have to do.
    Returns the peak activation.
    """
    base = state[at]
    top = state[at + 3]
    size = state[at + 2] - base
    sign = 1 if size > 0 else -1
    size *= sign
    edge, ratio = size >> 2, _MINIMUM_JERK_PERMILLE
    if source == MUSCLE:
        edge, ratio = size // 10, _LINEAR_PERMILLE
    low = (base + OFFSET) * sign + edge
    column = source * _STEPS
    oldest = now - _MASK
    first = state[at + 1]
    if first < oldest:
        first = oldest
    there = crossing(history, column, top, first, low + size - 2 * edge, sign)
    here = crossing(history, column, (there >> 4) + 1, first, low, sign)
    duration = (there - here) * ratio // 1000
    duration -= _SMOOTHING // (duration if duration > _SMOOTHED_MIN else _SMOOTHED_MIN)
    if duration < _SHORTEST:
        duration = _SHORTEST
    start = here + there - duration >> 1
    rows[row + START] = start >> 4 & _STEP_MASK
    rows[row + MIDDLE] = here + there >> 5 & _STEP_MASK
    rows[row + DURATION] = duration >> 3
    rows[row + SIZE] = size
    begin = (start >> 4) - _EARLIER
    if begin < oldest:
        begin = oldest
    rows[row + MEAN] = effort(history, begin, (start + duration >> 4) - _EARLIER)
    rows[row + PEAK] = peak = peak_effort(history, begin, top)
    return peak


def irregularity(rows, table, first, count, spare):
    """Return how much ``count`` swings of a source differ, from its ``first`` on: 0 when all are alike.

    The mean deviation of the periods, from middle to middle of every second swing, the better of both ways, and 0.7 of
    that of the sizes, in permille of their means. ``spare``: the longest period does not count, it may hold a
    pause. At least ``SCORED_MIN`` swings are wanted.
    """
    there = _uneven_periods(rows, table, first, (count - 1) >> 1, spare)
    back = _uneven_periods(rows, table, first + 1, (count - 2) >> 1, spare)
    return min(there, back) + uneven_sizes(rows, table, first + 1, count - 2) * 7 // 10


def _uneven_periods(rows, table, first, count, spare):
    spared = longest_period(rows, table, first, count) if spare and count > 1 else 0
    return uneven_periods(rows, table, first, count, spared)


@micropython.viper
def period_ms(rows: ptr16, table: int, first: int, count: int) -> int:
    """Return the mean of ``count`` periods, from the middle of swing ``first`` on, each two swings long."""
    here = table + (first & _SWINGS_MASK) * _ROW + _MIDDLE
    there = table + ((first + 2 * count) & _SWINGS_MASK) * _ROW + _MIDDLE
    return ((rows[there] - rows[here]) & _STEP_MASK) * _STEP_MS // count


@micropython.viper
def longest_period(rows: ptr16, table: int, first: int, count: int) -> int:
    """Return the longest of ``count`` periods in steps, from the middle of swing ``first`` on."""
    here = rows[table + (first & _SWINGS_MASK) * _ROW + _MIDDLE]
    longest = 0
    for i in range(first + 2, first + 2 * count + 2, 2):
        there = rows[table + (i & _SWINGS_MASK) * _ROW + _MIDDLE]
        if ((there - here) & _STEP_MASK) > longest:
            longest = (there - here) & _STEP_MASK
        here = there
    return longest


@micropython.viper
def uneven_periods(rows: ptr16, table: int, first: int, count: int, spared: int) -> int:
    """Return the mean deviation of ``count`` periods from the middle of swing ``first`` on, in permille of their mean.

    ``spared``: one of them, in steps, that is left out, or 0.
    """
    here = rows[table + (first & _SWINGS_MASK) * _ROW + _MIDDLE]
    total = ((rows[table + ((first + 2 * count) & _SWINGS_MASK) * _ROW + _MIDDLE] - here) & _STEP_MASK) - spared
    counted = count
    if spared:
        counted = count - 1
    mean = total // counted
    off = 0
    if spared:
        off = mean - spared
    for i in range(first + 2, first + 2 * count + 2, 2):
        there = rows[table + (i & _SWINGS_MASK) * _ROW + _MIDDLE]
        deviation = ((there - here) & _STEP_MASK) - mean
        here = there
        if deviation < 0:
            deviation = 0 - deviation
        off += deviation
    return off * 1000 // (counted * (mean + 1))


@micropython.viper
def uneven_sizes(rows: ptr16, table: int, first: int, count: int) -> int:
    """Return the mean deviation of the sizes of ``count`` swings from ``first`` on, in permille of their mean."""
    total = 0
    for i in range(first, first + count):
        total += rows[table + (i & _SWINGS_MASK) * _ROW + _SIZE]
    mean = total // count
    off = 0
    for i in range(first, first + count):
        deviation = rows[table + (i & _SWINGS_MASK) * _ROW + _SIZE] - mean
        if deviation < 0:
            deviation = 0 - deviation
        off += deviation
    return (off // count) * 1000 // (mean + 1)


@micropython.viper
def typical(rows: ptr16, table: int, first: int, count: int, field: int) -> int:
    """Return the mean of a field over the middle half of ``count`` swings: what comes before and after is left out."""
    skip = count >> 2
    total = 0
    for i in range(skip, count - skip):
        total += rows[table + ((first + i) & _SWINGS_MASK) * _ROW + field]
    return total // (count - 2 * skip)


@micropython.viper
def nearest(rows: ptr16, table: int, first: int, count: int, middle: int) -> int:
    """Return which swing, of ``count`` from ``first`` on, has its middle nearest to step ``middle``."""
    best = _STEP_MASK
    found = first
    for i in range(first, first + count):
        off = (rows[table + (i & _SWINGS_MASK) * _ROW + _MIDDLE] - middle + 0x8000 & _STEP_MASK) - 0x8000
        if off < 0:
            off = 0 - off
        if off < best:
            best = off
            found = i
    return found
