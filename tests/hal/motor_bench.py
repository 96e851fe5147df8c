"""A motor's driver on the machine layer, with a model of the chip on the bus, and an IMU beside it."""

from typing import Any

from buzzband.engines.band_records import Burst, bursts
from buzzband.engines.band_world import private_modules
from buzzband.engines.private_modules import FOLDER
from buzzband.twin import Drv2605lModel, Mpu6050Model
from engines.layer_bench import BareWorld

BLOCK_MS = 10
FULL = 65535


class MotorBench:
    """A world with ``haptics`` on its bus. ``motor``: the driver that was found; ``bus``: the firmware's."""

    def __init__(self, haptics: Drv2605lModel | None, kind: str = "erm", imu: Any = None) -> None:
        self.model: Any = haptics
        self.imu_model: Any = imu
        self.world = BareWorld(imu=imu, haptics=haptics)
        self.modules = private_modules(self.world, {"/a": FOLDER.parent}, {})
        self.modules.path.append("/a")
        self.module = self.modules._import("buzzband_fw.hal.motor", wanted=("find",))
        self.i2c_bus = self.modules.loaded["buzzband_fw.hal.i2c_bus"]
        self.bus = self.i2c_bus.I2cBus()
        self.motor = self.module.find(self.bus, kind, 4000)

    def wait_ms(self, ms: float) -> None:
        self.world.spend(round(ms * 1000))

    def took_us(self, call: Any, *given: Any) -> int:
        """How long a call takes."""
        start_us = self.world.now_us
        call(*given)
        return int(self.world.now_us - start_us)

    def pulse(self, ms: int, steps_ms: int = BLOCK_MS) -> None:
        """Have one made, stepped as a band does."""
        self.motor.start(ms)
        while self.motor.running:
            self.wait_ms(steps_ms)
            self.motor.step()

    @property
    def bursts(self) -> tuple[Burst, ...]:
        """What the motor has got so far."""
        return bursts([each for each in self.world.gpio.duties if each[0] <= self.world.now_us], self.world.now_us)


def lasts_ms(bench: MotorBench) -> list[int]:
    """How long the motor got something, each time."""
    return [round(1000 * burst.duration_s) for burst in bench.bursts]


def with_imu(kind: str = "erm") -> Any:
    """A bench with an IMU that runs, and its driver."""
    bench = MotorBench(Drv2605lModel(), kind, Mpu6050Model())
    imu = bench.modules._import("buzzband_fw.hal.imu", wanted=("find",)).find(bench.bus)
    imu.start()
    return bench, imu
