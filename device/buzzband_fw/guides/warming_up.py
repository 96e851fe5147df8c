"""Warming up: guided rest, then a set with little weight; the median peak of its reps is the reference.

It is recorded as a session of its own, for its scale is provisional.
"""

from buzzband_fw.control import DONE, FAILED, NOTHING
from buzzband_fw.core.motion import SPEED
from buzzband_fw.core.sets import REP, SET
from buzzband_fw.core.warm_up import WarmUp


class Guide:
    """See guides/__init__.py."""

    def __init__(self, band):
        self._band = band
        self._core = WarmUp()
        self._is_on_scale = False

    def takes(self, _signal):
        """Return False: every signal leads out of here."""
        return False

    def step(self):
        """Go on by one block."""
        band = self._band
        core = self._core
        if core.done:
            if band.is_speaking():
                return NOTHING
            return DONE if core.grade else FAILED
        muscle = band.muscle
        word = core.step(muscle.envelope(), band.movement.sets.reps.motion[SPEED], muscle.flags())
        if muscle.is_counted():
            core.judge(muscle.counts)
        if core.lifting:
            word = self._lift() or word
        if word:
            band.say(word)
        return NOTHING

    def leave(self):
        """Keep the result, if there is one; else the scale is what it was."""
        if self._core.grade:
            self._band.keep_calibration(self._core, None)
        else:
            self._band.rescale()

    def _lift(self):
        """Count what the movement tells; return the word that ends it."""
        band = self._band
        core = self._core
        if not self._is_on_scale:
            self._is_on_scale = True
            band.begin_on(core.rest, core.provisional)
            return 0
        event = band.movement.event
        if event == REP:
            core.rep()
        return core.set_over() if event == SET and band.movement.sets.count else 0
