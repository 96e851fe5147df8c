"""Reps, rule by rule: which source counts, which leads, which tells the phases, and when a top is confirmed."""

from array import array

import pytest

from buzzband_fw.core import zigzag
from buzzband_fw.core.exercises import named
from buzzband_fw.core.motion import MUSCLE, REST, SOURCES
from buzzband_fw.core.reps import ANY, MOVEMENT, MUSCLE_ONLY, NOBODY, TURNING, Exercise, Reps
from buzzband_fw.core.room import new_room
from buzzband_fw.core.slow import PLACES
from buzzband_fw.core.swings import DURATION, MIDDLE, ROW, SIZE, SWINGS_MAX, UNKNOWN

TILTED, TURNED, AWAY_TURNED = 0, 3, 7
DECENT = 400
FLOORS = (240, 240, 240, 175, 175, 175, 240, 175)  # 3.4°
LEAST = (75, 75, 75, 55, 55, 55, 75, 55)  # 1.1°


def exercise(source=ANY, lowers_first=False, cycle_ms=(400, 14_000)):
    return Exercise("any", source, lowers_first, 0, cycle_ms, "reach", (0, 0), None)


def reps(found=None, scores=None, *, target=500, leader=NOBODY, tells=True, **how):
    made = Reps(exercise(**how), target, new_room())
    for source, count in (found or {}).items():
        made.found[source] = count
    for source, score in (scores or {}).items():
        made._score[source] = score
    made.leader = leader
    made.muscle_tells = tells
    return made


def regular(made, source, count, size=1000, half=50, first=0):
    """Swings of a source that are all alike."""
    for number in range(first, first + count):
        row = made.row(source, number)
        made.rows[row + MIDDLE] = half * number & 0xFFFF
        made.rows[row + SIZE] = size
        made.rows[row + DURATION] = 2 * half
    made.found[source] = first + count
    return made


def test_at_first_nothing_has_been_found():
    made = reps()
    assert (made.now, made.leader, made.confirmed, made.moved_at, made.busy) == (0, NOBODY, 0, 0, 0)
    assert (made.muscle_tells, made.muscle_told, made.imu_tells) == (True, True, True)
    assert set(made.found) == set(made.positions) == {0}
    assert set(made._score) == {UNKNOWN}
    assert tuple(made._zigzag[zigzag.FLOOR :: zigzag.STRIDE]) == (*FLOORS, 4 * 200)


@pytest.mark.parametrize(("target", "on"), [(500, 200), (50, 20), (1, 1), (999, 399)])
def test_the_muscle_is_on_from_40_percent_of_the_target(target, on):
    assert reps(target=target).on_permille == on


def test_rows_and_tables_of_the_sources_lie_behind_each_other_and_go_round_after_64():
    made = reps()
    assert [made.row(source, 0) for source in range(SOURCES)] == [
        source * SWINGS_MAX * ROW for source in range(SOURCES)
    ]
    assert [made.table(source) for source in range(SOURCES)] == [made.row(source, 0) for source in range(SOURCES)]
    assert made.row(2, 63) - made.row(2, 0) == 63 * ROW
    assert made.row(2, 64) == made.row(2, 0)


@pytest.mark.parametrize(("found", "first"), [(0, 0), (64, 0), (65, 1), (100, 36)])
def test_the_oldest_swing_that_is_known_is_the_64th_last(found, first):
    assert reps({3: found}).first(3) == first


@pytest.mark.parametrize(
    ("source", "movement", "muscle"), [(ANY, True, True), (MOVEMENT, True, False), (MUSCLE_ONLY, False, True)]
)
def test_an_exercise_says_which_sources_count(source, movement, muscle):
    made = reps(source=source)
    assert (made._may_count(TURNED), made._may_count(MUSCLE)) == (movement, muscle)
    made.imu_tells = made.muscle_tells = False
    assert not made._may_count(TURNED)
    assert not made._may_count(MUSCLE)


@pytest.mark.parametrize(("found", "lifts", "lowers"), [(0, 1, 0), (1, 1, 1), (2, 2, 1), (3, 2, 2), (4, 3, 2)])
def test_a_top_is_the_end_of_every_lift(found, lifts, lowers):
    assert reps()._tops(found) == lifts
    assert reps(lowers_first=True)._tops(found) == lowers


# What is kept of one set


def test_a_new_set_begins_without_swings():
    made = reps({3: 5, MUSCLE: 7}, {3: 10, MUSCLE: 20}, leader=3)
    made.confirmed, made.busy = 3, 5
    made.restart()
    assert set(made.found) == {0}
    assert set(made._score) == {UNKNOWN}
    assert (made.leader, made.confirmed, made.busy) == (NOBODY, 0, 0)


@pytest.mark.parametrize(("half", "known"), [(9, False), (10, True), (350, True), (351, False)])
def test_cycles_are_as_long_as_the_exercise_allows(half, known):
    made = regular(reps(), TURNED, 7, half=half)
    assert made.irregularity(TURNED, 0, 7) == (0 if known else UNKNOWN)


@pytest.mark.parametrize(
    ("least_ms", "most_ms", "known"), [(2100, 3000, True), (2101, 3000, False), (1000, 2099, False)]
)
def test_how_long_cycles_take_is_the_mean_of_all_whole_ones(least_ms, most_ms, known):
    """Three of seven swings, the last one longer."""
    made = regular(reps(cycle_ms=(least_ms, most_ms)), TURNED, 7)
    made.rows[made.row(TURNED, 6) + MIDDLE] += 15
    assert (made.irregularity(TURNED, 0, 7) < UNKNOWN) == known


@pytest.mark.parametrize(("count", "known"), [(4, False), (5, True)])
def test_four_swings_tell_no_rhythm(count, known):
    assert (regular(reps(), TURNED, count).irregularity(TURNED, 0, count) < UNKNOWN) == known


@pytest.mark.parametrize(
    ("source", "size", "score"),
    [(TURNED, 511, -60), (TURNED, 510, 0), (TILTED, 5000, 0), (MUSCLE, 5000, 0), (5, 511, -60)],
)
def test_an_angle_that_turns_by_more_than_10_degrees_is_preferred(source, size, score):
    made = regular(reps(), source, 6, size)
    made._judge(source)
    assert made._score[source] == score


@pytest.mark.parametrize(("count", "score"), [(4, UNKNOWN - 150), (5, 0), (6, 0)])
def test_five_swings_have_a_rhythm_to_go_by(count, score):
    made = regular(reps(), MUSCLE, count)
    made._judge(MUSCLE)
    assert made._score[MUSCLE] == score


def test_a_score_looks_back_on_24_swings():
    made = regular(reps(), TURNED, 40, size=300)
    for number in range(16):
        made.rows[made.row(TURNED, number) + SIZE] = 10_000
    made._judge(TURNED)
    assert made._score[TURNED] == 0
    made.rows[made.row(TURNED, 17) + SIZE] = 10_000
    made._judge(TURNED)
    assert made._score[TURNED] > 0


@pytest.mark.parametrize(
    ("source", "size", "early"),
    [
        (TURNED, 175, 100),
        (TURNED, 350, 200),
        (TILTED, 240, 100),
        (TURNED, 175 * 50, 5000),
        (TURNED, 175 * 60, 5000),
        (MUSCLE, 9999, 150),
    ],
)
def test_before_there_is_a_rhythm_the_larger_movement_counts(source, size, early):
    """By hundredths of the least swing that counts; the muscle's are worth one and a half of that."""
    made = regular(reps(), source, 4, size)
    made._judge(source)
    assert made._score[source] == UNKNOWN - early


# Who leads at the end


def test_one_source_alone_leads():
    made = reps({TURNED: 8}, {TURNED: 100})
    made.choose()
    assert made.leader == TURNED


@pytest.mark.parametrize(("muscle", "leader"), [(8, TURNED), (7, TURNED), (9, TURNED), (10, TILTED), (6, TILTED)])
def test_a_movement_that_found_as_much_as_the_muscle_to_one_gets_its_vote(muscle, leader):
    """150 for the vote; the other has found as much as the muscle only where that is not so."""
    found = {TURNED: 8, TILTED: 8 if leader == TURNED else muscle, MUSCLE: muscle}
    made = reps(found, {TURNED: 200, TILTED: 190, MUSCLE: 399})
    made.choose()
    assert made._agrees(TURNED) == (abs(muscle - 8) <= 1)
    assert made._agrees(MUSCLE)


def test_a_source_that_is_not_decent_has_no_vote():
    made = reps({TURNED: 8, MUSCLE: 8}, {TURNED: 200, MUSCLE: DECENT})
    assert not made._agrees(TURNED)
    assert made._agrees(MUSCLE)
    made._score[MUSCLE] = DECENT - 1
    assert made._agrees(TURNED)


def test_sources_of_one_side_do_not_vote_for_each_other():
    assert not reps({TURNED: 8, TILTED: 8}, {TURNED: 200, TILTED: 100})._agrees(TURNED)


@pytest.mark.parametrize(("score", "leader"), [(49, TILTED), (51, TURNED)])
def test_a_vote_is_worth_150(score, leader):
    made = reps({TILTED: 6, TURNED: 8, MUSCLE: 8}, {TILTED: score, TURNED: 200, MUSCLE: 399})
    made.choose()
    assert made.leader == leader


@pytest.mark.parametrize(
    ("muscle", "score", "leader"), [(9, 399, MUSCLE), (9, 400, TURNED), (8, 399, TURNED), (10, 399, TURNED)]
)
def test_where_the_muscle_has_found_just_one_more_it_leads(muscle, score, leader):
    made = reps({TURNED: 8, MUSCLE: muscle}, {TURNED: 10, MUSCLE: score})
    made.choose()
    assert made.leader == leader


# Slight movements, and who tells the phases


@pytest.mark.parametrize(("source", "size"), [*enumerate((850, 850, 850, 610, 610, 610, 850, 610))])
def test_a_swing_below_12_degrees_is_slight(source, size):
    made = reps()
    assert made.is_slight(source, size - 1)
    assert not made.is_slight(source, size)
    assert not made.is_slight(MUSCLE, 1)


def test_a_limb_hardly_turns_whose_usual_swing_is_slight():
    assert regular(reps(leader=TURNED), TURNED, 8, 609).hardly_turns()
    assert not regular(reps(leader=TURNED), TURNED, 8, 610).hardly_turns()
    assert not regular(reps(leader=MUSCLE), MUSCLE, 8, 1).hardly_turns()
    made = regular(regular(reps(leader=TURNED), TURNED, 54, 609), TURNED, 16, 9000, first=54)
    assert made.hardly_turns()  # the middle half of the last 64
    assert not reps(leader=TURNED).hardly_turns()
    assert not reps().hardly_turns()


@pytest.mark.parametrize(
    ("leader", "found", "scores", "guide"),
    [
        (TURNED, {TURNED: 8, 4: 8}, {TURNED: 300, 4: 100}, TURNED),
        (TILTED, {TILTED: 8, TURNED: 8}, {TILTED: 100, TURNED: 399}, TURNED),
        (TILTED, {TILTED: 8, TURNED: 8}, {TILTED: 100, TURNED: 400}, TILTED),
        (MUSCLE, {MUSCLE: 8, 4: 2, 5: 8}, {4: 300, 5: 200}, 5),
        (MUSCLE, {MUSCLE: 8, 4: 2, 5: 8}, {4: 200, 5: 300}, 4),
        (MUSCLE, {MUSCLE: 8, 4: 1}, {4: 200}, MUSCLE),
        (AWAY_TURNED, {AWAY_TURNED: 8, 6: 8}, {6: 10}, AWAY_TURNED),
    ],
)
def test_the_best_angle_tells_the_phases_where_the_leader_is_none(leader, found, scores, guide):
    assert reps(found, scores, leader=leader).guide() == guide
    assert TURNING == (3, 4, 5)


# Tops


def upwards(made, up=True, position=0):
    made._zigzag[MUSCLE * zigzag.STRIDE + zigzag.DIRECTION] = 1 if up else -1
    made.positions[MUSCLE] = position
    return made


@pytest.mark.parametrize(
    ("felt", "tops", "confirmed"),
    [(0, 0, True), (0, 1, False), (1, 1, True), (2, 1, True), (2, 2, False), (3, 2, True)],
)
def test_a_movement_confirms_no_more_tops_than_the_muscle_has_felt(felt, tops, confirmed):
    made = upwards(reps({TURNED: 8, MUSCLE: felt}, {MUSCLE: 300}, leader=TURNED), up=False)
    assert made._confirms(TURNED, tops) == confirmed


@pytest.mark.parametrize(("position", "felt"), [(800, False), (801, True)])
def test_a_contraction_that_goes_on_is_felt_from_40_percent_of_the_target_on(position, felt):
    made = upwards(reps({TURNED: 8, MUSCLE: 2}, {MUSCLE: 300}, leader=TURNED), True, position)
    assert made._confirms(TURNED, 2) == felt
    assert not upwards(made, False, position)._confirms(TURNED, 2)
    made.found[MUSCLE] = 3
    assert not upwards(made, True, position)._confirms(TURNED, 3)


@pytest.mark.parametrize(
    ("how", "score", "felt"),
    [({"tells": False}, 300, 6), ({"source": MOVEMENT}, 300, 6), ({}, DECENT, 6)],
)
def test_where_the_muscle_does_not_count_or_is_irregular_a_movement_confirms_alone(how, score, felt):
    made = upwards(reps({TURNED: 20, MUSCLE: felt}, {MUSCLE: score}, leader=TURNED, **how), up=False)
    assert made._confirms(TURNED, 9)


def test_a_muscle_that_has_just_begun_may_be_irregular():
    assert not upwards(reps({TURNED: 8, MUSCLE: 4}, {MUSCLE: DECENT}, leader=TURNED), up=False)._confirms(TURNED, 3)
    assert upwards(reps({TURNED: 8, MUSCLE: 5}, {MUSCLE: DECENT}, leader=TURNED), up=False)._confirms(TURNED, 9)


@pytest.mark.parametrize(
    ("score", "felt", "leader", "confirmed"),
    [(399, 9, TURNED, True), (400, 9, TURNED, False), (400, 9, MUSCLE, True), (400, 4, TURNED, True)],
)
def test_the_muscle_confirms_where_it_leads_or_is_regular(score, felt, leader, confirmed):
    assert reps({MUSCLE: felt}, {MUSCLE: score}, leader=leader)._confirms(MUSCLE, 2) == confirmed


def test_room_is_that_of_history_rows_and_tilt():
    history, rows, tilt = new_room()
    assert (len(history), len(rows), len(tilt)) == (10 * 512, SOURCES * SWINGS_MAX * ROW, 3 * 512)


def test_an_exercise_is_what_its_row_says():
    made = Exercise("any", MOVEMENT, True, 1, (500, 900), "hold", (30, 40), "2-1-3")
    assert (made.cycle_min_ms, made.cycle_max_ms, made.concentric_min_ms, made.eccentric_min_ms) == (500, 900, 30, 40)
    assert named("curl").tempo == "2-1-3"


def followed(course, count=2):
    """Reps after the tilt along x was so for a step each, the muscle at rest."""
    made = reps()
    for tilt in course:
        made.step([tilt, 0, 0, 0, 0, 0] * 2, count, 0, 0, 1)
    return made


def test_the_floor_follows_from_how_still_the_limb_is():
    """Each source in turn, every 64 steps: what sways by nothing has the least floor, after two looks."""
    made = followed([4096] * 200)
    assert tuple(made._zigzag[zigzag.FLOOR :: zigzag.STRIDE])[:8] == LEAST
    assert made.now == 200


@pytest.mark.parametrize(("step", "floor"), [(63, 75), (64, 87), (127, 87), (128, 75)])
def test_the_floor_is_that_of_the_last_2_6_s_and_of_the_look_before(step, floor):
    """That at step 128 and that at 192 have to see it sway by 70; a quarter more is the floor."""
    made = reps()
    for now in range(193):
        made.positions[TILTED] = 70 * (now == step)
        made.step([0] * 12, 0, 0, 0, 1)
    assert made._zigzag[TILTED * zigzag.STRIDE + zigzag.FLOOR] == floor


def test_who_is_still_rests_where_he_is():
    made = followed([4096] * 2)
    assert made.motion[REST] == 4096
    made = followed([0] * 10 + [4096] * 60)
    assert made.motion[REST] == 0
    made = followed([0] * 10 + [4096] * 150)
    assert made.motion[REST] == 4096


def test_without_frames_the_limb_stays_where_it_was():
    assert followed([4096] * 5, count=0).positions[0] == 0
    assert followed([4096] * 5).positions[0] == 4096


# What the steps leave to do


def test_the_tilt_along_each_axis_is_kept_every_16th_step_in_ninths_of_a_degree():
    made = reps()
    told = []
    for step in range(64):
        made.step([8 * step, -13 * step, 37 * step, 0, 0, 0] * 2, 2, 0, 0, 0)
        told.append(made.positions[:3])
    kept = [tuple(made.slow[axis * PLACES : axis * PLACES + 4]) for axis in range(3)]
    assert kept == [tuple(told[16 * place][axis] >> 3 & 255 for place in range(4)) for axis in range(3)]


@pytest.mark.parametrize(
    ("found", "permille", "tells", "counts"),
    [(0, 199, True, False), (0, 200, True, True), (0, 0, False, True), (1, 0, True, True)],
)
def test_only_the_first_swing_counts_by_whether_the_muscle_works_in_it(found, permille, tells, counts):
    made = reps({TURNED: found}, tells=tells)
    made._history[zigzag.ACTIVATION * zigzag.HISTORY_STEPS : (zigzag.ACTIVATION + 1) * zigzag.HISTORY_STEPS] = (
        array("H", [permille]) * zigzag.HISTORY_STEPS
    )
    made.now = 100
    made._zigzag[TURNED * zigzag.STRIDE + zigzag.BASE : TURNED * zigzag.STRIDE + zigzag.BASE + 4] = array(
        "i", (0, 20, 900, 70)
    )
    assert made._measure(TURNED, zigzag.BASE) == counts


@pytest.mark.parametrize(("ago", "known"), [(511, False), (512, True)])
def test_a_swing_that_was_measured_when_it_settled_is_known_once_its_start_has_left_the_history(ago, known):
    made = reps()
    made._settled_rows = 1 << TURNED | 1 << MUSCLE
    made.now = 5000
    made._zigzag[TURNED * zigzag.STRIDE + zigzag.BASE + 1] = 5000 - ago
    assert not made._is_known(TILTED, zigzag.BASE)
    assert made._is_known(TURNED, zigzag.BASE) == known
    assert made._settled_rows == 1 << MUSCLE
    assert not made._is_known(TURNED, zigzag.BASE)


def settled(made, source, counts=True):
    """What a swing of ``source`` that has settled at step 77 changes."""
    made.now = 77
    made._measure = lambda _source, _at: counts
    made._settled(source)
    return made


@pytest.mark.parametrize("source", [TILTED, TURNED, MUSCLE])
def test_the_first_swing_that_counts_leads(source):
    made = settled(reps(), source)
    assert (made.leader, made.moved_at, made._settled_rows) == (source, 77, 1 << source)
    made = settled(reps(), TILTED, counts=False)
    assert (made.leader, made.moved_at, made._settled_rows) == (NOBODY, 0, 0)
    assert settled(reps(leader=TURNED), TILTED).leader == TURNED


@pytest.mark.parametrize(
    ("leader", "source", "scores", "moved"),
    [
        (TURNED, TURNED, {}, True),
        (TURNED, TURNED, {TURNED: 100}, True),
        (TURNED, TILTED, {TURNED: 400, TILTED: 400}, False),
        (TURNED, TILTED, {TURNED: 401, TILTED: 400}, True),
        (TURNED, TILTED, {TURNED: 400, TILTED: 399}, True),
    ],
)
def test_a_source_that_is_worse_than_a_decent_leader_is_no_sign_of_life(leader, source, scores, moved):
    assert (settled(reps(None, scores, leader=leader), source).moved_at == 77) == moved


@pytest.mark.parametrize(
    ("leader", "source", "confirmed"),
    [(TURNED, TURNED, 3), (TURNED, TILTED, 0), (TURNED, MUSCLE, 3), (MUSCLE, MUSCLE, 3)],
)
def test_tops_are_confirmed_by_the_leader_and_the_muscle(leader, source, confirmed):
    made = reps({TURNED: 4, TILTED: 4, MUSCLE: 4}, {MUSCLE: 100}, leader=leader, tells=source == MUSCLE)
    assert settled(made, source).confirmed == confirmed


def test_a_top_that_is_not_confirmed_or_was_before_changes_nothing():
    made = upwards(reps({TURNED: 4, MUSCLE: 0}, {MUSCLE: 100}, leader=TURNED), up=False)
    assert settled(made, TURNED).confirmed == 0
    made = reps({TURNED: 4}, leader=TURNED, tells=False)
    made.confirmed = 5
    assert settled(made, TURNED).confirmed == 5


def judged(made, source, settled=0, known=0):
    """The source judged at the end of a set, and which swings were measured for that."""
    measured = []
    made._measure = lambda which, at: measured.append((which, at))
    made._measure_end = lambda: measured.append("end")
    made._zigzag[source * zigzag.STRIDE + zigzag.SETTLED] = settled
    made._settled_rows = known << source
    made.now = 600 * known
    made.judge_all(source)
    return measured


def test_at_the_end_a_source_is_judged_by_all_its_swings():
    made = regular(reps(), TURNED, 8)
    assert judged(made, TURNED) == []
    assert (made.found[TURNED], made._score[TURNED]) == (8, 0)


def test_of_a_long_set_a_source_is_judged_by_the_last_64_swings():
    made = regular(reps(), TURNED, 64, first=6)
    judged(made, TURNED)
    assert (made.found[TURNED], made._score[TURNED]) == (70, 0)


@pytest.mark.parametrize(
    ("source", "known", "measured"),
    [(TURNED, 0, [(TURNED, zigzag.BASE)]), (TURNED, 1, []), (MUSCLE, 0, [(MUSCLE, zigzag.BASE)]), (MUSCLE, 1, ["end"])],
)
def test_a_swing_that_has_settled_last_counts_and_is_measured_while_it_can_be(source, known, measured):
    made = regular(reps(), source, 8)
    assert judged(made, source, 1, known) == measured
    assert made.found[source] == 9


@pytest.mark.parametrize("start", [1001, 65_500])
@pytest.mark.parametrize(("peak", "later_peak"), [(800, 700), (700, 800)])
def test_the_muscle_s_last_swing_that_went_on_ends_later_and_begins_where_it_did(start, peak, later_peak):
    made = reps()
    row = made.row(MUSCLE, 0)
    made.rows[row : row + ROW] = [start, start + 20 & 0xFFFF, 80, 300, peak, 900]
    later = start + 31 & 0xFFFF

    def measure(source, at):
        assert (source, at) == (MUSCLE, zigzag.BASE)
        made.rows[row : row + ROW] = [later, later + 25 & 0xFFFF, 101, 350, later_peak, 950]

    made._measure = measure
    made._measure_end()
    assert tuple(made.rows[row : row + ROW]) == (start, later + 25 & 0xFFFF, 162, 350, 800, 950)


def test_a_source_without_swings_or_that_may_not_count_is_not_judged():
    made = reps()
    assert judged(made, TURNED, 1) == []
    assert (made.found[TURNED], made._score[TURNED]) == (0, UNKNOWN)
    made = regular(reps(source=MUSCLE_ONLY), TURNED, 8)
    assert judged(made, TURNED, 1) == []
    assert (made.found[TURNED], made._score[TURNED]) == (8, UNKNOWN)
