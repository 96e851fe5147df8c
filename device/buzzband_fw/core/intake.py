"""Intake: decimation and high-pass. The ADC's 4800 S/s become 1200 Hz, centred, without offset and baseline wander.

The two stages share one loop: a call of its own would cost the RP2040 about as much as the high-pass does.
"""

import sys

from buzzband_fw.core.coefficients import HIGHPASS
from buzzband_fw.core.portable import const, int32s, micropython, ptr16, ptr32

RAW_PER_SAMPLE = const(4)
CENTRE = const(8192)  # four times mid-scale of 12 bits: without it every start would be a step of that height
RAIL_LOW = const(163)  # four times 1 % of 4095
RAIL_HIGH = const(16217)
MASK = const(8)  # index of the ring's
SHARED = const(2)  # bit of the mask, which positions do not need: without it every second sample is another channel's
RAILED = const(9)  # index of the count of samples within 1 % of a rail; the reader resets it

_Q = const(13)
_FRACTION = const(8191)


def new_state(ring_samples):
    """Return the state at rest: the filter's, then mask and count, for a ring of ``ring_samples``, a power of two.

    The filter's: b0, a1, a2, the last input and difference, the last two outputs, the rounding error.
    """
    return int32s(HIGHPASS + (0, 0, 0, 0, 0, ring_samples - 1, 0))


if sys.platform == "rp2":
    from buzzband_fw.core.thumb import intake
else:

    @micropython.viper
    def intake(ring: ptr16, position: int, block: ptr32, length: int, state: ptr32):
        """Turn ``4 * length`` raw samples at ``position``, a multiple of 4, into ``length`` filtered ones in ``block``.

        x[n] = r[4n] + r[4n+1] + r[4n+2] + r[4n+3] - 4 * 2048
        x[n] = 2 r[4n] + 2 r[4n+2] - 4 * 2048        of a ring that two channels share; the second one is 1 further on
        d[n] = x[n] - x[n-1]
        y[n] = b0 (d[n] - d[n-1]) - a1 y[n-1] - a2 y[n-2] + e[n-1] / 2^13

        A direct form 1 biquad in Q13. e is what the shift cut off (first-order error feedback): without it a step of
        the offset would leave the output stuck, as much as 97 below 0. x stays within ±2^13, y within ±2^15, the
        accumulator within ±2^30 (proof: tests/core/test_bounds.py).
        """
        b0 = state[0]
        a1 = state[1]
        a2 = state[2]
        x1 = state[3]
        d1 = state[4]
        y1 = state[5]
        y2 = state[6]
        error = state[7]
        mask = state[MASK]
        step = mask >> 1 & 1
        railed = state[RAILED]
        position &= mask
        for i in range(length):
            j = position + step
            x = ring[position] + ring[j] + ring[position + 2] + ring[j + 2]
            position = position + RAW_PER_SAMPLE & mask
            if x < RAIL_LOW or x > RAIL_HIGH:
                railed += 1
            x -= CENTRE
            d = x - x1
            accumulator = b0 * (d - d1) - a1 * y1 - a2 * y2 + error
            x1 = x
            d1 = d
            y2 = y1
            y1 = accumulator >> _Q
            error = accumulator & _FRACTION
            block[i] = y1
        state[3] = x1
        state[4] = d1
        state[5] = y1
        state[6] = y2
        state[7] = error
        state[RAILED] = railed
