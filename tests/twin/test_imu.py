"""The models of the IMUs: what datasheets say of registers and FIFO, the recording, the faults."""

from array import array
from typing import Any

import pytest

from buzzband.twin import ImuModel, Lsm6dsoxModel, Mpu6050Model
from buzzband.twin.imu import rebuilt, state_of
from doc_pages import page, rows
from hal.bench import MODELS, ramp

EVERY_MODEL = pytest.mark.parametrize("model", MODELS)
LOST = -1
MPU_SETUP = ((0x6B, 0x01), (0x19, 9), (0x1A, 4), (0x1B, 0x10), (0x1C, 0x10), (0x23, 0x78))
LSM_SETUP = ((0x12, 0x44), (0x10, 0x4C), (0x11, 0x48), (0x09, 0x44))
COUNT, DATA = 0x72, 0x74  # of the MPU
STATUS, TAG = 0x3A, 0x78  # of the LSM6DSOX


class Wire:
    """The controller's end of the bus, at a time of its own."""

    def __init__(self, model: ImuModel) -> None:
        self.model = model
        self.now_us = 5_000_000
        model.now_us = lambda: self.now_us

    def write(self, register: int, *values: int) -> bool:
        done = self.model.start(self.model.address, True) and all(
            self.model.write(value) for value in (register, *values)
        )
        self.model.stop()
        return done

    def read(self, register: int, count: int = 1) -> list[int]:
        self.write(register)
        assert self.model.start(self.model.address, False)
        found = [self.model.read() for _ in range(count)]
        self.model.stop()
        return found

    def begin(self) -> None:
        """Configure the chip, and switch its FIFO on."""
        mpu = self.model.kind == "mpu6050"
        for register, value in MPU_SETUP if mpu else LSM_SETUP:
            assert self.write(register, value)
        self.resume()

    def pause(self) -> None:
        self.write(*((0x6A, 0x04) if self.model.kind == "mpu6050" else (0x0A, 0x00)))

    def resume(self) -> None:
        self.write(*((0x6A, 0x40) if self.model.kind == "mpu6050" else (0x0A, 0x06)))

    def wait_ms(self, ms: float) -> None:
        self.now_us += round(ms * 1000)

    def waiting(self) -> int:
        """How many frames wait."""
        if self.model.kind == "mpu6050":
            high, low = self.read(COUNT, 2)
            return (high << 8 | low) // 12
        low, high = self.read(STATUS, 2)
        return ((high & 3) << 8 | low) // 2

    def accelerations(self) -> list[list[int]]:
        """The first three numbers of all the frames that wait."""
        count = self.waiting()
        if self.model.kind == "mpu6050":
            return [_numbers(self.read(DATA, 12), "big")[:3] for _ in range(count)]
        return [_numbers(self.read(TAG, 14)[8:], "little") for _ in range(count)]


def _numbers(found: list[int], order: Any) -> list[int]:
    return [int.from_bytes(found[at : at + 2], order, signed=True) for at in range(0, len(found), 2)]


def wire(model: type[ImuModel], frames: Any = (), **faults: Any) -> Wire:
    made = model(frames)
    for name, value in faults.items():
        setattr(made, name, value)
    return Wire(made)


# Registers


@EVERY_MODEL
def test_only_its_own_address_is_acknowledged(model: type[ImuModel]) -> None:
    made = model((), 0x33)
    assert [address for address in range(128) if made.start(address, True)] == [0x33]


@pytest.mark.parametrize(("model", "register", "identity"), [(Mpu6050Model, 0x75, 0x68), (Lsm6dsoxModel, 0x0F, 0x6C)])
def test_who_am_i_is_the_identity(model: type[ImuModel], register: int, identity: int) -> None:
    assert wire(model).read(register) == [identity]
    assert wire(model, identity=0x99).read(register) == [0x99]


@pytest.mark.parametrize(
    ("model", "values"), [(Mpu6050Model, {0x6B: 0x40, 0x6A: 0x00}), (Lsm6dsoxModel, {0x12: 0x04, 0x18: 0xE0})]
)
def test_registers_have_their_values_of_a_reset(model: type[ImuModel], values: dict[int, int]) -> None:
    chip = wire(model)
    assert {register: chip.read(register)[0] for register in values} == values


@pytest.mark.parametrize(("model", "first"), [(Mpu6050Model, 0x19), (Lsm6dsoxModel, 0x13)])
def test_addresses_count_up(model: type[ImuModel], first: int) -> None:
    chip = wire(model)
    chip.write(first, 1, 0, 2)
    assert chip.read(first, 3) == [1, 0, 2]
    assert chip.read(first + 2) == [2]


def test_without_if_inc_addresses_of_an_lsm6dsox_stay() -> None:
    chip = wire(Lsm6dsoxModel)
    chip.write(0x12, 0x00)
    assert chip.read(0x18, 3) == [0xE0] * 3


@pytest.mark.parametrize(
    ("model", "reset", "takes_ms", "changed"),
    [(Mpu6050Model, (0x6B, 0x80), 50, (0x19, 9)), (Lsm6dsoxModel, (0x12, 0x05), 0.05, (0x10, 0x4C))],
)
def test_a_reset_sets_all_registers_and_what_is_written_meanwhile_is_lost(
    model: type[ImuModel], reset: tuple[int, int], takes_ms: float, changed: tuple[int, int]
) -> None:
    chip = wire(model)
    chip.write(*changed)
    chip.write(*reset)
    assert chip.read(changed[0]) == [0]
    chip.write(*changed)
    assert chip.read(changed[0]) == [0]
    chip.wait_ms(takes_ms)
    chip.write(*changed)
    assert chip.read(changed[0]) == [changed[1]]


# The FIFO


@EVERY_MODEL
def test_frames_come_when_their_time_has_come(model: type[ImuModel]) -> None:
    chip = wire(model, ramp(100))
    chip.begin()
    period_ms = 10 if model is Mpu6050Model else 1000 / 104
    for n in range(3):
        chip.wait_ms(period_ms - 0.2)
        assert chip.waiting() == n
        chip.wait_ms(0.25)
        assert chip.waiting() == n + 1


@EVERY_MODEL
def test_the_recording_starts_with_the_fifo_and_passes_while_it_is_off(model: type[ImuModel]) -> None:
    chip = wire(model, ramp(1000))
    chip.wait_ms(5000)
    chip.begin()
    chip.wait_ms(25)
    assert chip.accelerations()[-1][0] in (0, 1)
    chip.pause()
    chip.wait_ms(2000)
    assert chip.waiting() == 0
    chip.resume()
    chip.wait_ms(15)
    assert chip.accelerations()[0][0] == pytest.approx(202, abs=1)


@EVERY_MODEL
def test_after_the_end_of_the_recording_the_chip_lies_still(model: type[ImuModel]) -> None:
    chip = wire(model, array("h", [100, 200, 300, 400, 500, 600]))
    chip.begin()
    chip.wait_ms(35)
    assert chip.accelerations() == [[100, 200, 300]] * 3
    chip.model.catch_up()
    assert chip.model._motion == [100, 200, 300, 0, 0, 0]


@EVERY_MODEL
def test_without_a_recording_1_g_lies_along_x(model: type[ImuModel]) -> None:
    chip = wire(model)
    chip.begin()
    chip.wait_ms(15)
    assert chip.accelerations() == [[4096, 0, 0]]


def test_an_mpus_fifo_is_a_stream_of_bytes_high_ones_first() -> None:
    chip = wire(Mpu6050Model, array("h", [1, -2, 0x1234, -32768, 32767, 0]))
    chip.begin()
    chip.wait_ms(11)
    assert chip.read(DATA, 12) == [0, 1, 0xFF, 0xFE, 0x12, 0x34, 0x80, 0, 0x7F, 0xFF, 0, 0]
    assert chip.read(DATA, 2) == [0, 0]  # the last byte, once more


def test_the_count_of_an_mpu_is_taken_when_its_high_byte_is_read() -> None:
    chip = wire(Mpu6050Model)
    chip.begin()
    chip.wait_ms(300)
    assert chip.read(COUNT, 2) == [360 >> 8, 360 & 255]
    chip.wait_ms(10)
    assert chip.read(COUNT + 1) == [360 & 255]


@pytest.mark.parametrize(
    ("identity", "size_bits", "size"), [(0x68, 0x00, 1024), (0x68, 0x40, 1024), (0x70, 0x00, 512), (0x70, 0x40, 1024)]
)
def test_an_mpus_fifo_that_is_full_loses_its_oldest_bytes_and_says_so_once(
    identity: int, size_bits: int, size: int
) -> None:
    chip = wire(Mpu6050Model, ramp(200), identity=identity)
    chip.write(0x1D, size_bits)
    chip.begin()
    chip.wait_ms(10 * (size // 12) + 1)
    assert chip.read(0x3A) == [0]
    chip.wait_ms(10)
    assert chip.read(COUNT, 2) == [size >> 8, size & 255]
    assert [chip.read(0x3A), chip.read(0x3A)] == [[0x10], [0]]
    left = size % 12
    assert _numbers(chip.read(DATA, left + 12)[left:], "big")[0] == 1


def test_an_mpus_fifo_is_only_emptied_while_it_is_off() -> None:
    chip = wire(Mpu6050Model)
    chip.begin()
    chip.wait_ms(25)
    chip.write(0x6A, 0x44)
    assert chip.waiting() == 2
    chip.write(0x6A, 0x04)
    assert (chip.waiting(), chip.read(0x6A)) == (0, [0])


def test_an_mpu_that_sleeps_takes_no_samples() -> None:
    chip = wire(Mpu6050Model)
    chip.begin()
    chip.write(0x6B, 0x41)
    chip.wait_ms(50)
    assert chip.waiting() == 0


def test_a_word_of_an_lsm6dsox_tells_sensor_and_sample_and_its_ones_are_even() -> None:
    chip = wire(Lsm6dsoxModel, array("h", [1, -2, 0x1234, 0, 328, -328]))
    chip.begin()
    chip.wait_ms(50)
    tags = [chip.read(TAG, 7)[0] for _ in range(10)]
    assert [tag >> 3 for tag in tags] == [1, 2] * 5
    assert [tag >> 1 & 3 for tag in tags] == [0, 0, 1, 1, 2, 2, 3, 3, 0, 0]
    assert {tag.bit_count() % 2 for tag in tags} == {0}


def test_words_of_an_lsm6dsox_can_be_read_at_a_stretch() -> None:
    chip = wire(Lsm6dsoxModel, array("h", [1, -2, 0x1234, 0, 328, -328]))
    chip.begin()
    chip.wait_ms(10)
    found = chip.read(TAG, 14)
    assert _numbers(found[8:], "little") == [1, -2, 0x1234]
    assert _numbers(found[1:7], "little") == [0, 286, -286]  # 10 °/s at 35 m°/s
    assert chip.waiting() == 0


def test_an_lsm6dsoxs_fifo_that_is_full_loses_its_oldest_words_and_says_so() -> None:
    chip = wire(Lsm6dsoxModel, ramp(400))
    chip.begin()
    chip.wait_ms(257 * 1000 / 104)
    assert chip.read(STATUS, 2) == [0, 0x02 | 0x40 | 0x08]
    assert chip.read(STATUS, 2) == [0, 0x02 | 0x40]
    assert chip.read(TAG, 7)[0] >> 1 & 3 == 1
    assert chip.read(STATUS, 2) == [0xFF, 0x01]


def test_an_lsm6dsoxs_fifo_can_be_limited_to_its_watermark() -> None:
    chip = wire(Lsm6dsoxModel, ramp(400))
    chip.write(0x07, 254, 0x80)
    chip.begin()
    chip.wait_ms(127 * 1000 / 104 + 1)
    assert chip.read(STATUS, 2) == [254, 0x40]
    chip.wait_ms(1000 / 104)
    assert chip.read(STATUS, 2) == [254, 0x40 | 0x08]
    assert chip.read(TAG, 7)[0] >> 1 & 3 == 1


def test_what_the_models_do_not_know_is_an_error() -> None:
    mpu, lsm = wire(Mpu6050Model), wire(Lsm6dsoxModel)
    for register, value in ((0x6B, 0x01), (0x23, 0xF8)):
        mpu.write(register, value)
    with pytest.raises(NotImplementedError):
        mpu.resume()
    for register, value in ((0x10, 0x4C), (0x11, 0x48), (0x09, 0x55)):
        lsm.write(register, value)
    with pytest.raises(NotImplementedError):
        lsm.resume()


# Faults


@EVERY_MODEL
def test_one_that_is_absent_acknowledges_nothing(model: type[ImuModel]) -> None:
    chip = wire(model, absent=True)
    assert not chip.write(0x10, 1)
    assert not chip.model.write(5)
    assert chip.model.read() == LOST
    chip.model.absent = False
    assert chip.write(0x10, 1)


@EVERY_MODEL
def test_the_nth_byte_from_now_is_not_acknowledged_once(model: type[ImuModel]) -> None:
    for n, acknowledged in ((1, 0), (2, 1), (3, 2), (4, 3)):
        chip = wire(model, nack_at=n)
        sent = [chip.model.start(chip.model.address, True), chip.model.write(0x19), chip.model.write(9)]
        assert [*sent, False].index(False) == acknowledged
        chip.model.stop()
        chip.model.nack_at = 0
        assert chip.write(0x19, 9)


@EVERY_MODEL
def test_a_byte_that_is_read_can_be_lost(model: type[ImuModel]) -> None:
    chip = wire(model, ramp(100))
    chip.begin()
    chip.wait_ms(25)
    chip.model.nack_at = 3 + 2
    found = chip.read(DATA if model is Mpu6050Model else TAG, 4)
    assert [value == LOST for value in found] == [False, True, False, False]


@EVERY_MODEL
def test_from_the_nth_byte_on_nothing_is_acknowledged_until_that_is_over(model: type[ImuModel]) -> None:
    chip = wire(model, nack_from=5)
    assert [chip.write(0x19, 9) for _ in range(4)] == [True, False, False, False]
    chip.model.nack_from = 0
    assert chip.write(0x19, 9)


@EVERY_MODEL
def test_sda_is_held_until_so_many_clocks_have_been_seen(model: type[ImuModel]) -> None:
    chip, heard = wire(model), []
    chip.model.on_sda = lambda: heard.append(chip.model.stuck)
    chip.model.stuck = 2
    for _ in range(4):
        chip.model.clock()
    assert heard == [2, 1, 0]


@EVERY_MODEL
def test_a_frozen_chip_answers_but_its_samples_stand_still(model: type[ImuModel]) -> None:
    chip = wire(model, ramp(100))
    chip.begin()
    chip.wait_ms(25)
    assert chip.waiting() == 2
    chip.model.frozen = True
    chip.wait_ms(100)
    assert chip.waiting() == 2
    chip.model.frozen = False
    chip.wait_ms(11)
    assert [found[0] for found in chip.accelerations()[2:]] == [pytest.approx(12, abs=1)]


@EVERY_MODEL
def test_power_that_comes_on_finds_the_registers_of_a_reset_and_the_recording_further_on(
    model: type[ImuModel],
) -> None:
    chip = wire(model, ramp(1000))
    chip.begin()
    chip.wait_ms(500)
    chip.model.power_on()
    assert chip.waiting() == 0
    chip.begin()
    chip.wait_ms(15)
    assert chip.accelerations()[0][0] == pytest.approx(50, abs=1)


@EVERY_MODEL
def test_a_model_can_be_rebuilt_elsewhere(model: type[ImuModel]) -> None:
    made = model(ramp(3), 0x33)
    made.identity, made.absent, made.nack_from, made.stuck = 0x70, True, 7, 4
    other = rebuilt(state_of(made), bytes(made.frames))
    assert type(other) is model
    assert (other.address, other.frames) == (0x33, made.frames)
    assert {name: getattr(other, name) for name in model.FAULTS} == {name: getattr(made, name) for name in model.FAULTS}


def test_the_documentation_knows_every_fault() -> None:
    told = [cells[0].strip("`").split(" =")[0] for cells in rows(page("twin"), "fault")]
    assert told == [*ImuModel.FAULTS, "overflow()", "power_on()"]
