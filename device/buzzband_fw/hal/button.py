"""Button: one, to ground, told apart by how long it was held."""

from machine import Pin
from time import ticks_add, ticks_diff, ticks_ms

from buzzband_fw.core.portable import const, micropython
from buzzband_fw.hal import pins

SHORT = const(1)
LONG = const(2)

_BOUNCE_MS = const(20)  # looked at every 10 ms, a press of 30 ms is seen for at least so long
_LONG_MS = const(1000)


class Button:
    """The button; ``step`` tells of a press when it ends."""

    def __init__(self, on_press):
        """``on_press``: is called with SHORT or LONG."""
        self._on_press = on_press
        self._value = Pin(pins.BUTTON, Pin.IN, Pin.PULL_UP).value
        self._pressed = not self._value()
        self._since_ms = ticks_add(ticks_ms(), -_LONG_MS)  # a press at power-on is no short one

    @micropython.native
    def step(self):
        """Look at the button. What is seen for less than 20 ms is a bounce."""
        pressed = not self._value()
        if pressed != self._pressed:
            self._pressed = pressed
            self._change(pressed)

    def _change(self, pressed):
        now = ticks_ms()
        if pressed:
            self._since_ms = now
            return
        held_ms = ticks_diff(now, self._since_ms)
        if held_ms >= _BOUNCE_MS:
            self._on_press(SHORT if held_ms < _LONG_MS else LONG)
