"""What goes wrong between the band and its IMU: it is told, and what comes afterwards is right."""

import pytest

from buzzband.twin.imu import Lsm6dsoxModel, Mpu6050Model
from hal.bench import MODELS, ImuBench, chip, consecutive, ramp

EVERY_MODEL = pytest.mark.parametrize("model", MODELS)
EVERY_CHIP = pytest.mark.parametrize(
    ("model", "identity"), [(Mpu6050Model, 0x68), (Mpu6050Model, 0x70), (Lsm6dsoxModel, 0x6C)]
)
OVERFLOWED, PENDING = -1, -2
EIO, ETIMEDOUT = 5, 110
MISSING = 100_000


def recovered(bench, driver):
    """Do what a band does: free the bus, start the chip anew. Return four frames."""
    bench.bus.recover()
    driver.start()
    return bench.take(driver, 4)


# A byte that is not acknowledged, or does not arrive


@EVERY_CHIP
def test_a_fault_at_any_byte_of_a_start_is_told_and_made_good_by_another_start(model, identity):
    for k in range(1, MISSING):
        bench = ImuBench(chip(model, identity, frames=ramp(400)))
        driver = bench.found()
        bench.model.nack_at = k
        try:
            driver.start()
        except bench.i2c_bus.BusError:
            assert consecutive(recovered(bench, driver)), k
        else:
            break
    assert k > 3 * 8


@EVERY_CHIP
@pytest.mark.parametrize("restarts", [False, True])
def test_a_fault_at_any_byte_of_a_request_is_told_and_no_frame_is_ever_put_together_wrongly(model, identity, restarts):
    for k in range(1, MISSING):
        bench = ImuBench(chip(model, identity, frames=ramp(2000)))
        driver = bench.started()
        bench.wait_ms(45)
        bench.model.nack_at = k
        try:
            found = bench.take(driver, 3)
        except bench.i2c_bus.BusError:
            if restarts:
                assert consecutive(recovered(bench, driver)), k
            else:
                bench.bus.recover()
            found = bench.take(driver, 9)
        assert consecutive(found), k
        if bench.model.nack_at:
            break
    assert k > 5 + 3 * 19


@EVERY_MODEL
def test_a_fault_at_any_byte_of_what_follows_an_overflow_is_made_good_by_the_next_request(model):
    for k in range(1, MISSING):
        bench = ImuBench(model(ramp(3000)))
        driver = bench.started()
        bench.model.overflow()
        assert bench.turn(driver, 1) == OVERFLOWED
        bench.model.nack_at = k
        try:
            assert bench.turn(driver, 1) == 0
        except bench.i2c_bus.BusError:
            assert consecutive(bench.take(driver, 3)), k
        else:
            break
    assert k > 2 * 3 + 4


@EVERY_MODEL
def test_as_long_as_a_chip_acknowledges_nothing_every_call_says_so_and_none_takes_long(model):
    bench = ImuBench(model())
    driver = bench.started()
    bench.wait_ms(25)
    bench.model.nack_from = 1

    for call in (lambda: bench.turn(driver, 1), driver.restart_step, driver.start, driver.stop):
        driver.begin_restart()
        start_us = bench.world.now_us
        with pytest.raises(bench.i2c_bus.BusError):
            call()
        assert bench.world.now_us - start_us < 2000
    bench.model.nack_from = 0
    assert len(recovered(bench, driver)) == 4


@EVERY_MODEL
def test_a_chip_that_is_gone_is_told_with_the_first_answer_that_does_not_come(model):
    bench = ImuBench(model())
    driver = bench.started()
    bench.model.absent = True
    with pytest.raises(bench.i2c_bus.BusError) as raised:
        bench.turn(driver, 0.1)
    assert raised.value.args == (EIO,)


@EVERY_MODEL
def test_a_step_of_a_restart_that_failed_can_be_done_again(model):
    bench = ImuBench(model(ramp(400)))
    driver = bench.found()
    driver.begin_restart()
    bench.model.absent = True
    with pytest.raises(bench.i2c_bus.BusError):
        driver.restart_step()
    bench.model.absent = False
    while not driver.restart_step():
        bench.wait_ms(5)
    assert consecutive(bench.take(driver, 2))


def test_a_fifo_of_an_lsm6dsox_that_has_lost_a_word_is_told_and_emptied():
    bench = ImuBench(Lsm6dsoxModel(ramp(400)))
    driver = bench.started()
    bench.wait_ms(45)
    bench.turn(driver, 1)
    bench.model._words = bench.model._words[1:]
    assert [bench.turn(driver, 1) for _ in range(2)] == [OVERFLOWED, 0]
    assert consecutive(bench.take(driver, 3))


@pytest.mark.parametrize("tags", [(1, 1), (2, 2), (1, 3), (0, 0), (1, 2, "another sample")])
def test_words_that_do_not_belong_together_are_no_frame_of_an_lsm6dsox(tags):
    bench = ImuBench(Lsm6dsoxModel())
    words = bytes([2, tags[0] << 3, *bytes(6), tags[1] << 3 | (2 if tags[2:] else 0), *bytes(6)])
    assert bench.kernel("imu_lsm6dsox", "decode")(words, 1, bench.frames, 0) == OVERFLOWED


def test_the_words_of_a_frame_may_come_in_either_order():
    bench = ImuBench(Lsm6dsoxModel())
    decode = bench.kernel("imu_lsm6dsox", "decode")
    gyro, accel = bytes([1 << 3, *bytes(6)]), bytes([2 << 3, 1, 0, 2, 0, 3, 0])
    for words in (gyro + accel, accel + gyro):
        assert decode(b"\x04" + words, 1, bench.frames, 0) == 1
        assert bench.frames[:6].tolist() == [1, 2, 3, 0, 0, 0]
        bench.frames[0] = 77


# A bus that hangs


@EVERY_MODEL
@pytest.mark.parametrize("clocks", [1, 5, 9])
def test_a_chip_that_holds_the_bus_lets_go_of_it_within_nine_clocks(model, clocks):
    bench = ImuBench(model(ramp(400)))
    driver = bench.started()
    bench.wait_ms(45)
    bench.model.stuck = clocks
    assert bench.turn(driver, 4) == PENDING
    bench.wait_ms(2)
    with pytest.raises(bench.i2c_bus.BusError) as raised:
        driver.collect(bench.frames, 0, False)
    assert raised.value.args == (ETIMEDOUT,)
    bench.bus.recover()
    assert bench.model.stuck == 0
    assert consecutive(bench.take(driver, 4))


def test_a_bus_that_hangs_for_good_is_told():
    bench = ImuBench(Mpu6050Model())
    bench.model.stuck = 100
    with pytest.raises(bench.i2c_bus.BusError):
        bench.bus.recover()


def test_a_bus_that_hangs_from_the_start_is_freed_first():
    model = Mpu6050Model()
    model.stuck = 9
    assert ImuBench(model).found().identity == 0x68


def test_freeing_a_bus_that_is_free_gives_no_chip_a_clock_but_that_of_the_stop():
    bench = ImuBench(Mpu6050Model())
    clocks = []
    bench.model.clock = lambda: clocks.append(1)
    bench.bus.recover()
    assert len(clocks) == 1


@EVERY_MODEL
def test_a_request_that_is_given_up_half_way_leaves_no_torn_frame(model):
    bench = ImuBench(model(ramp(400)))
    driver = bench.started()
    bench.wait_ms(45)
    bench.turn(driver, 1)
    driver.request()
    bench.bus.recover()
    driver.begin_restart()
    while not driver.restart_step():
        bench.wait_ms(5)
    assert consecutive(bench.take(driver, 4))


# A chip that does nothing, or forgets


@EVERY_MODEL
def test_a_chip_whose_clock_stands_still_answers_and_gives_nothing_more(model):
    bench = ImuBench(model(ramp(400)))
    driver = bench.started()
    bench.turn(driver)
    bench.model.frozen = True
    assert sum(bench.turn(driver) for _ in range(20)) <= 2
    bench.model.frozen = False
    assert consecutive(recovered(bench, driver))


@EVERY_MODEL
@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_chip_that_lost_its_power_gives_nothing_until_it_is_started_again(model, turns):
    bench = ImuBench(model(ramp(400)))
    driver = bench.started()
    bench.wait_ms(50)
    for _ in range(turns):
        bench.turn(driver)
    bench.model.power_on()
    assert 1 not in [bench.turn(driver) for _ in range(9)]
    assert consecutive(recovered(bench, driver))


@EVERY_MODEL
def test_a_chip_that_lost_its_power_in_the_middle_of_a_read_gives_nothing_either(model):
    bench = ImuBench(model(ramp(400)))
    driver = bench.started()
    bench.wait_ms(50)
    bench.turn(driver, 1)
    bench.model.nack_at = 10
    with pytest.raises(bench.i2c_bus.BusError):
        bench.turn(driver, 1)
    bench.model.power_on()
    assert [bench.turn(driver) for _ in range(9)] == [0] * 9


# The chip's own test


@EVERY_CHIP
def test_a_chip_that_is_well_says_so_however_it_lies(model, identity):
    for pose in ([], [0, -4096, 0, 30, -20, 10], [-2900, 0, -2900, 0, 0, 0]):
        assert ImuBench(chip(model, identity, frames=pose)).found().self_test()


@pytest.mark.parametrize(
    ("model", "identity", "percent", "well"),
    [
        (Mpu6050Model, 0x68, 85, False), (Mpu6050Model, 0x68, 87, True),
        (Mpu6050Model, 0x68, 113, True), (Mpu6050Model, 0x68, 115, False),
        (Mpu6050Model, 0x70, 49, False), (Mpu6050Model, 0x70, 51, True),
        (Mpu6050Model, 0x70, 149, True), (Mpu6050Model, 0x70, 151, False),
        (Lsm6dsoxModel, 0x6C, 37, False), (Lsm6dsoxModel, 0x6C, 38, True),
        (Lsm6dsoxModel, 0x6C, 174, True), (Lsm6dsoxModel, 0x6C, 176, False),
        (Lsm6dsoxModel, 0x6C, 0, False), (Mpu6050Model, 0x68, 0, False), (Mpu6050Model, 0x70, 0, False),
    ],
)  # fmt: skip
def test_a_chip_is_well_if_its_response_is_within_the_limits_of_its_maker(model, identity, percent, well):
    bench = ImuBench(chip(model, identity))
    bench.model.self_test_percent = percent
    assert bench.found().self_test() is well


@pytest.mark.parametrize("identity", [0x68, 0x70])
def test_without_factory_trim_the_response_itself_is_judged(identity):
    bench = ImuBench(chip(Mpu6050Model, identity))
    bench.model._trim = lambda _register: 0
    assert bench.found().self_test()
    bench.model.self_test_percent = 50
    assert not bench.found().self_test()


@EVERY_MODEL
def test_after_its_test_a_chip_is_started_as_ever(model):
    bench = ImuBench(model(ramp(400)))
    driver = bench.started()
    driver.self_test()
    assert consecutive(recovered(bench, driver))


@EVERY_MODEL
def test_a_fault_in_a_test_is_told(model):
    bench = ImuBench(model())
    driver = bench.found()
    bench.model.nack_at = 60
    with pytest.raises(bench.i2c_bus.BusError):
        driver.self_test()
