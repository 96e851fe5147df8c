import itertools

import numpy as np
import pytest

from buzzband.recordings import synth


def drawn(count, seed=1, **options):
    return list(synth.lifted_sets(count, seed, **options))


def same(one, other):
    channels = zip(one.recording.channels, other.recording.channels, strict=True)
    return one.truth.reps == other.truth.reps and all(np.array_equal(a.samples, b.samples) for a, b in channels)


def test_a_seed_and_an_index_are_always_the_same_set():
    few, many = drawn(2), drawn(3)
    assert same(few[0], many[0])
    assert same(few[1], many[1])


def test_no_two_sets_and_no_two_seeds_are_alike():
    starts = [made.truth.reps[0].start_s for made in (*drawn(3, seed=1), *drawn(3, seed=2))]
    assert len(set(starts)) == 6


def test_a_seed_gives_what_it_gave_elsewhere():
    truth = drawn(1, seed=7)[0].truth
    assert len(truth.reps) == 15
    assert truth.reps[0].start_s == pytest.approx(3.835276836)
    assert truth.reps[-1].peak == pytest.approx(0.865871466)


def test_sets_have_5_to_15_reps_and_all_numbers_occur():
    counts = {len(made.truth.reps) for made in drawn(120)}
    assert counts == set(range(5, 16))


def test_tempos_range_from_quick_to_slow():
    cycles = [np.median(np.diff([rep.start_s for rep in made.truth.reps])) for made in drawn(60)]
    assert min(cycles) < 3
    assert max(cycles) > 6


def test_some_sets_have_a_pause_of_2_to_4_s_in_them():
    pauses = [
        max(following.start_s - rep.end_s for rep, following in itertools.pairwise(made.truth.reps))
        for made in drawn(60)
    ]
    paused = [pause for pause in pauses if pause > 1.9]
    assert 8 < len(paused) < 30
    assert max(paused) <= 4


def test_the_band_sits_on_an_upper_arm_that_hardly_turns():
    for made in drawn(20):
        gyro = np.array([channel.samples for channel in made.recording.channels[4:]])
        assert np.percentile(np.abs(gyro), 99) < 30


def test_the_band_is_put_on_differently_in_each_session():
    around = []
    for made in drawn(20):
        x, y, z = (channel.samples[:100].mean() for channel in made.recording.channels[1:4])
        around.append(np.degrees(np.arctan2(np.hypot(y, z), -x)))
    assert 2 < np.median(around) < 15


def test_any_exercise_can_be_drawn():
    for made in drawn(2, exercise=synth.SQUAT, rate_hz=1200):
        assert made.truth.sets[0].exercise is synth.SQUAT
        assert made.recording.channels[0].rate_hz == 1200
        assert all(rep.lowers_first for rep in made.truth.reps)


@pytest.mark.parametrize("placement", [synth.UPPER_ARM, synth.THIGH])
def test_an_idle_session_builds_into_finite_signals(placement):
    made = synth.build(synth.idle_session(120, placement), 1)
    assert made.recording.duration_s == 120
    assert all(np.isfinite(channel.samples).all() for channel in made.recording.channels)
