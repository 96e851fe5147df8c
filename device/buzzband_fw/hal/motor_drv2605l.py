"""Motor: a coin motor (ERM) or a linear resonant actuator (LRA) behind a DRV2605L. hal/motor.py tells what it does.

Its amplitudes come over the bus (real-time playback): a coin motor without feedback, so that kick and brake are ours;
an LRA in a closed loop, in which the chip finds the resonance, kicks and brakes by itself. EN is wired to the motor's
pin and high only during a pulse: a reset, or a bus that hangs, ends the pulse. Between pulses the chip is in standby
as well, for boards on which EN is tied high. Registers: SLOS854D, 8.6; voltages: 8.5.2.
"""

from machine import Pin
from time import sleep_ms

from buzzband_fw.core.portable import const, micropython
from buzzband_fw.hal import pins
from buzzband_fw.hal.i2c_bus import ETIMEDOUT, BusError
from buzzband_fw.hal.motor_driver import BUS, FORGOT, OVERLOAD, MotorDriver

ERM_RATED_MV = const(3000)  # the coin motor of hal/motor_pwm.py, its kick and its hold
ERM_KICK_MV = const(3600)
ERM_HOLD_MV = const(2250)
LRA_RATED_MV = const(2000)  # RMS; an LRA of 10 mm
LRA_PEAK_MV = const(2900)
LRA_HZ = const(175)
LRA_DRIVEN_PERMILLE = const(859)  # of its voltage, as it is sampled meanwhile: sqrt(1 - (4 * 300 µs + 300 µs) * 175 Hz)

_OFF = const(0)  # stages, as in motor_driver
_KICK = const(1)
_HOLD = const(2)
_BRAKE = const(3)
_BRAKE_MS = const(20)  # of the pulse: a coin motor at hold stands after half of its time constant of 40 to 50 ms

_ADDRESS = const(0x5A)
_STATUS = const(0x00)
_MODE = const(0x01)
_RTP_INPUT = const(0x02)
_GO = const(0x0C)
_RATED_VOLTAGE = const(0x16)
_OD_CLAMP = const(0x17)
_A_CAL_COMP = const(0x18)

_STANDBY = const(0x40)  # of MODE
_RTP = const(5)
_AUTO_CALIBRATION = const(7)
_FULL = const(0x7F)  # of RTP_INPUT
_FULL_BACK = const(0x81)
_DIAG_RESULT = const(0x08)  # of STATUS
_OVER_TEMP_OR_OC = const(0x03)

_N_ERM_LRA = const(0x80)  # of FEEDBACK_CONTROL
_FEEDBACK = const(0x2A)  # brakes three times as hard as it drives, loop gain high, back-EMF gain of the reset
_STARTUP_BOOST = const(0x80)  # of CONTROL1
_ERM_DRIVE_TIME = const(0x13)  # 4.8 ms
_CONTROL2 = const(0xF5)  # both directions; back-EMF sampled for 300 µs
_CONTROL3 = const(0xA0)  # ERM in open loop, signed amplitudes
_CONTROL4 = const(0x30)  # auto-calibration takes 1.0 to 1.2 s
_UNCALIBRATED = 0x0C, 0x6C  # what the reset leaves

_POLL_MS = const(10)
_POLLS = const(150)


def _number(mv, lsb_uv):
    return (1000 * mv + lsb_uv // 2) // lsb_uv


# RATED_VOLTAGE in a closed loop (equations 2 and 3), OD_CLAMP (in open loop equation 4, else 7), DRIVE_TIME (LRA: half
# a period, from 0.5 ms in steps of 0.1 ms), FEEDBACK_CONTROL, what to play for hold and brake
_ERM = (
    _number(ERM_RATED_MV, 21180),
    _number(ERM_KICK_MV, 21590),
    _ERM_DRIVE_TIME,
    _FEEDBACK,
    _FULL * ERM_HOLD_MV // ERM_KICK_MV,
    _FULL_BACK,
)
_LRA = (
    _number(LRA_RATED_MV * LRA_DRIVEN_PERMILLE // 1000, 20580),
    _number(LRA_PEAK_MV, 21220),
    (5000 + LRA_HZ // 2) // LRA_HZ - 5,
    _FEEDBACK | _N_ERM_LRA,
    _FULL,
    0,
)


class Drv2605l(MotorDriver):
    """The chip, in standby; with what the reset leaves until ``use`` or ``calibrate``."""

    BRAKE_MS = _BRAKE_MS

    def __init__(self, bus, kind):
        """``bus``: an I2cBus. ``kind``: "erm" or "lra"."""
        super().__init__()
        self.name = kind
        self._bus = bus
        self._send = bus.send
        self._enable = Pin(pins.MOTOR, Pin.OUT, value=0).value
        self._calibrated = False
        self._hangs = False
        self._answer = bytearray(1)
        rated, clamp, drive_time, feedback, hold, brake = _LRA if kind == "lra" else _ERM
        controls = feedback, _STARTUP_BOOST | drive_time, _CONTROL2, _CONTROL3, _CONTROL4
        self._setup = bytearray((_RATED_VOLTAGE, rated, clamp) + _UNCALIBRATED + controls)
        self._orders = (  # by stage: a register, and what goes there and behind
            bytes((_MODE, _STANDBY, 0)),
            bytes((_MODE, _RTP, _FULL)),
            bytes((_RTP_INPUT, hold)),
            bytes((_RTP_INPUT, brake)),
        )
        self._knows = False  # the chip its setup
        self._is_off = False  # by what it was told, not only by its pin
        self._prepare()

    def stop(self):
        """Switch off. If the bus does not carry that, not even at the second attempt, the pin does."""
        attempts = 0 if self._is_off else 2
        while attempts:
            attempts -= 1
            try:
                self._free()
                self._send(_ADDRESS, self._orders[_OFF])
                self._is_off = True
                break
            except BusError as error:
                self._lose(error)
        self._enable(0)
        self._stage = _OFF
        self.running = False

    def use(self, numbers):
        """Take what ``calibrate`` has returned."""
        self._setup[3], self._setup[4], self._setup[5] = numbers
        self._calibrated = True
        self._prepare()

    def calibration(self):
        """Return the numbers in use, None without any."""
        return tuple(self._setup[3:6]) if self._calibrated else None

    def calibrate(self):
        """Let the chip measure its motor, for 1.1 s; return the numbers, None if it finds none. Raises BusError."""
        self._wake()
        try:
            self._restore()
            self._send(_ADDRESS, bytes((_MODE, _AUTO_CALIBRATION)))
            self._bus.write(_ADDRESS, _GO, 1)
            if not self._is_well_afterwards():
                return None
            numbers = [self._read(_A_CAL_COMP + i) for i in range(3)]
        finally:
            self.stop()
        self.use(numbers)
        return self.calibration()

    def _is_well_afterwards(self):
        """Wait until the chip has done what it was told; return whether it has found a motor that it can drive."""
        for _ in range(_POLLS):
            sleep_ms(_POLL_MS)
            if not self._read(_GO) & 1:
                return not self._read(_STATUS) & (_DIAG_RESULT | _OVER_TEMP_OR_OC)
        return False

    def _prepare(self):
        """Give the chip its setup, as far as the bus lets us."""
        self._wake()
        try:
            self._restore()
        except BusError as error:
            self._lose(error)
        self.stop()

    def _wake(self):
        self._enable(1)
        self._is_off = False

    @micropython.native
    def _drive(self, stage):
        """Switch to a stage. Looks in each pulse once whether the chip still knows its setup, and is well."""
        try:
            if stage == _KICK:
                self._enable(1)
                self._is_off = False
                if not self._knows:
                    self._restore()
            self._send(_ADDRESS, self._orders[stage])
            if stage == _HOLD and self._read(_OD_CLAMP) != self._setup[2]:
                self._give_up(FORGOT)
            elif stage == _BRAKE and self._read(_STATUS) & _OVER_TEMP_OR_OC:
                self._give_up(OVERLOAD)
        except BusError as error:
            self._lose(error)
            self._give_up(BUS)

    def _read(self, register):
        self._bus.read_into(_ADDRESS, register, self._answer)
        return self._answer[0]

    def _restore(self):
        """Write the setup, and forget what the chip has against what was before. Raises BusError."""
        self._free()
        self._send(_ADDRESS, self._setup)
        self._read(_STATUS)
        self._knows = True

    def _free(self):
        """Free the bus if it hung when it was last used. Raises BusError."""
        if self._hangs:
            self._bus.recover()
            self._hangs = False

    def _give_up(self, fault):
        """Fall silent; begin anew with the next pulse."""
        self.stop()
        self.fault = fault
        self._knows = False

    def _lose(self, error):
        """Take note of a bus that has failed."""
        self.fault = BUS
        self._knows = False
        self._hangs = self._hangs or error.args[0] == ETIMEDOUT
