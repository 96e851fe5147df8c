from types import SimpleNamespace

import pytest

from buzzband_fw import names
from buzzband_fw.core.cue import AFTER_MOTOR_MS, BLANKED, Cue
from buzzband_fw.core.modes.mode import BEGUN, OVER, TOLD
from buzzband_fw.core.quality import RAIL
from buzzband_fw.core.sets import SET
from buzzband_fw.core.words import DONE, FELL_SHORT, ON_TARGET, OTHER_MUSCLE, SENSOR_OFF, SILENCE, duration_ms

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


@pytest.mark.parametrize(("target_permille", "within_ms"), [(200, 20), (500, 60), (800, 140)])
def test_a_muscle_that_starts_at_once_is_cued_as_soon_as_an_average_of_85_ms_gets_there(target_permille, within_ms):
    # 85.3 ms ln(1 / (1 - target)) are 19, 59.1 and 137 ms, in whole blocks
    cue = armed_cue(target_permille)
    assert [word for word in steps(cue, FULL, within_ms // 10) if word] == [ON_TARGET]
    assert set(steps(armed_cue(target_permille), FULL, within_ms // 10 - 1)) == {SILENCE}


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


@pytest.mark.parametrize(("motor_ms", "blocks"), [(110, 24), (120, 24), (130, 25), (360, 48)])
def test_a_blank_within_a_blank_ends_with_the_later_of_both(motor_ms, blocks):
    cue = armed_cue()
    cue.blank(130)
    cue.step(REST, 0)
    cue.blank(motor_ms)
    flags = []
    for _ in range(60):
        cue.step(REST, 0)
        flags.append(cue.flags)
    assert flags == [BLANKED] * blocks + [0] * (60 - blocks)


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


def test_while_a_fault_stands_no_word_of_the_muscle_is_said_and_every_other_is():
    said = {}
    for word in range(1, len(names.WORDS)):
        cue = armed_cue()
        cue.believe(RAIL)
        said[word] = cue._utter(word)
    assert {word for word, uttered in said.items() if uttered == SILENCE} == {ON_TARGET, FELL_SHORT, OTHER_MUSCLE}
    assert all(uttered in (word, SILENCE) for word, uttered in said.items())


class Tiring:
    """Fatigue that asks for a target after each rep, and for another after a set."""

    def __init__(self):
        self.taken = []

    def take(self, counts, gated):
        self.taken.append((counts, gated))

    def rep_over(self):
        return 600

    def set_over(self):
        return 550


@pytest.mark.parametrize(("code", "target"), [(BEGUN, 500), (TOLD, 600), (OVER, 550), (BEGUN | TOLD, 600)])
def test_a_rep_that_is_told_and_the_end_of_a_set_move_the_target_as_fatigue_asks(code, target):
    cue = armed_cue()
    cue.fatigue = Tiring()
    cue._act(code)
    assert cue.mode.target_permille == target
    while cue.gated * 1000 < REFERENCE * target:
        assert cue.step(FULL, 0) == (ON_TARGET if cue.gated * 1000 >= REFERENCE * target else SILENCE)


@pytest.mark.parametrize(("faults", "blanked", "taken"), [(0, False, 1), (RAIL, False, 0), (0, True, 0)])
def test_only_a_clean_window_in_which_the_motor_is_silent_counts_for_fatigue(faults, blanked, taken):
    cue = armed_cue()
    cue.fatigue = Tiring()
    if blanked:
        cue.blank(10)
    steps(cue, REST, 25)
    cue.judge(RAILED if faults else CLEAN)
    assert len(cue.fatigue.taken) == taken
    steps(cue, REST, 25)
    cue.judge(RAILED if faults else CLEAN)
    assert len(cue.fatigue.taken) == (0 if faults else taken + 1)


def test_an_event_without_a_delay_is_that_of_the_step_that_has_just_ended():
    cue = armed_cue()
    cue.told(SET, SimpleNamespace(count=3))
    assert [block for block, word in enumerate(steps(cue, REST, 20)) if word == DONE] == [6]


@pytest.mark.parametrize(("ahead", "word"), [(15, DONE), (16, SILENCE)])
def test_an_event_that_is_100_ms_late_has_no_word(ahead, word):
    cue = armed_cue()
    cue.told(SET, SimpleNamespace(count=3), ahead)
    assert cue.step(REST, 0) == word


def test_two_events_of_one_block_both_count_and_the_more_urgent_word_is_said():
    cue = armed_cue()
    cue.told(SET, SimpleNamespace(count=3), 0)
    cue.told(SET, SimpleNamespace(count=0), 0)
    assert [word for word in steps(cue, REST, 20) if word] == [DONE]
    assert cue.mode.sets == 1


def test_flash_may_be_touched_in_a_blank_and_while_the_muscle_rests_but_not_when_an_event_is_to_come():
    cue = armed_cue()
    at_rest = cue.clear_ms()
    assert at_rest > 0
    cue.blank(380)
    assert cue.clear_ms() == 500 + at_rest
    steps(cue, REST, 49)
    assert cue.clear_ms() == 10 + at_rest
    cue.told(SET, SimpleNamespace(count=3))
    assert cue.clear_ms() == 10
    steps(cue, REST, 1)
    assert cue.clear_ms() == 0


def test_a_word_that_waits_for_the_end_of_a_blank_comes_when_that_is_over():
    cue = armed_cue()
    cue.blank(380)
    cue.told(SET, SimpleNamespace(count=3))
    assert cue.clear_ms() == 500
    steps(cue, REST, 50)
    assert cue.clear_ms() == 0
    assert cue.step(REST, 0) == DONE


def test_a_cue_that_succeeds_another_goes_on_with_its_envelope():
    first, second, twin = armed_cue(), Cue(0, REFERENCE, 500), armed_cue()
    steps(first, FULL, 3)
    steps(twin, FULL, 3)
    second.succeed(first)
    assert second.gated == first.gated
    for _ in range(5):
        second.step(REST, 0)
        twin.step(REST, 0)
        assert second.gated == twin.gated


def test_at_first_nothing_is_felt_and_nothing_is_wrong():
    cue = Cue(0, REFERENCE, 500, capacity=36)
    assert (cue.gated, cue.flags, cue.samples) == (0, 0, [0] * 36)
    assert (cue.fatigue, cue.takeover) == (None, None)


@pytest.mark.parametrize(("code", "word"), [(TOLD, OTHER_MUSCLE), (OVER, SILENCE), (BEGUN, SILENCE)])
def test_that_another_muscle_took_over_is_said_of_a_rep_that_is_told(code, word):
    cue = armed_cue()
    cue.takeover = SimpleNamespace(happened=lambda: True)
    assert cue._act(code) == word


def test_a_fault_that_comes_back_in_a_set_is_told_again():
    cue = armed_cue()
    cue.mode.in_set = True
    for _ in range(2):
        cue.believe(RAIL)
        assert SENSOR_OFF in steps(cue, REST, 200)
        cue.believe(RAIL)
        assert SENSOR_OFF not in steps(cue, REST, 200)
        cue.believe(0)
