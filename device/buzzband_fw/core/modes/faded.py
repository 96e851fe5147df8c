"""Faded: as reach, but for all reps of the first set, every second of the next, every third, then none.

Who is told every rep learns to wait for it; feedback that fades is what stays (Aoyagi et al. 2019).
"""

from buzzband_fw.core.modes import mode
from buzzband_fw.core.modes.mode import BEGUN, COUNTS, OVER
from buzzband_fw.core.words import FELL_SHORT, ON_TARGET, WITHHELD

EVERY = (1, 2, 3)  # rep, in the first sets


class Mode(mode.Mode):
    """See the module."""

    def __init__(self, scale, target_permille, settings=None, exercise=None):
        mode.Mode.__init__(self, scale, target_permille, settings, exercise)
        self._reps = 0

    def due(self, what):
        """Return ON_TARGET, withheld if this is not the rep for it."""
        return self._if_its_turn(ON_TARGET)

    def act(self, code):
        """Count reps and sets."""
        word = mode.Mode.act(self, code)
        if word == FELL_SHORT:
            word = self._if_its_turn(word)
        if code & BEGUN:
            self._reps += 1
        if code & OVER:
            self._reps = 0
            if code & COUNTS:
                self.asks = True  # after all that follow
        return word

    def _if_its_turn(self, word):
        if self.sets < len(EVERY) and self._reps % EVERY[self.sets] == 0:
            return word
        return word | WITHHELD
