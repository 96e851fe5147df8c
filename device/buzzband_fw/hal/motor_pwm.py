"""Motor: a 3 V coin motor behind a MOSFET, fed from VSYS by PWM. hal/motor.py tells what a driver does.

21.6 kHz is heard by nobody and aliases to 2400 Hz at 4800 S/s, a null of the intake's sum of four; 24 kHz would alias
to DC, as both do with two sensors at 2400 S/s, where the high-pass takes it out. A pulse starts with a kick, because a
coin motor takes 50 to 100 ms to come up, and goes on with less.
"""

from machine import PWM, Pin

from buzzband_fw.core.portable import const
from buzzband_fw.hal import pins
from buzzband_fw.hal.motor_driver import MotorDriver

_PWM_HZ = const(21600)
_KICK_MV = const(3600)  # a fifth above the rated 3.0 V
_HOLD_MV = const(2250)  # three quarters of the rated 3.0 V

_DUTY_MAX = const(65535)


def duty_u16(motor_mv, supply_mv):
    """Return the duty that gives the motor ``motor_mv`` on average, at most all there is."""
    return min(motor_mv * _DUTY_MAX // max(supply_mv, 1), _DUTY_MAX)


class MotorPwm(MotorDriver):
    """The motor at its pin."""

    name = "pwm"

    def __init__(self, supply_mv):
        """``supply_mv``: what VSYS stands at, from which the duties follow."""
        super().__init__()
        self._duties = 0, duty_u16(_KICK_MV, supply_mv), duty_u16(_HOLD_MV, supply_mv)
        self._set_duty = PWM(Pin(pins.MOTOR), freq=_PWM_HZ, duty_u16=0).duty_u16

    def _drive(self, stage):
        self._set_duty(self._duties[stage])
