"""Takeover: whether a muscle on a second channel did more in a rep than the one that is to work.

As the front of the shoulder in a press: its mean activation was higher than that of the target muscle, each on its own
scale, and more than that of a muscle at rest.
"""

from buzzband_fw.core.portable import const, int32s, micropython

ON_PERMILLE = const(150)  # a muscle at rest and what it hears of its neighbours stay below

_OWN = const(0)
_OTHER = const(1)
_COUNT = const(2)
_COUNT_MAX = const(6000)  # two minutes without a rep


class Takeover:
    """Compares two muscles from rep to rep."""

    def __init__(self):
        self._sums = int32s((0, 0, 0))

    @micropython.native
    def add(self, own_permille, other_permille):
        """Take the activation of both, every 20 ms, but not in a blank."""
        sums = self._sums
        if sums[_COUNT] == _COUNT_MAX:
            sums[_OWN] = sums[_OTHER] = sums[_COUNT] = 0
        sums[_OWN] += own_permille
        sums[_OTHER] += other_permille
        sums[_COUNT] += 1

    def happened(self):
        """Return whether the other was ahead since the last call."""
        sums = self._sums
        found = sums[_OTHER] > sums[_OWN] and sums[_OTHER] > ON_PERMILLE * sums[_COUNT]
        sums[_OWN] = sums[_OTHER] = sums[_COUNT] = 0
        return found
