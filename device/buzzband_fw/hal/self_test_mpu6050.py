"""Self-test of the MPU-6050 and its successors. RM-MPU-6000A 4.2, AN-MPU-9250A-03."""

from struct import unpack
from time import sleep_ms

from buzzband_fw.core.portable import const
from buzzband_fw.hal.imu_mpu6050 import WAKING

_SELF_TEST_GYRO = const(0x00)  # of the successors
_SELF_TEST = const(0x0D)
_SMPLRT_DIV = const(0x19)
_CONFIG = const(0x1A)
_GYRO_CONFIG = const(0x1B)
_ACCEL_CONFIG = const(0x1C)
_ACCEL_CONFIG2 = const(0x1D)  # of the successors
_ACCEL_XOUT_H = const(0x3B)

_TEST_READINGS = const(20)
_TEST_EVERY_MS = const(5)
_TEST_SETTLES_MS = const(200)
_TEST_ON = const(0xE0)
_TEST_SETUP = ((_SMPLRT_DIV, 0, 0), (_CONFIG, 2, 0), (_ACCEL_CONFIG2, 2, 0), (_GYRO_CONFIG, 0, 0))  # ±250 °/s
_TEST_RANGE = 0x10, 0x00  # of the accelerometer: ±8 g, successors ±2 g

# Response over factory trim, least and most; the same in LSB for an axis without trim: accelerometer, gyroscope.
_LIMITS = (0.86, 1.14, 1198, 4296), (0.86, 1.14, 2816, 14410)  # PS-MPU-6000A 3.4, 6.1 and 6.2: ±14 %
_LIMITS_LATER = (0.5, 1.5, 3686, 11059), (0.5, 20, 7860, 65535)  # AN-MPU-9250A-03; 225 to 675 mg, 60 °/s


def is_well(driver):
    """Return whether mass and electrodes move as they did in the factory, at rest; 0.8 s. Raises BusError."""
    driver.take(WAKING + _TEST_SETUP)
    accel_range = _TEST_RANGE[driver.later]
    driver.take(((_ACCEL_CONFIG, accel_range, _TEST_SETTLES_MS),))
    still = _sums(driver)
    driver.take(((_GYRO_CONFIG, _TEST_ON, 0), (_ACCEL_CONFIG, _TEST_ON | accel_range, _TEST_SETTLES_MS)))
    moved = _sums(driver)
    limits = _LIMITS_LATER if driver.later else _LIMITS
    for axis, trim in enumerate(_trims(driver)):
        response = abs(moved[axis] - still[axis]) / _TEST_READINGS
        if not _is_within(limits[axis // 3], response, trim):
            return False
    return True


def _sums(driver):
    """Return the sums of some readings: accelerometer x, y, z, gyroscope x, y, z."""
    raw, sums = bytearray(14), [0] * 6
    for _ in range(_TEST_READINGS):
        sleep_ms(_TEST_EVERY_MS)
        driver.read(_ACCEL_XOUT_H, raw)
        ax, ay, az, _temperature, gx, gy, gz = unpack(">7h", raw)
        sums = [total + value for total, value in zip(sums, (ax, ay, az, gx, gy, gz))]
    return sums


def _trims(driver):
    """Return what the factory measured, in LSB: RM-MPU-6000A, 4.1; AN-MPU-9250A-03, 5. 0: nothing is known."""
    codes = bytearray(4)
    driver.read(_SELF_TEST, codes)
    if driver.later:
        gyro = bytearray(3)
        driver.read(_SELF_TEST_GYRO, gyro)
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
