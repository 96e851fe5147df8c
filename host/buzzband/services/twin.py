"""``buzzband twin``: an emulated band on a serial port, and what happens to it."""

import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buzzband.bundle import band_files
from buzzband.engines.cpython import condition
from buzzband.engines.job import Frames, Settings
from buzzband.recordings.adc import digitise
from buzzband.recordings.frames import frames_of
from buzzband.recordings.labels import check_emg_rate, emg_channel
from buzzband.services import calibration
from buzzband.services.demo import MAINS_HZ, TARGET_PERMILLE, lift
from buzzband.services.simulate import SETTLING_BLOCKS, load
from buzzband.twin import Emg, Mpu6050Model, Twin, Vibration

SCHEMA = "buzzband/twin/1"
LOOK_EVERY_S = 0.05  # on the wall
SEED = 1


@dataclass(frozen=True, eq=False)
class Worn:
    """What a twin is to feel: ``codes`` at 4800 S/s, over and over; and the settings that fit it.

    ``frames``: how it is moved, once, before it lies still; None: it has no IMU.
    """

    name: str
    codes: NDArray[np.uint16]
    settings: Mapping[str, Any]
    vibration: Vibration | None = None
    frames: Frames | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a twin is plugged into, see ``Twin``. ``tcp_port`` 0: any that is free."""

    tcp_port: int
    erase_ms: float
    supply_mv: int
    usb_power: bool


@dataclass(frozen=True)
class Lines:
    """Where a twin can be talked to. ``port`` is "" where the system has no pseudo terminals."""

    port: str
    tcp: int
    pid: int
    name: str


@dataclass(frozen=True)
class Event:
    """Something that happened at ``at_s`` of chip time."""

    at_s: float
    text: str


def worn(file: Path | None, example: str | None, settings: Mapping[str, Any]) -> Worn:
    """Return a recording or, without one, the demo's session. ``settings`` go before those that fit it.

    Raises RecordingError, DownloadError.
    """
    found = _synthetic() if file is None and example is None else _recorded(file, example)
    return replace(found, settings={**found.settings, **settings})


def _recorded(file: Path | None, example: str | None) -> Worn:
    recording = load(file, example, None)
    channel, _ = emg_channel(recording)
    check_emg_rate(channel)
    codes = digitise(channel).raw
    scale = calibration.from_recording(condition(codes, MAINS_HZ).envelope[SETTLING_BLOCKS:], None, None)
    settings = Settings(MAINS_HZ, scale.rest, scale.reference, TARGET_PERMILLE).as_dict()
    return Worn(recording.name, codes, settings, frames=frames_of(recording)[0])


def _synthetic() -> Worn:
    lifted = lift(SEED)
    name = "three sets of curls (synthetic)"
    return Worn(name, lifted.codes, lifted.settings.as_dict(), lifted.motor, lifted.frames)


def boot(what: Worn, where: Surroundings) -> Twin:
    """Return a twin of the band, at chip time 0, that feels ``what``. Raises EngineError."""
    return Twin(
        band_files(what.settings),
        emg=Emg(what.codes, loop=True, shaken_by=what.vibration),
        imu=None if what.frames is None else Mpu6050Model(what.frames.ravel()),
        supply_mv=where.supply_mv,
        usb_power=where.usb_power,
        erase_ms=where.erase_ms,
        pty=os.name == "posix",
        tcp_port=where.tcp_port,
    )


def lines(twin: Twin, name: str) -> Lines:
    """Return where ``twin`` can be talked to."""
    return Lines(twin.serial.path, twin.serial.tcp_port, os.getpid(), name)


def follow(twin: Twin, stop: threading.Event) -> Iterator[Event]:
    """Let ``twin`` run, and tell what motor, LED and chip do, until ``stop`` is set. Raises EngineFailed."""
    told = [0, 0, 0]
    with twin.running():
        while not (stop.wait(LOOK_EVERY_S) or twin.paused):
            happened = (_buzzes(twin), _blinks(twin), _resets(twin))
            new = [event for events, count in zip(happened, told, strict=True) for event in events[count:]]
            told = [len(events) for events in happened]
            yield from sorted(new, key=lambda event: event.at_s)


def _buzzes(twin: Twin) -> list[Event]:
    return [Event(burst.start_s, f"buzz, {1000 * burst.duration_s:.0f} ms") for burst in twin.motor.bursts]


def _blinks(twin: Twin) -> list[Event]:
    pairs = pairwise(tuple(twin.led.changes))
    return [Event(on_s, f"LED, {1000 * (off_s - on_s):.0f} ms") for (on_s, on), (off_s, _) in pairs if on]


def _resets(twin: Twin) -> list[Event]:
    return [Event(reset.at_s, f"reset: {reset.cause}") for reset in twin.resets]


def lines_document(told: Lines) -> dict[str, Any]:
    """Return the line that ``buzzband twin --json`` prints."""
    return {"schema": SCHEMA, "port": told.port, "tcp": told.tcp, "pid": told.pid}


def lines_text(told: Lines) -> str:
    """Return how to talk to the twin."""
    address = f"socket://127.0.0.1:{told.tcp}"
    port = told.port or address
    return "\n".join(
        (
            f"A band that feels {told.name} runs on {port}" + (f" and {address}." if told.port else "."),
            f"  buzzband flash --port {port} --patience 60 --lose-sessions",
            f"  mpremote connect {port} ls",
            f"  mpremote connect {address} ls"
            if told.port
            else "  (a serial port only where there are pseudo terminals)",
            "Its time passes more slowly than yours while it works. Ctrl-C ends it.",
        )
    )


def event_text(event: Event) -> str:
    """Return ``event`` on a line."""
    return f"{event.at_s:9.3f} s  {event.text}"
