"""Serial port: USB, byte by byte, without ever waiting for the host.

MicroPython's ``write`` blocks for up to 500 ms when nobody reads, which no cue may wait for. The controller tells when
the last packet of a write has been fetched, a short one always: then the driver's queue of 256 bytes is empty.
"""

import select
import sys
from machine import mem16

from buzzband_fw.core.portable import const, micropython

QUEUE = const(256)

_IN_BUFFER = const(0x50100090)  # buffer control of endpoint 2 in: RP2040 datasheet, 4.1.2.5; ports/rp2 uses it for data
_BUSY = const(1 << 10 | 64)  # a packet waits for the host; or the last one was full, and so another follows
_CTRL_C = const(3)
_NOBODY = const(-1)


class SerialPort:
    """The port, taken from the prompt: Ctrl-C is a byte like any other until ``close``."""

    def __init__(self):
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        self._ready = self._poll.ipoll
        self._read = sys.stdin.buffer.readinto
        self._write = sys.stdout.buffer.write
        self._byte = bytearray(1)
        micropython.kbd_intr(_NOBODY)
        self._ready(0)  # makes what it gives back now, while there is a heap

    @micropython.native
    def read(self):
        """Return the next byte, or -1 if there is none."""
        for _ in self._ready(0):
            self._read(self._byte, 1)
            return self._byte[0]
        return -1

    def look(self):
        """Let MicroPython's USB driver see what the controller has done: it sends a packet after each look."""
        for _ in self._ready(0):
            break

    @micropython.native
    def can_write(self):
        """Return whether ``write`` takes ``QUEUE`` bytes without waiting."""
        for _ in self._ready(0):
            break  # to ask lets MicroPython's USB driver see what the controller has done meanwhile
        return not mem16[_IN_BUFFER] & _BUSY

    def write(self, buffer, length):
        """Write the first ``length`` bytes of ``buffer``, at most ``QUEUE``."""
        self._write(buffer, length)

    def close(self):
        """Give the port back to the prompt."""
        micropython.kbd_intr(_CTRL_C)
