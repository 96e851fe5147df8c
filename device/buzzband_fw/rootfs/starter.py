"""Chooses the app and loads it. Never updated after the first install, so it knows as little as it can.

An app is a pack, /a.app or /b.app, or a folder, /a or /b. slot.txt names the one to start: ``b`` is b,
anything else a. ``b?`` is b on trial: before it starts, slot.txt says ``a`` again, and the app itself writes ``b`` once
it is well. So whatever becomes of a trial, the next start is with the app from before.

An app that cannot be loaded gives way to the other one, after a reset: what it leaves on the heap may leave no room for
another. A crash is a start that the app has not told to forget; to hang while it is loaded is one too. The button held
at power-on, or three crashes in a row, mean safe mode: link and logs, no motor. After six the other app has its turn,
in safe mode too; after nine, or without an app, there is the prompt.
"""

import sys
from machine import WDT, Pin, mem32, reset

import pins
from pack import Pack
from vfs import mount

SCRATCH = 0x4005800C  # watchdog scratch register 0: outlives a reset, not a loss of power
MARK = 0x0B2D0000  # tells what stands there from what the register holds at power-on
CRASHES = 0xFF  # of it: how many
BROKEN = {"a": 0x100, "b": 0x200}  # of it: which slots could not be loaded
SAFE_AFTER = 3
OTHER_AFTER = 6
PROMPT_AFTER = 9

WATCHDOG_MS = 8000

CHOICE = "/slot.txt"


def count_start():
    """Count this start; return how many before it were not well in the end, and the flags of broken slots."""
    found = mem32[SCRATCH]
    if found & 0xFFFF0000 != MARK:
        found = MARK
    crashes = found & CRASHES
    mem32[SCRATCH] = found if crashes == CRASHES else found + 1
    return crashes, found & (BROKEN["a"] | BROKEN["b"])


def chosen():
    """Return the slot that is named, and whether it is on trial. A trial is over as soon as it begins."""
    try:
        with open(CHOICE, "rb") as file:
            text = file.read(2)
    except OSError:
        return "a", False
    slot = "b" if text[:1] == b"b" else "a"
    if text[1:] != b"?":
        return slot, False
    try:
        with open(CHOICE, "wb") as file:
            file.write(other(slot).encode())
    except OSError:
        return other(slot), False  # what cannot be taken back is not tried
    return slot, True


def other(slot):
    """Return the name of the other slot."""
    return "a" if slot == "b" else "b"


def load(slot):
    """Return the app in ``slot``. Raises whatever it raises."""
    folder = "/" + slot
    try:
        mount(Pack(folder + ".app"), folder)
    except OSError:
        pass  # it may be a folder
    sys.path.insert(0, folder)
    from buzzband_fw import app

    return app


def prepare():
    """Count this start, and load an app; return its ``main`` and what that is to be called with, None for the prompt.

    With an app the watchdog runs.
    """
    crashes, broken = count_start()
    if crashes >= PROMPT_AFTER or broken == BROKEN["a"] | BROKEN["b"]:
        return None
    WDT(timeout=WATCHDOG_MS)
    held = not Pin(pins.BUTTON, Pin.IN, Pin.PULL_UP).value()
    slot, on_trial = chosen()
    if crashes >= OTHER_AFTER or broken & BROKEN[slot]:
        slot, on_trial = other(slot), False
    if broken & BROKEN[slot]:
        slot = other(slot)
    try:
        app = load(slot)
    except Exception as error:
        sys.print_exception(error)
        mem32[SCRATCH] |= BROKEN[slot]
        reset()
    return app.main, (slot, held or crashes >= SAFE_AFTER, on_trial)
