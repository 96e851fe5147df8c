"""DRV2605L: SLOS854D."""

from typing import Any

from buzzband.twin.imu.chip import I2cChip

STATUS = 0x00
MODE = 0x01
RTP_INPUT = 0x02
LIBRARY = 0x03
GO = 0x0C
RATED_VOLTAGE = 0x16
OD_CLAMP = 0x17
A_CAL_COMP = 0x18
A_CAL_BEMF = 0x19
FEEDBACK = 0x1A
CONTROL1 = 0x1B
CONTROL2 = 0x1C
CONTROL3 = 0x1D
CONTROL4 = 0x1E
LRA_PERIOD = 0x22

FULL_DRIVE = 65535  # what ``drives`` calls the clamp voltage in open loop, the rated voltage in a closed one

_RESET = {
    MODE: 0x40, LIBRARY: 0x01, 0x04: 0x01, 0x11: 0x05, 0x12: 0x19, 0x13: 0xFF, 0x14: 0x19, 0x15: 0xFF,
    RATED_VOLTAGE: 0x3E, OD_CLAMP: 0x8C, A_CAL_COMP: 0x0C, A_CAL_BEMF: 0x6C, FEEDBACK: 0x36, CONTROL1: 0x93,
    CONTROL2: 0xF5, CONTROL3: 0xA0, CONTROL4: 0x20,
}  # fmt: skip
_REGISTERS = 0x23
_READ_ONLY = STATUS, 0x21, LRA_PERIOD
_DEV_RESET = 0x80
_STANDBY = 0x40
_MODES = 0x07
_RTP, _DIAGNOSTICS, _AUTO_CALIBRATION = 5, 6, 7
_DIAG_RESULT, _OVER_TEMP, _OC_DETECT = 0x08, 0x02, 0x01
_LRA = 0x80  # of FEEDBACK
_BEMF_GAIN = 0x03
_ERM_OPEN_LOOP, _DATA_FORMAT_RTP, _LRA_OPEN_LOOP = 0x20, 0x08, 0x01  # of CONTROL3
_BIDIR_INPUT = 0x80  # of CONTROL2
_CALIBRATION_US = 250_000, 350_000, 600_000, 1_100_000  # by AUTO_CAL_TIME, midway between least and most
_DIAGNOSTICS_US = 100_000
_BRAKE_US = 20_000  # how long a closed loop brakes until an LRA stands
_PERIOD_LSB_US = 98.46


class Drv2605lModel(I2cChip):
    """A DRV2605L with a motor at its outputs. ``drives``: (µs, drive) whenever what the motor gets has changed, ±65535
    at most, negative while it is braked or driven backwards; the last may lie ahead, where a closed loop will stop to
    brake.

    EN is what ``enable`` tells; without it the chip acknowledges, and neither takes nor tells anything. ``tied``: EN is
    wired to the supply instead. Besides those of an I2cChip, these faults may be set at any time:

    ``identity``   what the chip calls itself, in three bits
    ``shorted``    the motor is a short circuit: the chip switches off, and says so
    ``hot``        it is too hot, and does the same
    ``unfit``      auto-calibration does not converge
    ``resonance_hz``  of an LRA

    ``power_on()`` is what a loose wire leads to. ``on_change`` is called before what the motor gets changes.
    """

    kind = "drv2605l"
    ADDRESS = 0x5A
    FAULTS = ("absent", "identity", "nack_at", "nack_from", "stuck", "shorted", "hot", "unfit", "tied", "resonance_hz")

    def __init__(self) -> None:
        super().__init__()
        self.identity = 7
        self.shorted = self.hot = self.unfit = self.tied = False
        self.resonance_hz = 175
        self.drives: list[tuple[int, int]] = []
        self.on_change: Any = lambda: None
        self._enabled = False
        self.reset()

    def power_on(self) -> None:
        """Be as after power has come on."""
        self._selected = False
        self.reset()

    def enable(self, level: int) -> None:
        """Let EN have that level."""
        self.catch_up()
        self._enabled = level > 0
        self._update()

    def is_driven(self) -> bool:
        """Return whether the motor gets anything now."""
        now = self.now_us()
        drive = 0
        for when, value in self.drives[-2:]:
            if when <= now:
                drive = value
        return drive != 0

    def reset(self) -> None:
        """Set the registers as after power-on."""
        self._registers = bytearray(_REGISTERS)
        for register in _RESET:
            self._registers[register] = _RESET[register]
        self._flags = 0
        self._done_us = -1  # when what GO has begun will be done
        self._update()

    def catch_up(self) -> None:
        """See ``I2cChip.catch_up``."""
        if 0 <= self._done_us <= self.now_us():
            self._done_us = -1
            self._registers[GO] = 0
            self._judge()
        self._update()

    def after(self, register: int) -> int:
        """See ``I2cChip.after``."""
        return (register + 1) % _REGISTERS

    def read_register(self, register: int) -> int:
        """See ``I2cChip.read_register``."""
        if not self._is_enabled() or register >= _REGISTERS:
            return 0
        if register == STATUS:
            flags, self._flags = self._flags, 0
            self._update()
            return self.identity << 5 | flags
        if register == LRA_PERIOD:
            return round(1_000_000 / self.resonance_hz / _PERIOD_LSB_US) if self._drive() else 0
        return self._registers[register]

    def write_register(self, register: int, value: int) -> None:
        """See ``I2cChip.write_register``."""
        if not self._is_enabled() or register >= _REGISTERS or register in _READ_ONLY:
            return
        if register == MODE and value & _DEV_RESET:
            self.reset()
            return
        self._registers[register] = value
        if register == GO and value & 1:
            self._go()
        elif register in (MODE, GO):
            self._done_us = -1
            self._registers[GO] = 0
        self._update()

    def _is_enabled(self) -> bool:
        return self._enabled or self.tied

    def _go(self) -> None:
        mode = self._registers[MODE]
        if mode & _MODES not in (_DIAGNOSTICS, _AUTO_CALIBRATION):
            raise NotImplementedError("a waveform of the library")
        if not mode & _STANDBY:
            calibrates = mode & _MODES == _AUTO_CALIBRATION
            lasts_us = _CALIBRATION_US[self._registers[CONTROL4] >> 4 & 3] if calibrates else _DIAGNOSTICS_US
            self._done_us = self.now_us() + lasts_us

    def _judge(self) -> None:
        """Tell what diagnostics or auto-calibration have found, and the latter its numbers."""
        registers = self._registers
        rated, clamp = registers[RATED_VOLTAGE], registers[OD_CLAMP]
        if self.unfit or self.shorted or not rated or clamp < rated:
            self._flags |= _DIAG_RESULT
        elif registers[MODE] & _MODES == _AUTO_CALIBRATION:
            registers[A_CAL_COMP] = 0x07
            registers[A_CAL_BEMF] = rated + clamp >> 1
            registers[FEEDBACK] = registers[FEEDBACK] & ~_BEMF_GAIN | 0x01

    def _drive(self) -> int:
        """Return what the motor is to get, by the registers."""
        mode = self._registers[MODE]
        if not self._is_enabled() or mode & _STANDBY:
            return 0
        if self._done_us >= 0:
            return FULL_DRIVE
        if mode & _MODES != _RTP:
            return 0
        if self._registers[CONTROL3] & _DATA_FORMAT_RTP or not self._registers[CONTROL2] & _BIDIR_INPUT:
            raise NotImplementedError("amplitudes without a sign")
        amplitude = (self._registers[RTP_INPUT] ^ 0x80) - 0x80
        return max(-FULL_DRIVE, amplitude * FULL_DRIVE // 127)

    def _closed_loop(self) -> bool:
        is_lra = self._registers[FEEDBACK] & _LRA
        return not self._registers[CONTROL3] & (_LRA_OPEN_LOOP if is_lra else _ERM_OPEN_LOOP)

    def _update(self) -> None:
        """Let the motor get what the registers say, unless the chip protects itself."""
        drive = self._drive()
        if drive and (self.shorted or self.hot):
            self._flags |= (_OC_DETECT if self.shorted else 0) | (_OVER_TEMP if self.hot else 0)
            drive = 0
        now = self.now_us()
        plays = self._is_enabled() and self._registers[MODE] & (_STANDBY | _MODES) == _RTP
        brakes = plays and not drive and self._closed_loop()
        if brakes and self.drives and self.drives[-1][0] > now:
            return  # it does already
        while self.drives and self.drives[-1][0] > now:
            self.drives.pop()
        before = self.drives[-1][1] if self.drives else 0
        if brakes and before > 0:
            self._note(now, -FULL_DRIVE)
            self.drives.append((now + _BRAKE_US, 0))
        elif drive != before:
            self._note(now, drive)

    def _note(self, when_us: int, drive: int) -> None:
        self.on_change()
        self.drives.append((when_us, drive))
