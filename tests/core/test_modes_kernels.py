"""Modes by themselves: the kernels of hold, tempo and steady against their rules, block by block; what codes change."""

import random
from types import SimpleNamespace

import pytest

from buzzband_fw.core import modes
from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.modes import tempo
from buzzband_fw.core.modes.hold import AT_GOAL, TICKED
from buzzband_fw.core.modes.mode import ARGUMENT_SHIFT, BEGUN, COUNTS, OVER, TOLD, is_fresh
from buzzband_fw.core.sets import CONFIRMED, REP, SET
from buzzband_fw.core.tempo import MUSCLE_OFF
from buzzband_fw.core.words import COUNT, FELL_SHORT, ON_TARGET, WITHHELD

SCALE = new_scale(0, 1000)  # envelopes are permille
TARGET = 500


def chosen(name, **changes):
    given = SimpleNamespace(other_muscle=False, hold_s=3, steady_off_s=2, tempo=None, **changes)
    return modes.named(name)(SCALE, TARGET, given)


class Holding:
    """A hold in ms: from 500 permille on, the clock at 400 or more, over after 300 ms below 300."""

    def __init__(self, goal_s):
        self.goal_ms = 1000 * goal_s
        self.armed = self.on = False
        self.below_ms = self.held_ms = self.told_ms = self.blank_ms = self.settled_ms = 0

    def take(self, permille):
        if self.armed:
            return self.begin() if permille >= 500 else 0
        if permille < 400:
            self.blank_ms = self.settled_ms = 0
        self.below_ms = self.below_ms + 10 if permille < 300 else 0
        if self.below_ms >= 300:
            self.armed, self.on = True, False
        return self.run() if self.on and permille >= 400 else 0

    def begin(self):
        self.armed, self.on = False, True
        self.below_ms = self.held_ms = self.told_ms = self.blank_ms = self.settled_ms = 0
        return TICKED

    def run(self):
        self.held_ms += 10
        if self.blank_ms:
            self.settled_ms += 10
            if self.settled_ms == 90:
                self.held_ms += self.blank_ms
                self.blank_ms = self.settled_ms = 0
        if self.held_ms >= self.goal_ms:
            self.on = False
            return AT_GOAL
        seconds, self.told_ms = self.held_ms // 1000 - self.told_ms // 1000, self.held_ms
        return TICKED if seconds else 0

    def skip(self, ms):
        if self.on:
            self.blank_ms += ms
            self.settled_ms = 0

    def lapse(self):
        self.armed, self.on = True, False
        self.below_ms = self.blank_ms = 0

    def clear_ms(self, permille):
        if self.armed:
            return 20 if 4 * permille < 500 else 0
        next_hold_ms = max(300 - self.below_ms, 10)
        if not self.on:
            return next_hold_ms
        next_ms = min(self.told_ms // 1000 * 1000 + 1000, self.goal_ms)
        return min(max(next_ms - self.held_ms - self.blank_ms - 10, 0), next_hold_ms)


def levels(chance):
    """Envelopes around the levels that matter, for as long as matters."""
    while True:
        level = chance.choice((0, 124, 125, 299, 300, 399, 400, 400, 499, 500, 900, 900, 900))
        for _ in range(chance.choice((1, 8, 9, 10, 29, 30, 31, 60, 100, 150))):
            yield level


@pytest.mark.parametrize("seed", range(8))
def test_hold_does_what_its_rule_says(seed):
    chance = random.Random(seed)
    hold, rule = chosen("hold"), Holding(3)
    for _, envelope in zip(range(3000), levels(chance), strict=False):
        assert hold.kernel(envelope, hold.gate) == rule.take(envelope)
        assert hold.at_work() == rule.on
        assert hold.clear_ms(envelope) == rule.clear_ms(envelope)
        event = chance.random()
        if event < 0.01:
            for each in (hold, rule):
                each.skip(240)
        elif event < 0.012:
            for each in (hold, rule):
                each.lapse()


def test_a_hold_lasts_10_s_unless_settings_say_otherwise():
    hold, rule = modes.named("hold")(SCALE, TARGET), Holding(10)
    for envelope in [0] * 30 + [600] * 1100:
        assert hold.kernel(envelope, hold.gate) == rule.take(envelope)


def test_hold_goes_by_the_target_it_is_moved_to():
    hold = chosen("hold")
    hold.retarget(800)
    assert hold.target_permille == 800
    told = [hold.kernel(envelope, hold.gate) for envelope in [479] * 30 + [799, 800] + [639] * 200 + [640] * 100]
    assert told == [0] * 31 + [TICKED] + [0] * 299 + [TICKED]


class Beating:
    """Beats at fixed times: the ends of lift, pause, lower and pause, from the top on."""

    def __init__(self, phases_ms, top_ms, until_ms):
        ends, at, phase = [], top_ms, 1
        while at <= until_ms:
            at += phases_ms[phase]
            phase = (phase + 1) % 4
            ends.append(at)
        self.beats_ms = set(ends)


@pytest.mark.parametrize("text", ["2-1-3", "1-0-1", "3-0-1-2", "1-1-1-1"])
@pytest.mark.parametrize("ago_ms", [10, 90, 200, 1000, 1010, 2990, 7777 // 10 * 10])
def test_the_beat_is_at_the_ends_of_the_phases_from_the_top_on(text, ago_ms):
    mode = modes.named("tempo")(SCALE, TARGET, SimpleNamespace(other_muscle=False, tempo=text))
    assert [mode.kernel(0, mode.gate) for _ in range(50)] == [0] * 50
    assert mode.clear_ms(0) == 1000
    assert list(mode.gate[tempo.PHASES_MS :]) == tempo.phases_ms(text)
    mode.act(BEGUN | ago_ms << ARGUMENT_SHIFT)
    beats_ms = Beating(tempo.phases_ms(text), -ago_ms, 20_000).beats_ms
    for block in range(1500):
        assert mode.kernel(0, mode.gate) == (10 * block in beats_ms), block
        if block % 100 == 7:
            until_ms = min(at - 10 * block for at in beats_ms if at > 10 * block)
            assert mode.clear_ms(0) == until_ms - 10


def test_a_second_top_does_not_move_the_beat():
    one, other = (modes.named("tempo")(SCALE, TARGET) for _ in range(2))
    for mode in (one, other):
        mode.act(BEGUN | 100 << ARGUMENT_SHIFT)
    other.act(BEGUN | 470 << ARGUMENT_SHIFT)
    assert [one.kernel(0, one.gate) for _ in range(900)] == [other.kernel(0, other.gate) for _ in range(900)]


@pytest.mark.parametrize(("late_ms", "said"), [(0, 1), (90, 1), (100, 0), (600, 0)])
def test_a_beat_within_what_was_skipped_is_told_less_than_100_ms_late_or_not(late_ms, said):
    mode = modes.named("tempo")(SCALE, TARGET)  # lift 2 s, pause 1 s, lower 3 s
    mode.act(BEGUN | 10 << ARGUMENT_SHIFT)
    mode.kernel(0, mode.gate)
    mode.skip(1000 - 10 - 10 + late_ms)
    assert [mode.kernel(0, mode.gate) for _ in range(2)] == [said, 0]


class Tops:
    """Sets whose tops are ``ago_ms`` old."""

    def __init__(self, *, number=3, ago_ms=220, told=True, alike=True, peak=TARGET):
        self.number = number
        self.reps = SimpleNamespace(muscle_told=told)
        self.alike = lambda: alike
        self.topped = lambda: SimpleNamespace(number=number, ago_ms=ago_ms, peak=peak, lift_peak=peak)


@pytest.mark.parametrize(
    ("how", "beats"),
    [
        ({}, True),
        ({"number": 1}, False),
        ({"number": 2}, False),
        ({"number": 4}, True),
        ({"alike": False}, False),
        ({"peak": 399}, False),
        ({"peak": 399, "told": False}, True),
        ({"number": 2, "told": False}, False),
        ({"peak": 399, "told": False, "alike": False}, False),
    ],
)
def test_the_third_top_of_reps_that_are_alike_sets_the_beat_if_they_are_an_effort_as_far_as_can_be_told(how, beats):
    mode = chosen("tempo")
    assert mode.told(CONFIRMED, Tops(**how), 80) == BEGUN | (300 << ARGUMENT_SHIFT if beats else 0)


def test_one_top_sets_the_beat_of_a_set():
    mode, sets = chosen("tempo"), SimpleNamespace(count=4)
    for _ in range(2):
        assert [mode.told(CONFIRMED, Tops(number=number), 80) >> ARGUMENT_SHIFT for number in (3, 4)] == [300, 0]
        mode.told(SET, sets, 80)


@pytest.mark.parametrize(("name", "begin"), [("tempo", BEGUN | 10 << ARGUMENT_SHIFT), ("steady", BEGUN), ("hold", 0)])
def test_what_was_due_while_blocks_were_lost_may_come_at_once(name, begin):
    mode = chosen(name)
    mode.act(begin)
    for envelope in [0] * 30 + [600]:
        mode.kernel(envelope, mode.gate)
    mode.skip(60_000)
    assert mode.clear_ms(600) == 0


@pytest.mark.parametrize(
    ("number", "lift_peak", "told", "word"),
    [(2, 424, True, 0), (3, 424, True, FELL_SHORT), (3, 425, True, 0), (3, 424, False, 0), (4, 0, True, FELL_SHORT)],
)
def test_below_speaks_of_the_third_rep_at_the_earliest(number, lift_peak, told, word):
    assert chosen("below").told(CONFIRMED, Tops(number=number, peak=lift_peak, told=told), 0) == BEGUN | word


def test_after_a_set_nobody_is_at_work():
    mode = chosen("reach")
    assert not mode.at_work()
    mode.act(BEGUN)
    mode.act(TOLD)
    assert mode.at_work()
    mode.act(OVER)
    assert not mode.at_work()


def test_the_beat_stops_with_the_set_and_begins_with_the_next():
    mode = modes.named("tempo")(SCALE, TARGET)
    mode.act(BEGUN | 10 << ARGUMENT_SHIFT)
    mode.act(OVER)
    assert [mode.kernel(0, mode.gate) for _ in range(700)] == [0] * 700
    mode.act(BEGUN | 10 << ARGUMENT_SHIFT)
    assert sum(mode.kernel(0, mode.gate) for _ in range(600)) == 3


@pytest.mark.parametrize("seed", range(4))
def test_steady_does_what_its_rule_says(seed):
    """A word after each 2 s below 200 permille, for 4 s after a cycle."""
    chance = random.Random(seed)
    mode, off_ms, left_ms = chosen("steady"), 0, 0
    for _ in range(2000):
        if chance.random() < 0.005:
            mode.act(BEGUN)
            left_ms = 4000
        if chance.random() < 0.001:
            mode.act(OVER)
            left_ms = 0
        if chance.random() < 0.003:
            mode.skip(240)
            off_ms, left_ms = off_ms + 240, left_ms - 240
        if chance.random() < 0.001:
            mode.lapse()
            off_ms = 0
        envelope = chance.choice((0, 199)) if chance.random() < 0.997 else 200
        off_ms = off_ms + 10 if left_ms > 0 and envelope < 200 else 0
        left_ms -= 10 * (left_ms > 0)
        due = off_ms >= 2000
        off_ms *= not due
        assert mode.kernel(envelope, mode.gate) == due
        assert mode.clear_ms(envelope) == max(2000 - off_ms - 10, 0)


def test_steady_waits_5_s_unless_settings_say_otherwise_and_follows_its_target():
    mode = modes.named("steady")(SCALE, TARGET)
    assert mode.clear_ms(0) == 4990
    mode.retarget(1000)
    mode.act(BEGUN)
    assert mode.target_permille == 1000
    cleared = [mode.clear_ms(0) for envelope in (399, 399, 400, 399) if mode.kernel(envelope, mode.gate) == 0]
    assert cleared == [4980, 4970, 4990, 4980]


def test_the_muscle_is_on_from_1_permille_at_least():
    mode = modes.named("steady")(SCALE, 1)
    mode.act(BEGUN)
    mode.kernel(0, mode.gate)
    assert mode.clear_ms(0) == 4980
    mode.kernel(1, mode.gate)
    assert mode.clear_ms(0) == 4990


def test_only_a_top_keeps_steady_work_alive():
    mode = chosen("steady")
    mode.act(TOLD)
    assert [mode.kernel(0, mode.gate) for _ in range(500)] == [0] * 500
    assert mode.clear_ms(0) == 1990


def test_only_a_top_counts_as_a_rep_that_fades():
    mode = chosen("faded")
    mode.act(OVER | COUNTS)
    assert mode.due(1) == ON_TARGET  # every second rep of the second set
    mode.act(TOLD)
    assert mode.due(1) == ON_TARGET
    mode.act(BEGUN)
    assert mode.due(1) == ON_TARGET | WITHHELD
    mode.act(OVER)
    assert mode.due(1) == ON_TARGET


def summary(mode, hits, reps, before=0):
    """What silent says of a set of so many reps and hits, of which some were ``before`` its first top."""
    for _ in range(before):
        mode.due(1)
    mode.act(BEGUN)
    for _ in range(hits):
        mode.due(1)
        mode.act(BEGUN)
    return mode.act(OVER | COUNTS | reps << ARGUMENT_SHIFT)


@pytest.mark.parametrize(("hits", "quarter"), [(0, 1), (1, 2), (2, 3), (3, 4), (5, 4)])
def test_of_three_reps_silent_sums_up_the_share_in_quarters(hits, quarter):
    mode = chosen("silent")
    for _ in range(3):
        assert summary(mode, hits, 3) == COUNT + quarter


def test_of_what_was_reached_before_the_first_top_silent_counts_one():
    assert summary(chosen("silent"), 0, 3, before=5) == COUNT + 2


@pytest.mark.parametrize(("peak", "effort"), [(399, False), (400, True)])
def test_who_lifts_at_80_percent_of_the_target_is_at_work(peak, effort):
    mode = chosen("reach")
    mode.told(CONFIRMED, SimpleNamespace(topped=lambda: SimpleNamespace(peak=peak)), 0)
    assert mode.effort == effort


@pytest.mark.parametrize(
    ("off", "sure"), [([0], True), ([1], False), ([1, 0], True), ([0, 1], True), ([1, 0, 1], False)]
)
def test_a_set_in_which_the_muscle_is_off_in_most_reps_is_not_sure(off, sure):
    mode = chosen("reach")
    rep = SimpleNamespace(start=1000, concentric_ms=0, hold_ms=0, eccentric_ms=0, number=0, flags=0)
    sets = SimpleNamespace(rep=rep, reps=SimpleNamespace(now=1000, muscle_told=True), alike=lambda: True, count=3)
    for flag in off:
        rep.flags = flag * MUSCLE_OFF
        mode.told(REP, sets, 0)
    assert mode.is_sure(sets, 2) == sure
    assert not mode.is_sure(sets, 1)
    sets.reps.muscle_told = False
    assert mode.is_sure(sets, 2)
    sets.reps.muscle_told = True
    mode.told(SET, sets, 0)
    assert mode.is_sure(sets, 2)
    rep.flags = MUSCLE_OFF
    mode.told(REP, sets, 0)
    assert not mode.is_sure(sets, 2)


@pytest.mark.parametrize(("late_steps", "fresh"), [(0, True), (100, True), (101, False)])
def test_a_rep_that_is_told_2_s_after_its_end_is_told_for_the_set(late_steps, fresh):
    rep = SimpleNamespace(start=1000, concentric_ms=1000, hold_ms=200, eccentric_ms=800)
    sets = SimpleNamespace(rep=rep, reps=SimpleNamespace(now=1000 + 100 + late_steps))
    assert is_fresh(sets) == fresh


def test_a_mode_begins_without_a_set_and_keeps_silent_only_where_asked_to():
    mode = chosen("reach")
    assert (mode.in_set, mode.effort, mode.silent, mode.sets, mode.withheld) == (False, False, False, 0, 0)
    assert [modes.named(name).feels for name in ("reach", "below", "hold", "tempo", "steady")] == [
        True, True, True, False, True,
    ]  # fmt: skip
