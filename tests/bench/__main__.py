"""``make bench``: what core and app cost on the chip, and the core on the host. Writes build/bench.json too.

Every figure is taken in one run beside what it is compared with. Chip figures are cycles of the emulated RP2040 at
125 MHz, the same in every run; cache misses are not modelled, so a real chip is a little slower. Host figures depend on
the machine: read the ratios.
"""

import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import app_on_chip
import numpy as np

from buzzband.bundle import native_files
from buzzband.engines import Settings, pico, replay
from buzzband.engines.cpython import condition, decide
from buzzband_fw.core.portable import uint16s

BUILD = Path(__file__).parents[2] / "build"
BLOCK_US = 10_000

CHIP_PROGRAM = """
import json
from array import array
from time import ticks_diff, ticks_us
from micropython import heap_lock, heap_unlock
from buzzband_fw.core.chain import Chain
from buzzband_fw.core.comb import comb, new_state as new_comb
from buzzband_fw.core.cue import Cue
from buzzband_fw.core.envelope import new_state as new_envelope, smooth
from buzzband_fw.core.intake import intake, new_state as new_intake
from buzzband_fw.core.lowpass import lowpass, new_state as new_lowpass
from buzzband_fw.core.pipeline import Pipeline

REPEATS = 200
ring = array("H", [2048 + n * 37 % 200 for n in range(4096)])
block, envelope = array("i", [0] * 12), array("i", [0] * 12)
states = new_intake(4096), new_comb(50), new_lowpass(), new_envelope(), new_envelope()
chain, cue, pipeline = Chain(4096, 50), Cue(10, 5000, 500), Pipeline(4096, 50, 10, 5000, 500)

def nothing():
    pass

def run_intake():
    intake(ring, 0, block, 12, states[0])

def run_comb():
    comb(block, 12, states[1])

def run_lowpass():
    lowpass(block, 12, states[2])

def run_smooth():
    smooth(block, 0, 12, states[3], envelope)

def run_chain():
    chain.condition(ring, 0, 12)
    smooth(chain.block, 0, 12, states[4], envelope)

def run_step():
    cue.step(block, 0)

def run_process():
    pipeline.process(ring, 0)

def measure(call):
    call()
    heap_lock()
    start = ticks_us()
    for _ in range(REPEATS):
        call()
    elapsed = ticks_diff(ticks_us(), start)
    heap_unlock()
    return elapsed / REPEATS

calls = dict(nothing=nothing, intake=run_intake, comb=run_comb, lowpass=run_lowpass, smooth=run_smooth,
             chain=run_chain, step=run_step, process=run_process)
with open("bench.json", "w") as file:
    json.dump({name: measure(call) for name, call in calls.items()}, file)
"""

WHAT = {
    "intake": "decimation and high-pass",
    "comb": "mains comb",
    "lowpass": "low-pass and rectifier",
    "smooth": "one envelope",
    "chain": "raw samples to both envelopes",
    "step": "gated envelope, target, cue policy",
    "process": "all of it, quality windows included",
}


def chip() -> dict[str, float]:
    """Return µs per block of 10 ms on the emulated Pico, the cost of the measuring call taken off, heap locked."""
    done = pico.run_main({**native_files(), "main.py": replay.main_source(CHIP_PROGRAM.strip())}, budget_s=10)
    replay.raise_error(done.files)
    found: dict[str, float] = json.loads(done.files["bench.json"])
    empty = found["nothing"]
    return {name: found[name] - empty for name in WHAT}


def best_of(repeats: int, call: Callable[[], object]) -> float:
    """Return the shortest of several times in s, and so the one least disturbed."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def host() -> dict[str, float]:
    """Return how many times faster than real time this interpreter runs the core, and a plain Python loop beside it."""
    seconds = 60
    raw = np.clip(np.random.default_rng(1).normal(2048, 300, seconds * 4800), 0, 4095).astype(np.uint16)
    settings = Settings(mains_hz=50, rest=300, reference=20000, target_permille=500)
    conditioned = condition(raw, 50)
    samples = uint16s(raw.tolist())
    loop_s = best_of(5, lambda: [0 for sample in samples if sample < 0])
    condition_s = best_of(5, lambda: condition(raw, 50))
    decide_s = best_of(5, lambda: decide(conditioned, settings))
    return {
        "condition, × real time": seconds / condition_s,
        "decide, × real time": seconds / decide_s,
        "condition, × a loop that looks at every raw sample": condition_s / loop_s,
        "both, hours of EMG a second": seconds / 3600 / (condition_s + decide_s),
    }


def main() -> None:
    """Measure, print, write."""
    if why := pico.missing():
        sys.exit(f"{why} {why.hint}")
    chip_us, host_figures, app_figures = chip(), host(), app_on_chip.measure()
    stages = [chip_us[name] for name in ("intake", "comb", "lowpass", "smooth")]
    print("Emulated RP2040, 125 MHz, MicroPython 1.24.1: one block of 10 ms, heap locked, so 0 bytes allocated")
    for name, microseconds in chip_us.items():
        share, ratio = 100 * microseconds / BLOCK_US, microseconds / statistics.mean(stages)
        print(f"  {name:8} {microseconds:7.1f} µs  {share:5.2f} %  {ratio:5.2f} × a stage   {WHAT[name]}")
    print("The whole app there, in a set with cues: shares of the processor by what a turn did, and what it told")
    for name, figure in app_figures.items():
        print(f"  {figure:10.1f}  {name}")
    print(f"Host, CPython {platform.python_version()}")
    for name, figure in host_figures.items():
        print(f"  {figure:10.2f}  {name}")
    BUILD.mkdir(exist_ok=True)
    result = {"machine": platform.platform(), "chip_us": chip_us, "app": app_figures, "host": host_figures}
    (BUILD / "bench.json").write_text(json.dumps(result, indent=2), encoding="utf-8")


main()
