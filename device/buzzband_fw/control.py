"""Control: which state the band is in, and what the button, the battery or the band's own work make of that.

The states and the ways between them are drawn in docs/control.md; a test holds drawing and table together.
"""

import gc
import sys

from buzzband_fw.core.portable import const
from buzzband_fw.link.messages import (
    ASKING,
    CALIBRATING,
    FINDING,
    IDLE,
    OFF,
    RUNNING,
    SAFE_MODE,
    STARTING,
    USB_POWER,
    WARMING_UP,
)
from buzzband_fw.store import records
from buzzband_fw.store.settings import PARTS

NOTHING = const(0)  # signals; the button's are those of hal/button.py
SHORT = const(1)
LONG = const(2)
DOUBLE = const(3)
DONE = const(4)  # what the state is for
FAILED = const(5)
USB = const(6)  # power came
EMPTY = const(7)  # the battery is
ASK = const(8)  # how many reps were on target
BEGIN = const(9)
CALIBRATE = const(10)
WARM_UP = const(11)

# Out of starting, idle, running, calibrating, warming up, asking, finding and off, in pairs: a signal, the state that
# it leads to. Any other signal changes nothing.
WAYS = (
    bytes((DONE, IDLE, BEGIN, RUNNING, CALIBRATE, CALIBRATING, WARM_UP, WARMING_UP)),
    bytes((SHORT, RUNNING, DOUBLE, CALIBRATING, CALIBRATE, CALIBRATING, WARM_UP, WARMING_UP, LONG, OFF, EMPTY, OFF)),
    bytes((SHORT, IDLE, USB, IDLE, LONG, OFF, EMPTY, OFF, ASK, ASKING, CALIBRATE, CALIBRATING, WARM_UP, WARMING_UP)),
    bytes((DONE, RUNNING, SHORT, RUNNING, FAILED, IDLE, USB, IDLE, DOUBLE, FINDING, LONG, OFF, EMPTY, OFF)),
    bytes((DONE, RUNNING, SHORT, IDLE, FAILED, IDLE, USB, IDLE, DOUBLE, CALIBRATING, LONG, OFF, EMPTY, OFF)),
    bytes((DONE, RUNNING, LONG, RUNNING, USB, IDLE, EMPTY, OFF)),
    bytes((SHORT, CALIBRATING, DOUBLE, IDLE, DONE, IDLE, USB, IDLE, LONG, OFF, EMPTY, OFF)),
    bytes((SHORT, STARTING, DOUBLE, STARTING, LONG, STARTING, USB, STARTING)),
)

_OF_HOST = (FAILED, CALIBRATE, WARM_UP)  # signals, by what messages.CALIBRATE asks for
_GUIDED = (CALIBRATING, WARMING_UP, ASKING, FINDING)  # states with a module of their own in guides/
_GUIDES = ("calibrating", "warming_up", "asking", "finding")
_BORROWED = ("core.calibration", "core.placement", "core.warm_up")  # what guides alone need
_RECORDED = (RUNNING, ASKING)  # one session goes through both
_FELT = (RUNNING, CALIBRATING, WARMING_UP, ASKING, FINDING)  # in which the electrodes tell of a body


def way(state, signal):
    """Return the state that ``signal`` leads to from ``state``."""
    ways = WAYS[state]
    for index in range(0, len(ways), 2):
        if ways[index] == signal:
            return ways[index + 1]
    return state


class Control:
    """Takes signals and leads the band from state to state. ``guide``: what goes on in a state that has one."""

    def __init__(self, band):
        self.guide = None
        self._band = band

    def start(self, waits=False):
        """Leave STARTING by what the settings say. In safe mode nothing is said, so there is no guide to be heard.

        ``waits``: for the button, whatever they say.
        """
        settings = self._band.settings
        stored = settings.calibration == "stored" or self._band.faults & SAFE_MODE
        if waits or not settings.autostart or (stored and not settings.calibrated):
            self.take(DONE)
        elif stored:
            self.take(BEGIN)
        else:
            self.take(WARM_UP if settings.calibration == "warm-up" else CALIBRATE)

    def take(self, signal):
        """Do what ``signal`` asks for in this state."""
        guide = self.guide
        if guide is not None and guide.takes(signal):
            return
        before = self._band.state
        after = self._allowed(way(before, signal))
        if after != before:
            self._leave(before, after, signal)
            self._enter(after)
        elif before == RUNNING and signal == DOUBLE:
            self._band.note_mark()

    def calibrate(self, how):
        """Do what a host asks for with messages.CALIBRATE; return the state that this has led to."""
        self.take(_OF_HOST[how])
        return self._band.state

    def step(self):
        """Get on by one block with what goes on in a state that has a guide."""
        signal = self.guide.step()
        if signal:
            self.take(signal)

    def look(self):
        """Ask the wearer, if a set is over that is to be asked about."""
        if self._band.lifts.asks and self.guide is None:
            self._band.lifts.asks = False
            self.take(ASK)

    def _allowed(self, state):
        """Return the state that may be entered in place of ``state``: with the cable in, no electrodes on a body."""
        band = self._band
        if state in _FELT and band.faults & USB_POWER:
            return IDLE
        if state == RUNNING and not band.settings.calibrated:
            state = CALIBRATING if band.state == IDLE else IDLE
        if state == CALIBRATING and band.state == IDLE and band.settings.calibration == "warm-up":
            return WARMING_UP
        return state

    def _leave(self, before, after, signal):
        band = self._band
        band.frames.hold()
        if self.guide is not None:
            self.guide.leave()
            self.guide = None
            forget("guides." + _module_of(before), *_BORROWED)
        if after not in _RECORDED or before not in _RECORDED:
            if band.is_on():
                band.end(_reason(signal))
            band.rest()

    def _enter(self, state):
        band = self._band
        band.state = state
        if state in _RECORDED:
            if not band.is_on():
                band.begin()
        elif state in _FELT:
            band.feel()
        if state in _GUIDED:
            name = "buzzband_fw.guides." + _module_of(state)
            self.guide = __import__(name, None, None, ("Guide",)).Guide(band)
        forget(*PARTS)
        band.settle()
        band.frames.release()


def _module_of(state):
    """Return the name of the module in guides/ for a state."""
    return _GUIDES[_GUIDED.index(state)]


def _reason(signal):
    """Return why a session ends with ``signal``, of store/records.py."""
    if signal == USB:
        return records.BY_USB_POWER
    if signal in _OF_HOST:
        return records.BY_HOST
    return records.BY_LOW_BATTERY if signal == EMPTY else records.BY_BUTTON


def forget(*names):
    """Give back the room of modules that are not needed for now."""
    for name in names:
        package, _, last = ("buzzband_fw." + name).rpartition(".")
        if sys.modules.pop(package + "." + last, None) is not None:
            delattr(sys.modules[package], last)
    gc.collect()
