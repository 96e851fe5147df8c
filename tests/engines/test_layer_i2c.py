"""The machine layer's I2C: as MicroPython's on the RP2040, with a model of the IMU on the bus."""

import errno

import numpy as np
import pytest

from buzzband.bundle import bytecode_files
from buzzband.engines.band import VirtualBand
from buzzband.engines.layer.world import NO_POWER, RUN_PIN
from buzzband.engines.micropython_band import MicroPythonBand
from buzzband.errors import EngineFailed
from buzzband.twin import Lsm6dsoxModel, Mpu6050Model
from buzzband_fw.hal import pins
from engines.layer_bench import BareWorld
from hal.bench import ramp

MPU = 0x68
REGISTERS = 0x40044000, 0x100
TAR, DATA_CMD, CLR_INTR, ENABLE, STATUS, RXFLR = (each // 4 for each in (0x04, 0x10, 0x40, 0x6C, 0x70, 0x78))
READ, STOP, RESTART = 1 << 8, 1 << 9, 1 << 10
ROOM, NO_COMMANDS, ACTIVE = 2, 4, 32  # of STATUS
QUIET = np.full(4800, 2048, np.uint16)

# In place of the app: eight frames, as the driver gives them, into a file.
READS_FRAMES = b"""
import json
from array import array
from machine import reset
from time import sleep_ms

from buzzband_fw.hal import i2c_bus, imu

App = None


def main(slot, safe_mode, on_trial):
    driver = imu.find(i2c_bus.I2cBus())
    driver.start()
    found, count = array("h", bytes(96)), 0
    while count < 8:
        driver.request()
        sleep_ms(7)
        count += driver.collect(found, 6 * count, False) > 0
    with open("frames.json", "w") as file:
        file.write(json.dumps([driver.name, list(found)]))
    reset()
"""


def bus_of(world, **changes):
    pin = world.machine.Pin
    given = {"freq": 400_000, "scl": pin(pins.SCL), "sda": pin(pins.SDA), "timeout": 2000, **changes}
    return world.machine.I2C(0, **given)


def errno_of(call, *arguments):
    with pytest.raises(OSError) as raised:
        call(*arguments)
    return raised.value.args[0]


def controller_of(world, address=MPU):
    """The controller, on and set to ``address``."""
    bus_of(world)
    registers = world.uctypes.bytearray_at(*REGISTERS)
    for register, value in ((ENABLE, 0), (TAR, address), (ENABLE, 1)):
        registers[register] = value
    return registers


def post(registers, *commands):
    for command in commands:
        registers[DATA_CMD] = command


def test_what_is_written_and_read_takes_nine_bits_a_byte():
    world = BareWorld(imu=Mpu6050Model())
    bus, answer = bus_of(world), bytearray(14)
    for call, count in ((lambda: bus.writeto(MPU, b"\x3b", False), 2), (lambda: bus.readfrom_into(MPU, answer), 15)):
        before_us = world.now_us
        call()
        assert world.now_us - before_us == 40 + count * 45 // 2
    assert answer[:2] == (4096 * 4).to_bytes(2, "big")


def test_nobody_answers_where_there_is_nobody():
    for world in (BareWorld(), BareWorld(imu=Mpu6050Model(address=0x69))):
        bus = bus_of(world)
        assert errno_of(bus.writeto, MPU, b"\x75") == errno.EIO
        assert errno_of(bus.readfrom_into, MPU, bytearray(1)) == errno.EIO


def test_a_byte_that_is_not_acknowledged_is_no_error_but_is_not_counted():
    world = BareWorld(imu=Mpu6050Model())
    bus = bus_of(world)
    for n, counted in ((2, 0), (3, 1), (4, 2)):
        world.wires.imu.nack_at = n
        assert bus.writeto(MPU, b"\x19\x09") == counted


def test_a_byte_that_does_not_arrive_is_an_error():
    world = BareWorld(imu=Mpu6050Model())
    bus, answer = bus_of(world), bytearray(3)
    bus.writeto(MPU, b"\x75")
    world.wires.imu.nack_at = 2
    assert errno_of(bus.readfrom_into, MPU, answer) == errno.EIO
    assert answer == bytes(3)


def test_a_bus_that_is_held_is_waited_for_as_long_as_was_said():
    world = BareWorld(imu=Mpu6050Model())
    bus = bus_of(world, timeout=1234)
    world.wires.imu.stuck = 1
    before_us = world.now_us
    assert errno_of(bus.writeto, MPU, b"\x75") == errno.ETIMEDOUT
    assert world.now_us - before_us == 1274


def test_pins_pull_the_wires_low_and_let_go_of_them():
    world = BareWorld(imu=Mpu6050Model())
    pin = world.machine.Pin
    scl, sda = (pin(number, pin.OPEN_DRAIN, pin.PULL_UP, value=1) for number in (pins.SCL, pins.SDA))
    levels = [sda.value()]
    world.wires.imu.stuck = 2
    levels.append(sda.value())
    for _ in range(2):
        scl.value(0)
        scl.value(0)
        scl.value(1)
        levels.append(sda.value())
    sda.value(0)
    levels.append(sda.value())
    assert levels == [1, 0, 0, 1, 0]


def test_a_reset_lets_go_of_the_wires_without_a_clock():
    world = BareWorld(imu=Mpu6050Model())
    pin = world.machine.Pin
    pin(pins.SCL, pin.OPEN_DRAIN, value=1)
    sda = pin(pins.SDA, pin.OPEN_DRAIN, value=0)
    world.wires.imu.stuck = 1
    world.die(RUN_PIN)
    world.boot(cold=True)
    assert (world.wires.imu.stuck, sda.value()) == (1, 0)
    world.wires.imu.stuck = 0
    assert sda.value() == 1


def test_any_other_bus_is_not_modelled():
    world = BareWorld()
    for changes in ({"freq": 100_000}, {"scl": world.machine.Pin(1)}, {"sda": world.machine.Pin(0)}):
        with pytest.raises(NotImplementedError):
            bus_of(world, **changes)


def test_faults_of_the_imu_can_be_scripted():
    world = BareWorld(imu=Mpu6050Model(ramp(9)))
    imu = world.wires.imu
    for name, value in (("absent", True), ("identity", 0x70), ("nack_from", 3), ("stuck", 9), ("frozen", True)):
        world.schedule(world.now_us + 10, f"imu_{name}", value)
        world.spend(20)
        assert getattr(imu, name) == value
    happened = []
    imu.overflow = lambda: happened.append("overflow")
    imu.power_on = lambda: happened.append("power on")
    world.schedule(world.now_us + 10, "imu_overflow", True)
    world.schedule(world.now_us + 20, "imu_power_on", True)
    world.spend(30)
    assert happened == ["overflow", "power on"]
    world.schedule(world.now_us + 10, "imu_frames", ())
    with pytest.raises(ValueError, match="imu_frames"):
        world.spend(20)


def test_a_loss_of_power_is_one_for_the_imu_and_a_reset_of_the_chip_is_none():
    world = BareWorld(imu=Mpu6050Model())
    bus, answer = bus_of(world), bytearray(1)
    for why, expected in ((RUN_PIN, 9), (NO_POWER, 0)):
        bus.writeto(MPU, b"\x19\x09")
        world.die(why)
        world.boot(cold=True)
        bus.writeto(MPU, b"\x19", False)
        bus.readfrom_into(MPU, answer)
        assert answer[0] == expected


def test_commands_are_done_by_themselves_in_the_time_of_their_bytes():
    world = BareWorld(imu=Mpu6050Model())
    registers = controller_of(world)
    start_us = world.now_us
    post(registers, 0x75, READ | RESTART, READ | STOP)
    while registers[STATUS] & ACTIVE:
        assert world.now_us - start_us < 200
    assert world.now_us - start_us == pytest.approx(5 * 22.5, abs=3)
    assert registers[STATUS] == ROOM | NO_COMMANDS
    assert registers[RXFLR] == 2
    assert [registers[DATA_CMD], registers[DATA_CMD], registers[RXFLR]] == [0x68, 0, 0]


def test_a_transfer_without_its_stop_goes_on():
    world = BareWorld(imu=Mpu6050Model())
    registers = controller_of(world)
    post(registers, 0x19)
    world.spend(1000)
    assert registers[STATUS] & ACTIVE
    post(registers, 9 | STOP)
    world.spend(1000)
    assert not registers[STATUS] & ACTIVE
    assert world.wires.imu._registers[0x19] == 9


@pytest.mark.parametrize("nack_at", range(1, 6))
def test_what_is_not_acknowledged_ends_a_transfer_and_leaves_nothing_until_the_flag_is_cleared(nack_at):
    world = BareWorld(imu=Mpu6050Model())
    registers = controller_of(world)
    world.wires.imu.nack_at = nack_at
    for bytes_left in (0, 2):
        post(registers, 0x75, READ | RESTART, READ | STOP)
        world.spend(1000)
        assert (registers[STATUS], registers[RXFLR]) == (ROOM | NO_COMMANDS, bytes_left)
        registers[CLR_INTR]


def test_a_bus_that_is_held_keeps_the_commands_waiting_until_the_controller_is_switched_off():
    world = BareWorld(imu=Mpu6050Model())
    registers = controller_of(world)
    world.wires.imu.stuck = 1
    post(registers, 0x75, READ | RESTART, READ | STOP)
    world.wires.imu.stuck = 0
    world.spend(10_000)
    assert registers[STATUS] == ROOM | ACTIVE
    registers[ENABLE] = 0
    registers[ENABLE] = 1
    post(registers, 0x75, READ | RESTART | STOP)
    world.spend(1000)
    assert registers[RXFLR] == 1


@pytest.mark.parametrize("switch_off", [lambda world: world.wires.controller.__setitem__(ENABLE, 0), bus_of])
def test_a_controller_that_is_switched_off_has_nothing_left(switch_off):
    world = BareWorld(imu=Mpu6050Model())
    registers = controller_of(world)
    post(registers, 0x75, READ | RESTART | STOP)
    world.spend(1000)
    switch_off(world)
    assert registers[RXFLR] == 0


def test_no_more_than_sixteen_bytes_are_kept():
    world = BareWorld(imu=Mpu6050Model())
    registers = controller_of(world)
    post(registers, 0x3B, READ | RESTART, *[READ] * 15)
    assert registers[RXFLR] == 16
    post(registers, READ | STOP)
    assert registers[RXFLR] == 0


def test_no_other_register_is_modelled():
    world = BareWorld()
    registers = controller_of(world)
    with pytest.raises(NotImplementedError):
        registers[0]
    with pytest.raises(NotImplementedError):
        registers[0] = 1
    with pytest.raises(NotImplementedError):
        world.uctypes.bytearray_at(0x40048000, 0x100)


@pytest.mark.usefixtures("micropython_port")
@pytest.mark.parametrize("model", [Mpu6050Model, Lsm6dsoxModel])
def test_bands_on_both_interpreters_are_moved_alike(model, tmp_path):
    told = []
    for path, source in {**bytecode_files(), "buzzband_fw/app.py": READS_FRAMES}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(source)
    with VirtualBand(QUIET, slots={"a": tmp_path}, imu=model(ramp(50))) as virtual:
        while not virtual.resets:
            virtual.run_for(0.02)
        told.append(virtual.files()["frames.json"])
    sources = {**bytecode_files(), "buzzband_fw/app.py": READS_FRAMES}
    with MicroPythonBand(QUIET, sources=sources, imu=model(ramp(50))) as other:
        with pytest.raises(EngineFailed, match="ended with"):
            other.play()
        told.append(other.files()["frames.json"])
    assert told[0] == told[1]
    assert model.kind in told[0].decode()
