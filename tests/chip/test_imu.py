"""The IMU on the chip: official MicroPython finds and reads each kind, kernels in machine code."""

import json

import pytest

from builders import tell
from buzzband.twin import ImuModel, Lsm6dsoxModel, Mpu6050Model
from hal.bench import consecutive, ramp

RAM = 14_000  # bytes of modules, driver and bus
TURNS = 100
REQUEST_US, COLLECT_US = 80, 90
STEP_US = 500

READS = """
import gc
import json
import sys
sys.path.insert(0, "/a")
from array import array
from micropython import heap_lock, heap_unlock
from time import sleep_ms, ticks_diff, ticks_us

def run():
    gc.collect()
    before = gc.mem_alloc()
    from buzzband_fw.hal import i2c_bus, imu
    driver = imu.find(i2c_bus.I2cBus())
    gc.collect()
    ram = gc.mem_alloc() - before
    frames, found = array("h", bytes(12)), array("h", bytes(12 * TURNS))
    collects, told = array("H", bytes(2 * TURNS)), bytearray(TURNS)
    driver.begin_restart()
    step_us, running = 0, False
    while not running:
        sleep_ms(2)
        start = ticks_us()
        running = driver.restart_step()
        step_us = max(step_us, ticks_diff(ticks_us(), start))
    collect = driver.collect
    heap_lock()
    try:
        start = ticks_us()
        clock_us = ticks_diff(ticks_us(), start)
        start = ticks_us()
        driver.request()
        request_us = ticks_diff(ticks_us(), start) - clock_us
        for turn in range(TURNS):
            sleep_ms(10)
            start = ticks_us()
            told[turn] = collect(frames, 0, True)
            collects[turn] = ticks_diff(ticks_us(), start) - clock_us
            for i in range(6):
                found[6 * turn + i] = frames[i]
    finally:
        heap_unlock()
    return {"name": driver.name, "identity": driver.identity, "found": list(found), "told": list(told), "ram": ram,
            "request_us": request_us, "collect_us": sum(collects) / TURNS, "step_us": step_us}

told = run()
with open("told.json", "w") as file:
    json.dump(told, file)
""".replace("TURNS", str(TURNS))


@pytest.mark.long
@pytest.mark.pico(2)
@pytest.mark.parametrize(("model", "identity"), [(Mpu6050Model, 0x70), (Lsm6dsoxModel, 0x6C)])
def test_each_kind_is_found_started_in_steps_and_read_for_a_second_without_waiting(twin, model, identity) -> None:
    imu: ImuModel = model(ramp(300))
    imu.identity = identity
    worn = twin(files={"main.py": READS.encode()}, imu=imu, erase_ms=5)
    worn.wait_until(lambda: b">>>" in worn.serial.output, 2)
    assert b"Traceback" not in worn.serial.output, worn.serial.output
    told = json.loads(worn.files()["told.json"])
    found, came = told.pop("found"), told.pop("told")
    tell(f"{told}")
    assert (told["name"], told["identity"]) == (model.kind, identity)
    assert came[:2] == [0, 0]
    assert 1 <= min(came[2:]) <= max(came[2:]) <= 8  # how many wait with each frame: an LSM6DSOX makes 104 a second
    frames = [found[at : at + 6] for at in range(12, len(found), 6)]
    assert frames[0][0] == 0
    assert consecutive(frames)
    assert told["ram"] <= RAM
    assert told["request_us"] <= REQUEST_US
    assert told["collect_us"] <= COLLECT_US
    assert told["step_us"] <= STEP_US
