"""How fast the host is: hours of recording a second, and how long the command line takes to say anything."""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from edfio import Edf, EdfSignal

from buzzband.engines import cores
from buzzband.engines.cpython import condition
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.model import Channel, Recording, Samples
from buzzband.services.options import Options
from buzzband.services.simulate import simulate

RATE_HZ = 1000
MINUTES = 10
HOURS = 1  # of the file that the command line reads
REPEATS = 3
STARTS = 5
WITHOUT = "without numba, "
_MAIN = "from buzzband.cli import main; main()"

Call = Callable[[], object]


@dataclass(frozen=True)
class Read:
    """Something that reads a recording of ``duration_s``."""

    duration_s: float
    call: Call


def measure() -> dict[str, Any]:
    """Return × real time by what reads a recording, and seconds by what is started: of the processor, not of the clock.

    So what else the machine does hardly matters, and whoever uses several cores pays for each.
    """
    return {"numba": _version("numba"), "times_real_time": _speeds(), "start_s": _starts()}


def best_of(repeats: int, calls: dict[str, Call]) -> dict[str, float]:
    """Return for each the shortest of several times in s, and so the one least disturbed. They take turns."""
    best = dict.fromkeys(calls, np.inf)
    for _ in range(repeats):
        for name, call in calls.items():
            start_s = _spent_s()
            call()
            best[name] = min(best[name], _spent_s() - start_s)
    return best


def _spent_s() -> float:
    """Return how long processors have worked for this process, and for those that it has started and that are over."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _speeds() -> dict[str, float]:
    signal = _emg(60 * MINUTES)
    with tempfile.TemporaryDirectory(prefix="buzzband-") as folder:
        reads = {**_ours(signal, Path(folder)), **dict(_packages(signal))}
        best = best_of(REPEATS, {name: read.call for name, read in reads.items()})
    return {name: read.duration_s / best[name] for name, read in reads.items()}


def _emg(seconds: int) -> Samples:
    rng = np.random.default_rng(1)
    signal = synth.emg(synth.contractions([0.6] * (seconds // 6)), RATE_HZ, rng)
    return signal + synth.sensor_noise(len(signal), RATE_HZ, rng)


def _ours(signal: Samples, folder: Path) -> dict[str, Read]:
    """Return what we do with a recording, each with machine code and without."""
    alone = Recording("without an IMU", (Channel("EMG", RATE_HZ, signal),))
    felt = synth.build(synth.Session((synth.Set(reps=10),) * MINUTES, rest_s=22), 3).recording
    raw = digitise(alone.channels[0]).raw
    file = folder / "hour.edf"
    Edf([EdfSignal(np.tile(signal, 60 * HOURS // MINUTES), RATE_HZ, label="EMG")]).write(file)
    calls: dict[str, tuple[float, Call]] = {
        "simulate: reps, sets, cues, all of it": (alone.channels[0].duration_s, partial(_simulate, alone)),
        "the same with an IMU": (felt.channels[0].duration_s, partial(_simulate, felt)),
        "its chain alone, to the envelope": (alone.channels[0].duration_s, lambda: condition(raw, 50)),
    }
    whole = {"": _MAIN, WITHOUT: f"import sys; sys.modules['numba'] = None; {_MAIN}"}
    found = {name: Read(*read) for name, read in calls.items()}
    found |= {WITHOUT + name: Read(duration_s, partial(_plainly, call)) for name, (duration_s, call) in calls.items()}
    for without, code in whole.items():
        command: list[str | Path] = [sys.executable, "-c", code, "simulate", file]
        found[f"{without}buzzband simulate, from start to end"] = Read(3600 * HOURS, partial(run, command))
    return dict(sorted(found.items(), key=lambda each: each[0].startswith(WITHOUT)))


def _simulate(recording: Recording) -> None:
    simulate(recording, Options(engine="cpython"))


def _plainly(call: Call) -> None:
    """Do it without machine code."""
    with mock.patch.object(cores, "WORTH_BLOCKS", sys.maxsize):
        call()


def _packages(signal: Samples) -> Iterator[tuple[str, Read]]:
    """Yield what those packages do with a recording that are installed; they count no reps and give no cues."""
    duration_s = len(signal) / RATE_HZ
    if find_spec("neurokit2"):
        neurokit = import_module("neurokit2")
        clean = partial(neurokit.emg_process, signal, RATE_HZ)
        yield "neurokit2.emg_process: clean, amplitude, onsets", Read(duration_s, clean)
    if find_spec("biosppy"):
        emg = import_module("biosppy.signals.emg")
        found = partial(emg.emg, signal, float(RATE_HZ), show=False)
        yield "biosppy.signals.emg.emg: filter, onsets", Read(duration_s, found)


def _starts() -> dict[str, float]:
    scripts = Path(sys.executable).parent
    commands: dict[str, list[str | Path]] = {
        "python, nothing": [sys.executable, "-c", "pass"],
        "buzzband --help": [scripts / "buzzband", "--help"],
        "buzzband sync --help": [scripts / "buzzband", "sync", "--help"],
        "buzzband --version": [scripts / "buzzband", "--version"],
        "mpremote --help": [scripts / "mpremote", "--help"],
        "ampy --help": [scripts / "ampy", "--help"],
    }
    return best_of(STARTS, {name: partial(run, command) for name, command in commands.items()})


def run(command: list[str | Path]) -> None:
    """Run a command to its end. Raises CalledProcessError if it fails."""
    subprocess.run(command, check=True, capture_output=True)
