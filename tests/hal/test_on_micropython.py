"""Drivers and models on MicroPython's Unix port: the same frames; what is done again and again allocates nothing."""

import json
import textwrap
from importlib.resources import files

import pytest

from buzzband.bundle import bytecode_files
from buzzband.engines.micropython import run_main
from buzzband.errors import EngineFailed
from buzzband.twin.imu import state_of
from hal.bench import MODELS, ramp

PROGRAM = """
import json
import sys
from micropython import heap_lock, heap_unlock
import pins
from buzzband.engines.layer import modules
from buzzband.engines.layer.world import NEVER_US, World
from buzzband.twin.imu import rebuilt

class LockedWorld(World):
    def open_heap(self):
        if self.locked:
            heap_unlock()

    def shut_heap(self):
        if self.locked:
            heap_lock()

with open("imu.json") as file:
    state = json.load(file)
with open("imu.bin", "rb") as file:
    world = LockedWorld(pins, (), "", imu=rebuilt(state, file.read()))
world.limit_us = NEVER_US
world.locked = False
world.boot(True)
made = modules.build(world)
made["micropython"].const = __import__("micropython").const
for name in ("machine", "time", "micropython", "uctypes"):
    sys.modules[name] = made[name]

from array import array
from buzzband_fw.hal import i2c_bus, imu

driver = imu.find(i2c_bus.I2cBus())
driver.start()
found = array("h", bytes(12 * 64))
came = overflows = 0

def look():
    global came, overflows
    for _ in range(6):
        driver.request()
        world.spend(600)
        told = driver.collect(found, 6 * came, False)
        if told == imu.OVERFLOWED:
            overflows += 1
        elif told > 0:
            came += 1

world.schedule(world.now_us + 250000, "imu_overflow", True)
heap_lock()
world.locked = True
for _ in range(10):
    world.spend(37000)
    look()
    {wasteful}
world.locked = False
heap_unlock()
with open("found.json", "w") as file:
    json.dump([driver.name, overflows, [found[i] for i in range(6 * came)]], file)
"""


def run(model, wasteful="pass"):
    program = {
        f"{package.replace('.', '/')}/{entry.name}": entry.read_bytes()
        for package in ("buzzband.engines.layer", "buzzband.twin.imu")
        for entry in files(package).iterdir()
        if entry.name.endswith(".py")
    }
    sources = bytecode_files()
    return run_main(
        {
            **program,
            **sources,
            "pins.py": sources["buzzband_fw/hal/pins.py"],
            "typing.py": b"Any = None\n",
            "imu.json": json.dumps(state_of(model)).encode(),
            "imu.bin": bytes(model.frames),
            "main.py": textwrap.dedent(PROGRAM).replace("{wasteful}", wasteful).encode(),
        }
    )


@pytest.mark.usefixtures("micropython_port")
@pytest.mark.parametrize("model", MODELS)
def test_frames_are_read_without_allocating_and_an_overflow_is_mended_without(model):
    name, overflows, found = json.loads(run(model(ramp(100)))["found.json"])
    assert (name, overflows) == (model.kind, 1)
    frames = [found[at : at + 6] for at in range(0, len(found), 6)]
    assert len(frames) == pytest.approx(35, abs=3)
    for n, frame in ((frame[0], frame) for frame in frames):
        assert frame == pytest.approx([n, 1000 + n, -n, -1000 - n, n // 2, 5000], abs=2)
    assert [frame[0] for frame in frames] == sorted(frame[0] for frame in frames)


@pytest.mark.usefixtures("micropython_port")
def test_a_byte_allocated_meanwhile_would_be_a_memory_error():
    with pytest.raises(EngineFailed, match="MemoryError"):
        run(MODELS[0](), wasteful="bytearray(1)")
