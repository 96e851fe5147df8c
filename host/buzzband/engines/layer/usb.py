"""The serial port over USB: bytes from the host wait in order, bytes to the host leave in packets if it reads."""

from typing import Any

PACKET = 64
QUEUE = 256  # bytes that MicroPython holds for a host that does not read
POLLIN = 1
CTRL_C = 3

_PACKET_US = 60
_STALL_US = 500_000  # how long MicroPython waits for room, before it drops what does not fit
_NOTHING: tuple[Any, ...] = ()


class Usb:
    """The port as both ends see it.

    ``host_reads``: False lets the queue fill. ``sent``: bytes that the host has been given
    since the chip started. ``interrupt``: the byte that
    raises KeyboardInterrupt in the firmware, -1 for none.
    """

    def __init__(self, world: Any) -> None:
        self.host_reads = True
        self._world = world
        self._ready = ((self, POLLIN),)
        self.start()

    def start(self) -> None:
        """Be as after a reset."""
        self.sent = bytearray()
        self.interrupt = CTRL_C
        self._received = b""
        self._read = 0
        self._queue = bytearray()
        self._busy_until_us = 0

    # The host's end

    def receive(self, data: bytes) -> None:
        """Take bytes from the host."""
        self._received = self._received[self._read :] + data
        self._read = 0
        self._world.stir()

    def unread(self) -> bytes:
        """Return what the chip has not read yet."""
        return self._received[self._read :]

    def let_read(self, reads: bool) -> None:
        """Let the host read from now on, or stop."""
        self.host_reads = reads
        if reads:
            self.sent.extend(self._queue)
            self._queue = bytearray()

    # The chip's end

    def waiting(self) -> bool:
        """Return whether there is anything to read."""
        return self._read < len(self._received)

    def is_full(self) -> bool:
        """Return whether a packet waits for the host."""
        return len(self._queue) > 0 or self._world.now_us < self._busy_until_us

    def ipoll(self, _timeout_ms: int) -> tuple[Any, ...]:
        """Return something to iterate over if there is anything to read."""
        self._world.spend(10)
        return self._ready if self.waiting() else _NOTHING

    def readinto(self, buffer: Any, length: int) -> int:
        """Read one byte, which is all that ever is asked for."""
        self._world.spend(5)
        if length != 1 or not self.waiting():
            raise NotImplementedError("a read that would wait")
        buffer[0] = self._received[self._read]
        self._read += 1
        self._world.stir()
        return 1

    def write(self, buffer: Any, length: int) -> int:
        """Send bytes; wait for the host if it does not read and the queue is full."""
        self._world.stir()
        self._world.spend(20)
        self._world.open_heap()
        if not self.host_reads and len(self._queue) + length > QUEUE:
            self._world.spend(_STALL_US)
        data = bytes(memoryview(buffer)[:length])
        if self.host_reads:
            self._busy_until_us = self._world.now_us + _PACKET_US * -(-length // PACKET)
            self.give(data)
        else:
            self._queue.extend(data[: QUEUE - len(self._queue)])
        self._world.shut_heap()
        return length

    def give(self, data: bytes) -> None:
        """Let the host have ``data``."""
        self.sent.extend(data)

    def register(self, _stream: Any, _events: int) -> None:
        """Watch the port, as ``select.poll`` does."""
