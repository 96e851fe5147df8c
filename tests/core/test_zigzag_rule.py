"""Zigzag's kernels do, to the unit, what their rule says in plain Python: swings, floors, the pose of rest."""

import random

import pytest

from buzzband_fw.core import motion, zigzag
from buzzband_fw.core.motion import AWAY, REST, SOURCES
from buzzband_fw.core.room import new_history
from buzzband_fw.core.zigzag import (
    ACTIVATION,
    AMPLITUDE,
    BASE,
    DIRECTION,
    EXTREME_AT,
    FLOOR,
    HISTORY_STEPS,
    LAST,
    LAST_EXTREME_AT,
    OFFSET,
    SETTLED,
    STRIDE,
    TURNED,
)

FLOORS = (240, 100, 60, 175, 175, 30, 240, 175, 800)


class Swings:
    """The swings of one source: where the one under way comes from, how far it has got, and how large they are."""

    def __init__(self, floor):
        self.floor = floor
        self.up = True
        self.base = self.extreme = self.mark = (0, 0)  # position, step
        self.last = (0, 0), (0, 0)
        self.mean = 0
        self.settled = False

    def take(self, x, step, forget):
        """Return whether the swing has settled, and whether it has turned."""
        if step == 0:
            self.base = self.extreme = x, 0
            self.mark = (x, 0) if x > 0 else self.mark
        least = max(self.mean * 3 // 8, self.floor)
        size = self.size()
        beyond = x - self.extreme[0] if self.up else self.extreme[0] - x
        if step == 0 or beyond > 0:
            if step:
                self.go_on(x, step)
        elif -beyond > least:
            return False, self.turn(x, step, size >= least)
        elif forget and step - self.extreme[1] > 100:  # 2 s
            self.mean -= self.mean // 16
        return self.settles(step, size, beyond, least), False

    def size(self):
        return self.extreme[0] - self.base[0] if self.up else self.base[0] - self.extreme[0]

    def go_on(self, x, step):
        clearly = (x - self.mark[0]) * (1 if self.up else -1) > self.size() / 16
        self.extreme = x, step
        if clearly:
            self.mark = x, step

    def turn(self, x, step, counts):
        if counts:
            size = self.size()
            self.last = self.base, self.extreme
            if not self.mean:
                self.mean = size
            elif size > self.mean * 5 / 8:
                self.mean += (size - self.mean) // 4
            else:
                self.mean -= self.mean // 16
        self.up = not self.up
        self.base, self.extreme, self.mark = self.extreme, (x, step), (x, step)
        self.settled = False
        return counts

    def settles(self, step, size, beyond, least):
        mean = self.mean_before
        if self.settled or size < least or size <= mean * 5 / 8:
            return False
        self.settled = step - self.mark[1] >= 18 or -beyond > size / 6
        return self.settled


def wandering(seed, steps=900):
    """Positions that swing, creep, rest and tremble, by sizes about that of the floors."""
    chance = random.Random(seed)
    here = chance.randint(-500, 500)
    while steps > 0:
        slope = chance.choice((1, 3, 10, 37, 200, 900)) * chance.choice((1, -1))
        for _ in range(chance.choice((1, 2, 5, 12, 20, 40, 110))):
            here = max(-16000, min(here + slope + chance.randint(-1, 1), 16000))
            steps -= 1
            yield here
        if chance.random() < 0.5:
            for _ in range(chance.choice((5, 17, 18, 19, 60, 105, 130))):
                steps -= 1
                yield here


@pytest.mark.parametrize("seed", range(8))
def test_every_source_swings_as_the_rule_says(seed):
    courses = [list(wandering(SOURCES * seed + source)) for source in range(SOURCES)]
    state, history = zigzag.new_state(FLOORS), new_history()
    rule = [Swings(floor) for floor in FLOORS]
    for step, positions in enumerate(zip(*courses, strict=False)):
        forget = seed % 2
        events = zigzag.follow(positions, step, step, forget, state, history)
        for source, swings in enumerate(rule):
            swings.mean_before = swings.mean
            told = bool(events >> source & 1), bool(events >> source + TURNED & 1)
            assert told == swings.take(positions[source], step, forget), (step, source)
            at = source * STRIDE
            assert state[at + DIRECTION] == (1 if swings.up else -1)
            assert tuple(state[at + BASE : at + BASE + 4]) == (*swings.base, *swings.extreme), (step, source)
            assert tuple(state[at + LAST : at + LAST + 4]) == (*swings.last[0], *swings.last[1])
            assert (state[at + AMPLITUDE], state[at + SETTLED]) == (swings.mean, swings.settled), (step, source)


def swung(*positions, steps=20):
    """Whether the last swing has settled, and the average, of a source that stays for ``steps`` at each position."""
    state, history = zigzag.new_state(FLOORS), new_history()
    for step in range(steps * len(positions)):
        zigzag.follow([positions[step // steps]] + [0] * (SOURCES - 1), 0, step, 0, state, history)
    return bool(state[SETTLED]), state[AMPLITUDE]


@pytest.mark.parametrize(("more", "counts"), [(-1, False), (0, True)])
def test_a_swing_counts_that_is_as_large_as_the_floor(more, counts):
    size = FLOORS[0] + more
    assert swung(0, size) == (counts, 0)
    assert swung(0, size, -100)[1] == size * counts


@pytest.mark.parametrize(("size", "settled"), [(599, True), (600, False)])
def test_a_swing_has_settled_once_it_has_come_back_by_more_than_a_sixth(size, settled):
    assert swung(0, size, size - 100, steps=1) == (settled, 0)


@pytest.mark.parametrize(("back", "settled", "average"), [(500, False, 750), (501, True, 725)])
def test_of_swings_that_are_800_on_average_one_counts_that_is_more_than_five_eighths(back, settled, average):
    """One that does not makes the average less by a sixteenth, one that does moves it by a quarter."""
    assert swung(0, 800, 800 - back) == (settled, 800)
    assert swung(0, 800, 800 - back, 800)[1] == average


@pytest.mark.parametrize("count", [1, 2, 64, 128])
def test_the_floor_follows_from_the_spread_of_the_steps_before(count):
    chance = random.Random(count)
    state, history, before = zigzag.new_state(FLOORS), new_history(), 32767
    for _ in range(60):
        source, step = 3, chance.randint(count, 5000)
        for index in range(len(history)):
            history[index] = OFFSET + chance.randint(-20000, 20000)
        spread = chance.choice((0, 40, 41, 44, 60, 100, 139, 140, 500))
        values = [OFFSET - 30 + (spread if number % 2 else 0) for number in range(count)]
        for number, value in enumerate(values):
            history[source * HISTORY_STEPS + (step - count + number) % HISTORY_STEPS] = value
        zigzag.find_floor(history, source, step, count, state, 175, 55)
        found = max(values) - min(values)
        assert state[source * STRIDE + FLOOR] == max(55, min(min(found, before) * 5 // 4, 175))
        before = found
    assert state[FLOOR] == FLOORS[0]


def rested(events, idle=0, step=700, directions=(0, 0), extremes_at=(0, 0), lasts_at=(0, 0)):
    """The steps whose positions have become the pose of rest, of tilt and of turn; None where that has stayed."""
    state, history, positions = zigzag.new_state(FLOORS), new_history(), motion.new_state()
    for at in range(step - HISTORY_STEPS + 1, step + 1):
        for axis in range(6):
            history[axis * HISTORY_STEPS + at % HISTORY_STEPS] = OFFSET + 10 * at + axis
    for kind in range(2):
        at = (AWAY + kind) * STRIDE
        state[at + DIRECTION], state[at + EXTREME_AT] = directions[kind], extremes_at[kind]
        state[at + LAST_EXTREME_AT] = lasts_at[kind]
    positions[REST : REST + 6] = [-1] * 6
    zigzag.take_rest(events, idle, step, state, history, positions)
    found = []
    for kind in range(2):
        pose = positions[REST + 3 * kind : REST + 3 * kind + 3]
        at, first = divmod(pose[0], 10)
        assert pose == [-1] * 3 or (first == 3 * kind and pose == [pose[0], pose[0] + 1, pose[0] + 2])
        found.append(None if pose[0] == -1 else at)
    return found


TILT_SETTLED, TURN_SETTLED = 1 << AWAY, 2 << AWAY
TILT_TURNED, TURN_TURNED = TILT_SETTLED << TURNED, TURN_SETTLED << TURNED
PLACES = {"extremes_at": (600, 610), "lasts_at": (500, 510)}


@pytest.mark.parametrize(
    ("events", "directions", "rest"),
    [
        (TILT_SETTLED, (-1, -1), [600, None]),
        (TURN_SETTLED, (-1, -1), [None, 610]),
        (TILT_SETTLED | TURN_SETTLED, (-1, -1), [600, 610]),
        (TILT_SETTLED | TURN_SETTLED, (1, 1), [None, None]),
        (TILT_TURNED | TURN_TURNED, (1, 1), [500, 510]),
        (TILT_TURNED | TURN_TURNED, (-1, -1), [None, None]),
        (TILT_TURNED | TURN_SETTLED, (1, -1), [500, 610]),
        (0, (1, -1), [None, None]),
        (((1 << 18) - 1) & ~(TILT_SETTLED | TURN_SETTLED | TILT_TURNED | TURN_TURNED), (-1, 1), [None, None]),
    ],
)
def test_the_pose_of_rest_is_where_a_way_back_has_ended(events, directions, rest):
    assert rested(events, directions=directions, **PLACES) == rest


@pytest.mark.parametrize(("extremes_at", "rest"), [((650, 649), [None, 700]), ((649, 650), [700, None])])
def test_an_idle_limb_rests_where_it_is_after_1_s_without_getting_further(extremes_at, rest):
    assert rested(0, 1, directions=(1, 1), extremes_at=extremes_at) == rest
    assert rested(0, 0, directions=(1, 1), extremes_at=extremes_at) == [None, None]


def test_at_the_start_an_idle_limb_rests_where_it_is():
    assert rested(0, 1, 1, (1, 1), (1, 1)) == [1, 1]
    assert rested(0, 1, 2, (1, 1), (2, 2)) == [None, None]


def test_the_history_begins_empty_and_the_state_with_its_floors():
    history, state = new_history(), zigzag.new_state(FLOORS)
    assert len(history) == HISTORY_STEPS * (SOURCES + 1)
    assert not any(history)
    assert ACTIVATION == SOURCES
    assert len(state) == SOURCES * STRIDE
    assert tuple(state[FLOOR::STRIDE]) == FLOORS
    assert set(state[DIRECTION::STRIDE]) == {1}
    assert not any(state[BASE::STRIDE] + state[AMPLITUDE::STRIDE] + state[SETTLED::STRIDE] + state[LAST::STRIDE])
