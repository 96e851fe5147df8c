"""MPU-6050 and its successors: registers that are the same where it matters. RM-MPU-6000A 4.2, RM-MPU-6500A 2.1.

The FIFO is a stream of bytes, 12 to a frame. What is lost of it, by an overflow or a read that failed, shifts all that
comes later, so then it is emptied. The FIFO of the successors is set to the size of the MPU-6050's; it counts as full
a little earlier, because frames may come between the count and the read. A count that is no whole number of frames may
be of a frame on its way in; if the next is none either, the stream has shifted.
"""

from struct import unpack
from time import sleep_ms

from buzzband_fw.core.portable import const, micropython, ptr8, ptr16
from buzzband_fw.hal.imu_driver import ImuDriver

_OVERFLOWED = const(-1)  # as in imu_driver: a kernel knows no name from elsewhere
_DOUBTFUL = const(-3)
_FRAME = const(1)

_MPU6050 = const(0x68)
_FRAME_BYTES = const(12)
_FULL_FRAMES = const((1024 - 4 * 12) // 12)

_SELF_TEST_GYRO = const(0x00)  # of the successors
_SELF_TEST = const(0x0D)
_SMPLRT_DIV = const(0x19)
_CONFIG = const(0x1A)
_GYRO_CONFIG = const(0x1B)
_ACCEL_CONFIG = const(0x1C)
_ACCEL_CONFIG2 = const(0x1D)  # of the successors
_FIFO_EN = const(0x23)
_ACCEL_XOUT_H = const(0x3B)
_SIGNAL_PATH_RESET = const(0x68)
_USER_CTRL = const(0x6A)
_PWR_MGMT_1 = const(0x6B)
_FIFO_COUNT_H = const(0x72)
_FIFO_R_W = const(0x74)

_SLEEP = const(0x40)
_WAKING = (
    (_PWR_MGMT_1, 0x80, 100),  # DEVICE_RESET
    (_SIGNAL_PATH_RESET, 0x07, 100),
    (_PWR_MGMT_1, 0x01, 30),  # awake, clocked by the gyroscope, which takes 30 ms to start
)
_SETUP = (
    (_SMPLRT_DIV, 9, 0),  # 1 kHz / (1 + 9)
    (_CONFIG, 4, 0),  # low-pass: gyroscope 20 Hz, MPU-6050's accelerometer 21 Hz
    (_GYRO_CONFIG, 0x10, 0),  # ±1000 °/s
    (_ACCEL_CONFIG, 0x10, 0),  # ±8 g
    (_FIFO_EN, 0x78, 50),  # three axes each; the low-pass settles
)
_SETUP_LATER = ((_ACCEL_CONFIG2, 0x44, 0),)  # FIFO of 1 KB, low-pass 20 Hz

_TEST_READINGS = const(20)
_TEST_EVERY_MS = const(5)
_TEST_SETTLES_MS = const(200)
_TEST_ON = const(0xE0)
_TEST_SETUP = ((_SMPLRT_DIV, 0, 0), (_CONFIG, 2, 0), (_ACCEL_CONFIG2, 2, 0), (_GYRO_CONFIG, 0, 0))  # ±250 °/s
_TEST_RANGE = 0x10, 0x00  # of the accelerometer: ±8 g, successors ±2 g

# Response over factory trim, least and most; the same in LSB for an axis without trim: accelerometer, gyroscope.
_LIMITS = (0.86, 1.14, 1198, 4296), (0.86, 1.14, 2816, 14410)  # PS-MPU-6000A 3.4, 6.1 and 6.2: ±14 %
_LIMITS_LATER = (0.5, 1.5, 3686, 11059), (0.5, 20, 7860, 65535)  # AN-MPU-9250A-03; 225 to 675 mg, 60 °/s


@micropython.viper
def decode(raw: ptr8, asked: int, frames: ptr16, at: int) -> int:
    """See ImuDriver. ``raw``: the bytes that wait, then those of a frame, all big-endian."""
    waiting = (raw[0] << 8 | raw[1]) // _FRAME_BYTES
    over = (raw[0] << 8 | raw[1]) - waiting * _FRAME_BYTES
    if asked == _FRAME:
        waiting -= 1
    if waiting < 0 or waiting > _FULL_FRAMES:
        return _OVERFLOWED
    if asked & 1:
        if over:
            return _DOUBTFUL
        for i in range(6):
            frames[at + i] = ((raw[2 * i + 2] << 8 | raw[2 * i + 3]) ^ 0x8000) - 0x8000
    return waiting


class Mpu6050(ImuDriver):
    """MPU-6050 (identity 0x68), MPU-6500 (0x70), 9250 and 9255 (0x71, 0x73), ICM-20689 (0x98), and clones (0x72)."""

    name = "mpu6050"
    COUNTED = _FIFO_COUNT_H, 2
    FIFO = _FIFO_R_W, _FRAME_BYTES
    RESETS = 2  # steps of a restart that a chip does not need whose registers are all written anyway
    EMPTYING = ((_USER_CTRL, 0x04), (_USER_CTRL, 0x40))  # FIFO_RESET works while FIFO_EN is 0
    STOPPING = ((_PWR_MGMT_1, _SLEEP, 0),)

    def __init__(self, bus, address, identity):
        """``bus``: an I2cBus."""
        self._later = identity != _MPU6050
        setup = _WAKING + (_SETUP_LATER if self._later else ()) + _SETUP
        super().__init__(bus, address, identity, setup, decode)

    def self_test(self):
        """Return whether mass and electrodes move as they did in the factory, at rest; 0.8 s. Raises BusError."""
        self._take(_WAKING + _TEST_SETUP)
        accel_range = _TEST_RANGE[self._later]
        self._take(((_ACCEL_CONFIG, accel_range, _TEST_SETTLES_MS),))
        still = self._sums()
        self._take(((_GYRO_CONFIG, _TEST_ON, 0), (_ACCEL_CONFIG, _TEST_ON | accel_range, _TEST_SETTLES_MS)))
        moved = self._sums()
        limits = _LIMITS_LATER if self._later else _LIMITS
        for axis, trim in enumerate(self._trims()):
            response = abs(moved[axis] - still[axis]) / _TEST_READINGS
            if not _is_within(limits[axis // 3], response, trim):
                return False
        return True

    def _sums(self):
        """Return the sums of some readings: accelerometer x, y, z, gyroscope x, y, z."""
        raw, sums = bytearray(14), [0] * 6
        for _ in range(_TEST_READINGS):
            sleep_ms(_TEST_EVERY_MS)
            self._read(_ACCEL_XOUT_H, raw)
            ax, ay, az, _temperature, gx, gy, gz = unpack(">7h", raw)
            sums = [total + value for total, value in zip(sums, (ax, ay, az, gx, gy, gz))]
        return sums

    def _trims(self):
        """Return what the factory measured, in LSB: RM-MPU-6000A, 4.1; AN-MPU-9250A-03, 5. 0: nothing is known."""
        codes = bytearray(4)
        self._read(_SELF_TEST, codes)
        if self._later:
            gyro = bytearray(3)
            self._read(_SELF_TEST_GYRO, gyro)
            return [code and 2620 * 1.01 ** (code - 1) for code in codes[:3] + gyro]
        accel = [(codes[i] >> 5) << 2 | codes[3] >> (4 - 2 * i) & 3 for i in range(3)]
        return [code and 4096 * 0.34 * (0.92 / 0.34) ** ((code - 1) / 30) for code in accel] + [
            code and 25 * 131 * 1.046 ** (code - 1) for code in (codes[0] & 31, codes[1] & 31, codes[2] & 31)
        ]


def _is_within(limits, response, trim):
    least, most, least_lsb, most_lsb = limits
    if trim:
        return least <= response / trim <= most
    return least_lsb <= response <= most_lsb
