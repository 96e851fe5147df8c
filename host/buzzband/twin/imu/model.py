"""What all models of an IMU have in common: the sample clock, the recording, the faults."""

from array import array
from typing import Any

from buzzband.twin.imu.chip import I2cChip

FRAME_SIZE = 6
FRAME_US = 10_000  # of the recording: 100 Hz
ONE_G = 4096
GYRO_PER_DPS = 32.8
LEAST, MOST = -32768, 32767

_NANO_PER_MILLI = 1_000_000_000


def clamped(value: float) -> int:
    """Return ``value`` as 16 bits hold it."""
    return int(max(LEAST, min(MOST, round(value))))


class ImuModel(I2cChip):
    """A chip at ``address``, moved as ``frames`` tell: ax ay az gx gy gz, ax …, 100 frames a second, at 4096 LSB/g and
    32.8 LSB/(°/s). The recording starts when the FIFO is enabled for the first time, and passes with time whether it is
    read or not. Then the chip lies still. Without a recording it does from the start, with 1 g along x.

    Besides the faults of an I2cChip, these may be set at any time:

    ``identity``           what the chip calls itself
    ``frozen``             no sample comes any more, all else goes on
    ``self_test_percent``  how far the self-test moves what it should move

    Besides, ``overflow()`` makes the FIFO overflow, and ``power_on()`` is what a loose wire leads to.
    """

    IDENTITY = 0
    FAULTS = ("absent", "identity", "nack_at", "nack_from", "stuck", "frozen", "self_test_percent")

    def __init__(self, frames: Any = (), address: int = 0) -> None:
        """``frames``: numbers, or their bytes. ``address``: the chip's usual one if 0."""
        super().__init__(address)
        self.frames = array("h", frames)
        self.identity = self.IDENTITY
        self.frozen = False
        self.self_test_percent = 100
        self._start_us = -1  # of the recording
        self._done_us = 0  # up to when samples have been taken
        self.power_on()

    def power_on(self) -> None:
        """Be as after power has come on. The recording goes on."""
        self._selected = False
        self._motion = self._frame(0)
        self.reset()

    def overflow(self) -> None:
        """Take more samples at once than the FIFO holds."""
        self.catch_up()
        for n in range(self.capacity()):
            self.sample(n)

    def begin(self) -> None:
        """Let the recording start, if it has not."""
        if self._start_us < 0:
            self._start_us = self._done_us = self.now_us()

    def catch_up(self) -> None:
        """Take the samples that are due by now."""
        if self._start_us < 0:
            return
        now_us = self.now_us()
        due = self._samples_by(now_us)
        first = max(self._samples_by(self._done_us), due - self.capacity())  # earlier ones would be gone again
        self._done_us = now_us
        if not self.frozen:
            for n in range(first, due):
                self._motion = self._frame((n + 1) * _NANO_PER_MILLI // self.rate_mhz() // FRAME_US - 1)
                self.sample(n)

    def _samples_by(self, when_us: int) -> int:
        return (when_us - self._start_us) * self.rate_mhz() // _NANO_PER_MILLI

    def _frame(self, index: int) -> list[int]:
        count = len(self.frames) // FRAME_SIZE
        if not count:
            return [ONE_G, 0, 0, 0, 0, 0]
        at = FRAME_SIZE * max(0, min(index, count - 1))
        still = index >= count
        return [0 if still and i > 2 else self.frames[at + i] for i in range(FRAME_SIZE)]

    # What a subclass decides

    def reset(self) -> None:
        """Set registers and FIFO as after power-on."""
        raise NotImplementedError

    def rate_mhz(self) -> int:
        """Return the rate of the samples in mHz."""
        raise NotImplementedError

    def capacity(self) -> int:
        """Return a number of samples that the FIFO cannot hold."""
        raise NotImplementedError

    def sample(self, n: int) -> None:
        """Take the ``n``-th sample, of ``_motion``."""
        raise NotImplementedError
