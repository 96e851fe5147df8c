"""Steps and work allocate nothing: on MicroPython's Unix port, where a byte with the heap locked is a MemoryError."""

import json

import numpy as np
import pytest

from builders import course, lifts, steps_of, turning, working
from buzzband.bundle import bytecode_files
from buzzband.engines.micropython import run_main
from buzzband.errors import EngineFailed
from buzzband_fw.core.exercises import named
from buzzband_fw.core.motion import STEP_VALUES
from buzzband_fw.core.room import new_room
from buzzband_fw.core.sets import CONFIRMED, HOLD, REP, SET, Sets

PROGRAM = """
import json
from array import array
from micropython import heap_lock, heap_unlock
from buzzband_fw.core.exercises import named
from buzzband_fw.core.room import new_room
from buzzband_fw.core.sets import Sets

def read(name, kind):
    with open(name, "rb") as file:
        return array(kind, file.read())

felt, efforts = read("felt.bin", "h"), read("efforts.bin", "H")
sets = Sets(named("EXERCISE"), 500, new_room())
told, frames = bytearray(2 * len(efforts) + 100), array("h", bytes(24))

def run():
    at = 0
    for step in range(len(efforts)):
        for i in range(12):
            frames[i] = felt[12 * step + i]
        sets.step(frames, 2, efforts[step], 0, True)
        WASTEFUL
        told[at] = sets.work()
        told[at + 1] = sets.work()
        at += 2
        if not step & 3:
            sets.look()
    sets.finish()
    while not sets.finished():
        told[at] = sets.work()
        at += 1
    return at

heap_lock()
try:
    count = run()
finally:
    heap_unlock()
with open("told.json", "w") as file:
    json.dump([list(told[:count]), sets.count, sets.source, sets.cycle_ms, sets.degrees], file)
"""


def at_work(exercise):
    """Frames and efforts, 50 a second, of two sets, a long hold in one of them; or of a ride."""
    if named(exercise).pace:
        seconds = np.arange(0, 20, 0.01)
        degrees = np.concatenate((np.zeros(200), 20 * (1 - np.cos(2 * np.pi * seconds / 0.7)), np.zeros(900)))
    else:
        hold = [(1.0, 90.0), (6.0, 90.0), (1.2, 0.0), (0.5, 0.0)]
        fewer = lifts(36, 60.0, up_s=0.6, hold_s=0, down_s=0.6, pause_s=0.2)
        degrees = course((2, 0), *lifts(4), *hold, *lifts(2), (9.5, 0), *fewer, (3, 0))
    efforts = np.rint(working(degrees, lowers_first=named(exercise).lowers_first)[::2]).astype(np.uint16)
    return turning(degrees), efforts


def on_micropython(exercise, wasteful="pass"):
    frames, efforts = at_work(exercise)
    program = PROGRAM.replace("EXERCISE", exercise).replace("WASTEFUL", wasteful)
    files = {"felt.bin": frames.tobytes(), "efforts.bin": efforts.tobytes(), "main.py": program.encode()}
    return json.loads(run_main({**bytecode_files(), **files})["told.json"])


def here(exercise):
    frames, efforts = at_work(exercise)
    sets, told = Sets(named(exercise), 500, new_room()), []
    for step, (values, effort) in enumerate(zip(steps_of(frames), efforts.tolist(), strict=True)):
        assert len(values) == STEP_VALUES
        sets.step(values, 2, effort, 0, True)
        told += [sets.work(), sets.work()]
        if not step & 3:
            sets.look()
    sets.finish()
    while not sets.finished():
        told.append(sets.work())
    return [told, sets.count, sets.source, sets.cycle_ms, sets.degrees]


@pytest.mark.usefixtures("micropython_port")
@pytest.mark.parametrize(
    ("exercise", "events"), [("custom", {CONFIRMED, REP, HOLD, SET}), ("squat", {REP, SET}), ("bike", {SET})]
)
def test_two_sets_or_a_ride_allocate_nothing_and_are_told_as_here(exercise, events):
    told = on_micropython(exercise)
    assert told == here(exercise)
    assert events <= set(told[0])


@pytest.mark.usefixtures("micropython_port")
def test_one_tuple_would_be_noticed():
    with pytest.raises(EngineFailed, match="MemoryError"):
        on_micropython("custom", "sets.number in (step, 1)")
