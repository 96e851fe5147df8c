"""Envelope: the rectified signal through two first-order averages in a row, 27 and 53 ms."""

from buzzband_fw.core.portable import const, int32s, micropython, ptr32

FRACTION_BITS = const(4)  # the envelope is in sixteenths of a sample's unit, so that it decays to 0 and not to 1
_FAST = const(5)  # 2^5 / 1200 Hz = 27 ms
_SLOW = const(6)  # 2^6 / 1200 Hz = 53 ms


def new_state():
    """Return the state at rest: both averages, scaled by 2^5 and 2^6 so that small changes are not lost."""
    return int32s((0, 0))


@micropython.viper
def smooth(block: ptr32, offset: int, length: int, state: ptr32, envelope: ptr32) -> int:
    """Write the envelope of the rectified ``block[offset:offset + length]`` to the same place of ``envelope``.

    a[n] = a[n-1] + x[n] - a[n-1] / 2^5, then the same of a with 2^6. Returns the last value. For inputs within 2^17 all
    stays within 2^27.
    """
    fast = state[0]
    slow = state[1]
    last = slow >> _SLOW
    end = offset + length
    while offset < end:  # viper keeps the first three arguments in registers, which a loop variable of its own is not
        fast += (block[offset] << FRACTION_BITS) - (fast >> _FAST)
        slow += (fast >> _FAST) - last
        last = slow >> _SLOW
        envelope[offset] = last
        offset += 1
    state[0] = fast
    state[1] = slow
    return last
