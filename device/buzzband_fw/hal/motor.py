"""Motor: chooses the driver. All of them have the same verbs and make the same pulses.

``start(ms)``      begins a pulse of ``ms``, at most CAP_MS; allocates nothing
``step()``         goes on with it: kick, hold, brake, off. To be called every 10 ms at least
``stop()``         switches off, whatever happens. May be called at any time
``is_overdue()``   returns whether the motor runs although its time has long been over: nobody has called ``step``
``running``        whether a pulse is on
``fault``          what has gone wrong since the last ``start``. A motor that has failed is silent, and the next
                   ``start`` tries again: by then the word should be another, for half a word is a different one
``name``           pwm, erm or lra

But for pwm, they also have

``calibrate()``    lets the driver measure its motor, at rest, 1.1 s; returns three numbers to be kept in the settings,
                   None if they are no good. Raises BusError
``calibration()``  returns the numbers in use, None without any
``use(numbers)``   takes those that were kept
"""

from machine import Pin

from buzzband_fw.core.portable import const
from buzzband_fw.hal import pins
from buzzband_fw.hal.i2c_bus import BusError
from buzzband_fw.hal.motor_driver import ABSENT, NO_FAULT

_DRV2605L = const(0x5A)
_IDENTITIES = 3, 7  # DRV2605, DRV2605L: SLOS854D, 8.6.1


def find(bus, kind, supply_mv):
    """Return the driver for a motor of ``kind``, "pwm", "erm" or "lra"; by PWM if the chip for the others is not there.

    ``bus``: an I2cBus. ``supply_mv``: what VSYS stands at. Only the driver that is used is loaded. Raises nothing: what
    is wrong stands in its ``fault``.
    """
    fault = NO_FAULT
    if kind != "pwm":
        if _drv2605l_answers(bus):
            from buzzband_fw.hal.motor_drv2605l import Drv2605l

            return Drv2605l(bus, kind)
        fault = ABSENT
    from buzzband_fw.hal.motor_pwm import MotorPwm

    motor = MotorPwm(supply_mv)
    motor.fault = fault
    return motor


def _drv2605l_answers(bus):
    """Return whether it does. Its pin is that of the motor: where it is not there, a motor gets a pulse of 0.3 ms."""
    enable = Pin(pins.MOTOR, Pin.OUT, value=1)
    status = bytearray(1)
    try:
        bus.read_into(_DRV2605L, 0, status)
    except BusError:
        pass
    enable.value(0)
    return status[0] >> 5 in _IDENTITIES
