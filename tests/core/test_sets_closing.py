"""Sets, from swings that are made up: which of them are a set, what is told at its end, and when that is."""

import pytest

from buzzband_fw.core import slight
from buzzband_fw.core.cue import BLANKED
from buzzband_fw.core.exercises import named
from buzzband_fw.core.motion import AWAY, DELAY_STEPS, MUSCLE
from buzzband_fw.core.quality import RAIL
from buzzband_fw.core.reps import ANY, REPS, Exercise
from buzzband_fw.core.room import new_room
from buzzband_fw.core.sets import CONFIRMED, CYCLES_MIN, HOLD, NOTHING, QUIET_MS, REP, REPS_MIN, SET, Sets
from buzzband_fw.core.swings import DURATION, MEAN, MIDDLE, PEAK, SIZE, START, SWINGS_MAX
from buzzband_fw.core.tempo import HALF as HALF_A_REP
from buzzband_fw.core.zigzag import ACTIVATION, HISTORY_STEPS, NO_VALUE

LEADER = 5
HALF = 50  # steps from one swing to the next: reps of 2 s
LASTS = 40  # steps
TARGET, ON = 500, 200
FIRST = 1000  # step in which the first swing begins
UNIT = 10_000  # size of a swing


class Lifted:
    """Sets in which the sources have found these swings, and nobody has been told of one yet."""

    def __init__(self, exercise="custom", muscle_told=True, first=FIRST):
        self.sets = Sets(named(exercise) if isinstance(exercise, str) else exercise, TARGET, new_room())
        self.reps = self.sets.reps
        self.reps.muscle_told = muscle_told
        self.reps.now = self.begins = first

    def swings(self, count, source=LEADER, *, size=UNIT, peak=800, lasts=LASTS, gaps=None, oldest=0):
        """Add swings; ``size``, ``peak`` and ``lasts``: of all of them, or by number. ``gaps``: steps to the next."""
        middle = self.begins + LASTS // 2
        for number in range(count):
            row = self.reps.row(source, oldest + number)
            duration = of(lasts, number)
            self.reps.rows[row + MIDDLE] = middle & 0xFFFF
            self.reps.rows[row + START] = middle - duration // 2 & 0xFFFF
            self.reps.rows[row + DURATION] = 2 * duration
            self.reps.rows[row + SIZE] = of(size, number)
            self.reps.rows[row + PEAK] = of(peak, number)
            self.reps.rows[row + MEAN] = of(peak, number) // 2
            self.reps.now = max(self.reps.now, middle + 30)
            middle += of(gaps, number) if gaps else HALF
        self.reps.found[source] = oldest + count
        if source != MUSCLE or self.reps.leader < 0:
            self.reps.leader = source
        return self

    def both(self, count, **how):
        """The same of muscle and leader."""
        return self.swings(count, MUSCLE, **how).swings(count, **how)

    def end(self):
        """What is told until the set is over: the reps, as (number, start), and whether a set was told."""
        self.sets.finish()
        reps, told = [], False
        for _ in range(300):
            event = self.sets.work()
            if event == REP:
                reps.append((self.sets.rep.number, self.sets.rep.start))
            told = told or event == SET
            if self.sets.finished():
                break
        return reps, told


def of(value, number):
    if isinstance(value, dict):
        return value.get(number, value[None])
    return value


def starts(count, first=0):
    """Numbers of reps, and the steps in which they begin: 6 before what the averages tell."""
    return [(number, FIRST + 2 * HALF * number + HALF * first - DELAY_STEPS) for number in range(count)]


def told_of(first, **how):
    """All that is told at the end of a set, its steps counted from ``first``."""
    lifted = Lifted(first=first).both(13, **how)
    reps, told = lifted.end()
    sets = lifted.sets
    times = sets.start - first, sets.end - first, sets.cycle_ms
    return [(number, start - first) for number, start in reps], told, sets.count, times


@pytest.mark.parametrize("first", [1001, 65_536 - 301, 65_536 - 78, 65_536 - 31, 65_535, 65_536 + 20, 3 * 65_536 - 511])
@pytest.mark.parametrize(
    "how",
    [
        {"gaps": {None: 51}},
        {"gaps": {0: 185, None: 49}},
        {"gaps": {11: 185, None: 49}},
        {"gaps": {2: 47, None: 51}, "lasts": {0: 5 * LASTS, None: LASTS}},
    ],
)
def test_what_is_told_of_a_set_does_not_depend_on_when_it_was(first, how):
    assert told_of(first, **how) == told_of(FIRST, **how)


def counted(lifted):
    reps, _ = lifted.end()
    return lifted.sets.count, len(reps)


@pytest.mark.parametrize("count", [6, 10, 24])
def test_reps_that_nobody_was_told_of_are_told_at_the_end(count):
    lifted = Lifted().both(count)
    assert lifted.end() == (starts(count // 2), True)
    sets = lifted.sets
    assert (sets.count, sets.source, sets.revision, sets.cycle_ms) == (count // 2, LEADER, 1, 2 * HALF * 20)
    assert sets.start == FIRST - DELAY_STEPS
    assert sets.end == FIRST + HALF * (count - 1) + LASTS - DELAY_STEPS


@pytest.mark.parametrize(("swings", "reps"), [(3, 0), (4, 0), (5, 3), (6, 3), (7, 4), (8, 4), (9, 5)])
def test_a_last_lift_counts_even_without_its_way_back_and_three_reps_are_a_set(swings, reps):
    lifted = Lifted().both(swings)
    assert counted(lifted) == (reps, reps)
    assert bool(lifted.sets.rep.flags & HALF_A_REP) == bool(reps and swings & 1)
    assert REPS_MIN == 3


@pytest.mark.parametrize(("swings", "reps"), [(5, 0), (6, 3), (7, 3), (8, 4), (9, 4)])
def test_where_a_rep_lowers_first_only_a_whole_one_counts(swings, reps):
    lifted = Lifted("squat").both(swings, peak={**dict.fromkeys(range(0, 9, 2), 300), None: 800})
    assert counted(lifted) == (reps, reps)


@pytest.mark.parametrize(
    ("swings", "off", "is_set"),
    [(8, 2140, True), (8, 2150, False), (10, 4990, True), (10, 5000, False), (10, 2150, True)],
)
def test_five_reps_may_be_irregular_by_35_percent_and_fewer_by_15(swings, off, is_set):
    """All but the outer ones differ from their mean by ``off`` ten-thousandths; seven tenths of that count."""
    sizes = {number: UNIT - 1 + off * (-1) ** number for number in range(1, swings - 1)}
    assert bool(counted(Lifted().both(swings, size={**sizes, None: UNIT}))[0]) == is_set


def test_five_contractions_make_fewer_reps_of_a_movement_many():
    irregular = {number: UNIT + 7000 * (-1) ** number for number in range(9)} | {None: 0}
    lifted = Lifted().swings(9, MUSCLE, size=irregular)
    lifted.swings(8, size={**{number: UNIT - 1 + 3000 * (-1) ** number for number in range(1, 7)}, None: UNIT})
    assert counted(lifted)[0] == 4


@pytest.mark.parametrize(
    ("contractions", "is_set"), [(0, False), (1, False), (2, False), (4, False), (5, True), (6, True)]
)
def test_each_of_three_reps_is_to_be_a_contraction(contractions, is_set):
    assert bool(counted(Lifted().swings(contractions, MUSCLE).swings(6))[0]) == is_set


@pytest.mark.parametrize(
    ("reps", "contractions", "is_set"),
    [(5, 3, False), (5, 5, True), (6, 5, True), (7, 5, False), (7, 7, True), (12, 5, False), (12, 7, True)],
)
def test_of_many_reps_half_are_to_be_contractions_and_four_are_enough(reps, contractions, is_set):
    """``contractions``: swings of the muscle; each is two, the last one may be half."""
    lifted = Lifted().swings(contractions, MUSCLE).swings(2 * reps)
    assert bool(counted(lifted)[0]) == is_set


@pytest.mark.parametrize(
    ("even", "odd", "is_set"), [(36, 36, True), (37, 37, True), (37, 38, False), (38, 38, False), (40, 40, False)]
)
def test_contractions_that_follow_within_1_5_s_run_into_each_other(even, odd, is_set):
    gaps = {**dict.fromkeys(range(0, 12, 2), even), None: odd}
    lifted = Lifted().swings(3, MUSCLE).swings(12, lasts=20, gaps=gaps)
    assert bool(counted(lifted)[0]) == is_set


def test_how_fast_they_follow_is_the_mean_of_all_cycles():
    """The last of six takes longer: 1480 ms of all but that, 1520 ms of all."""
    how = {"lasts": 20, "gaps": {11: 49, None: 37}}
    assert counted(Lifted().swings(3, MUSCLE).swings(13, **how))[0] == 0
    lifted = Lifted().swings(13, MUSCLE, **how).swings(13, **how)
    assert counted(lifted)[0] == 7
    assert lifted.sets.cycle_ms == 1520


@pytest.mark.parametrize(("least_ms", "is_set"), [(999, True), (1000, False)])
def test_reps_that_take_a_second_at_least_are_told_apart_however_fast_they_follow(least_ms, is_set):
    exercise = Exercise("any", ANY, False, REPS, (least_ms, 9000), "reach", (0, 0), None)
    lifted = Lifted(exercise).swings(3, MUSCLE).swings(12, lasts=20, gaps={None: 37})
    assert bool(counted(lifted)[0]) == is_set


def test_of_an_exercise_whose_reps_take_a_second_contractions_are_told_apart_all_the_same():
    assert counted(Lifted("curl").swings(3, MUSCLE).swings(12, lasts=20, gaps={None: 37}))[0] == 0
    assert counted(Lifted("curl").swings(12, MUSCLE, gaps={None: 37}).swings(12, lasts=20, gaps={None: 37}))[0] == 6


def test_without_the_muscle_only_the_rhythm_counts():
    assert counted(Lifted(muscle_told=False).swings(12, peak=0, size=20_000))[0] == 6


@pytest.mark.parametrize(("off", "is_set"), [(6, True), (7, False)])
def test_in_half_of_the_swings_the_muscle_is_to_work(off, is_set):
    """Those in the middle: what is off at the ends is left out."""
    lifted = Lifted().swings(12, MUSCLE).swings(12, peak={**dict.fromkeys(range(2, 2 + off), ON - 1), None: ON})
    assert bool(counted(lifted)[0]) == is_set


@pytest.mark.parametrize(
    ("change", "left_out"),
    [
        ({"size": {0: UNIT // 4, None: UNIT}}, False),
        ({"size": {0: UNIT // 4 - 1, None: UNIT}}, True),
        ({"size": {0: 4 * UNIT, None: UNIT}}, False),
        ({"size": {0: 4 * UNIT + 1, None: UNIT}}, True),
        ({"peak": {0: ON, None: 800}}, False),
        ({"peak": {0: ON - 1, None: 800}}, True),
        ({"gaps": {0: 183, None: HALF}}, False),
        ({"gaps": {0: 184, None: HALF}}, True),
    ],
)
def test_at_the_beginning_what_is_unlike_the_others_is_left_out(change, left_out):
    lifted = Lifted().both(20).both(13, **change)  # the set before was longer
    reps, _ = lifted.end()
    first = FIRST + of(change.get("gaps", HALF), 0) if left_out else FIRST
    assert (len(reps), reps[0]) == (6 + (not left_out), (0, first - DELAY_STEPS))
    last = FIRST + sum(of(change.get("gaps", HALF), number) for number in range(12))
    assert lifted.sets.end == last + LASTS - DELAY_STEPS


@pytest.mark.parametrize(
    ("change", "left_out"),
    [
        ({"size": {12: UNIT // 4, None: UNIT}}, False),
        ({"size": {12: UNIT // 4 - 1, None: UNIT}}, True),
        ({"size": {12: 4 * UNIT + 1, None: UNIT}}, True),
        ({"peak": {12: ON, None: 800}}, False),
        ({"peak": {12: ON - 1, None: 800}}, True),
        ({"lasts": {12: 4 * LASTS, None: LASTS}}, False),
        ({"lasts": {12: 4 * LASTS + 1, None: LASTS}}, True),
        ({"gaps": {11: 183, None: HALF}}, False),
        ({"gaps": {11: 184, None: HALF}}, True),
    ],
)
def test_at_the_end_what_is_unlike_the_others_is_left_out(change, left_out):
    lifted = Lifted().both(20).both(13, **change)
    reps, _ = lifted.end()
    assert len(reps) == 6 + (not left_out)


@pytest.mark.parametrize("off", [0, 4])
def test_even_where_only_two_reps_are_left_what_is_unlike_is_left_out(off):
    assert counted(Lifted().both(5, peak={off: ON - 1, None: 800}))[0] == 0


def test_two_that_are_unlike_are_both_left_out_at_either_end():
    lifted = Lifted().both(16, size={0: 10, 1: 10, 14: 10, 15: 10, None: UNIT})
    assert lifted.end()[0] == starts(6, first=2)
    assert lifted.sets.end == FIRST + HALF * 13 + LASTS - DELAY_STEPS


def test_a_first_swing_that_began_long_before_begins_where_the_third_says():
    """Its middle lies as far before that of the second as the third's before that of the fourth."""
    lifted = Lifted().both(12, lasts={0: 5 * LASTS, None: LASTS}, gaps={2: 48, None: HALF})
    reps, _ = lifted.end()
    second = FIRST + LASTS // 2 + HALF
    assert reps[0] == (0, second - 48 - LASTS // 2 - DELAY_STEPS)
    assert lifted.sets.rep.number == 5
    assert lifted.reps.rows[lifted.reps.row(LEADER, 0) + DURATION] == 2 * LASTS
    assert lifted.reps.rows[lifted.reps.row(LEADER, 0) + MIDDLE] == second - 48


@pytest.mark.parametrize(("lasts", "moved"), [(4 * LASTS, False), (4 * LASTS + 1, True)])
@pytest.mark.parametrize("count", [5, 12])
def test_a_first_swing_may_last_four_times_as_long_as_usual(count, lasts, moved):
    """What was told of it is told again if it may not."""
    lifted = Lifted().both(count, lasts={0: lasts, None: LASTS})
    lifted.sets._told, lifted.sets._told_by = count + 1 >> 1, LEADER
    reps, _ = lifted.end()
    assert (len(reps), lifted.sets.revision) == ((count + 1 >> 1, 1) if moved else (0, 0))


@pytest.mark.parametrize(
    ("there", "back", "late"), [(800, 800, False), (800, 1000, False), (800, 1001, True), (799, 1000, True)]
)
def test_a_set_begins_with_the_harder_way_by_a_quarter(there, back, late):
    lifted = Lifted().both(12, peak={**dict.fromkeys(range(0, 12, 2), there), None: back})
    reps, _ = lifted.end()
    assert reps == starts(6, first=late)


def test_five_swings_are_enough_to_tell_which_way_is_harder():
    """Two reps are left, which are no set."""
    assert counted(Lifted().both(5, peak={1: 1001, 3: 1001, None: 800}))[0] == 0
    lifted = Lifted().both(20).both(13, peak={**dict.fromkeys(range(0, 13, 2), 800), None: 1001})
    assert lifted.end()[0] == starts(6, first=1)


@pytest.mark.parametrize(("more", "late"), [(0, False), (1, True)])
def test_which_way_is_harder_is_told_by_the_sums_over_all_reps(more, late):
    """Of six reps: 4803 there, a quarter more is 6003.75."""
    peaks = {**dict.fromkeys(range(0, 12, 2), 800), 2: 803, 3: 1003 + more, None: 1000}
    assert Lifted().both(12, peak=peaks).end()[0] == starts(6, first=late)


def test_only_whole_reps_tell_which_way_is_harder_and_all_of_them_do():
    """A last lift has no way back; one hard way back among six counts."""
    lifted = Lifted().both(13, peak={**dict.fromkeys(range(0, 13, 2), 800), None: 1001})
    assert lifted.end()[0][0] == (0, FIRST + HALF - DELAY_STEPS)
    lifted = Lifted().both(12, peak={11: 2100, None: 800})
    assert lifted.end()[0][0] == (0, FIRST + HALF - DELAY_STEPS)


def test_a_squat_begins_with_the_easier_way():
    lifted = Lifted("squat").both(12, peak={**dict.fromkeys(range(0, 12, 2), 1001), None: 800})
    assert lifted.end()[0][0] == (0, FIRST + HALF - DELAY_STEPS)


@pytest.mark.parametrize("how", [{"muscle_told": False}, {}])
def test_without_the_muscle_or_led_by_it_a_set_begins_with_its_first_swing(how):
    peaks = {**dict.fromkeys(range(0, 12, 2), 500), None: 1000}
    lifted = Lifted(**how)
    lifted.swings(12, MUSCLE if not how else LEADER, peak=peaks, size=20_000)
    assert lifted.end()[0] == starts(6)


@pytest.mark.parametrize(("cycles", "ride"), [(9, False), (10, True), (30, True)])
def test_a_ride_has_ten_cycles_and_no_reps_are_told(cycles, ride):
    lifted = Lifted("bike").both(2 * cycles, lasts=15, gaps={None: 20})
    assert lifted.end() == ([], ride)
    assert lifted.sets.count == (cycles if ride else 0)
    assert CYCLES_MIN == 10


def test_of_more_swings_than_are_known_all_reps_are_counted():
    """64 are; what began before them began with the set."""
    lifted = Lifted().both(SWINGS_MAX, oldest=16)
    lifted.sets._began = 123
    reps, told = lifted.end()
    assert told
    assert reps == [(8 + number, FIRST + 2 * HALF * number - DELAY_STEPS) for number in range(32)]
    assert lifted.sets.count == (SWINGS_MAX + 16) // 2
    assert lifted.sets.start == 123


def test_a_set_whose_first_swings_are_not_known_any_more_began_when_it_was_seen():
    lifted = begun(Lifted().both(SWINGS_MAX, oldest=16))
    seen = lifted.reps.now
    going_on(lifted, ON, steps=50)
    lifted.end()
    assert lifted.sets.start == seen


def test_a_set_that_was_none_is_told_only_if_a_rep_was():
    lifted = Lifted().both(4)
    assert lifted.end() == ([], False)
    assert lifted.sets.revision == 0
    lifted = Lifted().both(4)
    lifted.sets._told = 1
    assert lifted.end() == ([], True)
    assert lifted.sets.count == 0


@pytest.mark.parametrize(
    ("told", "by", "revision", "again"), [(6, LEADER, 0, 0), (5, LEADER, 0, 1), (7, LEADER, 1, 6), (6, MUSCLE, 1, 6)]
)
def test_reps_are_told_again_only_if_anything_has_changed(told, by, revision, again):
    lifted = Lifted().both(12)
    lifted.sets._told, lifted.sets._told_by = told, by
    reps, _ = lifted.end()
    assert (lifted.sets.revision, len(reps)) == (revision, again)
    assert [number for number, _ in reps] == list(range(6))[6 - again :]


def test_the_next_set_has_the_next_number_and_nothing_of_the_last():
    lifted = Lifted().both(12)
    lifted.end()
    assert (lifted.sets.number, lifted.sets.work(), lifted.sets.number) == (0, NOTHING, 1)
    assert (lifted.sets.revision, lifted.sets.confirmed, lifted.sets.closing) == (0, 0, 0)
    assert sum(lifted.reps.found) == 0


def test_before_the_first_set_there_is_none():
    sets = Lifted().sets
    assert (sets.number, sets.confirmed, sets.degrees, sets.revision, sets.source, sets.count) == (0, 0, 0, 0, 0, 0)
    assert (sets.start, sets.end, sets.cycle_ms, sets.closing) == (0, 0, 0, 0)
    assert sets.finished()


# While the set goes on

NOTHING_FELT = [0] * 12


def going_on(lifted, permille=0, flags=0, steps=600, imu_tells=True):
    """Step on, without frames, until the set begins to close; how many steps that took, and what was told."""
    sets, told = lifted.sets, []
    for step in range(1, steps):
        may_work = sets.step(NOTHING_FELT, 0, of(permille, step), flags, imu_tells)
        events = [sets.work(), sets.work()]
        assert may_work or not (any(events) or sets.closing)
        told += [event for event in events if event]
        if sets.closing:
            return step, told
    return None, told


def begun(lifted):
    """The same, once it is known that somebody is at it."""
    lifted.sets.work()
    return lifted


def test_a_set_is_over_after_8_s_below_40_percent_of_the_target():
    assert going_on(begun(Lifted().both(12)), ON - 1)[0] == 400
    assert going_on(begun(Lifted().both(12)), {100: ON, None: ON - 1})[0] == 500
    assert QUIET_MS == 8000


def test_where_the_electrodes_do_not_tell_a_set_is_over_8_s_after_it_moved():
    lifted = begun(Lifted(muscle_told=False).swings(12, size=5000))
    lifted.reps.moved_at = lifted.reps.now
    assert going_on(lifted, 900, RAIL)[0] == 400
    lifted = begun(Lifted(muscle_told=False).swings(12, size=5000))
    lifted.reps.moved_at = lifted.reps.now + 100
    assert going_on(lifted, 900, RAIL)[0] == 500


def test_where_the_limb_hardly_turns_and_the_electrodes_do_not_tell_it_takes_11_s():
    lifted = begun(Lifted(muscle_told=False).swings(12, size=609))
    assert going_on(lifted, 0, RAIL)[0] == 550


def test_before_anybody_is_at_it_nothing_is_quiet_for_too_long():
    lifted = Lifted()
    assert going_on(lifted, 0, steps=1000) == (None, [])


def test_electrodes_that_fail_once_in_a_set_do_not_tell_of_it_but_of_the_next():
    lifted = begun(Lifted().both(12))
    lifted.sets.step(NOTHING_FELT, 0, 0, RAIL, True)
    assert (lifted.reps.muscle_tells, lifted.reps.muscle_told) == (False, False)
    lifted.sets.step(NOTHING_FELT, 0, 0, BLANKED, True)
    assert (lifted.reps.muscle_tells, lifted.reps.muscle_told) == (True, False)
    lifted.end()
    lifted.sets.step(NOTHING_FELT, 0, 0, 0, True)
    assert lifted.reps.muscle_told


@pytest.mark.parametrize("flags", [1, 2, 4])
def test_every_fault_makes_the_electrodes_tell_nothing(flags):
    lifted = Lifted()
    lifted.sets.step(NOTHING_FELT, 0, 0, flags, False)
    assert (lifted.reps.muscle_tells, lifted.reps.imu_tells) == (False, False)
    lifted.sets.step(NOTHING_FELT, 0, 0, 0, True)
    assert (lifted.reps.muscle_tells, lifted.reps.imu_tells) == (True, True)


def test_an_imu_that_falls_silent_alone_is_noticed():
    lifted = Lifted()
    for tells in (False, True):
        lifted.sets.step(NOTHING_FELT, 0, 0, 0, tells)
        assert (lifted.reps.muscle_tells, lifted.reps.imu_tells) == (True, tells)


@pytest.mark.parametrize("flags", range(16))
def test_what_is_felt_in_a_blank_is_no_value_whatever_else_is_wrong(flags):
    lifted = Lifted()
    lifted.sets.step(NOTHING_FELT, 0, 300, flags, True)
    kept = lifted.reps._history[ACTIVATION * HISTORY_STEPS + FIRST % HISTORY_STEPS]
    assert kept == 300 + (NO_VALUE if flags & BLANKED else 0)


def test_while_nothing_has_been_found_a_set_has_no_work():
    lifted = begun(Lifted().both(12))
    lifted.reps.busy = 0
    assert not lifted.sets.step(NOTHING_FELT, 0, 0, 0, True)


@pytest.mark.parametrize(("dps", "frames", "told"), [(20, True, True), (30, True, False), (30, False, True)])
def test_a_hold_is_told_of_a_limb_that_is_still_as_far_as_frames_tell(dps, frames, told):
    lifted, turning, events = Lifted(), [0, 4096, 0, 0, 0, round(32.8 * dps)] * 2, []
    for step in range(400):
        there = frames or step < 50
        lifted.sets.step(
            turning if there else NOTHING_FELT, 2 if there else 0, 400 if 60 <= step < 350 else 0, 0, there
        )
        events += [lifted.sets.work(), lifted.sets.work()]
    assert (HOLD in events) == told


@pytest.mark.parametrize(("source", "quiet"), [(LEADER, 30), (MUSCLE, 300), (3, 300)])
def test_only_a_swing_of_the_leader_is_a_sign_of_life(source, quiet):
    lifted = begun(Lifted().both(12))
    lifted.sets._quiet, lifted.reps.busy = 300, 1
    lifted.reps.work = lambda: source
    lifted.sets.work()
    assert lifted.sets._quiet == quiet


def test_a_swing_in_which_the_muscle_worked_is_a_sign_of_life_as_old_as_it_is():
    for peak, quiet in ((ON, 30), (ON - 1, 300)):
        lifted = begun(Lifted().both(12, peak=peak))
        lifted.sets._quiet = 300
        lifted.sets._worked_at(LEADER)
        assert lifted.sets._quiet == quiet


def test_each_whole_rep_of_the_leader_is_told_once_it_is_over():
    lifted = begun(Lifted().swings(1))
    assert lifted.sets._tell() == NOTHING
    lifted.swings(2)
    assert lifted.sets._tell() == REP
    assert (lifted.sets.rep.number, lifted.sets.rep.revision) == (0, 0)
    lifted.swings(4)
    assert lifted.sets._tell() == REP
    assert (lifted.sets.rep.number, lifted.sets.rep.start) == (1, FIRST + 2 * HALF - DELAY_STEPS)
    assert lifted.sets.revision == 0


def test_reps_that_were_passed_over_or_are_of_another_source_are_of_the_next_revision():
    lifted = begun(Lifted().swings(2))
    lifted.sets._tell()
    lifted.swings(6)
    assert (lifted.sets._tell(), lifted.sets.rep.number, lifted.sets.rep.revision) == (REP, 2, 1)
    lifted = begun(Lifted().swings(2))
    lifted.sets._tell()
    lifted.swings(4, source=3)
    assert (lifted.sets._tell(), lifted.sets.rep.number, lifted.sets.rep.revision) == (REP, 1, 1)


def test_a_top_is_confirmed_once():
    lifted = begun(Lifted().both(6))
    lifted.reps.confirmed = 2
    assert [lifted.sets.work(), lifted.sets.work()] == [CONFIRMED, NOTHING]
    assert lifted.sets.confirmed == 2
    assert lifted.sets.topped().number == 2


def test_a_hold_of_5_s_is_told_and_goes_on_into_no_other_session():
    lifted = Lifted()
    assert HOLD in going_on(lifted, {**dict.fromkeys(range(1, 300), 400), None: 0})[1]
    lifted = Lifted()
    going_on(lifted, 400, steps=280)
    lifted.sets.begin()
    assert lifted.sets.hold.held == 0
    assert going_on(lifted, 0, steps=30)[1] == []


@pytest.mark.parametrize("held", [249, 250])
def test_the_end_of_a_session_ends_a_hold(held):
    lifted = Lifted()
    going_on(lifted, 400, steps=held + 1)
    lifted.sets.finish()
    events = []
    while not lifted.sets.finished():
        events.append(lifted.sets.work())
    assert (HOLD in events) == (held >= 250)


@pytest.mark.parametrize(
    ("tilted", "turned", "degrees"),
    [
        (0, 0, 0),
        (71, 50, 1),
        (70, 51, 1),
        (70, 50, 0),
        (710, 0, 10),
        (0, 510, 10),
        (71 * 300, 0, 255),
        (0, 51 * 256, 255),
        (71 * 254, 0, 254),
    ],
)
def test_degrees_are_the_greater_of_tilt_and_turn_up_to_255(tilted, turned, degrees):
    lifted = Lifted()
    lifted.reps.positions[AWAY], lifted.reps.positions[AWAY + 1] = tilted, turned
    lifted.sets.look()
    assert lifted.sets.degrees == degrees


@pytest.mark.parametrize("source", [0, 3, 7])
def test_at_the_end_the_best_source_leads_whoever_did_before(source):
    lifted = Lifted().swings(12, source=source).swings(12, MUSCLE)
    lifted.swings(12, size={**{number: UNIT + 4000 * (-1) ** number for number in range(12)}, None: UNIT})
    lifted.end()
    assert (lifted.sets.count, lifted.sets.source) == (6, source)


def test_a_hold_within_a_set_is_told_and_the_set_goes_on():
    lifted = begun(Lifted().both(12))
    _, events = going_on(lifted, {**dict.fromkeys(range(1, 300), 400), None: 0}, steps=400)
    assert [event for event in events if event != CONFIRMED] == [HOLD]
    assert (lifted.sets.number, lifted.end()[1], lifted.sets.number) == (0, True, 0)


def test_a_set_that_ends_by_itself_is_judged_by_all_sources_from_the_first_on():
    """Nobody has judged the tilt along x; it is the most regular."""
    lifted = Lifted().swings(12, MUSCLE).swings(12, source=0)
    lifted.swings(12, size={**{number: UNIT + 4000 * (-1) ** number for number in range(12)}, None: UNIT})
    step, events = going_on(begun(lifted), ON - 1)
    assert (step, events) == (400, [])
    while lifted.sets.closing:
        lifted.sets.work()
    assert (lifted.sets.count, lifted.sets.source) == (6, 0)


# Where the limb hardly turns, once it is over

SLIGHT = 300  # size of a swing: 6°
AXIS = 1


class Look:
    """A second look that finds swings along an axis, and notes what it was asked."""

    def __init__(self, lifted, count, first=0, **how):
        self.asked, self.axis, self.first, self.length = [], AXIS, first, count - first
        self._left, self._lifted, self._count, self._how = 3, lifted, count, how

    def begin(self, began):
        self.asked.append(("begin", began))

    def level(self, axis):
        self.asked.append(("level", axis))

    def find(self):
        self.asked.append("find")

    def measure(self):
        self.asked.append("measure")
        self._left -= 1
        if not self._left:
            leader = self._lifted.reps.leader
            self._lifted.swings(self._count, AXIS, **self._how)
            self._lifted.reps.leader = leader
        return self._left > 0


def looked(found, first=0, *, seen=12, source=LEADER, size=SLIGHT, muscle_told=False, exercise="custom", **how):
    """A set of ``seen`` swings of ``source`` of which a second look finds ``found``, and that look."""
    lifted = Lifted(exercise, muscle_told)
    lifted.sets.slight = look = Look(lifted, found, first, **how)
    if muscle_told:
        lifted.swings(seen, MUSCLE)
    return lifted.swings(seen, source, size=size), look


def test_where_the_limb_hardly_turns_and_the_muscle_does_not_tell_the_second_look_counts():
    lifted, look = looked(18)
    lifted.sets._began = 777
    assert lifted.end() == (starts(9), True)
    assert look.asked == [("begin", 777), ("level", 0), ("level", 1), ("level", 2), "find", *["measure"] * 3]
    assert (lifted.sets.source, lifted.sets.count, lifted.sets.revision) == (AXIS, 9, 1)


@pytest.mark.parametrize(
    "how", [{"muscle_told": True}, {"size": 610}, {"exercise": "bike", "seen": 24}], ids=["muscle", "turns", "steady"]
)
def test_elsewhere_nobody_looks_again(how):
    lifted, look = looked(18, **how)
    _, told = lifted.end()
    assert (told, look.asked, lifted.sets.source) == (True, [], LEADER)


@pytest.mark.parametrize(
    ("found", "how", "source", "count"),
    [
        (6, {}, AXIS, 3),
        (5, {}, AXIS, 3),
        (4, {}, LEADER, 6),
        (7, {"first": 2}, AXIS, 3),
        (6, {"first": 2}, LEADER, 6),
        (8, {"gaps": {2: 190, 4: 190, None: 50}}, LEADER, 6),
    ],
)
def test_what_the_second_look_finds_counts_only_if_it_is_a_set(found, how, source, count):
    lifted, _ = looked(found, **how)
    lifted.end()
    assert (lifted.sets.source, lifted.sets.count) == (source, count)


@pytest.mark.parametrize("source", [LEADER, AXIS])
def test_reps_that_were_told_are_told_again_as_the_second_look_has_found_them(source):
    lifted, _ = looked(12, source=source)
    lifted.sets._told, lifted.sets._told_by = 6, source
    assert lifted.end() == (starts(6), True)
    assert lifted.sets.revision == 1


def test_what_was_told_stays_where_the_second_look_finds_no_set():
    lifted, _ = looked(4)
    lifted.sets._told, lifted.sets._told_by = 6, LEADER
    assert lifted.end() == ([], True)


def test_without_room_for_a_second_look_what_was_found_counts(monkeypatch):
    def fail(_reps):
        raise MemoryError

    monkeypatch.setattr(slight, "Slight", fail)
    lifted = Lifted(muscle_told=False).swings(12, size=SLIGHT)
    assert lifted.end() == (starts(6), True)
    assert (lifted.sets.source, lifted.sets.slight) == (LEADER, None)


def test_the_second_look_is_kept_for_the_next_set():
    lifted = Lifted(muscle_told=False).swings(12, size=SLIGHT)
    assert lifted.end() == (starts(6), True)
    look = lifted.sets.slight
    lifted.swings(12, size=SLIGHT).end()
    assert look is not None
    assert lifted.sets.slight is look
