"""Doze: sleeps until there may be something to do; an emulator skips the time.

``machine.idle`` would wake every millisecond, each time through the interpreter, and out of step with blocks.
"""

from array import array
from machine import Timer
from time import ticks_us

from buzzband_fw.core.portable import const, micropython

TICK_US = const(10000)  # a block


@micropython.asm_thumb
def _sleep(r0):
    """Sleep up to the tick that stands at r0, or the first after it that is yet to come, and write that there.

    Through whatever interrupts until 200 µs before the tick, and on to the interrupt after that. Times are compared
    modulo 2^30, as MicroPython's are: shifted left by two. Timer: RP2040 datasheet, 4.6.5.
    """
    mov(r1, 0x40)  # noqa: F821
    lsl(r1, r1, 12)  # noqa: F821
    add(r1, 0x54)  # noqa: F821
    lsl(r1, r1, 12)  # noqa: F821  (TIMER)
    mov(r4, 39)  # noqa: F821
    lsl(r4, r4, 8)  # noqa: F821
    add(r4, 16)  # noqa: F821  (TICK_US)
    ldr(r3, [r0, 0])  # noqa: F821
    ldr(r2, [r1, 0x28])  # noqa: F821  (TIMERAWL)
    label(OVER)  # noqa: F821
    sub(r5, r3, r2)  # noqa: F821
    sub(r5, 1)  # noqa: F821
    lsl(r5, r5, 2)  # noqa: F821
    bpl(COMES)  # noqa: F821
    add(r3, r3, r4)  # noqa: F821
    b(OVER)  # noqa: F821
    label(COMES)  # noqa: F821
    str(r3, [r0, 0])  # noqa: F821
    sub(r3, 200)  # noqa: F821
    label(AGAIN)  # noqa: F821
    wfi()  # noqa: F821
    ldr(r2, [r1, 0x28])  # noqa: F821
    sub(r2, r2, r3)  # noqa: F821
    lsl(r2, r2, 2)  # noqa: F821
    bmi(AGAIN)  # noqa: F821
    mov(r0, 0)  # noqa: F821  (what is returned: an address would be a big integer)


class Doze:
    """Sleep in steps of 10 ms."""

    def __init__(self):
        self._timer = Timer()
        self._next_us = array("i", [0])

    def start(self):
        """Start the ticks. Called when a block has just been completed, each follows one: converter and timer run from
        the same crystal.
        """
        self._timer.init(mode=Timer.PERIODIC, period=TICK_US, tick_hz=1000000, callback=bool)  # it is to cost little
        self._next_us[0] = ticks_us()

    @micropython.native
    def until_tick(self):
        """Sleep until the next tick."""
        _sleep(self._next_us)

    def stop(self):
        """Stop the ticks."""
        self._timer.deinit()
