"""The registers that hal/ and rootfs/ name. Any other is not there: RP2040 datasheet, 2.2, tells what it would be."""

from typing import Any

ADC_CS = 0x4004C000
ADC_FCS = 0x4004C008
ADC_DIV = 0x4004C010
WATCHDOG_LOAD = 0x40058004
WATCHDOG_REASON = 0x40058008
SCRATCH = 0x4005800C
WATCHDOG_CTRL_CLEAR = 0x4005B000
USB_IN_BUFFER = 0x50100090

_START_MANY = 1 << 3
_READY = 1 << 8
_CHANNEL_SHIFT = 12
_TURNS_SHIFT = 16
_OVER = 1 << 11
_ENABLE = 1 << 30
_LOADS_PER_US = 2  # erratum RP2040-E1
_AVAILABLE = 1 << 10


class Registers:
    """What lies behind ``mem16`` and ``mem32``. ``scratch``: outlives a reset, not a loss of power.

    ``reason``: of the last reset: 1 the watchdog, 2 the program, 0 power or the RUN pin.
    """

    def __init__(self, world: Any) -> None:
        self.scratch = self.reason = 0
        self._world = world
        self._fcs = 0

    def start(self, cold: bool) -> None:
        """Stand as after a reset, or, ``cold``, as after power-on."""
        self._fcs = 0
        if cold:
            self.scratch = 0

    def __getitem__(self, address: int) -> int:
        self._world.spend(1)
        if address == USB_IN_BUFFER:
            return _AVAILABLE if self._world.usb.is_full() else 0
        if address == ADC_CS:
            return _READY
        if address == ADC_FCS:
            return self._fcs | (_OVER if self._world.converter.overflowed else 0)
        if address == SCRATCH:
            return self.scratch
        if address == WATCHDOG_REASON:
            return self.reason
        raise NotImplementedError(f"reading register {address:#x}")

    def __setitem__(self, address: int, value: int) -> None:
        self._world.spend(1)
        if address == WATCHDOG_LOAD:
            self._world.set_watchdog(value // _LOADS_PER_US)
        elif address == ADC_FCS:
            self._fcs = value & ~_OVER
            if value & _OVER:  # writing 1 clears it
                self._world.converter.overflowed = False
        elif address == SCRATCH:
            self.scratch = value
        elif address == ADC_CS:
            self._world.converter.switch(
                value & _START_MANY != 0, value >> _CHANNEL_SHIFT & 7, value >> _TURNS_SHIFT & 31
            )
        elif address == ADC_DIV:
            self._world.converter.divider = value >> 8
        elif address == WATCHDOG_CTRL_CLEAR and value == _ENABLE:
            self._world.set_watchdog(None)
        else:
            raise NotImplementedError(f"writing {value:#x} to register {address:#x}")
