"""What calibration counts on one by one: evidence against a signal, deafness while the motor runs, guided rest."""

import pytest

from buzzband_fw.core.calibration import (
    ELECTRODE_OFF,
    HUM,
    MOVED,
    SATURATED,
    Evidence,
    Listener,
    Rest,
    grade_of,
    median,
)
from buzzband_fw.core.words import BREATHE_IN, BREATHE_OUT, SQUEEZE

CLEAN = (0, 0, 300 * 16)
RAILED = (7, 0, 300 * 16)
FLAT = (0, 0, 300 * 16 - 1)
STILL, MOVING = 0, 65 * 25  # speeds: 25 °/s
WINDOW_BLOCKS = 25
QUIET = 100


def taken(*windows):
    evidence = Evidence()
    kept = [evidence.take(counts) for counts in windows]
    return evidence, kept


def test_a_window_counts_that_is_neither_railed_nor_flat():
    _, kept = taken(CLEAN, (6, 0, 300 * 16), RAILED, FLAT, (0, 300 * 8, 300 * 8), (0, 300 * 8, 300 * 8 - 1), (7, 0, 0))
    assert kept == [True, True, False, False, True, False, False]


@pytest.mark.parametrize(
    ("bad", "good", "told"), [(0, 0, False), (1, 3, False), (1, 2, True), (2, 6, False), (3, 8, True)]
)
def test_more_than_a_quarter_of_the_windows_speak_against_a_signal(bad, good, told):
    assert taken(*[RAILED] * bad, *[CLEAN] * good)[0].is_railed() == told
    assert taken(*[FLAT] * bad, *[CLEAN] * good)[0].is_flat() == told


@pytest.mark.parametrize(
    ("counts", "railed", "flat"), [(RAILED, True, False), (FLAT, False, True), (CLEAN, False, False)]
)
def test_railed_is_not_flat(counts, railed, flat):
    evidence, _ = taken(counts, counts)
    assert (evidence.is_railed(), evidence.is_flat()) == (railed, flat)


@pytest.mark.parametrize(("kept", "hum"), [(199 << 8, True), (200 << 8, False), (201 << 8, False)])
def test_it_is_hum_where_the_comb_removes_more_than_nine_eighths_of_what_is_left(kept, hum):
    assert taken((0, 225 << 8, kept))[0].is_hum(256) == hum


@pytest.mark.parametrize("windows", [1, 2, 7])
@pytest.mark.parametrize(("span", "hum"), [(0, True), (255, True), (256, True), (258, False), (512, False)])
def test_it_is_no_hum_that_is_less_than_one_and_a_half_times_the_span(span, hum, windows):
    assert taken(*[(0, 225 << 8, 0)] * windows)[0].is_hum(span) == hum


@pytest.mark.parametrize(
    ("removed", "kept", "beating"), [(6, 1, False), (7, 1, True), (12, 2, False), (13, 2, True), (0, 0, False)]
)
def test_it_beats_where_less_than_a_sixth_is_left(removed, kept, beating):
    assert taken((0, removed << 8, kept << 8))[0].is_beating() == beating


def test_of_64_windows_each_counts_half_when_the_next_one_comes():
    evidence, _ = taken(*[RAILED] * 20, *[FLAT] * 30, *[CLEAN] * 14)
    assert (evidence.windows, evidence.railed, evidence.flat) == (64, 20, 30)
    evidence.take(RAILED)
    assert (evidence.windows, evidence.railed, evidence.flat) == (33, 11, 15)


@pytest.mark.parametrize(
    ("kept", "hum", "beating"), [(1365, True, True), (1366, True, False), (7281, True, False), (7282, False, False)]
)
def test_of_64_windows_the_power_counts_half_too(kept, hum, beating):
    """32 windows' worth of what was removed against what is new: 8 * 8192 > 9 * 7281, 8192 > 6 * 1365."""
    evidence, _ = taken(*[(0, 256 << 8, 0)] * 64, (0, 0, kept << 8))
    assert (evidence.is_hum(1), evidence.is_beating()) == (hum, beating)
    evidence, _ = taken(*[(0, 0, 2 * kept << 8)] + [(0, 0, 0)] * 63, (0, 8192 << 8, 0))
    assert (evidence.is_hum(1), evidence.is_beating()) == (hum, beating)


@pytest.mark.parametrize(("contrast", "grade"), [(59, 1), (60, 2), (119, 2), (120, 3)])
def test_grades_are_contrasts_in_tenths(contrast, grade):
    assert grade_of(contrast, Evidence(), 1000) == grade


@pytest.mark.parametrize(("contrast", "grade"), [(59, 1), (60, 1), (120, 2)])
def test_hum_of_half_the_span_costs_a_grade_and_never_the_last(contrast, grade):
    evidence, _ = taken((0, 225 << 8, 0))
    assert not evidence.is_hum(512)
    assert grade_of(contrast, evidence, 512) == grade
    assert grade_of(contrast, evidence, 516) == grade + (contrast >= 60)


def test_the_median_is_that_of_the_first_values():
    assert [median([4, 9, 2, 7], count) for count in (1, 2, 3, 4)] == [4, 4, 4, 4]
    assert median([9, 2, 7], 3) == 7


def test_a_listener_is_deaf_for_the_word_and_120_ms_after():
    listener = Listener()
    assert listener.hears(5)
    assert (listener.deaf, listener.clean, listener.loudest) == (0, 1, 0)
    assert listener.say(SQUEEZE) == SQUEEZE
    deaf_blocks = (120 + 140 + 250 + 120) // 10
    assert [listener.hears(QUIET + block % 7) for block in range(deaf_blocks)] == [False] * deaf_blocks
    assert (listener.deaf, listener.clean, listener.loudest) == (0, 0, QUIET + 6)
    assert [listener.hears(1000), listener.hears(1000)] == [True, True]
    assert (listener.clean, listener.loudest) == (2, QUIET + 6)


def test_the_loudest_is_that_of_the_last_word():
    listener = Listener()
    listener.say(SQUEEZE)
    listener.hears(500)
    listener.say(SQUEEZE)
    assert listener.loudest == 0
    listener.hears(7)
    assert listener.loudest == 7


class Open(Listener):
    """A listener whom no word makes deaf: every block of a test counts."""

    def say(self, word):
        return word


class Resting:
    """Guided rest, fed by windows, with the blocks at which words were said."""

    def __init__(self, listener=None):
        self.rest = Rest(listener or Open())
        self.said = {}
        self.block = 0

    def feel(self, envelope=QUIET, speed=STILL, counts=CLEAN, blocks=WINDOW_BLOCKS):
        for _ in range(blocks):
            if word := self.rest.step(envelope, speed):
                self.said[self.block] = word
            self.block += 1
            if self.block % WINDOW_BLOCKS == 0:
                self.rest.judge(counts)
        return self

    def settle(self):
        """Half a second for the filters, and what comes before the first whole window."""
        return self.feel(envelope=9999, counts=RAILED, blocks=2 * WINDOW_BLOCKS)

    def windows(self, *means):
        for mean in means:
            self.feel(mean)
        return self


def over_at(resting):
    """The block at which it is over, if that is within what a wearer has to bear."""
    for block in range(resting.block, 1400):
        resting.feel(speed=MOVING, blocks=1)
        if resting.rest.done:
            return block
    return None


def test_the_first_half_second_counts_for_nothing():
    resting = Resting().settle()
    assert (resting.rest.evidence.windows, resting.rest.rest) == (0, 0)
    assert (resting.windows(QUIET).rest.evidence.windows, resting.rest.rest) == (1, QUIET)


def test_a_breath_is_in_for_2_s_and_out_for_2_s():
    resting = Resting()
    resting.feel(speed=MOVING, blocks=1300)
    assert resting.said == {
        50: BREATHE_IN, 250: BREATHE_OUT, 450: BREATHE_IN, 650: BREATHE_OUT, 850: BREATHE_IN, 1050: BREATHE_OUT,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("means", "rest"),
    [
        ([100, 100, 166], 122),  # half as much again, and 16
        ([100, 100, 167], 100),
        ([167, 100, 100], 100),
        ([166, 100, 100], 122),
        ([10] + [100] * 6, 10),  # of seven windows the quietest counts
        ([10] + [100] * 7, 88),  # of eight the second: one may be quiet by chance
        ([100] * 7 + [10], 88),
        ([0] * 8, 0),
        ([1, 2, 3], 2),
    ],
)
def test_rest_is_the_mean_of_the_windows_that_are_hardly_louder_than_the_quietest(means, rest):
    assert Resting().settle().windows(*means).rest.rest == rest


def test_a_window_in_which_the_limb_moves_does_not_count_for_rest():
    resting = Resting().settle().windows(QUIET)
    resting.feel(10, MOVING)
    assert resting.rest.rest == QUIET
    resting.feel(10, MOVING - 1)
    assert resting.rest.rest == 10
    assert resting.rest.evidence.windows == 3


def test_one_block_of_moving_is_enough():
    resting = Resting().settle()
    resting.feel(10, MOVING, blocks=1).feel(10, blocks=WINDOW_BLOCKS - 1)
    assert (resting.rest.rest, resting.rest.evidence.windows) == (0, 1)
    assert resting.windows(QUIET).rest.rest == QUIET


@pytest.mark.parametrize("counts", [RAILED, FLAT])
def test_a_window_that_is_railed_or_flat_does_not_count_for_rest(counts):
    resting = Resting().settle().feel(10, counts=counts).windows(QUIET)
    assert (resting.rest.rest, resting.rest.evidence.windows) == (QUIET, 2)


def test_a_window_counts_only_if_none_of_it_was_spoilt():
    listener = Listener()
    resting = Resting(listener).settle()
    resting.feel(blocks=24)
    assert resting.rest.evidence.windows == 0
    while listener.clean < WINDOW_BLOCKS + 1 or resting.block % WINDOW_BLOCKS:
        resting.feel(blocks=1)
    assert resting.rest.evidence.windows == 1


@pytest.mark.parametrize(
    ("still", "loud", "over"),
    [(12, 0, 850), (11, 0, 1250), (12, 4, 850), (12, 5, 1250), (15, 5, 850), (14, 5, 1250)],
)
def test_3_s_of_stillness_and_three_quarters_of_the_time_are_enough_for_two_breaths(still, loud, over):
    resting = Resting().settle().windows(*[QUIET] * still, *[10 * QUIET] * loud)
    assert over_at(resting) == over
    assert resting.rest.refusal == (0 if over == 850 else MOVED)


@pytest.mark.parametrize(("counts", "refusal"), [(RAILED, SATURATED), (FLAT, ELECTRODE_OFF)])
def test_what_is_dead_is_told_after_two_breaths(counts, refusal):
    resting = Resting().settle()
    resting.feel(counts=counts, blocks=801)
    assert (resting.rest.done, resting.rest.refusal) == (True, refusal)


@pytest.mark.parametrize(("removed", "refusal"), [(28000 * 225, HUM), (28000 * 225 - 256, SATURATED)])
def test_hum_of_a_third_of_the_converters_range_is_what_rails(removed, refusal):
    resting = Resting().settle()
    resting.feel(counts=(7, removed, 0), blocks=801)
    assert resting.rest.refusal == refusal


@pytest.mark.parametrize(("shaken", "refusal"), [(23, HUM), (24, MOVED), (25, MOVED)])
def test_what_is_never_still_is_hum_that_beats_unless_the_limb_moved_half_the_time(shaken, refusal):
    beating = (0, 7 << 12, 1 << 12)
    resting = Resting().settle()
    for window in range(48):
        resting.feel(100 if window % 2 else 1000, MOVING if window < shaken else STILL, beating)
    resting.feel(blocks=1)
    assert (resting.rest.done, resting.rest.evidence.windows, resting.rest.refusal) == (True, 48, refusal)


def test_what_is_never_still_and_does_not_beat_is_movement():
    resting = Resting().settle()
    for window in range(48):
        resting.feel(100 if window % 2 else 1000, STILL, (0, 6 << 12, 1 << 12))
    resting.feel(blocks=1)
    assert resting.rest.refusal == MOVED


@pytest.mark.parametrize("left", [1, 5])
def test_the_leak_is_the_median_of_what_the_prompts_add_to_rest(left):
    """The motor adds something in the block with so many ``left``; the wearer is quiet but for it."""
    listener = Listener()
    resting, prompts = Resting(listener).settle(), 0
    assert resting.rest.leak() == 0
    loudest = (300, 100, 900, 500)
    while not resting.rest.done:
        before = listener.deaf
        resting.feel(loudest[prompts] if listener.deaf == left else QUIET, blocks=1)
        prompts += before == 1
    assert (prompts, resting.rest.rest) == (4, QUIET)
    assert resting.rest.leak() == 300 - QUIET


def test_what_is_quieter_with_the_motor_on_leaks_nothing():
    listener = Listener()
    resting = Resting(listener).settle()
    while not resting.rest.done:
        resting.feel(QUIET - 50 if listener.deaf else QUIET, blocks=1)
    assert resting.rest.leak() == 0
