"""Sets, from swings that are made up: which of them are a set, what is told at its end, and when that is."""

import pytest

from buzzband_fw.core.cue import BLANKED
from buzzband_fw.core.exercises import named
from buzzband_fw.core.motion import AWAY, DELAY_STEPS, MUSCLE
from buzzband_fw.core.quality import RAIL
from buzzband_fw.core.room import new_room
from buzzband_fw.core.sets import CONFIRMED, CYCLES_MIN, HOLD, NOTHING, QUIET_MS, REP, REPS_MIN, SET, Sets
from buzzband_fw.core.swings import DURATION, MEAN, MIDDLE, PEAK, SIZE, START, SWINGS_MAX

LEADER = 5
HALF = 50  # steps from one swing to the next: reps of 2 s
LASTS = 40  # steps
TARGET, ON = 500, 200
FIRST = 1000  # step in which the first swing begins
UNIT = 10_000  # size of a swing


class Lifted:
    """Sets in which the sources have found these swings, and nobody has been told of one yet."""

    def __init__(self, exercise="custom", muscle_told=True):
        self.sets = Sets(named(exercise), TARGET, new_room())
        self.reps = self.sets.reps
        self.reps.muscle_told = muscle_told
        self.reps.now = FIRST

    def swings(self, count, source=LEADER, *, size=UNIT, peak=800, lasts=LASTS, gaps=None, oldest=0):
        """Add swings; ``size``, ``peak`` and ``lasts``: of all of them, or by number. ``gaps``: steps to the next."""
        middle = FIRST + LASTS // 2
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
    assert counted(Lifted().both(swings)) == (reps, reps)
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


@pytest.mark.parametrize(("half", "is_set"), [(36, True), (37, True), (38, False), (40, False)])
def test_contractions_that_follow_within_1_5_s_run_into_each_other(half, is_set):
    lifted = Lifted().swings(3, MUSCLE).swings(12, lasts=20, gaps={None: half})
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
    lifted = Lifted().both(13, **change)
    reps, _ = lifted.end()
    assert len(reps) == 6 + (not left_out)
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
    lifted = Lifted().both(13, **change)
    reps, _ = lifted.end()
    assert len(reps) == 6 + (not left_out)


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


@pytest.mark.parametrize(
    ("there", "back", "late"), [(800, 800, False), (800, 1000, False), (800, 1001, True), (799, 1000, True)]
)
def test_a_set_begins_with_the_harder_way_by_a_quarter(there, back, late):
    lifted = Lifted().both(12, peak={**dict.fromkeys(range(0, 12, 2), there), None: back})
    reps, _ = lifted.end()
    assert reps == starts(6, first=late)


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


def test_a_set_that_was_none_is_told_only_if_a_rep_was():
    lifted = Lifted().both(4)
    assert lifted.end() == ([], False)
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


def test_at_the_end_the_best_source_leads_whoever_did_before():
    lifted = Lifted().swings(12, source=3).swings(12, MUSCLE)
    lifted.swings(12, size={**{number: UNIT + 4000 * (-1) ** number for number in range(12)}, None: UNIT})
    lifted.end()
    assert (lifted.sets.count, lifted.sets.source) == (6, 3)
