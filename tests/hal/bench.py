"""The IMU's drivers on the machine layer, with a model of the chip on the bus."""

from array import array
from itertools import pairwise
from typing import Any

from buzzband.engines.band_world import private_modules
from buzzband.engines.private_modules import FOLDER
from buzzband.twin.imu import ImuModel, Lsm6dsoxModel, Mpu6050Model
from engines.layer_bench import BareWorld

MODELS = (Mpu6050Model, Lsm6dsoxModel)


def ramp(count: int) -> "array[int]":
    """Frames that tell their place: the n-th holds n, 1000 + n, -n, -1000 - n, n // 2 and 5000."""
    numbers = array("h")
    for n in range(count):
        numbers.extend((n, 1000 + n, -n, -1000 - n, n // 2, 5000))
    return numbers


def consecutive(frames: list[list[int]]) -> bool:
    """Whether these are whole frames of a ramp, one after the other, and at least one."""
    places = [frame[0] for frame in frames]
    for n, frame in zip(places, frames, strict=True):
        expected = [n, 1000 + n, -n, -1000 - n, n // 2, 5000]
        if any(abs(found - told) > 2 for found, told in zip(frame, expected, strict=True)):
            return False
    return bool(places) and all(0 <= later - earlier <= 1 for earlier, later in pairwise(places))


def chip(model: type[ImuModel], identity: int, address: int = 0, frames: Any = ()) -> ImuModel:
    """A chip that calls itself ``identity``."""
    made = model(frames, address)
    made.identity = identity
    return made


class ImuBench:
    """A world with ``model`` on its bus. ``imu``, ``i2c_bus``: the modules of the firmware, bound to it."""

    def __init__(self, model: ImuModel | None) -> None:
        self.model: Any = model
        self.world = BareWorld(imu=model)
        self.modules = private_modules(self.world, {"/a": FOLDER.parent}, {})
        self.modules.path.append("/a")
        self.imu = self.modules._import("buzzband_fw.hal.imu", wanted=("find",))
        self.i2c_bus = self.modules.loaded["buzzband_fw.hal.i2c_bus"]
        self.bus = self.i2c_bus.I2cBus()
        self.frames = array("h", [77] * 12)

    def found(self) -> Any:
        """The driver."""
        return self.imu.find(self.bus)

    def started(self) -> Any:
        """The driver, started, its FIFO emptied: the recording begins now."""
        driver = self.found()
        driver.start()
        assert self.turn(driver, 1) == 0
        return driver

    def wait_ms(self, ms: float) -> None:
        self.world.spend(round(ms * 1000))

    def turn(self, driver: Any, ms: float = 10) -> int:
        """Ask for a frame and take the answer, so much later."""
        driver.request()
        self.wait_ms(ms)
        return int(driver.collect(self.frames, 0, False))

    def take(self, driver: Any, count: int) -> list[list[int]]:
        """The next frames, as soon as they come."""
        found = []
        for _ in range(15 * count + 3):
            if self.turn(driver, 1) > 0:
                found.append(self.frames[:6].tolist())
                if len(found) == count:
                    return found
        raise AssertionError(f"only {len(found)} frames")

    def register(self, register: int) -> int:
        """What is in a register of the chip."""
        answer = bytearray(1)
        self.bus.read_into(self.model.address, register, answer)
        return answer[0]

    def since_start_us(self) -> int:
        """How long the recording has been running."""
        return int(self.world.now_us - self.model._start_us)

    def kernel(self, module: str, name: str) -> Any:
        self.found()
        return getattr(self.modules.loaded[f"buzzband_fw.hal.{module}"], name)
