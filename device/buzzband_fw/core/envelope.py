"""Envelope: the rectified signal, averaged. For the log twice in a row, 27 and 53 ms; for the cue once, 85 ms.

Their means are equal, they lag by about as much, and noise makes them tremble about as much. But what is averaged once
begins to rise at once: it gets to 30 % of a step 12 ms sooner, to half of it 6 ms sooner, and to 70 % 6 ms later.
"""

import sys

from buzzband_fw.core.portable import const, int32s, micropython, ptr32

FRACTION_BITS = const(4)  # the envelope is in sixteenths of a sample's unit, so that it decays to 0 and not to 1
_FAST = const(5)  # 2^5 / 1200 Hz = 27 ms
_SLOW = const(6)  # 2^6 / 1200 Hz = 53 ms
_ONCE = const(7)  # of 1.25 times the average: 2^7 / 1.25 / 1200 Hz = 85 ms
_QUARTER = const(2)


def new_state():
    """Return the state of ``smooth`` at rest: both averages, scaled by 2^5 and 2^6 so that no small change is lost."""
    return int32s((0, 0))


def new_average():
    """Return the state of ``average`` at rest: the average, scaled by 102.4."""
    return int32s((0,))


if sys.platform == "rp2":
    from buzzband_fw.core.thumb import smooth
else:

    @micropython.viper
    def smooth(block: ptr32, length: int, state: ptr32, envelope: ptr32) -> int:
        """Write the envelope at each of ``length`` rectified samples of ``block`` to ``envelope``.

        a[n] = a[n-1] + x[n] - a[n-1] / 2^5, then the same of a with 2^6. Returns the last value. For inputs within 2^17
        all stays within 2^27.
        """
        fast = state[0]
        slow = state[1]
        last = slow >> _SLOW
        for i in range(length):
            fast += (block[i] << FRACTION_BITS) - (fast >> _FAST)
            slow += (fast >> _FAST) - last
            last = slow >> _SLOW
            envelope[i] = last
        state[0] = fast
        state[1] = slow
        return last


@micropython.viper
def average(block: ptr32, offset: int, length: int, state: ptr32, envelope: ptr32) -> int:
    """Write the average of the rectified ``block[offset:offset + length]`` to the same place of ``envelope``.

    a[n] = a[n-1] + x[n] - 1.25 a[n-1] / 2^7. Returns the last value. For inputs within 2^17 all stays within 2^28.
    """
    mean = state[0]
    last = mean + (mean >> _QUARTER) >> _ONCE
    length += offset
    while offset < length:  # viper keeps the first three arguments in registers, which no other variable is
        mean += (block[offset] << FRACTION_BITS) - last
        last = mean + (mean >> _QUARTER) >> _ONCE
        envelope[offset] = last
        offset += 1
    state[0] = mean
    return last
