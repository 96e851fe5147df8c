"""Bands for tests of the app: the firmware on the simulated machine, in simulated time."""

import functools
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from threading import current_thread, main_thread
from types import MappingProxyType
from typing import Any

import numpy as np

import buzzband_fw
from builders import Raw, calibrated, codes, effort, muscle
from buzzband.engines.band import VirtualBand
from buzzband.engines.cpython import run_core
from buzzband.engines.job import Settings, Track, track
from buzzband.recordings import synth
from buzzband.recordings.band_log import Fault, SessionLog
from buzzband.transports.link import Link
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.hal import pins
from session_files import session_logs

BLOCK_S = BLOCK_MS / 1000
FULL_DUTY = 65535
FIRMWARE = Path(str(buzzband_fw.__file__)).parent
UNCALIBRATED: Mapping[str, Any] = MappingProxyType({"calibration": "stored"})


@functools.cache
def calibration() -> Settings:
    return calibrated(50)


def settings(**changes: Any) -> dict[str, Any]:
    return {**calibration().as_dict(), **changes}


@functools.cache
def contractions(count: int = 3, on_s: float = 1.0, off_s: float = 1.5, level: float = 0.9) -> Raw:
    """That many contractions beyond the target, each after a rest, and a rest at the end."""
    return codes(muscle(synth.contractions([level] * count, on_s=on_s, off_s=off_s), seed=5))


@functools.cache
def rest(seconds: float) -> Raw:
    return codes(effort(synth.REST, seconds, seed=6))


@functools.cache
def hold(seconds: float) -> Raw:
    """Half a second at rest, then a hold below the target of 50 %, but near it: a word may be due at any time."""
    return np.concatenate([rest(0.5), codes(effort(0.35, seconds, seed=7))])


def band(raw: Raw | None = None, *, changes: Mapping[str, Any] | None = None, **options: Any) -> VirtualBand:
    """A calibrated band that feels ``raw``, or rest, and has no IMU; ``changes``: of the settings."""
    return VirtualBand(rest(1) if raw is None else raw, settings(**(changes or {})), **options)


def link_to(virtual: VirtualBand) -> Link:
    return Link(virtual.stream, clock=lambda: virtual.now_s)


def logs(virtual: VirtualBand) -> list[SessionLog]:
    """The sessions in flash, oldest first, each with what is not merged into it yet."""
    return sorted(session_logs(virtual.files()), key=lambda log: order_of(virtual, log))


def order_of(virtual: VirtualBand, log: SessionLog) -> float:
    return (virtual.folder / "log" / f"{log.session_id}.bbl").stat().st_mtime_ns


def only_log(virtual: VirtualBand) -> SessionLog:
    (found,) = logs(virtual)
    return found


def muscle_faults(log: SessionLog) -> tuple[Fault, ...]:
    """What went wrong, but for the IMU."""
    return tuple(fault for fault in log.faults if not fault.name.startswith("imu_"))


def core_track(raw: Raw) -> Track:
    """What the core alone says to ``raw``."""
    return track(run_core(raw, calibration()), calibration())


def cue_times_s(virtual: VirtualBand, raw: Raw) -> list[float]:
    """When, in the band's time, the blocks were complete after which the core alone says something."""
    start_s = virtual.world.converter.since_us / 1e6
    return [start_s + (block + 1) * BLOCK_S for block, _ in core_track(raw).cues]


def motor_starts_s(virtual: VirtualBand) -> list[float]:
    return [burst.start_s for burst in virtual.motor]


def rhythm(virtual: VirtualBand, after_s: float = 0.0) -> tuple[float, float]:
    """How long the LED was on and off, in s, in the middle of what it did after a time."""
    flashes = [flash for flash in virtual.led if flash[0] >= after_s]
    on = [end - start for start, end in flashes]
    off = [later[0] - flash[1] for flash, later in pairwise(flashes)]
    return float(np.median(on)), float(np.median(off))


def assert_rhythm(virtual: VirtualBand, name: str, after_s: float = 0.0) -> None:
    """The LED blinks as hal/led.py calls it. It is looked after every 80 ms: a phase may last that much longer."""
    expected = getattr(virtual.modules["buzzband_fw.hal.led"], name)
    for found_s, ms in zip(rhythm(virtual, after_s), expected, strict=True):
        assert ms <= round(found_s * 1000) <= ms + 80


def led_is_on(virtual: VirtualBand) -> bool:
    levels = [level for _, pin, level in virtual.world.gpio.edges if pin == pins.LED]
    return bool(levels and levels[-1])


def change(module: str, **names: Any) -> dict[str, Callable[[Any], None]]:
    """A patch that gives names in a module of the firmware other values."""
    return {module: lambda loaded: vars(loaded).update(names)}


def inside(virtual: VirtualBand, work: Callable[[], Any]) -> Any:
    """Let the band's own program do ``work`` before it next sleeps; return what that returned."""
    done: list[Any] = []

    def do() -> bool:
        if not done and current_thread() is not main_thread():
            done.append(work())
        return bool(done)

    assert virtual.run_until(do, 1)
    return done[0]


def replace(module: str, owner: str, method: str, make: Callable[[Any], Any]) -> dict[str, Callable[[Any], None]]:
    """A patch that replaces a method by what ``make`` makes of it."""

    def apply(loaded: Any) -> None:
        cls = getattr(loaded, owner)
        setattr(cls, method, make(getattr(cls, method)))

    return {module: apply}
