"""LSM6DSOX: DS12814, AN5272."""

from struct import pack

from buzzband.twin.imu.model import GYRO_PER_DPS, ImuModel, clamped

FIFO_CTRL1 = 0x07
FIFO_CTRL2 = 0x08
FIFO_CTRL3 = 0x09
FIFO_CTRL4 = 0x0A
WHO_AM_I = 0x0F
CTRL1_XL = 0x10
CTRL2_G = 0x11
CTRL3_C = 0x12
CTRL5_C = 0x14
CTRL9_XL = 0x18
OUTX_L_G = 0x22
OUTZ_H_A = 0x2D
FIFO_STATUS1 = 0x3A
FIFO_STATUS2 = 0x3B
FIFO_DATA_OUT_TAG = 0x78
FIFO_DATA_OUT_Z_H = 0x7E

_SW_RESET = 0x01
_IF_INC = 0x04
_STOP_ON_WTM = 0x80
_BYPASS = 0
_CONTINUOUS = 6
_AT_104_HZ = 0x44
_CODE_104_HZ = 4
_WORDS = 512
_FULL = 0x40
_LATCHED = 0x08
_RESET_US = 50
_RATE_MHZ = 104_000
_GYRO, _ACCEL = 1, 2  # tags
_MDPS = {0: 8.75, 2: 17.5, 4: 35.0, 6: 70.0}  # of the FS bits of CTRL2_G, per LSB
_G = {0: 2, 1: 16, 2: 4, 3: 8}  # of those of CTRL1_XL, full scale
_SELF_TEST_MG = 500
_SELF_TEST_DPS = 400


class Lsm6dsoxModel(ImuModel):
    """An LSM6DSOX."""

    kind = "lsm6dsox"
    ADDRESS = 0x6A
    IDENTITY = 0x6C

    def reset(self) -> None:
        """See ``ImuModel.reset``."""
        self._registers = bytearray(128)
        self._registers[CTRL3_C] = _IF_INC
        self._registers[CTRL9_XL] = 0xE0
        self._words: list[bytes] = []
        self._overran = False
        self._reset_until_us = 0

    def after(self, register: int) -> int:
        """See ``ImuModel.after``."""
        if not self._registers[CTRL3_C] & _IF_INC:
            return register
        return FIFO_DATA_OUT_TAG if register == FIFO_DATA_OUT_Z_H else register + 1 & 127

    def read_register(self, register: int) -> int:
        """See ``ImuModel.read_register``."""
        if register == WHO_AM_I:
            return self.identity
        if register == FIFO_STATUS1:
            return len(self._words) & 255
        if register == FIFO_STATUS2:
            return self._status2()
        if OUTX_L_G <= register <= OUTZ_H_A:
            gyro, accel = self._output()
            return (gyro + accel)[register - OUTX_L_G]
        if FIFO_DATA_OUT_TAG <= register <= FIFO_DATA_OUT_Z_H:
            return self._word_byte(register - FIFO_DATA_OUT_TAG)
        return self._registers[register]

    def write_register(self, register: int, value: int) -> None:
        """See ``ImuModel.write_register``."""
        if self.now_us() < self._reset_until_us:
            return
        if register == CTRL3_C and value & _SW_RESET:
            self.reset()
            self._reset_until_us = self.now_us() + _RESET_US
            return
        self._registers[register] = value
        if register == FIFO_CTRL4 and value & 7 == _BYPASS:
            self._words = []
            self._overran = False
        if self._fills():
            self.begin()

    def rate_mhz(self) -> int:
        """See ``ImuModel.rate_mhz``."""
        return _RATE_MHZ

    def capacity(self) -> int:
        """See ``ImuModel.capacity``."""
        return _WORDS // 2 + 1

    def sample(self, n: int) -> None:
        """See ``ImuModel.sample``."""
        if self._fills():
            gyro, accel = self._output()
            self._words += [_tagged(_GYRO, n, gyro), _tagged(_ACCEL, n, accel)]
            if len(self._words) > self._limit():
                self._words = self._words[-self._limit() :]
                self._overran = True

    def _limit(self) -> int:
        """Return how many words the FIFO holds."""
        control1, control2 = self._registers[FIFO_CTRL1], self._registers[FIFO_CTRL2]
        return (control2 & 1) << 8 | control1 if control2 & _STOP_ON_WTM else _WORDS

    def _fills(self) -> bool:
        mode, rates = self._registers[FIFO_CTRL4] & 7, self._registers[FIFO_CTRL3]
        accel, gyro = self._registers[CTRL1_XL] >> 4, self._registers[CTRL2_G] >> 4
        if mode == _BYPASS or not rates or not (accel or gyro):
            return False
        if mode != _CONTINUOUS or rates != _AT_104_HZ or accel != _CODE_104_HZ or gyro != _CODE_104_HZ:
            raise NotImplementedError("a FIFO that is not continuous, or not at 104 Hz")
        return True

    def _status2(self) -> int:
        status = len(self._words) >> 8
        status |= _FULL if len(self._words) == self._limit() else 0
        status |= _LATCHED if self._overran else 0
        self._overran = False
        return status

    def _word_byte(self, at: int) -> int:
        """Return a byte of the oldest word; with the last of them the word is gone."""
        if not self._words:
            return 0
        value = self._words[0][at]
        if at == FIFO_DATA_OUT_Z_H - FIFO_DATA_OUT_TAG:
            self._words = self._words[1:]
        return value

    def _output(self) -> tuple[bytes, bytes]:
        """Return what stands in the output registers: angular rate, acceleration."""
        accel_fs, gyro_fs = self._registers[CTRL1_XL] >> 2 & 3, self._registers[CTRL2_G] >> 1 & 7
        share, test = self.self_test_percent / 100, self._registers[CTRL5_C]
        added_g = share * _SELF_TEST_MG / 1000 if test & 3 == 1 else 0
        added_dps = share * _SELF_TEST_DPS if test >> 2 & 3 == 1 else 0
        gyro = [(value / GYRO_PER_DPS + added_dps) * 1000 / _MDPS[gyro_fs] for value in self._motion[3:]]
        accel = [(value / 4096 + added_g) * 32768 / _G[accel_fs] for value in self._motion[:3]]
        return _three(gyro), _three(accel)


def _three(values: list[float]) -> bytes:
    return pack("<3h", *[clamped(value) for value in values])


def _tagged(sensor: int, n: int, data: bytes) -> bytes:
    """Return a word: sensor, number of the sample modulo 4, a bit that makes the ones even; then the data."""
    tag = sensor << 3 | (n & 3) << 1
    ones = sum([tag >> bit & 1 for bit in range(8)])
    return bytes([tag | ones & 1]) + data
