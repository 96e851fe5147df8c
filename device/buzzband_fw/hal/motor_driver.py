"""What the motor's drivers have in common: the stages of a pulse; hal/motor.py tells what they do."""

from time import ticks_diff, ticks_ms

from buzzband_fw.core.portable import const, micropython

CAP_MS = const(1000)
EARLY_MS = const(1)  # looked at every 10 ms, a time that is nearly over would else last 10 ms too long

NO_FAULT = const(0)
ABSENT = const(1)  # the chip does not answer, or is another: the motor is driven by PWM
BUS = const(2)  # the bus hangs, or a byte was not acknowledged
OVERLOAD = const(3)  # the chip has switched off: too hot, or a short circuit
FORGOT = const(4)  # the chip has lost its power, and its registers

OFF = const(0)  # stages of a pulse
KICK = const(1)
HOLD = const(2)
BRAKE = const(3)

_KICK_MS = const(50)
_GRACE_MS = const(50)


class MotorDriver:
    """A motor, off until ``start`` and off again after the given time, if ``step`` is called often enough.

    A subclass switches in ``_drive(stage)``, which raises nothing, and brakes for the last ``BRAKE_MS`` of a pulse.
    """

    BRAKE_MS = 0

    def __init__(self):
        self.running = False
        self.fault = NO_FAULT
        self._stage = OFF
        self._run_ms = 0
        self._brake_ms = 0
        self._started_ms = 0

    @micropython.native
    def start(self, ms):
        """Run for ``ms``, at most ``CAP_MS``."""
        self.fault = NO_FAULT
        self.running = True
        if ms > CAP_MS:
            ms = CAP_MS
        self._run_ms = run_ms = ms - EARLY_MS
        self._brake_ms = run_ms - self.BRAKE_MS
        self._started_ms = ticks_ms()
        self._stage = KICK
        self._drive(KICK)

    def step(self):
        """Go on to the stage that is due."""
        if not self.running:
            return
        elapsed = ticks_diff(ticks_ms(), self._started_ms)
        stage = self._stage
        if elapsed >= self._run_ms:
            self.stop()
            return
        if elapsed >= self._brake_ms:
            due = BRAKE
        else:
            due = HOLD if elapsed >= _KICK_MS - EARLY_MS else KICK
        if due != stage:
            self._stage = due
            self._drive(due)

    def is_overdue(self):
        """Return whether the motor runs although its time has long been over: nobody has called ``step``."""
        return self.running and ticks_diff(ticks_ms(), self._started_ms) > self._run_ms + _GRACE_MS

    def stop(self):
        """Switch the motor off."""
        self._drive(OFF)
        self.running = False
