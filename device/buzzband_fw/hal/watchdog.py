"""Watchdog: resets the chip, and so stops the motor, when the loop hangs. Registers: RP2040 datasheet, 4.7.6."""

from machine import WDT, mem32

from buzzband_fw.core.portable import const

_LOOP_MS = const(5000)  # to begin a session may erase five sectors or more, 400 ms each at the datasheet's longest
_MOTOR_MS = const(500)  # flash is not touched while the motor runs

_CTRL_CLEAR = const(0x4005B000)
_ENABLE = const(1 << 30)
_LOAD = const(0x40058004)
_LOADS_PER_MS = const(2000)  # counts twice a µs: erratum RP2040-E1
_REASON = const(0x40058008)
_CAUSES = ("power_on", "watchdog", "soft")  # neither timer nor program is power, or the RUN pin
_CRASHES = const(0x4005800C)  # scratch register 0, that of rootfs/starter.py


class Watchdog:
    """The watchdog; it runs from the start."""

    def __init__(self):
        WDT(timeout=_LOOP_MS)

    def feed(self, motor_runs):
        """Put the reset off: by 0.5 s while the motor runs, so that no hang keeps it on, else by 5 s."""
        mem32[_LOAD] = (_MOTOR_MS if motor_runs else _LOOP_MS) * _LOADS_PER_MS

    def stop(self):
        """Stop it, for what comes after the app. MicroPython has no call for this, the chip has."""
        mem32[_CTRL_CLEAR] = _ENABLE


def reset_cause():
    """Return what the chip started with: ``power_on``, ``watchdog``, ``soft`` or ``unknown``."""
    reason = mem32[_REASON]
    return _CAUSES[reason] if reason < len(_CAUSES) else "unknown"


def forget_crashes():
    """Tell rootfs/starter.py that the app is well: what it counted so far does not add up to a safe mode."""
    mem32[_CRASHES] = 0
