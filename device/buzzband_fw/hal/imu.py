"""IMU: finds out which one there is. All of them have the same verbs and give the same frames.

BusError        of hal/i2c_bus.py
├── ImuAbsent   nobody answers
└── ImuUnknown  somebody does, but it is no chip that is known

A frame is six int16: ax ay az gx gy gz, at 4096 LSB/g and 32.8 LSB/(°/s), so ±8 g and ±1000 °/s. 100 come in a second,
104 from the LSM6DSOX.

``start()``             resets, configures; at boot, 0.3 s. Raises BusError.
``begin_restart()``     begins to do the same step by step, for a band that runs.
``begin_resume()``      begins to do it without the reset, in 0.1 s, for a band that starts.
``restart_step()``      does the next step if it is time for it, less than 0.3 ms; returns whether the IMU runs. Raises
                        BusError, after 2 ms at most: then recover the bus and begin again.
``request()``           asks for a frame, and returns at once. The answer takes 0.1 to 0.5 ms.
``collect(frames, at, again)``  takes the answer, and asks for the next if ``again``. Raises BusError, for a bus that
                        hangs 5 ms after the request: then recover the bus. Returns
                        1 or more   a frame is in ``frames[at : at + FRAME_SIZE]``, an array('h'); 1 less is how many
                                    still waited then: with a request every 10 ms usually 1
                        0           there is none, or none that was known of: this request tells the next one
                        PENDING     the answer is not there yet: collect again
                        OVERFLOWED  some were lost
``flush()``             lets no frame come any more that is there now, or is asked for. May be called at any time.
``self_test()``         returns whether the chip finds itself well, at rest; 0.8 s, and then it is to be started again.
                        Raises BusError.
``stop()``              puts it to sleep. Raises BusError.
``name``, ``identity``  mpu6050 or lsm6dsox; and what the chip calls itself.

Between a request and the answer nothing else may be asked of the chip. After an overflow or a BusError the next request
empties the FIFO. After a glitch on the bus, ``recover`` of the bus is enough; a chip that then gives no more frames has
lost its configuration, or its power, and needs a restart. What is done again and again allocates nothing.
"""

from buzzband_fw.hal.i2c_bus import BusError
from buzzband_fw.hal.imu_driver import FRAME_SIZE, OVERFLOWED, PENDING

__all__ = ("FRAME_SIZE", "OVERFLOWED", "PENDING", "ImuAbsent", "ImuUnknown", "find")

# Addresses, the register that tells the identity, identities
_MPU6050 = ((0x68, 0x69), 0x75, (0x68, 0x70, 0x71, 0x72, 0x73, 0x98))
_LSM6DSOX = ((0x6A, 0x6B), 0x0F, (0x6C,))


class ImuAbsent(BusError):
    """No IMU answers."""


class ImuUnknown(BusError):
    """Something answers where an IMU would, but it is none that is known: its ``identity``."""

    def __init__(self, identity):
        super().__init__(identity)
        self.identity = identity


def find(bus):
    """Return a driver for the IMU on ``bus``, an I2cBus; it is to be started. Raises ImuAbsent, ImuUnknown."""
    unknown = None
    for kind in (_MPU6050, _LSM6DSOX):
        addresses, register, identities = kind
        for address in addresses:
            identity = _identity(bus, address, register)
            if identity in identities:
                return _driver(kind)(bus, address, identity)
            if identity is not None:
                unknown = identity
    if unknown is None:
        raise ImuAbsent()
    raise ImuUnknown(unknown)


def _driver(kind):
    """Load the one that is needed; the other would take 3 KB."""
    if kind is _MPU6050:
        from buzzband_fw.hal.imu_mpu6050 import Mpu6050

        return Mpu6050
    from buzzband_fw.hal.imu_lsm6dsox import Lsm6dsox

    return Lsm6dsox


def _identity(bus, address, register):
    """Return what is in the register; None if nobody answers. ``I2C.scan`` sees less: it writes no byte."""
    answer = bytearray(1)
    try:
        bus.read_into(address, register, answer)
    except BusError:
        return None
    return answer[0]
