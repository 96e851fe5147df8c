"""The emulated chip's I2C with a model of the IMU on it: what MicroPython's own calls see, and how long they take."""

import pytest

from buzzband.twin import Lsm6dsoxModel, Mpu6050Model
from hal.bench import ramp
from twin.bench import TwinBench, ask

ACTIVE, DONE = 0x20, 0x04  # of the controller: a transfer runs; no command is left

# ``timed(call, …)``: what it returns or raises, and the µs that it takes. ``scl``, ``sda``: the wires as pins.
# ``post`` gives commands to the controller and tells its state; ``came``: its state half a millisecond later, and the
# bytes that have come.
TALK = """
from machine import I2C, Pin, mem32
from time import sleep_us, ticks_diff, ticks_us

def new():
    global bus
    bus = I2C(0, freq=400000, scl=Pin(5), sda=Pin(4), timeout=2000)

def timed(call, *given):
    start = ticks_us()
    try:
        told = call(*given)
    except OSError as error:
        told = "OSError %d" % error.args[0]
    return told, ticks_diff(ticks_us(), start)

def read(register, count):
    bus.writeto(0x68, bytes([register]), False)
    return list(bus.readfrom(0x68, count))

def post(*commands):
    for register, value in ((0x6c, 0), (0x04, 0x68), (0x6c, 1)):
        mem32[0x40044000 + register] = value
    for command in commands:
        mem32[0x40044010] = command
    return mem32[0x40044070] & 0x24

def came(clears=True):
    sleep_us(500)
    state = mem32[0x40044070] & 0x24
    found = [mem32[0x40044010] & 255 for _ in range(mem32[0x40044078])]
    if clears:
        mem32[0x40044040]
    return state, found

def clocks(n):
    scl, sda = [Pin(number, Pin.OPEN_DRAIN, Pin.PULL_UP, value=1) for number in (5, 4)]
    levels = [sda.value()]
    for _ in range(n):
        scl.value(0)
        scl.value(1)
        levels.append(sda.value())
    return levels

new()
"""


@pytest.mark.pico(0.05)
def test_registers_are_written_and_read_in_the_time_of_nine_bits_a_byte(twin_bench: TwinBench) -> None:
    twin = twin_bench.run(TALK, imu=Mpu6050Model())
    told, us = eval(ask(twin, "timed(bus.writeto, 0x68, b'\\x19\\x09\\x04')"))
    assert told == 3
    assert 4 * 22.5 < us < 4 * 22.5 + 60
    told, us = eval(ask(twin, "timed(read, 0x19, 3)"))
    assert told == [9, 4, 0]
    assert 6 * 22.5 < us < 6 * 22.5 + 250
    told, us = eval(ask(twin, "timed(read, 0x3b, 14)"))
    assert told == [0x40, *bytes(13)]
    assert 17 * 22.5 < us < 17 * 22.5 + 250


@pytest.mark.pico(0.06)
def test_who_does_not_acknowledge_is_told_as_on_the_real_chip(twin_bench: TwinBench) -> None:
    twin = twin_bench.run(TALK, imu=Mpu6050Model())
    told, us = eval(ask(twin, "timed(bus.writeto, 0x50, b'\\x19')"))
    assert told == "OSError 5"
    assert us < 200
    assert eval(ask(twin, "timed(bus.readfrom, 0x50, 1)"))[0] == "OSError 5"
    for n, counted in ((2, "0"), (3, "1"), (4, "2")):
        twin.imu.nack_at = n
        assert ask(twin, "bus.writeto(0x68, b'\\x19\\x09')") == counted
    twin.imu.nack_at = 6
    assert eval(ask(twin, "timed(read, 0x19, 4)"))[0] == "OSError 5"
    assert eval(ask(twin, "timed(read, 0x75, 1)"))[0] == [0x68]


@pytest.mark.pico(0.06)
def test_commands_that_are_posted_are_done_by_themselves_as_many_as_the_fifo_holds(twin_bench: TwinBench) -> None:
    twin = twin_bench.run(TALK, imu=Mpu6050Model())
    ask(twin, "bus.writeto(0x68, b'\\x19\\x09\\x04')")
    first = "0x19, 0x500, 0x300"
    assert ask(twin, f"post({first}, 0x3b, 0x500, *[0x100] * 10, 0x300)") == str(ACTIVE)  # 16 commands
    assert eval(ask(twin, "came()")) == (DONE, [9, 4, 0x40, *bytes(11)])
    assert eval(ask(twin, "post(0x1a, 0x205, 0x19, 0x500, 0x300), came()"))[1] == (DONE, [9, 5])
    assert eval(ask(twin, "timed(read, 0x19, 3)"))[0] == [9, 5, 0]


@pytest.mark.pico(0.08)
def test_what_is_not_acknowledged_ends_all_that_was_posted_until_the_flag_is_cleared(twin_bench: TwinBench) -> None:
    twin = twin_bench.run(TALK, imu=Mpu6050Model())
    for nack_at in (1, 2, 4, 6):
        twin.imu.nack_at = nack_at
        assert eval(ask(twin, "post(0x75, 0x500, 0x300, 0x75, 0x700), came()"))[1] == (DONE, [])
        assert twin.imu.nack_at == 0
        assert ask(twin, "post(0x75, 0x500, 0x300), came()") == str((ACTIVE, (DONE, [0x68, 0])))
    twin.imu.nack_at = 1
    assert eval(ask(twin, "post(0x75, 0x700), came(False)"))[1] == (DONE, [])
    assert eval(ask(twin, "post(0x75, 0x700), came()"))[1] == (DONE, [])
    assert eval(ask(twin, "timed(read, 0x75, 1)"))[0] == [0x68]


@pytest.mark.pico(0.04)
def test_without_an_imu_nobody_answers(twin_bench: TwinBench) -> None:
    twin = twin_bench.run(TALK)
    for call in ("bus.writeto, 0x68, b'\\x75'", "bus.readfrom, 0x68, 1"):
        assert eval(ask(twin, f"timed({call})"))[0] == "OSError 5"


@pytest.mark.pico(0.06)
def test_a_bus_that_is_held_times_out_until_clocks_free_it_and_the_controller_begins_anew(
    twin_bench: TwinBench,
) -> None:
    twin = twin_bench.run(TALK, imu=Mpu6050Model())
    twin.imu.stuck = 3
    told, us = eval(ask(twin, "timed(read, 0x75, 1)"))
    assert told == "OSError 110"
    assert 2000 < us < 2500
    assert ask(twin, "clocks(4)") == "[0, 0, 0, 1, 1]"
    ask(twin, "new()")
    assert eval(ask(twin, "timed(read, 0x75, 1)"))[0] == [0x68]


@pytest.mark.long
@pytest.mark.pico(0.05)
def test_a_hardware_transfer_is_no_clock_and_pins_alone_are_no_transfer(twin_bench: TwinBench) -> None:
    twin = twin_bench.run(TALK, imu=Mpu6050Model())
    counted = []
    clock = twin.imu.clock
    twin.imu.clock = lambda: counted.append(clock())
    ask(twin, "read(0x75, 1)")
    assert counted == []
    assert ask(twin, "clocks(9)") == str([1] * 10)
    assert len(counted) == 9


@pytest.mark.long
@pytest.mark.pico(0.1)
def test_a_reset_in_the_middle_of_a_transfer_leaves_the_bus_free(twin_bench: TwinBench) -> None:
    twin = twin_bench.run(TALK, imu=Mpu6050Model())
    twin.serial.write(b"while True: read(0x3b, 14)\r\r")
    for _ in range(3):
        twin.run_for(0.0051)
    twin.reset()
    twin.run_for(0.04)
    assert eval(ask(twin, "timed(read, 0x75, 1)"))[0] == [0x68]


@pytest.mark.pico(0.05)
def test_an_imu_outlives_a_reset_of_the_chip_and_forgets_with_the_power(twin_bench: TwinBench) -> None:
    twin = twin_bench.run(TALK, imu=Mpu6050Model())
    ask(twin, "bus.writeto(0x68, b'\\x19\\x09')")
    twin.reset()
    assert twin.imu._registers[0x19] == 9
    twin.cut()
    assert twin.imu._registers[0x19] == 0


@pytest.mark.long
@pytest.mark.pico(0.08)
def test_frames_come_in_chip_time(twin_bench: TwinBench) -> None:
    imu = Lsm6dsoxModel(ramp(20))
    twin = twin_bench.run(TALK, imu=imu)
    for register, value in ((0x12, 0x44), (0x10, 0x4C), (0x11, 0x48), (0x09, 0x44), (0x0A, 0x06)):
        ask(twin, f"bus.writeto(0x6a, bytes([{register}, {value}]))")
    start_s = imu._start_us / 1e6
    twin.run_for(0.02)
    before = int((twin.chip_s - start_s) * 104)
    (words,) = eval(ask(twin, "bus.writeto(0x6a, b'\\x3a', False) and list(bus.readfrom(0x6a, 1))"))
    assert words // 2 in (before, before + 1)
