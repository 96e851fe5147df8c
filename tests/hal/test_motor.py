"""The motor's drivers: which one it is, what a pulse is made of, and how the bus is shared with the IMU."""

from array import array

import pytest

from buzzband.twin import Drv2605lModel
from hal.bench import consecutive, ramp
from hal.motor_bench import FULL, MotorBench, lasts_ms, with_imu

PENDING = -2
EVERY_KIND = pytest.mark.parametrize("kind", ["erm", "lra"])
NO_FAULT, ABSENT, BUS, OVERLOAD, FORGOT = range(5)
STANDBY = 0x40


def model(**faults):
    made = Drv2605lModel()
    for name, value in faults.items():
        setattr(made, name, value)
    return made


# Which one it is


@EVERY_KIND
@pytest.mark.parametrize("identity", [3, 7])
def test_a_chip_that_answers_is_used(kind, identity):
    bench = MotorBench(model(identity=identity), kind)
    assert (bench.motor.name, bench.motor.fault) == (kind, NO_FAULT)
    assert "buzzband_fw.hal.motor_pwm" not in bench.modules.loaded


@EVERY_KIND
def test_where_no_chip_answers_the_motor_is_driven_by_pwm_and_says_so(kind):
    bench = MotorBench(None, kind)
    assert (bench.motor.name, bench.motor.fault) == ("pwm", ABSENT)
    assert "buzzband_fw.hal.motor_drv2605l" not in bench.modules.loaded
    before = len(bench.bursts)  # the pulse of 0.3 ms in which the chip was looked for
    bench.pulse(120)
    assert lasts_ms(bench)[before:] == [120]


def test_a_stranger_at_its_address_is_not_used():
    with pytest.raises(NotImplementedError, match="PWM at the pin"):
        MotorBench(model(identity=4))


def test_who_wants_pwm_gets_it_and_nobody_asks_the_bus():
    bench = MotorBench(None, "pwm")
    assert (bench.motor.name, bench.motor.fault, bench.bursts) == ("pwm", NO_FAULT, ())
    bench.pulse(120)
    assert lasts_ms(bench) == [120]


# A pulse


@EVERY_KIND
@pytest.mark.parametrize("ms", [80, 120, 250, 500])
def test_a_pulse_lasts_as_long_as_it_was_told_brake_included(kind, ms):
    bench = MotorBench(model(), kind)
    bench.pulse(ms)
    assert lasts_ms(bench) == [pytest.approx(ms, abs=1)]
    assert bench.model._registers[1] == STANDBY


def test_a_coin_motor_gets_a_kick_a_hold_and_a_brake():
    bench = MotorBench(model())
    bench.pulse(120)
    (burst,) = bench.bursts
    assert [round(1000 * at) for at, _ in burst.duties] == [0, pytest.approx(50, abs=1), pytest.approx(100, abs=1)]
    kick, hold, brake = [duty / FULL for _, duty in burst.duties]
    assert (kick, hold, brake) == (1, pytest.approx(2250 / 3600, abs=0.01), -1)


def test_an_lra_is_driven_at_its_rated_voltage_and_then_left_to_the_loop_that_brakes_it():
    bench = MotorBench(model(), "lra")
    bench.pulse(120)
    (burst,) = bench.bursts
    assert [(round(1000 * at), duty) for at, duty in burst.duties] == [(0, FULL), (pytest.approx(100, abs=1), -FULL)]


@EVERY_KIND
def test_no_pulse_is_longer_than_a_second(kind):
    bench = MotorBench(model(), kind)
    bench.pulse(5000)
    assert lasts_ms(bench) == [pytest.approx(1000, abs=1)]


@EVERY_KIND
def test_to_stop_in_the_middle_is_to_stop_at_once(kind):
    bench = MotorBench(model(), kind)
    bench.motor.start(500)
    bench.wait_ms(70)
    bench.motor.stop()
    assert lasts_ms(bench) == [70]
    assert not bench.motor.running


def test_a_motor_that_nobody_steps_is_overdue_after_50_ms():
    bench = MotorBench(model())
    bench.motor.start(120)
    bench.wait_ms(168)
    assert not bench.motor.is_overdue()
    bench.wait_ms(3)
    assert bench.motor.is_overdue()


@EVERY_KIND
def test_no_call_takes_longer_than_half_a_millisecond(kind):
    bench = MotorBench(model(), kind)
    assert bench.took_us(bench.motor.start, 120) < 300
    while bench.motor.running:
        bench.wait_ms(10)
        assert bench.took_us(bench.motor.step) < 500


# Voltages and calibration


def test_voltages_become_the_numbers_of_the_datasheet():
    """SLOS854D, 8.5.2: equations 2 to 4 and 7; DRIVE_TIME, 8.6.22."""
    bench = MotorBench(model())
    driver = bench.modules.loaded["buzzband_fw.hal.motor_drv2605l"]
    driven = (1 - (4 * 300e-6 + 300e-6) * driver.LRA_HZ) ** 0.5
    assert round(1000 * driven) == driver.LRA_DRIVEN_PERMILLE
    assert driver._ERM[:2] == (round(driver.ERM_RATED_MV / 21.18), round(driver.ERM_KICK_MV / 21.59))
    assert driver._LRA[:2] == (round(driver.LRA_RATED_MV * driven / 20.58), round(driver.LRA_PEAK_MV / 21.22))
    assert driver._LRA[2] == round((1000 / driver.LRA_HZ / 2 - 0.5) / 0.1)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("erm", [142, 167, 0x0C, 0x6C, 0x2A, 0x93, 0xF5, 0xA0, 0x30]),
        ("lra", [83, 137, 0x0C, 0x6C, 0xAA, 0x98, 0xF5, 0xA0, 0x30]),
    ],
)
def test_a_chip_is_set_up_for_its_motor(kind, expected):
    bench = MotorBench(model(), kind)
    assert list(bench.model._registers[0x16:0x1F]) == expected


@EVERY_KIND
def test_calibration_gives_three_numbers_that_another_start_takes(kind):
    bench = MotorBench(model(), kind)
    assert bench.motor.calibration() is None
    numbers = bench.motor.calibrate()
    assert numbers == bench.motor.calibration() == tuple(bench.model._registers[0x18:0x1B])
    assert bench.world.now_us < 1_500_000
    later = MotorBench(model(), kind)
    later.motor.use(list(numbers))
    assert later.motor.calibration() == numbers
    assert tuple(later.model._registers[0x18:0x1B]) == numbers
    assert later.took_us(later.motor.start, 120) < 300


@EVERY_KIND
@pytest.mark.parametrize("fault", ["unfit", "shorted", "hot"])
def test_a_motor_that_cannot_be_measured_gives_none_and_is_driven_as_before(kind, fault):
    bench = MotorBench(model(**{fault: True}), kind)
    assert bench.motor.calibrate() is None
    assert bench.motor.calibration() is None
    assert not bench.model.is_driven()
    setattr(bench.model, fault, False)
    before = len(bench.bursts)
    bench.pulse(120)
    assert lasts_ms(bench)[before:] == [pytest.approx(120, abs=1)]


def test_a_calibration_without_a_bus_is_told_and_leaves_the_motor_off():
    bench = MotorBench(model())
    bench.model.nack_at = 40
    with pytest.raises(bench.i2c_bus.BusError):
        bench.motor.calibrate()
    assert not bench.model.is_driven()
    bench.pulse(120)
    assert lasts_ms(bench)[-1] == pytest.approx(120, abs=1)


# The IMU beside it


@EVERY_KIND
def test_a_motor_takes_nothing_from_an_imu_and_waits_for_it_at_most_a_transfer(kind):
    bench, imu = with_imu(kind)
    bench.imu_model.frames = ramp(400)
    frames, found, longest_us = array("h", bytes(12)), [], 0
    for turn in range(300):
        imu.request()
        bench.wait_ms(turn % 10 / 10)
        if turn % 30 == 5:
            longest_us = max(longest_us, bench.took_us(bench.motor.start, 120))
        bench.motor.step()
        bench.wait_ms(10 - turn % 10 / 10)
        told = imu.collect(frames, 0, False)
        assert told >= 0
        if told:
            found.append(frames[:6].tolist())
    assert consecutive(found)
    assert len(found) == pytest.approx(300, abs=8)
    assert lasts_ms(bench) == [pytest.approx(120, abs=11)] * 10
    assert longest_us < 900


def test_an_answer_that_another_call_has_waited_for_is_there_at_the_next_look():
    bench, imu = with_imu()
    frames = array("h", bytes(12))
    for wait_ms in (1, 30):
        bench.wait_ms(wait_ms)
        imu.request()
        bench.wait_ms(1)
        assert imu.collect(frames, 0, False) == 0
    imu.request()
    assert imu.collect(frames, 0, False) == PENDING
    assert bench.took_us(bench.motor.start, 120) > 300
    assert imu.collect(frames, 0, False) > 0
    bench.motor.stop()


def test_a_fault_of_the_imu_that_the_motor_has_waited_for_is_told_to_the_imu():
    bench, imu = with_imu()
    imu.request()
    bench.imu_model.nack_at = 2
    bench.motor.start(120)
    assert bench.motor.fault == NO_FAULT
    bench.imu_model.nack_at = 0
    imu.request()
    bench.wait_ms(5)
    bench.imu_model.nack_at = 1
    imu.collect(array("h", bytes(12)), 0, False)
    imu.request()
    bench.motor.stop()
    with pytest.raises(bench.i2c_bus.BusError):
        imu.collect(array("h", bytes(12)), 0, False)


def test_a_start_on_a_bus_that_an_imu_holds_ends_soon_and_the_next_one_frees_it():
    bench, imu = with_imu()
    imu.request()
    bench.wait_ms(5)
    imu.collect(array("h", bytes(12)), 0, False)
    bench.imu_model.stuck = 9
    imu.request()
    assert bench.took_us(bench.motor.start, 120) < 4000
    assert bench.motor.fault == BUS
    assert bench.imu_model.stuck == 0
    bench.pulse(120)
    assert bench.motor.fault == NO_FAULT
    assert lasts_ms(bench) == [pytest.approx(120, abs=1)]


# What goes wrong


@EVERY_KIND
@pytest.mark.parametrize("tied", [False, True])
def test_a_fault_at_any_byte_of_a_word_leaves_the_motor_off_and_the_next_word_is_whole(kind, tied):
    for k in range(1, 1000):
        bench = MotorBench(model(tied=tied), kind)
        bench.model.nack_at = k
        bench.pulse(120)
        untouched = bench.model.nack_at > 0
        assert untouched or bench.motor.fault in (BUS, NO_FAULT)
        assert not bench.model.is_driven(), k
        before = len(bench.bursts)
        assert sum(lasts_ms(bench)) <= 121
        bench.model.nack_at = 0
        bench.pulse(120)
        assert bench.motor.fault == NO_FAULT
        assert lasts_ms(bench)[before:] == [pytest.approx(120, abs=1)], k
        if untouched:
            break
    assert k > 15


@EVERY_KIND
@pytest.mark.parametrize("after_ms", [0, 30, 60, 105])
@pytest.mark.parametrize("fault", [{"nack_from": 1}, {"stuck": 9}, {"stuck": 100}, {"absent": True}])
def test_a_chip_that_is_gone_in_the_middle_of_a_word_is_off_with_its_pin(kind, after_ms, fault):
    bench = MotorBench(model(), kind)
    bench.motor.start(120)
    bench.wait_ms(after_ms)
    ((name, value),) = fault.items()
    setattr(bench.model, name, value)
    while bench.motor.running:
        bench.wait_ms(10)
        assert bench.took_us(bench.motor.step) < 5000
    assert bench.motor.fault == BUS
    assert not bench.model.is_driven()
    assert sum(lasts_ms(bench)) <= 126
    assert bench.took_us(bench.motor.start, 120) < 5000
    bench.motor.stop()
    setattr(bench.model, name, 0)
    before = len(bench.bursts)
    bench.motor.stop()
    bench.pulse(120)
    bench.pulse(120)
    assert bench.motor.fault == NO_FAULT
    assert lasts_ms(bench)[before:][-1] == pytest.approx(120, abs=1)


@EVERY_KIND
@pytest.mark.parametrize("fault", ["hot", "shorted"])
def test_a_chip_that_protects_itself_is_told_and_tried_again(kind, fault):
    bench = MotorBench(model(**{fault: True}), kind)
    bench.pulse(120)
    assert bench.motor.fault == OVERLOAD
    setattr(bench.model, fault, False)
    bench.pulse(120)
    assert bench.motor.fault == NO_FAULT
    assert lasts_ms(bench) == [pytest.approx(120, abs=1)]


@EVERY_KIND
def test_a_chip_that_has_lost_its_power_is_told_and_set_up_again(kind):
    bench = MotorBench(model(), kind)
    bench.model.power_on()
    bench.pulse(120)
    assert bench.motor.fault == FORGOT
    assert lasts_ms(bench)[-1] <= 61
    bench.pulse(120)
    assert bench.motor.fault == NO_FAULT
    assert lasts_ms(bench)[-1] == pytest.approx(120, abs=1)


def test_a_chip_left_running_by_a_band_that_restarts_is_stopped_when_it_is_found():
    haptics = model(tied=True)
    haptics.write_register(2, 0x7F)
    haptics.write_register(1, 5)
    assert haptics.is_driven()
    MotorBench(haptics)
    assert not haptics.is_driven()


def test_a_reset_of_the_pico_ends_a_pulse():
    bench = MotorBench(model())
    bench.motor.start(500)
    bench.world.die("RUN pin")
    assert not bench.model.is_driven()
