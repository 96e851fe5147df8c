import itertools

import numpy as np
import pytest
from scipy.signal import periodogram

from buzzband.recordings import synth

HABITS = {one.name: one.habit for one in (synth.UPPER_ARM, synth.FOREARM, synth.THIGH)}
ARM = HABITS["upper arm"]


def generator(seed=0):
    return np.random.default_rng(seed)


def accelerated(scene):
    channels = synth.imu(scene.motion, generator(), errors=synth.PERFECT)
    return np.array([channel.samples for channel in channels[:3]])


def idle(seconds=900.0, seed=0):
    return synth.plan(synth.idle_session(seconds), generator(seed))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("habit", HABITS.values(), ids=HABITS)
@pytest.mark.parametrize("activity", synth.GYM, ids=lambda one: one.name)
def test_an_activity_lasts_as_long_as_asked_and_begins_and_ends_with_a_limb_that_hangs(activity, habit, seed):
    for lasts_s in activity.lasts_s:
        scene = activity.act(round(lasts_s * 100), habit, generator(seed))
        assert len(scene.level) == len(scene.motion.turn_deg) == len(scene.motion.path_m) == round(lasts_s * 100)
        assert 0 <= scene.level.min() <= scene.level.max() <= 1
        for course in (scene.motion.turn_deg, 1000 * scene.motion.path_m):
            assert course[[0, -1]] == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("activity", synth.GYM, ids=lambda one: one.name)
def test_nothing_people_do_is_harder_than_4_g(activity, seed):
    scene = activity.act(round(activity.lasts_s[0] * 100), HABITS["forearm"], generator(seed))
    assert np.linalg.norm(accelerated(scene), axis=0).max() < 4


def test_walking_bounces_at_about_1_8_hz_and_swings_at_half_of_it():
    scene = synth.WALK.act(4000, ARM, generator())
    frequency, bounce = periodogram(scene.motion.path_m[:, 0], 100)
    swing = periodogram(scene.motion.turn_deg[:, 2], 100)[1]
    step_hz, stride_hz = frequency[bounce.argmax()], frequency[swing.argmax()]
    assert step_hz == pytest.approx(1.8, rel=0.2)
    assert stride_hz == pytest.approx(step_hz / 2, rel=0.1)
    assert np.ptp(scene.motion.turn_deg[:, 2]) == pytest.approx(ARM.swing_deg, rel=0.2)


def test_a_heel_strike_shakes_the_band_by_tenths_of_a_g():
    down = accelerated(synth.WALK.act(2000, ARM, generator()))[0, 200:-200]
    knock = np.abs(np.diff(down)).max()
    assert 0.1 < knock < 1


def test_re_racking_works_the_muscle_like_a_repetition_and_walking_hardly():
    racked = [synth.RERACK.act(300, ARM, generator(seed)).level.max() for seed in range(50)]
    walked = synth.WALK.act(3000, ARM, generator()).level.max()
    assert np.median(racked) > 0.3
    assert walked < 0.06


def test_standing_is_sometimes_with_the_limb_somewhere_else():
    tilts = [np.abs(synth.STAND.act(500, ARM, generator(seed)).motion.turn_deg).max() for seed in range(60)]
    assert 10 < np.count_nonzero(tilts) < 40


def test_an_idle_session_has_every_activity_one_after_the_other_and_no_repetition():
    truth = idle()
    assert truth.reps == ()
    assert {doing.name for doing in truth.doings} == {activity.name for activity in synth.GYM}
    assert all(one.end_s <= following.start_s for one, following in itertools.pairwise(truth.doings))
    assert sum(doing.end_s - doing.start_s for doing in truth.doings) > 840
    assert truth.activation.duration_s == 900


def test_the_muscle_rests_where_nothing_is_done_and_works_where_a_weight_is_lifted():
    truth = idle()
    for doing in truth.doings:
        level = truth.activation.level[round(doing.start_s * 100) + 1 : round(doing.end_s * 100) - 1]
        if doing.name == "standing":
            assert level == pytest.approx(synth.REST)
        if doing.name == "re-racking":
            assert level.max() > 0.1


@pytest.mark.parametrize("seed", range(3))
def test_life_fills_the_rests_between_sets_and_leaves_the_sets_alone(seed):
    sets = (synth.Set(reps=3), synth.Set(reps=3))
    session = synth.Session(sets, rest_s=60, lead_out_s=60, form=synth.STRICT, life=synth.GYM)
    truth = synth.plan(session, generator(seed))
    assert truth.doings
    assert all(
        doing.end_s <= one.start_s - 1.5 or doing.start_s >= one.end_s + 1.5
        for doing in truth.doings
        for one in truth.sets
    )
    assert min(doing.start_s for doing in truth.doings) > truth.sets[0].end_s


def test_a_session_has_no_life_unless_given():
    truth = synth.plan(synth.Session((synth.Set(),), lead_out_s=60), generator())
    assert truth.doings == ()
