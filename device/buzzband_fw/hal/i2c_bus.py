"""I2C bus: registers of the chips on it, transfers that run by themselves, and the way back when it hangs.

A transfer of some 16 commands fits into the FIFOs of the controller, so that nobody has to wait for it: ``push`` and
``pull``. The controller's registers: RP2040 datasheet, 4.3.17.

Whoever asks for anything else while such a transfer runs waits until it is through, 0.6 ms at most; what it has brought
is kept for ``kept_into``. So the chips on the bus need not know of each other.

MicroPython's calls for registers are of no use: ``writeto_mem`` allocates, and neither it nor ``readfrom_mem_into``
raises when a byte behind the address is not acknowledged (ports/rp2, 1.24.1). ``writeto`` tells how many bytes were.
"""

from array import array
from machine import I2C, Pin
from time import ticks_diff, ticks_us
from uctypes import bytearray_at

from buzzband_fw.core.portable import const, micropython, ptr8, ptr16, ptr32
from buzzband_fw.hal import pins

FREQUENCY_HZ = const(400000)
TIMEOUT_US = const(1000)  # the longest of MicroPython's transfers, of 17 bytes, takes 0.4 ms
EIO = const(5)
ETIMEDOUT = const(110)

_WAIT_US = const(600)  # for a transfer that was pushed: the longest, of 21 bytes, takes 0.5 ms
_KEPT_BYTES = const(16)  # as many as the controller's FIFO holds
_RUNS = const(0)  # what pull tells
_THROUGH = const(1)
_GONE_WRONG = const(2)
HANGS = const(3)
_CLOCKS = const(9)  # a byte and its acknowledgement: UM10204, 3.1.16

_I2C0 = const(0x40044000)
_SIZE = const(0x100)
_TAR = const(0x04 // 4)  # registers, as words
_DATA_CMD = const(0x10 // 4)
_CLR_INTR = const(0x40 // 4)
_ENABLE = const(0x6C // 4)
_STATUS = const(0x70 // 4)
_RXFLR = const(0x78 // 4)

_READ = const(1 << 8)  # of IC_DATA_CMD
_STOP = const(1 << 9)
_RESTART = const(1 << 10)
_TFNF = const(1 << 1)  # of IC_STATUS: there is room for a command
_TFE = const(1 << 2)  # there is no command left
_MST_ACTIVITY = const(1 << 5)
_LOOKS_MAX = const(1000)  # 0.2 ms; the first command makes room within 25 µs


def writing(register, value):
    """Return the commands that write one byte."""
    return (register, value | _STOP)


def reading(register, count):
    """Return the commands that read ``count`` bytes from ``register`` on."""
    reads = [_READ] * count
    reads[0] |= _RESTART
    reads[-1] |= _STOP
    return (register,) + tuple(reads)


def transfer(address, commands):
    """Return ``commands`` for ``post``, behind the address, how many bytes they bring, and how many there are."""
    come = len([command for command in commands if command & _READ])
    return array("H", (address, come, len(commands)) + commands)


@micropython.viper
def push(registers: ptr32, transfer: ptr16):
    """Begin a transfer. Where its commands are more than 16, wait for room."""
    registers[_ENABLE] = 0  # or else the address cannot be set; empties both FIFOs
    registers[_TAR] = transfer[0]
    registers[_ENABLE] = 1
    looks = 0
    for i in range(transfer[2]):
        while registers[_STATUS] & _TFNF == 0 and looks < _LOOKS_MAX:
            looks += 1
        registers[_DATA_CMD] = transfer[3 + i]


@micropython.viper
def pull(registers: ptr32, transfer: ptr16, buffer: ptr8) -> int:
    """End a transfer; return 1, 0 if it still runs, 2 if something went wrong.

    What is not acknowledged empties both FIFOs, so that the number of bytes tells. All flags are cleared: what
    MicroPython does next waits for some of them.
    """
    if registers[_STATUS] & (_TFE | _MST_ACTIVITY) != _TFE:
        return 0
    count = registers[_RXFLR]
    registers[_CLR_INTR]  # to read it is to clear
    if count != transfer[1]:
        return 2
    for i in range(count):
        buffer[i] = registers[_DATA_CMD]
    return 1


class BusError(Exception):
    """The bus, or the chip on it, did not do what was asked of it. The argument is an errno."""


class I2cBus:
    """The bus at 400 kHz. No call waits for longer than 2 ms.

    ``registers``: of its controller, for ``push`` and ``pull``. ``posted``: the transfer that was pushed and not yet
    pulled, or None; one at a time. ``told``: 0, or what it has come to while somebody else waited for the bus: then
    ``kept_into`` stands in for ``pull``.
    """

    def __init__(self):
        """Begin with a bus that is free: a reset of this chip may have left the other in the middle of a byte."""
        self._register = bytearray(1)
        self._pair = bytearray(2)
        self.registers = bytearray_at(_I2C0, _SIZE)
        self.posted = None
        self.told = _RUNS
        self._kept = bytearray(_KEPT_BYTES)
        self._free()
        self._open()

    def kept_into(self, buffer):
        """Hand over what ``posted`` has brought while another waited; return what ``pull`` would have, or HANGS.

        Allocates nothing.
        """
        told = self.told
        self.told = 0
        if told == _THROUGH:
            for i in range(self.posted[1]):
                buffer[i] = self._kept[i]
        return told

    def _wait(self):
        """Let the transfer that was posted end, and keep what it has brought. Allocates nothing."""
        start_us = ticks_us()
        told = pull(self.registers, self.posted, self._kept)
        while told == _RUNS and ticks_diff(ticks_us(), start_us) < _WAIT_US:
            told = pull(self.registers, self.posted, self._kept)
        self.told = told or HANGS

    def read_into(self, address, register, buffer):
        """Fill ``buffer`` from ``register`` on. Allocates nothing. Raises BusError."""
        if self.posted is not None and not self.told:
            self._wait()
        self._register[0] = register
        try:
            if self._writeto(address, self._register, False) == 1:
                self._readfrom_into(address, buffer)
                return
            code = EIO
        except OSError as error:
            code = error.args[0]
        raise BusError(code)

    def write(self, address, register, value):
        """Write one byte to ``register``. Allocates nothing. Raises BusError."""
        self._pair[0] = register
        self._pair[1] = value
        self.send(address, self._pair)

    @micropython.native
    def send(self, address, data):
        """Write bytes: a register, and what goes there and to those behind it. Allocates nothing. Raises BusError."""
        if self.posted is not None and not self.told:
            self._wait()
        try:
            if self._writeto(address, data) == len(data):
                return
            code = EIO
        except OSError as error:
            code = error.args[0]
        raise BusError(code)

    def recover(self):
        """Free the bus from a chip that holds SDA low, and begin anew; 0.4 ms. Raises BusError if SDA stays low.

        A transfer that still runs is lost.
        """
        if self.posted is not None:
            self.told = _GONE_WRONG
        is_free = self._free()
        self._open()
        if not is_free:
            raise BusError(EIO)

    def _open(self):
        i2c = I2C(0, freq=FREQUENCY_HZ, scl=Pin(pins.SCL), sda=Pin(pins.SDA), timeout=TIMEOUT_US)
        self._writeto = i2c.writeto
        self._readfrom_into = i2c.readfrom_into

    def _free(self):
        """Clock out what holds SDA, at most nine times, and send a STOP; return whether SDA is high.

        A call takes 20 µs, so the clock is slow enough without pauses.
        """
        scl = Pin(pins.SCL, Pin.OPEN_DRAIN, Pin.PULL_UP, value=1)
        sda = Pin(pins.SDA, Pin.OPEN_DRAIN, Pin.PULL_UP, value=1)
        for _ in range(_CLOCKS):
            if sda.value():
                break
            scl.value(0)
            scl.value(1)
        scl.value(0)
        sda.value(0)
        scl.value(1)
        sda.value(1)
        return sda.value() == 1
