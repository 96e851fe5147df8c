"""Sources for tests: what a band or a recording would tell, at no cost and with no clock."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue

from builders import Raw, calibrated
from buzzband.engines.cpython import Decider, condition
from buzzband.engines.lifting import Lifter
from buzzband.services.live.items import STEP_S, Item, Order, Reading, Rep, Standing
from buzzband.services.live.pace import Pace
from buzzband.services.live.recording import RecordingSource
from buzzband_fw.core.motion import STEP_BLOCKS

REP = Rep(set=1, number=3, tempo_s=(1.2, 0.3, 1.8), peak_permille=710, muscle_off=False, too_fast=False)
RUNNING = Standing(
    0.0, "running", supply_mv=3900, target_permille=500, mode="reach", set=1, reps=3, phase="lift", rep=REP, told=3
)


def reading(t_s: float, permille: int = 400, flags: int = 0) -> Reading:
    return Reading(t_s, permille, permille, 16 * permille, flags)


def readings(seconds: float, permille: int = 400, from_s: float = 0.0) -> list[Reading]:
    return [reading(from_s + STEP_S * (index + 1), permille) for index in range(round(seconds / STEP_S))]


@dataclass
class FakeClock:
    """Seconds that pass when somebody waits."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class ListSource:
    """Tells a list, then is over, or raises ``error``; or waits until it is stopped. ``asked``: all orders."""

    told: list[Item]
    name: str = "monday.csv"
    error: Exception | None = None
    lingers: bool = True
    orders: "SimpleQueue[Order]" = field(default_factory=SimpleQueue)
    stopped: bool = False

    def items(self, stop: threading.Event) -> Iterator[Item]:
        yield from self.told
        if self.error is not None:
            raise self.error
        if self.lingers:
            stop.wait(30)
        self.stopped = stop.is_set()

    def asked(self) -> list[Order]:
        found = []
        while not self.orders.empty():
            found.append(self.orders.get())
        return found


def over(raw: Raw, clock: FakeClock, speed: float = 1.0) -> RecordingSource:
    """The core over ``raw``, on a clock of its own."""
    settings = calibrated(50)
    conditioned = condition(raw, settings.mains_hz)
    lifter = Lifter(settings, len(conditioned.rectified) // STEP_BLOCKS, None, keep=False)
    pace = Pace(speed, clock, clock.wait)
    return RecordingSource("monday", Decider(conditioned, settings, lifter), settings, pace, imu=False)
