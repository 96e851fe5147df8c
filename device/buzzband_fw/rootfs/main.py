"""Chooses the app and starts it. Never updated after the first install, so it knows as little as it can.

The app lies in /a or /b; slot.txt names the one to try first. The button held at power-on, or three crashes in a row,
mean safe mode: link and logs, no motor. Six mean the prompt. A crash is a start that the app has not told to forget.
"""

import sys
from machine import Pin, mem32

import pins

CRASHES = 0x4005800C  # watchdog scratch register 0: outlives a reset, not a loss of power
MARK = 0x0B2D0000  # tells a count from what the register holds at power-on
SAFE_AFTER = 3
PROMPT_AFTER = 6


def count_start():
    """Return how many starts before this one were not well in the end."""
    found = mem32[CRASHES]
    crashes = found & 0xFF if found & 0xFFFF0000 == MARK else 0
    mem32[CRASHES] = MARK | min(crashes + 1, 0xFF)
    return crashes


def slots():
    """Return the folders of the app, the one to try first in front."""
    try:
        with open("slot.txt") as file:
            second = file.read(1) == "b"
    except OSError:
        second = False
    return ("b", "a") if second else ("a", "b")


def load(slot):
    """Return the app in ``slot``, or None if it cannot be imported."""
    sys.path.insert(0, "/" + slot)
    try:
        from buzzband_fw import app

        return app
    except Exception as error:
        sys.print_exception(error)
        sys.path.remove("/" + slot)
        for name in [name for name in sys.modules if name.split(".")[0] == "buzzband_fw"]:
            del sys.modules[name]


def start():
    """Start the first app that can be imported; return to the prompt if there is none."""
    crashes = count_start()
    held = not Pin(pins.BUTTON, Pin.IN, Pin.PULL_UP).value()
    if crashes >= PROMPT_AFTER:
        return
    for slot in slots():
        app = load(slot)
        if app:
            app.main(slot, held or crashes >= SAFE_AFTER)
            return


start()
