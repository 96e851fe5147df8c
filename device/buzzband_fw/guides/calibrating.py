"""Calibrating: guided rest and three squeezes; a grade, and whether the band lies where it lay before."""

from buzzband_fw.control import DONE, FAILED, NOTHING
from buzzband_fw.core.calibration import Calibration
from buzzband_fw.core.placement import NEAR, OFF, nearness, signature
from buzzband_fw.core.words import QUESTION, READY, SILENCE

_PLACES = {NEAR: READY, OFF: QUESTION}


class Guide:
    """See guides/__init__.py. Its result is said first and kept then: flash is not written while the motor runs."""

    def __init__(self, band):
        self._band = band
        self._core = Calibration()
        self._is_kept = False

    def takes(self, _signal):
        """Return False: every signal leads out of here."""
        return False

    def step(self):
        """Go on by one block."""
        band = self._band
        core = self._core
        if not core.done:
            word = core.step(band.muscle.envelope(), band.movement.speed())
            if band.muscle.is_counted():
                core.judge(band.muscle.counts)
            if word:
                band.say(word)
            return NOTHING
        if band.is_speaking():
            return NOTHING
        if not core.grade:
            return FAILED
        if not self._is_kept:
            self._keep()
            return NOTHING
        return DONE

    def leave(self):
        """A calibration that was not finished leaves all as it was."""

    def _keep(self):
        """Keep what was found, and say how near the place is to the last one."""
        band = self._band
        core = self._core
        positions = band.movement.sets.reps.positions if band.movement.is_felt() else None
        place = signature(core.rest, core.reference, core.crossings_hz, positions)
        known = band.settings.signature
        band.keep_calibration(core, place, "squeezes")
        self._is_kept = True
        word = _PLACES.get(nearness(known, place), SILENCE) if known and len(known) == len(place) else SILENCE
        if word:
            band.say(word)
