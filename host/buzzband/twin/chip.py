"""The chip: official MicroPython on an emulated RP2040. Chip time passes inside ``Chip.step`` and nowhere else.

The emulator is driven batch by batch, on whichever thread calls ``step``. What else happens to the chip happens between
two steps or in an alarm of its own clock. Processor time costs about 15 s on the wall for each second of it; time that
the processor sleeps through costs what the peripherals do meanwhile, and without any nothing at all.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from buzzband.bundle import FLASH_BLOCK_COUNT, FLASH_BLOCK_SIZE
from buzzband.errors import EngineFailed, EngineMissing
from buzzband.firmware import FILE_SYSTEM_OFFSET, micropython_uf2
from buzzband.twin.usb import UsbHost

EXTRA_FLASH_OFFSET = 0x200000  # the emulator's flash chip has 16 MB; what lies behind a Pico's 2 MB is free
FLASH_ADDRESS = 0x10000000
NANOS = 1e9

_ROUNDING_NANOS = 0.5
_TICK_BATCH = 1  # instructions between two looks at the clock; more gains nothing
_WATCHDOG_CONTROL = 0x00
_WATCHDOG_REASON = 0x08
_REASON_TIMER = 1


class ResetCause(StrEnum):
    """Why the chip started anew."""

    POWER_ON = "power on"
    RUN_PIN = "run pin"
    PROGRAM = "program"  # machine.reset()
    WATCHDOG = "watchdog"  # it was not fed in time


@dataclass(frozen=True)
class Reset:
    """A reset, and the chip time at which it happened."""

    at_s: float
    cause: ResetCause


class Chip:
    """An RP2040 with MicroPython that starts with ``image`` as its file system. Time is 0 at the first instruction.

    ``mcu`` and ``clock`` are the emulator's own; ``usb`` is the computer at the other end of the cable. Raises
    EngineMissing, FirmwareMissing.
    """

    def __init__(self, image: bytes, extra_flash: bytes = b"") -> None:
        self._device = device_maker()()
        self._simulator = self._device.simulator
        self.mcu = self._device.mcu
        self.clock = self._simulator.clock
        self.mcu.flash[_FILE_SYSTEM] = image
        self.mcu.flash[EXTRA_FLASH_OFFSET : EXTRA_FLASH_OFFSET + len(extra_flash)] = extra_flash
        self.usb = UsbHost(self._device.cdc, self.clock)
        self.powered = True
        self.resets: list[Reset] = []
        self.turn: Callable[[], AbstractContextManager[object]] = nullcontext
        self._crashed = False
        self._undivided = self._put_off = False
        self._released: list[Callable[[], None]] = []
        self._bell = self.clock.create_alarm(self._simulator.stop)
        self.mcu.watchdog.on_watchdog_trigger = self._restarted_by_itself
        self.mcu.on_break = self._on_break
        self._device._leave_reset()

    @property
    def seconds(self) -> float:
        """Return the chip time. Resets and cuts of power do not turn it back."""
        return float(self.clock.nanos) / NANOS

    @property
    def image(self) -> bytes:
        """Return the file system as flash holds it."""
        return bytes(self.mcu.flash[_FILE_SYSTEM])

    @property
    def asleep(self) -> bool:
        """Return whether the processor waits for something to happen."""
        return bool(self.mcu.core.waiting)

    def has_reached(self, at_s: float) -> bool:
        """Return whether it is that late."""
        return bool(at_s * NANOS - self.clock.nanos < _ROUNDING_NANOS)

    def step(self, until_s: float) -> None:
        """Run up to the chip time ``until_s``, or for about 5 ms on the wall if that takes longer.

        An erase of flash in progress is finished first. Does nothing without power. Raises EngineFailed if MicroPython
        runs into a breakpoint, as it does after a hard fault.
        """
        if self.has_reached(until_s) or not self.powered:
            return
        self._bell.schedule(until_s * NANOS - self.clock.nanos)
        self._simulator.stopped = False
        _execute_batch(self._simulator)
        self._bell.cancel()
        if self._crashed:
            raise EngineFailed(f"MicroPython crashed on the emulated Pico at {self.seconds:.3f} s of chip time.")

    def interrupt(self) -> None:
        """End the step that is going on with the instruction that the chip is at."""
        self._simulator.stop()

    def at(self, at_s: float, action: Callable[[], None]) -> None:
        """Call ``action`` at the chip time ``at_s``, or as soon as time goes on if that is over."""
        with self.turn():
            self.clock.create_alarm(action).schedule(max(at_s * NANOS - self.clock.nanos, 0))

    def on_release(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` whenever the chip lets go of all its pins: at a reset and when power fails."""
        self._released.append(listener)

    def cut(self) -> None:
        """Take the power away: the chip stops with the instruction that it is at, and time with it."""
        self.powered = False
        self.interrupt()
        self._tell_release()

    def start_again(self, cause: ResetCause) -> None:
        """Reset the chip. POWER_ON gives it power again, and noise in its RAM."""
        if cause is ResetCause.POWER_ON:
            ram = self.mcu.sram
            ram[:] = random.Random(len(self.resets)).randbytes(len(ram))
        if cause in (ResetCause.POWER_ON, ResetCause.RUN_PIN):
            self.mcu.watchdog.write_uint32(_WATCHDOG_CONTROL, 0)  # the emulator lets it run on
        self.powered = True
        self._crashed = False
        self._device.hard_reset(cause=_emulators_cause(cause))
        self.resets.append(Reset(self.seconds, cause))
        self._tell_release()

    @contextmanager
    def undivided(self) -> Iterator[None]:
        """Put off what the watchdog does inside the block until the instruction that it is part of is over.

        The emulator's flash interface does not bear a reset in the middle of a command. A real watchdog does not wait.
        """
        self._undivided = True
        try:
            yield
        finally:
            self._undivided = False
            if self._put_off:
                self._put_off = False
                self.clock.create_alarm(self._restarted_by_itself).schedule(0)

    def _restarted_by_itself(self) -> None:
        if self._undivided:
            self._put_off = True
            return
        bitten = self.mcu.watchdog.read_uint32(_WATCHDOG_REASON) & _REASON_TIMER
        self.start_again(ResetCause.WATCHDOG if bitten else ResetCause.PROGRAM)

    def _tell_release(self) -> None:
        for listener in self._released:
            listener()

    def _on_break(self, _code: int) -> None:
        self._crashed = True
        self.interrupt()


_FILE_SYSTEM = slice(FILE_SYSTEM_OFFSET, FILE_SYSTEM_OFFSET + FLASH_BLOCK_COUNT * FLASH_BLOCK_SIZE)


def device_maker() -> Callable[[], Any]:
    """Return what makes an emulated Pico with MicroPython in its flash. Raises EngineMissing, FirmwareMissing."""
    try:
        from rp2040py.boards import resolve_board_spec
        from rp2040py.device.base_device import BaseDevice
        from rp2040py.utils.firmware_retrieve import MICROPYTHON
    except ImportError as error:
        raise EngineMissing("The package rp2040py is not installed.") from error
    uf2 = str(micropython_uf2())
    return lambda: BaseDevice(board=resolve_board_spec("pico", MICROPYTHON, uf2))


def _execute_batch(simulator: Any) -> None:
    from rp2040py.execute_batch import execute_batch

    execute_batch(simulator, _TICK_BATCH)


def _emulators_cause(cause: ResetCause) -> Any:
    from rp2040py.device.base_device import ResetCause as Emulators

    return {ResetCause.POWER_ON: Emulators.POWER_ON, ResetCause.RUN_PIN: Emulators.RUN_PIN}.get(
        cause, Emulators.WATCHDOG
    )
