"""How fast the host is: hours of recording a second, and how long the command line takes to say anything."""

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from buzzband.engines.cpython import condition
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.model import Channel, Recording, Samples
from buzzband.services.options import Options
from buzzband.services.simulate import simulate

RATE_HZ = 1000
MINUTES = 5
REPEATS = 3
STARTS = 5

Call = Callable[[], object]


def measure() -> dict[str, dict[str, float]]:
    """Return × real time by what reads a recording, and seconds by what is started: of the processor, not of the clock.

    So what else the machine does hardly matters, and whoever uses several cores pays for each.
    """
    return {"times_real_time": _speeds(), "start_s": _starts()}


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


def _speeds() -> dict[str, float]:
    seconds = 60 * MINUTES
    rng = np.random.default_rng(1)
    signal = synth.emg(synth.contractions([0.6] * (seconds // 6)), RATE_HZ, rng)
    signal += synth.sensor_noise(len(signal), RATE_HZ, rng)
    recording = Recording("five minutes", (Channel("EMG", RATE_HZ, signal),))
    raw = digitise(recording.channels[0]).raw
    calls: dict[str, Call] = {
        "simulate: reps, sets, cues, all of it": lambda: simulate(recording, Options(engine="cpython")),
        "its chain alone, to the envelope": lambda: condition(raw, 50),
        **dict(_packages(signal)),
    }
    return {name: len(signal) / RATE_HZ / best_s for name, best_s in best_of(REPEATS, calls).items()}


def _packages(signal: Samples) -> Iterator[tuple[str, Call]]:
    """Yield what those packages do with a recording that are installed; they count no reps and give no cues."""
    if find_spec("neurokit2"):
        neurokit = import_module("neurokit2")
        yield "neurokit2.emg_process: clean, amplitude, onsets", lambda: neurokit.emg_process(signal, RATE_HZ)
    if find_spec("biosppy"):
        emg = import_module("biosppy.signals.emg")
        yield "biosppy.signals.emg.emg: filter, onsets", lambda: emg.emg(signal, float(RATE_HZ), show=False)


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
    return best_of(STARTS, {name: partial(_run, command) for name, command in commands.items()})


def _run(command: list[str | Path]) -> None:
    subprocess.run(command, check=True, capture_output=True)
