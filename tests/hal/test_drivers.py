"""The IMU's drivers: which one it is, what comes out of it, and when. The same for every chip."""

from array import array
from itertools import chain

import pytest

from buzzband.twin.imu import Lsm6dsoxModel, Mpu6050Model
from hal.bench import MODELS, ImuBench, chip, consecutive, ramp

EVERY_MODEL = pytest.mark.parametrize("model", MODELS)
OVERFLOWED, PENDING = -1, -2
MPU6050, MPU6500 = 0x68, 0x70
FRAME_MS = 10


# Which one it is


@pytest.mark.parametrize(
    ("model", "identity", "name"),
    [(Mpu6050Model, each, "mpu6050") for each in (0x68, 0x70, 0x71, 0x72, 0x73, 0x98)]
    + [(Lsm6dsoxModel, 0x6C, "lsm6dsox")],
)
@pytest.mark.parametrize("address_bit", [0, 1])
def test_a_chip_is_found_by_its_identity_at_both_addresses(model, identity, name, address_bit):
    driver = ImuBench(chip(model, identity, model.ADDRESS | address_bit)).found()
    assert (driver.name, driver.identity) == (name, identity)


def test_where_nobody_answers_there_is_no_imu():
    bench = ImuBench(None)
    with pytest.raises(bench.imu.ImuAbsent):
        bench.found()


@EVERY_MODEL
def test_a_stranger_is_told_by_its_identity(model):
    bench = ImuBench(chip(model, 0x47))
    with pytest.raises(bench.imu.ImuUnknown) as raised:
        bench.found()
    assert raised.value.identity == 0x47


def test_whatever_is_wrong_is_a_bus_error():
    bench = ImuBench(None)
    assert issubclass(bench.imu.ImuAbsent, bench.i2c_bus.BusError)
    assert issubclass(bench.imu.ImuUnknown, bench.i2c_bus.BusError)


# What comes out


@EVERY_MODEL
def test_frames_come_in_order_none_twice_and_none_left_out(model):
    bench = ImuBench(model(ramp(400)))
    driver = bench.started()
    waits_ms = (23, 0.6, 41, 38, 9, 30, 36, 7, 25) + (0.6,) * 20
    found = [bench.frames[0] for wait_ms in waits_ms if bench.turn(driver, wait_ms)]
    assert len(found) == pytest.approx(22.5, abs=1)
    assert found == sorted({*found}) or model is Lsm6dsoxModel  # 104 Hz sees a frame of 100 Hz twice now and then
    assert set(range(found[0], found[-1] + 1)) == set(found)


@pytest.mark.parametrize(("model", "rate_hz"), [(Mpu6050Model, 100), (Lsm6dsoxModel, 104)])
def test_frames_come_at_the_rate_of_the_chip(model, rate_hz):
    bench = ImuBench(model())
    driver = bench.started()
    found = sum(bench.turn(driver) > 0 for _ in range(200))
    while bench.turn(driver, 1) > 0:
        found += 1
    assert found == pytest.approx(rate_hz * bench.since_start_us() / 1e6, abs=1.1)


@EVERY_MODEL
def test_with_each_frame_is_told_how_many_still_wait(model):
    bench = ImuBench(model())
    driver = bench.started()
    bench.world.spend(101_000 - bench.since_start_us())
    assert [bench.turn(driver, 0.6) for _ in range(5)] == [0, 10, 9, 8, 7]


@EVERY_MODEL
@pytest.mark.parametrize("rate_hz", [98.7, 100, 101.3])
def test_no_byte_is_read_from_a_fifo_that_does_not_hold_a_frame(model, rate_hz):
    bench = ImuBench(model(ramp(2000)))
    bench.model.rate_mhz = lambda: round(rate_hz * 1000)
    driver = bench.started()
    held = []
    fifo, pull = ("_fifo", "_pull") if model is Mpu6050Model else ("_words", "_word_byte")
    read = getattr(bench.model, pull)

    def counted(*register):
        held.append(len(getattr(bench.model, fifo)))
        return read(*register)

    setattr(bench.model, pull, counted)
    for _ in range(500):
        bench.turn(driver)
    assert min(held) > 0
    assert len(held) == pytest.approx(min(rate_hz, 100) * 5 * (12 if model is Mpu6050Model else 14), rel=0.02)


@pytest.mark.parametrize("identity", [MPU6050, MPU6500])
def test_an_mpu_gives_every_number_as_it_is(identity):
    numbers = [0, 1, -1, 255, 256, -256, -32768, 32767, 0x1234, -0x1234, 4096, 328]
    bench = ImuBench(chip(Mpu6050Model, identity, frames=array("h", numbers)))
    assert bench.take(bench.started(), 2) == [numbers[:6], numbers[6:]]


def test_an_lsm6dsox_gives_the_same_numbers_to_1_lsb():
    frames = [[-32768, 32767, 256, 328, -328, 0], [-1, 0, 1, 3280, -3280, 30000], [4096, -4096, 255, 1, -1, -30000]]
    bench = ImuBench(Lsm6dsoxModel(array("h", chain(*frames))))
    for found, told in zip(bench.take(bench.started(), 4)[1:], frames, strict=True):
        assert found[:3] == told[:3]
        assert found[3:] == pytest.approx(told[3:], abs=2)


@pytest.mark.parametrize(("rate", "expected"), [(32767, 32767), (-32768, -32768)])
def test_an_lsm6dsox_that_turns_faster_than_frames_can_tell_gives_the_most_they_can(rate, expected):
    bench = ImuBench(Lsm6dsoxModel())
    words = b"\x02"
    for tag, number in ((0x08, rate), (0x10, -5)):
        words += bytes([tag]) + 3 * number.to_bytes(2, "little", signed=True)
    assert bench.kernel("imu_lsm6dsox", "decode")(words, 1, bench.frames, 0) == 0
    assert bench.frames[:6].tolist() == [-5] * 3 + [expected] * 3


@EVERY_MODEL
def test_a_frame_goes_where_it_was_asked_for_and_nowhere_else(model):
    bench = ImuBench(model())
    driver = bench.started()
    bench.wait_ms(2 * FRAME_MS)
    bench.turn(driver, 1)
    driver.request()
    bench.wait_ms(1)
    assert driver.collect(bench.frames, 6, False) > 0
    assert bench.frames.tolist() == [77] * 6 + [4096, 0, 0, 0, 0, 0]


@EVERY_MODEL
def test_what_is_collected_and_asked_for_at_once_is_the_same_as_in_two_calls(model):
    def taken(again):
        bench = ImuBench(model(ramp(400)))
        driver = bench.started()
        driver.request()
        found = []
        for _ in range(60):
            bench.wait_ms(7)
            found.append((driver.collect(bench.frames, 0, again), bench.frames[:6].tolist()))
            if not again:
                driver.request()
        return found

    assert taken(again=True) == taken(again=False)


def test_an_mpu_filters_at_20_hz_and_its_successors_accelerometer_in_a_register_of_its_own():
    for identity, expected in ((MPU6050, 0x00), (MPU6500, 0x44)):
        bench = ImuBench(chip(Mpu6050Model, identity))
        bench.started()
        assert [bench.register(each) for each in (0x1A, 0x1D)] == [0x04, expected]


def test_an_lsm6dsox_filters_at_26_and_19_hz():
    bench = ImuBench(Lsm6dsoxModel())
    bench.started()
    assert [bench.register(each) for each in (0x10, 0x13, 0x15, 0x17)] == [0x4E, 0x02, 0x06, 0x00]


@EVERY_MODEL
def test_a_chip_that_was_stopped_gives_nothing_until_it_is_started_again(model):
    bench = ImuBench(model(ramp(400)))
    driver = bench.started()
    bench.wait_ms(50)
    bench.turn(driver)
    driver.stop()
    bench.wait_ms(50)
    assert [bench.turn(driver) for _ in range(5)] == [0] * 5
    driver.start()
    (frame,) = bench.take(driver, 1)
    assert frame[0] == pytest.approx(bench.since_start_us() / 10_000, abs=3)


@EVERY_MODEL
@pytest.mark.parametrize("on_its_way", [False, True])
def test_after_a_flush_no_frame_is_older_than_it(model, on_its_way):
    bench = ImuBench(model(ramp(400)))
    driver = bench.started()
    bench.wait_ms(200)
    bench.turn(driver)
    if on_its_way:
        driver.request()
    driver.flush()
    flushed = bench.since_start_us() / 10_000
    if on_its_way:
        bench.wait_ms(1)
        assert driver.collect(bench.frames, 0, False) == 0
    first, second = bench.take(driver, 2)
    assert first[0] > flushed - 2
    assert second[0] - first[0] in (0, 1)


# Overflow


@EVERY_MODEL
@pytest.mark.parametrize("stall_ms", [1300, 2600, 3777, 100_000])
def test_after_an_overflow_the_fifo_is_empty_and_goes_on_in_step(model, stall_ms):
    bench = ImuBench(model(ramp(20_000)))
    driver = bench.started()
    bench.wait_ms(stall_ms)
    assert [bench.turn(driver, 1), bench.turn(driver, 1)] == [OVERFLOWED, 0]
    first, second = bench.take(driver, 2)
    assert second[0] - first[0] == 1
    assert first[0] == pytest.approx(stall_ms / FRAME_MS, abs=2)


@EVERY_MODEL
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_fifo_that_overflows_at_any_time_says_so(model, turns):
    bench = ImuBench(model())
    driver = bench.started()
    for _ in range(turns):
        bench.turn(driver)
    bench.model.overflow()
    assert OVERFLOWED in [bench.turn(driver, 1), bench.turn(driver, 1)]


@pytest.mark.parametrize(
    ("model", "identity", "frames"),
    [(Mpu6050Model, MPU6050, 81), (Mpu6050Model, MPU6500, 81), (Lsm6dsoxModel, 0x6C, 123)],
)
def test_so_many_frames_wait_before_it_overflows(model, identity, frames):
    for more, told in ((0, [0, frames]), (1, [OVERFLOWED, 0])):
        bench = ImuBench(chip(model, identity))
        driver = bench.started()
        period_us = 1_000_000 / (100 if model is Mpu6050Model else 104)
        bench.world.spend(round((frames + more) * period_us) + 100 - bench.since_start_us())
        assert [bench.turn(driver, 1) for _ in range(2)] == told


def counting(taken):
    """A bench on which a frame is asked for next, and the bytes of the FIFO as ``taken`` leaves them."""
    bench = ImuBench(Mpu6050Model(ramp(400)))
    driver = bench.started()
    bench.wait_ms(35)
    assert bench.turn(driver, 1) == 0
    bench.model._fifo = taken(bench.model._fifo)
    return bench, driver


def test_a_count_that_was_taken_while_a_frame_came_in_is_asked_for_once_more():
    bench, driver = counting(lambda fifo: fifo + bytes(5))
    assert bench.turn(driver, 1) == 0
    bench.model._fifo += bytes(7)
    assert bench.turn(driver, 1) == 1 + 3
    assert bench.frames[:6].tolist() == [0, 1000, 0, -1000, 0, 5000]


def test_a_count_that_stays_between_two_frames_is_an_overflow():
    bench, driver = counting(lambda fifo: fifo[1:])
    assert [bench.turn(driver, 1) for _ in range(3)] == [0, OVERFLOWED, 0]
    assert consecutive(bench.take(driver, 3))


# How long it takes


@EVERY_MODEL
def test_nobody_waits_for_the_bus(model):
    bench = ImuBench(model())
    driver = bench.started()
    bench.wait_ms(25)
    bench.turn(driver, 1)
    start_us = bench.world.now_us
    driver.request()
    assert driver.collect(bench.frames, 0, False) == PENDING
    assert bench.world.now_us - start_us < 50
    bench.wait_ms(0.36)
    assert driver.collect(bench.frames, 0, False) == PENDING
    bench.wait_ms(0.1)
    start_us = bench.world.now_us
    assert driver.collect(bench.frames, 0, False) > 0
    assert bench.world.now_us - start_us < 50


@EVERY_MODEL
def test_what_is_said_to_another_chip_meanwhile_does_not_matter(model):
    bench = ImuBench(model(ramp(400)))
    driver = bench.started()
    found = []
    for _ in range(10):
        with pytest.raises(bench.i2c_bus.BusError):
            bench.bus.write(0x50, 0x01, 0x02)
        bench.register(0x0F)
        found += bench.take(driver, 1)
    assert consecutive(found)


@EVERY_MODEL
def test_a_restart_goes_in_short_steps_and_ends_like_a_start(model):
    bench = ImuBench(model(ramp(400)))
    driver = bench.started()
    registers = bytes(bench.model._registers)
    bench.wait_ms(20)
    driver.begin_restart()
    start_us, longest_us, running = bench.world.now_us, 0, False
    while not running:
        bench.wait_ms(3)
        before_us = bench.world.now_us
        running = driver.restart_step()
        longest_us = max(longest_us, bench.world.now_us - before_us)
    assert longest_us < 500
    assert bench.world.now_us - start_us < 400_000
    first, second = bench.take(driver, 2)
    assert second[0] - first[0] == 1
    bench.wait_ms(1)
    bench.turn(driver)
    bench.model._registers[0x72:0x74] = registers[0x72:0x74]  # the MPU-6050's count
    assert bytes(bench.model._registers) == registers
    assert driver.restart_step()


@EVERY_MODEL
def test_a_restart_waits_as_long_as_the_chip_needs_for_its_reset(model):
    bench = ImuBench(model())
    driver = bench.started()
    driver.begin_restart()
    assert not driver.restart_step()
    bench.wait_ms(1)
    for _ in range(50):
        driver.restart_step()
    assert driver._step == 1
