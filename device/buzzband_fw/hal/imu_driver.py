"""What the IMU's drivers have in common; hal/imu.py tells what they do."""

from time import sleep_ms, ticks_add, ticks_diff, ticks_ms

from buzzband_fw.core.portable import const, micropython
from buzzband_fw.hal.i2c_bus import EIO, ETIMEDOUT, HANGS, BusError, pull, push, reading, transfer, writing

OVERFLOWED = const(-1)  # in place of a number of frames
PENDING = const(-2)
DOUBTFUL = const(-3)
FRAME_SIZE = const(6)  # numbers in a frame

_TRANSFER_MS = const(5)  # the longest, of 21 bytes, takes 0.5 ms

# What is asked for next. Odd: there is a frame in what has come.
COUNT = const(0)  # how many frames wait
FRAME = const(1)  # that, and the first of them
_EMPTY = const(2)  # that, after the FIFO has been emptied
AGAIN = const(3)  # that once more: a frame has come, but the count beside it was doubtful


class ImuDriver:
    """A chip at an address: its restart in steps, and its FIFO.

    No frame is asked for before one is known to wait: one that came in just then would be torn. So a request brings a
    count, and a frame if the count before it has promised one.

    A subclass knows the FIFO: ``COUNTED`` and ``FIFO``, register and bytes of the count and of a frame; ``EMPTYING``,
    the two writes that empty it; and ``STOPPING``, the steps that put the chip to sleep. Steps are (register, value,
    ms to wait afterwards). Its kernel, ``decode(raw, asked, frames, at)``, writes the frame, if there is one in
    ``raw``, to ``frames[at:]``; it returns how many more wait, OVERFLOWED if some are lost, or DOUBTFUL.
    """

    def __init__(self, bus, address, identity, setup, decode):
        """``setup``: the steps of a restart. ``decode``: the kernel."""
        self.identity = identity
        self._bus = bus
        self._requested_ms = 0
        self._address = address
        self._restart = setup
        self._step = 0
        self._ready_ms = 0
        self._forget()
        count, frame = reading(*self.COUNTED), reading(*self.FIFO)
        empty = writing(*self.EMPTYING[0]) + writing(*self.EMPTYING[1])
        self._transfers = [transfer(address, each) for each in (count, count + frame, empty + count, count)]
        self._raw = bytearray(self.COUNTED[1] + self.FIFO[1])
        self._bound = bus, bus.registers, self._transfers, self._raw, decode  # one look-up in place of five

    def start(self):
        """Reset, configure, begin. Raises BusError."""
        self.begin_restart()
        while not self.restart_step():
            sleep_ms(1)

    def begin_restart(self):
        """Let the next step be the first."""
        self._step = 0
        self._ready_ms = ticks_ms()
        self._forget()

    def begin_resume(self):
        """Let the next step be the first behind the reset, which takes longer than a band's start may.

        It is for a chip whose power has come on, or that was left by a band that restarts.
        """
        self.begin_restart()
        self._step = self.RESETS

    def restart_step(self):
        """Do the next step if it is time for it; return whether the IMU runs. Raises BusError."""
        if ticks_diff(ticks_ms(), self._ready_ms) < 0:
            return False
        if self._step == len(self._restart):
            return True
        register, value, wait_ms = self._restart[self._step]
        self._write(register, value)
        self._step += 1
        self._ready_ms = ticks_add(ticks_ms(), wait_ms)
        return False

    def stop(self):
        """Put it to sleep. Raises BusError."""
        self._forget()
        self.take(self.STOPPING)

    def take(self, steps):
        """Take steps, and wait after each. Raises BusError."""
        for register, value, wait_ms in steps:
            self._write(register, value)
            sleep_ms(wait_ms)

    def read(self, register, buffer):
        """Fill ``buffer`` from ``register`` on. Raises BusError."""
        self._bus.read_into(self._address, register, buffer)

    def request(self):
        """Ask for a frame."""
        self._requested_ms = ticks_ms()
        bus = self._bus
        bus.posted = posted = self._transfers[self._asked]
        bus.told = 0
        push(bus.registers, posted)

    @micropython.native
    def collect(self, frames, at, again):
        """Take what was asked for; return 1 + how many frames wait if one came, 0, PENDING or OVERFLOWED.

        ``again``: whether to ask for the next at once. Raises BusError.
        """
        bus, registers, transfers, raw, decode = self._bound
        asked = self._asked
        told = bus.kept_into(raw) if bus.told else pull(registers, transfers[asked], raw)
        if told != 1:
            return self._wait(told)
        bus.posted = None
        waiting = decode(raw, asked, frames, at)
        if waiting < 0 or self._flushes:
            return self._mend(waiting, again)
        self._asked = following = FRAME if waiting else COUNT
        if again:
            bus.posted = posted = transfers[following]
            self._requested_ms = ticks_ms()
            push(registers, posted)
        return 1 + waiting if asked & 1 else 0

    def flush(self):
        """Throw away what waits, and what is on its way."""
        self._flushes = True

    def _wait(self, told):
        """Return PENDING as long as the transfer may take, which ``pull`` has told not to be through."""
        if not told and ticks_diff(ticks_ms(), self._requested_ms) <= _TRANSFER_MS:
            return PENDING
        self._bus.posted = None
        self._forget()
        raise BusError(EIO if told and told != HANGS else ETIMEDOUT)

    def _mend(self, waiting, again):
        came = 0
        if waiting == DOUBTFUL and self._asked == FRAME and not self._flushes:
            self._asked = AGAIN
        else:
            came = 0 if self._flushes else OVERFLOWED
            self._forget()
        if again:
            self.request()
        return came

    def _forget(self):
        """Let the next request empty the FIFO: it may begin with a part of a frame."""
        self._flushes = False
        self._asked = _EMPTY

    def _write(self, register, value):
        self._bus.write(self._address, register, value)
