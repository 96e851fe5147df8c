"""LSM6DSOX: DS12814, AN5272. The FIFO holds words of 7 bytes, a tag and three numbers; two of them are a frame.

So that one byte tells how many wait, the FIFO is limited to less than 256 of them. It samples at 104 Hz. Its low-passes
are at 26 Hz (accelerometer, a quarter of the rate) and 19 Hz (gyroscope).
"""

from buzzband_fw.core.portable import const, micropython, ptr8, ptr16
from buzzband_fw.hal.imu_driver import ImuDriver

_OVERFLOWED = const(-1)  # as in imu_driver: a kernel knows no name from elsewhere
_FRAME = const(1)

_FRAME_BYTES = const(14)
_LIMIT_WORDS = const(254)
_FULL_FRAMES = const(254 // 2 - 4)  # some may come between the count and the read

_FIFO_CTRL1 = const(0x07)
_FIFO_CTRL2 = const(0x08)
_FIFO_CTRL3 = const(0x09)
_FIFO_CTRL4 = const(0x0A)
_CTRL1_XL = const(0x10)
_CTRL2_G = const(0x11)
_CTRL3_C = const(0x12)
_CTRL4_C = const(0x13)
_CTRL6_C = const(0x15)
_CTRL9_XL = const(0x18)
_FIFO_STATUS1 = const(0x3A)
_FIFO_DATA_OUT_TAG = const(0x78)

RESETTING = (
    (_CTRL3_C, 0x01, 20),  # SW_RESET
    (_CTRL3_C, 0x44, 0),  # block data update, addresses that count up
    (_CTRL9_XL, 0xE2, 0),  # no I3C
)
_SETUP = (
    (_FIFO_CTRL1, _LIMIT_WORDS, 0),
    (_FIFO_CTRL2, 0x80, 0),  # STOP_ON_WTM
    (_CTRL4_C, 0x02, 0),  # the gyroscope's low-pass LPF1, at
    (_CTRL6_C, 0x06, 0),  # 19 Hz
    (_CTRL1_XL, 0x4E, 0),  # 104 Hz, ±8 g, low-pass LPF2
    (_CTRL2_G, 0x48, 0),  # 104 Hz, ±1000 °/s
    (_FIFO_CTRL3, 0x44, 100),  # both at 104 Hz; the gyroscope takes 70 ms to start
)

_GYRO = const(1)  # tags
_ACCEL = const(2)
_SAME_SAMPLE = const(0x06)  # of a tag byte: the number of the sample, modulo 4


@micropython.viper
def decode(raw: ptr8, asked: int, frames: ptr16, at: int) -> int:
    """See ImuDriver. ``raw``: the words that wait, then two of them.

    They belong together by their tags, whichever comes first. 35 m°/s become 1000/32.8: 9404 / 2^13 is 1.14795 instead
    of 1.148; beyond ±999 °/s the common unit saturates.
    """
    waiting = raw[0] >> 1
    if asked == _FRAME:
        waiting -= 1
    if waiting < 0 or waiting > _FULL_FRAMES:
        return _OVERFLOWED
    if asked != _FRAME:
        return waiting
    gyro = accel = 1
    if raw[gyro] >> 3 == _GYRO:
        accel += 7
    else:
        gyro += 7
    if raw[gyro] >> 3 != _GYRO or raw[accel] >> 3 != _ACCEL or (raw[gyro] ^ raw[accel]) & _SAME_SAMPLE:
        return _OVERFLOWED
    for axis in range(3):
        accel += 2
        frames[at + axis] = ((raw[accel] << 8 | raw[accel - 1]) ^ 0x8000) - 0x8000
        gyro += 2
        rate = ((((raw[gyro] << 8 | raw[gyro - 1]) ^ 0x8000) - 0x8000) * 9404) >> 13
        if rate > 32767:
            rate = 32767
        elif rate < -32768:
            rate = -32768
        frames[at + 3 + axis] = rate
    return waiting


class Lsm6dsox(ImuDriver):
    """LSM6DSOX."""

    name = "lsm6dsox"
    COUNTED = _FIFO_STATUS1, 1
    FIFO = _FIFO_DATA_OUT_TAG, _FRAME_BYTES
    RESETS = 1  # steps of a restart that a chip does not need whose registers are all written anyway
    EMPTYING = ((_FIFO_CTRL4, 0x00), (_FIFO_CTRL4, 0x06))  # bypass, continuous
    STOPPING = ((_FIFO_CTRL4, 0x00, 0), (_CTRL1_XL, 0x00, 0), (_CTRL2_G, 0x00, 0))

    def __init__(self, bus, address, identity):
        """``bus``: an I2cBus."""
        super().__init__(bus, address, identity, RESETTING + _SETUP, decode)

    def self_test(self):
        """Return whether the masses move as far as they should, at rest; 0.7 s. Raises BusError."""
        from buzzband_fw.hal.self_test_lsm6dsox import is_well  # here, because no session needs it

        return is_well(self)
