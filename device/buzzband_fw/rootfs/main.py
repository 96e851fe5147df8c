"""Starts the app that starter.py has loaded, or leaves the board to the prompt. Never updated after the first install.

As little as can be is left in RAM beside the app: it is short, and starter.py is forgotten before the app begins.
"""

import sys
from machine import mem32, reset

import starter
from vfs import umount

WATCHDOG_CLEAR = 0x4005B000
WATCHDOG_ENABLE = 1 << 30

try:
    prepared = starter.prepare()
    del sys.modules["starter"], starter
    if prepared:
        main, given = prepared
        main(*given)
except Exception as error:
    sys.print_exception(error)
    reset()
finally:
    mem32[WATCHDOG_CLEAR] = WATCHDOG_ENABLE
    for slot in ("/a", "/b"):
        try:
            umount(slot)  # whoever comes to the prompt finds what lies in flash there
        except OSError:
            pass  # it is a folder, or nothing
