"""The DRV2605L on the chip, beside an IMU that is read all the time: official MicroPython, and how long calls take."""

import json

import pytest

from builders import tell
from buzzband.twin import Drv2605lModel, Mpu6050Model
from hal.bench import ramp

START_US, STEP_US, WAITS_US = 300, 600, 1000
PULSES = 3

BUZZES = """
import gc
import json
import sys
sys.path.insert(0, "/a")
from array import array
from micropython import heap_lock, heap_unlock
from time import sleep_ms, sleep_us, ticks_diff, ticks_us

def run():
    from buzzband_fw.hal import i2c_bus, imu
    bus = i2c_bus.I2cBus()
    gc.collect()
    before = gc.mem_alloc()
    from buzzband_fw.hal import motor as motors
    start = ticks_us()
    motor = motors.find(bus, "KIND", 4000)
    find_us = ticks_diff(ticks_us(), start)
    gc.collect()
    ram = gc.mem_alloc() - before
    driver = imu.find(bus)
    driver.begin_resume()
    while not driver.restart_step():
        pass
    frames, told = array("h", bytes(12)), bytearray(100)
    starts, longest, turn = array("H", bytes(2 * PULSES)), array("H", bytes(8)), 0
    heap_lock()
    try:
        for pulse in range(PULSES):
            driver.request()
            sleep_us((600, 600, 50)[pulse])  # the last has to wait for the IMU
            start = ticks_us()
            motor.start(120)
            starts[pulse] = ticks_diff(ticks_us(), start)
            sleep_ms(2)
            while motor.running:
                told[turn] = driver.collect(frames, 0, False)
                turn += 1
                driver.request()
                sleep_ms(10)
                start = ticks_us()
                motor.step()
                took = ticks_diff(ticks_us(), start)
                longest[motor._stage] = max(longest[motor._stage], took)
            told[turn] = driver.collect(frames, 0, False)
            turn += 1
            sleep_ms(40)
    finally:
        heap_unlock()
    start = ticks_us()
    motor.stop()
    idle_us = ticks_diff(ticks_us(), start)
    return {"name": motor.name, "fault": motor.fault, "ram": ram, "find_us": find_us, "start_us": list(starts),
            "stages_us": list(longest), "idle_stop_us": idle_us, "told": list(told[:turn])}

told = run()
with open("told.json", "w") as file:
    json.dump(told, file)
"""


@pytest.mark.pico(1.6)
@pytest.mark.parametrize(
    "kind", ["erm", pytest.param("lra", marks=pytest.mark.long)]
)  # each boots a chip, and differs in what the chip does by itself
def test_pulses_come_between_the_requests_of_an_imu_in_time_and_without_a_byte(twin, kind) -> None:
    program = BUZZES.replace("KIND", kind).replace("PULSES", str(PULSES))
    worn = twin(files={"main.py": program.encode()}, haptics=Drv2605lModel(), imu=Mpu6050Model(ramp(300)), erase_ms=5)
    worn.wait_until(lambda: b">>>" in worn.serial.output, 1.5)
    assert b"Traceback" not in worn.serial.output, worn.serial.output
    told = json.loads(worn.files()["told.json"])
    came = told.pop("told")
    tell(f"{told}, {[round(1000 * burst.duration_s, 2) for burst in worn.motor.bursts]} ms")
    assert (told["name"], told["fault"]) == (kind, 0)
    assert max(came) <= 12  # more is a fault
    assert sum(each > 0 for each in came) > 20
    assert [burst.duration_s for burst in worn.motor.bursts] == [pytest.approx(0.12, abs=0.011)] * PULSES
    assert max(told["start_us"][:2]) <= START_US
    assert told["start_us"][2] <= WAITS_US
    assert max(told["stages_us"]) <= STEP_US
