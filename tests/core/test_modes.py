"""Cue modes one by one, on envelopes that are permille, and on events of sets that are made up."""

import random
from itertools import pairwise
from types import SimpleNamespace

import pytest

from buzzband_fw import names
from buzzband_fw.core import exercises, modes
from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.cue import BLANKED, EVENT_DELAY_BLOCKS, EVENT_LATE_MS, Cue
from buzzband_fw.core.modes import faded
from buzzband_fw.core.modes.tempo import phases_ms
from buzzband_fw.core.quality import RAIL
from buzzband_fw.core.sets import CONFIRMED, REP, SET
from buzzband_fw.core.swings import DURATION, MEAN, PEAK, ROW, SCORED_MIN, START, UNKNOWN
from buzzband_fw.core.takeover import Takeover
from buzzband_fw.core.tempo import MUSCLE_OFF, TOO_FAST
from buzzband_fw.core.top import Top, are_alike
from buzzband_fw.core.words import (
    COUNT,
    DONE,
    FELL_SHORT,
    ON_TARGET,
    OTHER_MUSCLE,
    SENSOR_OFF,
    SILENCE,
    WITHHELD,
    duration_ms,
)
from buzzband_fw.core.words import TOO_FAST as FAST
from checked import checked
from doc_pages import page, rows

TARGET = 500
REFERENCE = 16_000  # an envelope: samples of 1000
REST, ON, FULL = 0, 700, 1000
RAILED, CLEAN = (300, 0, 240_000, 0), (0, 0, 240_000, 0)
WITHIN_A_SET_MAX = 4
EVERY_MODE = pytest.mark.parametrize("name", modes.NAMES)


def settings(mode, **changes):
    known = {
        "mode": mode,
        "exercise": "custom",
        "target_permille": TARGET,
        "tempo": None,
        "hold_s": 10,
        "steady_off_s": 5,
        "load_kg": None,
        "one_rm_kg": None,
        "reps_max": None,
        "other_muscle": False,
        "silent_sets": 0,
    }
    return SimpleNamespace(**{**known, **changes})


class Sets:
    """What the core's ``Sets`` tell, made up: the leader's swings all alike but for their peak."""

    def __init__(self, pace=0):
        self.confirmed = self.count = 0
        self.irregularity = 100  # permille
        self.exercise = SimpleNamespace(pace=pace)
        self.rep = SimpleNamespace(number=0, flags=0, start=0, concentric_ms=1000, hold_ms=0, eccentric_ms=1000)
        self.reps = SimpleNamespace(
            now=1000,
            leader=0,
            found=[0] * 9,
            rows=[0] * (64 * ROW),
            muscle_told=True,
            row=lambda source, index: (index & 63) * ROW,
            first=lambda source: 0,
            irregularity=lambda source, first, count: self.irregularity if count >= SCORED_MIN else UNKNOWN,
        )

    def top(self, peak=800, ago=10):
        """A rep has reached its top, ``ago`` steps before this one."""
        self.confirmed += 1
        self.reps.found[0] = 2 * self.confirmed - 2
        for index, mean in ((self.reps.found[0], 400), (self.reps.found[0] + 1, 200)):
            row = self.reps.row(0, index)
            self.reps.rows[row + START] = self.reps.now - ago - 50
            self.reps.rows[row + DURATION] = 100
            self.reps.rows[row + MEAN] = mean
            self.reps.rows[row + PEAK] = peak
        return CONFIRMED

    def topped(self):
        told = Top()
        told.fill(self.confirmed, self.reps)
        return told

    def alike(self):
        return are_alike(self.reps)

    def over(self, flags=0, ago=10):
        """A rep is over, and was so for ``ago`` steps."""
        self.rep.number = self.confirmed - 1
        self.reps.found[0] = 2 * self.confirmed
        self.rep.flags = flags
        self.rep.start = self.reps.now - 100 - ago
        return REP

    def end(self, count):
        self.count = count
        self.confirmed = 0
        return SET


class Worn:
    """A cue with its mode, and a set: time goes by blocks."""

    def __init__(self, name, pace=0, **changes):
        mode = modes.chosen(settings(name, **changes), new_scale(0, REFERENCE))
        self.cue = Cue(0, REFERENCE, TARGET, mode=mode)
        self.sets = Sets(pace)
        self.now = 0
        self.said = []
        self.feel(REST, 0.5)

    def feel(self, level, seconds):
        for _ in range(round(seconds * 100)):
            if word := self.cue.step([level] * 12, 0):
                self.said.append((self.now, word))
            self.now += 1
            if self.now % 2 == 0:
                self.sets.reps.now += 1

    def tell(self, event, ahead=0):
        self.cue.told(event, self.sets, ahead)

    def rep(self, level=FULL, flags=0, peak=800):
        """Two seconds of work, a second of rest."""
        self.feel(level, 1)
        self.tell(self.sets.top(peak))
        self.feel(level, 1)
        self.tell(self.sets.over(flags))
        self.feel(REST, 1)

    def end(self, count):
        self.tell(self.sets.end(count))
        self.feel(REST, 2)

    def words(self):
        return [word for _, word in self.said]

    def plain(self):
        return {word & ~WITHHELD for word in self.words() if not word & WITHHELD}


def test_a_mode_is_found_by_its_name_and_no_other_is():
    for name in modes.NAMES:
        assert modes.named(name).__module__.endswith(("modes." + name, "modes.mode"))
    with pytest.raises(ValueError):
        modes.named("loud")


@pytest.mark.parametrize("exercise", exercises.NAMES)
def test_without_a_mode_of_their_own_settings_mean_that_of_the_exercise(exercise):
    chosen = modes.chosen(settings(None, exercise=exercise), new_scale(0, REFERENCE))
    assert type(chosen) is modes.named(exercises.named(exercise).mode)


# Events and their blocks


@pytest.mark.parametrize("ahead", range(7))
def test_an_event_is_acted_on_at_its_block_whenever_it_is_known(ahead):
    worn = Worn("reach")
    step_end = worn.now
    worn.feel(REST, ahead / 100)
    worn.tell(worn.sets.end(3), ahead)
    worn.feel(REST, 0.5)
    assert worn.said == [(step_end - 2 + EVENT_DELAY_BLOCKS, DONE)]


@pytest.mark.parametrize(("ahead", "said"), [(7, True), (15, True), (16, False)])
def test_an_event_that_is_known_too_late_comes_at_once_or_not_at_all(ahead, said):
    worn = Worn("reach")
    worn.feel(REST, ahead / 100)
    worn.tell(worn.sets.end(3), ahead)
    block = worn.now
    worn.feel(REST, 0.5)
    assert worn.said == ([(block, DONE)] if said else [])
    assert EVENT_LATE_MS == 100


def test_an_event_that_is_too_late_for_its_word_still_counts():
    worn = Worn("faded")
    worn.tell(worn.sets.end(3), 40)
    worn.feel(REST, 0.5)
    assert worn.cue.mode.sets == 1


def test_a_word_never_cuts_another_but_one_about_a_rep_follows():
    worn = Worn("reach")
    worn.tell(worn.sets.end(3))
    worn.feel(REST, 0.05)
    worn.tell(worn.sets.end(3))
    worn.feel(REST, 2)
    (first, _), (second, _) = worn.said
    assert (second - first) * 10 == duration_ms(DONE) + 120 + 10


def test_while_an_event_is_to_come_flash_has_to_wait():
    worn = Worn("reach")
    assert worn.cue.clear_ms() > 0
    worn.tell(worn.sets.end(3))
    while not worn.said:
        assert worn.cue.clear_ms() == 0
        worn.feel(REST, 0.01)
    assert worn.words() == [DONE]


@EVERY_MODE
@pytest.mark.parametrize("seed", range(20))
def test_no_word_comes_while_none_is_said_to_be_possible(name, seed):
    chance = random.Random(seed)
    worn = Worn(name)
    clear_until, words = 0, 0
    for _ in range(200):
        level = chance.choice((REST, REST, 300, ON, FULL))
        event = chance.choice((None, None, worn.sets.top, worn.sets.over, worn.sets.end))
        if event is not None:
            worn.tell(event(*([3] if event == worn.sets.end else [])), chance.randrange(5))
            clear_until = worn.now  # what has been said before does not know of it
        for _ in range(chance.randrange(1, 40)):
            clear_until = max(clear_until, worn.now + worn.cue.clear_ms() // 10)
            words = len(worn.said)
            worn.feel(level, 0.01)
            assert len(worn.said) == words or worn.now > clear_until
    assert len(worn.said) > 3


# Sensor


@EVERY_MODE
def test_a_sensor_that_fails_in_a_set_is_told_once_and_its_return_by_what_it_feels(name):
    worn = Worn(name)
    worn.tell(worn.sets.top())
    worn.feel(REST, 1)
    worn.said.clear()
    for counts in (RAILED, RAILED, *[CLEAN] * 9):
        worn.cue.judge(counts)
        worn.feel(REST, 0.25)
    assert [word for word in worn.words() if name != "tempo" or word != ON_TARGET] == [SENSOR_OFF]


@EVERY_MODE
def test_outside_a_set_a_failing_sensor_is_nobodys_business(name):
    worn = Worn(name)
    for counts in (RAILED, *[CLEAN] * 9):
        worn.cue.judge(counts)
        worn.feel(REST, 0.25)
    assert worn.words() == []


def test_a_sensor_that_fails_in_a_hold_is_told_though_no_set_goes_on():
    worn = Worn("hold", hold_s=30)
    worn.feel(ON, 1.5)
    assert not worn.cue.mode.in_set
    worn.said.clear()
    worn.cue.judge(RAILED)
    worn.feel(ON, 0.5)
    assert worn.words()[0] == SENSOR_OFF


def test_that_the_sensor_is_off_cuts_the_word_that_is_being_said():
    worn = Worn("reach")
    worn.tell(worn.sets.top())
    worn.tell(worn.sets.end(3))
    worn.tell(worn.sets.top())
    worn.feel(REST, 0.1)
    assert worn.words() == [DONE]
    worn.cue.mode.in_set = True
    worn.cue.judge(RAILED)
    worn.feel(REST, 0.02)
    assert worn.words() == [DONE, SENSOR_OFF]
    assert worn.cue.flags == RAIL | BLANKED


def test_a_set_that_begins_with_the_sensor_off_is_told_so():
    worn = Worn("reach")
    worn.cue.judge(RAILED)
    worn.tell(worn.sets.top())
    worn.feel(REST, 0.5)
    assert worn.words() == [SENSOR_OFF]


def test_while_the_sensor_is_off_nothing_is_said_of_the_muscle():
    worn = Worn("below")
    worn.cue.judge(RAILED)
    for _ in range(5):
        worn.rep(level=ON, peak=100, flags=MUSCLE_OFF)
    assert FELL_SHORT not in worn.words()


# Reach and below


def test_reach_says_each_contraction_once_and_the_end_of_the_set():
    worn = Worn("reach")
    for _ in range(4):
        worn.rep()
    worn.end(4)
    assert worn.words() == [ON_TARGET] * 4 + [DONE]


@pytest.mark.parametrize(
    ("flags", "word"), [(TOO_FAST, FAST), (MUSCLE_OFF, FELL_SHORT), (MUSCLE_OFF | TOO_FAST, FELL_SHORT)]
)
def test_reach_says_what_was_wrong_with_a_rep_from_the_third_on(flags, word):
    worn = Worn("reach")
    for _ in range(2):
        worn.rep(flags=flags & TOO_FAST)
    assert worn.words() == [ON_TARGET] * 2
    worn.rep(flags=flags)
    assert worn.words() == [ON_TARGET] * 3 + [word]


@pytest.mark.parametrize(
    ("irregularity", "from_rep"), [(149, 3), (150, 5), (349, 5), (350, None)]
)  # of fewer than five reps, and of more
@pytest.mark.parametrize("name", ["reach", "below"])
def test_movement_is_told_only_once_the_reps_are_as_alike_as_those_of_a_set(name, irregularity, from_rep):
    worn = Worn(name)
    worn.sets.irregularity = irregularity
    told = [worn.words().count(FAST) for _ in range(8) if worn.rep(flags=TOO_FAST) is None]
    assert told == [max(rep - from_rep + 1, 0) if from_rep else 0 for rep in range(1, 9)]


def test_movement_without_work_is_told_nothing():
    worn = Worn("reach")
    for _ in range(10):
        worn.rep(level=REST, flags=MUSCLE_OFF | TOO_FAST, peak=50)
    assert worn.words() == []


def test_a_rep_that_is_told_again_at_the_end_of_the_set_has_no_word():
    worn = Worn("reach")
    for _ in range(3):
        worn.rep()
    worn.said.clear()
    worn.tell(worn.sets.over(TOO_FAST, ago=400))
    worn.feel(REST, 1)
    assert worn.words() == []


def test_what_was_no_set_has_no_end():
    worn = Worn("reach")
    worn.end(0)
    assert worn.words() == []


@pytest.mark.parametrize(("peak", "short"), [(424, True), (425, False), (500, False)])
def test_below_speaks_up_when_a_way_up_stayed_15_percent_short(peak, short):
    worn = Worn("below")
    for _ in range(3):
        worn.rep(peak=800)
    worn.rep(level=ON, peak=peak)
    assert worn.words() == [FELL_SHORT] * short


@pytest.mark.parametrize(("reps", "words"), [(3, []), (4, [FELL_SHORT])])
def test_below_speaks_up_from_the_fourth_rep_on(reps, words):
    worn = Worn("below")
    for _ in range(reps - 1):
        worn.rep(peak=800)
    worn.rep(level=ON, peak=100)
    assert worn.words() == words


@EVERY_MODE
def test_what_a_mode_says_depends_on_when_a_top_is_told_if_it_speaks_at_the_top(name):
    assert modes.named(name).minds_tops == (name in ("below", "tempo", "silent"))


@EVERY_MODE
def test_after_a_set_without_cues_the_band_asks_how_many_were_on_target(name):
    worn = Worn(name)
    assert worn.cue.mode.asks == (name == "silent")
    worn.end(0)
    assert worn.cue.mode.asks == (name == "silent")
    worn.end(3)
    assert worn.cue.mode.asks == (name in ("silent", "faded"))


# Hold


def held(worn, level, seconds):
    worn.feel(level, seconds)
    return [round(block / 100, 2) for block, _ in worn.said], worn.words()


def test_hold_ticks_each_second_and_ends_at_the_goal():
    worn = Worn("hold", hold_s=3)
    times_s, said = held(worn, FULL, 6)
    assert said == [ON_TARGET] * 3 + [DONE]
    assert [round(later - times_s[0], 2) for later in times_s] == [0, 1, 2, 3]


def test_a_hold_that_sags_stands_still_and_goes_on():
    worn = Worn("hold", hold_s=3)
    worn.feel(FULL, 1.6)
    worn.feel(340, 2)  # above 60 %, below 80 % of the target
    worn.feel(FULL, 2.5)
    assert worn.words() == [ON_TARGET] * 3 + [DONE]
    assert worn.said[-1][0] - worn.said[0][0] > 400


def test_a_hold_that_is_let_go_begins_anew():
    worn = Worn("hold", hold_s=2)
    worn.feel(FULL, 1.5)
    worn.feel(REST, 1)
    worn.feel(FULL, 3)
    assert worn.words() == [ON_TARGET] * 2 + [ON_TARGET] * 2 + [DONE]


def test_a_blank_counts_only_if_the_hold_goes_on_after_it():
    worn = Worn("hold", hold_s=3)
    worn.feel(FULL, 0.6)
    worn.cue.blank(1000)
    worn.feel(FULL, 0.3)
    worn.feel(REST, 4)
    assert worn.words() == [ON_TARGET]


def test_hold_says_nothing_of_reps():
    worn = Worn("hold")
    for _ in range(4):
        worn.rep(level=REST, flags=TOO_FAST)
    worn.end(4)
    assert worn.words() == []


# Tempo


@pytest.mark.parametrize(("text", "ms"), [("2-1-3", [2000, 1000, 3000, 0]), ("4-0-4-2", [4000, 0, 4000, 2000])])
def test_a_tempo_is_lift_pause_lower_and_perhaps_pause(text, ms):
    assert phases_ms(text) == ms


@pytest.mark.parametrize("text", ["", "2", "2-1", "2-1-3-1-1", "0-1-3", "2-1-0", "a-b-c", "2-1-x"])
def test_what_is_no_tempo_is_a_value_error(text):
    with pytest.raises(ValueError):
        phases_ms(text)


def beats(worn, seconds):
    worn.feel(REST, seconds)
    return [block for block, word in worn.said if word == ON_TARGET]


def begun(text="2-1-3", ago=10):
    """Wearer and block of the top that the beat goes by."""
    worn = Worn("tempo", tempo=text)
    for _ in range(4):
        worn.tell(worn.sets.top(ago=ago))
        worn.feel(REST, 0.2)
    return worn, worn.now - 20 - 2 * ago - 12


def test_the_beat_goes_by_the_top_not_by_when_it_is_known():
    worn, top = begun()
    assert (worn.said[0][0] if worn.said else beats(worn, 2)[0]) - top == pytest.approx(100, abs=1)  # the pause is over
    assert Worn("tempo").words() == []


def test_reps_that_differ_have_no_beat():
    worn = Worn("tempo")
    worn.sets.irregularity = 350
    for _ in range(8):
        worn.tell(worn.sets.top())
        worn.feel(REST, 1)
    assert worn.words() == []


def test_a_beat_marks_the_start_of_every_phase_without_drift():
    worn, _ = begun()
    blocks = beats(worn, 600)
    assert [later - one for one, later in pairwise(blocks)][:4] == [300, 200, 100, 300]
    assert {block % 600 for block in blocks[::3]} == {blocks[0] % 600}
    assert len(blocks) == 300


def test_a_phase_of_no_time_has_no_beat():
    worn, _ = begun("2-0-3")
    blocks = beats(worn, 30)
    assert {later - one for one, later in pairwise(blocks)} == {200, 300}


def test_a_beat_within_a_blank_is_left_out_and_the_next_is_on_time():
    worn, _ = begun()
    blocks = beats(worn, 30)
    other, _ = begun()
    beats(other, (blocks[0] - other.now - 30) / 100)
    other.cue.blank(600)
    assert beats(other, 30) == blocks[1 : 1 + len(other.said)]


def test_lost_blocks_do_not_delay_the_beat():
    worn, _ = begun()
    blocks = beats(worn, 30)
    other, _ = begun()
    other.cue.skip(20)
    found = beats(other, 20)
    assert [block + 20 for block in found] == blocks[: len(found)]


def test_the_beat_ends_with_the_set():
    worn, _ = begun()
    worn.end(3)
    worn.said.clear()
    assert beats(worn, 20) == []


def test_where_a_set_began_the_wrong_way_round_the_harder_way_is_the_lift():
    right, _ = begun()
    worn = Worn("tempo")
    for _ in range(4):
        event = worn.sets.top()
        for index in range(worn.sets.reps.found[0] + 1):
            worn.sets.reps.rows[worn.sets.reps.row(0, index) + MEAN] = 200 if index % 2 == 0 else 400
        worn.tell(event)
        worn.feel(REST, 0.2)
    assert {(one - other) % 600 for one, other in zip(beats(right, 12), beats(worn, 12), strict=True)} == {20}


# Faded


def test_faded_says_every_rep_every_second_every_third_then_none():
    worn = Worn("faded")
    shares = []
    for _ in range(5):
        worn.said.clear()
        for _ in range(6):
            worn.rep()
        worn.end(6)
        assert worn.words().pop() == DONE
        shares.append([word == ON_TARGET for word in worn.words()[:-1]])
    assert [sum(share) for share in shares] == [6, 3, 2, 0, 0]
    assert {len(share) for share in shares} == {6}
    assert shares[1] == [True, False] * 3
    assert faded.EVERY == (1, 2, 3)


def test_what_was_no_set_fades_nothing():
    worn = Worn("faded")
    for _ in range(4):
        worn.end(0)
    worn.rep()
    assert worn.words() == [ON_TARGET]


def test_a_withheld_word_blanks_as_if_it_were_said():
    said, kept = Worn("reach"), Worn("silent")
    flags = []
    for worn in (said, kept):
        flags.append([])
        for _ in range(200):
            worn.feel(FULL, 0.01)
            flags[-1].append(worn.cue.flags)
    assert kept.words() == [said.words()[0] | WITHHELD]
    assert flags[0] == flags[1]


# Steady


def test_steady_speaks_up_when_cycles_go_on_without_the_muscle():
    worn = Worn("steady", pace=1, steady_off_s=2)
    for level, cycles in ((ON, 10), (REST, 10)):
        for _ in range(cycles):
            worn.tell(worn.sets.top())
            worn.feel(level, 0.6)
    assert worn.words() == [FELL_SHORT] * 2
    first, second = (block for block, _ in worn.said)
    assert second - first == 200


def test_steady_is_silent_while_nothing_moves():
    worn = Worn("steady", pace=1, steady_off_s=2)
    worn.feel(REST, 60)
    assert worn.words() == []


# Silent


@pytest.mark.parametrize(("hits", "count"), [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4), (8, 4)])
def test_silent_sums_up_in_quarters(hits, count):
    worn = Worn("silent")
    for rep in range(8):
        worn.rep(level=FULL if rep < hits else 300)
    worn.end(8)
    assert worn.words() == [ON_TARGET | WITHHELD] * hits + [COUNT + count]


def test_silent_forgets_what_was_reached_before_the_set():
    worn = Worn("silent")
    for _ in range(5):
        worn.feel(FULL, 1)
        worn.feel(REST, 1)
    for _ in range(8):
        worn.rep(level=300)
    worn.end(8)
    assert worn.words()[-1] == COUNT + 1


# Sets to compare


@pytest.mark.parametrize("name", ["reach", "below", "faded", "tempo"])
def test_in_a_silent_set_every_word_about_the_work_is_withheld_and_the_end_is_said(name):
    worn = Worn(name, silent_sets=0b1)
    for _ in range(6):
        worn.rep(peak=800)
    worn.rep(flags=TOO_FAST, peak=100)
    worn.rep(peak=100)
    assert worn.words()
    assert worn.plain() == set()
    worn.end(8)
    assert worn.plain() == {DONE}


def test_the_bits_name_the_sets_that_are_silent_and_those_behind_them_are_not():
    worn = Worn("reach", silent_sets=0b0110)
    silent = []
    for _ in range(5):
        worn.said.clear()
        silent.append(worn.cue.mode.silent)
        for _ in range(3):
            worn.rep()
        assert worn.words() == [ON_TARGET | (WITHHELD if silent[-1] else 0)] * 3
        worn.end(3)
    assert silent == [False, True, True, False, False]


def test_what_was_no_set_takes_no_turn():
    worn = Worn("reach", silent_sets=0b01)
    worn.end(0)
    assert worn.cue.mode.silent
    worn.end(3)
    assert not worn.cue.mode.silent


def test_a_set_with_and_one_without_words_are_blanked_alike():
    flags = []
    for silent_sets in (0b0, 0b1):
        worn = Worn("reach", silent_sets=silent_sets)
        flags.append([])
        for _ in range(3):
            worn.tell(worn.sets.top())
            for level in [FULL] * 100 + [REST] * 100:
                worn.feel(level, 0.01)
                flags[-1].append((worn.cue.flags, worn.cue.gated))
    assert flags[0] == flags[1]
    assert any(flag for flag, _ in flags[0])


def test_behind_a_silent_set_a_heavy_load_still_keeps_the_words_of_the_muscle():
    worn = Worn("reach", load_kg=80, one_rm_kg=100, silent_sets=0b01)
    worn.end(3)
    worn.rep()
    assert not worn.cue.mode.silent
    assert ON_TARGET not in worn.plain()


# The load gate, the other muscle


@pytest.mark.parametrize("name", ["reach", "below", "faded"])
def test_a_heavy_load_leaves_the_tempo_and_the_end(name):
    worn = Worn(name, load_kg=80, one_rm_kg=100)
    for _ in range(3):
        worn.rep(peak=800)
    worn.rep(flags=TOO_FAST, peak=100)
    worn.rep(peak=100)
    worn.end(5)
    assert worn.plain() == {FAST, DONE}
    assert any(word & WITHHELD for word in worn.words())


@pytest.mark.parametrize("name", ["hold", "tempo"])
def test_a_heavy_load_leaves_hold_and_tempo_alone(name):
    light, heavy = Worn(name), Worn(name, load_kg=80, one_rm_kg=100)
    for worn in (light, heavy):
        for _ in range(4):
            worn.rep()
    assert heavy.said == light.said != []


def test_a_light_load_changes_nothing():
    worn = Worn("reach", load_kg=60, one_rm_kg=100)
    worn.rep()
    assert worn.words() == [ON_TARGET]


@pytest.mark.parametrize(
    ("name", "word"),
    [("reach", OTHER_MUSCLE), ("below", OTHER_MUSCLE), ("hold", OTHER_MUSCLE), ("silent", OTHER_MUSCLE | WITHHELD)],
)
def test_a_muscle_that_takes_over_is_told_after_the_rep(name, word):
    worn = Worn(name, other_muscle=True)
    worn.cue.takeover = Takeover()
    worn.cue.takeover.add(300, 600)
    worn.tell(worn.sets.top())
    worn.feel(REST, 0.2)
    worn.tell(worn.sets.over())
    worn.feel(REST, 1)
    assert worn.words() == [word]


# Four words


def everything(name, other):
    """All words of a set in which all that can happen does, and what is said at its end, in order."""
    worn = Worn(name, hold_s=2, steady_off_s=1, other_muscle=other)
    if other:
        worn.cue.takeover = Takeover()
    for flags, level, peak in (
        (0, FULL, 800),
        (0, FULL, 800),
        (0, FULL, 800),
        (TOO_FAST, FULL, 800),
        (MUSCLE_OFF, REST, 100),
    ):
        if other:
            worn.cue.takeover.add(400, 600 if flags == MUSCLE_OFF else 300)
        worn.rep(level=level, flags=flags, peak=peak)
        worn.feel(REST, 1.5)
    worn.feel(FULL, 5)
    worn.tell(worn.sets.top())
    worn.feel(REST, 0.5)
    for counts in (RAILED, *[CLEAN] * 9):
        worn.cue.judge(counts)
        worn.feel(REST, 0.25)
    in_set = worn.plain()
    worn.said.clear()
    worn.end(5)
    return in_set, worn.words()


@EVERY_MODE
@pytest.mark.parametrize("other", [False, True])
def test_a_mode_says_what_the_docs_say_and_never_more_than_four_words_in_a_set(name, other):
    told = {cells[0].strip("`"): cells[1:] for cells in rows(page("haptics"), "in a set")}
    in_set, at_end = everything(name, other)
    assert len(in_set) <= WITHIN_A_SET_MAX
    wanted = told["reach"][0] if name == "faded" else told[name][0]
    for word in in_set:
        assert names.WORDS[word] in wanted or (name in ("reach", "faded") and word == OTHER_MUSCLE)
    if not other:
        assert all(
            f"`{names.WORDS[word]}`" not in wanted or word in in_set
            for word in (ON_TARGET, FELL_SHORT, FAST, SENSOR_OFF)
        )
    ends = {word for word in (DONE, COUNT + 4) if f"`{names.WORDS[word]}`" in told[name][1]}
    assert sorted(at_end) == sorted(ends)


# Arithmetic


@EVERY_MODE
def test_kernels_stay_in_range(name):
    mode = modes.chosen(settings(name, hold_s=600, steady_off_s=120, tempo="20-20-20-20"), new_scale(0, 1 << 19))
    kernel = checked(mode.kernel)
    mode.act(32 | 1 << 8)
    for envelope in ((1 << 20) - 1, 0, 1 << 18) * 50:
        for _ in range(20):
            kernel(envelope, mode.gate)
        mode.skip(5000)


def test_silence_is_never_uttered():
    assert Worn("reach").cue._utter(SILENCE) == SILENCE
