"""Self-test of the LSM6DSOX. DS12814, AN5272."""

from struct import unpack
from time import sleep_ms

from buzzband_fw.core.portable import const
from buzzband_fw.hal.imu_lsm6dsox import RESETTING

_CTRL1_XL = const(0x10)
_CTRL2_G = const(0x11)
_CTRL5_C = const(0x14)
_OUTX_L_G = const(0x22)
_OUTX_L_A = const(0x28)

# AN5272, 8: ±4 g at 52 Hz, then ±2000 °/s at 208 Hz
_TEST_READINGS = const(5)
_TEST_SETTLES_MS = const(100)
_TEST_ACCEL = ((_CTRL2_G, 0x00, 0), (_CTRL1_XL, 0x38, _TEST_SETTLES_MS))
_TEST_GYRO = ((_CTRL5_C, 0x00, 0), (_CTRL1_XL, 0x00, 0), (_CTRL2_G, 0x5C, _TEST_SETTLES_MS))
_ACCEL_EVERY_MS = const(20)
_GYRO_EVERY_MS = const(5)
_ACCEL_ON = const(0x01)
_GYRO_ON = const(0x04)
_ACCEL_LSB = 410, 13934  # DS12814, 4.1: 50 to 1700 mg, 0.122 mg each
_GYRO_LSB = 2143, 10000  # 150 to 700 °/s, 70 m°/s each


def is_well(driver):
    """Return whether the masses move as far as they should, at rest; 0.7 s. Raises BusError."""
    driver.take(RESETTING + _TEST_ACCEL)
    if not _responds(driver, _OUTX_L_A, _ACCEL_ON, _ACCEL_EVERY_MS, _ACCEL_LSB):
        return False
    driver.take(_TEST_GYRO)
    return _responds(driver, _OUTX_L_G, _GYRO_ON, _GYRO_EVERY_MS, _GYRO_LSB)


def _responds(driver, register, switch, every_ms, limits):
    still = _sums(driver, register, every_ms)
    driver.take(((_CTRL5_C, switch, _TEST_SETTLES_MS),))
    moved = _sums(driver, register, every_ms)
    least, most = limits
    return all([least * _TEST_READINGS <= abs(b - a) <= most * _TEST_READINGS for a, b in zip(still, moved)])


def _sums(driver, register, every_ms):
    """Return the sums of some readings of three axes."""
    raw, sums = bytearray(6), [0] * 3
    for _ in range(_TEST_READINGS):
        sleep_ms(every_ms)
        driver.read(register, raw)
        sums = [total + value for total, value in zip(sums, unpack("<3h", raw))]
    return sums
