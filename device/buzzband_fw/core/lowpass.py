"""Low-pass, 140 Hz, 4th order, and the rectifier behind it: keeps the muscle, takes 9 to 21 dB off the motor."""

import sys

from buzzband_fw.core.coefficients import LOWPASS
from buzzband_fw.core.portable import const, int32s, micropython, ptr32

CROSSINGS = const(15)  # index of the zero crossings of z; the reader resets them

_Q = const(13)
_FRACTION = const(8191)
_CROSSINGS = const(15)
_SIGN = const(16)
_LEVEL = const(17)
_MEAN = const(6)  # 2^6 / 1200 Hz = 53 ms
_THRESHOLD = const(8)  # a quarter of the mean


def new_state():
    """Return the state at rest: both sections' coefficients, then for each its inputs, outputs and rounding error.

    Then what counts zero crossings: their number, the last sign, the mean magnitude.
    """
    return int32s(LOWPASS + (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0))


if sys.platform == "rp2":
    from buzzband_fw.core.thumb import lowpass
else:

    @micropython.viper
    def lowpass(block: ptr32, length: int, state: ptr32):
        """Filter and rectify ``length`` samples of ``block`` in place: two biquads in a row, x to y to z, without sign.

        s[n] = x[n] + x[n-1]                                                   and likewise from y to z
        y[n] = b0 (s[n] + s[n-1]) - a1 y[n-1] - a2 y[n-2] + e[n-1] / 2^13

        A zero crossing counts if z then gets further than a quarter of its mean magnitude, so that noise adds none.

        For inputs within ±60000, and the comb gives at most ±34211, all samples stay within ±2^17 and both
        accumulators within ±2^30 (proof: tests/core/test_bounds.py).
        """
        b = state[0]
        a1 = state[1]
        a2 = state[2]
        d = state[3]
        c1 = state[4]
        c2 = state[5]
        x1 = state[6]
        s1 = state[7]
        y1 = state[8]
        y2 = state[9]
        y_error = state[10]
        t1 = state[11]
        z1 = state[12]
        z2 = state[13]
        z_error = state[14]
        crossings = state[_CROSSINGS]
        sign = state[_SIGN]
        level = state[_LEVEL]
        for i in range(length):
            x = block[i]
            s = x + x1
            accumulator = b * (s + s1) - a1 * y1 - a2 * y2 + y_error
            x1 = x
            s1 = s
            y2 = y1
            y1 = accumulator >> _Q
            y_error = accumulator & _FRACTION
            t = y1 + y2
            accumulator = d * (t + t1) - c1 * z1 - c2 * z2 + z_error
            t1 = t
            z2 = z1
            z1 = accumulator >> _Q
            z_error = accumulator & _FRACTION
            z = z1
            if z < 0:
                z = 0 - z
            block[i] = z
            level += z - (level >> _MEAN)
            if z1 * sign < 0 - (level >> _THRESHOLD):
                sign = 0 - sign
                crossings += 1
        state[6] = x1
        state[7] = s1
        state[8] = y1
        state[9] = y2
        state[10] = y_error
        state[11] = t1
        state[12] = z1
        state[13] = z2
        state[14] = z_error
        state[_CROSSINGS] = crossings
        state[_SIGN] = sign
        state[_LEVEL] = level
