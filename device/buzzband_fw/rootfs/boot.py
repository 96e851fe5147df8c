"""The first thing that runs: the motor is off before anything else is tried. Never updated after the first install."""

from machine import Pin

import pins

Pin(pins.MOTOR, Pin.OUT, value=0)
