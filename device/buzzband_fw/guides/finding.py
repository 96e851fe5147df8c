"""Finding: hot and cold while the wearer squeezes lightly and slides the band over the muscle."""

from buzzband_fw.control import DONE, NOTHING
from buzzband_fw.core.placement import Finder
from buzzband_fw.core.portable import const

LIMIT_BLOCKS = const(18000)  # 3 min


class Guide:
    """See guides/__init__.py."""

    def __init__(self, band):
        self._band = band
        self._finder = Finder()
        self._left = LIMIT_BLOCKS

    def takes(self, _signal):
        """Return False: every signal leads out of here."""
        return False

    def step(self):
        """Go on by one block."""
        muscle = self._band.muscle
        word = self._finder.step(muscle.envelope(), muscle.flags())
        if word:
            self._band.say(word)
        self._left -= 1
        return NOTHING if self._left else DONE

    def leave(self):
        """Nothing is left of it: the calibration that follows tells the place."""
