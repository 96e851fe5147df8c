"""Swings: what is kept of every swing of every source in a set, and how regular they are."""

from buzzband_fw.core.portable import const, micropython, ptr16, ptr32

SWINGS_MAX = const(64)  # the last 32 reps
ROW = const(6)
START = const(0)  # step modulo 2^16
MIDDLE = const(1)
DURATION = const(2)  # 10 ms
MEAN = const(3)  # activation in permille
PEAK = const(4)
SIZE = const(5)  # in units of the source

UNKNOWN = const(20000)  # irregularity of what is too short to tell
DECENT = const(400)  # an irregularity that makes it likely that the swings are reps
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
_DURATION = const(2)
_MEAN = const(3)
_PEAK = const(4)
_SIZE = const(5)
_MUSCLE = const(8)
_SOURCES = const(9)
_VOTE = const(150)
_OFFSET = const(32768)
_MINIMUM_JERK_PERMILLE = const(3557)
_LINEAR_PERMILLE = const(1125)
_SMOOTHING = const(60800)  # half of 0.19 s², in sixteenths of a step squared
_SHORTEST = const(16)  # one step
_EARLIER = const(2)  # steps by which the activation is ahead of the positions: 4 behind the muscle, they are 6
_SMOOTHED_MIN = const(400)  # 0.5 s: the least that the averages leave of a sudden movement


@micropython.viper
def measure(history: ptr16, source: int, state: ptr32, at: int, now: int, row: int, rows: ptr16) -> int:
    """Measure the swing at ``state[at:at + 4]`` (base, when, extreme, when) and write it as ``rows[row:row + ROW]``.

    Where it crosses a quarter and three quarters of its size, by a line between two steps, is hardly touched by sway
    and tremor; a movement of minimum jerk takes 3.557 times as long for all of it (Flash and Hogan 1985). What the
    two averages of motion.py add, 0.19 s² to the square of that, is taken off again. The muscle knows no such law: a
    tenth and nine tenths have to do. Times within are in sixteenths of a step. Returns the peak activation.
    """
    base = state[at]
    top = state[at + 3]
    size = state[at + 2] - base
    sign = 1
    if size <= 0:
        sign = 0 - 1
    size *= sign
    edge = size >> 2
    ratio = _MINIMUM_JERK_PERMILLE
    if source == _MUSCLE:
        edge = size // 10
        ratio = _LINEAR_PERMILLE
    column = source * _STEPS
    oldest = now - _MASK
    first = state[at + 1]
    if first < oldest:
        first = oldest
    level = (base + _OFFSET) * sign + size - edge
    step = top
    there = 0
    here = 0
    for crossing in range(2):
        here = first << 4  # as far as it is looked back
        above = history[column + (step & _MASK)] * sign
        if above < level:
            here = step << 4
            step = first
        while step > first:
            step -= 1
            below = history[column + (step & _MASK)] * sign
            if below < level:
                here = (step << 4) + ((level - below) << 4) // (above - below)
                step = first
            above = below
        if crossing == 0:
            there = here
            step = (there >> 4) + 1
            level -= size - 2 * edge
    duration = (there - here) * ratio // 1000
    least = duration
    if least < _SMOOTHED_MIN:
        least = _SMOOTHED_MIN
    duration -= _SMOOTHING // least
    if duration < _SHORTEST:
        duration = _SHORTEST
    start = (here + there - duration) >> 1
    rows[row] = (start >> 4) & _STEP_MASK
    rows[row + _MIDDLE] = ((here + there) >> 5) & _STEP_MASK
    rows[row + _DURATION] = duration >> 3
    rows[row + _SIZE] = size
    last = ((start + duration) >> 4) - _EARLIER
    if last > now:  # the movement would have gone on, the history does not
        last = now
    step = (start >> 4) - _EARLIER
    if step < oldest:
        step = oldest
    total = 0
    count = 0
    peak = 0
    while step <= last or step <= top:
        value = history[_ACTIVATION * _STEPS + (step & _MASK)]
        if value < _NO_VALUE:
            if step <= last:
                total += value
                count += 1
            if value > peak and step <= top:
                peak = value
        step += 1
    if count > 0:
        total //= count
    rows[row + _MEAN] = total
    rows[row + _PEAK] = peak
    return peak


@micropython.viper
def irregularity(rows: ptr16, table: int, first: int, count: int, spare: int) -> int:
    """Return how much ``count`` swings of a source differ, from its ``first`` on: 0 when all are alike.

    The mean deviation of the periods, from middle to middle of every second swing, the better of both ways, and 0.7 of
    that of the sizes, in permille of their means. ``spare``: the longest period does not count, it may hold a
    pause. At least ``SCORED_MIN`` swings are wanted.
    """
    periods = 0
    for way in range(2):
        begin = first + way
        counted = (count - 1 - way) >> 1
        end = begin + 2 * counted
        spared = 0
        if spare and counted > 1:
            here = rows[table + (begin & _SWINGS_MASK) * _ROW + _MIDDLE]
            for i in range(begin + 2, end + 2, 2):
                there = rows[table + (i & _SWINGS_MASK) * _ROW + _MIDDLE]
                if ((there - here) & _STEP_MASK) > spared:
                    spared = (there - here) & _STEP_MASK
                here = there
        here = rows[table + (begin & _SWINGS_MASK) * _ROW + _MIDDLE]
        total = ((rows[table + (end & _SWINGS_MASK) * _ROW + _MIDDLE] - here) & _STEP_MASK) - spared
        off = 0
        if spared:
            counted -= 1
        mean = total // counted
        if spared:
            off = mean - spared
        for i in range(begin + 2, end + 2, 2):
            there = rows[table + (i & _SWINGS_MASK) * _ROW + _MIDDLE]
            deviation = ((there - here) & _STEP_MASK) - mean
            here = there
            if deviation < 0:
                deviation = 0 - deviation
            off += deviation
        off = off * 1000 // (counted * (mean + 1))
        if way == 0 or off < periods:
            periods = off
    total = 0
    for i in range(first + 1, first + count - 1):
        total += rows[table + (i & _SWINGS_MASK) * _ROW + _SIZE]
    mean = total // (count - 2)
    off = 0
    for i in range(first + 1, first + count - 1):
        deviation = rows[table + (i & _SWINGS_MASK) * _ROW + _SIZE] - mean
        if deviation < 0:
            deviation = 0 - deviation
        off += deviation
    return periods + (off // (count - 2)) * 1000 // (mean + 1) * 7 // 10


@micropython.viper
def choose(scores: ptr32, found: ptr32, leader: int, votes: int) -> int:
    """Return the source that is best, none that has missed half of what a decent one has seen, and no movement that has
    missed a quarter of what a decent muscle did.

    ``scores``, ``found``: of each source its irregularity and its swings. ``leader``: stays if none has a swing.
    ``votes``: bits of those that get the bonus for agreeing with the other side.
    """
    best = 2 * UNKNOWN
    most = 0
    worked = 0
    for source in range(_SOURCES):
        if scores[source] < DECENT:
            worked = found[source]  # in the end the muscle's, the last one
            if worked > most:
                most = worked
        else:
            worked = 0
    for source in range(_SOURCES):
        count = found[source]
        if count:
            score = scores[source]
            if 2 * count + (most >> 3) < most or 4 * count < 3 * worked:
                score += UNKNOWN
            elif (votes >> source) & 1:
                score -= _VOTE
            if score < best:
                best = score
                leader = source
    return leader


@micropython.viper
def period_ms(rows: ptr16, table: int, first: int, count: int) -> int:
    """Return the mean of ``count`` periods, from the middle of swing ``first`` on, each two swings long."""
    here = table + (first & _SWINGS_MASK) * _ROW + _MIDDLE
    there = table + ((first + 2 * count) & _SWINGS_MASK) * _ROW + _MIDDLE
    return ((rows[there] - rows[here]) & _STEP_MASK) * _STEP_MS // count


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
