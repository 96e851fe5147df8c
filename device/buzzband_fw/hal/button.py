"""Button: one, to ground. Short, long and double presses, told apart by time alone."""

from machine import Pin
from time import ticks_add, ticks_diff, ticks_ms

from buzzband_fw.core.portable import const
from buzzband_fw.hal import pins

SHORT = const(1)
LONG = const(2)
DOUBLE = const(3)

_BOUNCE_MS = const(20)  # looked at every 10 ms, a press of 30 ms is seen for at least so long
_LONG_MS = const(1000)
_DOUBLE_MS = const(300)  # from the end of a press to the beginning of the next

_UP = const(0)
_DOWN = const(1)
_PRESSED = const(2)  # once, and up again: a second press may follow
_DOWN_AGAIN = const(3)
_TOLD = const(4)  # down, and nothing that follows counts until it is up


class Button:
    """The button; ``step`` tells of a press as soon as it is certain what it is. ``is_up()``: nobody presses it.

    A long one is told while it is still held, a double one when it ends, a short one 300 ms after its end.
    """

    def __init__(self, on_press):
        """``on_press``: is called with SHORT, LONG or DOUBLE."""
        self._on_press = on_press
        self.is_up = Pin(pins.BUTTON, Pin.IN, Pin.PULL_UP).value
        self.state = _UP if self.is_up() else _TOLD  # held at power-on it means safe mode, and no press
        self._since_ms = ticks_add(ticks_ms(), -_DOUBLE_MS)

    def step(self):
        """Take the step from state to state that the button, or time, asks for. What lasts less than 20 ms is a bounce.

        It is to be called every 10 ms while ``state`` is not 0, or the button is down.
        """
        state = self.state
        up = self.is_up()
        held_ms = ticks_diff(ticks_ms(), self._since_ms)
        is_down = state == _DOWN or state == _DOWN_AGAIN
        if is_down and not up:
            if held_ms >= _LONG_MS:
                self._tell(LONG, _TOLD)
        elif is_down:
            self._release(held_ms)
        elif state == _TOLD:
            if up:
                self.state = _UP
        elif not up:
            self._enter(_DOWN if state == _UP else _DOWN_AGAIN)
        elif state == _PRESSED and held_ms >= _DOUBLE_MS:
            self._tell(SHORT, _UP)

    def _release(self, held_ms):
        """Take the end of a press; after a bounce all is as before."""
        again = self.state == _DOWN_AGAIN
        if held_ms < _BOUNCE_MS:
            self.state = _PRESSED if again else _UP
        elif again:
            self._tell(DOUBLE, _UP)
        else:
            self._enter(_PRESSED)

    def _enter(self, state):
        self.state = state
        self._since_ms = ticks_ms()

    def _tell(self, press, state):
        self.state = state
        self._on_press(press)
