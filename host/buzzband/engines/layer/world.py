"""The world around one chip: its time, what happens in it, and when the chip restarts.

Nothing takes time but calls into the layer, each a few µs, commits to flash, and sleep. So the whole app runs as fast
as the interpreter can, and the same on each.
"""

from typing import Any

from buzzband.engines.layer.adc import Converter
from buzzband.engines.layer.flash import Flash
from buzzband.engines.layer.gpio import Gpio
from buzzband.engines.layer.i2c import Wires
from buzzband.engines.layer.registers import Registers
from buzzband.engines.layer.usb import Usb

NEVER_US = 1 << 60
QUIET_US = 1_000_000

NO_POWER = "no power"  # why a chip stops
RUN_PIN = "RUN pin"
WATCHDOG = "watchdog"
SOFTWARE = "machine.reset"

_REASONS = {WATCHDOG: 1, SOFTWARE: 2}  # RP2040 datasheet, 4.7.6


class ChipReset(BaseException):
    """The chip restarts or loses power: nothing that it was doing goes on. The argument says why.

    Nothing in the firmware catches it; ``finally`` runs, but cannot do anything to the world any more.
    """


class World:
    """A chip's surroundings. All times are µs since the beginning; only ``ticks_us`` starts anew with every boot.

    ``schedule`` takes events: press (ms), usb_power (bool), supply_mv, stall (ms in which the chip does nothing else),
    flash_error (an errno, 0 for none), free_bytes, erase_ms, fifo_overflow (how many samples are lost); ``imu_`` or
    ``haptics_`` and the name of a fault of buzzband.twin.imu or buzzband.twin.haptics, or power_on (True); imu_overflow
    (True).
    ``every_tick``: wake at every tick of the timer, also where nothing can be due; the result is the same.
    """

    def __init__(
        self,
        pins: Any,
        codes: Any,
        folder: str,
        supply_mv: int = 4000,
        usb_power: bool = False,
        erase_ms: int = 45,
        free_bytes: int = 1_000_000,
        uptime_us: int = 0,
        seed: int = 1,
        every_tick: bool = False,
        imu: Any = None,
        other: Any = (),
        haptics: Any = None,
    ) -> None:
        """``pins``: hal/pins.py. ``codes``: the EMG. ``folder``: the flash. ``uptime_us``: of the clock at power-on.

        ``imu``: a model of buzzband.twin.imu. ``other``: what a second EMG sensor gives, for every one of ``codes``.
        ``haptics``: a model of buzzband.twin.haptics, in place of a motor on PWM.
        """
        self.now_us = 0
        self.alive = False
        self.why = NO_POWER
        self.limit_us = 0  # where ``at_limit`` is called
        self.supply_mv = supply_mv
        self.every_tick = every_tick
        self.gpio = Gpio(self, pins, usb_power, haptics)
        self.wires = Wires(self, imu, haptics)
        self.converter = Converter(self, codes, other)
        self.registers = Registers(self)
        self.flash = Flash(self, folder, erase_ms, free_bytes)
        self.usb = Usb(self)
        self._script: list[tuple[int, str, Any]] = []
        self._uptime_us = uptime_us
        self._zero_us = 0
        self._random = seed
        self._horizon_us = 0  # nothing happens before
        self._deadline_us = NEVER_US  # the watchdog's
        self._tick_us = 0  # period of the timer, 0: none
        self._ticks_from_us = 0
        self._on_tick: Any = None
        self._active_us = -QUIET_US
        self._sleeping = False

    # What a subclass decides

    def at_limit(self) -> None:
        """Return with ``limit_us`` further on, or with ``alive`` taken away."""
        raise NotImplementedError

    def before_sleep(self) -> None:
        """Look at how things stand; called whenever the chip falls asleep."""

    def describe(self, error: Any) -> str:
        """Return the traceback of ``error``."""
        raise NotImplementedError

    def opened(self, file: Any) -> None:
        """Take note of a file that the host has open for the chip to read."""

    def open_heap(self) -> None:
        """Let what follows allocate, though the heap may be locked for the firmware."""

    def shut_heap(self) -> None:
        """Undo ``open_heap``."""

    # Power and resets

    def boot(self, cold: bool) -> None:
        """Let the chip start; ``cold``: power comes on, so that not even the watchdog keeps what its registers held."""
        if self.why == NO_POWER:
            self.wires.chips.power_on()
        self.registers.start(cold)
        self.registers.reason = _REASONS.get(self.why, 0)
        self.converter.start()
        self.usb.start()
        self._tick_us = 0
        self._deadline_us = NEVER_US
        self._zero_us = self.now_us - self._uptime_us
        self._uptime_us = 0
        self._sleeping = False
        self.alive = True
        self.why = ""

    def die(self, why: str) -> None:
        """Stop the chip: pins float, the motor's pull-down stops it, what was not in flash is lost."""
        self.alive = False
        self.why = why
        self._horizon_us = 0
        self.gpio.let_go()

    def reset(self, why: str) -> None:
        """Restart the chip. Raises ChipReset."""
        self.die(why)
        raise ChipReset(why)

    def hurry(self) -> None:
        """Call ``at_limit`` soon. Of all methods only this one may be called while the chip runs in another thread."""
        self.limit_us = 0
        self._horizon_us = 0

    # Time

    def spend(self, us: int) -> None:
        """Let ``us`` pass. Raises ChipReset."""
        now = self.now_us + us
        if now < self._horizon_us:
            self.now_us = now
        else:
            self._pass(now)

    def ticks_us(self) -> int:
        """Return the chip's clock."""
        return self.now_us - self._zero_us

    def sleep(self, us: int) -> None:
        """Sleep through the next ``us``, and on to the next tick of the timer.

        Where neither motor nor host has done anything for a second, no tick matters but the first after a block.
        """
        self.before_sleep()
        least_us = self.now_us + max(us, 1)
        if not self.every_tick and self.now_us - self._active_us > QUIET_US:
            least_us = max(least_us, self.converter.block_due_us())
        self._sleeping = True
        self._pass(self._tick_after(least_us))
        self._sleeping = False
        self._on_tick(None)

    def set_timer(self, period_us: int, callback: Any) -> None:
        """Let the timer tick every ``period_us`` from now on; 0: no more. Ticks that are slept through call nothing."""
        self._tick_us = period_us
        self._on_tick = callback
        self._ticks_from_us = self.now_us

    def set_watchdog(self, us: int | None) -> None:
        """Let the watchdog bite in ``us``, unless it is set again; None: never."""
        self._deadline_us = NEVER_US if us is None else self.now_us + us
        self._horizon_us = 0

    def stir(self) -> None:
        """Take note that the motor or the host does something: every tick may matter now."""
        self._active_us = self.now_us

    def schedule(self, when_us: int, name: str, value: Any) -> None:
        """Add an event to the script."""
        if name == "press":
            self._script.append((when_us + value * 1000, "button_down", False))
            name, value = "button_down", True
        self._script.append((when_us, name, value))
        self._script.sort(key=_when)
        self._horizon_us = 0

    def random_bytes(self, count: int) -> bytes:
        """Return bytes that look random and are the same in every run (Park and Miller, 1988)."""
        made = bytearray()
        for _ in range(count):
            self._random = self._random * 48271 % 0x7FFFFFFF
            made.append(self._random >> 16 & 255)
        return bytes(made)

    def _tick_after(self, when_us: int) -> int:
        if not self._tick_us:
            raise NotImplementedError("a sleep that no timer would end")
        ticks = -(-(when_us - self._ticks_from_us) // self._tick_us)
        return self._ticks_from_us + ticks * self._tick_us

    def _pass(self, until_us: int) -> None:
        """Let time pass up to ``until_us``, and let happen what happens meanwhile."""
        while True:
            if not self.alive:
                raise ChipReset(self.why)
            event_us = self._script[0][0] if self._script else NEVER_US
            due_us = min(event_us, self._deadline_us, self.limit_us)
            if until_us < due_us:
                break
            self.now_us = max(self.now_us, due_us)
            if event_us == due_us:
                until_us = max(until_us, self._happen(self._script.pop(0)))
            elif self._deadline_us == due_us:
                self.reset(WATCHDOG)
            else:
                until_us = self._halt(until_us)
        self.now_us = until_us
        self._horizon_us = due_us

    def _halt(self, until_us: int) -> int:
        """Let the host have its turn; return until when to go on: what it sent wakes the chip."""
        self.at_limit()
        if self._sleeping and self.alive and self.usb.waiting():
            return min(until_us, self._tick_after(self.now_us))
        return until_us

    def _happen(self, event: tuple[int, str, Any]) -> int:
        """Let an event happen; return until when it keeps the chip."""
        _, name, value = event
        if name == "stall":
            return self.now_us + int(value) * 1000
        if name in ("button_down", "usb_power"):
            setattr(self.gpio, name, value)
        elif name in ("erase_ms", "free_bytes", "flash_error"):
            setattr(self.flash, name, value)
        elif name == "fifo_overflow":
            self.converter.overflow(int(value))
        elif name == "supply_mv":
            self.supply_mv = value
        elif name.startswith(("imu_", "haptics_")):
            self.wires.happen(name, value)
        else:
            raise ValueError(name)
        return self.now_us


def _when(event: Any) -> Any:
    return event[0]
