"""LED: blinks in a rhythm that tells how things stand."""

from machine import Pin
from time import ticks_diff, ticks_ms

from buzzband_fw.core.portable import micropython
from buzzband_fw.hal import pins

IDLE = (50, 1950)  # ms on, ms off
RUNNING = (50, 950)
TROUBLE = (100, 100)
SAFE_MODE = (1000, 1000)
GUIDING = (300, 300)  # it is the wearer's turn


class Led:
    """The LED; ``step`` keeps its rhythm."""

    def __init__(self):
        self._pin = Pin(pins.LED, Pin.OUT, value=0)
        self._rhythm = IDLE
        self._on = False
        self._since_ms = ticks_ms()

    def show(self, rhythm):
        """Go on in ``rhythm``, one of those above."""
        self._rhythm = rhythm

    @micropython.native
    def step(self):
        """Switch when it is time to."""
        now = ticks_ms()
        if ticks_diff(now, self._since_ms) < self._rhythm[0 if self._on else 1]:
            return
        self._since_ms = now
        self._on = not self._on
        self._pin.value(self._on)

    def stop(self):
        """Switch the LED off."""
        self._pin.value(0)
