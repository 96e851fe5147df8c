"""One rep, from two swings that are made up: its phases, its effort, what was wrong, and whose angle times it."""

from types import SimpleNamespace

import pytest

from buzzband_fw.core.motion import DELAY_STEPS, MUSCLE
from buzzband_fw.core.swings import DURATION, MEAN, MIDDLE, PEAK, ROW, SIZE, START
from buzzband_fw.core.tempo import APPROXIMATE, HALF, LOWERS_FIRST, MUSCLE_OFF, TOO_FAST, Rep, guided

LEADER, ANGLE = 0, 4
SWINGS = 8
NOW = 1000
ON = 200


class Reps:
    """What a rep asks of ``Reps``."""

    def __init__(self, guide=LEADER, leader=LEADER, *, lowers_first=False, slight=False, least_ms=(0, 0), told=True):
        self.leader, self.now, self.on_permille, self.muscle_told = leader, NOW, ON, told
        self.rows, self.found = [0] * (9 * SWINGS * ROW), [0] * 9
        self.exercise = SimpleNamespace(
            lowers_first=lowers_first, concentric_min_ms=least_ms[0], eccentric_min_ms=least_ms[1]
        )
        self._guide, self._slight = guide, slight

    def guide(self):
        return self._guide

    def is_slight(self, source, size):
        return self._slight and size < 700

    def row(self, source, index):
        return (source * SWINGS + index) * ROW

    def table(self, source):
        return source * SWINGS * ROW

    def first(self, source):
        return 0

    def swing(self, start, steps, source=LEADER, *, mean=400, peak=800, size=1000):
        """Add a swing of a source: from step ``start`` on, so many steps long."""
        row = self.row(source, self.found[source])
        fields = {START: start, MIDDLE: start + steps // 2, DURATION: 2 * steps, MEAN: mean, PEAK: peak, SIZE: size}
        for field, value in fields.items():
            self.rows[row + field] = value & 0xFFFF
        self.found[source] += 1
        return self


def filled(reps, index=0, whole=True):
    rep = Rep()
    rep.fill(reps, index, whole)
    return rep


def phases(rep):
    return rep.concentric_ms, rep.hold_ms, rep.eccentric_ms


def lifted(**how):
    """A lift of 1 s from step 500 on, a hold of 0.4 s, 1.6 s down."""
    return Reps(**how).swing(500, 50, mean=500, peak=900).swing(570, 80, mean=300, peak=700)


def test_each_flag_is_a_bit_of_its_own():
    assert (MUSCLE_OFF, TOO_FAST, HALF, APPROXIMATE, LOWERS_FIRST) == (1, 2, 4, 8, 16)


def test_before_the_first_rep_there_is_none():
    rep = Rep()
    assert (rep.number, rep.revision, rep.source, rep.flags, rep.start) == (0,) * 5
    assert phases(rep) == (0, 0, 0)
    assert (rep.peak, rep.concentric, rep.eccentric) == (0, 0, 0)


def test_a_rep_is_its_two_swings_and_what_lies_between_them():
    rep = filled(lifted())
    assert phases(rep) == (1000, 400, 1600)
    assert (rep.start, rep.source, rep.flags) == (500 - DELAY_STEPS, LEADER, 0)
    assert (rep.peak, rep.concentric, rep.eccentric) == (900, 500, 300)


def test_the_peak_is_that_of_either_phase():
    assert filled(Reps().swing(500, 50, peak=300).swing(570, 80, peak=700)).peak == 700


def test_the_second_rep_is_that_of_the_swings_behind():
    rep = filled(lifted().swing(700, 60, mean=1, peak=210).swing(760, 40, mean=2, peak=205), 2)
    assert phases(rep) == (1200, 0, 800)
    assert (rep.start, rep.peak, rep.concentric, rep.eccentric) == (694, 210, 1, 2)


def test_where_a_rep_lowers_first_the_phases_change_places():
    rep = filled(lifted(lowers_first=True))
    assert phases(rep) == (1600, 400, 1000)
    assert (rep.concentric, rep.eccentric, rep.flags) == (300, 500, LOWERS_FIRST)


def test_of_half_a_rep_the_second_phase_is_not_known():
    rep = filled(lifted(), whole=False)
    assert phases(rep) == (1000, 0, 0)
    assert (rep.flags, rep.peak, rep.concentric, rep.eccentric) == (HALF, 900, 500, 0)


def test_a_second_swing_that_has_not_been_found_yet_has_no_time():
    assert phases(filled(Reps().swing(500, 50).swing(570, 80), 1)) == (1600, 0, 0)


@pytest.mark.parametrize(("begins", "hold_ms"), [(549, 0), (550, 0), (551, 20), (3700, 63_000)])
def test_swings_that_overlap_have_no_hold(begins, hold_ms):
    assert filled(Reps().swing(500, 50).swing(begins, 80)).hold_ms == hold_ms


def test_a_hold_of_more_than_65_s_is_none():
    assert filled(Reps().swing(500, 50).swing(500 + 50 + 3276, 80)).hold_ms == 65_520
    assert filled(Reps().swing(500, 50).swing(500 + 50 + 3277, 80)).hold_ms == 0


@pytest.mark.parametrize("now", [1000, 65_536 + 1000, 65_800])
def test_a_start_is_told_of_the_last_21_minutes(now):
    reps = Reps().swing(now - 400, 50).swing(now - 330, 80)
    reps.now = now
    assert filled(reps).start == now - 400 - DELAY_STEPS


@pytest.mark.parametrize(("peak", "told", "flags"), [(199, True, MUSCLE_OFF), (200, True, 0), (0, False, 0)])
def test_a_muscle_below_40_percent_of_the_target_is_off_if_the_electrodes_tell(peak, told, flags):
    assert filled(Reps(told=told).swing(500, 50, peak=peak).swing(570, 80, peak=0)).flags == flags


@pytest.mark.parametrize(
    ("least_ms", "flags"),
    [((1000, 1600), 0), ((1001, 1600), TOO_FAST), ((1000, 1601), TOO_FAST), ((1600, 1000), TOO_FAST)],
)
def test_a_phase_that_takes_less_than_the_exercise_asks_for_is_too_fast(least_ms, flags):
    assert filled(lifted(least_ms=least_ms)).flags == flags


def test_half_a_rep_is_never_too_fast():
    assert filled(lifted(least_ms=(9000, 9000)), whole=False).flags == HALF


def test_what_the_muscle_times_is_approximate_and_never_too_fast():
    reps = Reps(MUSCLE, MUSCLE, least_ms=(9000, 9000)).swing(500, 50, MUSCLE).swing(570, 80, MUSCLE)
    rep = filled(reps)
    assert (rep.flags, rep.source, phases(rep)) == (APPROXIMATE, MUSCLE, (1000, 400, 1600))


# An angle that tells the phases better than the leader


def guiding(begins=505, steps=50, **how):
    """The leader's rep, and an angle that has found as much."""
    reps = lifted(guide=ANGLE, **how)
    return reps.swing(begins, steps, ANGLE).swing(580, 60, ANGLE)


def test_the_phases_are_those_of_the_angle_and_effort_and_source_the_leader_s():
    rep = filled(guiding())
    assert phases(rep) == (1000, 500, 1200)
    assert (rep.start, rep.source, rep.peak, rep.concentric) == (505 - DELAY_STEPS, LEADER, 900, 500)


@pytest.mark.parametrize(("apart", "at"), [(75, 0), (76, -1), (-75, 0), (-76, -1)])
def test_middles_may_be_75_steps_apart_where_a_swing_lasts_a_second(apart, at):
    reps = Reps(ANGLE).swing(500, 50).swing(500 + apart, 50, ANGLE)
    assert guided(reps, 0, ANGLE) == at


@pytest.mark.parametrize(("steps", "at"), [(150, 0), (151, -1)])
def test_an_angle_s_swing_may_last_twice_as_long_and_a_second(steps, at):
    reps = Reps(ANGLE).swing(500, 50).swing(500, steps, ANGLE)
    reps.rows[reps.row(ANGLE, 0) + MIDDLE] = 525
    assert guided(reps, 0, ANGLE) == at


@pytest.mark.parametrize(("more", "at"), [(0, 0), (1, 0), (2, -1)])
def test_an_angle_has_to_have_found_as_much_to_one(more, at):
    reps = Reps(ANGLE).swing(500, 50)
    for number in range(1 + more):
        reps.swing(500 + 100 * number, 50, ANGLE)
    assert guided(reps, 0, ANGLE) == at


def test_an_angle_with_another_movement_leaves_the_leader_s_own():
    assert phases(filled(guiding(begins=900))) == (1000, 400, 1600)
    assert guided(lifted(), 0, LEADER) == -1


def test_middles_are_compared_modulo_65536():
    reps = Reps(ANGLE).swing(65_530, 20).swing(65_520, 20, ANGLE)
    assert guided(reps, 0, ANGLE) == 0


@pytest.mark.parametrize(("size", "flags", "eccentric_ms"), [(699, APPROXIMATE, 1400), (700, 0, 1200)])
def test_where_the_limb_hardly_turns_the_muscle_tells_the_way_back(size, flags, eccentric_ms):
    reps = Reps(ANGLE, MUSCLE, slight=True).swing(500, 50, MUSCLE).swing(580, 70, MUSCLE)
    rep = filled(reps.swing(505, 50, ANGLE, size=size).swing(575, 60, ANGLE, size=size))
    assert (rep.flags, rep.eccentric_ms) == (flags, eccentric_ms)


def test_a_leader_that_is_no_muscle_is_not_helped_by_it():
    assert filled(guiding(slight=True)).flags == 0
