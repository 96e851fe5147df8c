"""Signal quality: is it a muscle that the electrodes deliver? Judged every 250 ms from what the stages counted."""

from buzzband_fw.core.portable import const, int32s

RAIL = const(1)  # flags
FLAT = const(2)
HUM = const(4)
NAMES = ("rail", "flat", "hum")

WINDOW_BLOCKS = const(25)
_WINDOW_SAMPLES = const(300)
_RAILED_MAX = const(6)  # 2 % of a window
_FLAT_MEAN = const(16)  # 2, with the comb's fraction bits: white noise of 0.8 ADC steps, through high-pass and comb
_CLEAN_WINDOWS = const(8)  # 2 s
_BAD_WINDOWS = (1, 4, 8)  # rail at once, flat after 1 s, hum after 2 s

_FLAGS = const(0)
_BAD = const(1)
_CLEAN = const(4)
_HUM_FLOOR = const(7)


def new_state(span):
    """Return the state of a clean signal: flags, for each the bad and the clean windows in a row, the least hum.

    ``span``: the distance from rest to reference, in sixteenths. Hum counts from one and a half of it on: what the comb
    leaves of less, an eighth when the mains is 0.2 Hz off, stays below any target. At rest, hum of any size would be
    most of the power.
    """
    return int32s((0, 0, 0, 0, 0, 0, 0, span * _WINDOW_SAMPLES * 8 * 3 // (2 * 16)))


def judge(counts, state):
    """Take the counts of one window and return the flags that stand. A flag falls after 2 s without its cause.

    ``counts``: samples within 1 % of a rail, then the sums of what the comb took out and of what it let through. The
    comb takes out 1/8 of white noise besides the mains, so both carry equal power when the mains is half of all; a
    sine's mean magnitude is 9/8 of that of a Gaussian of the same power.
    """
    removed = counts[1]
    kept = counts[2]
    _count(counts[0] > _RAILED_MAX, 0, state)
    _count(removed + kept < _FLAT_MEAN * _WINDOW_SAMPLES, 1, state)
    _count(removed * 8 > kept * 9 and removed >= state[_HUM_FLOOR], 2, state)
    return state[_FLAGS]


def _count(bad, index, state):
    if bad:
        state[_BAD + index] += 1
        state[_CLEAN + index] = 0
        if state[_BAD + index] >= _BAD_WINDOWS[index]:
            state[_FLAGS] |= 1 << index
        return
    state[_BAD + index] = 0
    state[_CLEAN + index] += 1
    if state[_CLEAN + index] >= _CLEAN_WINDOWS:
        state[_FLAGS] &= ~(1 << index)
