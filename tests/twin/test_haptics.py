"""The model of a DRV2605L: what its bus sees, and what the motor gets."""

import pytest

from buzzband.twin import Drv2605lModel
from buzzband.twin.haptics import rebuilt, state_of

FULL = 65535
ADDRESS = 0x5A
MODE, RTP, GO, CLAMP, COMP, FEEDBACK, CONTROL3, CONTROL4 = 0x01, 0x02, 0x0C, 0x17, 0x18, 0x1A, 0x1D, 0x1E
STANDBY, PLAYS, CALIBRATES = 0x40, 5, 7
LRA = 0xB6


class Chip:
    """A chip that is enabled, and a clock. ``told``: what the motor got, and since when."""

    def __init__(self, **faults):
        self.us = 0
        self.model = Drv2605lModel()
        self.model.now_us = lambda: self.us
        for name, value in faults.items():
            setattr(self.model, name, value)
        self.model.enable(1)

    def write(self, register, *values):
        took = [self.model.start(ADDRESS, True), *[self.model.write(value) for value in (register, *values)]]
        self.model.stop()
        return all(took)

    def read(self, register, count=1):
        self.model.start(ADDRESS, True)
        self.model.write(register)
        self.model.start(ADDRESS, False)
        found = [self.model.read() for _ in range(count)]
        self.model.stop()
        return found

    def wait_ms(self, ms):
        self.us += round(1000 * ms)

    @property
    def told(self):
        return [(when // 1000, drive) for when, drive in self.model.drives]


def test_after_power_on_it_is_in_standby_with_the_values_of_the_datasheet():
    chip = Chip()
    assert chip.read(0x00, 3) == [0xE0, STANDBY, 0]
    assert chip.read(0x16, 9) == [0x3E, 0x8C, 0x0C, 0x6C, 0x36, 0x93, 0xF5, 0xA0, 0x20]


def test_registers_follow_each_other_in_a_transfer():
    chip = Chip()
    assert chip.write(0x16, 1, 2, 3)
    assert chip.read(0x15, 5) == [0xFF, 1, 2, 3, 0x6C]


def test_it_answers_at_its_address_only():
    model = Chip().model
    assert [model.start(address, True) for address in (0x59, 0x5A, 0x5B)] == [False, True, False]


def test_it_plays_amplitudes_with_a_sign_out_of_standby_only():
    chip = Chip()
    chip.write(RTP, 0x7F)
    chip.write(MODE, STANDBY | PLAYS)
    assert chip.told == []
    for register, value in ((MODE, PLAYS), (RTP, 0x40), (RTP, 0x81), (RTP, 0x00), (RTP, 0x7F), (MODE, STANDBY)):
        chip.wait_ms(10)
        chip.write(register, value)
    assert chip.told == [(10, FULL), (20, FULL * 64 // 127), (30, -FULL), (40, 0), (50, FULL), (60, 0)]


def test_a_closed_loop_brakes_by_itself_until_an_lra_stands():
    chip = Chip()
    chip.write(FEEDBACK, LRA)
    chip.write(MODE, PLAYS, 0x7F)
    chip.wait_ms(100)
    chip.write(RTP, 0)
    assert chip.told == [(0, FULL), (100, -FULL), (120, 0)]
    chip.wait_ms(19)
    assert chip.model.is_driven()
    chip.wait_ms(1)
    assert not chip.model.is_driven()


def test_standby_ends_a_brake():
    chip = Chip()
    chip.write(FEEDBACK, LRA)
    chip.write(MODE, PLAYS, 0x7F)
    chip.wait_ms(100)
    chip.write(RTP, 0)
    chip.wait_ms(5)
    chip.write(MODE, STANDBY)
    assert chip.told == [(0, FULL), (100, -FULL), (105, 0)]


def test_without_en_it_acknowledges_and_neither_takes_nor_tells_nor_drives():
    chip = Chip()
    chip.write(MODE, PLAYS, 0x7F)
    chip.wait_ms(10)
    chip.model.enable(0)
    assert chip.told == [(0, FULL), (10, 0)]
    assert chip.write(CLAMP, 99)
    assert chip.read(0x00) == [0]
    chip.model.enable(1)
    assert chip.read(CLAMP) == [0x8C]


def test_where_en_is_tied_the_pin_does_nothing():
    chip = Chip(tied=True)
    chip.write(MODE, PLAYS, 0x7F)
    chip.model.enable(0)
    assert chip.told == [(0, FULL)]


@pytest.mark.parametrize(("time", "lasts_ms"), [(0, 250), (1, 350), (2, 600), (3, 1100)])
def test_auto_calibration_drives_the_motor_for_its_time_and_leaves_its_numbers(time, lasts_ms):
    chip = Chip()
    chip.write(CONTROL4, time << 4)
    chip.write(MODE, CALIBRATES)
    chip.write(GO, 1)
    chip.wait_ms(lasts_ms - 1)
    assert chip.read(GO) == [1]
    chip.wait_ms(1)
    assert chip.read(GO) == [0]
    assert chip.read(0x00) == [0xE0]
    assert chip.read(COMP, 3) != [0x0C, 0x6C, 0x36]
    assert chip.told == [(0, FULL), (lasts_ms, 0)]


@pytest.mark.parametrize("fault", ["unfit", "shorted"])
def test_a_calibration_that_does_not_converge_says_so_once_and_leaves_no_numbers(fault):
    chip = Chip(**{fault: True})
    chip.write(MODE, CALIBRATES)
    chip.write(GO, 1)
    chip.wait_ms(700)
    assert chip.read(GO) == [0]
    assert chip.read(0x00)[0] & 0x08
    assert chip.read(0x00) == [0xE0]
    assert chip.read(COMP, 3) == [0x0C, 0x6C, 0x36]


def test_another_mode_ends_a_calibration():
    chip = Chip()
    chip.write(MODE, CALIBRATES)
    chip.write(GO, 1)
    chip.wait_ms(100)
    chip.write(MODE, STANDBY)
    assert chip.told == [(0, FULL), (100, 0)]
    chip.wait_ms(1000)
    assert chip.read(COMP, 2) == [0x0C, 0x6C]


@pytest.mark.parametrize(("fault", "flag"), [("shorted", 1), ("hot", 2)])
def test_a_chip_that_protects_itself_drives_nothing_and_says_so_until_it_is_read(fault, flag):
    chip = Chip()
    chip.write(MODE, PLAYS, 0x7F)
    chip.wait_ms(10)
    setattr(chip.model, fault, True)
    assert chip.read(0x00) == [0xE0 | flag]
    assert chip.told == [(0, FULL), (10, 0)]
    chip.write(MODE, STANDBY)
    assert chip.read(0x00) == [0xE0 | flag]
    assert chip.read(0x00) == [0xE0]


def test_the_resonance_of_an_lra_is_told_while_it_is_driven():
    chip = Chip(resonance_hz=205)
    chip.write(FEEDBACK, LRA)
    assert chip.read(0x22) == [0]
    chip.write(MODE, PLAYS, 0x7F)
    assert chip.read(0x22) == [50]


def test_a_reset_and_a_loss_of_power_leave_what_the_datasheet_says():
    for lose in (lambda chip: chip.write(MODE, 0x80), lambda chip: chip.model.power_on()):
        chip = Chip()
        chip.write(CLAMP, 99)
        chip.write(MODE, PLAYS, 0x7F)
        chip.wait_ms(10)
        lose(chip)
        assert chip.read(MODE, 2) == [STANDBY, 0]
        assert chip.read(CLAMP) == [0x8C]
        assert chip.told == [(0, FULL), (10, 0)]


@pytest.mark.parametrize(
    "ask",
    [
        lambda chip: (chip.write(MODE, 0), chip.write(GO, 1)),
        lambda chip: (chip.write(CONTROL3, 0x08), chip.write(MODE, PLAYS)),
    ],
)
def test_what_is_not_modelled_is_refused(ask):
    with pytest.raises(NotImplementedError):
        ask(Chip())


def test_a_model_is_the_same_in_another_process():
    told = Chip(shorted=True, tied=True, identity=3, nack_at=7).model
    assert state_of(rebuilt(state_of(told))) == state_of(told)
