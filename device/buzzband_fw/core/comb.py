"""Mains comb: removes 50 or 60 Hz and every harmonic without a multiplier, and measures how much it took out."""

import sys

from buzzband_fw.core.portable import const, int32s, micropython, ptr32

FRACTION_BITS = const(3)  # without them the recursion stays stuck at up to 3 for ever, an offset

_PERIOD = const(0)
_CURSOR = const(1)
_REMOVED = const(2)
_KEPT = const(3)
_INPUTS = const(4)
REMOVED = const(2)  # indices of the sums of |x - y| and |y|, with the fraction bits; the reader resets them
KEPT = const(3)


def new_state(mains_hz):
    """Return the state for 50 or 60 Hz, a period of 24 or 20 samples: header, inputs and outputs of one period."""
    period = 1200 // mains_hz
    return int32s([period, _INPUTS, 0, 0] + [0] * (2 * period))


if sys.platform == "rp2":
    from buzzband_fw.core.thumb import comb
else:

    @micropython.viper
    def comb(block: ptr32, length: int, state: ptr32):
        """Filter ``length`` samples of ``block`` in place. For inputs within ±2^15 all stays within ±2^20.

        y[n] = x[n] - x[n-N] + (1 - 2^-2) y[n-N]

        2^-2 is as wide as hum needs that is 0.2 Hz off; 2^-3 loses half the contrast there (docs/how-it-works.md).
        """
        period = state[_PERIOD]
        end = period + _INPUTS
        cursor = state[_CURSOR]
        removed = state[_REMOVED]
        kept = state[_KEPT]
        for i in range(length):
            x = block[i] << FRACTION_BITS
            output = cursor + period
            y = state[output]
            y += x - state[cursor] - (y >> 2)
            state[cursor] = x
            state[output] = y
            block[i] = y >> FRACTION_BITS
            cursor += 1
            if cursor == end:
                cursor = _INPUTS
            x -= y
            if x < 0:
                x = 0 - x
            removed += x
            if y < 0:
                y = 0 - y
            kept += y
        state[_CURSOR] = cursor
        state[_REMOVED] = removed
        state[_KEPT] = kept
