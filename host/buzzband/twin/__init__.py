"""The twin: official MicroPython on an emulated Pico with the band's sensors, motor, LED and button wired to it."""

from buzzband.twin.chip import Reset, ResetCause
from buzzband.twin.feed import Emg, Vibration
from buzzband.twin.flash import Operation, Tear
from buzzband.twin.stream import TwinStream
from buzzband.twin.twin import Twin
from buzzband.twin.wiring import Burst, Step

__all__ = ["Burst", "Emg", "Operation", "Reset", "ResetCause", "Step", "Tear", "Twin", "TwinStream", "Vibration"]
