"""Chooses the app and starts it. Never updated after the first install, so it knows as little as it can.

An app is a pack, /a.app or /b.app (link/updating.py has the format), or a folder, /a or /b. slot.txt names the one to
start: ``b`` is b, anything else a. ``b?`` is b on trial: before it starts, slot.txt says ``a`` again, and the app
itself writes ``b`` once it is well. So whatever becomes of a trial, the next start is with the app from before.

An app that cannot be loaded gives way to the other one, after a reset: what it leaves on the heap may leave no room for
another. A crash is a start that the app has not told to forget; to hang while it is loaded is one too. The button held
at power-on, or three crashes in a row, mean safe mode: link and logs, no motor. After six the other app has its turn,
in safe mode too; after nine, or without an app, there is the prompt.
"""

import sys
from binascii import crc32
from machine import WDT, Pin, mem32, reset
from struct import calcsize, unpack, unpack_from

import pins
from vfs import mount

SCRATCH = 0x4005800C  # watchdog scratch register 0: outlives a reset, not a loss of power
MARK = 0x0B2D0000  # tells what stands there from what the register holds at power-on
CRASHES = 0xFF  # of it: how many
BROKEN = {"a": 0x100, "b": 0x200}  # of it: which slots could not be loaded
SAFE_AFTER = 3
OTHER_AFTER = 6
PROMPT_AFTER = 9

WATCHDOG_MS = 8000
WATCHDOG_CLEAR = 0x4005B000
WATCHDOG_ENABLE = 1 << 30

CHOICE = "/slot.txt"
MAGIC = b"BBA1"
FOOTER = "<4sIHH32sI"  # magic, where the names begin, their size, how many; a SHA-256; CRC-32 of names and all before
PLACE = "<II"  # behind each name: where the module begins, its size
PACKAGE = "/buzzband_fw/"
FOLDER, FILE = 0x4000, 0x8000
NO_ENTRY = 2


class Pack:
    """A pack as a file system that holds modules and nothing else. Raises OSError if it is none."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            file.seek(-calcsize(FOOTER), 2)
            footer = file.read()
            magic, start, size, _, _, crc = unpack(FOOTER, footer)
            if magic == MAGIC:
                file.seek(start)
                self.names = file.read(size)
        if magic != MAGIC or crc32(footer[:-4], crc32(self.names)) != crc:
            raise OSError(NO_ENTRY)

    def mount(self, _readonly, _mkfs):
        """See MicroPython."""

    def umount(self):
        """See MicroPython."""

    def place(self, path):
        """Return where a module begins, and its size. Raises OSError."""
        name = b"\0" + path[len(PACKAGE) : -4].encode() + b"\0"
        at = self.names.find(name) if path.startswith(PACKAGE) and path.endswith(".mpy") else -1
        if at < 0:
            raise OSError(NO_ENTRY)
        return unpack_from(PLACE, self.names, at + len(name))

    def stat(self, path):
        """See MicroPython."""
        if path + "/" == PACKAGE or b"\0" + path[len(PACKAGE) :].encode() + b"/" in self.names:
            return (FOLDER, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        return (FILE, 0, 0, 0, 0, 0, self.place(path)[1], 0, 0, 0)

    def open(self, path, _mode):
        """See MicroPython. The file goes on behind the module, whose end its reader knows."""
        start, _ = self.place(path)
        file = open(self.path, "rb")
        file.seek(start)
        return file


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


def run(crashes, broken):
    """Run an app until it ends. What it does not catch itself ends in a reset."""
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
    app.main(slot, held or crashes >= SAFE_AFTER, on_trial)


def start():
    """Start an app, or leave the board to the prompt."""
    crashes, broken = count_start()
    if crashes >= PROMPT_AFTER or broken == BROKEN["a"] | BROKEN["b"]:
        return
    WDT(timeout=WATCHDOG_MS)
    try:
        run(crashes, broken)
    except Exception as error:
        sys.print_exception(error)
        reset()
    finally:
        mem32[WATCHDOG_CLEAR] = WATCHDOG_ENABLE


start()
