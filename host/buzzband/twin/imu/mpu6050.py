"""MPU-6050, and the MPU-6500 and its kin by another identity. RM-MPU-6000A 4.2, RM-MPU-6500A 2.1."""

from struct import pack

from buzzband.twin.imu.model import GYRO_PER_DPS, ImuModel, clamped

SELF_TEST_GYRO = 0x00
SELF_TEST = 0x0D
SMPLRT_DIV = 0x19
CONFIG = 0x1A
GYRO_CONFIG = 0x1B
ACCEL_CONFIG = 0x1C
ACCEL_CONFIG2 = 0x1D
FIFO_EN = 0x23
INT_STATUS = 0x3A
ACCEL_XOUT_H = 0x3B
TEMP_OUT_H = 0x41
GYRO_XOUT_H = 0x43
GYRO_ZOUT_L = 0x48
USER_CTRL = 0x6A
PWR_MGMT_1 = 0x6B
FIFO_COUNT_H = 0x72
FIFO_COUNT_L = 0x73
FIFO_R_W = 0x74
WHO_AM_I = 0x75

_DEVICE_RESET = 0x80
_SLEEP = 0x40
_FIFO_ON = 0x40
_FIFO_RESET = 0x04
_ACCEL_AND_GYRO = 0x78
_FIFO_OFLOW_INT = 0x10
_FRAME_BYTES = 12
_RESET_US = 50_000  # what is written so soon after a reset is lost
_ACCEL_TRIM = 15  # codes of the factory: 1 to 31
_GYRO_TRIM = 11
_ACCEL_TRIM_LATER = 100  # 1 to 255
_GYRO_TRIM_LATER = 150


class Mpu6050Model(ImuModel):
    """An MPU-6050; any other ``identity`` makes an MPU-6500 of it."""

    kind = "mpu6050"
    ADDRESS = 0x68
    IDENTITY = 0x68

    def reset(self) -> None:
        """See ``ImuModel.reset``."""
        self._registers = bytearray(128)
        self._registers[PWR_MGMT_1] = _SLEEP
        self._fifo = bytearray()
        self._last_read = 0xFF
        self._reset_until_us = 0

    def after(self, register: int) -> int:
        """See ``ImuModel.after``."""
        return register if register == FIFO_R_W else register + 1 & 127

    def read_register(self, register: int) -> int:
        """See ``ImuModel.read_register``."""
        if register == WHO_AM_I:
            return self.identity
        if register == FIFO_R_W:
            return self._pull()
        if register == FIFO_COUNT_H:
            self._registers[FIFO_COUNT_H] = len(self._fifo) >> 8
            self._registers[FIFO_COUNT_L] = len(self._fifo) & 255
        if ACCEL_XOUT_H <= register <= GYRO_ZOUT_L:
            return self._output()[register - ACCEL_XOUT_H]
        if self._is_trim(register):
            return self._trim(register)
        value = self._registers[register]
        if register == INT_STATUS:
            self._registers[INT_STATUS] = 0
        return value

    def write_register(self, register: int, value: int) -> None:
        """See ``ImuModel.write_register``."""
        if self.now_us() < self._reset_until_us:
            return
        if register == PWR_MGMT_1 and value & _DEVICE_RESET:
            self.reset()
            self._reset_until_us = self.now_us() + _RESET_US
            return
        if register == USER_CTRL and value & _FIFO_RESET:
            if not value & _FIFO_ON:
                self._fifo = bytearray()
            value &= ~_FIFO_RESET
        self._registers[register] = value
        if self._fills():
            self.begin()

    def rate_mhz(self) -> int:
        """See ``ImuModel.rate_mhz``."""
        internal_mhz = 1_000_000 if 1 <= self._registers[CONFIG] & 7 <= 6 else 8_000_000
        return internal_mhz // (1 + self._registers[SMPLRT_DIV])

    def capacity(self) -> int:
        """See ``ImuModel.capacity``."""
        return self._size() // _FRAME_BYTES + 2

    def sample(self, n: int) -> None:
        """See ``ImuModel.sample``."""
        if self._fills():
            output = self._output()
            self._fifo.extend(output[:6] + output[8:])
            if len(self._fifo) > self._size():
                self._fifo = self._fifo[-self._size() :]
                self._registers[INT_STATUS] |= _FIFO_OFLOW_INT

    def _size(self) -> int:
        return 512 << (self._registers[ACCEL_CONFIG2] >> 6) if self._is_later() else 1024

    def _is_later(self) -> bool:
        return self.identity != self.IDENTITY

    def _fills(self) -> bool:
        flags = self._registers[FIFO_EN]
        if not flags or self._registers[PWR_MGMT_1] & _SLEEP or not self._registers[USER_CTRL] & _FIFO_ON:
            return False
        if flags != _ACCEL_AND_GYRO:
            raise NotImplementedError("a FIFO with something else than acceleration and angular rate")
        return True

    def _pull(self) -> int:
        """Return the oldest byte, or once more the last that there was."""
        if self._fifo and self._registers[USER_CTRL] & _FIFO_ON:
            self._last_read = self._fifo[0]
            self._fifo = self._fifo[1:]
        return self._last_read

    def _output(self) -> bytes:
        """Return what stands in the output registers: acceleration, temperature, angular rate."""
        accel_range = self._registers[ACCEL_CONFIG] >> 3 & 3
        gyro_range = self._registers[GYRO_CONFIG] >> 3 & 3
        values: list[float] = [4 * value / (1 << accel_range) for value in self._motion[:3]]
        values += [4 * value / (1 << gyro_range) for value in self._motion[3:]]
        for axis, response in enumerate(self._responses()):
            values[axis] += response
        values.insert(3, 0)
        return pack(">7h", *[clamped(value) for value in values])

    def _responses(self) -> list[float]:
        """Return by what the self-test moves the output of each axis, in LSB."""
        share = self.self_test_percent / 100
        accel, gyro = self._registers[ACCEL_CONFIG], self._registers[GYRO_CONFIG]
        if self._is_later():
            force = 2620 * 1.01 ** (_ACCEL_TRIM_LATER - 1)
            rate = 2620 * 1.01 ** (_GYRO_TRIM_LATER - 1)
        else:
            force = 4 * 4096 * 0.34 * (0.92 / 0.34) ** ((_ACCEL_TRIM - 1) / 30)
            rate = 25 * 4 * GYRO_PER_DPS * 1.046 ** (_GYRO_TRIM - 1)
        found = [share * force / (1 << (accel >> 3 & 3)) if accel & 0x80 >> axis else 0 for axis in range(3)]
        found += [share * rate / (1 << (gyro >> 3 & 3)) if gyro & 0x80 >> axis else 0 for axis in range(3)]
        if not self._is_later():
            found[4] = -found[4]
        return found

    def _is_trim(self, register: int) -> bool:
        if self._is_later():
            return SELF_TEST_GYRO <= register < SELF_TEST_GYRO + 3 or SELF_TEST <= register < SELF_TEST + 3
        return SELF_TEST <= register < SELF_TEST + 4

    def _trim(self, register: int) -> int:
        if self._is_later():
            return _ACCEL_TRIM_LATER if register >= SELF_TEST else _GYRO_TRIM_LATER
        low = _ACCEL_TRIM & 3
        return low << 4 | low << 2 | low if register == SELF_TEST + 3 else _ACCEL_TRIM >> 2 << 5 | _GYRO_TRIM
