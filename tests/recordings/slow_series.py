"""Series read as docs/log-format.md has it, bit by bit: what the reader that is in use is held against."""

import struct

from buzzband_fw.store import series

_LEVEL_BITS = 10
_FLAGS_BITS = 4


def unpack(payload: bytes) -> tuple[int, list[int], list[int]]:
    """Return the block of the first value, the levels, and their flags. Raises ValueError for what is no series."""
    if len(payload) < series.HEAD:
        raise ValueError("too short for a series")
    block, count, first = struct.unpack_from(series.HEAD_FORMAT, payload)
    flag, level = divmod(first, 1 << series.FLAGS_SHIFT)
    codes = _Codes(payload[series.HEAD :])
    levels: list[int] = []
    flags: list[int] = []
    before, mean = level, series.MEAN_START
    while True:
        if not count or not 0 <= level <= series.LEVEL_MAX:
            raise ValueError("no level")
        levels.append(level)
        flags.append(flag)
        if len(levels) == count:
            return block, levels, flags
        guess = max(level + (level - before >> 1), 0)
        before = level
        off = codes.next(mean)
        if off is None:
            level, flag = codes.take(_LEVEL_BITS), codes.take(_FLAGS_BITS)
            off = _folded(level - guess)
        else:
            level = guess + _unfolded(off)
        mean += 16 * off - mean >> series.MEAN_SHIFT


class _Codes:
    """The bits of a series, the highest of a byte first."""

    def __init__(self, data: bytes) -> None:
        self._left = 8 * len(data)
        self._bits = int.from_bytes(data)
        self._zeros = 0  # that are still to come of a run
        self._ends = False  # with a value that is off
        self._length = 0

    def take(self, count: int) -> int:
        """Return the next ``count`` bits. Raises ValueError if there are not so many."""
        if count > self._left:
            raise ValueError("a series that ends early")
        self._left -= count
        return self._bits >> self._left & (1 << count) - 1

    def next(self, mean: int) -> int | None:
        """Return how far the next value is off, folded; None if it comes as it is."""
        if mean < series.RUNS_BELOW and not self._zeros and not self._ends:
            self._begin_run()
        if self._zeros:
            self._zeros -= 1
            return 0
        least = int(self._ends)
        self._ends = False
        rice = 0
        while series.RICE << rice < mean:
            rice += 1
        ones = 0
        while self.take(1):
            ones += 1
            if ones == series.ESCAPE:
                return None
        return least + (ones << rice) + self.take(rice)

    def _begin_run(self) -> None:
        """Take a whole run, or one that ends early."""
        if self.take(1):
            self._zeros = self.take(self._length)
            self._ends = True
            self._length = max(self._length - 1, 0)
        else:
            self._zeros = 1 << self._length
            self._length = min(self._length + 1, series.RUN_LENGTH_MAX)


def _folded(difference: int) -> int:
    return 2 * difference if difference >= 0 else -2 * difference - 1


def _unfolded(off: int) -> int:
    return -(off + 1 >> 1) if off & 1 else off >> 1
