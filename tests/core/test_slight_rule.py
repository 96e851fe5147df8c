"""The second look at a set does what its rule says in plain Python: levelling, turning points, sizes, trimming."""

import random
from itertools import pairwise
from types import SimpleNamespace

import pytest

from buzzband_fw.core import slight, slow
from buzzband_fw.core.motion import MUSCLE
from buzzband_fw.core.room import new_tilt
from buzzband_fw.core.slight import AFTER, LEAD, Slight
from buzzband_fw.core.slow import PLACES, SHIFT
from buzzband_fw.core.swings import DURATION, MEAN, MIDDLE, PEAK, ROW, SIZE, START, SWINGS_MAX

HALF = 9  # places of the mean on either side


def clipped(value):
    return max(-127, min(value, 127))


def walk(chance, count):
    """A tilt that drifts and swings."""
    here, found = 0, [0]
    while len(found) < count:
        step = chance.choice((0, 1, -1, 3, -3, 40, -40, 127, -128))
        for _ in range(chance.choice((1, 2, 7, 20))):
            here += step
            found.append(here)
    return found[:count]


def kept(tilt, first, axis=1):
    room = new_tilt()
    for place, value in enumerate(tilt, first):
        slow.keep([8 * value] * 3, place, room)
    assert room[axis * PLACES + first % PLACES] == tilt[0] % 256
    return room


def bumps():
    """Tilts that are off by about 127, which is as far as they are told, either way."""
    for size in range(136, 150):
        for way in (1, -1):
            yield [0] * 20 + [way * size // 2, way * size, way * size // 2] + [0] * 20


TILTS = [
    *((walk(random.Random(count), count), first) for count, first in ((1, 10), (5, 10), (10, 500), (40, 30))),
    *((walk(random.Random(count), count), first) for count, first in ((18, 20), (19, 20), (300, 400), (480, 1000))),
    *((tilt, 600) for tilt in bumps()),
]


@pytest.mark.parametrize(("tilt", "first"), TILTS)
def test_a_levelled_tilt_is_off_from_the_mean_of_9_places_on_either_side(tilt, first):
    axis, count = 1, len(tilt)
    room = kept(tilt, first)
    squares = slight.level(room, axis, first, first + count)
    off = []
    for place, value in enumerate(tilt):
        near = tilt[max(place - HALF, 0) : place + HALF + 1]
        off.append(clipped(value - sum(near) // len(near)))
    assert [room[axis * PLACES + (first + place - AFTER) % PLACES] - 128 for place in range(count)] == off
    assert squares == sum(value * value for value in off)


def turned_by_rule(levelled, least):
    """Where a course turns: an extreme counts once the course has come back from it by ``least``."""
    found, high, low, way = [], 0, 0, 0
    for place, value in enumerate(levelled):
        high = place if value > levelled[high] else high
        low = place if value < levelled[low] else low
        if way <= 0 and value - levelled[low] >= least:
            found.append(low)
            way, high = 1, place
        elif way >= 0 and levelled[high] - value >= least:
            found.append(high)
            way, low = -1, place
    return [*found, high if way > 0 else low]


def courses():
    for seed in range(20):
        chance = random.Random(seed)
        here, found = chance.choice((128, 128, 1, 255)), []
        for _ in range(chance.choice((3, 30, 120))):
            here = max(1, min(here + chance.randint(-12, 12), 255))
            found.append(here)
        yield chance, found


@pytest.mark.parametrize("first", [0, 500])
@pytest.mark.parametrize("least", [1, 7, 15])
def test_turning_points_are_where_the_rule_says(first, least):
    for _, course in courses():
        room, found = new_tilt(), [0] * 200
        for place, value in enumerate(course, first):
            room[2 * PLACES + place % PLACES] = value
        count = slight.turns(room, 2, first, first + len(course), least, found, 5)
        assert found[5 : 5 + count] == turned_by_rule(course, least)
        assert not any(found[:5] + found[5 + count :])


def test_what_is_usual_and_how_fast_a_swing_gets_are_as_the_rule_says():
    for chance, course in courses():
        first = chance.choice((0, 500))
        room = new_tilt()
        for place, value in enumerate(course, first):
            room[PLACES + place % PLACES] = value
        places = sorted(chance.sample(range(len(course)), min(len(course), chance.randint(3, 9))))
        sizes = [abs(course[one] - course[other]) for one, other in pairwise(places)]
        larger = [size for size in sizes if size >= sum(sizes) // len(sizes)]
        assert slight.usual(room, 1, first, [9, *places], 1, len(sizes)) == sum(larger) // len(larger)
        here, there = places[0], places[-1]
        sign = -1 if course[there] < course[here] else 1
        steps = [sign * (course[place + 4] - course[place]) for place in range(here, there - 3)]
        fast = max([0, *steps]) if there - here > 4 else abs(course[there] - course[here])
        assert slight.fastest(room, 1, first + here, first + there) == fast


@pytest.mark.parametrize(
    ("course", "fast"),
    [
        ([100, 99, 97, 90, 88], 12),
        ([100, 99, 97, 90, 88, 87], 12),
        ([100, 99, 97, 90, 80, 70], 29),
        ([70, 80, 90, 97, 99, 100], 29),
        ([100, 80, 90, 99, 110, 120, 121], 40),
        ([121, 120, 110, 99, 90, 80, 100], 40),
    ],
)
def test_how_fast_a_swing_gets_is_how_far_within_four_places_on_its_way(course, fast):
    room = new_tilt()
    room[2 * PLACES - len(course) : 2 * PLACES] = bytes(course)
    assert slight.fastest(room, 1, PLACES - len(course), PLACES - 1) == fast


def reps(tilts, now_places):
    """What the second look needs of ``Reps``: rows, and the tilt of three axes from place 0 on."""
    room = new_tilt()
    for place in range(len(tilts[0])):
        slow.keep([8 * tilt[place] for tilt in tilts], place, room)
    made = SimpleNamespace(slow=room, now=now_places << SHIFT, rows=[0] * (9 * SWINGS_MAX * ROW), found=[0] * 9)
    made.row = lambda source, index: (source * SWINGS_MAX + index % SWINGS_MAX) * ROW
    made.table = lambda source: source * SWINGS_MAX * ROW
    made.first = lambda source: max(made.found[source] - SWINGS_MAX, 0)
    return made


def looked(made, began=0):
    """A second look that is through."""
    look = Slight(made)
    look.begin(began)
    for axis in range(3):
        look.level(axis)
    look.find()
    while look.measure():
        pass
    return look


def saw(count, size, lead=30, steps=4, tail=30):
    """``count`` swings of that size, one way in ``steps`` places, at once the other; rest before and after."""
    course = [0] * lead
    for number in range(count):
        way = 1 if number % 2 == 0 else -1
        start = course[-1]
        course += [start + way * size * (step + 1) // steps for step in range(steps)]
    return course + [course[-1]] * tail


def test_the_axis_that_turns_most_counts_and_its_swings_are_measured():
    still, wave = [0] * 100, saw(10, 40)
    made = reps([still, still, wave], 100)
    made.rows = [9] * len(made.rows)
    look = looked(made)
    assert (look.axis, look.first, look.length, made.found[2]) == (2, 0, 10, 10)
    for number in range(1, 10):  # before the first the limb seems to sink, as the mean knows what comes
        row = made.row(2, number)
        here, there = 29 + 4 * number, 33 + 4 * number
        assert made.rows[row + START] == here * 16
        assert made.rows[row + MIDDLE] == (here + there) * 8
        assert made.rows[row + DURATION] == (there - here) * 32
        assert (made.rows[row + MEAN], made.rows[row + PEAK]) == (0, 0)
        assert made.rows[row + SIZE] == slight.fastest(made.slow, 2, here - AFTER, there - AFTER)
        assert made.rows[row + SIZE] == pytest.approx(40, abs=8)  # the mean follows


def test_of_axes_that_turn_alike_the_last_counts():
    wave = saw(10, 40)
    assert looked(reps([wave, wave, [0] * 100], 100)).axis == 1


@pytest.mark.parametrize(("count", "length"), [(3, 0), (4, 0), (6, 6), (7, 7)])
def test_less_than_five_swings_are_none(count, length):
    made = reps([saw(count, 40), [0] * 100, [0] * 100], 30 + 4 * count + 30)
    assert looked(made).length == length


def test_what_is_small_among_the_swings_is_sway():
    """Between reps the limb sways by a fifth of a rep."""
    course, here = [0] * 30, 0
    for _ in range(6):
        for step in (12, 24, 36, 48, 40, 48, 36, 24, 12, 0, 9, 0):
            course.append(here + step)
    made = reps([course + [0] * 30, [0] * 132, [0] * 132], 132)
    assert looked(made).length == 12


def test_slow_swings_at_both_ends_are_left_out():
    made = reps([[0] * 10] * 3, 10)
    look = Slight(made)
    for number, size in enumerate([47, 100, 47, 48, 100, 100, 100, 100, 100, 48, 47, 47]):
        made.rows[made.row(1, number) + SIZE] = size
    made.found[1] = 12
    look.axis = 1
    look._trim(12)
    middle = [48, 100, 100, 100, 100, 100]
    assert sum(middle) * 48 // 6 // 100 == 43
    for number in (0, 10, 11):
        made.rows[made.row(1, number) + SIZE] = 42
    look._trim(12)
    assert (look.first, look.length) == (1, 9)


def trimmed(*sizes, stale=0):
    """First and length of what is left of swings along x; behind them lie ``stale`` ones of an earlier set."""
    made = reps([[0] * 10] * 3, 10)
    look = Slight(made)
    for number, size in enumerate([*sizes, *[1000] * stale]):
        made.rows[made.row(0, number) + SIZE] = size
    made.found[0] = len(sizes)
    look._trim(len(sizes))
    return look.first, look.length


@pytest.mark.parametrize("stale", [0, 5])
@pytest.mark.parametrize(("before", "behind"), [(2, 2), (2, 0), (0, 2), (1, 2)])
def test_swings_at_the_ends_are_slow_below_48_percent_of_the_middle_half(before, behind, stale):
    count = before + 8 + behind
    assert trimmed(*[480] * before, *[1000] * 8, *[480] * behind, stale=stale) == (0, count)
    assert trimmed(*[479] * before, *[1000] * 8, *[479] * behind, stale=stale) == (before, 8)


def test_of_more_swings_than_are_kept_the_last_64_count():
    assert trimmed(*[1000] * 70) == (6, 64)


@pytest.mark.parametrize(
    ("began", "now", "first"),
    [(0, 100, 0), (LEAD, 100, 0), (LEAD + 5, 100, 5), (200, 300, 200 - LEAD), (10, 600, 600 - PLACES + 2 * AFTER)],
)
def test_it_begins_20_places_before_the_set_as_far_as_is_still_known(began, now, first):
    look = Slight(reps([[0]] * 3, now))
    look.begin(began << SHIFT)
    assert (look._from, look._to) == (first, now)


def test_what_has_been_levelled_for_one_set_is_not_levelled_again():
    made = reps([[0]] * 3, 100)
    look = Slight(made)
    look.begin(0)
    made.now = 150 << SHIFT
    look.begin(110 << SHIFT)
    assert (look._from, look._to) == (100, 150)


def test_the_scratch_of_turning_points_is_the_muscle_s_table():
    made = reps([saw(10, 40), [0] * 100, [0] * 100], 100)
    looked(made)
    assert made.rows[made.table(MUSCLE) + 1 : made.table(MUSCLE) + 10] == [29 + 4 * number for number in range(1, 10)]


def test_of_a_set_that_is_slow_throughout_one_swing_is_left():
    made = reps([[0] * 10] * 3, 10)
    look = Slight(made)
    for number in range(12):
        made.rows[made.row(0, number) + SIZE] = 100 if 3 <= number < 9 else 0
    made.found[0] = 12
    look._trim(12)
    assert (look.first, look.length) == (3, 6)


def test_five_swings_are_measured():
    made = reps([saw(5, 40), [0] * 80, [0] * 80], 80)
    assert looked(made).length == 5


def found(course):
    """What the second look does with a levelled course along x."""
    made = reps([[0] * 10] * 3, 10)
    made.rows = [9] * len(made.rows)
    made.slow[: len(course)] = bytes(course)
    look = Slight(made)
    look._from, look._to = AFTER, len(course) + AFTER
    look.find()
    while look.measure():
        pass
    return made, look


def test_what_is_no_set_leaves_the_swings_of_the_first_look_alone():
    made, look = found([128] * 9 + [168, 128, 168, 128] + [128] * 9)
    assert (look.length, made.found[0]) == (0, 0)
    assert set(made.rows[made.row(0, 0) : made.row(1, 0)]) == {9}


def test_five_swings_between_six_turning_points_are_enough():
    made, look = found([128] * 9 + [168, 128, 168, 128] + [168] * 9)
    assert (look.first, look.length, made.found[0]) == (0, 5, 5)


@pytest.mark.parametrize(("size", "counts_from"), [(100, 28), (107, 29)])
def test_what_sways_by_less_than_28_percent_of_a_usual_swing_is_none(size, counts_from):
    top = 128 + size
    for sway, swings in ((counts_from - 1, 12), (counts_from, 24)):
        made, _ = found([128] * 9 + [top, top - sway, top, 128] * 6 + [128] * 9)
        assert made.found[0] == swings


@pytest.mark.parametrize(("size", "is_swing"), [(7, True), (6, False)])
def test_what_turns_by_less_than_0_8_degrees_is_no_swing(size, is_swing):
    _, look = found([128] * 30 + [128 + size * (number % 2) for number in range(11)] + [128] * 30)
    assert bool(look.length) == is_swing
