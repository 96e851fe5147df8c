"""What a block of 10 ms costs on the emulated Pico, stage by stage."""

import json

from buzzband.bundle import native_files
from buzzband.engines import pico, replay

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

STAGES = ("intake", "comb", "lowpass", "smooth", "chain", "step", "process")


def measure() -> dict[str, float]:
    """Return µs per block of 10 ms on the emulated Pico, the cost of the measuring call taken off, heap locked."""
    done = pico.run_main({**native_files(), "main.py": replay.main_source(CHIP_PROGRAM.strip())}, budget_s=10)
    replay.raise_error(done.files)
    found: dict[str, float] = json.loads(done.files["bench.json"])
    empty = found["nothing"]
    return {name: found[name] - empty for name in STAGES}
