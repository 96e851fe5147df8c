import numpy as np
import pytest

from builders import course, lifts, steps_of, turning, working
from buzzband_fw.core.exercises import named
from buzzband_fw.core.motion import MUSCLE, SOURCES, STEP_VALUES
from buzzband_fw.core.reps import MOVEMENT, MUSCLE_ONLY, NOBODY, TURNING, Exercise, Reps
from buzzband_fw.core.room import new_room
from buzzband_fw.core.swings import PEAK, ROW, SWINGS_MAX, UNKNOWN
from buzzband_fw.core.zigzag import FLOOR, STRIDE

LEAD = (3.0, 0.0)
TURN_X, TURN_Z = 3, 5
NOTHING = [0] * STEP_VALUES


def run(frames, permille, exercise="custom", *, muscle_tells=True, imu_tells=True, forget_until=0):
    """The reps after ``frames``, 100 a second, and a muscle of ``permille`` at each of them."""
    found = Reps(named(exercise) if isinstance(exercise, str) else exercise, 500, new_room())
    found.muscle_tells, found.imu_tells = muscle_tells, imu_tells
    for step, values in enumerate(steps_of(frames)):
        found.step(values, 2, int(permille[2 * step]), 0, step < forget_until)
        found.work()
        found.work()
    for _ in range(4 * SOURCES):
        found.work()
    return found


def moved(degrees, permille=None, exercise="custom", **how):
    return run(turning(degrees), working(degrees) if permille is None else permille, exercise, **how)


def wanting(source):
    return Exercise("any", source, False, 0, (400, 14_000), "reach", (0, 0), None)


def test_a_swing_there_and_a_swing_back_for_each_rep():
    found = moved(course(LEAD, *lifts(6), (1, 0)))
    assert found.found[TURN_Z] in (11, 12)  # the last one has not turned, for nothing follows
    assert found.confirmed == 6


def test_before_the_first_swing_nobody_leads():
    found = moved(course(LEAD, (2, 0.5), (1, 0.5)), np.zeros(600))
    assert found.leader == NOBODY
    assert found.confirmed == 0


def test_a_regular_source_beats_an_irregular_one():
    rng = np.random.default_rng(1)
    regular = course(LEAD, *lifts(10), (1, 0))
    frames = turning(regular)
    legs = np.column_stack((rng.uniform(0.4, 2.5, 60), rng.uniform(-60, 60, 60))).tolist()
    frames[:, 3] = turning(course(*legs))[: len(frames), 5]
    found = run(frames, working(regular))
    assert found.found[TURN_X] >= 10
    assert found.leader != TURN_X
    found.choose()
    assert found._score[found.leader] < 100


def test_an_irregular_muscle_does_not_count_where_the_limb_is_regular():
    degrees = course(LEAD, *lifts(10), (1, 0))
    bursts = np.repeat(np.random.default_rng(3).uniform(0, 900, len(degrees) // 50 + 1), 50)[: len(degrees)]
    found = moved(degrees, bursts)
    found.choose()
    assert found.leader != MUSCLE
    assert found.found[found.leader] == pytest.approx(20, abs=1)


def test_the_muscle_counts_where_the_limb_does_not_move():
    degrees = course(LEAD, *lifts(8), (1, 0))
    found = run(turning(np.zeros(len(degrees))), working(degrees))
    assert (found.leader, found.confirmed) == (MUSCLE, 8)


def test_movement_with_the_muscle_off_does_not_begin_a_set():
    degrees = course(LEAD, *lifts(8), (1, 0))
    off = moved(degrees, np.full(len(degrees), 190))
    assert (off.leader, max(off.found)) == (NOBODY, 0)
    on = moved(degrees, np.full(len(degrees), 210))
    assert on.leader != NOBODY


def test_movement_alone_begins_one_where_the_electrodes_cannot_tell():
    degrees = course(LEAD, *lifts(8), (1, 0))
    found = moved(degrees, np.zeros(len(degrees)), muscle_tells=False)
    assert found.confirmed == 8


def test_once_a_set_has_begun_swings_count_without_the_muscle_too():
    degrees = course(LEAD, *lifts(8), (1, 0))
    tired = working(degrees)
    tired[len(tired) // 2 :] = 0
    assert moved(degrees, tired).found[TURN_Z] >= 15


@pytest.mark.parametrize(("wanted", "counting"), [(MOVEMENT, range(MUSCLE)), (MUSCLE_ONLY, [MUSCLE])])
def test_only_sources_that_the_exercise_wants_count(wanted, counting):
    found = moved(course(LEAD, *lifts(6), (1, 0)), exercise=wanting(wanted))
    assert {source for source in range(SOURCES) if found.found[source]} <= set(counting)
    assert found.leader in counting


def test_an_imu_that_does_not_tell_counts_nothing():
    found = moved(course(LEAD, *lifts(6), (1, 0)), imu_tells=False)
    assert (found.leader, max(found.found[:MUSCLE])) == (MUSCLE, 0)


def test_what_agrees_with_the_muscle_has_a_bonus():
    found = moved(course(LEAD, *lifts(10), (1, 0)))
    for source in range(SOURCES):
        found._score[source] = UNKNOWN
        found.found[source] = 0
    found.found[0], found.found[TURN_Z], found.found[MUSCLE] = 22, 19, 19
    found._score[0], found._score[TURN_Z], found._score[MUSCLE] = 50, 120, 390
    found.choose()
    assert found.leader == TURN_Z
    found.found[MUSCLE] = 9
    found.choose()
    assert found.leader == 0


def test_a_source_that_has_missed_half_does_not_lead():
    found = moved(course(LEAD, *lifts(2), (1, 0)))
    for source in range(SOURCES):
        found._score[source], found.found[source] = UNKNOWN, 0
    found.found[0], found.found[TURN_Z] = 7, 20
    found._score[0], found._score[TURN_Z] = 10, 200
    found.choose()
    assert found.leader == TURN_Z


def test_too_few_swings_or_cycles_out_of_range_have_no_rhythm():
    found = moved(course(LEAD, *lifts(6, up_s=0.3, hold_s=0.1, down_s=0.3, pause_s=0.1), (1, 0)), exercise="squat")
    assert found.irregularity(TURN_Z, 0, 4) == UNKNOWN
    assert found.irregularity(TURN_Z, 0, 8) == UNKNOWN  # 0.8 s are no squat
    found.exercise = named("custom")
    assert found.irregularity(TURN_Z, 0, 8) < 100


def test_an_angle_guides_where_another_source_leads():
    found = moved(course(LEAD, *lifts(8), (1, 0)))
    found.leader = MUSCLE
    assert found.guide() in TURNING
    found._score[TURN_Z] = UNKNOWN
    assert found.guide() == MUSCLE


def test_a_restart_forgets_all_swings():
    found = moved(course(LEAD, *lifts(6), (1, 0)))
    found.restart()
    assert (found.leader, found.confirmed, list(found.found)) == (NOBODY, 0, [0] * SOURCES)
    assert found.work() == NOBODY


def test_a_limb_that_lies_still_lets_small_swings_count_and_one_that_sways_does_not():
    still = moved(course((8, 0)), np.zeros(800), forget_until=10_000)
    swaying = moved(course(*[(0.5, 6), (0.5, -6)] * 8), np.zeros(800), forget_until=10_000)
    floor = TURN_Z * STRIDE + FLOOR
    assert (still._zigzag[floor], swaying._zigzag[floor]) == (55, 175)


def test_the_pose_of_rest_is_found_again_after_each_rep():
    legs = [leg for n in range(6) for leg in ((1, 60 + 4 * n), (1, 4 * n + 4), (0.5, 4 * n + 4))]  # rest drifts by 4°
    found = moved(course(LEAD, *legs), np.full(2000, 400))
    assert found.positions[7] < 3 * 51


def test_blanked_activation_is_left_out():
    degrees, found = course(LEAD, *lifts(4), (1, 0)), Reps(named("custom"), 500, new_room())
    for step, frames in enumerate(steps_of(turning(degrees))):
        buzzing = step % 4 == 0
        found.step(frames, 2, 4000 if buzzing else 300, buzzing, 0)
        found.work()
        found.work()
    at = found.table(TURN_Z) + PEAK
    assert set(found.rows[at : at + found.found[TURN_Z] * ROW : ROW]) == {300}


def test_rows_go_round_after_64_swings():
    found = moved(course(LEAD, *lifts(40, up_s=0.5, hold_s=0, down_s=0.5, pause_s=0.2), (1, 0)))
    assert found.found[TURN_Z] >= 79
    assert found.first(TURN_Z) == found.found[TURN_Z] - SWINGS_MAX
    assert found.row(TURN_Z, 64) == found.row(TURN_Z, 0) == found.table(TURN_Z)


def test_without_frames_the_muscle_goes_on():
    degrees, found = course(LEAD, *lifts(6), (1, 0)), Reps(named("custom"), 500, new_room())
    found.imu_tells = False
    for value in working(degrees)[::2]:
        found.step(NOTHING, 0, int(value), 0, 0)
        found.work()
        found.work()
    assert (found.leader, found.confirmed) == (MUSCLE, 6)
