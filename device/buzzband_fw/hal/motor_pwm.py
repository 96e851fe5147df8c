"""Motor: a 3 V coin motor behind a MOSFET, fed from VSYS by PWM.

21.6 kHz is heard by nobody and aliases to 2400 Hz at 4800 S/s, a null of the intake's sum of four; 24 kHz would alias
to DC. A pulse starts with a kick, because a coin motor takes 50 to 100 ms to come up, and goes on with less.
"""

from machine import PWM, Pin
from time import ticks_diff, ticks_ms

from buzzband_fw.core.portable import const
from buzzband_fw.hal import pins

_PWM_HZ = const(21600)
_KICK_MV = const(3600)  # a fifth above the rated 3.0 V
_HOLD_MV = const(2250)  # three quarters of the rated 3.0 V
_KICK_MS = const(50)
_CAP_MS = const(1000)
EARLY_MS = const(1)  # looked at every 10 ms, a time that is nearly over would else last 10 ms too long

_DUTY_MAX = const(65535)
_GRACE_MS = const(50)


def duty_u16(motor_mv, supply_mv):
    """Return the duty that gives the motor ``motor_mv`` on average, at most all there is."""
    return min(motor_mv * _DUTY_MAX // max(supply_mv, 1), _DUTY_MAX)


class MotorPwm:
    """The motor, off until ``start`` and off again after the given time, if ``step`` is called often enough."""

    def __init__(self, supply_mv):
        """``supply_mv``: what VSYS stands at, from which the duties follow. ``running``: whether the motor is on."""
        self.running = False
        self._kick = duty_u16(_KICK_MV, supply_mv)
        self._hold = duty_u16(_HOLD_MV, supply_mv)
        self._pwm = PWM(Pin(pins.MOTOR), freq=_PWM_HZ, duty_u16=0)
        self._set_duty = self._pwm.duty_u16
        self._run_ms = 0
        self._started_ms = 0
        self._kicking = False

    def start(self, ms):
        """Run for ``ms``, at most a second."""
        self._set_duty(self._kick)
        self.running = self._kicking = True
        self._run_ms = min(ms, _CAP_MS) - EARLY_MS
        self._started_ms = ticks_ms()

    def step(self):
        """Go on from kick to hold, and to off when the time is over."""
        if not self.running:
            return
        elapsed = ticks_diff(ticks_ms(), self._started_ms)
        if elapsed >= self._run_ms:
            self.stop()
        elif self._kicking and elapsed >= _KICK_MS - EARLY_MS:
            self._kicking = False
            self._set_duty(self._hold)

    def is_overdue(self):
        """Return whether the motor runs although its time has long been over: nobody has called ``step``."""
        return self.running and ticks_diff(ticks_ms(), self._started_ms) > self._run_ms + _GRACE_MS

    def stop(self):
        """Switch the motor off."""
        self._set_duty(0)
        self.running = False
