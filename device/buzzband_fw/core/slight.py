"""Slight: finds the reps in which the limb hardly turns, once the set is over.

tilt, kept every 0.32 s -> level -> turns -> rows of swings -> trim

In a strict curl the upper arm turns by less than it drifts in half a minute. While the set goes on nobody knows how
far the next rep will get; when it is over, the mean of 6 s around each moment takes the drift away, and the size of
all swings tells the small ones from sway. Needed now and then only, so it is loaded then.
"""

from buzzband_fw.core import swings
from buzzband_fw.core.motion import MUSCLE
from buzzband_fw.core.portable import const, micropython, ptr8, ptr16
from buzzband_fw.core.slow import PLACES, SHIFT

AFTER = const(10)  # places from a tilt to where it is levelled, behind all that still needs it
LEAD = const(20)  # places before the first swing that was seen

_LEAST = const(7)  # 0.8°, in units of 0.11°
_HYSTERESIS_PERCENT = const(28)  # of a usual swing
_UNLIKE_PERCENT = const(48)  # of how fast a usual swing is
_PLACES = const(512)
_MASK = const(511)
_AFTER = const(10)
_HALF = const(9)  # places of the mean on either side: 2.9 s
_FAST = const(4)  # places: 1.3 s, in which a limb turns further than it sways
_ZERO = const(128)
_PLACE_10_MS = const(32)
_STEP_MASK = const(0xFFFF)


@micropython.viper
def level(slow: ptr8, axis: int, first: int, last: int) -> int:
    """Write how far the tilt is from its mean over 6 s, from place ``first`` to before ``last``.

    It is written ``AFTER`` places earlier, 128 more than it is. Returns the sum of the squares: at most 512 · 127^2.
    """
    column = axis * _PLACES
    head = 0  # tilt where the mean begins, is asked for, and ends
    here = 0
    tail = 0
    total = 0
    count = 0
    squares = 0
    for ahead in range(first, last + _HALF):
        if ahead < last:
            if ahead > first:
                step = slow[column + (ahead & _MASK)] - slow[column + ((ahead - 1) & _MASK)]
                head += ((step + _ZERO) & 255) - _ZERO
            total += head
            count += 1
        place = ahead - _HALF
        if place < first:
            continue
        if place > first:
            step = slow[column + (place & _MASK)] - slow[column + ((place - 1) & _MASK)]
            here += ((step + _ZERO) & 255) - _ZERO
        behind = place - _HALF
        if behind > first:
            total -= tail
            count -= 1
            step = slow[column + (behind & _MASK)] - slow[column + ((behind - 1) & _MASK)]
            tail += ((step + _ZERO) & 255) - _ZERO
        off = here - total // count
        if off > 127:
            off = 127
        elif off < 0 - 127:
            off = 0 - 127
        squares += off * off
        slow[column + ((place - _AFTER) & _MASK)] = off + _ZERO
    return squares


@micropython.viper
def turns(slow: ptr8, axis: int, first: int, last: int, least: int, found: ptr16, at: int) -> int:
    """Write where the levelled tilt turns by ``least`` and more, in places from ``first`` on, as ``found[at:]``.

    Returns how many.
    """
    column = axis * _PLACES
    high = 0
    low = 255
    high_at = first
    low_at = first
    direction = 0
    count = 0
    for place in range(first, last):
        x = slow[column + (place & _MASK)]
        if x > high:
            high = x
            high_at = place
        if x < low:
            low = x
            low_at = place
        if direction <= 0 and x - low >= least:
            found[at + count] = low_at - first
            count += 1
            direction = 1
            high = x
            high_at = place
        elif direction >= 0 and high - x >= least:
            found[at + count] = high_at - first
            count += 1
            direction = 0 - 1
            low = x
            low_at = place
    if direction > 0:
        low_at = high_at
    found[at + count] = low_at - first
    return count + 1


@micropython.viper
def usual(slow: ptr8, axis: int, first: int, found: ptr16, at: int, count: int) -> int:
    """Return the mean size of those of ``count`` swings that are larger than the mean of them all."""
    column = axis * _PLACES
    mean = 0
    for _ in range(2):
        total = 0
        larger = 0
        for i in range(at, at + count):
            size = slow[column + ((first + found[i]) & _MASK)] - slow[column + ((first + found[i + 1]) & _MASK)]
            if size < 0:
                size = 0 - size
            if size >= mean:
                total += size
                larger += 1
        mean = total // larger
    return mean


@micropython.viper
def fastest(slow: ptr8, axis: int, first: int, last: int) -> int:
    """Return how far the tilt gets in 1.3 s at most, from place ``first`` to ``last``, the way that the swing goes."""
    column = axis * _PLACES
    far = slow[column + (last & _MASK)] - slow[column + (first & _MASK)]
    sign = 1
    if far < 0:
        sign = 0 - 1
    if last - first <= _FAST:
        return far * sign
    most = 0
    for place in range(first, last - _FAST + 1):
        far = (slow[column + ((place + _FAST) & _MASK)] - slow[column + (place & _MASK)]) * sign
        if far > most:
            most = far
    return most


class Slight:
    """The second look at a set, and in the end ``axis``, ``first`` and ``length`` of the swings that make it."""

    def __init__(self, reps):
        self.axis = self.first = self.length = 0
        self._slow = reps.slow
        self._reps = reps
        self._from = self._to = 0  # places
        self._most = self._count = self._measured = 0

    def begin(self, began):
        """Begin with a set whose first swing was seen at step ``began``."""
        fresh = self._to  # before that, it is levelled already
        self._to = self._reps.now >> SHIFT
        self._from = max((began >> SHIFT) - LEAD, fresh, self._to - PLACES + 2 * AFTER, 0)
        self._most = self.length = 0

    def level(self, axis):
        """Take the drift out of one axis; the one that turns most counts."""
        squares = level(self._slow, axis, self._from, self._to)
        if squares >= self._most:
            self._most = squares
            self.axis = axis

    def find(self):
        """Find where the limb turned back: what is small among its swings is sway."""
        rows = self._reps.rows
        scratch = self._reps.table(MUSCLE)  # which tells nothing
        first, last = self._from - AFTER, self._to - AFTER
        count = turns(self._slow, self.axis, first, last, _LEAST, rows, scratch) - 1
        if count >= swings.SCORED_MIN:
            least = usual(self._slow, self.axis, first, rows, scratch, count) * _HYSTERESIS_PERCENT // 100
            count = turns(self._slow, self.axis, first, last, max(least, _LEAST), rows, scratch) - 1
        self._count = count if count >= swings.SCORED_MIN else 0
        self._measured = 0

    def measure(self):
        """Write one swing into the rows of the axis; after the last one leave out what is no rep at both ends.

        Returns whether there is more to do.
        """
        if self._measured < self._count:
            self._measure(self._measured)
            self._measured += 1
            return True
        if self._count:
            self._reps.found[self.axis] = self._count
            self._trim(self._count)
        return False

    def _measure(self, index):
        rows = self._reps.rows
        found = self._reps.table(MUSCLE) + index
        row = self._reps.row(self.axis, index)
        here = self._from + rows[found]
        there = self._from + rows[found + 1]
        rows[row + swings.START] = here << SHIFT & _STEP_MASK
        rows[row + swings.MIDDLE] = here + there << SHIFT - 1 & _STEP_MASK
        rows[row + swings.DURATION] = (there - here) * _PLACE_10_MS
        rows[row + swings.MEAN] = rows[row + swings.PEAK] = 0
        rows[row + swings.SIZE] = fastest(self._slow, self.axis, here - AFTER, there - AFTER)

    def _trim(self, count):
        """Leave out swings at both ends that are slower than the others: the limb drifts or sways."""
        reps = self._reps
        first = reps.first(self.axis)
        length = count - first
        table = reps.table(self.axis)
        least = swings.typical(reps.rows, table, first, length, swings.SIZE) * _UNLIKE_PERCENT // 100
        while length > 1 and reps.rows[reps.row(self.axis, first) + swings.SIZE] < least:
            first += 1
            length -= 1
        while length > 1 and reps.rows[reps.row(self.axis, first + length - 1) + swings.SIZE] < least:
            length -= 1
        self.first = first
        self.length = length
