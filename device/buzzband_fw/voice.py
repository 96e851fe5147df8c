"""Voice: the motor says words. The pulses are those of core/words.py."""

from time import ticks_diff, ticks_ms

from buzzband_fw.core.words import PHASES, UNIT_MS, begins_at
from buzzband_fw.hal.motor_driver import EARLY_MS


class Voice:
    """Says one word at a time on a motor; ``step`` keeps it going. ``speaking``: pauses in the word included."""

    def __init__(self, motor):
        self.motor = motor
        self.speaking = False
        self._at = 0  # of the phases
        self._pausing = False
        self._since_ms = 0

    def say(self, word):
        """Begin to say ``word``, in place of whatever is being said."""
        self._at = begins_at(word)
        self._pausing = False
        self._since_ms = ticks_ms()
        self.motor.start(PHASES[self._at] * UNIT_MS)
        self.speaking = True

    def step(self):
        """Go on with the word. A pulse is over when the motor stands, whatever the clock says; a pause by the clock.

        A motor that fails ends the word: half of one would be another.
        """
        motor = self.motor
        motor.step()
        if motor.running:
            return
        if motor.fault:
            self.hush()
            return
        now = ticks_ms()
        if self._pausing and ticks_diff(now, self._since_ms) < PHASES[self._at] * UNIT_MS - EARLY_MS:
            return
        self._since_ms = now
        self._at += 1
        self._pausing = not self._pausing
        self.speaking = PHASES[self._at] > 0
        if self.speaking and not self._pausing:
            motor.start(PHASES[self._at] * UNIT_MS)

    def hush(self):
        """Fall silent at once."""
        self.speaking = False
        self.motor.stop()
