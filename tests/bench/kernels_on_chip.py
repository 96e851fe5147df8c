"""What a block of 10 ms costs on the emulated Pico, and each kernel beside the same in C."""

import json

from buzzband.bundle import native_files
from buzzband.engines import pico, replay

CYCLES_PER_US = 125

C_CYCLES = {"intake": 69, "comb": 49, "lowpass": 80, "smooth": 19, "gated": 14, "reached": 13}
"""Cycles of the same kernels in C: a sample's, of ``reached`` a call's.

What each does, statement for statement in C, as arm-none-eabi-gcc 12.2.1 -O2 -mcpu=cortex-m0plus compiles it (-O3 is no
quicker, -Os slower), was run from RAM on the same emulated chip over the same samples. Calls do not count, neither here
nor there: a loop of 12 samples less one of none, through 12; ``reached`` less an empty function.
"""

CHIP_PROGRAM = """
import json
import micropython
from array import array
from time import ticks_diff, ticks_us
from micropython import heap_lock, heap_unlock
from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.chain import Chain, places, stages
from buzzband_fw.core.comb import new_state as new_comb
from buzzband_fw.core.cue import Cue
from buzzband_fw.core.envelope import average, new_average, new_state as new_envelope
from buzzband_fw.core.intake import new_state as new_intake
from buzzband_fw.core.lowpass import new_state as new_lowpass
from buzzband_fw.core.pipeline import Pipeline
from buzzband_fw.core.target import new_state as new_target, reached

REPEATS = 200
ring = array("H", [2048 + n * 37 % 200 for n in range(4096)])
block, envelope = array("i", [0] * 12), array("i", [0] * 12)
states = new_intake(4096), new_comb(50), new_lowpass(), new_envelope()
gated, target = new_average(), new_target(new_scale(10, 5000), 500)
chain, cue, pipeline = Chain(4096, 50), Cue(10, 5000, 500), Pipeline(4096, 50, 10, 5000, 500)

def nothing():
    pass

@micropython.viper
def empty(number: int, state: ptr32) -> int:
    return 0

def stage(index, length):
    arrays = places((block, envelope) + tuple([state if n == index else 0 for n, state in enumerate(states)]))
    return lambda: stages(ring, 0, length, arrays)

def run_chain():
    chain.condition(ring, 0, 12)
    average(chain.block, 0, 12, gated, envelope)

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

none = measure(nothing)
blocks = ("chain", run_chain), ("step", run_step), ("process", run_process)
block_us = {name: measure(call) - none for name, call in blocks}
kernel_us = {}
for index, name in enumerate(("intake", "comb", "lowpass", "smooth")):
    kernel_us[name] = (measure(stage(index, 12)) - measure(stage(index, 0))) / 12
last = [measure(lambda length=length: average(block, 0, length, gated, envelope)) for length in (0, 12)]
kernel_us["gated"] = (last[1] - last[0]) / 12
kernel_us["reached"] = measure(lambda: reached(300, target)) - measure(lambda: empty(300, target))
with open("bench.json", "w") as file:
    json.dump((block_us, kernel_us), file)
"""


def measure() -> dict[str, dict[str, float]]:
    """Return what was measured on the emulated Pico with the heap locked, and its like in C.

    ``block_us``: µs for a block of 10 ms, the cost of the measuring call taken off. ``cycles``: of the kernels, and
    ``c_cycles``: the same in C; see ``C_CYCLES``.
    """
    done = pico.run_main({**native_files(), "main.py": replay.main_source(CHIP_PROGRAM.strip())}, budget_s=10)
    replay.raise_error(done.files)
    block_us, kernel_us = json.loads(done.files["bench.json"])
    cycles = {name: CYCLES_PER_US * us for name, us in kernel_us.items()}
    return {"block_us": block_us, "cycles": cycles, "c_cycles": {name: C_CYCLES[name] for name in cycles}}
