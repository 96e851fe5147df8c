"""Every mode on MicroPython's Unix port: it says what it says on CPython, and allocates nothing."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from builders import course, lifts, steps_of, turning, working
from buzzband.bundle import bytecode_files
from buzzband.engines.micropython import run_main
from buzzband_fw.core import modes
from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.cue import Cue
from buzzband_fw.core.exercises import named
from buzzband_fw.core.fatigue import Fatigue
from buzzband_fw.core.room import new_room
from buzzband_fw.core.sets import Sets
from buzzband_fw.core.takeover import Takeover

SETTINGS = {
    "exercise": "curl",
    "target_permille": 500,
    "tempo": None,
    "hold_s": 1,
    "steady_off_s": 1,
    "load_kg": 80,
    "one_rm_kg": None,
    "reps_max": 5,
    "other_muscle": True,
    "silent_sets": 1,
}

PROGRAM = """
import json
from array import array
from micropython import heap_lock, heap_unlock
from buzzband_fw.core import modes
from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.cue import Cue
from buzzband_fw.core.exercises import named
from buzzband_fw.core.fatigue import Fatigue
from buzzband_fw.core.room import new_room
from buzzband_fw.core.sets import Sets
from buzzband_fw.core.takeover import Takeover

def read(name, kind):
    with open(name, "rb") as file:
        return array(kind, file.read())

class Chosen:
    pass

with open("settings.json") as file:
    settings = Chosen()
    for name, value in json.load(file).items():
        setattr(settings, name, value)
scale = new_scale(0, 16000)
mode = modes.chosen(settings, scale)
cue = Cue(0, 16000, 500, mode=mode)
cue.fatigue, cue.takeover = Fatigue(scale, 500, True), Takeover()
sets = Sets(named("curl"), 500, new_room())
felt, efforts = read("felt.bin", "h"), read("efforts.bin", "H")
said, frames, block = bytearray(2 * len(efforts)), array("h", bytes(24)), array("i", [0] * 12)
counts, railed = array("i", (0, 0, 240000, 30)), array("i", (300, 0, 240000, 30))

def run():
    for step in range(len(efforts)):
        for i in range(12):
            block[i] = efforts[step]
            frames[i] = felt[12 * step + i]
        said[2 * step] = cue.step(block, 0)
        said[2 * step + 1] = cue.step(block, 0)
        cue.takeover.add(300, 400)
        if step % 12 == 11:
            cue.judge(railed if 500 < step < 520 else counts)
        sets.step(frames, 2, efforts[step], cue.flags, True)
        cue.told(sets.work(), sets)
        cue.told(sets.work(), sets)
        cue.clear_ms()

heap_lock()
try:
    run()
finally:
    heap_unlock()
with open("said.json", "w") as file:
    json.dump(list(said), file)
"""


def at_work():
    """Frames and efforts, 50 a second, of two sets."""
    one_set = [(1.0, 0.0), *lifts(6), (11.0, 0.0)]
    degrees = course(*one_set, *one_set)
    return turning(degrees), np.rint(working(degrees)[1::2]).astype(np.uint16)


def on_cpython(name, frames, efforts):
    scale = new_scale(0, 16000)
    cue = Cue(0, 16000, 500, mode=modes.chosen(SimpleNamespace(mode=name, **SETTINGS), scale))
    cue.fatigue, cue.takeover = Fatigue(scale, 500, True), Takeover()
    sets = Sets(named("curl"), 500, new_room())
    said = []
    for step, (felt, effort) in enumerate(zip(steps_of(frames), efforts.tolist(), strict=True)):
        said += [cue.step([effort] * 12, 0), cue.step([effort] * 12, 0)]
        cue.takeover.add(300, 400)
        if step % 12 == 11:
            cue.judge((300 if 500 < step < 520 else 0, 0, 240000, 30))
        sets.step(felt, 2, effort, cue.flags, True)
        cue.told(sets.work(), sets)
        cue.told(sets.work(), sets)
    return said


@pytest.mark.usefixtures("micropython_port")
@pytest.mark.parametrize("name", modes.NAMES)
def test_a_mode_says_the_same_and_allocates_nothing(name):
    frames, efforts = at_work()
    results = run_main(
        {
            **bytecode_files(),
            "main.py": PROGRAM.encode(),
            "settings.json": json.dumps({"mode": name, **SETTINGS}).encode(),
            "felt.bin": frames[: len(frames) // 2 * 2].astype("<i2").tobytes(),
            "efforts.bin": efforts.astype("<u2").tobytes(),
        }
    )
    said = json.loads(results["said.json"])
    assert said == on_cpython(name, frames, efforts)
    assert sum(word > 0 for word in said) >= 2
