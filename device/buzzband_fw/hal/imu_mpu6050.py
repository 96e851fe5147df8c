"""MPU-6050 and its successors: registers that are the same where it matters. RM-MPU-6000A 4.2, RM-MPU-6500A 2.1.

The FIFO is a stream of bytes, 12 to a frame. What is lost of it, by an overflow or a read that failed, shifts all that
comes later, so then it is emptied. The FIFO of the successors is set to the size of the MPU-6050's; it counts as full
a little earlier, because frames may come between the count and the read. A count that is no whole number of frames may
be of a frame on its way in; if the next is none either, the stream has shifted.
"""

from buzzband_fw.core.portable import const, micropython, ptr8, ptr16
from buzzband_fw.hal.imu_driver import ImuDriver

_OVERFLOWED = const(-1)  # as in imu_driver: a kernel knows no name from elsewhere
_DOUBTFUL = const(-3)
_FRAME = const(1)

_MPU6050 = const(0x68)
_FRAME_BYTES = const(12)
_FULL_FRAMES = const((1024 - 4 * 12) // 12)

_SMPLRT_DIV = const(0x19)
_CONFIG = const(0x1A)
_GYRO_CONFIG = const(0x1B)
_ACCEL_CONFIG = const(0x1C)
_ACCEL_CONFIG2 = const(0x1D)  # of the successors
_FIFO_EN = const(0x23)
_SIGNAL_PATH_RESET = const(0x68)
_USER_CTRL = const(0x6A)
_PWR_MGMT_1 = const(0x6B)
_FIFO_COUNT_H = const(0x72)
_FIFO_R_W = const(0x74)

_SLEEP = const(0x40)
WAKING = (
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
        self.later = identity != _MPU6050
        setup = WAKING + (_SETUP_LATER if self.later else ()) + _SETUP
        super().__init__(bus, address, identity, setup, decode)

    def self_test(self):
        """Return whether mass and electrodes move as they did in the factory, at rest; 0.8 s. Raises BusError."""
        from buzzband_fw.hal.self_test_mpu6050 import is_well  # here, because no session needs it

        return is_well(self)
