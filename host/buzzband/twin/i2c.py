"""The I2C bus: models of chips at the Pico's controller, byte by byte, in the time that 400 kHz take."""

from collections.abc import Callable
from typing import Any

from buzzband.twin.chip import Chip
from buzzband.twin.imu.chip import Chips, I2cChip
from buzzband_fw.hal import pins

_CONTROLLER = 0
_BYTE_NANOS = 22_500.0  # eight bits and the acknowledgement
_READ = 1  # the emulator's I2CMode
_LOW = 0  # the emulator's GPIOPinState
_RESET = 0x0  # of RESETS: RP2040 datasheet, 2.14.3
_RESET_I2C0 = 1 << 3
_DATA_CMD = 0x10  # of the controller: RP2040 datasheet, 4.3.17
_TX_EMPTY = 1 << 4  # of IC_RAW_INTR_STAT
_TX_ABRT = 1 << 6


class I2cBus:
    """SDA and SCL with ``chips`` on them, each of which may be None.

    What is written is acknowledged at once, and the time that it takes is waited for with what comes next, a byte that
    is read or the end: the program cannot see the difference.
    """

    def __init__(self, chip: Chip, *chips: I2cChip | None) -> None:
        self._chips = Chips(*chips)
        self._chip = chip
        self._controller: Any = chip.mcu.i2c[_CONTROLLER]
        self._owed_nanos = 0.0
        self._next: Callable[[], None] = lambda: None
        self._alarm = chip.clock.create_alarm(lambda: self._next())
        self._sda: Any = chip.mcu.gpio[pins.SDA]
        self._connect()
        self._chips.connect(lambda: int(chip.clock.nanos) // 1000, self._show_sda)
        self._show_sda()
        chip.mcu.gpio[pins.SCL].add_listener(self._on_scl)
        chip.on_release(self._on_release)

    def _connect(self) -> None:
        controller = self._controller
        controller.on_start = self._on_start
        controller.on_connect = self._on_connect
        controller.on_write_byte = self._on_write
        controller.on_read_byte = self._on_read
        controller.on_stop = self._on_stop
        self._connect_aborts(controller)
        self._connect_resets(controller.reset)

    def _connect_aborts(self, controller: Any) -> None:
        """Let an abort empty both FIFOs and let no command in until its flag is cleared.

        The emulator empties one, and begins with what still comes.
        """
        write, abort = controller.write_uint32, controller._abort

        def write_unless_aborted(offset: int, value: int) -> None:
            if offset != _DATA_CMD or not controller.int_raw & _TX_ABRT:
                write(offset, value)

        def abort_and_empty(reason: int) -> None:
            abort(reason)
            controller._rx_fifo.reset()

        controller.write_uint32, controller._abort = write_unless_aborted, abort_and_empty

    def _connect_resets(self, reset: Callable[[], None]) -> None:
        """Let a reset of the controller be one: the emulator knows only that of the whole chip."""
        resets: Any = self._chip.mcu.resets
        write = resets.write_uint32

        def forget_and_reset() -> None:
            self._alarm.cancel()
            self._owed_nanos = 0.0
            reset()

        def write_and_reset(offset: int, value: int) -> None:
            write(offset, value)
            if offset == _RESET and value & _RESET_I2C0:
                forget_and_reset()

        self._controller.reset = forget_and_reset
        resets.write_uint32 = write_and_reset

    def _on_start(self, _repeated: bool) -> None:
        """Begin, unless SDA is held low: then the controller waits, until its program gives up."""
        if not self._chips.hold_sda():
            self._wait_for(self._controller.complete_start)

    def _on_connect(self, address: int, mode: int) -> None:
        self._owed_nanos += _BYTE_NANOS
        answers = self._chips.start(address, mode != _READ)
        self._controller.complete_connect(answers)
        if not answers:
            self._controller.int_raw |= _TX_EMPTY  # the emulator forgets that an abort empties the FIFO

    def _on_write(self, value: int) -> None:
        self._owed_nanos += _BYTE_NANOS
        self._controller.complete_write(self._chips.write(value))

    def _on_read(self, _acknowledged: bool) -> None:
        self._owed_nanos += _BYTE_NANOS
        self._wait_for(self._deliver)

    def _deliver(self) -> None:
        value = self._chips.read()
        if value >= 0:
            self._controller.complete_read(value)
        else:
            self._controller.arbitration_lost()

    def _on_stop(self) -> None:
        self._chips.stop()
        self._wait_for(self._controller.complete_stop)

    def _wait_for(self, action: Callable[[], None]) -> None:
        """Do ``action`` when the bytes so far have had their time."""
        self._next = action
        self._alarm.schedule(self._owed_nanos)
        self._owed_nanos = 0.0

    def _on_scl(self, state: int, _before: int) -> None:
        if state == _LOW:
            self._chips.clock()

    def _show_sda(self) -> None:
        with self._chip.turn():
            if self._chips.hold_sda():
                self._sda.set_input_value(False)
            else:
                self._sda.release_input()

    def _on_release(self) -> None:
        if not self._chip.powered:
            self._chips.power_on()
