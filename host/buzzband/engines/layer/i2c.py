"""The I2C bus with the chips on it: transfers by the controller, and the same two wires as pins."""

from typing import Any

from buzzband.twin.imu.chip import Chips

_EIO = 5
_ETIMEDOUT = 110
_NS_PER_BYTE = 22_500  # nine bits at 400 kHz
_NS_PER_US = 1000
_CALL_US = 40

CONTROLLER = 0x40044000
CONTROLLER_SIZE = 0x100
_TAR = 0x04 // 4
_DATA_CMD = 0x10 // 4
_CLR_INTR = 0x40 // 4
_ENABLE = 0x6C // 4
_STATUS = 0x70 // 4
_RXFLR = 0x78 // 4
_READ = 1 << 8  # of IC_DATA_CMD
_STOP = 1 << 9
_RESTART = 1 << 10
_TFNF = 1 << 1  # of IC_STATUS
_TFE = 1 << 2
_MST_ACTIVITY = 1 << 5
_FIFO_BYTES = 16


class Wires:
    """SDA and SCL. ``imu``, ``haptics``: the models that hang on them, None where there is none; ``chips``: both."""

    def __init__(self, world: Any, imu: Any, haptics: Any) -> None:
        self.imu = imu
        self.haptics = haptics
        self.chips = Chips(imu, haptics)
        self.chips.connect(lambda: world.now_us, lambda: None)
        self._world = world
        self._sda, self._scl = world.gpio.pins.SDA, world.gpio.pins.SCL
        self._levels = {self._sda: 1, self._scl: 1}  # as far as this chip goes
        self.controller = Controller(world, self)

    def read(self, number: int) -> int:
        """Return the level of a wire."""
        return 0 if number == self._sda and self.is_held() else self._levels[number]

    def write(self, number: int, level: int) -> None:
        """Pull a wire low, or let go of it. Each falling edge of SCL is a clock for the chips."""
        falls = level < self._levels[number]
        self._levels[number] = level
        if falls and number == self._scl:
            self.chips.clock()

    def let_go(self) -> None:
        """Let go of both, as a reset does."""
        self.controller.reset()
        for number in self._levels:
            self._levels[number] = 1

    def is_held(self) -> bool:
        """Return whether a chip holds SDA low."""
        return self.chips.hold_sda()

    def happen(self, event: str, value: Any) -> None:
        """Let a fault of a chip begin or end; ``…_power_on`` and ``imu_overflow`` just happen."""
        self._world.open_heap()
        owner, name = event.split("_", 1)
        chip = self.imu if owner == "imu" else self.haptics
        if name == "power_on" or event == "imu_overflow":
            getattr(chip, name)()
        elif name in chip.FAULTS:
            setattr(chip, name, value)
            chip.catch_up()
        else:
            raise ValueError(event)
        self._world.shut_heap()


class Controller:
    """The controller's registers, by word, as far as they are used: RP2040 datasheet, 4.3.17.

    The chips take each command when it is written; what comes of it shows when the bytes have had their time. The FIFO
    of commands is never full. A bus that is held does nothing more until the controller is switched off.
    """

    def __init__(self, world: Any, wires: Any) -> None:
        self._world = world
        self._wires = wires
        self._came = bytearray(_FIFO_BYTES)
        self._done_ns = 0
        self._address = 0
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._aborted = False
        self.switch_off()

    def switch_off(self) -> None:
        """Cut a transfer short that runs, and empty the FIFOs."""
        self._wires.chips.stop()
        self._count = self._taken = 0  # of the bytes that came
        self._runs = self._reads = self._waits = False

    def __getitem__(self, register: int) -> int:
        world = self._world
        world.spend(1)
        if register == _STATUS:
            done = world.now_us * _NS_PER_US >= self._done_ns
            return _TFNF | (0 if self._waits else _TFE) | (0 if done and not self._runs else _MST_ACTIVITY)
        if register == _RXFLR:
            return self._count - self._taken
        if register == _DATA_CMD:
            self._taken += 1
            return self._came[self._taken - 1]
        if register == _CLR_INTR:
            self._aborted = False
            return 0
        raise NotImplementedError(f"reading word {register:#x} of the I2C controller")

    def __setitem__(self, register: int, value: int) -> None:
        self._world.spend(1)
        if register == _DATA_CMD:
            if not self._aborted and not self._waits:
                self._do(value)
        elif register == _TAR:
            self._address = value
        elif register != _ENABLE:
            raise NotImplementedError(f"writing {value:#x} to word {register:#x} of the I2C controller")
        elif not value:
            self.switch_off()

    def _do(self, command: int) -> None:
        """Let a command happen. What is not acknowledged ends the transfer, and nothing that came is left."""
        chips, world = self._wires.chips, self._world
        reads = command & _READ > 0
        starts = not self._runs or reads != self._reads or command & _RESTART > 0
        self._runs, self._reads = True, reads
        self._waits = starts and self._wires.is_held()
        if self._waits:
            return
        world.open_heap()
        count = 1 + starts
        self._done_ns = max(self._done_ns, world.now_us * _NS_PER_US) + count * _NS_PER_BYTE
        if (starts and not chips.start(self._address, not reads)) or not self._pass(chips, command):
            self._aborted = True
            self._count = self._taken = 0
        if self._aborted or command & _STOP:
            self._runs = False
            chips.stop()
        world.shut_heap()

    def _pass(self, chips: Chips, command: int) -> bool:
        """Let a byte pass; return whether it did."""
        if not command & _READ:
            return chips.write(command & 0xFF)
        value = chips.read()
        if value < 0 or self._count == _FIFO_BYTES:
            return False
        self._came[self._count] = value
        self._count += 1
        return True


class I2C:
    """``machine.I2C``, as far as it is used. Each call switches the controller off, and on again."""

    world: Any = None

    def __init__(self, number: int, freq: int, scl: Any, sda: Any, timeout: int) -> None:
        pins = self.world.gpio.pins
        if (number, freq, scl.number, sda.number) != (0, 400_000, pins.SCL, pins.SDA):
            raise NotImplementedError("a bus that is not the band's")
        self.world.wires.controller.reset()
        self._timeout_us = timeout

    def writeto(self, address: int, buffer: Any, stop: bool = True) -> int:
        """Write; return how many bytes were acknowledged. Raises OSError if the address was not."""
        chips = self._begin(address, True)
        acknowledged = 0
        while acknowledged < len(buffer) and chips.write(buffer[acknowledged]):
            acknowledged += 1
        self._end(1 + min(acknowledged + 1, len(buffer)), stop or acknowledged < len(buffer))
        return acknowledged

    def readfrom_into(self, address: int, buffer: Any, stop: bool = True) -> None:
        """Read. Raises OSError."""
        chips = self._begin(address, False)
        for index in range(len(buffer)):
            value = chips.read()
            if value < 0:
                self._end(2 + index, True)
                raise OSError(_EIO)
            buffer[index] = value
        self._end(1 + len(buffer), stop)

    def _begin(self, address: int, write: bool) -> Any:
        world = self.world
        world.spend(_CALL_US)
        world.wires.controller.switch_off()
        if world.wires.is_held():
            world.spend(self._timeout_us)
            raise OSError(_ETIMEDOUT)
        chips = world.wires.chips
        world.open_heap()
        if not chips.start(address, write):
            self._end(1, True)
            raise OSError(_EIO)
        return chips

    def _end(self, count: int, stop: bool) -> None:
        """End a transfer of that many bytes."""
        world = self.world
        if stop:
            world.wires.chips.stop()
        world.shut_heap()
        world.spend(count * _NS_PER_BYTE // 1000)
