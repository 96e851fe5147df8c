"""Doze: sleeps until there may be something to do; an emulator skips the time.

``machine.idle`` would wake every millisecond, each time through the interpreter, and out of step with blocks.
"""

from machine import Timer
from time import ticks_add, ticks_diff, ticks_us

from buzzband_fw.core.portable import const, micropython

TICK_US = const(10000)  # a block

_TIMER = const(0x40054000)  # RP2040 datasheet, 4.6.5
_MARGIN_US = const(200)


@micropython.asm_thumb
def _sleep(r0, r1):
    """Sleep through whatever interrupts in the next r1 µs, and on to the interrupt after that."""
    ldr(r2, [r0, 0x28])  # noqa: F821  (TIMERAWL)
    add(r1, r1, r2)  # noqa: F821
    label(AGAIN)  # noqa: F821
    wfi()  # noqa: F821
    ldr(r2, [r0, 0x28])  # noqa: F821
    sub(r2, r2, r1)  # noqa: F821
    bmi(AGAIN)  # noqa: F821
    mov(r0, 0)  # noqa: F821  (what is returned: an address would be a big integer)


class Doze:
    """Sleep in steps of 10 ms."""

    def __init__(self):
        self._timer = Timer()
        self._next_us = 0

    def start(self):
        """Start the ticks. Called when a block has just been completed, each follows one: converter and timer run from
        the same crystal.
        """
        self._timer.init(mode=Timer.PERIODIC, period=TICK_US, tick_hz=1000000, callback=bool)  # it is to cost little
        self._next_us = ticks_us()

    @micropython.native
    def until_tick(self):
        """Sleep until the next tick."""
        left_us = ticks_diff(self._next_us, ticks_us())
        while left_us <= 0:
            self._next_us = ticks_add(self._next_us, TICK_US)
            left_us += TICK_US
        _sleep(_TIMER, left_us - _MARGIN_US)

    def stop(self):
        """Stop the ticks."""
        self._timer.deinit()
