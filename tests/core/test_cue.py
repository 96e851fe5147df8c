import pytest

from buzzband_fw.core.cue import AFTER_MOTOR_MS, BLANKED, Cue
from buzzband_fw.core.quality import RAIL
from buzzband_fw.core.words import ON_TARGET, SILENCE, duration_ms

REFERENCE = 16_000  # an envelope: samples of 1000
REST = [0] * 12
FULL = [1000] * 12
RAILED = (300, 0, 300 * 8 * 100)
CLEAN = (0, 0, 300 * 8 * 100)
BLANK_BLOCKS = 24


def armed_cue(target_permille=500):
    cue = Cue(0, REFERENCE, target_permille)
    for _ in range(30):
        assert cue.step(REST, 0) == SILENCE
    return cue


def steps(cue, block, count):
    return [cue.step(block, 0) for _ in range(count)]


def until_word(cue, block=FULL):
    for _ in range(1000):
        if word := cue.step(block, 0):
            return word
    raise AssertionError("no word")


def test_says_on_target_when_the_envelope_first_reaches_the_target():
    cue = armed_cue()
    while not cue.step(FULL, 0):
        assert cue.gated < REFERENCE // 2
    assert cue.gated >= REFERENCE // 2


def test_says_it_once_in_a_contraction():
    cue = armed_cue()
    assert until_word(cue) == ON_TARGET
    assert steps(cue, FULL, 500) == [SILENCE] * 500


def test_says_it_again_after_a_rest():
    cue = armed_cue()
    until_word(cue)
    steps(cue, REST, 100)
    assert until_word(cue) == ON_TARGET


def test_says_nothing_if_worn_in_mid_contraction():
    assert set(steps(Cue(0, REFERENCE, 500), FULL, 500)) == {SILENCE}


def test_a_word_blanks_for_exactly_240_ms():
    assert duration_ms(ON_TARGET) + AFTER_MOTOR_MS == 10 * BLANK_BLOCKS
    cue = armed_cue()
    until_word(cue)
    assert cue.flags == 0
    flags = []
    for _ in range(30):
        cue.step(FULL, 0)
        flags.append(cue.flags)
    assert flags == [BLANKED] * BLANK_BLOCKS + [0] * 6


def test_the_gated_envelope_stands_still_while_blanked_and_goes_on_from_there():
    cue, twin = armed_cue(), armed_cue()
    until_word(cue)
    until_word(twin)
    frozen, samples = cue.gated, list(cue.samples)
    for _ in range(BLANK_BLOCKS):
        cue.step([30_000] * 12, 0)  # a motor that shakes the electrodes
        twin.step(REST, 0)
        assert cue.gated == frozen
        assert cue.samples == samples
    for _ in range(5):
        assert cue.step(FULL, 0) == twin.step(FULL, 0)
        assert cue.gated == twin.gated > frozen


def test_the_wait_for_the_next_word_stands_still_while_blanked():
    cue = armed_cue()
    cue.blank(1000)
    steps(cue, REST, 112)
    assert cue.flags == BLANKED
    assert until_word(cue) == ON_TARGET  # it was armed before, and still is

    cue = Cue(0, REFERENCE, 500)
    steps(cue, REST, 20)
    cue.blank(1000)
    steps(cue, REST, 112)
    assert set(steps(cue, FULL, 100)) == {SILENCE}  # 200 ms of rest before the blank and none in it


@pytest.mark.parametrize(("motor_ms", "blocks"), [(0, 12), (1, 13), (10, 13), (11, 14), (120, 24), (480, 60)])
def test_blank_lasts_as_long_as_the_motor_and_120_ms_in_whole_blocks(motor_ms, blocks):
    cue = armed_cue()
    cue.blank(motor_ms)
    flags = []
    for _ in range(blocks + 3):
        cue.step(REST, 0)
        flags.append(cue.flags)
    assert flags == [BLANKED] * blocks + [0] * 3


def test_a_shorter_blank_does_not_cut_a_longer_one_short():
    cue = armed_cue()
    cue.blank(480)
    cue.blank(10)
    steps(cue, REST, 60)
    assert cue.flags == BLANKED
    steps(cue, REST, 1)
    assert cue.flags == 0


def test_a_fault_suppresses_words_and_shows_in_the_flags():
    cue = armed_cue()
    cue.judge(RAILED)
    assert steps(cue, FULL, 200) == [SILENCE] * 200
    assert cue.flags == RAIL
    assert cue.gated > REFERENCE // 2  # it still follows the muscle


def test_words_come_back_when_the_fault_has_fallen():
    cue = armed_cue()
    cue.judge(RAILED)
    for _ in range(8):
        cue.judge(CLEAN)
    assert cue.flags == 0
    assert until_word(cue) == ON_TARGET


def test_a_target_reached_while_a_fault_stood_is_dropped_not_said_late():
    cue = armed_cue()
    cue.judge(RAILED)
    steps(cue, FULL, 100)
    for _ in range(8):
        cue.judge(CLEAN)
    assert steps(cue, FULL, 100) == [SILENCE] * 100


def test_a_fault_shows_beside_the_blank():
    cue = armed_cue()
    until_word(cue)
    cue.judge(RAILED)
    cue.step(FULL, 0)
    assert cue.flags == RAIL | BLANKED


def test_reads_12_samples_at_the_offset():
    cue, shifted = armed_cue(), Cue(0, REFERENCE, 500, capacity=36)
    steps(shifted, REST, 30)
    cue.step(FULL, 0)
    shifted.step([9999] * 12 + FULL + [9999] * 12, 12)
    assert shifted.gated == cue.gated
    assert shifted.samples[12:24] == cue.samples
