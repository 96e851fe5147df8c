"""Signal quality: is what the electrodes deliver a muscle at all? Judged once every 250 ms from what the stages counted."""

from array import array

from buzzband_fw.core.portable import const

RAIL = const(1)  # flags
FLAT = const(2)
HUM = const(4)
NAMES = ("rail", "flat", "hum")

WINDOW_BLOCKS = const(25)
_WINDOW_SAMPLES = const(300)
_RAILED_MAX = const(6)  # 2 % of a window
_FLAT_MEAN = const(2)  # white noise of 0.9 steps of the ADC, through high-pass and comb
_HUM_MEAN = const(40)  # 10 steps of the ADC, 0.25 % of its range: below that the comb takes it out unnoticed
_CLEAN_WINDOWS = const(8)  # 2 s
_BAD_WINDOWS = (1, 4, 8)  # rail at once, flat after 1 s, hum after 2 s

_FLAGS = const(0)
_BAD = const(1)
_CLEAN = const(4)


def new_state():
    """Return the state of a clean signal: the flags, then for each flag the bad and the clean windows in a row."""
    return array("i", (0, 0, 0, 0, 0, 0, 0))


def judge(railed, removed, kept, state):
    """Take one window's counts and return the flags that stand. A flag falls after 2 s without its cause.

    ``railed``: samples within 1 % of a rail. ``removed`` and ``kept``: sums of what the comb took out and let through. The
    comb takes out 1/8 of white noise besides the mains, so both carry equal power when the mains is half of it; a sine's
    mean magnitude is 9/8 of a Gaussian's of the same power.
    """
    _count(railed > _RAILED_MAX, 0, state)
    _count(removed + kept < _FLAT_MEAN * _WINDOW_SAMPLES, 1, state)
    _count(removed * 8 > kept * 9 and removed > _HUM_MEAN * _WINDOW_SAMPLES, 2, state)
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
