"""The kernels of movement, modes and log on the emulated Pico, each beside the same in C, over a set of curls.

The set is played twice as the app plays it, its kernels in viper and then in C; what comes of both has to be the same,
and what comes of it in Python. A call is told by the processor's own counter, with interrupts off, less a call of a
kernel that takes the same arguments and does nothing.
"""

import ast
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
from viper_in_c import Kernel, compiled, compiler_version, kernel_in

from buzzband.bundle import firmware_sources, native_files
from buzzband.engines import pico, replay
from buzzband.engines.cpython import condition, decide
from buzzband.engines.job import BLOCKS_PER_S, Settings, track
from buzzband.errors import EngineFailed
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.frames import frames_of
from buzzband.services import calibration
from buzzband_fw.core import portable
from buzzband_fw.store.records import ACTIVATION_UNIT

CHIP_S = 30
REPS = 4
TEMPO = synth.Tempo(0.6, 0.1, 0.7, 0.1)
FRAME_BYTES = 12
FLAGS_SHIFT = 12

KERNELS = {
    "decode": "hal/imu_mpu6050",
    "move": "core/motion",
    "feel": "core/motion",
    "follow": "core/zigzag",
    "find_floor": "core/zigzag",
    "take_rest": "core/zigzag",
    "keep": "core/slow",
    "measure": "core/swings",
    "irregularity": "core/swings",
    "period_ms": "core/swings",
    "choose": "core/swings",
    "permille": "core/activation",
    "put": "store/series",
    "holding": "core/modes/hold",
    "beat": "core/modes/tempo",
    "idling": "core/modes/steady",
}
"""In which module each lies."""

BLOCK = np.dtype([("count", ">u2"), ("frame", ">i2", 6), ("gated", "<u2"), ("value", "<u2"), ("flags", "u1")])
"""A block as the set's file has it: what the IMU's FIFO gives, the gated envelope, what the log keeps, flags."""

PLAY = """
from array import array
from struct import unpack_from
from buzzband_fw.core.room import new_room
room = new_room()  # before the heap is in pieces
from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.exercises import named
from buzzband_fw.core.golden import checksum
from buzzband_fw.core.modes import hold
from buzzband_fw.core.portable import int32s
from buzzband_fw.core.sets import Sets
from buzzband_fw.store.series import Series
def play(file, rest, reference, kernels):
    for one in room:
        for n in range(len(one)):
            one[n] = 0
    decode, permille, put = kernels["decode"], kernels["permille"], kernels["put"]
    modes = [kernels[name] for name in ("holding", "beat", "idling")]
    scale, series = new_scale(rest, reference), Series(2, 250, 320)
    gates = hold.Mode(scale, 500).gate, int32s((1, 500, 1, 2000, 1000, 3000, 0)), int32s((1000, 2000, 0, 60000))
    sets = Sets(named("custom"), 500, room)
    row, frames, block, written, events = bytearray(19), array("h", [0] * 12), 0, 0, []
    while file.readinto(row):
        decode(row, 1, frames, 6 * (block & 1))
        gated, value, flags = unpack_from("<HHB", row, 14)
        for mode, gate in zip(modes, gates):
            mode(gated, gate)
        if block & 1:
            found = put(value, block, series.buffer, series.state)
            if found:
                written = checksum(series.buffer[: series.finish()], written)
            if found == 2:
                series.begin(block, value)
            if sets.step(frames, 2, permille(gated, scale), flags, True):
                events += [event for event in (sets.work(), sets.work()) if event]
        block += 1
    felt = sets.reps.motion, sets.reps.positions, sets.reps._zigzag, sets.reps._score, sets.reps.found
    return [block, written, events] + [checksum(one) for one in gates + felt + tuple(room)]
"""

TIMED = """
def timed(kernel, empty, tally, call_c, arguments, hand_over, mem32, clock):
    def call({given}):
        {before}
        were_on = disable_irq()
        begun = mem32[clock]
        told = {kernel}
        done = mem32[clock]
        told_by_empty = {empty}
        compared = mem32[clock]
        enable_irq(were_on)
        tally[0] += 1
        tally[1] += (begun - done & 0xFFFFFF) - (done - compared & 0xFFFFFF)
        tally[2] = tally[2] * 31 + {told} & 0xFFFFFF
        return told
    return call
"""
"""What times a call. To look a name up takes longer the first time: none is, from one look at the clock to the next."""

ON_CHIP = """
import json
from machine import disable_irq, enable_irq, mem32
from uctypes import addressof
from buzzband_fw.core import reps, swings

SYST_CSR, SYST_RVR, SYST_CVR = 0xE000E010, 0xE000E014, 0xE000E018  # ARMv6-M, B3.3
mem32[SYST_RVR] = 0xFFFFFF
mem32[SYST_CSR] = 5

@micropython.asm_thumb
def call_c(r0, r1):  # a function, and seven arguments
    mov(r7, r0)
    mov(r6, r1)
    ldr(r0, [r6, 16])
    ldr(r1, [r6, 20])
    ldr(r2, [r6, 24])
    push({r0, r1, r2})
    ldr(r0, [r6, 0])
    ldr(r1, [r6, 4])
    ldr(r2, [r6, 8])
    ldr(r3, [r6, 12])
    data(2, 0x47B8)  # blx r7
    pop({r1, r2, r3})

arguments = array("i", [0] * 7)

def hand_over(*given):
    for n, one in enumerate(given):
        arguments[n] = int(one) if isinstance(one, (int, bool)) else addressof(one)

def defined(source, name):
    names = dict(globals())
    exec(source, names)
    return names[name]

def timed(source, kernel, empty, tally):
    return defined(source, "timed")(kernel, empty, tally, call_c, arguments, hand_over, mem32, SYST_CVR)

def in_viper(name, source, _, empty, tally):
    module = __import__("buzzband_fw." + places[name].replace("/", "."), None, None, (name,))
    return timed(source, getattr(module, name), defined(empty, name), tally)

def in_c(name, _, source, empty, tally):
    return timed(source, entry + at[name], entry + at["empty"], tally)

with open("kernels.json") as file:
    rest, reference, places, sources, at = json.load(file)
with open("kernels.bin", "rb") as file:
    code = file.read()
entry = addressof(code) + 1  # Thumb
results = []
for language in (in_viper, in_c):
    tallies = {name: [0, 0, 0] for name in sources}
    kernels = {name: language(name, *texts, tallies[name]) for name, texts in sources.items()}
    for module in (reps, swings):
        for name in kernels:
            if hasattr(module, name):
                setattr(module, name, kernels[name])
    with open("set.bin", "rb") as file:
        told = play(file, rest, reference, kernels)
    results.append((told, tallies))
with open("bench.json", "w") as file:
    json.dump(results, file)
"""


def measure() -> dict[str, Any]:
    """Return what a call of each kernel costs in a set: the mean of all calls.

    ``calls_per_s``, ``cycles``, ``c_cycles``: of each kernel. ``compiler``: its version. Raises EngineMissing, and
    EngineFailed if viper or C makes something else of the set than Python does.
    """
    kernels = all_kernels()
    code, at = compiled(kernels)
    settings, blocks = curls()
    sources = {name: _sources(kernel) for name, kernel in kernels.items()}
    job = json.dumps((settings.rest, settings.reference, KERNELS, sources, at)).encode()
    main = replay.main_source((PLAY + ON_CHIP).strip())
    files = {**native_files(), "kernels.json": job, "kernels.bin": code, "set.bin": blocks, "main.py": main}
    done = pico.run_main(files, budget_s=CHIP_S)
    replay.raise_error(done.files)
    results = json.loads(done.files["bench.json"])
    check(played(kernels, settings, blocks), results)
    (_, viper), (_, c) = results
    return {
        "calls_per_s": {name: viper[name][0] * BLOCKS_PER_S / (len(blocks) // BLOCK.itemsize) for name in KERNELS},
        "cycles": {name: viper[name][1] / viper[name][0] for name in KERNELS},
        "c_cycles": {name: c[name][1] / c[name][0] for name in KERNELS},
        "compiler": compiler_version(),
    }


def all_kernels() -> dict[str, Kernel]:
    """Return the kernels as they are in the firmware."""
    sources = firmware_sources()
    return {name: kernel_in(sources[f"buzzband_fw/{module}.py"], name) for name, module in KERNELS.items()}


def _sources(kernel: Kernel) -> tuple[str, str, str]:
    """Return what times a kernel in viper, what times it in C, and a kernel like it that does nothing."""
    parsed = kernel.definition
    given = ", ".join(one.arg for one in parsed.args.args)
    told = "told" if parsed.returns else "0"
    body: list[ast.stmt] = [ast.Return(ast.Constant(0)) if parsed.returns else ast.Pass()]
    empty = ast.FunctionDef(parsed.name, parsed.args, body, parsed.decorator_list, parsed.returns, lineno=0)
    calls = [(f"kernel({given})", f"empty({given})"), ("call_c(kernel, arguments)", "call_c(empty, arguments)")]
    in_viper, in_c = (
        TIMED.format(given=given, before=before, kernel=call, empty=nothing, told=told)
        for before, (call, nothing) in zip(("pass", f"hand_over({given})"), calls, strict=True)
    )
    return in_viper, in_c, ast.unparse(empty)


def curls() -> tuple[Settings, bytes]:
    """Return settings, and the blocks of a set of curls with the band on the upper arm."""
    made = synth.build(synth.Session((synth.Set(reps=REPS, tempo=TEMPO),), lead_in_s=1, lead_out_s=1), 3).recording
    frames, _ = frames_of(made)
    if frames is None:
        raise RuntimeError("a synthetic session has no movement")
    conditioned = condition(digitise(made.channels[0]).raw, 50)
    scale = calibration.from_recording(conditioned.envelope, None, None)
    settings = Settings(50, scale.rest, scale.reference, 500)
    decided = decide(conditioned, settings, frames)
    kept = track(decided, settings)
    blocks = np.zeros(min(2 * len(kept.flags), len(frames)) & ~1, BLOCK)
    blocks["count"] = FRAME_BYTES
    blocks["frame"] = frames[: len(blocks)]
    blocks["gated"] = decided.gated[: len(blocks)]
    blocks["flags"] = decided.flags[: len(blocks)]
    values = kept.permille // ACTIVATION_UNIT | kept.flags.astype(np.int32) << FLAGS_SHIFT
    blocks["value"][1::2] = values[: len(blocks) // 2]
    return settings, blocks.tobytes()


def played(kernels: dict[str, Kernel], settings: Settings, blocks: bytes) -> Any:
    """Return what comes of the set in Python."""
    names: dict[str, Any] = {}
    exec(PLAY, names)
    by_name = {name: _in_python(kernel) for name, kernel in kernels.items()}
    return names["play"](io.BytesIO(blocks), settings.rest, settings.reference, by_name)


def _in_python(kernel: Kernel) -> Callable[..., Any]:
    """Return a kernel as a function: what lies in hal cannot be imported here."""
    names = {**vars(portable), **kernel.constants}
    exec(ast.unparse(kernel.definition), names)
    function: Callable[..., Any] = names[kernel.definition.name]
    return function


def check(expected: Any, results: Any) -> None:
    """Raise EngineFailed unless what came of the set, and what each kernel told in it, is the same everywhere."""
    (by_viper, viper), (by_c, c) = results
    if not expected == by_viper == by_c:
        raise EngineFailed(f"The set has come to {expected} in Python, {by_viper} in viper, {by_c} in C.")
    for name in KERNELS:
        if [viper[name][0], viper[name][2]] != [c[name][0], c[name][2]]:
            raise EngineFailed(f"{name} tells something else in C than in viper.")
