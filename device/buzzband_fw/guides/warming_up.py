"""Warming up: guided rest, then a set with little weight; the median peak of its reps is the reference.

It is not recorded, for its scale is provisional.
"""

from buzzband_fw.control import DONE, FAILED, NOTHING
from buzzband_fw.core.sets import REP, SET
from buzzband_fw.core.warm_up import WarmUp


class Guide:
    """See guides/__init__.py. Its result is said first and kept then: flash is not written while the motor runs."""

    def __init__(self, band):
        self._band = band
        self._core = WarmUp()
        self._provisional = 0
        self._is_kept = False

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
            if not core.grade:
                return FAILED
            if not self._is_kept:
                self._keep()
                return NOTHING
            return DONE
        muscle = band.muscle
        word = core.step(muscle.envelope(), band.movement.speed(), muscle.flags())
        if muscle.is_counted():
            core.judge(muscle.counts)
        if core.lifting:
            word = self._lift() or word
        if word:
            band.say(word)
        return NOTHING

    def leave(self):
        """Keep the result, if there is one; else the scale is what it was."""
        if self._is_kept:
            return
        if self._core.grade:
            self._keep()
        else:
            self._band.choose()

    def _keep(self):
        self._band.keep_calibration(self._core, None, "warm-up")
        self._is_kept = True

    def _lift(self):
        """Count what the movement tells, on a scale that grows with the muscle; return the word that ends it."""
        band = self._band
        core = self._core
        if core.provisional != self._provisional:
            self._provisional = core.provisional
            band.stretch(core.rest, core.provisional)
        event, band.lifts.event = band.lifts.event, 0
        sets = band.movement.sets
        if event == REP:
            core.rep(sets.rep.number)
        if event != SET:
            return 0
        if sets.count:
            return core.set_over()
        core.forget()
        return 0
