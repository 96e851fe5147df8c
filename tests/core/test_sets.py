import numpy as np
import pytest

from builders import course, lifted, lifts, steps_of, turning, working
from buzzband_fw.core.exercises import named
from buzzband_fw.core.motion import MUSCLE, STEP_VALUES
from buzzband_fw.core.quality import RAIL
from buzzband_fw.core.room import new_room
from buzzband_fw.core.sets import CONFIRMED, HOLD, NOTHING, REP, SET, Sets

LEAD, TAIL = (3.0, 0.0), (10.0, 0.0)
LONG_ONE = [(1.0, 90.0), (30.0, 90.0), (1.2, 0.0), (0.5, 0.0)]


def one_set(*legs):
    return course(LEAD, *legs, TAIL)


def counts(lifting):
    """The reps of each set that has any."""
    return [one.reps for one in lifting.counted_sets()]


def told(sets, degrees, permille):
    """What ``work`` tells of a limb and its muscle: (step, event)."""
    events = []
    for step, frames in enumerate(steps_of(turning(degrees))):
        sets.step(frames, 2, int(permille[2 * step]), 0, True)
        events += [(step, event) for event in (sets.work(), sets.work()) if event]
    return events


def new_sets(exercise="custom"):
    return Sets(named(exercise), 500, new_room())


SOURCES = pytest.mark.parametrize("how", [{}, {"imu": False}, {"flags": RAIL}], ids=["both", "muscle", "movement"])


@SOURCES
@pytest.mark.parametrize("count", [5, 12])
def test_every_rep_counts(count, how):
    lifting = lifted(one_set(*lifts(count)), **how)
    assert counts(lifting) == [count]
    assert [rep.number for rep in lifting.counted()] == list(range(count))


@SOURCES
def test_more_reps_than_are_remembered_are_counted_too(how):
    assert counts(lifted(one_set(*lifts(45, up_s=0.8, down_s=0.8, pause_s=0.3)), **how)) == [45]


@pytest.mark.parametrize("cycle_s", [0.45, 0.6, 1, 2, 5, 8, 12])
def test_cycles_of_less_than_half_a_second_to_12_s_are_reps(cycle_s):
    legs = lifts(10, up_s=0.45 * cycle_s, hold_s=0.05 * cycle_s, down_s=0.45 * cycle_s, pause_s=0.05 * cycle_s)
    lifting = lifted(one_set(*legs))
    assert counts(lifting) == [10]
    assert lifting.sets[0].cycle_ms == pytest.approx(1000 * cycle_s, rel=0.02)


def test_a_set_tells_when_it_began_and_ended_and_how_long_its_cycles_were():
    ended = lifted(one_set(*lifts(8))).sets[0]
    assert ended.start_block == pytest.approx(300, abs=30)
    assert ended.end_block == pytest.approx(300 + 8 * 300 - 50, abs=80)
    assert ended.cycle_ms == pytest.approx(3000, abs=20)


@SOURCES
@pytest.mark.parametrize(("rest_s", "sets"), [(6.0, [9]), (9.0, [5, 4])])
def test_a_set_ends_after_8_quiet_seconds(rest_s, sets, how):
    assert counts(lifted(one_set(*lifts(5), (rest_s, 0), *lifts(4)), **how)) == sets


def test_a_muscle_that_goes_on_working_keeps_the_set_open():
    degrees = one_set(*lifts(5), (9, 0), *lifts(4))
    assert counts(lifted(degrees, np.maximum(working(degrees), 250))) == [9]


@SOURCES
def test_a_hold_of_30_s_in_a_set_breaks_nothing(how):
    lifting = lifted(one_set(*lifts(4), *LONG_ONE, *lifts(3)), **how)
    if how == {"flags": RAIL}:  # nothing tells that he is still at it
        assert [rep.number for rep in lifting.counted()][-1] < 7
        return
    assert counts(lifting) == [8]
    assert [hold.duration_ms for hold in lifting.holds] == pytest.approx([30_200], abs=500)


@SOURCES
def test_a_grind_of_8_s_is_one_rep(how):
    assert counts(lifted(one_set(*lifts(4), *lifts(1, up_s=8.0), *lifts(2)), **how)) == [7]


def test_two_reps_are_no_set():
    lifting = lifted(one_set(*lifts(2)))
    assert counts(lifting) == []
    assert lifting.counted() == ()


def test_three_that_are_alike_are_one():
    assert counts(lifted(one_set(*lifts(3)))) == [3]


def test_a_few_irregular_movements_are_no_set_and_what_was_told_of_them_is_taken_back():
    legs = [*lifts(1), (3, 0), *lifts(1, 40, up_s=0.5), *lifts(1, up_s=2.5), (2, 0), *lifts(1, 50, down_s=3.0)]
    lifting = lifted(one_set(*legs))
    assert lifting.reps
    assert [one.reps for one in lifting.sets] == [0]
    assert lifting.counted() == ()


def test_a_top_that_stays_alone_is_the_end_of_a_set_of_none():
    degrees, sets = one_set(*lifts(1, 2)), new_sets()
    assert [event for _, event in told(sets, degrees, working(degrees))] == [CONFIRMED, SET]
    assert (sets.count, sets.confirmed) == (0, 0)
    lifting = lifted(degrees)
    assert (lifting.reps, counts(lifting)) == ((), [])


def test_what_nothing_was_told_of_is_not_taken_back():
    degrees = one_set((1.0, 4.0), (1.0, 0.0))
    lifting = lifted(degrees, np.zeros(len(degrees)))
    assert (lifting.reps, lifting.sets) == ((), ())


def test_movement_without_the_muscle_is_no_set():
    degrees = one_set(*lifts(8))
    assert counts(lifted(degrees, np.zeros(len(degrees)))) == []
    assert counts(lifted(degrees, np.zeros(len(degrees)), flags=RAIL)) == [8]


@pytest.mark.parametrize("rpm", [60, 80, 100])
def test_on_a_bike_cycles_and_cadence_are_told_at_the_end_and_no_reps(rpm):
    seconds = np.arange(0, 60, 0.01)
    degrees = np.concatenate((np.zeros(300), 20 * (1 - np.cos(2 * np.pi * seconds * rpm / 60)), np.zeros(1000)))
    lifting = lifted(degrees, exercise="bike")
    assert lifting.reps == ()
    assert counts(lifting) == pytest.approx([rpm], abs=1)
    assert lifting.sets[0].cycle_ms == pytest.approx(60_000 / rpm, rel=0.01)
    assert lifting.sets[0].steady


def test_less_than_ten_cycles_are_no_ride():
    seconds = np.arange(0, 5, 0.01)
    degrees = np.concatenate((np.zeros(300), 20 * (1 - np.cos(2 * np.pi * seconds * 100 / 60)), np.zeros(1000)))
    assert counts(lifted(degrees, exercise="bike")) == []


def test_cycles_that_are_too_fast_for_the_exercise_are_no_reps_of_it():
    degrees = one_set(*lifts(10, up_s=0.3, hold_s=0.05, down_s=0.3, pause_s=0.05))
    assert counts(lifted(degrees, exercise="custom")) == [10]
    assert counts(lifted(degrees, exercise="squat")) == []


@pytest.mark.parametrize("exercise", ["squat", "push-up", "hinge"])
def test_reps_that_lower_first_are_counted_as_such(exercise):
    lifting = lifted(one_set(*lifts(6, hold_s=0.4, pause_s=1.0)), exercise=exercise)
    assert counts(lifting) == [6]


def test_a_last_lift_that_is_held_to_the_end_counts():
    degrees = course(LEAD, *lifts(6), (1.0, 90.0), (1.0, 90.0))
    assert counts(lifted(degrees)) == [7]


def test_sets_are_numbered_and_their_reps_from_0():
    lifting = lifted(one_set(*lifts(4), (12, 0), *lifts(5)))
    assert [one.number for one in lifting.sets] == [0, 1]
    assert [rep.set for rep in lifting.counted()] == [0] * 4 + [1] * 5
    assert [rep.number for rep in lifting.counted()] == [*range(4), *range(5)]


def test_a_rep_is_confirmed_at_its_top_and_told_when_it_is_over():
    degrees, sets = one_set(*lifts(6)), new_sets()
    events = told(sets, degrees, working(degrees))
    confirmed = [step for step, event in events if event == CONFIRMED]
    assert len(confirmed) == 6
    for number, step in enumerate(confirmed):
        peak_s = LEAD[0] + 3.0 * number + 1.0
        assert -0.2 <= step / 50 - peak_s <= 0.7
    assert len([step for step, event in events if event == REP and step < 50 * (LEAD[0] + 18.0)]) >= 5
    assert [event for _, event in events][-1] == SET


def test_a_long_hold_is_told_when_it_is_over():
    degrees, sets = one_set(*lifts(3), *LONG_ONE), new_sets()
    events = told(sets, degrees, working(degrees))
    assert [event for _, event in events].count(HOLD) == 1


def test_a_set_that_is_finished_in_the_middle_is_told():
    degrees, sets = course(LEAD, *lifts(5)), new_sets()
    assert SET not in [event for _, event in told(sets, degrees, working(degrees))]
    sets.finish()
    events = []
    while not sets.finished():
        events.append(sets.work())
    assert events[-1] == SET
    assert sets.count == 5


def test_after_the_end_there_is_nothing_left_to_finish():
    sets = new_sets()
    sets.finish()
    assert sets.finished()
    assert sets.work() == NOTHING


def test_a_new_session_begins_with_set_0():
    degrees, sets = one_set(*lifts(4)), new_sets()
    told(sets, degrees, working(degrees))
    sets.work()
    assert sets.number == 1
    sets.begin()
    told(sets, degrees, working(degrees))
    sets.work()
    assert (sets.number, sets.count) == (1, 4)


def test_frames_that_stop_in_mid_set_leave_the_muscle_to_count():
    degrees, sets = one_set(*lifts(10)), new_sets()
    permille, nothing, events = working(degrees), [0] * STEP_VALUES, []
    for step, frames in enumerate(steps_of(turning(degrees))):
        there = step < 50 * 12
        sets.step(frames if there else nothing, 2 if there else 0, int(permille[2 * step]), 0, there)
        events += [sets.work(), sets.work()]
    assert SET in events
    assert (sets.count, sets.source) == (10, MUSCLE)


def test_degrees_are_how_far_the_limb_is_from_its_pose_of_rest():
    sets = new_sets()
    told(sets, course(LEAD, (2, 60), (0.5, 60)), np.full(550, 300))
    sets.look()
    assert sets.degrees == pytest.approx(60, abs=4)


def test_what_the_muscle_does_after_its_last_swing_has_settled_belongs_to_the_set():
    """Half-way down it rests, for so long that the start of the swing has left the history when the set is over."""
    activation = one_set(*lifts(5, 700.0, up_s=2.0, down_s=2.4), (2.0, 700.0), (1.0, 240.0), (1.6, 240.0), (0.6, 0.0))
    lifting = lifted(activation, activation, imu=False)
    assert counts(lifting) == [6]
    assert lifting.sets[0].end_block / 100 == pytest.approx(len(activation) / 100 - TAIL[0], abs=0.3)
    assert lifting.counted()[-1].eccentric_ms == pytest.approx(2700, abs=500)
