"""High-pass, 20 Hz, 2nd order: takes out the electrode's offset, baseline wander and most movement artefact."""

from array import array

from buzzband_fw.core.coefficients import HIGHPASS
from buzzband_fw.core.portable import const, micropython, ptr32

_Q = const(13)
_FRACTION = const(8191)


def new_state():
    """Return the state at rest: b0, a1, a2, then x1, x2, y1, y2 and the rounding error."""
    return array("i", HIGHPASS + (0, 0, 0, 0, 0))


@micropython.viper
def highpass(block: ptr32, length: int, state: ptr32):
    """Filter ``length`` samples of ``block`` in place: a direct form 1 biquad in Q13, one accumulator.

    y[n] = b0 (x[n] - 2 x[n-1] + x[n-2]) - a1 y[n-1] - a2 y[n-2] + e[n-1] / 2^13

    e is what the shift cut off (first-order error feedback): without it the output would stick at -13. For inputs within
    ±2^13 the output stays within ±2^15 and the accumulator within ±2^30 (proof: tests/core/test_bounds.py).
    """
    b0 = state[0]
    a1 = state[1]
    a2 = state[2]
    x1 = state[3]
    x2 = state[4]
    y1 = state[5]
    y2 = state[6]
    error = state[7]
    for i in range(length):
        x = block[i]
        accumulator = b0 * (x - x1 - x1 + x2) - a1 * y1 - a2 * y2 + error
        x2 = x1
        x1 = x
        y2 = y1
        y1 = accumulator >> _Q
        error = accumulator & _FRACTION
        block[i] = y1
    state[3] = x1
    state[4] = x2
    state[5] = y1
    state[6] = y2
    state[7] = error
