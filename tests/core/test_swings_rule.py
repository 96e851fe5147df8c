"""The kernels of swings.py do, to the unit, what their rule says in plain Python: times, means, rhythm, the leader."""

import random
from itertools import pairwise

import pytest

from buzzband_fw.core import swings
from buzzband_fw.core.motion import MUSCLE, SOURCES
from buzzband_fw.core.room import new_history, new_rows
from buzzband_fw.core.swings import (
    DURATION,
    MEAN,
    MIDDLE,
    PEAK,
    ROW,
    SIZE,
    START,
    SWINGS_MAX,
    UNKNOWN,
)
from buzzband_fw.core.zigzag import ACTIVATION, HISTORY_STEPS, NO_VALUE, OFFSET

FIELDS = START, MIDDLE, DURATION, MEAN, PEAK, SIZE
STEPS = 1 << 16
DECENT = 400  # permille


def crossing(course, end, level, first):
    """When, looking back from step ``end``, ``course`` has last risen to ``level``, in sixteenths of a step.

    A course that is below at ``end`` crosses there; one that is never below down to ``first``, there.
    """
    if course(end) < level:
        return 16 * end
    for step in range(end - 1, first - 1, -1):
        if course(step) < level:
            return 16 * step + 16 * (level - course(step)) // (course(step + 1) - course(step))
    return 16 * first


def measured_by_rule(position, activation, source, swing, now):
    """The row of ``swing``: base, when, extreme, when. None if it goes on after ``now``."""
    base, began, extreme, ended = swing
    way = 1 if extreme > base else -1
    size = abs(extreme - base)
    edge, ratio = (size // 10, 1125) if source == MUSCLE else (size // 4, 3557)
    first = max(began, now - (HISTORY_STEPS - 1))

    def risen(step):
        return way * (position(step) - base)

    late = crossing(risen, ended, size - edge, first)
    if late // 16 + 1 > now:
        return None
    early = crossing(risen, late // 16 + 1, edge, first)
    raw = (late - early) * ratio // 1000
    duration = max(raw - 60800 // max(raw, 400), 16)
    start = (early + late - duration) // 2
    oldest = now - (HISTORY_STEPS - 1)
    begin, last = max(start // 16 - 2, oldest), (start + duration) // 16 - 2
    if last > now:
        return None
    within = [activation(step) for step in range(begin, last + 1) if activation(step) < NO_VALUE]
    peak = max((activation(step) for step in range(begin, ended + 1) if activation(step) < NO_VALUE), default=0)
    mean = sum(within) // len(within) if within else 0
    return [start // 16 % STEPS, (early + late) // 32 % STEPS, duration // 8, mean, peak, size]


def risen_and_held(chance, began, ended, now):
    """A position for each step of the history: it rests, goes up or down in jerks, and wanders behind its end."""
    here, found = chance.randint(-3000, 3000), {}
    slope = chance.choice((2, 7, 30, 150)) * chance.choice((1, -1))
    for step in range(min(began, now - HISTORY_STEPS) - 1, now + 1):
        if began < step <= ended:
            here += slope * chance.choice((0, 1, 1, 1, 1, 2, -1))
        elif step > ended:
            here -= slope // 2
        found[step] = here
    return found


def swing_in_history(chance, source):
    """A history, what it holds, a swing in it, and now."""
    now = chance.choice((511, 600, 1000, 65600))
    ended = now - chance.choice((0, 1, 10, 60))
    began = ended - chance.choice((1, 2, 4, 15, 30, 80, 250, 511))
    course = risen_and_held(chance, began, ended, now)
    felt, history = {}, new_history()
    for step in range(now - HISTORY_STEPS + 1, now + 1):
        felt[step] = chance.randint(0, 1500) | chance.choice((0, 0, 0, NO_VALUE))
        history[source * HISTORY_STEPS + step % HISTORY_STEPS] = OFFSET + course[step]
        history[ACTIVATION * HISTORY_STEPS + step % HISTORY_STEPS] = felt[step]
    return history, course, felt, [course[began], began, course[ended], ended], now


@pytest.mark.parametrize("source", [0, 3, 5, MUSCLE])
def test_a_swing_is_measured_as_the_rule_says(source):
    judged = 0
    for seed in range(40):
        history, course, felt, swing, now = swing_in_history(random.Random(seed), source)
        rows = new_rows()
        peak = swings.measure(history, source, [9, *swing], 1, now, 12, rows)
        if expected := measured_by_rule(course.get, felt.get, source, swing, now):
            assert [rows[12 + field] for field in FIELDS] == expected, (seed, swing, now)
            assert peak == rows[12 + PEAK]
            assert not any(rows[:12] + rows[12 + ROW :])
            judged += 1
    assert judged > 20


def made_up(chance, count, first, table):
    """Rows of a source whose swings are more or less regular, and what they are: middles and sizes."""
    rows = new_rows()
    spread = chance.choice((0, 3, 20))
    middle, middles, sizes = chance.choice((100, STEPS - 150)), [], []
    for number in range(first, first + count):
        middle += 40 + chance.randint(-spread, spread) + (chance.random() < 0.1) * 150
        middles.append(middle)
        sizes.append(1000 + chance.randint(-30 * spread, 30 * spread))
        row = table + number % SWINGS_MAX * ROW
        rows[row + MIDDLE], rows[row + SIZE], rows[row + DURATION] = middle % STEPS, sizes[-1], chance.randint(20, 90)
    return rows, middles, sizes


def off_of(periods, spare):
    """The mean deviation of the periods in permille of their mean, the longest spared."""
    if spare and len(periods) > 1:
        periods = sorted(periods)[:-1]
    mean = sum(periods) // len(periods)
    return sum(abs(period - mean) for period in periods) * 1000 // (len(periods) * (mean + 1))


def irregularity_by_rule(middles, sizes, spare):
    ways = [middles[way::2] for way in (0, 1)]
    periods = min(off_of([there - here for here, there in pairwise(way)], spare) for way in ways)
    inner = sizes[1:-1]
    mean = sum(inner) // len(inner)
    return periods + sum(abs(size - mean) for size in inner) // len(inner) * 1000 // (mean + 1) * 7 // 10


@pytest.mark.parametrize("spare", [False, True])
@pytest.mark.parametrize("count", [5, 6, 7, 8, 13, 24, 63, 64])
def test_irregularity_is_as_the_rule_says(count, spare):
    for seed in range(6):
        chance = random.Random(100 * count + seed)
        first, table = chance.choice((0, 50, 64, 1000)), chance.choice((0, 5)) * SWINGS_MAX * ROW
        rows, middles, sizes = made_up(chance, count, first, table)
        assert swings.irregularity(rows, table, first, count, spare) == irregularity_by_rule(middles, sizes, spare)


@pytest.mark.parametrize("count", [4, 5, 6, 7, 20, 64])
def test_periods_means_and_neighbours_are_as_the_rule_says(count):
    for seed in range(6):
        chance = random.Random(100 * count + seed)
        first, table = chance.choice((0, 50, 64, 1000)), chance.choice((0, 5)) * SWINGS_MAX * ROW
        rows, middles, sizes = made_up(chance, count, first, table)
        periods = (count - 1) // 2
        assert swings.period_ms(rows, table, first, periods) == (middles[2 * periods] - middles[0]) * 20 // periods
        inner = sizes[count // 4 : count - count // 4]
        assert swings.typical(rows, table, first, count, SIZE) == sum(inner) // len(inner)
        for _ in range(10):
            wanted = chance.randint(middles[0] - 300, middles[-1] + 300)
            near = min(range(count), key=lambda index: abs(middles[index] - wanted))
            assert swings.nearest(rows, table, first, count, wanted % STEPS) == first + near


def chosen_by_rule(scores, found, leader, agreeing):
    """The best source that is entitled to lead, by its score."""
    decent = [found[source] if scores[source] < DECENT else 0 for source in range(SOURCES)]
    most, worked = max(decent), decent[MUSCLE]

    def worth(source):
        if 2 * found[source] + most // 8 < most or found[source] < worked * 3 / 4:
            return scores[source] + UNKNOWN
        return scores[source] - (150 if source in agreeing else 0)

    able = [source for source in range(SOURCES) if found[source] and worth(source) < 2 * UNKNOWN]
    return min(able, key=worth, default=leader)


@pytest.mark.parametrize("seed", range(5))
def test_the_leader_is_chosen_as_the_rule_says(seed):
    chance = random.Random(seed)
    for _ in range(200):
        seen = chance.choice((3, 8, 16, 40))
        found = [chance.choice((0, seen, seen // 2, seen * 3 // 4, chance.randint(0, seen))) for _ in range(SOURCES)]
        scores = [chance.choice((UNKNOWN, 399, 400, 50, 200, chance.randint(0, 700))) for _ in range(SOURCES)]
        votes = chance.randrange(1 << SOURCES)
        agreeing = [source for source in range(SOURCES) if votes >> source & 1]
        assert swings.choose(scores, found, 7, votes) == chosen_by_rule(scores, found, 7, agreeing)


def test_a_table_has_room_for_all_sources():
    assert len(new_rows()) == SOURCES * SWINGS_MAX * ROW
    assert not any(new_rows())
    assert sorted(FIELDS) == list(range(ROW))
